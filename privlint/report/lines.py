"""The lines of the analysed files, and columns in the units that an output format counts in.

A span counts code points.  A line ends where Python ends it (LF, CR LF or CR), which is not where ``str.splitlines``
does: that also stops at form feeds and at U+2028.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from privlint.model.location import Span

_LINE_END = re.compile(r"\r\n|\r|\n")


def utf16_length(text: str) -> int:
    """How many UTF-16 code units ``text`` takes: two for each character beyond the basic plane."""
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)


class Sources:
    """The texts of a report by displayed path, split into lines when first asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._lines: dict[str, list[str]] = {}

    def text(self, path: str) -> str | None:
        """The whole text, or None where it is not known."""
        return self._texts.get(path)

    def line(self, path: str, number: int) -> str | None:
        """Line ``number`` (1-based) without its end, or None where the text or the line does not exist."""
        lines = self._lines.get(path)
        if lines is None:
            text = self._texts.get(path)
            lines = self._lines[path] = [] if text is None else _LINE_END.split(text)
        return lines[number - 1] if 1 <= number <= len(lines) else None

    def utf16_span(self, path: str, span: Span) -> Span:
        """``span`` with columns in UTF-16 code units; kept inside its lines, and never empty the wrong way round."""
        line, end_line = max(span.line, 1), max(span.end_line, span.line, 1)
        start = self._utf16_column(path, line, span.column)
        end = self._utf16_column(path, end_line, span.end_column)
        return Span(line, start, end_line, max(end, start) if line == end_line else end)

    def _utf16_column(self, path: str, line: int, column: int) -> int:
        column = max(column, 1)
        text = self.line(path, line)
        return column if text is None else utf16_length(text[: column - 1]) + 1
