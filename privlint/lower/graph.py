"""Finishing a graph: empty blocks skipped, straight lines merged, reverse post-order, unreachable removed."""

from __future__ import annotations

from privlint.ir.module import Block, targets_of
from privlint.ir.ops import Branch, Choose, End, Jump
from privlint.lower.builder import OpenBlock


def finish(blocks: list[OpenBlock]) -> tuple[Block, ...]:
    """The final blocks; 0 is the entry."""
    forward = [_landing(blocks, index) for index in range(len(blocks))]
    for block in blocks:
        if block.end is not None:
            block.end = _renamed(block.end, forward)
        if block.handler >= 0:
            block.handler = forward[block.handler]
    _merge(blocks)
    order = _reverse_post_order(blocks)
    place = {index: position for position, index in enumerate(order)}
    result: list[Block] = []
    for index in order:
        block = blocks[index]
        assert block.end is not None
        result.append(Block(tuple(block.ops), _renamed(block.end, place), place.get(block.handler, -1)))
    return tuple(result)


def _landing(blocks: list[OpenBlock], index: int) -> int:
    """Where a jump to this block really arrives: empty blocks that only jump on are passed."""
    seen: set[int] = set()
    while True:
        block = blocks[index]
        if block.ops or not isinstance(block.end, Jump) or index in seen or block.end.target == index:
            return index
        seen.add(index)
        index = block.end.target


def _renamed(end: End, names: dict[int, int] | list[int]) -> End:
    if isinstance(end, Jump):
        return Jump(names[end.target])
    if isinstance(end, Branch):
        return Branch(end.cond, names[end.then], names[end.orelse], end.n)
    if isinstance(end, Choose):
        targets = tuple(dict.fromkeys(names[target] for target in end.targets))
        return Choose(targets, end.cond) if len(targets) > 1 else Jump(targets[0])
    return end


def _merge(blocks: list[OpenBlock]) -> None:
    """Append to a block the one it jumps to, if nothing else goes there and both have the same handler."""
    entries = [0] * len(blocks)
    entries[0] = 1
    for index in _reverse_post_order(blocks):
        block = blocks[index]
        assert block.end is not None
        for target in targets_of(block.end):
            entries[target] += 1
        if block.handler >= 0:
            entries[block.handler] += 2
    for index in _reverse_post_order(blocks):
        block = blocks[index]
        while isinstance(block.end, Jump):
            following = blocks[block.end.target]
            if entries[block.end.target] != 1 or following.handler != block.handler or following is block:
                break
            block.ops += following.ops
            block.end = following.end


def _reverse_post_order(blocks: list[OpenBlock]) -> list[int]:
    """The blocks that can be reached, each before those it leads to, but for the backward edges of loops."""
    order: list[int] = []
    seen = {0}
    stack: list[tuple[int, list[int]]] = [(0, _successors(blocks[0]))]
    while stack:
        index, rest = stack[-1]
        while rest:
            target = rest.pop()
            if target not in seen:
                seen.add(target)
                stack.append((target, _successors(blocks[target])))
                break
        else:
            stack.pop()
            order.append(index)
    order.reverse()
    return order


def _successors(block: OpenBlock) -> list[int]:
    """In the order of source; the caller takes them from the end, so that the first comes first in the outcome."""
    assert block.end is not None
    successors = list(targets_of(block.end))
    if block.handler >= 0:
        successors.append(block.handler)
    return successors
