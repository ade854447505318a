"""privlint's own rule files as plain values, kept in the user's cache folder: reading YAML is half the cost of a start.

The entry is JSON, is named by the digest of every file's name and bytes, and is written once as a whole.  It lies in
the user's own cache folder, never in the analysed project, and one that belongs to another user is not read.  Packs
given by a user are always read from YAML.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privlint.catalog.document import Document
from privlint.catalog.packs import read

_FORMAT = "1"


def documents(paths: Sequence[Path], folder: Path, label: str) -> list[Document]:
    """The rule files ``paths`` below ``folder`` as documents, from the cache (under ``label``) where it has them.

    Raises:
        CatalogError: a file cannot be read or is not YAML (then nothing is kept).
    """
    texts = [read(path) for path in paths]
    names = [path.relative_to(folder).as_posix() for path in paths]
    entry = cache_folder() / f"{label}-{_digest(names, texts)}.json"
    values = _kept(entry, len(paths))
    if values is not None:
        return [Document(str(path), text, value) for path, text, value in zip(paths, texts, values, strict=True)]
    from privlint.catalog.yamltext import parse  # late: with a cached entry the YAML library is not needed

    parsed = [parse(str(path), text) for path, text in zip(paths, texts, strict=True)]
    _keep(entry, label, [document.value for document in parsed])
    return parsed


def cache_folder() -> Path:
    """The folder that the user's programs keep such things in."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path(os.path.expanduser("~")) / ".cache") / "privlint"


def _digest(names: Sequence[str], texts: Sequence[str]) -> str:
    digest = hashlib.sha256(_FORMAT.encode())
    for name, text in zip(names, texts, strict=True):
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _kept(entry: Path, count: int) -> list[Any] | None:
    try:
        with entry.open("rb") as stream:
            if hasattr(os, "getuid") and os.fstat(stream.fileno()).st_uid != os.getuid():
                return None
            values = json.load(stream)
    except (OSError, ValueError, RecursionError):
        return None
    return values if isinstance(values, list) and len(values) == count else None


def _keep(entry: Path, label: str, values: list[Any]) -> None:
    """Write the entry under its final name in one step; a folder that cannot be written to is no error."""
    temporary: str | None = None
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=entry.parent, prefix=f".{label}-")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(values, stream, ensure_ascii=False, separators=(",", ":"))
        os.replace(temporary, entry)
    except OSError:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        return
    for old in entry.parent.glob(f"{label}-*.json"):
        if old != entry:
            with contextlib.suppress(OSError):
                old.unlink()
