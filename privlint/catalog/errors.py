"""What is wrong with a rule pack, said so that a person finds the place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CatalogError(Exception):
    """A rule pack cannot be used.

    ``path`` is the file (or folder) as given, ``line`` and ``column`` are 1-based (0: the file as a whole),
    ``message`` says what is wrong and names the nearest known word where there is one.
    """

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(path, line, column, message)
        self.path = path
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.path}{place}: {self.message}"


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """``; did you mean 'x'?`` for the known word nearest to ``word``, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f"; did you mean {near[0]!r}?" if near else ""
