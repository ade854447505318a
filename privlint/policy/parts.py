"""Findings of a project whose parts have declarations of their own: each is judged by the one that speaks of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from privlint.catalog import Catalog
from privlint.declaration import Declarations
from privlint.model.declaration import Declaration
from privlint.model.facts import Facts
from privlint.model.finding import Finding
from privlint.model.location import Location
from privlint.policy.context import Lines
from privlint.policy.judge import judge
from privlint.policy.scope import EVERYTHING, Scope


def judge_parts(
    facts: Facts, declared: Declarations, coverage: Mapping[Path, str], catalog: Catalog, lines: Lines | None = None
) -> list[Finding]:
    """What the facts amount to, given what is declared for each part.

    Args:
        facts, catalog, lines: as in ``judge``.
        declared: the declarations.
        coverage: how much of what each declaration speaks of is analysed (``Scope.coverage``), by its file.
    """
    findings = [
        finding
        for each in declared.all
        for finding in judge(facts, each, catalog, lines, _scope(declared, coverage, each))
    ]
    return _shared_entries(findings, declared) if len(declared.all) > 1 else findings


def _scope(declared: Declarations, coverage: Mapping[Path, str], declaration: Declaration | None) -> Scope:
    covered = coverage.get(declared.place(declaration), "whole") if declaration is not None else "whole"
    return scope(declared, declaration)._replace(coverage=covered)


def scope(declared: Declarations, declaration: Declaration | None) -> Scope:
    """Which files a declaration speaks of."""
    if len(declared.all) == 1:
        return EVERYTHING
    return Scope(
        owns=lambda path: declared.of(path) is declaration,
        shares=lambda path: declared.above(path, declaration),
        coverage="whole",
    )


def _shared_entries(findings: list[Finding], declared: Declarations) -> list[Finding]:
    """One finding about an entry of a file that several declarations extend, and none where it holds for one."""
    users = Counter(shown for each in declared.all if each is not None for shown, _ in each.files)
    seen = Counter(_entry(finding) for finding in findings)
    kept: dict[object, Finding] = {}
    for number, finding in enumerate(findings):
        key = _entry(finding)
        if key is None or users[key[1].path] < 2:
            kept[number] = finding
        elif seen[key] >= users[key[1].path]:
            kept.setdefault(key, finding)
    return list(kept.values())


def _entry(finding: Finding) -> tuple[str, Location] | None:
    """What a finding about a line of a declaration is told by."""
    return (finding.code, finding.place) if isinstance(finding.place, Location) else None
