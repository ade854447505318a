"""Whose entries are believed.

Every entry carries a keyed hash (BLAKE2b) of its name and content.  The key is a file that belongs to the user alone
and lies in the cache folder itself, so that a folder that is moved or restored as a whole still holds.  A cache
folder inside the analysed repository may have come with that repository, key and all: there, entries hold with the key
of the user's own folder only.  ``PRIVLINT_CACHE_KEY`` gives a key for machines that have no such folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

_KEY_BYTES = 32
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of privlint (https://bford.info/cachedir/).\n"


def user_folder() -> Path:
    """The folder in which privlint keeps what it has found out, in the user's own folder of such things."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path(os.path.expanduser("~")) / ".cache") / "privlint"


def is_own(status: os.stat_result) -> bool:
    """Whether a file or folder belongs to who runs this (where systems know owners)."""
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def prepare(folder: Path) -> bool:
    """Make the folder where it is missing; whether it is a folder of the user's own."""
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / ".gitignore").write_text("*\n", encoding="ascii")
            (folder / "CACHEDIR.TAG").write_text(_TAG, encoding="ascii")
        return is_own(folder.stat())
    except OSError:
        return False


def key_for(folder: Path, inside: bool) -> bytes | None:
    """The key that entries in ``folder`` are made with, or None where there can be none.

    ``inside``: the folder is part of what is analysed.
    """
    given = os.environ.get("PRIVLINT_CACHE_KEY")
    if given:
        return hashlib.blake2b(given.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()
    home = user_folder() if inside else folder
    if inside and not prepare(home):
        return None
    try:
        return _read(home / "key") or _make(home / "key")
    except OSError:
        return None


def _read(path: Path) -> bytes | None:
    """The key in a file that is the user's alone; None where there is none; raises OSError for anything else."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    try:
        status = os.fstat(handle)
        shared = os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077
        key = os.read(handle, _KEY_BYTES + 1)
        if not stat.S_ISREG(status.st_mode) or not is_own(status) or shared or len(key) != _KEY_BYTES:
            raise PermissionError(f"{path} is no key of this user")
        return key
    finally:
        os.close(handle)


def _make(path: Path) -> bytes | None:
    """A new key; of two runs that make one at once, the first wins."""
    temporary = path.with_name(f".key-{os.urandom(12).hex()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return _read(path)
