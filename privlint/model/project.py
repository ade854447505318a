"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from privlint.model.data import Confidence

Progress = Callable[[str, int, int], None]
"""Told of what is being done, how much of it is done, and of how much (0: nobody knows)."""


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Project:
    """The input of ``privlint.engine.check``.

    ``paths`` are the files and folders to report on; ``scope`` those to analyse (a superset; empty: the same).
    ``declaration`` None means: look one up (``privlint.declaration.find``).
    ``stdin`` is a file that is not on disk or not yet saved, as (path, bytes); it is analysed and reported as if
    it stood at that path, in place of what stands there.
    """

    paths: tuple[Path, ...]
    scope: tuple[Path, ...] = ()
    root: Path = Path()  # displayed paths are relative to it
    declaration: Path | None = None
    rule_packs: tuple[Path, ...] = ()
    default_rules: bool = True
    exclude: tuple[str, ...] = ()  # globs, added to the usual excludes (privlint.source.globs)
    respect_gitignore: bool = True
    force_exclude: bool = False  # excludes hold for files that are named, too
    select: tuple[str, ...] = ()  # code prefixes; empty: all
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()  # glob, code prefixes
    baseline: Path | None = None
    min_confidence: Confidence = Confidence.LOW
    jobs: int = 0  # 0: as many as there are cores
    stdin: tuple[str, bytes] | None = None
    include_suppressed: bool = False
    cache_dir: Path | None = None  # where to keep what is found out; None: nowhere
    progress: Progress = silent

    def wants(self, code: str) -> bool:
        """Whether ``select`` and ``ignore`` let a finding code through.

        The longer prefix wins, as in flake8 and ruff (``--ignore PRV3 --select PRV301`` reports PRV301); of two
        equally long ones ``ignore`` does.
        """
        selected = 0 if not self.select else _longest(self.select, code)
        return selected > _longest(self.ignore, code) if selected >= 0 else False


def _longest(prefixes: tuple[str, ...], code: str) -> int:
    """The length of the longest of ``prefixes`` that ``code`` starts with, or -1."""
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)
