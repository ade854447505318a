"""The control-flow graph of one function while it grows: open blocks, registers, ways out of ``try`` and ``with``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from privlint.ir.module import targets_of
from privlint.ir.ops import Const, End, Jump, LoadName, Op, Reg
from privlint.lower.scopes import Scope

if TYPE_CHECKING:
    from privlint.lower.module import ModuleLowering


class OpenBlock:
    """A basic block under construction."""

    __slots__ = ("end", "handler", "index", "ops")

    def __init__(self, index: int, handler: int) -> None:
        self.index = index
        self.handler = handler
        self.ops: list[Op] = []
        self.end: End | None = None


class Loop:
    """A loop around the current statement: where ``break`` and ``continue`` go."""

    __slots__ = ("after", "head")

    def __init__(self, head: int, after: int) -> None:
        self.head = head
        self.after = after


class Managed:
    """A ``with`` around the current statement: the context managers that a way out leaves."""

    __slots__ = ("managers", "node")

    def __init__(self, managers: Sequence[Reg], node: int) -> None:
        self.managers = managers
        self.node = node


class Cleanup:
    """A ``finally`` around the current statement.

    Every way out gets its own copy of the body until there are too many; the later ones share one copy, from whose
    end ``onward`` lists the ways on.
    """

    __slots__ = ("body", "copies", "handler", "onward", "shared")

    def __init__(self, body: cst.Finally, handler: int) -> None:
        self.body = body
        self.handler = handler  # where an exception of the body itself goes
        self.copies = 0
        self.shared: int | None = None
        self.onward: list[int] = []


Frame = Loop | Managed | Cleanup


class FunctionBuilder:
    """The state of lowering one function; ``current`` is None after a statement that never goes on."""

    def __init__(self, module: ModuleLowering, index: int, scope: Scope) -> None:
        self.module = module
        self.ordinals = module.walk.ordinals
        self.index = index
        self.scope = scope
        self.blocks: list[OpenBlock] = []
        self.frames: list[Frame] = []
        self.handler = -1
        self.registers = 0
        self.copies = 0  # of finally bodies, in the whole function
        self.reached: set[int] = set()
        self.current: OpenBlock | None = None
        self.start(self.block())

    def reg(self) -> Reg:
        """A fresh register."""
        self.registers += 1
        return self.registers - 1

    def n(self, node: object) -> int:
        """The ordinal of a node."""
        return self.ordinals[id(node)]

    def emit(self, op: Op) -> None:
        """Append an op; dead code has no block to go to."""
        if self.current is not None:
            self.current.ops.append(op)

    def block(self) -> int:
        """A new, empty block under the present handler."""
        self.blocks.append(OpenBlock(len(self.blocks), self.handler))
        return len(self.blocks) - 1

    def start(self, index: int) -> None:
        """Go on in this block."""
        self.current = self.blocks[index]

    def end(self, end: End) -> None:
        """Close the current block."""
        if self.current is not None:
            self.reached.update(targets_of(end))
            self.current.end = end
            self.current = None

    def jump(self, target: int) -> None:
        """Close the current block with a jump."""
        self.end(Jump(target))

    def goto(self, target: int) -> None:
        """Jump to a block and go on there."""
        self.end(Jump(target))
        self.start(target)

    def join(self, index: int) -> None:
        """Jump to a block and go on there, or nowhere if no way leads to it."""
        self.jump(index)
        if index in self.reached:
            self.start(index)

    def under(self, handler: int) -> None:
        """From here on exceptions go to ``handler``: a block has one handler, so another block begins."""
        if handler == self.handler:
            return
        self.handler = handler
        if self.current is None:
            return
        if self.current.ops:
            self.goto(self.block())
        else:
            self.current.handler = handler

    def expr(self, node: Any) -> Reg:
        """Lower an expression; its value is in the register returned."""
        return self.module.expression(self, node)

    def constant(self, value: Any, n: int) -> Reg:
        """A register that holds a constant."""
        dst = self.reg()
        self.emit(Const(dst, value, n))
        return dst

    def load(self, name: str, n: int) -> Reg:
        """A register that holds a variable's value."""
        dst = self.reg()
        self.emit(LoadName(dst, *self.scope.resolve(name), n))
        return dst
