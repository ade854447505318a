"""Globs for excludes and per-file ignores, with the meaning that flake8 and ruff give them.

A glob without a slash matches the name of a file or folder anywhere (``migrations``, ``*_pb2.py``); one with a slash
matches the path from the root (``docs/conf.py``, ``*/migrations/*``), where ``*`` also crosses slashes; a leading
slash makes it absolute, or, if that matches nothing, rooted.  What is below a folder that matches, matches too.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath


class Globs:
    """A set of globs; ``root`` is the absolute POSIX path that relative ones start from."""

    def __init__(self, patterns: Iterable[str], root: str) -> None:
        self.patterns = tuple(pattern.strip() for pattern in patterns if pattern.strip())
        self.root = root.rstrip("/")

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _union(_clean(pattern) for pattern in self.patterns if "/" not in _clean(pattern))

    @cached_property
    def _paths(self) -> re.Pattern[str]:
        variants = (_variants(_clean(pattern)) for pattern in self.patterns if "/" in _clean(pattern))
        return _union(variant for group in variants for variant in group)

    def match_one(self, absolute: str) -> bool:
        """Whether a glob matches this very file or folder (its parents have been asked before)."""
        if not self.patterns:
            return False
        if self._names.match(absolute.rpartition("/")[2]) or self._paths.match(absolute):
            return True
        if not absolute.startswith(f"{self.root}/"):
            return False
        rooted = absolute[len(self.root) :]
        return bool(self._paths.match(rooted) or self._paths.match(rooted[1:]))

    def match(self, absolute: str) -> bool:
        """Whether a glob matches this file or a folder that it is in, up to the root."""
        if not self.patterns:
            return False
        parents = (str(parent) for parent in PurePosixPath(absolute).parents)
        inside = [parent for parent in parents if parent.startswith(f"{self.root}/")]
        return any(self.match_one(path) for path in [absolute, *inside])


def _clean(pattern: str) -> str:
    """The glob without ``./`` before and ``/`` behind it."""
    return pattern.removeprefix("./").rstrip("/")


def _variants(pattern: str) -> set[str]:
    """The glob, and what it is where ``**/`` (or a leading ``*/``) stands for no folder at all."""
    shorter = pattern.replace("/**/", "/")
    return {pattern, shorter, re.sub(r"^\*\*?/", "", pattern), re.sub(r"^\*\*?/", "", shorter)}


def _union(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression for all globs (``fnmatch`` writes stars so that they do not backtrack into each other)."""
    # Without flags of its own, each translation can be an alternative: "(?s:...)\\Z".
    alternatives = [_numbered(fnmatch.translate(pattern), i) for i, pattern in enumerate(sorted(set(patterns)))]
    return re.compile("|".join(alternatives) or r"(?!)")


def _numbered(expression: str, index: int) -> str:
    """``expression`` with its group names made unique (Python 3.11 and later write atomic groups, earlier named)."""
    return re.sub(r"\(\?(P<|P=)g(\d+)", rf"(?\g<1>g{index}_\2", expression)
