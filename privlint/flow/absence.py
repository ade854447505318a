"""Where items are stored under keys that were just found to be missing: ``if key not in d: d[key] = value``."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import NamedTuple

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR, successors


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
    following = [successors(ir, number) for number in range(len(ir.blocks))]
    sources = Counter(chain(*following, (block.handler for block in ir.blocks)))
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
        for target in following[number]:
            if sources[target] == 1:
                known[target] = missing | _tested(block.ops, block.end, target, variables)
    return frozenset(out)


def filled(ir: FunctionIR) -> frozenset[str]:
    """The local variables of a function that it both looks for keys in and stores items in."""
    loaded: dict[int, str] = {}
    asked: set[str] = set()
    stored: set[str] = set()
    for block in ir.blocks:
        for op in block.ops:
            if isinstance(op, o.LoadName):
                loaded[op.dst] = op.slot
            elif isinstance(op, o.Combine) and op.op in ("in", "not in"):
                asked.add(loaded.get(op.args[1], ""))
            elif isinstance(op, o.StoreItem):
                stored.add(loaded.get(op.obj, ""))
    return frozenset(asked & stored - {""})


def _tested(ops: tuple[o.Op, ...], end: o.End, target: int, variables: dict[int, str]) -> frozenset[_Missing]:
    """What the end of a block tells where it goes on in ``target``."""
    if not isinstance(end, o.Branch) or end.then == end.orelse:
        return frozenset()
    outcome, cond = target == end.then, end.cond
    for op in ops[::-1]:
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
