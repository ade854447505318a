"""Positions by LibCST's own metadata: exact for everything it can parse, and slow."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import libcst as cst
from libcst.metadata import CodePosition, MetadataWrapper, PositionProvider

from privlint.lower.parse import parse
from privlint.lower.walk import Walk
from privlint.model.location import Span

_WORD = re.compile(r"[a-z]+")
_COMPOUND = (cst.If, cst.While, cst.For, cst.With, cst.Try, cst.TryStar, cst.Match)


def spans_by_metadata(text: str, wanted: Collection[int]) -> dict[int, Span]:
    """The spans of these ordinals; raises ``LowerError``."""
    module = parse(text)
    ordinals = Walk(module).ordinals
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    numbers = set(wanted)
    places = _Places(positions, text)
    result: dict[int, Span] = {}
    stack: list[cst.CSTNode] = [module]
    while stack:
        node = stack.pop()
        n = ordinals.get(id(node))
        if n in numbers and not isinstance(node, cst.SubscriptElement):
            result[n] = places.span_of(node)
        if isinstance(node, cst.Subscript) and ordinals.get(id(node.slice[0])) in numbers:
            result[ordinals[id(node.slice[0])]] = places.span_of_key(node)
        stack.extend(node.children)
    return result


def _span(start: CodePosition, end: CodePosition) -> Span:
    return Span(start.line, start.column + 1, end.line, end.column + 1)


class _Places:
    """Spans as ``ast`` has them, from positions as LibCST has them."""

    def __init__(self, positions: Any, text: str) -> None:
        self._positions = positions
        self._lines = re.split(r"\r\n|\r|\n", text)

    def ends(self, node: Any) -> tuple[CodePosition, CodePosition]:
        """Start and end as LibCST has them: without parentheses."""
        place = self._positions[node]
        return place.start, place.end

    def _end_with_parentheses(self, node: Any) -> CodePosition:
        return self.ends(node.rpar[-1] if node.rpar else node)[1]

    def span_of_key(self, node: cst.Subscript) -> Span:
        """The span of a tuple that is a subscript's key; a trailing comma belongs to it."""
        last = node.slice[-1]
        end = self.ends(last.comma if isinstance(last.comma, cst.Comma) else last.slice)[1]
        return _span(self.ends(node.slice[0].slice)[0], end)

    def span_of(self, node: Any) -> Span:
        """The span of one node."""
        if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Param):
            return _span(*self.ends(node.name))
        if isinstance(node, cst.TypeParam):
            return _span(*self.ends(node.param.name))
        if isinstance(node, cst.Module):
            return Span(1, 1, 1, 1)
        if isinstance(node, cst.MatchValue):
            return self.span_of(node.value)
        start, end = self.ends(node)
        if isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler) and node.type is not None:
            last = self.span_of(node.type)
            return Span(start.line, start.column + 1, last.end_line, last.end_column)
        if isinstance(node, (*_COMPOUND, cst.ExceptHandler)):
            word = _WORD.match(self._lines[start.line - 1], start.column)
            return (
                _span(start, start) if word is None else Span(start.line, start.column + 1, start.line, word.end() + 1)
            )
        if isinstance(node, cst.Arg | cst.StarredElement | cst.Index):
            end = self._end_with_parentheses(node.value)
        elif isinstance(node, cst.MatchStar):  # LibCST's end is behind the comma
            end = (
                self.ends(node.name)[1] if node.name is not None else CodePosition(start.line, start.column + len("*_"))
            )
        elif isinstance(node, cst.GeneratorExp) and not node.lpar:
            return self._only_argument(start, end)
        elif isinstance(node, cst.Tuple | cst.GeneratorExp | cst.MatchTuple) and node.lpar:
            start, end = self.ends(node.lpar[-1])[0], self.ends(node.rpar[0])[1]
        return _span(start, end)

    def _only_argument(self, start: CodePosition, end: CodePosition) -> Span:
        """A generator expression that is a call's only argument owns the parentheses of the call."""
        line, column = start.line, self._lines[start.line - 1].rfind("(", 0, start.column)
        while column < 0 and line > 1:
            line -= 1
            column = self._lines[line - 1].rfind("(")
        end_line, end_column = end.line, self._lines[end.line - 1].find(")", end.column)
        while end_column < 0 and end_line < len(self._lines):
            end_line += 1
            end_column = self._lines[end_line - 1].find(")")
        return Span(line, column + 1, end_line, end_column + 2)
