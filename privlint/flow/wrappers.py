"""Wrappers that decorators make: an inner function that hands all it is given to a captured one, and back its result.

A call of such a wrapper is a call of what it wraps, besides what the wrapper itself does.  Seeing this keeps the
callers of hundreds of functions with one decorator apart without a context for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR


class Forwarding(NamedTuple):
    """The captured variable that is called, and whether some way ends with a constant instead of its result."""

    slot: str
    else_constant: bool


def forwarding(ir: FunctionIR) -> Forwarding | None:
    """What an inner function forwards to, if that is what it does on every way."""
    if ir.kind != "function" or ir.parent < 0 or ir.generator or [p.kind for p in ir.params][-2:] != ["*", "**"]:
        return None
    made = _makers(ir)
    calls = {op.dst: op for op in _ops(ir) if isinstance(op, o.Call) and _hands_all_on(ir, op, made)}
    slots = {loaded.slot for op in calls.values() if isinstance(loaded := made[op.func][0], o.LoadName)}
    if len(slots) != 1 or _changes_arguments(ir, made):
        return None
    returned = [block.end.src for block in ir.blocks if isinstance(block.end, o.Return)]
    others = [reg for reg in returned if not _is_constant(reg, made)]
    if not others or not all(_is_result(ir, reg, made, calls, 0) for reg in others):
        return None
    return Forwarding(slots.pop(), len(others) < len(returned))


_Makers = dict[int, list[o.Op]]


def _ops(ir: FunctionIR) -> Iterator[o.Op]:
    for block in ir.blocks:
        yield from block.ops


def _makers(ir: FunctionIR) -> _Makers:
    made: _Makers = {}
    for op in _ops(ir):
        for reg in op.dsts if isinstance(op, o.Unpack) else [getattr(op, "dst", None)]:
            if reg is not None:
                made.setdefault(reg, []).append(op)
    return made


def _hands_all_on(ir: FunctionIR, call: o.Call, made: _Makers) -> bool:
    """Whether a call of a variable of the enclosing function passes every parameter, in order."""
    if [arg.label for arg in call.args] != [*(None for _ in ir.params[:-2]), "*", "**"]:
        return False
    callee = made.get(call.func, [])
    if len(callee) != 1 or not isinstance(callee[0], o.LoadName) or (callee[0].scope, callee[0].depth) != ("free", 1):
        return False
    return all(_reads(made, arg.reg, param.name) for arg, param in zip(call.args, ir.params, strict=True))


def _reads(made: _Makers, reg: int, name: str) -> bool:
    found = made.get(reg, [])
    return len(found) == 1 and isinstance(found[0], o.LoadName) and found[0].slot == name


def _changes_arguments(ir: FunctionIR, made: _Makers) -> bool:
    """Whether a parameter is bound again, or a method or an item of its mapping may change what is handed on."""
    names = {param.name for param in ir.params}
    options = ir.params[-1].name
    for op in _ops(ir):
        if isinstance(op, o.StoreName | o.DelName) and op.slot in names:
            return True
        if isinstance(op, o.StoreItem | o.DelItem | o.LoadAttr) and _reads(made, op.obj, options):
            return True
    return False


def _is_constant(reg: int, made: _Makers) -> bool:
    found = made.get(reg, [])
    return bool(found) and all(isinstance(op, o.Const) for op in found)


def _is_result(ir: FunctionIR, reg: int, made: _Makers, calls: dict[int, o.Call], level: int) -> bool:
    """Whether a register holds the result of one of the calls, perhaps awaited, perhaps kept in a variable."""
    found = made.get(reg, [])
    return bool(found) and level < 5 and all(_gives_result(ir, op, reg, made, calls, level) for op in found)


def _gives_result(ir: FunctionIR, op: o.Op, reg: int, made: _Makers, calls: dict[int, o.Call], level: int) -> bool:
    if isinstance(op, o.Call):
        return reg in calls
    if isinstance(op, o.Await | o.Move):
        return _is_result(ir, op.src, made, calls, level + 1)
    if isinstance(op, o.LoadName) and op.scope == "local":
        stored = [each.src for each in _ops(ir) if isinstance(each, o.StoreName) and each.slot == op.slot]
        return bool(stored) and all(_is_result(ir, src, made, calls, level + 1) for src in stored)
    return False
