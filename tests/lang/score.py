"""The engine's score on the cases; ``python -m tests.lang.score`` prints it and rewrites the table of the README.

With ``--mark`` it first rewrites the ``missing:`` and ``spurious:`` marks to what the engine does now (reasons of
marks that still hold stay), with ``--bare`` it prints the score with ``rules.yml`` alone and writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .cases import FOLDER, Expectation, Unit, units
from .engine_run import PACKS, Found, analyse, verdict
from .truth import Origin, Truth, observe, python_for

README = FOLDER / "README.md"
BEGIN, END = "<!-- score -->", "<!-- end of score -->"
NOT_FOLLOWED, ASTRAY, REPORTED = "not followed", "its trace begins elsewhere", "reported"


class Score(NamedTuple):
    """Expected flows and how many are found, expected non-flows and how many are flagged."""

    flows: int
    found: int
    non_flows: int
    flagged: int


def score(expectations: Iterable[Expectation]) -> Score:
    """The score that the marks state."""
    each = list(expectations)
    flows = sum(e.flows for e in each)
    missing = sum(len(e.missing) for e in each)
    return Score(flows, flows - missing, sum(e.non_flows for e in each), sum(e.flagged for e in each))


def table(marked: list[Unit]) -> str:
    """The score of every unit, as the README shows it."""
    rows = [
        "| section | flows | found | non-flows | flagged |",
        "|---|---:|---:|---:|---:|",
    ]
    for unit in marked:
        one = score(unit.expectations)
        link = unit.main.relative_to(FOLDER).as_posix()
        rows.append(f"| [{unit.title}]({link}) | {one.flows} | {one.found} | {one.non_flows} | {one.flagged} |")
    whole = score(each for unit in marked for each in unit.expectations)
    rows.append(f"| **all** | **{whole.flows}** | **{whole.found}** | **{whole.non_flows}** | **{whole.flagged}** |")
    said = (
        f"{whole.flows + whole.non_flows} expectations: of {whole.flows} flows {whole.found} are found "
        f"({whole.found / whole.flows:.1%}), of {whole.non_flows} non-flows {whole.flagged} are flagged "
        f"({whole.flagged / whole.non_flows:.1%})."
    )
    return "\n".join([said, "", *rows])


def readme_with(text: str, shown: str) -> str:
    """The README with this table between its two marks."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{shown}\n{END}{tail}"


def mark(unit: Unit) -> int:
    """Rewrite a unit's marks to what the engine does; tells how many lines changed."""
    python = python_for(unit.requires)
    truth = observe(unit, python) if python else {}
    results = analyse(unit)
    changed = 0
    for path in unit.files:
        lines = path.read_text(encoding="utf-8").split("\n")
        for each in (e for e in unit.expectations if e.path == path):
            place = (path, each.line)
            before = each.comment()
            _remark(each, results.get(place, set()), truth.get(place, set()))
            if each.comment() != before:
                code, number_sign, _ = lines[each.line - 1].rpartition(f"# {each.kind}")
                lines[each.line - 1] = f"{code}# {each.comment()}" if number_sign else lines[each.line - 1]
                changed += 1
        path.write_text("\n".join(lines), encoding="utf-8")
    return changed


def _remark(each: Expectation, found: set[Found], origins: set[Origin]) -> None:
    reported = verdict(found, origins)
    each.missing = tuple(label for label in each.flow if label not in reported)
    each.spurious = tuple(sorted(reported - set(each.flow)))
    if each.kind == "flow":
        each.without += tuple(label for label in each.spurious if label not in each.without)
    astray = bool(set(each.missing) & {one.label for one in found})
    for key, word in (("missing", ASTRAY if astray else NOT_FOLLOWED), ("spurious", REPORTED)):
        if getattr(each, key):
            each.reasons.setdefault(key, word)
        else:
            each.reasons.pop(key, None)


def as_found(unit: Unit, packs: tuple[Path, ...]) -> Score:
    """The score as the engine has it now, whatever the marks say."""
    python = python_for(unit.requires)
    truth: Truth = observe(unit, python) if python else {}
    results = analyse(unit, packs)
    for each in unit.expectations:
        place = (each.path, each.line)
        _remark(each, results.get(place, set()), truth.get(place, set()))
    return score(unit.expectations)


def main(arguments: list[str]) -> int:
    """The command."""
    if "--bare" in arguments:
        scores = [as_found(unit, PACKS[:1]) for unit in units()]
        print(Score(*(sum(column) for column in zip(*scores, strict=True))))
        return 0
    if "--mark" in arguments:
        wanted = [argument for argument in arguments if argument != "--mark"]
        for unit in units():
            if (not wanted or unit.name.removesuffix(".py") in wanted) and (changed := mark(unit)):
                print(f"{unit.name}: {changed} lines marked anew")
    shown = table(units())
    print(shown)
    README.write_text(readme_with(README.read_text(encoding="utf-8"), shown), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
