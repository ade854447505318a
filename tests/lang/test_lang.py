"""Every case of fixtures/lang: what really happens under CPython, and what privlint says of it."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from .cases import CaseError, Unit, parse, units
from .engine_run import analyse, verdict
from .score import README, readme_with, score, table
from .truth import Truth, observe, python_for

UNITS = units()
LABELS = "email|phone|passport|salary"
every_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)


@functools.cache
def truth_of(unit: Unit) -> Truth | None:
    """What CPython saw, or None where there is none that is new enough."""
    python = python_for(unit.requires)
    return observe(unit, python) if python else None


@every_unit
def test_expectations_are_what_happens(unit: Unit) -> None:
    truth = truth_of(unit)
    if truth is None:
        pytest.skip(f"needs CPython 3.{unit.requires}")
    wrong = []
    for each in unit.expectations:
        origins = truth.get((each.path, each.line))
        really = "dead" if origins is None else ", ".join(sorted({o.label for o in origins})) or "clean"
        expected = each.kind if each.kind != "flow" else ", ".join(sorted(each.flow))
        if really != expected:
            wrong.append(f"{each.path.name}:{each.line}: expects {expected}, really {really}")
    assert not wrong, "\n".join(wrong)
    assert set(truth) <= {(each.path, each.line) for each in unit.expectations}, "a sink ran that expects nothing"


@every_unit
def test_engine_says_what_the_marks_say(unit: Unit) -> None:
    truth = truth_of(unit) or {}
    found = analyse(unit)
    wrong = []
    for each in unit.expectations:
        place = (each.path, each.line)
        reported = verdict(found.pop(place, set()), truth.get(place, set()))
        if reported != each.reported:
            wrong.append(f"{each.path.name}:{each.line}: reported {sorted(reported)}, marked {sorted(each.reported)}")
    wrong += [f"{path.name}:{line}: reported, and no sink stands there" for path, line in found]
    assert not wrong, "\n".join([*wrong, "if the engine has changed: python -m tests.lang.score --mark"])


@every_unit
def test_every_sink_has_one_expectation(unit: Unit) -> None:
    assert unit.title
    for path in unit.files:
        lines = [line.partition("#")[0] for line in path.read_text(encoding="utf-8").split("\n")]
        sinks = [number for number, line in enumerate(lines, 1) if re.search(r"\bsink\(", line)]
        assert sinks == [each.line for each in unit.expectations if each.path == path]
        several = [line for line in lines if len(re.findall(r"\b(?:sink|source)\(", line)) > 1 + ("sink(" in line)]
        assert not several, "one source and one sink a line at most, so that a trace tells which"


@every_unit
def test_no_key_or_attribute_is_called_as_a_label(unit: Unit) -> None:
    """A label is the name of a data type, so that an attribute of that name would be a source by itself."""
    for path in unit.files:
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        assert not re.findall(rf"""(?<!source\()["'](?:{LABELS})["']|\.(?:{LABELS})\b""", text)


def test_there_are_enough_of_both_kinds() -> None:
    whole = score(each for unit in UNITS for each in unit.expectations)
    assert whole.flows + whole.non_flows >= 400
    assert whole.non_flows * 3 >= whole.flows + whole.non_flows


def test_the_readme_tells_the_score() -> None:
    text = README.read_text(encoding="utf-8")
    assert readme_with(text, table(UNITS)) == text, "python -m tests.lang.score writes it"


@pytest.mark.parametrize(
    "text",
    [
        "flow: email",
        "clean",
        "dead",
        "flow: email, phone  not: salary",
        "flow: email  not: phone  missing: email (no reason)  spurious: phone (no reason)",
        "clean  spurious: email, phone (a reason)",
    ],
)
def test_a_comment_is_read_and_written(text: str) -> None:
    assert parse(Path("x.py"), 1, text).comment() == text


@pytest.mark.parametrize(
    "text",
    [
        "flow: email missing: phone (not expected)",
        "flow: email missing: email",
        "flow: email spurious: phone (not named)",
        "flow: email (why) ",
        "flow:",
        "clean or so",
        "clean not: email",
        "flow: email not: email",
    ],
)
def test_a_comment_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(CaseError):
        parse(Path("x.py"), 1, text)
