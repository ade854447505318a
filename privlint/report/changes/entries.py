"""One entry for each thing that changed, in words: what the formats for people print, each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from privlint.model.changes import Changes, Weakened
from privlint.model.data import DataType
from privlint.model.datamap import Cell, Collected, DataMap, Intake, Kept, Passage, Receiver, Shared
from privlint.model.location import Location
from privlint.report.maps.words import SINKS, field_name, in_words, label
from privlint.report.words import count

_PLACES = {
    "console": "the console",
    "exception": "an exception message",
    "url": "an address (URL)",
    "object-storage": "an object store",
    "process": "another process",
    "telemetry": "telemetry",
}


class Entry(NamedTuple):
    """``sign`` is ``+``, ``-`` or ``~``; ``where`` are the places, each with what stands there."""

    sign: str
    data: str  # "email address (contact.email)"
    what: str  # "reaches Mixpanel (US) in the clear"
    standing: str  # "declared", "not declared", or nothing where there is nothing to compare with
    where: tuple[tuple[Location, str], ...]
    way: tuple[tuple[Location, str], ...] = ()  # from source to sink, of the first place


def added(changes: Changes) -> list[Entry]:
    """What is new, sharing first, and what is less protected."""
    return [*_all(changes.added, "+"), *(_weaker(changes.added, each) for each in changes.weakened)]


def removed(changes: Changes) -> list[Entry]:
    """What is gone."""
    return list(_all(changes.removed, "-"))


def summary(changes: Changes) -> str:
    """``2 flows of personal data added, 1 removed``."""
    more, less = len(list(_all(changes.added, "+"))), len(removed(changes))
    parts = [f"{count(more, 'flow')} of personal data added"] if more else []
    if changes.weakened:
        parts.append(f"{count(len(changes.weakened), 'flow')} less protected")
    if less:
        parts.append(f"{less} removed" if more else f"{count(less, 'flow')} of personal data removed")
    return ", ".join(parts) or "no change in the flows of personal data"


def _all(part: DataMap, sign: str) -> Iterator[Entry]:
    for edge in part.shared:
        yield _edge(part, edge, sign)
    for field in part.collected:
        yield from _fields(part, field, sign)
    for place in part.kept:
        yield _keep(part, place, sign)


def _edge(part: DataMap, edge: Shared, sign: str) -> Entry:
    receiver = part.receiver(edge.receiver)
    reaches = {"unknown": "is sent to a recipient that the code does not tell", "internal": "is sent to own services"}
    words = reaches.get(receiver.role, f"reaches {_name(receiver)}")
    forms = _forms(cell for cell in edge.forms if cell.provenance.is_observed)
    unprotected = any(cell.value == "unprotected" for cell in edge.transports)
    words += f", {forms}" + (", over an unprotected transport" if unprotected else "")
    standing = "" if receiver.role == "internal" else _standing(part, edge.provenance.is_declared)
    return Entry(sign, _data(part, edge.data), words, standing, _passages(edge.passages), _way(edge.passages))


def _name(receiver: Receiver) -> str:
    country = in_words(cell.value for cell in receiver.countries)
    return f"{receiver.name} ({country})" if country else receiver.name


def _forms(cells: Iterable[Cell]) -> str:
    return in_words("in the clear" if cell.value == "clear" else cell.value for cell in cells)


def _weaker(part: DataMap, each: Weakened) -> Entry:
    edge = each.edge
    words = f"reaches {_name(each.receiver)}: was {each.before}, is now {each.now}"
    standing = _standing(part, edge.provenance.is_declared)
    return Entry("~", _type(each.type), words, standing, _passages(edge.passages), _way(edge.passages))


def _fields(part: DataMap, field: Collected, sign: str) -> Iterator[Entry]:
    """One entry for each name under which it is taken in."""
    by_name: dict[str, list[Intake]] = {}
    for intake in field.intakes:
        by_name.setdefault(field_name(intake), []).append(intake)
    for name, intakes in by_name.items():
        needed = "required" if any(intake.required for intake in intakes) else "optional"
        where = tuple((intake.location, intake.name) for intake in intakes)
        standing = _standing(part, field.provenance.is_declared)
        yield Entry(sign, _data(part, field.data), f"is collected: {name}, {needed}", standing, where)


def _keep(part: DataMap, place: Kept, sign: str) -> Entry:
    provider = f" ({part.receiver(place.receiver).name})" if place.receiver else ""
    words = (
        f"goes to {_PLACES.get(place.kind, f'a {SINKS.get(place.kind, place.kind)}')}{provider}, {_forms(place.forms)}"
    )
    return Entry(sign, _data(part, place.data), words, "", _passages(place.passages), _way(place.passages))


def _standing(part: DataMap, declared: bool) -> str:
    if part.declaration is None:
        return ""
    return "declared" if declared else "not declared"


def _data(part: DataMap, data: str) -> str:
    return _type(part.type(data))


def _type(kind: DataType) -> str:
    sensitive = ", sensitive" if kind.sensitivity == "sensitive" else ""
    return kind.id if kind.label == kind.id else f"{label(kind)} ({kind.id}{sensitive})"


def _passages(passages: Iterable[Passage]) -> tuple[tuple[Location, str], ...]:
    return tuple(
        (each.location, f"{each.callee} [from {each.source}]" if each.source else each.callee) for each in passages
    )


def _way(passages: Sequence[Passage]) -> tuple[tuple[Location, str], ...]:
    if not passages:
        return ()
    shortest = min(passages, key=lambda each: (-each.confidence, len(each.steps), each.location))
    return tuple((step.location, step.text) for step in shortest.steps)
