"""Tables that come with rule packs in a shape of their own (laws, app types): read, merged, not interpreted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privlint.catalog import compiled
from privlint.catalog.document import Document, Where
from privlint.catalog.fields import kind_of
from privlint.catalog.packs import read, shipped, table_files


def load_table(packs: Sequence[Path], name: str) -> dict[str, Any]:
    """The mappings of all files of the table ``name``, merged; lists are joined, mappings merged key by key.

    Raises:
        CatalogError: a file is not YAML, or no mapping, or gives an entry that another one has given.
    """
    merged: dict[str, Any] = {}
    for document in _documents(packs, name):
        if not isinstance(document.value, dict):
            document.fail((), f"a table must be a mapping, not {kind_of(document.value)}")
        content = {key: value for key, value in document.value.items() if key != "version"}
        _merge(merged, content, document, (), nested=True)
    return merged


def _documents(packs: Sequence[Path], name: str) -> list[Document]:
    own = shipped()
    found = compiled.documents(table_files([own], name), own) if own in packs else []
    others = table_files([pack for pack in packs if pack != own], name)
    if others:
        from privlint.catalog.yamltext import parse  # late: privlint's own tables come from a cache

        found = [*found, *(parse(str(path), read(path)) for path in others)]
    return found


def _merge(merged: dict[str, Any], content: dict[str, Any], document: Document, where: Where, *, nested: bool) -> None:
    for key, value in content.items():
        present = merged.get(key)
        if key not in merged:
            merged[key] = dict(value) if isinstance(value, dict) else value
        elif nested and isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value, document, (*where, key), nested=False)
        elif isinstance(present, list) and isinstance(value, list):
            merged[key] = present + value
        else:
            document.fail(where, f"{key!r} is given by another file as well", key)
