"""The values of literals: numbers, strings, bytes, and the literal parts of f-strings."""

from __future__ import annotations

import ast
import re
import unicodedata
from typing import Any

import libcst as cst

_ESCAPE = re.compile(
    r"\\(\r\n|[\n\r\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|N\{[^}]+\}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_SIMPLE = {"\n": "", "\r": "", "\r\n": "", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Known:
    """What stands for the source of a literal whose value is known (``privlint.lower.quick``)."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def string_value(node: cst.SimpleString) -> str | bytes:
    """The value of a string or bytes literal."""
    source: Any = node.value
    if type(source) is Known:
        known: str | bytes = source.value
        return known
    quote = min(source.find(mark) if mark in source else len(source) for mark in "'\"")
    prefix = source[:quote].lower()
    width = 3 if source[quote : quote + 3] in ("'''", '"""') else 1
    body = source[quote + width : -width]
    if "b" in prefix:
        text = body if "r" in prefix else unescape(body, names=False)
        return text.encode("latin-1", "replace")
    return _newlines(body) if "r" in prefix else unescape(body)


def unescape(body: str, names: bool = True) -> str:
    """The text that the inside of a literal stands for; ``names``: whether ``\\N`` and ``\\u`` mean something."""
    body = _newlines(body)
    if "\\" not in body:
        return body
    return _ESCAPE.sub(lambda found: _escape(found[0], found[1], names), body)


def _newlines(body: str) -> str:
    return body.replace("\r\n", "\n").replace("\r", "\n") if "\r" in body else body


def _escape(whole: str, code: str, names: bool) -> str:
    if code in _SIMPLE:
        return _SIMPLE[code]
    head = code[0]
    try:
        if head in "01234567":
            return chr(int(code, 8) & (0xFFFF if names else 0xFF))
        if head == "x":
            return chr(int(code[1:], 16))
        if head in "uUN" and not names:
            return whole
        if head == "N":
            return unicodedata.lookup(code[2:-1])
        if head in "uU":
            return chr(int(code[1:], 16))
    except (KeyError, ValueError, OverflowError):
        return whole
    return code


def literal_text(text: str | Known, start: str) -> str:
    """The value of a literal part of an f-string; ``start`` is its prefix and opening quotes."""
    if isinstance(text, Known):
        return str(text.value)
    text = text.replace("{{", "{").replace("}}", "}")
    return _newlines(text) if "r" in start.lower() else unescape(text)


def number_value(node: Any) -> int | float | complex | None:
    """The value of a number; None for one too long to be meant as a number."""
    try:
        if isinstance(node, cst.Integer):
            return int(node.value.replace("_", ""), 0) if len(node.value) > 1 else int(node.value)
        value = ast.literal_eval(node.value)
    except (ValueError, SyntaxError, MemoryError):
        return None
    return value if isinstance(value, int | float | complex) else None
