"""What privlint says about the cases."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from privlint import engine
from privlint.model.project import Project

from .cases import FOLDER, Unit
from .truth import Origin

RULES = FOLDER.parents[1] / "rules"
RECORDS = ("attrs.yml", "dataclasses.yml", "typed_records.yml")  # of rules/frameworks
PACKS = (FOLDER / "rules.yml", RULES / "transforms", *(RULES / "frameworks" / name for name in RECORDS))


class Found(NamedTuple):
    """One label at one sink, and where the ways of the finding begin."""

    label: str
    begins: frozenset[tuple[Path, int]]


def analyse(unit: Unit, packs: tuple[Path, ...] = PACKS) -> dict[tuple[Path, int], set[Found]]:
    """The labels that are reported, by path and line."""
    root = unit.path if unit.path.is_dir() else unit.path.parent
    project = Project(
        paths=(unit.path,),
        root=root,
        rule_packs=packs,
        default_rules=False,
        select=("PRV001", "PRV301"),
        respect_gitignore=False,
        jobs=1,
    )
    found: dict[tuple[Path, int], set[Found]] = {}
    for result in engine.check(project).results:
        if result.code == "PRV001":
            raise AssertionError(f"{unit.name}: {result.message}")
        begins = frozenset((root / flow[0].location.path, flow[0].location.span.line) for flow in result.flows if flow)
        labels = {Found(data.removeprefix("lang."), begins) for data in result.data_types}
        found.setdefault((root / result.location.path, result.location.span.line), set()).update(labels)
    return found


def verdict(found: set[Found], origins: set[Origin]) -> set[str]:
    """The labels that count as reported.

    Where CPython saw a label's data arrive, its way must begin at a source that it came from; a trace that begins
    elsewhere explains something that does not happen, and does not count.
    """
    labels = set()
    for each in found:
        begins = {(origin.path, origin.line) for origin in origins if origin.label == each.label}
        if not begins or begins & each.begins:
            labels.add(each.label)
    return labels
