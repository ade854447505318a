"""Annotations as ``TypeRef``: strings parsed, unions made uniform."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from privlint.ir.ops import TypeRef
from privlint.lower.shapes import strings
from privlint.lower.strings import string_value

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_LONGEST = 2_000  # characters of a string annotation that is still parsed
_DEEPEST = 40
_UNKNOWN = TypeRef("")
_NONE = TypeRef("None")


def dotted(node: cst.CSTNode | None) -> str:
    """``a.b.c`` as written, or "" if the expression is not a dotted name."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))


def type_ref(node: cst.BaseExpression, depth: int = 0) -> TypeRef:
    """The annotation that an expression stands for."""
    if depth > _DEEPEST:
        return _UNKNOWN
    if isinstance(node, cst.Name | cst.Attribute):
        return TypeRef(dotted(node))
    if isinstance(node, cst.Subscript):
        return _subscript(node, depth)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return _union([type_ref(operand, depth + 1) for operand in _alternatives(node)])
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        return _string(node, depth)
    if isinstance(node, cst.Ellipsis):
        return TypeRef("...")
    if isinstance(node, cst.Call):
        name = dotted(node.func)
        given = [
            arg.value for arg in node.args if arg.keyword is None and isinstance(arg.value, cst.Name | cst.Attribute)
        ]
        return TypeRef(f"{name}()", tuple(type_ref(arg, depth + 1) for arg in given)) if name else _UNKNOWN
    if isinstance(node, cst.List | cst.Tuple):
        return TypeRef("", tuple(type_ref(element.value, depth + 1) for element in node.elements))
    if isinstance(node, cst.StarredElement):
        return type_ref(node.value, depth + 1)
    return _UNKNOWN


def _alternatives(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    operands: list[cst.BaseExpression] = []
    while isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        operands.append(node.right)
        node = node.left
    operands.append(node)
    return operands[::-1]


def _subscript(node: cst.Subscript, depth: int) -> TypeRef:
    name = dotted(node.value)
    parts = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
    last = name.rpartition(".")[2]
    if last == "Literal":
        return TypeRef(name, tuple(TypeRef(_source(part)) for part in parts))
    if last == "Annotated" and parts:
        extra = tuple(_UNKNOWN if isinstance(part, cst.BaseString) else type_ref(part, depth + 1) for part in parts[1:])
        return TypeRef(name, (type_ref(parts[0], depth + 1), *extra))
    args = [type_ref(part, depth + 1) for part in parts]
    if last == "Optional":
        return _union([*args, _NONE])
    if last == "Union":
        return _union(args)
    return TypeRef(name, tuple(args))


def _union(args: Sequence[TypeRef]) -> TypeRef:
    flat: dict[TypeRef, None] = {}
    for arg in args:
        flat.update(dict.fromkeys(arg.args if arg.name == "Union" else (arg,)))
    return TypeRef("Union", tuple(flat)) if len(flat) != 1 else next(iter(flat))


def _source(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.SimpleString | cst.Integer | cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return dotted(node)
    return cst.Module(()).code_for_node(node)


def _string(node: cst.BaseString, depth: int) -> TypeRef:
    pieces = [string_value(piece) for piece in strings(node) if isinstance(piece, cst.SimpleString)]
    text = "".join(piece for piece in pieces if isinstance(piece, str)).strip()
    if _DOTTED.fullmatch(text):
        return TypeRef(text)
    if len(text) > _LONGEST or text.count("[") + text.count("(") > _DEEPEST:
        return _UNKNOWN
    try:
        return type_ref(cst.parse_expression(text), depth + 1)
    except Exception:  # LibCST's parser has no common base class for what it raises on text that is not Python
        return _UNKNOWN
