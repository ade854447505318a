"""Sets of checks, and what several of them have in common."""

from __future__ import annotations

from privlint.model.facts import Check

Checks = frozenset[Check]
NONE: Checks = frozenset()


def all_of(sets: list[Checks]) -> Checks:
    """What holds in all of several cases: the same kind, purposes and outcome, whatever it is called."""
    if not sets:
        return NONE
    if len(sets) == 1:
        return sets[0]
    common = set.intersection(*({(c.kind, c.purposes, c.passed) for c in checks} for checks in sets))
    best: dict[tuple[object, ...], Check] = {}
    for check in sorted((c for checks in sets for c in checks), key=repr):
        if (check.kind, check.purposes, check.passed) in common:
            best.setdefault((check.kind, check.purposes, check.passed), check)
    return frozenset(best.values())


def for_what(inside: Checks, asked: Checks) -> Checks:
    """What is checked inside of a call that is asked for a purpose: that is for this purpose, if it names none."""
    named = next((check.purposes for check in asked if check.kind == "consent" and check.purposes), None)
    if named is None:
        return inside
    return frozenset(
        check._replace(purposes=named) if check.kind == "consent" and not check.purposes else check for check in inside
    )
