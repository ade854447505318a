"""One file of a rule pack as plain values that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from privlint.catalog.errors import CatalogError

Where = tuple[str | int, ...]
"""The way to a value inside a document: keys and list positions."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a rule pack: where it is, its text (for positions), its value."""

    path: str
    text: str
    value: Any

    def fail(self, at: Where, message: str, key: str | None = None) -> NoReturn:
        """Raise a CatalogError that points at the value at ``at`` (or at its key ``key``)."""
        from privlint.catalog.yamltext import locate  # late: without an error the YAML library is not needed

        line, column = locate(self.text, at, key)
        raise CatalogError(self.path, line, column, message)
