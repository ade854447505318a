"""From the paths of a project to its Python files, read and decoded.

Folders are walked in sorted order.  Left out are what git ignores, virtual environments, the usual folders of built,
cached and vendored code, and what the user excludes.  A file that is named is analysed whatever its name is and
whatever ignores it (unless excludes are forced).  Symbolic links are followed where they are named, never in a walk:
one that stays in the tree leads to what is found anyway, one that leaves it to what was not asked for.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from privlint.model.project import Project
from privlint.model.source import RawFile, SourceFile, Unreadable
from privlint.source.decode import MAX_BYTES, decoded
from privlint.source.gitignore import Ignores, above
from privlint.source.globs import Globs

# fmt: off
DEFAULT_EXCLUDES = frozenset({
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d",
    ".privlint_cache", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode",
    "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv",
})
# fmt: on

_SUFFIXES = frozenset({".py", ".pyw", ".pyi"})  # of a file that is named; a walk takes .py alone


class SourceError(Exception):
    """A path that was asked for cannot be analysed: it is missing, or cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(slots=True)
class Found:
    """What discovery gives: files in the order of their displayed paths, those that cannot be decoded (each becomes
    PRV001; none outside the paths that are reported on), and lines for people."""

    files: list[SourceFile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Listing:
    """The files of a project as they were read: in the order of their displayed paths, those that could not be read
    beside them, lines for people, and which paths are reported on."""

    files: list[RawFile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reported: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.files) + len(self.unreadable)

    @property
    def lines(self) -> int:
        """How many lines the files have."""
        return sum(file.data.count(b"\n") for file in self.files)


def find(project: Project) -> Listing:
    """Find and read the files of ``project.paths`` (reported) and ``project.scope`` (analysed).

    Raises SourceError for a path that does not exist or cannot be read.
    """
    out = Listing()
    finder = Finder(project, out.notes)
    reported: dict[str, None] = {}
    for path in project.paths:
        reported.update(dict.fromkeys(finder.under(path)))
    wanted = dict.fromkeys(reported, True)
    for path in project.scope:
        for absolute in finder.under(path):
            wanted.setdefault(absolute, False)
    if project.stdin is not None:
        wanted.pop(finder.absolute(Path(project.stdin[0])), None)
    read = [_read(finder.shown(absolute), absolute, is_reported) for absolute, is_reported in wanted.items()]
    if project.stdin is not None:
        path, data = Path(project.stdin[0]), project.stdin[1]
        absolute = finder.absolute(path)
        shown = project.stdin[0] if project.stdin[0] == "-" else finder.shown(absolute)
        read.append(RawFile(shown, absolute, data, hashlib.sha256(data).hexdigest()))
    if not reported and project.stdin is None:
        out.notes.append(f"no Python files found under {', '.join(map(str, project.paths)) or 'the given paths'}")
    out.files = sorted((file for file in read if isinstance(file, RawFile)), key=lambda file: file.path)
    out.unreadable = sorted((file for file in read if isinstance(file, Unreadable)), key=lambda file: file.path)
    out.reported = frozenset(finder.shown(absolute) for absolute in reported) | {
        file.path for file in out.files if file.reported
    }
    return out


def discover(project: Project) -> Found:
    """The files of ``project``, found, read and decoded; raises SourceError as ``find`` does."""
    listing = find(project)
    found = Found(notes=listing.notes, unreadable=[u for u in listing.unreadable if u.path in listing.reported])
    for raw in listing.files:
        file = decoded(raw)
        if isinstance(file, SourceFile):
            found.files.append(file)
        elif raw.reported:
            found.unreadable.append(file)
    found.unreadable.sort(key=lambda file: file.path)
    return found


def _read(shown: str, absolute: str, reported: bool) -> RawFile | Unreadable:
    """Read the file; a failure is one to decode it (it was found, so somebody may still fix it)."""
    try:
        with open(absolute, "rb", buffering=0) as file:
            data = file.read(MAX_BYTES + 1) or b""
            while len(data) <= MAX_BYTES and (more := file.read(MAX_BYTES + 1 - len(data))):
                data += more
    except OSError as error:
        return Unreadable(shown, 1, 1, f"cannot be read: {error.strerror or error}", passing=True)
    return RawFile(shown, absolute, data, hashlib.sha256(data).hexdigest(), reported)


class Finder:
    """Finds absolute paths of Python files; keeps what holds for a whole run."""

    def __init__(self, project: Project, notes: list[str]) -> None:
        self._project = project
        self._notes = notes
        self._root = os.path.abspath(project.root)
        self._excludes = Globs(project.exclude, PurePath(self._root).as_posix())

    def absolute(self, path: Path) -> str:
        """The absolute path, normalised, of a path that is relative to the root of the project."""
        return os.path.normpath(os.path.join(self._root, path))

    def shown(self, absolute: str) -> str:
        """The path as reports show it: POSIX, relative to the root if it is inside, else absolute."""
        start = self._root.rstrip(os.sep) + os.sep
        shown = absolute[len(start) :] if absolute.startswith(start) else absolute
        return shown.replace(os.sep, "/")

    def under(self, path: Path) -> Iterator[str]:
        """The files that ``path`` stands for: itself, or those below it."""
        absolute = self.absolute(path)
        try:
            mode = os.stat(absolute).st_mode
        except OSError as error:
            raise SourceError(str(path), "no such file or folder" if _missing(error) else _why(error)) from error
        if self._project.force_exclude and self._forced_out(absolute, stat.S_ISDIR(mode)):
            return
        if stat.S_ISDIR(mode):
            if not os.access(absolute, os.R_OK | os.X_OK):
                raise SourceError(str(path), "permission denied")
            yield from self._walk(absolute)
        elif stat.S_ISREG(mode):
            yield self._named(path, absolute)
        else:
            raise SourceError(str(path), "neither a file nor a folder")

    def _named(self, path: Path, absolute: str) -> str:
        """A file that was named; says so where it does not look like Python."""
        try:
            with open(absolute, "rb") as file:
                head = file.readline(256)
        except OSError as error:
            raise SourceError(str(path), _why(error)) from error
        if path.suffix.lower() not in _SUFFIXES and not (head.startswith(b"#!") and b"python" in head):
            self._notes.append(f"{path} does not look like a Python file; it is read as one because it was named")
        return absolute

    def _forced_out(self, absolute: str, folder: bool) -> bool:
        """Whether excludes leave out a path that was named; parts above the root of the project do not count."""
        inside = absolute.startswith(self._root.rstrip(os.sep) + os.sep)
        parts = PurePath(os.path.relpath(absolute, self._root)).parts if inside else PurePath(absolute).parts[-1:]
        if not DEFAULT_EXCLUDES.isdisjoint(parts if folder else parts[:-1]):
            return True
        if self._excludes.match(PurePath(absolute).as_posix()):
            return True
        return self._project.respect_gitignore and self._git_ignores(absolute, folder)

    def _git_ignores(self, absolute: str, folder: bool) -> bool:
        """Whether git ignores the path, or a folder on the way from the root of the project to it."""
        parent = os.path.dirname(absolute)
        ignores = above(self._root).enter(self._root)
        if parent.startswith(self._root.rstrip(os.sep) + os.sep):
            step = self._root
            for part in os.path.relpath(parent, self._root).split(os.sep):
                step = os.path.join(step, part)
                if ignores.ignored(step, folder=True):
                    return True
                ignores = ignores.enter(step)
        elif parent != self._root:
            ignores = above(parent).enter(parent)
        return ignores.ignored(absolute, folder=folder)

    def _walk(self, top: str) -> Iterator[str]:
        """The ``.py`` files below a folder, sorted within each folder; nothing is followed, so nothing loops."""
        start = above(top) if self._project.respect_gitignore else None
        pending: list[tuple[str, Ignores | None]] = [(top, start)]
        while pending:
            folder, ignores = pending.pop()
            ignores = ignores.enter(folder) if ignores is not None else None
            try:
                with os.scandir(folder) as entries:
                    children = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._notes.append(f"{self.shown(folder)}: {_why(error)}; what is in it is not analysed")
                continue
            for child in children:
                if child.is_dir(follow_symlinks=False):
                    if not self._skips_folder(child, ignores):
                        pending.append((child.path, ignores))
                elif child.name.endswith(".py") and child.is_file(follow_symlinks=False):
                    ignored = ignores is not None and ignores.ignored(child.path)
                    if not ignored and not self._excludes.match_one(PurePath(child.path).as_posix()):
                        yield child.path

    def _skips_folder(self, child: os.DirEntry[str], ignores: Ignores | None) -> bool:
        if child.name in DEFAULT_EXCLUDES or self._excludes.match_one(PurePath(child.path).as_posix()):
            return True
        if ignores is not None and ignores.ignored(child.path, folder=True):
            return True
        return os.path.exists(os.path.join(child.path, "pyvenv.cfg"))  # a virtual environment by another name


def _missing(error: OSError) -> bool:
    return isinstance(error, FileNotFoundError | NotADirectoryError)


def _why(error: OSError) -> str:
    """An operating system's error in words, without the path (the message has it already)."""
    return (error.strerror or str(error)).lower()
