"""Views of LibCST nodes that take the syntax out of them: suites, chains, parameters, pieces of strings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import libcst as cst

CONSTANTS: dict[str, bool | None] = {"None": None, "True": True, "False": False}


def targets(node: cst.CSTNode) -> Iterable[str]:
    """The plain names that an assignment target binds."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            yield node.value
        elif isinstance(node, cst.Tuple | cst.List):
            stack.extend(element.value for element in node.elements)
        elif isinstance(node, cst.StarredElement):
            stack.append(node.value)


def statements(body: Sequence[Any] | cst.BaseSuite) -> list[Any]:
    """The statements of a suite, those that share a line taken apart."""
    lines: Sequence[Any]
    if isinstance(body, cst.SimpleStatementSuite | cst.SimpleStatementLine):
        return list(body.body)
    lines = body.body if isinstance(body, cst.BaseSuite) else body
    result: list[Any] = []
    for line in lines:
        if type(line) is cst.SimpleStatementLine:
            result.extend(line.body)
        else:
            result.append(line)
    return result


def strings(node: cst.BaseString) -> list[Any]:
    """The pieces of an implicit concatenation, or the one string."""
    pieces: list[Any] = []
    current: Any = node
    while isinstance(current, cst.ConcatenatedString):
        pieces.append(current.left)
        current = current.right
    pieces.append(current)
    return pieces


def fields(parts: Sequence[Any]) -> list[Any]:
    """The replacement fields' expressions of an f-string's parts, those of format specs behind their own field's."""
    result: list[Any] = []
    for part in parts:
        if isinstance(part, cst.FormattedStringExpression | cst.TemplatedStringExpression):
            result.append(part.expression)
            if part.format_spec:
                result.extend(fields(part.format_spec))
    return result


def is_tuple_key(node: cst.Subscript) -> bool:
    """Whether the key of a subscript is a tuple without parentheses: ``a[1, 2]``, ``a[1,]``, ``a[*b]``."""
    first = node.slice[0]
    if len(node.slice) > 1 or isinstance(first.comma, cst.Comma):
        return True
    return isinstance(first.slice, cst.Index) and first.slice.star is not None


def bool_operands(node: cst.BooleanOperation) -> list[Any]:
    """The operands of ``a and b and c``: nested to the left without parentheses, one chain for Python."""
    operands: list[Any] = [node.right]
    kind = type(node.operator)
    left: Any = node.left
    while type(left) is cst.BooleanOperation and type(left.operator) is kind and not left.lpar:
        operands.append(left.right)
        left = left.left
    operands.append(left)
    operands.reverse()
    return operands


def is_singleton(node: cst.MatchPattern) -> bool:
    """Whether a pattern is ``None``, ``True`` or ``False`` (LibCST's parser makes values of them)."""
    if isinstance(node, cst.MatchSingleton):
        return True
    return isinstance(node, cst.MatchValue) and isinstance(node.value, cst.Name) and node.value.value in CONSTANTS


def all_params(node: cst.Parameters) -> list[tuple[str, cst.Param]]:
    """The parameters in source order, each with its kind as in ``privlint.ir.module.Param``."""
    result = [("posonly", param) for param in node.posonly_params]
    result += [("pos", param) for param in node.params]
    if isinstance(node.star_arg, cst.Param):
        result.append(("*", node.star_arg))
    result += [("kwonly", param) for param in node.kwonly_params]
    if node.star_kwarg is not None:
        result.append(("**", node.star_kwarg))
    return result
