"""What goes: entries that no project's last run used, the oldest first, as soon as the store is larger than it may be.

Each project (by the folder it stands in) has a note of what its last run used.  The store may have two bytes for each
byte of source of the projects noted, and a little for small ones; a project that was not analysed for a month has no
say any more, and neither has one that is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from privlint.cache.keys import digest

_PER_BYTE = 2.0
_FLOOR = 512 * 1024
_LOW = 0.8  # of what it may have is what is left after a pruning, so that not every run has to prune
_MONTH = 30 * 24 * 3600.0
_HOUR = 3600.0
_SHORT = 20  # digits of a key in a note
_MOST = 16 * 1024 * 1024


def prune(folder: Path, kinds: Iterable[str], project: str, source_bytes: int, used: set[str]) -> None:
    """Note what ``project`` uses, and delete what the store has no room for; raises OSError."""
    notes = folder / "projects"
    with contextlib.suppress(FileExistsError):
        notes.mkdir(mode=0o700)
    _note(notes, project, source_bytes, used)
    room, live = _said(notes)
    entries = list(_entries(folder, kinds))
    total = sum(size for _, size, _ in entries)
    if total <= room:
        return
    for _, size, path in sorted(entries, key=lambda entry: (_short(entry[2]) in live, entry[0])):
        if total <= room * _LOW:
            break
        with contextlib.suppress(OSError):
            os.unlink(path)
            total -= size


def _short(name: str) -> str:
    kind, key = name.rsplit("/", 2)[-2:]
    return f"{kind}/{key[:_SHORT]}"


def _note(notes: Path, project: str, source_bytes: int, used: set[str]) -> None:
    said = {"folder": project, "bytes": source_bytes, "used": sorted(map(_short, used))}
    name = digest(project)[:_SHORT]
    temporary = notes / f".{name}-{os.getpid()}"
    temporary.write_text(json.dumps(said, separators=(",", ":")), encoding="ascii")
    os.replace(temporary, notes / name)


def _said(notes: Path) -> tuple[float, set[str]]:
    """How many bytes the store may have, and what is in use."""
    room = float(_FLOOR)
    live: set[str] = set()
    now = time.time()
    for note in sorted(notes.iterdir()):
        try:
            status = note.lstat()
            if now - status.st_mtime > (_HOUR if note.name.startswith(".") else _MONTH):
                note.unlink()
            elif stat.S_ISREG(status.st_mode) and status.st_size < _MOST and not note.name.startswith("."):
                content = json.loads(note.read_bytes())
                if not os.path.isdir(content["folder"]):
                    note.unlink()
                    continue
                room += _PER_BYTE * max(float(content["bytes"]), 0.0) - status.st_size
                live.update(content["used"])
        except (OSError, ValueError, TypeError, KeyError):
            with contextlib.suppress(OSError):
                note.unlink()
    return room, live


def _entries(folder: Path, kinds: Iterable[str]) -> Iterable[tuple[float, int, str]]:
    """Time of use, size and path of every entry; what an interrupted run has left goes at once."""
    now = time.time()
    for kind in kinds:
        try:
            with os.scandir(f"{folder}/{kind}") as found:
                for entry in found:
                    status = entry.stat(follow_symlinks=False)
                    if entry.name.startswith(".new-"):
                        if now - status.st_mtime > _HOUR:
                            os.unlink(entry.path)
                    elif stat.S_ISREG(status.st_mode) and len(entry.name) == 64:
                        yield status.st_mtime, status.st_size, f"{folder}/{kind}/{entry.name}"
        except OSError:
            continue
