"""Short ways to lower a text and to look at the outcome."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR, ModuleIR
from privlint.lower import lower
from privlint.model.source import SourceFile


class Lowered:
    """A lowered text, and questions about it."""

    def __init__(self, text: str) -> None:
        self.text = textwrap.dedent(text)
        self.module: ModuleIR = lower(SourceFile("m.py", "/m.py", self.text, ""))

    def function(self, qualname: str) -> FunctionIR:
        (found,) = [function for function in self.module.functions if function.qualname == qualname]
        return found

    def ops(self, kind: type, qualname: str = "<module>") -> list[Any]:
        return [op for block in self.function(qualname).blocks for op in block.ops if isinstance(op, kind)]

    def ends(self, kind: type, qualname: str = "<module>") -> list[Any]:
        return [block.end for block in self.function(qualname).blocks if isinstance(block.end, kind)]

    def paths(self, qualname: str) -> Iterator[list[int]]:
        """The ways through a function without going round a loop twice, exceptions left out."""
        from privlint.ir.module import targets_of

        blocks = self.function(qualname).blocks
        stack = [[0]]
        while stack:
            path = stack.pop()
            following = targets_of(blocks[path[-1]].end)
            if not following:
                yield path
            stack.extend([*path, block] for block in following if path.count(block) < 1)

    def calls(self, qualname: str) -> set[tuple[str, ...]]:
        """The names called on each of these ways, and how it ends."""
        blocks = self.function(qualname).blocks
        result = set()
        for path in self.paths(qualname):
            names = [op.text for place in path for op in blocks[place].ops if isinstance(op, o.Call)]
            result.add((*names, type(blocks[path[-1]].end).__name__))
        return result


@pytest.fixture
def lowered() -> Callable[[str], Lowered]:
    return Lowered
