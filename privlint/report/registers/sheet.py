"""A register as a table of cells: the form between what is in it and how it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from privlint.model.datamap import Cell, Evidence, Provenance

Cells = tuple[Cell, ...]


class Column(NamedTuple):
    """One column: its name in CSV, its heading for people, in English and, where the law is Chinese, in Chinese."""

    key: str
    title: str
    title_zh: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One register.  Every row has a tuple of cells for each column; an empty one is what nobody states.

    ``general`` holds what is said once (controller, representative); ``group`` is the number of leading columns
    by which Markdown makes sections (0: one table).
    """

    title: str
    title_zh: str
    about: str  # one paragraph: what this is, under which law
    general: tuple[tuple[Column, Cells], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cells, ...], ...]
    grouped: bool = False  # by the first column


def cell(value: str, provenance: Provenance, evidence: Iterable[Evidence] = ()) -> Cells:
    """A single cell; no cell for an empty value."""
    return (Cell(value, provenance, tuple(evidence)),) if value else ()
