"""Loops over a few known items: one turn after the other, each with its own item, instead of all turns as one.

While the items of a loop are known, the states of its blocks are those of one turn alone: they are dropped when the
next turn begins, which it does when no block of the loop waits any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.constants import literal
from privlint.flow.heap import State
from privlint.flow.items import item, iterated, known_keys, positions
from privlint.flow.loops import Loop, Loops
from privlint.flow.values import SIZE, Obj, Value, text_key

if TYPE_CHECKING:
    from privlint.flow.frame import Frame

_TURNS = 64  # turns that are told apart in the analysis of one function


class Turns:
    """The turns of the loops of one function in the analysis under way; a loop is named by its first block."""

    def __init__(self, found: Loops) -> None:
        self.deciding = found.deciding
        self.inside = found.inside
        self.begun: dict[int, int] = {}  # loop under way -> turns begun
        self.items: dict[int, Value] = {}  # register of what is iterated over -> the item of the turn
        self.joint: set[int] = set()  # loops of which all turns are one
        self.entered: dict[int, State] = {}  # loop -> the state before the first turn
        self.left = _TURNS

    def alone(self, block: int) -> bool:
        """Whether a block runs once in each turn of a loop whose turns are told apart."""
        return self.inside.get(block) in self.begun

    def next_block(self, pending: set[int]) -> int:
        """The block to look at next: what decides about the next turn waits for the blocks of the turn under way."""
        number = min(pending)
        while (loop := self.deciding.get(number)) is not None and number == loop.top:
            waiting = [each for each in pending if each in loop.body and each != number]
            if not waiting:
                break
            number = min(waiting)
        return number

    def begins(self, origin: int, target: int) -> bool:
        """Whether going on from a block to another is to come to a loop whose turns may be told apart."""
        loop = self.deciding.get(target)
        return loop is not None and loop.top == target and loop.first not in self.joint and origin not in loop.body

    def enter(self, loop: Loop, state: State, fr: Frame) -> State | None:
        """The state before the first turn of a loop that is come to; None where it is known already."""
        known = self.entered.get(loop.first)
        if known is None:
            known = self.entered[loop.first] = state.copy()
        elif self.left <= 0 or not known.merge(state, fr):
            return None
        self.begun.pop(loop.first, None)
        return known

    def take(self, loop: Loop, fr: Frame) -> bool | None:
        """Begin the next turn: whether there is one; None where the turns are not told apart."""
        at = self.begun.get(loop.first, 0)
        told_apart = loop.first not in self.joint and self.left > 0
        found = turns(fr, fr.get(loop.source), loop.called) if told_apart else None
        self.items.pop(loop.source, None)
        self.begun.pop(loop.first, None)
        if found is None:
            self.joint.add(loop.first)
            return None
        for number in loop.body:
            if number != loop.first:
                self.entered.pop(number, None)
            self.begun.pop(number, None)
            self.joint.discard(number)
        for reg in loop.own & fr.joined:
            fr.regs.pop(reg, None)
        if at >= len(found):
            return False
        self.left -= 1
        self.begun[loop.first] = at + 1
        self.items[loop.source] = found[at]
        return True


def turns(fr: Frame, value: Value, called: bool) -> list[Value] | None:
    """What a loop over a value has in each turn, where that is known and not much; ``called``: its items are called.

    What seems to be empty may be filled by code that is not there, but not with what the program calls.
    """
    value = iterated(fr, value)
    labels = positions(fr, value)
    if labels is not None and len(labels) <= limits.SIZES and (labels or called):
        return [item(fr, value, label) for label in labels]
    if labels is not None:
        return None
    if called:
        fr.need_parts(value, SIZE)
    keys = known_keys(fr, value) if _is_mapping(fr, value) else None
    return [literal(text_key(label)) for label in keys] if keys else None


def _is_mapping(fr: Frame, value: Value) -> bool:
    return any(isinstance(atom, Obj) and fr.object(atom.id).kind == "dict" for atom in value.atoms)
