"""F-strings, t-strings and implicit concatenation."""

from __future__ import annotations

from typing import Any

import libcst as cst

from privlint.ir.ops import Arg, Build, Reg
from privlint.lower.builder import FunctionBuilder
from privlint.lower.shapes import strings
from privlint.lower.strings import literal_text, string_value


def formatted(f: FunctionBuilder, node: Any) -> Reg:
    """An f-string, a t-string, or an implicit concatenation."""
    n = f.n(node)
    pieces = strings(node)
    if all(isinstance(piece, cst.SimpleString) for piece in pieces):
        values = [string_value(piece) for piece in pieces]
        if isinstance(values[0], bytes):
            return f.constant(b"".join(value for value in values if isinstance(value, bytes)), n)
        return f.constant("".join(value for value in values if isinstance(value, str)), n)
    parts: list[Arg] = []
    text: list[str] = []
    for piece in pieces:
        if isinstance(piece, cst.SimpleString):
            text.append(str(string_value(piece)))
        else:
            _parts(f, piece.parts, piece.start, n, parts, text)
    _flush(f, n, parts, text)
    dst = f.reg()
    f.emit(Build(dst, "str", tuple(parts), n))
    return dst


def _flush(f: FunctionBuilder, n: int, parts: list[Arg], text: list[str]) -> None:
    """Neighbouring literal parts become one constant."""
    joined = "".join(text)
    text.clear()
    if joined:
        parts.append(Arg(None, f.constant(joined, n), n))


def _parts(f: FunctionBuilder, contents: Any, start: str, n: int, parts: list[Arg], text: list[str]) -> None:
    for content in contents:
        if isinstance(content, cst.FormattedStringText | cst.TemplatedStringText):
            text.append(literal_text(content.value, start))
            continue
        _flush(f, n, parts, text)
        value = f.expr(content.expression)
        conversion = content.conversion
        if conversion is None and content.equal is not None and content.format_spec is None:
            conversion = "r"  # what f"{x=}" means
        parts.append(Arg(f"!{conversion}" if conversion else None, value, f.n(content.expression)))
        if content.format_spec:
            _spec(f, content.format_spec, start, n, parts)


def _spec(f: FunctionBuilder, contents: Any, start: str, n: int, parts: list[Arg]) -> None:
    """A format spec's literal text formats and is no part of the value; its fields are."""
    inner = [content for content in contents if not hasattr(content, "value")]
    _parts(f, inner, start, n, parts, [])
