"""Where items of one mapping are stored in another one, each under its own key: ``for k, v in m.items(): out[k] = v``.

What is copied so keeps its keys, whichever of them a condition leaves out; taken for items under unknown keys, every
one of them would be any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from privlint.flow.loops import blocks_before
from privlint.ir import ops as o
from privlint.ir.module import FunctionIR

_UNDER_WAY = ["**", None, None]  # how the parts of a dictionary are labelled that a comprehension makes
_COMPARING = {"in": True, "==": True, "not in": False, "!=": False}
_IN_ORDER = frozenset(("sorted", "list", "tuple", "iter", "reversed"))  # have the same elements


class Copy(NamedTuple):
    """The register of the mapping whose items are copied, and those of the keys that are copied alone, or left out:
    each a key or a container of keys."""

    mapping: int
    alone: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()


def copied_items(ir: FunctionIR) -> dict[int, Copy]:
    """The registers of the keys under which a function stores what another mapping has there."""
    pairs = list(_stored(ir))
    if not pairs:
        return {}
    made: dict[int, o.Op] = {}
    assigned: dict[str, list[int]] = {}
    for block in ir.blocks:
        for op in block.ops:
            if isinstance(op, o.Unpack):
                made.update(dict.fromkeys(op.dsts, op))
            elif isinstance(op, o.StoreName):
                assigned.setdefault(op.slot, []).append(op.src)
            elif isinstance(op, o.LoadName | o.LoadAttr | o.LoadItem | o.Call | o.Iterate | o.Combine):
                made[op.dst] = op
    found = _Found(made, assigned)
    out: dict[int, Copy] = {}
    for pair in pairs:
        mapping = found.mapping(pair.key, pair.value)
        if mapping is not None:
            tests = found.tests(ir, pair) if pair.fresh else []
            alone = tuple(keys for keys, wanted in tests if wanted)
            out[pair.key] = Copy(mapping, alone, tuple(keys for keys, wanted in tests if not wanted))
    return out


class _Pair(NamedTuple):
    """The registers of a key and a value; ``fresh``: of the items of a comprehension, in a block."""

    key: int
    value: int
    fresh: bool
    block: int


def _stored(ir: FunctionIR) -> Iterator[_Pair]:
    """The keys and values of a function's displays and stores."""
    for number, block in enumerate(ir.blocks):
        for op in block.ops:
            if isinstance(op, o.StoreItem):
                yield _Pair(op.key, op.src, False, number)
            elif isinstance(op, o.Build) and [part.label for part in op.parts] == _UNDER_WAY:
                yield _Pair(op.parts[1].reg, op.parts[2].reg, True, number)


class _Found:
    """What made the registers of a function, and from which registers its variables are assigned."""

    def __init__(self, made: dict[int, o.Op], assigned: dict[str, list[int]]) -> None:
        self.made = made
        self.assigned = assigned

    def mapping(self, key: int, value: int) -> int | None:
        """The register of the mapping that has this value under this key."""
        named = self.made.get(key)
        if not isinstance(named, o.LoadName) or named.slot not in self.assigned:
            return None
        origin = self.made.get(self._once(value))
        if isinstance(origin, o.LoadItem) and self._is(origin.key, named.slot):
            return origin.obj
        if isinstance(origin, o.Call) and len(origin.args) == 1 and self._is(origin.args[0].reg, named.slot):
            method = self.made.get(origin.func)
            return method.obj if isinstance(method, o.LoadAttr) and method.name in ("get", "pop") else None
        if isinstance(origin, o.Unpack) and origin.dsts == (self._once(key), self._once(value)):
            return self._with_items(origin.src)
        return None

    def _once(self, reg: int) -> int:
        """The register from which the variable that is read there is assigned, if it is so only once."""
        op = self.made.get(reg)
        sources = self.assigned.get(op.slot, []) if isinstance(op, o.LoadName) else []
        return sources[0] if len(sources) == 1 else reg

    def _is(self, reg: int, slot: str) -> bool:
        op = self.made.get(reg)
        return isinstance(op, o.LoadName) and op.slot == slot

    def _with_items(self, pair: int) -> int | None:
        """The register of the mapping through whose items a loop goes."""
        turn = self.made.get(pair)
        call = self.made.get(turn.src) if isinstance(turn, o.Iterate) else None
        while isinstance(call, o.Call) and call.text in _IN_ORDER and call.args:
            call = self.made.get(call.args[0].reg)
        method = self.made.get(call.func) if isinstance(call, o.Call) and not call.args else None
        return method.obj if isinstance(method, o.LoadAttr) and method.name == "items" else None

    def tests(self, ir: FunctionIR, pair: _Pair) -> list[tuple[int, bool]]:
        """What the key of an item was compared with on the only way to it, and whether it is that."""
        named = self.made[pair.key]
        assert isinstance(named, o.LoadName)
        before = blocks_before(ir)
        out: list[tuple[int, bool]] = []
        at, seen = pair.block, {pair.block}
        while len(origins := before.get(at, [])) == 1 and origins[0] not in seen:
            end, here, at = ir.blocks[origins[0]].end, at, origins[0]
            seen.add(at)
            test = self.made.get(end.cond) if isinstance(end, o.Branch) and end.then != end.orelse else None
            if isinstance(test, o.Combine) and test.op in _COMPARING and self._is(test.args[0], named.slot):
                assert isinstance(end, o.Branch)
                out.append((test.args[1], _COMPARING[test.op] is (end.then == here)))
        return out
