"""A lowered file: its functions, each a list of basic blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from privlint.ir.ops import Branch, Choose, End, Jump, Op, TypeRef


class Param(NamedTuple):
    """A parameter; ``kind``: ``posonly`` | ``pos`` | ``kwonly`` | ``*`` | ``**``."""

    name: str
    kind: str
    annotation: TypeRef | None
    default: bool
    n: int


class Block(NamedTuple):
    """Ops in order and how they end; ``handler`` is the block where an exception of these ops goes on, or -1."""

    ops: tuple[Op, ...]
    end: End
    handler: int


@dataclass(frozen=True, slots=True)
class FunctionIR:
    """One function, lambda, class body or module body.  Block 0 is the entry; blocks are in reverse post-order."""

    index: int
    name: str  # "<lambda>" and "<module>" for those
    qualname: str  # Class.method, outer.<locals>.inner; "<module>"
    kind: str  # module | function | lambda | class
    parent: int  # index of the enclosing function (class bodies included), -1 for the module
    params: tuple[Param, ...]
    returns: TypeRef | None
    asynchronous: bool
    generator: bool
    cells: frozenset[str]  # own variables that inner functions use
    decorators: tuple[str, ...]  # as written, dotted, call parentheses dropped: "app.route"
    blocks: tuple[Block, ...]
    n: int


def targets_of(end: End) -> tuple[int, ...]:
    """The blocks that a block's end goes on to."""
    if isinstance(end, Jump):
        return (end.target,)
    if isinstance(end, Branch):
        return (end.then, end.orelse)
    if isinstance(end, Choose):
        return end.targets
    return ()


def successors(ir: FunctionIR, number: int) -> list[int]:
    """The blocks that may follow a block, its handler left out."""
    return list(targets_of(ir.blocks[number].end))


@dataclass(frozen=True, slots=True)
class ModuleIR:
    """One lowered file; ``functions[0]`` is the module body; ``nodes`` is how many ordinals the walk gave out."""

    path: str
    functions: tuple[FunctionIR, ...]
    exports: tuple[str, ...] | None  # a literal ``__all__``
    nodes: int
