"""Cells of the data map: what is declared and what is observed, joined value by value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from privlint.model.data import Protection
from privlint.model.datamap import Cell, Evidence, Intake, Passage, Provenance
from privlint.model.location import Location


class Stated(NamedTuple):
    """A value and a line that says so."""

    value: str
    evidence: Evidence


def joined(declared: Iterable[Stated], observed: Iterable[Stated] = ()) -> tuple[Cell, ...]:
    """One cell for each value: those declared first, in their order, then the others that are observed, sorted."""
    lines: dict[str, tuple[list[Evidence], list[Evidence]]] = {}
    for value, evidence in declared:
        lines.setdefault(value, ([], []))[0].append(evidence)
    for value, evidence in sorted(observed):
        lines.setdefault(value, ([], []))[1].append(evidence)
    return tuple(
        Cell(value, Provenance.of(declared=bool(said), observed=bool(seen)), (*dict.fromkeys(said), *_each_line(seen)))
        for value, (said, seen) in lines.items()
    )


def said(values: Iterable[str | None], location: Location, text: str) -> list[Stated]:
    """What one line of the declaration states; None states nothing."""
    return [Stated(value, Evidence(location, text)) for value in values if value]


def taken_in(intake: Intake) -> Evidence:
    """An intake as a line of evidence."""
    name = f"{intake.owner}.{intake.name}" if intake.owner and intake.owner not in intake.name else intake.name
    return Evidence(intake.location, name, intake.confidence)


def arrives(passage: Passage) -> Evidence:
    """A passage as a line of evidence."""
    text = f"{passage.callee} [from {passage.source}]" if passage.source else passage.callee
    return Evidence(passage.location, text, passage.confidence)


def forms(passages: Iterable[Passage]) -> list[Stated]:
    """In which forms data is seen to arrive."""
    return [Stated(passage.protection.word, _in_form(passage)) for passage in passages]


def subjects(intakes: Iterable[Intake], passages: Iterable[Passage] = ()) -> list[Stated]:
    """Whose data it is seen to be."""
    found = [Stated(intake.subject, taken_in(intake)) for intake in intakes if intake.subject]
    return found + [Stated(passage.subject, arrives(passage)) for passage in passages if passage.subject]


def transports(passages: Iterable[Passage]) -> list[Stated]:
    """Over which transport data is seen to go; nothing for what an SDK decides."""
    found = []
    for passage in passages:
        if passage.secure is False:
            found.append(Stated("unprotected", arrives(passage)))
        elif passage.secure or (passage.kind == "http" and passage.hosts):
            found.append(Stated("protected", arrives(passage)))
    return found


def _in_form(passage: Passage) -> Evidence:
    evidence = arrives(passage)
    if passage.protection is not Protection.PSEUDONYMISED_WEAK:
        return evidence
    return evidence._replace(text=f"{evidence.text}, by a hash that can be reversed")


def _each_line(evidence: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence for each line, the surest."""
    best: dict[tuple[str, int], Evidence] = {}
    for each in evidence:
        key = each.location.path, each.location.span.line
        if key not in best or (each.confidence or 0) > (best[key].confidence or 0):
            best[key] = each
    return [best[key] for key in sorted(best)]
