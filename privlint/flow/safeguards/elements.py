"""What holds for each element of a collection that was chosen: by a comprehension, a filter, a function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from privlint.flow.safeguards.bodies import Body, Place
from privlint.flow.safeguards.checks import NONE, Checks, all_of
from privlint.flow.safeguards.reaching import before, latest
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
        self._known: dict[int, dict[int, Checks]] = {}  # function -> register -> what holds for each element
        self._inside: dict[int, dict[tuple[int, frozenset[int]], Checks]] = {}

    def forget(self, fn: int) -> None:
        """More is known of a function than before."""
        self._known.pop(fn, None)
        self._inside.pop(fn, None)

    def of(self, fn: int, reg: int, depth: int = 0) -> Checks:
        """What holds for each element of a collection: ``[user for user in users if user.consent]``."""
        known = self._known.setdefault(fn, {})
        if reg in known or depth > _DEPTH:
            return known.get(reg, NONE)
        known[reg] = NONE
        body = self._held.calls.body(fn)
        sets: list[Checks] = []
        for place, op in body.defs.get(reg, ()):
            if isinstance(op, o.Build) and op.kind in ("list", "set", "tuple", "dict"):
                if any(part.label == "*" for part in op.parts):
                    here = self._held.entries.get(fn, {}).get(place.block, NONE)
                    sets.append(self._held.about(fn, here, [part.reg for part in op.parts]))
                elif op.parts:
                    sets.append(NONE)
            elif isinstance(op, o.LoadName) and op.scope in ("local", "cell"):
                stored = body.stores.get(op.slot, ())
                sets.append(all_of([self._filled(fn, body, op.slot, store, depth) for _, store in stored]))
            elif isinstance(op, o.Call):
                sets.append(self._result(fn, body, op, depth))
            elif isinstance(op, o.Move | o.Await):
                sets.append(self.of(fn, op.src, depth + 1))
            else:
                sets.append(NONE)
        found = frozenset(each for each in all_of(sets) if each.kind == "consent")
        self._known.setdefault(fn, {})[reg] = found  # which were forgotten meanwhile where more was found out
        return found

    def inside(self, fn: int, reg: int, depth: int = 0, entered: frozenset[int] = frozenset()) -> Checks:
        """What holds for all that a value is made of: a list of those who agree, and whatever is made of it.

        ``entered``: of several parts those alone count in which there is data that comes from there.
        """
        key = (reg, entered)
        inside = self._inside.setdefault(fn, {})
        if key in inside or depth > _DEPTH:
            return inside.get(key, NONE)
        inside[key] = NONE
        body = self._held.calls.body(fn)
        made = body.defs.get(reg, ())
        begun = len(made) > 1  # a comprehension begins with an empty list
        if begun and entered:
            made = [each for each in made if self._brings(body, *each, entered)] or made
        found = all_of(
            [
                self._made_of(fn, body, place, op, depth + 1, entered)
                for place, op in made
                if not (begun and isinstance(op, o.Build) and not op.parts)
            ]
        )
        found = frozenset(each for each in found if each.kind == "consent")
        self._inside.setdefault(fn, {})[key] = found
        return found

    def _made_of(self, fn: int, body: Body, place: Place, op: o.Op, depth: int, entered: frozenset[int]) -> Checks:
        if isinstance(op, o.Build):
            regs = [part.reg for part in op.parts]
            here = self._held.at(fn, place) if regs else NONE
            if not any(part.label == "*" for part in op.parts):
                here = self._held.for_all(fn, here)
            return self._held.about(fn, here, regs) | self.any(fn, regs, depth, entered)
        if isinstance(op, o.LoadName):
            if op.scope not in ("local", "cell"):
                return NONE
            stores = latest(body, op.slot, place)
            if len(stores) > 1 and entered:
                stores = [each for each in stores if self._reaches(body, (each.src,), entered)] or stores
            return all_of([self._stored(fn, body, op.slot, store, depth, entered) for store in stores])
        if isinstance(op, o.Call):
            if body.words(op.func).last in _COUNTS:
                return NONE
            func = body.only(op.func)
            given = [*([func.obj] if isinstance(func, o.LoadAttr) else []), *(arg.reg for arg in op.args)]
            return self._result(fn, body, op, depth) | self.any(fn, given, depth, entered)
        if isinstance(op, o.LoadItem):
            return self.inside(fn, op.obj, depth, entered) | self._mask(fn, body, op.key)
        if isinstance(op, o.LoadAttr):
            return self.inside(fn, op.obj, depth, entered)
        if isinstance(op, o.Combine):
            return self.any(fn, op.args, depth, entered)
        if isinstance(op, o.Move | o.Await | o.Unpack):
            return self.inside(fn, op.src, depth, entered)
        if isinstance(op, o.Iterate):
            return self.of(fn, op.src, depth) | self.inside(fn, op.src, depth, entered)
        return NONE

    def any(self, fn: int, regs: Iterable[int], depth: int = 0, entered: frozenset[int] = frozenset()) -> Checks:
        """What holds for one of several values; of those that data comes through from there, if that is known."""
        regs = list(regs)
        if entered and len(regs) > 1:
            body = self._held.calls.body(fn)
            own = [reg for reg in regs if not entered.isdisjoint(self._held.reaching.made_of(body, (reg,)).nodes)]
            regs = own or regs
        return NONE.union(*(self.inside(fn, reg, depth, entered) for reg in regs))

    def _stored(
        self, fn: int, body: Body, slot: str, store: o.StoreName, depth: int, entered: frozenset[int]
    ) -> Checks:
        """What holds for a variable's value; of what is put into it later, wherever that is done."""
        made = body.only(store.src)
        if isinstance(made, o.Build) and made.kind in ("list", "set", "dict"):
            parts = [part.reg for part in made.parts]
            fills = self._fills(fn, body, slot)
            if entered:
                fills = [each for each in fills if each[2] in entered or self._reaches(body, each[1], entered)]
                parts = [reg for reg in parts if self._reaches(body, (reg,), entered)]
            if not parts and (fills or not made.parts):
                return all_of([self._held.about(fn, checks, regs) for checks, regs, _ in fills])
        return self.inside(fn, store.src, depth, entered)

    def _filled(self, fn: int, body: Body, slot: str, store: o.StoreName, depth: int) -> Checks:
        """What holds for each element of a variable, also of one that begins as an empty list and is filled."""
        made = body.only(store.src)
        if isinstance(made, o.Build) and not made.parts and made.kind in ("list", "set", "dict"):
            fills = self._fills(fn, body, slot)
            return all_of([self._held.about(fn, checks, regs) for checks, regs, _ in fills])
        return self.of(fn, store.src, depth + 1)

    def _fills(self, fn: int, body: Body, slot: str) -> list[tuple[Checks, list[int], int]]:
        """What is put into a variable, each with what holds there, and the node."""
        filled = [call for _, call in body.calls if call.text.rpartition(".")[::2] in _fills(slot)]
        out = [(self._held.at_node(fn, call.n), [arg.reg for arg in call.args], call.n) for call in filled]
        for obj, src, place in body.items:
            owner = body.only(obj)
            if isinstance(owner, o.LoadName) and owner.slot == slot:
                out.append((self._held.at(fn, place), [src], body.ir.blocks[place.block].ops[place.at].n))
        return out

    def _reaches(self, body: Body, regs: Iterable[int], entered: frozenset[int]) -> bool:
        """Whether values are made of what data comes through."""
        return not entered.isdisjoint(self._held.reaching.made_of(body, regs).nodes)

    def _brings(self, body: Body, place: Place, op: o.Op, entered: frozenset[int]) -> bool:
        """Whether what an op makes may hold data that comes from there."""
        return op.n in entered or self._reaches(body, before(body, place, op), entered)

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


def _fills(slot: str) -> tuple[tuple[str, str], ...]:
    """The calls that put something into the variable of that name."""
    name = slot.partition("@")[0]
    return tuple((name, method) for method in ("append", "extend", "add", "update", "insert"))
