"""What is wrong with a declaration, and the nearest word that would have been right."""

from __future__ import annotations

import difflib
from collections.abc import Collection

_FEW = 10  # so many known words are simply listed


class DeclarationError(Exception):
    """A declaration that cannot be used: which file, where (1-based; line 0 when no place is to blame), and why."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(path, line, column, message)
        self.path = path
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.message}"


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant: by spelling, or as the last part of a dotted one (``email``)."""
    plain = {_plain(each): each for each in sorted(known, reverse=True)}
    wanted = _plain(word)
    if wanted in plain:
        return plain[wanted]
    tails = {each.rpartition(".")[2]: each for each in sorted(plain, reverse=True) if "." in each}
    if "." not in wanted and wanted in tails:
        return plain[tails[wanted]]
    cutoff = 0.5 if len(wanted) <= 3 else 0.6  # of a country's code one letter is half
    close = difflib.get_close_matches(wanted, sorted(plain), n=1, cutoff=cutoff)
    if not close and "." not in wanted:
        close = [tails[tail] for tail in difflib.get_close_matches(wanted, sorted(tails), n=1, cutoff=0.7)]
    return plain[close[0]] if close else None


def suggestion(word: str, known: Collection[str]) -> str:
    """The end of an error message about an unknown word."""
    meant = nearest(word, known)
    if meant is not None:
        return f": did you mean {meant!r}?"
    if len(known) <= _FEW:
        return f" (known: {', '.join(known)})"
    return ""


def _plain(word: str) -> str:
    return word.casefold().strip().replace("-", "_").replace(" ", "_")
