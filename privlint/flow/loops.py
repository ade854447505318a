"""Where the loops of a function are, by its blocks alone."""

from __future__ import annotations

from typing import NamedTuple

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR, successors


class Loop(NamedTuple):
    """A ``for`` loop, of a statement or a comprehension.

    ``first`` is the block that takes an element of the register ``source``; ``top`` a block before it where every turn
    is decided (of a statement that is its last one, then -1).  ``body`` are all blocks of a turn, ``own`` the registers
    that these alone write.  ``called``: what is iterated over is called, or leads from one thing to what is in it.
    """

    first: int
    top: int
    body: frozenset[int]
    source: int
    own: frozenset[int]
    called: bool


class Loops(NamedTuple):
    """The loops of a function: by the blocks that decide about a turn, and the innermost one by each of its blocks."""

    deciding: dict[int, Loop]
    inside: dict[int, int]


NO_LOOPS: Loops = Loops({}, {})


def loops(ir: FunctionIR) -> Loops:
    """The loops of a function."""
    deciding: dict[int, int] = {}
    for number, block in enumerate(ir.blocks):
        end = block.end
        if isinstance(end, o.Choose) and len(end.targets) == 2:
            ops = ir.blocks[end.targets[0]].ops
            if ops and isinstance(ops[0], o.Iterate):
                deciding[number] = end.targets[0]
    if not deciding:
        return NO_LOOPS
    before, writers = blocks_before(ir), _writers(ir)
    found: dict[int, Loop] = {}
    for first in sorted(set(deciding.values())):
        above = [number for number in before[first] if number < first and not ir.blocks[number].ops]
        top = above[0] if len(before[first]) == 1 and above and len(before[above[0]]) > 1 else -1
        body = _body(top if top >= 0 else first, before)
        own = frozenset(reg for reg, blocks in writers.items() if blocks <= body)
        begin = ir.blocks[first].ops[0]
        assert isinstance(begin, o.Iterate)
        found[first] = Loop(first, top, body, begin.src, own, _asks_items(ir, first, body))
    inside: dict[int, int] = {}
    for first, loop in found.items():  # what is inside of another loop is behind its beginning
        inside.update(dict.fromkeys(loop.body, first))
    return Loops({number: found[first] for number, first in deciding.items()}, inside)


def blocks_before(ir: FunctionIR) -> dict[int, list[int]]:
    """The blocks before each block, those that it handles the exceptions of among them."""
    before: dict[int, list[int]] = {}
    for number, block in enumerate(ir.blocks):
        for target in {*successors(ir, number), block.handler} - {-1}:
            before.setdefault(target, []).append(number)
    return before


def _writers(ir: FunctionIR) -> dict[int, set[int]]:
    """The blocks that write each register."""
    writers: dict[int, set[int]] = {}
    for number, block in enumerate(ir.blocks):
        for op in block.ops:
            for reg in op.dsts if isinstance(op, o.Unpack) else (getattr(op, "dst", -1),):
                writers.setdefault(reg, set()).add(number)
    return writers


def _body(head: int, before: dict[int, list[int]]) -> frozenset[int]:
    """The blocks behind the head from which it is reached again, with itself."""
    found = {head}
    todo = [number for number in before.get(head, ()) if number >= head]
    while todo:
        number = todo.pop()
        if number not in found and number > head:
            found.add(number)
            todo += before.get(number, ())
    return frozenset(found)


def _asks_items(ir: FunctionIR, first: int, body: frozenset[int]) -> bool:
    """Whether a loop calls what it goes through, or methods of it: ``for step in steps: value = step(value)``; or goes
    down by it: ``for key in keys: value = value[key]``."""
    items: set[int] = set()
    slots: set[str] = set()
    for op in ir.blocks[first].ops:
        if isinstance(op, o.Iterate) and not items:
            items.add(op.dst)
        elif isinstance(op, o.Unpack) and op.src in items:
            items.update(op.dsts)
        elif isinstance(op, o.StoreName) and op.src in items:
            slots.add(op.slot)
    ops = [op for number in sorted(body) for op in ir.blocks[number].ops]
    loaded = {op.dst for op in ops if isinstance(op, o.LoadName) and op.slot in slots}
    if _goes_down(ops, loaded):
        return True
    loaded |= {op.dst for op in ops if isinstance(op, o.LoadAttr) and op.obj in loaded}
    return any(isinstance(op, o.Call) and op.func in loaded for op in ops)


def _goes_down(ops: list[o.Op], keys: set[int]) -> bool:
    """Whether a variable becomes an item of itself, under one of these keys."""
    names = {op.dst: op.slot for op in ops if isinstance(op, o.LoadName)}
    methods = {op.dst: op.obj for op in ops if isinstance(op, o.LoadAttr) and op.name == "get"}
    made: dict[int, str | None] = {}
    for op in ops:
        if isinstance(op, o.LoadItem) and op.key in keys:
            made[op.dst] = names.get(op.obj)
        elif isinstance(op, o.Call) and op.func in methods and op.args and op.args[0].reg in keys:
            made[op.dst] = names.get(methods[op.func])
        elif isinstance(op, o.Call) and op.text == "getattr" and len(op.args) > 1 and op.args[1].reg in keys:
            made[op.dst] = names.get(op.args[0].reg)
    return any(isinstance(op, o.StoreName) and made.get(op.src) == op.slot for op in ops)
