"""The store: entries by kind and key, each a file whose bytes prove themselves."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import stat
import time
from collections.abc import Sequence
from pathlib import Path

from privlint.cache.prune import prune
from privlint.cache.trust import is_own, key_for, prepare

_MAC = 16
_allowed = True
_FRESH = 24 * 3600.0  # seconds after which a use is noted in the entry's time
KINDS = ("ir", "facts", "report", "rules", "index")


class Store:
    """Entries below one folder.  Get one with ``open_store``; ``close`` it when the run is over."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self._key = key
        self._used: set[str] = set()
        self._written = False
        self._made: set[str] = set()  # folders that are there
        self._now = time.time()

    def get(self, kind: str, key: str) -> bytes | None:
        """The bytes that were put under this key, or None: where there are none, or they do not prove themselves."""
        path = f"{self.folder}/{kind}/{key}"
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        except OSError:
            return None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or not is_own(status):
                return None
            data = _read(handle, status.st_size)
            if status.st_mtime < self._now - _FRESH:
                with contextlib.suppress(OSError):
                    os.utime(path)
        except OSError:
            return None
        finally:
            os.close(handle)
        if not hmac.compare_digest(data[:_MAC], self._mac(kind, key, data[_MAC:])):
            return None
        self._used.add(f"{kind}/{key}")
        return data[_MAC:]

    def put(self, kind: str, key: str, data: bytes) -> None:
        """Keep these bytes; where that cannot be done, nothing happens."""
        folder = f"{self.folder}/{kind}"
        temporary = None
        try:
            self._make(folder)
            temporary = f"{folder}/.new-{os.urandom(12).hex()}"
            with open(temporary, "xb") as file:
                file.write(self._mac(kind, key, data))
                file.write(data)
            os.replace(temporary, f"{folder}/{key}")
            temporary = None
            self._written = True
            self._used.add(f"{kind}/{key}")
        except OSError:
            pass
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    def close(self, project: str, source_bytes: int) -> None:
        """Note what this run of the project in folder ``project`` used; if it wrote anything, drop what no project has
        a use for."""
        if self._written:
            self._written = False
            with contextlib.suppress(OSError):
                prune(self.folder, KINDS, project, source_bytes, self._used)

    def _make(self, folder: str) -> None:
        """Make a folder of entries; raises OSError for one that is a link."""
        if folder in self._made:
            return
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise NotADirectoryError(folder)
        self._made.add(folder)

    def _mac(self, kind: str, key: str, data: bytes) -> bytes:
        found = hashlib.blake2b(f"{kind}/{key}:".encode(), key=self._key, digest_size=_MAC)
        found.update(data)
        return found.digest()


def open_store(folder: Path, analysed: Sequence[Path]) -> Store | None:
    """The store in ``folder``, made where it is missing; None where it cannot be used.

    ``analysed`` are the folders under analysis, which may be hostile: a store inside one of them is believed with the
    user's own key alone.
    """
    real = Path(os.path.realpath(folder))
    inside = any(real.is_relative_to(os.path.realpath(each)) for each in analysed)
    if not _allowed or not prepare(real):
        return None
    key = key_for(real, inside)
    return Store(real, key) if key is not None else None


def allow(yes: bool) -> None:
    """Whether stores can be opened at all in this process: ``--no-cache`` is for every part of privlint."""
    global _allowed
    _allowed = yes


def _read(handle: int, size: int) -> bytes:
    data = os.read(handle, size + 1)
    while len(data) < size:
        more = os.read(handle, size - len(data))
        if not more:
            break
        data += more
    return data
