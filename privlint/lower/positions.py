"""From ordinals to lines and columns, for the few nodes that a report shows.

The text is parsed again with ``ast`` and walked in the order of the ordinals.  LibCST's own positions, which cost
twenty times as much, are used where ``ast`` fails: text that this Python cannot parse, and the insides of f-strings,
whose positions were wrong before Python 3.12.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterable
from typing import Any

from privlint.lower.syntax import Parameter, numbered
from privlint.model.location import Span

_LINE = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"\w+")
_DEFINED = re.compile(r"(?:async(?:[^\S\r\n]|\\\r?\n|\\\r)+)?(?:def|class)(?:[^\S\r\n]|\\\r?\n|\\\r)+(\w+)")
_TYPE_PARAM = re.compile(r"[*\s]*(\w+)")
_KEYWORD = re.compile(r"[a-z]+")
_FORMATTED: tuple[type, ...] = tuple(getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name))
_COMPOUND = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


def locate(text: str, nodes: Collection[int], count: int | None = None) -> dict[int, Span]:
    """Where these ordinals stand in the text: 1-based lines and columns in code points, end exclusive.

    ``count`` is ``ModuleIR.nodes``: if the text does not have as many nodes, LibCST decides.  A definition or a
    parameter is where its name is; a compound statement where its keyword is.  An ordinal that the text does not
    have is left out.  Raises ``LowerError`` if the text is no Python at all.
    """
    wanted = sorted(set(nodes))
    if not wanted:
        return {}
    found = _tree_nodes(text)
    if found is None or (count is not None and count != len(found)):
        return _by_metadata(text, wanted)
    source = _Source(text)
    result: dict[int, Span] = {}
    inside: dict[int, list[int]] = {}  # ordinal of an f-string -> ordinals inside it
    strings = _formatted_strings(found)
    for n in wanted:
        if n >= len(found):
            continue
        around = _around(strings, n)
        if around is None:
            result[n] = source.span_of(found[n])
        else:
            inside.setdefault(around, []).append(n)
    for start, members in inside.items():
        result.update(_inside(source, source.span_of(found[start]), start, members))
    return result


def _by_metadata(text: str, wanted: Collection[int]) -> dict[int, Span]:
    from privlint.lower.metadata import spans_by_metadata  # loads LibCST, which most reports need not wait for

    return spans_by_metadata(text, wanted)


def _tree_nodes(text: str) -> list[Any] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(numbered(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _formatted_strings(found: list[Any]) -> list[tuple[int, int]]:
    """First and last ordinal of every outermost f-string."""
    result = []
    n = 0
    while n < len(found):
        size = 1
        if isinstance(found[n], _FORMATTED):
            size = sum(1 for _ in numbered(found[n]))
            result.append((n, n + size - 1))
        n += size
    return result


def _around(strings: Iterable[tuple[int, int]], n: int) -> int | None:
    for first, last in strings:
        if first > n:
            return None
        if first < n <= last:
            return first
    return None


def _inside(source: _Source, around: Span, start: int, members: Iterable[int]) -> dict[int, Span]:
    """The positions of nodes inside an f-string: of the string alone, set in parentheses, as a module."""
    first = 2  # the string's ordinal in it, behind the module and the expression statement
    spans = _by_metadata(f"({source.cut(around)})", [n - start + first for n in members])
    shift = around.column - 2  # for the parenthesis, and columns being 1-based

    def moved(line: int, column: int) -> tuple[int, int]:
        return around.line + line - 1, column + shift if line == 1 else column

    return {
        n - first + start: Span(*moved(span.line, span.column), *moved(span.end_line, span.end_column))
        for n, span in spans.items()
    }


class _Source:
    """A text by lines, as ``ast`` counts them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _LINE.finditer(text))]
        self._starts.append(len(text))

    def _offset(self, line: int, bytes_before: int) -> int:
        """Where in the text: ``ast`` counts columns in bytes of UTF-8."""
        start = self._starts[line - 1]
        row = self._text[start : self._starts[line]]
        if row.isascii():
            return start + bytes_before
        return start + len(row.encode("utf-8", "surrogatepass")[:bytes_before].decode("utf-8", "surrogatepass"))

    def _span(self, start: int, end: int, line: int, end_line: int) -> Span:
        return Span(line, start - self._starts[line - 1] + 1, end_line, end - self._starts[end_line - 1] + 1)

    def _line_at(self, offset: int, line: int) -> int:
        while line < len(self._starts) - 1 and self._starts[line] <= offset:
            line += 1
        return line

    def cut(self, span: Span) -> str:
        """The text of a span."""
        first = self._starts[span.line - 1] + span.column - 1
        return self._text[first : self._starts[span.end_line - 1] + span.end_column - 1]

    def span_of(self, node: Any) -> Span:
        """The place of a node of Python's syntax tree."""
        if isinstance(node, Parameter):
            return self._matched(_NAME, node.arg, 0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return self._matched(_DEFINED, node, 1)
        if isinstance(node, _COMPOUND) or (isinstance(node, ast.ExceptHandler) and node.type is None):
            return self._matched(_KEYWORD, node, 0)
        if isinstance(node, ast.Module):
            return Span(1, 1, 1, 1)
        if type(node).__name__ in ("TypeVar", "ParamSpec", "TypeVarTuple"):
            return self._matched(_TYPE_PARAM, node, 1)
        last: Any = node.type if isinstance(node, ast.ExceptHandler) else node
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(last.end_lineno, last.end_col_offset)
        return self._span(start, end, node.lineno, last.end_lineno)

    def _matched(self, pattern: re.Pattern[str], node: Any, group: int) -> Span:
        """The part of a node that a pattern finds at its start."""
        start = self._offset(node.lineno, node.col_offset)
        found = pattern.match(self._text, start)
        if found is None:
            return self._span(start, start, node.lineno, node.lineno)
        line = self._line_at(found.start(group), node.lineno)
        return self._span(found.start(group), found.end(group), line, line)
