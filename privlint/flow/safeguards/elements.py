"""What holds for each element of a collection that was chosen: by a comprehension, a filter, a function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from privlint.flow.safeguards.bodies import Body, Place
from privlint.flow.safeguards.checks import NONE, Checks, all_of
from privlint.ir import ops as o

if TYPE_CHECKING:
    from privlint.flow.safeguards.held import Held

_DEPTH = 8  # calls and variables in a row
_SAME_ELEMENTS = frozenset(("list", "tuple", "set", "sorted", "reversed", "iter", "tqdm", "frozenset"))
_COUNTS = frozenset(("len", "sum", "any", "all", "bool", "count", "exists", "isinstance", "max", "min"))


class Elements:
    """Asked by what finds out which checks hold."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._known: dict[tuple[int, int], Checks] = {}
        self._inside: dict[tuple[int, int], Checks] = {}

    def forget(self, fn: int) -> None:
        """More is known of a function than before."""
        self._known = {key: checks for key, checks in self._known.items() if key[0] != fn}
        self._inside = {key: checks for key, checks in self._inside.items() if key[0] != fn}

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

    def inside(self, fn: int, reg: int, depth: int = 0) -> Checks:
        """What holds for all that a value is made of: a list of those who agree, and whatever is made of it."""
        key = (fn, reg)
        if key in self._inside or depth > _DEPTH:
            return self._inside.get(key, NONE)
        self._inside[key] = NONE
        body = self._held.calls.body(fn)
        made = body.defs.get(reg, ())
        begun = len(made) > 1  # a comprehension begins with an empty list
        found = all_of(
            [
                self._made_of(fn, body, place, op, depth + 1)
                for place, op in made
                if not (begun and isinstance(op, o.Build) and not op.parts)
            ]
        )
        self._inside[key] = found = frozenset(each for each in found if each.kind == "consent")
        return found

    def _made_of(self, fn: int, body: Body, place: Place, op: o.Op, depth: int) -> Checks:
        if isinstance(op, o.Build):
            here = self._held.at(fn, place) if any(part.label == "*" for part in op.parts) else NONE
            return here | self._any(fn, [part.reg for part in op.parts], depth)
        if isinstance(op, o.LoadName):
            if op.scope not in ("local", "cell"):
                return NONE
            return all_of([self._stored(fn, body, op.slot, store, depth) for store in _reaching(body, op.slot, place)])
        if isinstance(op, o.Call):
            if body.words(op.func).last in _COUNTS:
                return NONE
            func = body.only(op.func)
            given = [*([func.obj] if isinstance(func, o.LoadAttr) else []), *(arg.reg for arg in op.args)]
            return self._result(fn, body, op, depth) | self._any(fn, given, depth)
        if isinstance(op, o.LoadItem):
            return self.inside(fn, op.obj, depth) | self._mask(fn, body, op.key)
        if isinstance(op, o.LoadAttr):
            return self.inside(fn, op.obj, depth)
        if isinstance(op, o.Combine):
            return self._any(fn, op.args, depth)
        if isinstance(op, o.Move | o.Await | o.Unpack):
            return self.inside(fn, op.src, depth)
        if isinstance(op, o.Iterate):
            return self.of(fn, op.src, depth) | self.inside(fn, op.src, depth)
        return NONE

    def _any(self, fn: int, regs: Iterable[int], depth: int) -> Checks:
        return NONE.union(*(self.inside(fn, reg, depth) for reg in regs))

    def _stored(self, fn: int, body: Body, slot: str, store: o.StoreName, depth: int) -> Checks:
        """What holds for a variable's value; for an empty list what holds wherever something is put into it."""
        made = body.only(store.src)
        if isinstance(made, o.Build) and not made.parts and made.kind in ("list", "set", "dict"):
            filled = [call.n for _, call in body.calls if call.text.rpartition(".")[::2] in _fills(slot)]
            return all_of([self._held.at_node(fn, node) for node in filled])
        return self.inside(fn, store.src, depth)

    def _mask(self, fn: int, body: Body, key: int) -> Checks:
        """``frame[frame["consent"]]``, ``frame.loc[frame.consent, "email"]``."""
        op = body.only(key)
        if isinstance(op, o.Build) and op.kind == "tuple" and op.parts:
            return self._mask(fn, body, op.parts[0].reg)
        if op is None or isinstance(op, o.Const | o.Build):
            return NONE
        return self._held.implied(fn, key, True)

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


def _reaching(body: Body, slot: str, place: Place) -> list[o.StoreName]:
    """The stores whose value a variable can have at a place: the last one of the same block, else all."""
    stored = body.stores.get(slot, [])
    before = [(at.at, store) for at, store in stored if at.block == place.block and at.at < place.at]
    return [max(before, key=lambda each: each[0])[1]] if before else [store for _, store in stored]


def _fills(slot: str) -> tuple[tuple[str, str], ...]:
    """The calls that put something into the variable of that name."""
    name = slot.partition("@")[0]
    return tuple((name, method) for method in ("append", "extend", "add", "update", "insert"))
