"""The Python files of a git revision, written to a folder of their own: what ``privlint diff`` compares with.

The repository may be hostile.  Its objects are read with plumbing commands that know no hooks, filters or pagers, and
that are kept from fetching anything; its index and work tree are not touched.  Symbolic links and submodules are
left out, and no name can lead out of the folder.
"""

from __future__ import annotations

import glob
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from privlint.model.project import Project
from privlint.source.decode import MAX_BYTES
from privlint.source.discover import DEFAULT_EXCLUDES
from privlint.source.gitignore import repository

MAX_FILES = 200_000
MAX_TOTAL = 2 * 1024 * 1024 * 1024
MAX_ENTRIES = 2_000_000  # of the tree, wanted or not: a tree of trees can name more files than there are atoms
_SUFFIXES = (".py", ".pyw", ".pyi")
_ALSO = frozenset({".gitignore", "pyvenv.cfg"})  # say what is left out

# What a repository's configuration could make git run or reach for, switched off.
_OPTIONS = (
    "--no-pager", "--literal-pathspecs", "--no-replace-objects", "-c", "core.fsmonitor=false",
    "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class RevisionError(Exception):
    """A revision that cannot be compared with: there is no repository, or it has no such revision."""


@dataclass(slots=True)
class Exported:
    """What was written: the commit's full name, the submodules (paths from the top) that were not, lines for people."""

    commit: str
    submodules: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Revisited(NamedTuple):
    """A project as it was, as it is for comparison with that, and what was written for it."""

    then: Project
    now: Project
    exported: Exported


class _Entry(NamedTuple):
    mode: str
    object: str
    size: int
    path: str


def revisit(project: Project, revision: str, folder: Path) -> Revisited:
    """A project as it was in a revision, its files in ``folder`` (which is empty, and has to outlive the project).

    Settings stay as they are now: options, rule packs and declaration (the one that ``project`` names, none looked up).
    What git keeps elsewhere (submodules) is left out of both.

    Raises:
        RevisionError: the paths are in no repository, or not all in one; or as in ``export``.
    """
    root = Path(os.path.abspath(project.root))
    absolute = [Path(os.path.abspath(root / path)) for path in project.paths]
    tops = {repository(str(path if path.is_dir() else path.parent)) for path in absolute}
    if len(tops) != 1 or None in tops:
        shown = ", ".join(map(str, project.paths)) or str(root)
        raise RevisionError(f"{shown}: not in one git repository")
    top = Path(tops.pop() or "")
    (folder / ".git").mkdir()  # the root of a repository, so that nothing above it counts
    exported = export(top, revision, [_below(path, top) for path in absolute], folder)
    moved = [folder / path.relative_to(top) for path in absolute]
    home = folder / root.relative_to(top) if root.is_relative_to(top) else folder
    home.mkdir(parents=True, exist_ok=True)
    exclude = [*project.exclude, *(f"{glob.escape((top / each).as_posix())}" for each in exported.submodules)]
    here, there = glob.escape(top.as_posix()), glob.escape(folder.as_posix())
    then = replace(
        project,
        paths=tuple(path for path in moved if path.exists()),
        root=home,
        exclude=tuple(there + each.removeprefix(here) if each.startswith(f"{here}/") else each for each in exclude),
    )
    gone = {old for old, new in zip(absolute, moved, strict=True) if not old.exists() and new.exists()}
    now = replace(project, paths=tuple(path for path in absolute if path not in gone), exclude=tuple(exclude))
    exported.notes += [f"{each} is a submodule; it is not compared" for each in exported.submodules]
    return Revisited(then, now, exported)


def _below(path: Path, top: Path) -> str:
    relative = path.relative_to(top).as_posix()
    return "" if relative == "." else relative


def export(top: Path, revision: str, paths: Sequence[str], folder: Path) -> Exported:
    """Write the Python files below ``paths`` as they are in ``revision``.

    Args:
        top: the root of the repository.
        revision: any name of a commit that git understands: ``main``, ``HEAD~1``, a tag, a hash.
        paths: POSIX paths from the top; "" is all of it.  One that the revision does not have is none of its files.
        folder: an empty folder; the files stand in it as they do below the top.

    Raises:
        RevisionError: git is missing, there is no such commit, or the revision is beyond the limits.
    """
    found = Exported(_commit(top, revision))
    wanted = [entry for entry in _entries(top, found.commit, paths) if _is_wanted(entry, paths, found)]
    if len(wanted) > MAX_FILES or sum(entry.size for entry in wanted) > MAX_TOTAL:
        raise RevisionError(f"{revision}: more files than are compared ({MAX_FILES:,}, {MAX_TOTAL >> 30} GiB)")
    _write_all(top, wanted, folder, found)
    return found


def _commit(top: Path, revision: str) -> str:
    if revision.startswith("-") or "\0" in revision or "\n" in revision:
        raise RevisionError(f"{revision!r} is no revision")
    name = f"{revision}^{{commit}}"
    done = _run(top, ["rev-parse", "--verify", "--quiet", "--end-of-options", name])
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").splitlines()
        raise RevisionError(reason[0] if reason else f"git knows no revision {revision!r}")
    return done.stdout.decode("ascii", "replace").strip()


def _run(top: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(_command(top, arguments), capture_output=True, env=_environment(top), check=False)
    except OSError as error:
        raise RevisionError(f"git cannot be run: {error.strerror or error}") from error


def _start(top: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            _command(top, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(top),
        )
    except OSError as error:
        raise RevisionError(f"git cannot be run: {error.strerror or error}") from error


def _command(top: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", *_OPTIONS, "-C", str(top), *arguments]


def _environment(top: Path) -> dict[str, str]:
    """The user's, without what a hook that runs privlint has set about the repository; nothing above ``top`` is it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | _ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": os.path.dirname(os.path.realpath(top))}


# -- the tree ------------------------------------------------------------------------------------------------------


def _entries(top: Path, commit: str, paths: Sequence[str]) -> Iterator[_Entry]:
    """The entries of the tree below ``paths``, and the ignore files above them."""
    asked: list[str] = []
    if "" not in paths:
        above = {str(parent / ".gitignore") for path in paths for parent in PurePosixPath(path).parents}
        asked = ["--", *sorted({*paths, *above})]
    process = _start(top, ["ls-tree", "-r", "-z", "-l", "--full-tree", commit, *asked])
    try:
        assert process.stdout is not None
        for number, record in enumerate(_records(process.stdout)):
            if number >= MAX_ENTRIES:
                raise RevisionError(f"{commit[:12]}: more than {MAX_ENTRIES:,} entries in the tree")
            head, _, path = record.partition(b"\t")
            parts = head.decode("ascii", "replace").split()
            if len(parts) == 4:  # mode, kind, name, size (a dash where there is none)
                size = int(parts[3]) if parts[3].isdigit() else 0
                yield _Entry(parts[0], parts[2], size, path.decode("utf-8", "surrogateescape"))
    finally:
        process.kill()
        process.communicate()


def _records(stream: IO[bytes]) -> Iterator[bytes]:
    """The parts of a stream between NULs, without holding all of it."""
    rest = b""
    while chunk := stream.read(1 << 16):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
        if len(rest) > 1 << 20:
            raise RevisionError("the tree has a name longer than any file's")


def _is_wanted(entry: _Entry, paths: Sequence[str], found: Exported) -> bool:
    if entry.mode == "160000":
        found.submodules.append(entry.path)
        return False
    if not entry.mode.startswith("100"):  # a symbolic link
        return False
    parts = entry.path.split("/")
    if not (entry.path in paths or parts[-1] in _ALSO or parts[-1].endswith(_SUFFIXES)):
        return False
    if not DEFAULT_EXCLUDES.isdisjoint(parts[:-1]) and not any(_is_below(entry.path, path) for path in paths if path):
        return False
    if any(part in ("", ".", "..") or part.lower() == ".git" or os.sep in part for part in parts):
        found.notes.append(f"{entry.path} is no path of a file; it is left out")
        return False
    return True


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


# -- the files -----------------------------------------------------------------------------------------------------


def _write_all(top: Path, wanted: Sequence[_Entry], folder: Path, found: Exported) -> None:
    process = _start(top, ["cat-file", "--batch"])
    try:
        assert process.stdin is not None and process.stdout is not None
        for entry in wanted:
            process.stdin.write(entry.object.encode("ascii", "replace") + b"\n")
            process.stdin.flush()
            data = _answer(process.stdout)
            if data is None:
                found.notes.append(f"{entry.path} is not in the repository's objects; it is left out")
            else:
                _write(folder, entry.path, data, found)
    except BrokenPipeError:
        raise RevisionError("git stopped before all files were read") from None
    finally:
        process.kill()
        process.communicate()


def _answer(stream: IO[bytes]) -> bytes | None:
    """One object: a line with its name, kind and size, its content, a line end; None for one that is missing."""
    head = stream.readline().split()
    if len(head) != 3 or not head[2].isdigit():
        return None
    left, kept = int(head[2]), b""
    while left > 0:
        chunk = stream.read(min(left, 1 << 20))
        if not chunk:
            raise RevisionError("git stopped before all files were read")
        left -= len(chunk)
        if len(kept) <= MAX_BYTES:  # more than that is not read from the work tree, either
            kept += chunk
    stream.read(1)
    return kept


def _write(folder: Path, path: str, data: bytes, found: Exported) -> None:
    """Write one file below ``folder``, which has no links; a tree that names it twice gets it once."""
    target = folder / path
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(target, flags, 0o600), "wb") as file:
            file.write(data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        found.notes.append(f"{path} cannot be written ({reason.lower()}); it is left out")
