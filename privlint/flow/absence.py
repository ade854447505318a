"""Where items are stored under keys that were just found to be missing: ``if key not in d: d[key] = value``."""

from __future__ import annotations

from typing import NamedTuple

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR


class _Missing(NamedTuple):
    """The local variable of a key that is not in the mapping of another one."""

    key: str
    mapping: str


def added_items(ir: FunctionIR) -> frozenset[int]:
    """The nodes of those stores of a function that replace nothing.

    Looked at are tests of two local variables, and what is reached by way of their outcome alone.
    """
    if not any(isinstance(op, o.Combine) and op.op in ("in", "not in") for block in ir.blocks for op in block.ops):
        return frozenset()
    sources = _Sources(ir)
    known: dict[int, frozenset[_Missing]] = {}
    out: set[int] = set()
    for number, block in enumerate(ir.blocks):  # in reverse post-order: a single source comes first
        missing = known.get(number, frozenset())
        variables: dict[int, str] = {}
        for op in block.ops:
            if isinstance(op, o.LoadName) and op.scope == "local":
                variables[op.dst] = op.slot
            elif isinstance(op, o.StoreName):
                missing = frozenset(m for m in missing if op.slot not in m)
            elif isinstance(op, o.StoreItem) and (variables.get(op.key), variables.get(op.obj)) in missing:
                out.add(op.n)
        for target in sources.next(number):
            if sources.count[target] == 1:
                known[target] = missing | _tested(block.ops, block.end, target, variables)
    return frozenset(out)


class _Sources:
    """How many blocks go on in a block."""

    def __init__(self, ir: FunctionIR) -> None:
        self._next: list[tuple[int, ...]] = []
        self.count: dict[int, int] = {}
        for block in ir.blocks:
            end = block.end
            if isinstance(end, o.Branch):
                targets: tuple[int, ...] = (end.then, end.orelse)
            elif isinstance(end, o.Jump):
                targets = (end.target,)
            else:
                targets = getattr(end, "targets", ())
            self._next.append(targets)
            for target in (*targets, block.handler):
                self.count[target] = self.count.get(target, 0) + 1

    def next(self, number: int) -> tuple[int, ...]:
        """Where a block goes on when nothing is raised."""
        return self._next[number]


def _tested(ops: tuple[o.Op, ...], end: o.End, target: int, variables: dict[int, str]) -> frozenset[_Missing]:
    """What the end of a block tells where it goes on in ``target``."""
    if not isinstance(end, o.Branch) or end.then == end.orelse:
        return frozenset()
    outcome, cond = target == end.then, end.cond
    for op in reversed(ops):
        if not isinstance(op, o.Combine) or op.dst != cond:
            continue
        if op.op == "not":
            outcome, cond = not outcome, op.args[0]
        elif op.op in ("in", "not in"):
            key, mapping = variables.get(op.args[0]), variables.get(op.args[1])
            if key and mapping and outcome is (op.op == "not in"):
                return frozenset((_Missing(key, mapping),))
            break
        else:
            break
    return frozenset()
