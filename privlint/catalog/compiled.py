"""privlint's own rule files as plain values, kept in the user's cache folder: reading YAML is half the cost of a start.

The entry is JSON and is named by the digest of every file's name and bytes (``privlint.cache`` says whose entries are
believed).  Packs given by a user are always read from YAML.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privlint import cache
from privlint.catalog.document import Document
from privlint.catalog.packs import read

_FORMAT = "2"
_MOST = 1 << 28  # bytes of the entry, inflated


def documents(paths: Sequence[Path], folder: Path) -> list[Document]:
    """The rule files ``paths`` below ``folder`` as documents, from the cache where it has them.

    Raises:
        CatalogError: a file cannot be read or is not YAML (then nothing is kept).
    """
    texts = [read(path) for path in paths]
    store = cache.open_store(cache.user_folder(), ())
    key = cache.digest(_FORMAT, *(path.relative_to(folder).as_posix() for path in paths), *texts)
    values = _kept(store.get("rules", key), len(paths)) if store is not None else None
    if values is not None:
        return [Document(str(path), text, value) for path, text, value in zip(paths, texts, values, strict=True)]
    from privlint.catalog.yamltext import parse  # late: with a cached entry the YAML library is not needed

    parsed = [parse(str(path), text) for path, text in zip(paths, texts, strict=True)]
    if store is not None:
        text = json.dumps([document.value for document in parsed], separators=(",", ":"))
        store.put("rules", key, zlib.compress(text.encode("ascii"), 6))
    return parsed


def _kept(data: bytes | None, count: int) -> list[Any] | None:
    if data is None:
        return None
    try:
        values = json.loads(zlib.decompressobj().decompress(data, _MOST))
    except (ValueError, RecursionError, zlib.error):
        return None
    return values if isinstance(values, list) and len(values) == count else None
