""".gitignore files: which files and folders git leaves out.

The patterns of the folders between the repository's root and a file apply, the deepest first; ``.git/info/exclude``
comes last.  The user's global excludes are left alone: a run gives the same findings on every machine.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_MAX_BYTES = 256 * 1024
# A pattern is translated to a regular expression that backtracks: its time grows with the power of its stars, and
# the repository may be hostile.  Beyond these a pattern is left out, so that rather too much is analysed.
_MAX_STARS = 3  # in one part of the path
_MAX_DOUBLE_STARS = 3


class Ignores:
    """The ignore files that apply in one folder and those above it; ``enter`` goes down."""

    __slots__ = ("_folder", "_parent", "_spec")

    def __init__(self, folder: str, parent: Ignores | None, spec: GitIgnoreSpec | None) -> None:
        self._folder = folder
        self._parent = parent
        self._spec = spec

    def enter(self, folder: str) -> Ignores:
        """The ignores that apply to what is in ``folder`` (a child of this one)."""
        spec = _read(os.path.join(folder, ".gitignore"))
        return self if spec is None else Ignores(folder, self, spec)

    def ignored(self, path: str, *, folder: bool = False) -> bool:
        """Whether the file (or ``folder``) at the absolute ``path`` is ignored; its parents have been asked before."""
        level: Ignores | None = self
        while level is not None:
            if level._spec is not None:
                relative = path[len(level._folder.rstrip("/")) + 1 :] + ("/" if folder else "")
                verdict = level._spec.check_file(relative).include
                if verdict is not None:
                    return verdict
            level = level._parent
        return False


def above(folder: str) -> Ignores:
    """The ignores from the root of the repository that ``folder`` is in down to (not including) ``folder``.

    None apply from above where ``folder`` is in no repository, or is ignored itself: whoever names an ignored
    folder wants to see what is in it.
    """
    root = repository(folder)
    nothing = Ignores(folder, None, None)
    if root is None or root == folder:
        return nothing if root is None else Ignores(folder, None, _read(os.path.join(folder, ".git/info/exclude")))
    ignores = Ignores(root, None, _read(os.path.join(root, ".git/info/exclude"))).enter(root)
    path = root
    for part in os.path.relpath(folder, root).split(os.sep):
        path = os.path.join(path, part)
        if ignores.ignored(path, folder=True):
            return nothing
        if path != folder:
            ignores = ignores.enter(path)
    return ignores


def repository(folder: str) -> str | None:
    """The root of the git repository (or work tree) that ``folder`` is in."""
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _read(path: str) -> GitIgnoreSpec | None:
    """The patterns of an ignore file; None where there is none that is a regular file of a sane size."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            return None
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read(_MAX_BYTES).splitlines()
    except OSError:
        return None
    from pathspec import GitIgnoreSpec  # late: it takes as long to load as many a run

    patterns = []
    for line in lines:
        if line.strip() and not line.startswith("#") and _tame(line):
            patterns.append(line)
    try:
        return GitIgnoreSpec.from_lines(patterns) if patterns else None
    except ValueError:  # one pattern that cannot be compiled: keep the others
        return GitIgnoreSpec.from_lines([line for line in patterns if _compiles(line)])


def _tame(pattern: str) -> bool:
    parts = pattern.split("/")
    return all(part.count("*") <= _MAX_STARS for part in parts) and parts.count("**") <= _MAX_DOUBLE_STARS


def _compiles(pattern: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([pattern])
    except ValueError:
        return False
    return True
