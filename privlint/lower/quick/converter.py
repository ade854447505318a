"""From Python's tree to LibCST's nodes: what the parts of the package need of each other and of the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from privlint.lower.quick.expressions import EXPRESSIONS
from privlint.lower.quick.statements import STATEMENTS, block_node, module_node

_LINE = re.compile(r"\r\n|\r|\n")


class Converter:
    """The text of one file, and the nodes made of its tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None
        self._ascii = text.isascii()

    def module(self, tree: ast.Module) -> Any:
        """The whole file."""
        return module_node(self.suite(tree.body))

    def suite(self, body: Sequence[ast.stmt]) -> list[Any]:
        """Statements in order."""
        return [STATEMENTS[type(node)](self, node) for node in body]

    def block(self, body: Sequence[ast.stmt]) -> Any:
        """Statements as the body of a compound one."""
        return block_node(self.suite(body))

    def expr(self, node: Any) -> Any:
        """An expression."""
        return EXPRESSIONS[type(node)](self, node)

    def maybe(self, node: Any) -> Any:
        """An expression, or None."""
        return None if node is None else EXPRESSIONS[type(node)](self, node)

    def source(self, node: Any) -> str:
        """The text of a node."""
        return self.text[
            self._offset(node.lineno, node.col_offset) : self._offset(node.end_lineno, node.end_col_offset)
        ]

    def _offset(self, line: int, column: int) -> int:
        if self._starts is None:
            self._starts = [0, *(found.end() for found in _LINE.finditer(self.text)), len(self.text)]
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        row = self.text[start : self._starts[line]]
        return start + len(row.encode("utf-8")[:column].decode("utf-8"))
