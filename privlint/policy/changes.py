"""Two data maps compared: by what flows, not by the lines that it stands on.

A field is told by its data type, record and name; how often there is one counts, so that a second view that asks for
the same is a change and a view that was renamed is none.  An edge is told by data type and recipient, a store by data
type and kind.  Where the code does not tell the recipient, every place may be another one, and so they are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from privlint.model.changes import Changes, Weakened
from privlint.model.data import Protection
from privlint.model.datamap import Collected, DataMap, Intake, Kept, Passage, Shared
from privlint.policy import cells
from privlint.policy.cells import joined

Item = TypeVar("Item", Intake, Passage)


def compare(before: DataMap, after: DataMap, revision: str, commit: str) -> Changes:
    """What ``after`` has that ``before`` has not, the other way round, and which edges are less protected.

    Both maps are to be made with the same declaration, so that a recipient is called the same in both.
    """
    return Changes(
        revision=revision,
        commit=commit,
        added=_beyond(after, before),
        removed=_beyond(before, after),
        weakened=tuple(_weakened(before, after)),
        notes=after.notes,
    )


def _beyond(one: DataMap, other: DataMap) -> DataMap:
    """The part of ``one`` that is not in ``other``; what is merely declared flows in neither."""
    collected = tuple(_collected(one, other))
    shared = tuple(_shared(one, other))
    kept = tuple(_kept(one, other))
    receivers = {each.receiver for each in shared} | {each.receiver for each in kept}
    named = {each.data for part in (collected, shared, kept) for each in part}
    return replace(
        one,
        collected=collected,
        shared=shared,
        kept=kept,
        receivers=tuple(each for each in one.receivers if each.key in receivers),
        types=tuple(each for each in one.types if each.id in named),
    )


def _collected(one: DataMap, other: DataMap) -> Iterable[Collected]:
    known = {each.data: each.intakes for each in other.collected}
    for each in one.collected:
        fresh = _more(each.intakes, known.get(each.data, ()), _field)
        if fresh:
            yield replace(each, intakes=fresh, subjects=joined((), cells.subjects(fresh)))


def _shared(one: DataMap, other: DataMap) -> Iterable[Shared]:
    known = {(each.data, each.receiver): each.passages for each in other.shared}
    unknown = {each.key for each in one.receivers if each.role == "unknown"}
    for each in one.shared:
        earlier = known.get((each.data, each.receiver), ())
        fresh = _more(each.passages, earlier, _request) if each.receiver in unknown else each.passages
        if fresh and (not earlier or each.receiver in unknown):
            yield _only(each, fresh)


def _kept(one: DataMap, other: DataMap) -> Iterable[Kept]:
    """A field of a table stands among what is collected."""
    known = {(each.data, each.kind, each.receiver) for each in other.kept if each.passages}
    for each in one.kept:
        if each.passages and (each.data, each.kind, each.receiver) not in known:
            yield replace(each, intakes=())


def _more(here: Sequence[Item], there: Sequence[Item], key: Callable[[Item], Hashable]) -> tuple[Item, ...]:
    """The places of ``here`` that ``there`` has no counterpart of; those in functions that it knows are paired first.

    ``key`` says what has to be the same of two places.
    """
    counts = Counter(map(key, there))
    known = Counter((key(each), _bare(each.function)) for each in there)
    left: list[Item] = []
    for each in here:
        exact = key(each), _bare(each.function)
        if known[exact] > 0:
            known[exact] -= 1
            counts[key(each)] -= 1
        else:
            left.append(each)
    fresh = []
    for each in left:
        if counts[key(each)] > 0:
            counts[key(each)] -= 1
        else:
            fresh.append(each)
    return tuple(fresh)


def _field(intake: Intake) -> Hashable:
    return intake.how, intake.owner, intake.name


def _request(passage: Passage) -> Hashable:
    return passage.callee


def _bare(function: str) -> str:
    """A function's own name: a module may move."""
    return function.rpartition(".")[2]


def _weakened(before: DataMap, after: DataMap) -> Iterable[Weakened]:
    known = {(each.data, each.receiver): each for each in before.shared if each.passages}
    for each in after.shared:
        earlier = known.get((each.data, each.receiver))
        if earlier is None or not each.passages:
            continue
        named = after.type(each.data), after.receiver(each.receiver)
        least, now = _weakest(earlier.passages), _weakest(each.passages)
        if now < least:
            places = tuple(passage for passage in each.passages if passage.protection is now)
            yield Weakened(_only(each, places), *named, _form(least), _form(now))
        places = tuple(passage for passage in each.passages if passage.secure is False)
        if places and not any(passage.secure is False for passage in earlier.passages):
            yield Weakened(_only(each, places), *named, "over a protected transport", "over an unprotected transport")


def _weakest(passages: Iterable[Passage]) -> Protection:
    return min(passage.protection for passage in passages)


def _form(protection: Protection) -> str:
    weak = ", by a hash that can be reversed" if protection is Protection.PSEUDONYMISED_WEAK else ""
    return {"clear": "in the clear"}.get(protection.word, protection.word) + weak


def _only(edge: Shared, passages: tuple[Passage, ...]) -> Shared:
    """An edge with none but these places, and what is observed there."""
    return replace(
        edge,
        passages=passages,
        forms=joined((), cells.forms(passages)),
        transports=joined((), cells.transports(passages)),
        subjects=joined((), cells.subjects((), passages)),
    )
