"""Guesses what for data is used, from the names of functions, classes, modules and folders (``rules/purposes``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_MOST = 3


class Purposes:
    """The table of purposes, by the words that give them away."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """``table``: purpose to ``words``, ``kinds`` of recipients, and a ``fides`` data use."""
        self._by_word: dict[str, str] = {}
        self._by_kind: dict[str, str] = {}
        self._weak = {purpose for purpose, entry in table.items() if entry.get("weak")}
        for purpose, entry in table.items():
            for word in entry.get("words", ()):
                self._by_word.setdefault(str(word).casefold(), purpose)
            for kind in entry.get("kinds", ()):
                self._by_kind.setdefault(str(kind), purpose)

    def of_kind(self, kind: str | None) -> str | None:
        """What a recipient of this kind of business is usually used for."""
        return self._by_kind.get(kind or "")

    def of_place(self, path: str, function: str, owner: str = "") -> str | None:
        """What a place in the code is about: its function says most, then the class, the module, the folders."""
        segments = [each for each in function.split(".") if each]
        folders = [PurePosixPath(path).stem, *reversed(PurePosixPath(path).parts[:-1])]
        weak = None
        for text in (*segments[:-3:-1], owner, *segments[-3::-1], *folders):
            for word in reversed(_WORDS.findall(text)):
                purpose = self._by_word.get(word.casefold())
                if purpose is not None and purpose not in self._weak:
                    return purpose
                weak = weak or purpose
        return weak

    def of_places(self, places: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
        """The purposes of several places (path, function, owner), those that are named most often first."""
        counts: dict[str, int] = {}
        for place in places:
            purpose = self.of_place(*place)
            if purpose is not None:
                counts[purpose] = counts.get(purpose, 0) + 1
        return tuple(sorted(counts, key=lambda each: (-counts[each], each))[:_MOST])
