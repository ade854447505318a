"""What holds for each element of a collection that was chosen: by a comprehension, a filter, a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.safeguards.bodies import Body, Place
from privlint.flow.safeguards.checks import NONE, Checks, all_of
from privlint.ir import ops as o

if TYPE_CHECKING:
    from privlint.flow.safeguards.held import Held

_DEPTH = 8  # calls and variables in a row
_SAME_ELEMENTS = frozenset(("list", "tuple", "set", "sorted", "reversed", "iter", "tqdm", "frozenset"))


class Elements:
    """Asked by what finds out which checks hold."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._known: dict[tuple[int, int], Checks] = {}

    def forget(self, fn: int) -> None:
        """More is known of a function than before."""
        self._known = {key: checks for key, checks in self._known.items() if key[0] != fn}

    def of(self, fn: int, reg: int, depth: int = 0) -> Checks:
        """What holds for each element of a collection: ``[user for user in users if user.consent]``."""
        key = (fn, reg)
        if key in self._known or depth > _DEPTH:
            return self._known.get(key, NONE)
        self._known[key] = NONE
        body = self._held.calls.body(fn)
        sets: list[Checks] = []
        for place, op in body.defs.get(reg, ()):
            if isinstance(op, o.Build) and op.kind in ("list", "set", "tuple", "dict"):
                if any(part.label == "*" for part in op.parts):
                    sets.append(self._held.entries.get(fn, {}).get(place.block, NONE))
                elif op.parts:
                    sets.append(NONE)
            elif isinstance(op, o.LoadName) and op.scope in ("local", "cell"):
                stored = body.stores.get(op.slot, ())
                sets.append(all_of([self.of(fn, store.src, depth + 1) for _, store in stored]))
            elif isinstance(op, o.Call):
                sets.append(self._result(fn, body, op, depth))
            elif isinstance(op, o.Move | o.Await):
                sets.append(self.of(fn, op.src, depth + 1))
            else:
                sets.append(NONE)
        found = frozenset(each for each in all_of(sets) if each.kind == "consent")
        self._known[key] = found
        return found

    def _result(self, fn: int, body: Body, call: o.Call, depth: int) -> Checks:
        if body.words(call.func).last == "filter" and len(call.args) == 2:
            made = body.only(call.args[0].reg)
            text = body.words(call.args[0].reg).text
            number = (
                self._held.program.modules[self._held.program.functions[fn].module].functions[made.index]
                if isinstance(made, o.MakeFunction)
                else self._held.calls.named(fn, text)
            )
            return self._held.told(number).true if number is not None else NONE
        callees = self._held.calls.callees(fn, call)
        if callees:
            return all_of([self._returned(callee, depth) for callee in callees])
        if body.words(call.func).last in _SAME_ELEMENTS and call.args:
            return self.of(fn, call.args[0].reg, depth + 1)
        return NONE

    def _returned(self, fn: int, depth: int) -> Checks:
        body = self._held.calls.body(fn)
        self._held.blocks(fn)
        if body.ir.generator:
            places = [
                (Place(number, at))
                for number, block in enumerate(body.ir.blocks)
                for at, op in enumerate(block.ops)
                if isinstance(op, o.Yield)
            ]
            return all_of([self._held.at(fn, place) for place in places])
        ends = [block.end for block in body.ir.blocks]
        return all_of([self.of(fn, end.src, depth + 1) for end in ends if isinstance(end, o.Return) and end.src >= 0])
