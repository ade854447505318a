"""Keys: hashes of content, never of times or of where a checkout stands."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable


def digest(*parts: str | bytes) -> str:
    """A key made of these parts, in hex; no two different sequences of parts make the same bytes."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(b"%d:" % len(data))
        found.update(data)
    return found.hexdigest()


def digest_of_tree(folder: str, suffixes: tuple[str, ...]) -> str:
    """The digest of all files below a folder whose names end so: their names below it, and their content.

    Raises OSError where something cannot be read.
    """
    found = hashlib.sha256()
    for name, path in sorted(_below(folder, "", suffixes)):
        with open(path, "rb", buffering=0) as file:
            data = file.read()
        found.update(f"{name}:{len(data)}:".encode("utf-8", "surrogatepass"))
        found.update(data)
    return found.hexdigest()


def _below(folder: str, prefix: str, suffixes: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(suffixes):
                yield prefix + entry.name, entry.path
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _below(entry.path, f"{prefix}{entry.name}/", suffixes)
