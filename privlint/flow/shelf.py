"""Where complete summaries are kept, so that the parts which many of them have are there once.

Summaries are most of what a run holds.  The same few sets of atoms, marks and parameters come in them again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

from privlint.flow.summary import Effect, Summary
from privlint.flow.values import NO_ATOMS, NO_MARKS, Marks, Value

_Thing = TypeVar("_Thing")
_EMPTY: Summary = Summary()


class Shelf:
    """What the summaries of one run share."""

    def __init__(self) -> None:
        self._kept: dict[object, object] = {}
        # While one summary is put away: identity of marks -> these marks, and those that are kept in their place
        self._marks: dict[int, tuple[Marks, Marks]] = {}

    def keep(self, summary: Summary) -> None:
        """It is complete, and will not be written any more: let it take as little room as it can."""
        same = self._same
        self._marks = {}
        for obj in summary.heap.values():
            if obj.written.keys() == obj.fields.keys():
                obj.written = obj.fields  # of what is new to a caller, it matters only where something was stored
            self._values(obj.fields.values())
            self._values(obj.written.values())
        self._values((summary.result, summary.raises, summary.yields))
        self._values(summary.fields.values())
        self._values(summary.class_fields.values())
        self._values(summary.steps or ())
        summary.effects, summary.after = self._effects(summary.effects), self._effects(summary.after)
        summary.sinks = {same((same(m), target)): way for (m, target), way in summary.sinks.items()} or _EMPTY.sinks
        summary.needs = {same(each) for each in summary.needs} or _EMPTY.needs
        summary.asked = {same(each) for each in summary.asked} or _EMPTY.asked
        summary.heap = summary.heap or _EMPTY.heap
        summary.fields = summary.fields or _EMPTY.fields
        summary.class_fields = summary.class_fields or _EMPTY.class_fields
        if summary.steps is not None:
            summary.steps = summary.steps or _EMPTY.steps
        self._marks = {}

    def _effects(self, effects: list[Effect]) -> list[Effect]:
        for effect in effects:
            self._values((effect.value, effect.stored))
        return effects or _EMPTY.effects

    def _values(self, values: Iterable[Value]) -> None:
        for value in values:
            atoms, marks = value.atoms, value.marks
            if not atoms:
                value.atoms = NO_ATOMS
            elif (shared := self._same(atoms)) is not atoms:
                value.share(shared)
            if not marks:
                value.marks = NO_MARKS
            elif (known := self._marks.get(id(marks))) is not None:
                value.marks = known[1]
            else:
                value.marks = self._of_marks(marks)

    def _of_marks(self, marks: Marks) -> Marks:
        kept = [self._same(mark) for mark in marks]
        new = marks
        if any(mark is not own for mark, own in zip(kept, marks, strict=True)):
            new = dict(zip(kept, marks.values(), strict=True))
            self._marks[id(new)] = new, new
        self._marks[id(marks)] = marks, new
        return new

    def _same(self, thing: _Thing) -> _Thing:
        """What is equal to it and kept."""
        return cast("_Thing", self._kept.setdefault(thing, thing))
