"""Text of analysed code made safe to show: nothing that moves a cursor, hides or reorders what stands beside it.

Control characters, terminal escapes, bidirectional and zero-width characters appear as visible escapes in Python's
spelling; and each character's width on a terminal is known, so that carets stand under what they mean.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_TAB_STOP = 4


@lru_cache(maxsize=4096)
def escape(char: str) -> str:
    """``char`` itself if it is harmless to show, else its escape (``\\x1b``, ``\\u202e``)."""
    if char.isascii():
        return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
    if unicodedata.category(char) not in _HIDDEN:
        return char
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def visible(text: str) -> str:
    """``text`` on one line, everything hidden or active in it as visible escapes (tabs and line ends too)."""
    return text if text.isascii() and text.isprintable() else "".join(map(escape, text))


@lru_cache(maxsize=4096)
def char_width(char: str) -> int:
    """Terminal cells of one shown character: 2 for East Asian wide ones, 0 for combining ones."""
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":  # Hangul vowels join the syllable
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Terminal cells of a text that holds nothing hidden."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def cells(line: str) -> list[str]:
    """What is shown for each character of a source line: itself, an escape, or the blanks up to the next tab stop."""
    if line.isascii() and line.isprintable():
        return list(line)
    shown: list[str] = []
    column = 0
    for char in line:
        cell = " " * (_TAB_STOP - column % _TAB_STOP) if char == "\t" else escape(char)
        shown.append(cell)
        column += width(cell)
    return shown


def storable(text: str) -> str:
    """``text`` without lone surrogates, which no UTF-8 output can hold: they become U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
