"""Dotted paths with stars: how rule packs name functions, methods, decorators and classes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def match_path(pattern: str, path: str) -> bool:
    """Whether the dotted ``path`` is meant by ``pattern``.

    ``*`` stands for one part or for a piece of one (``django.db.models.*Field``), ``**`` for any number of parts, also
    none; a leading ``*.`` for one or more parts (``*.route`` is ``app.route`` and ``self.app.route``, not ``route``).
    """
    if "*" not in pattern:
        return pattern == path
    return _compiled(pattern).match(path) is not None


class Patterns:
    """Several patterns that are asked for together: does any of them mean a path?"""

    def __init__(self, patterns: Iterable[str]) -> None:
        every = tuple(patterns)
        self._plain = frozenset(pattern for pattern in every if "*" not in pattern)
        self._starred = tuple(_compiled(pattern) for pattern in every if "*" in pattern)
        self._known: dict[str, bool] = {}

    def mean(self, path: str) -> bool:
        """Whether one of the patterns means the dotted ``path`` (see ``match_path``)."""
        found = self._known.get(path)
        if found is None:
            found = path in self._plain or any(starred.match(path) is not None for starred in self._starred)
            self._known[path] = found
        return found


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = pattern.split(".")
    head = ""
    if parts[0] == "*" and len(parts) > 1:
        head = r"(?:[^.]+\.)+"
        parts = parts[1:]
    pieces: list[str] = []
    for index, part in enumerate(parts):
        if part == "**":
            pieces.append(r"(?:[^.]+\.)*" if index < len(parts) - 1 else r"[^.]+(?:\.[^.]+)*")
        else:
            text = r"[^.]*".join(re.escape(piece) for piece in part.split("*")) if part != "*" else r"[^.]+"
            pieces.append(text + (r"\." if index < len(parts) - 1 else ""))
    text = "".join(pieces)
    if parts[-1] == "**" and len(parts) > 1:  # "a.**" is also "a" itself
        text = "".join(pieces[:-1]).removesuffix(r"\.") + r"(?:\.[^.]+)*"
    return re.compile(head + text + r"\Z")
