"""A baseline knows findings again when lines move, and lets nothing new slip through."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from privlint.model.finding import RecipientInfo
from privlint.model.location import Location, Span
from privlint.model.report import Result
from privlint.policy import Baseline, BaselineError

FIRST = Result(
    code="PRV301",
    location=Location("app.py", Span(3, 5, 3, 9)),
    message="...",
    severity="warning",
    data_types=("contact.email",),
    subject=None,
    sink_kind="log",
    recipient=None,
    protection="clear",
    confidence="high",
    legal=(),
    function="view",
    sink="logger.info",
)


def moved(result: Result, line: int) -> Result:
    return replace(result, location=Location(result.location.path, Span(line, 1, line, 2)), message="other words")


def written(folder: Path, *results: Result) -> Baseline:
    path = folder / "baseline.json"
    Baseline.of(results).write(path)
    return Baseline.read(path)


def test_lines_may_move(tmp_path: Path) -> None:
    assert written(tmp_path, FIRST).new([moved(FIRST, 90)]) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRST, code="PRV302"),
        replace(FIRST, location=Location("b.py", FIRST.location.span)),
        replace(FIRST, function="other"),
        replace(FIRST, sink="logger.debug"),
        replace(FIRST, data_types=("contact.email", "contact.phone")),
        replace(FIRST, recipient=RecipientInfo("Mixpanel", None, None)),
    ],
)
def test_anything_else_is_new(tmp_path: Path, other: Result) -> None:
    assert written(tmp_path, FIRST).new([FIRST, other]) == [other]


def test_one_more_of_the_same_is_new(tmp_path: Path) -> None:
    second, third = moved(FIRST, 10), moved(FIRST, 20)
    assert written(tmp_path, FIRST, second).new([FIRST, second, third]) == [third]


def test_suppressed_results_take_no_part(tmp_path: Path) -> None:
    silent = replace(FIRST, suppressed="noqa")
    baseline = written(tmp_path, silent)
    assert baseline.new([FIRST, silent]) == [FIRST, silent]


def test_the_file_is_sorted_and_plain(tmp_path: Path) -> None:
    other = replace(FIRST, location=Location("a.py", FIRST.location.span), recipient=RecipientInfo("神策", None, "CN"))
    text = Baseline.of([FIRST, other, FIRST]).render()
    assert text == Baseline.of([other, FIRST, FIRST]).render()
    content = json.loads(text)
    assert [(entry["path"], entry["count"]) for entry in content["findings"]] == [("a.py", 1), ("app.py", 2)]
    assert "神策" in text
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 2}', '{"version": 1}', '{"version": 1, "findings": [1]}', "[" * 100_000,
     '{"version": 1, "findings": [{"fingerprint": "a", "count": 0}]}',
     '{"version": 1, "findings": [{"fingerprint": "a", "count": true}]}'],
)  # fmt: skip
def test_no_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError) as caught:
        Baseline.read(path)
    assert caught.value.path == str(path)


def test_a_missing_baseline(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="cannot be read"):
        Baseline.read(tmp_path / "none.json")
