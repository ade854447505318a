"""Registers as CSV and Markdown, every value with its provenance and the lines that it rests on.

Names come from analysed code and from declarations that may be hostile: no cell of the CSV begins a formula, nothing
in the Markdown is markup.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import groupby

from privlint.model.datamap import Cell, Evidence
from privlint.report.formats.csv import cell as safe
from privlint.report.formats.markdown import code, prose
from privlint.report.registers.sheet import Cells, Column, Sheet
from privlint.report.visible import visible

_SHOWN = 6  # pieces of evidence for one value in Markdown; CSV has them all
_NOT_STATED = "–"


def to_csv(sheet: Sheet) -> str:
    """A header and a row an entry.

    Each column is three: the value, its provenance (``declared``, ``observed``, ``both``), its evidence as
    ``path:line``.  Where a cell holds several values, ``; `` separates them in all three, in the same order; evidence
    of one value is separated by spaces.  Chinese registers begin with a byte-order mark, without which spreadsheets
    take UTF-8 for something else.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns = [column for column, _ in sheet.general] + list(sheet.columns)
    writer.writerow(
        name for each in columns for name in (_header(each), f"{each.key}_provenance", f"{each.key}_evidence")
    )
    general = [cells for _, cells in sheet.general]
    for row in sheet.rows:
        writer.writerow(safe(text) for cells in (*general, *row) for text in _three(cells))
    return ("\ufeff" if sheet.title_zh else "") + stream.getvalue()


def _header(column: Column) -> str:
    return f"{column.title_zh} {column.key}" if column.title_zh else column.key


def _three(cells: Cells) -> tuple[str, str, str]:
    return (
        "; ".join(each.value for each in cells),
        "; ".join(each.provenance.value for each in cells),
        "; ".join(" ".join(_places(each.evidence)) for each in cells),
    )


def _places(evidence: Iterable[Evidence]) -> list[str]:
    places = (f"{visible(each.location.path)}:{each.location.span.line}" for each in evidence)
    return list(dict.fromkeys(places))


def to_markdown(sheet: Sheet) -> str:
    """Headings and tables; behind each value its provenance and the numbers of its evidence, which a list at the end
    spells out."""
    notes = _Notes()
    title = f"{sheet.title_zh} · {sheet.title}" if sheet.title_zh else sheet.title
    lines = [f"# {title}", "", sheet.about, "", *(f"- **{_title(c)}**: {notes.cells(v)}" for c, v in sheet.general)]
    lines += [""] if sheet.general else []
    if not sheet.rows:
        lines += ["Nothing.", ""]
    elif sheet.grouped:
        for name, rows in groupby(sheet.rows, key=lambda row: "; ".join(each.value for each in row[0])):
            lines += [f"## {_title(sheet.columns[0])}: {prose(name) if name else 'not stated'}", ""]
            lines += [*_table(sheet.columns[1:], [row[1:] for row in rows], notes), ""]
    else:
        lines += [*_table(sheet.columns, sheet.rows, notes), ""]
    return "\n".join([*lines, *notes.listed()])


class _Notes:
    """The lines of evidence of one document, numbered in the order in which they are first referred to."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cells(self, cells: Cells) -> str:
        """The values of one cell of a table."""
        return "<br>".join(map(self._value, cells)) or _NOT_STATED

    def _value(self, cell: Cell) -> str:
        places = _places(cell.evidence)
        numbers = sorted(self._numbers.setdefault(place, len(self._numbers) + 1) for place in places)
        shown = ", ".join(map(str, numbers[:_SHOWN])) + (", …" if len(numbers) > _SHOWN else "")
        return f"{prose(cell.value)} (**{cell.provenance.value}**{f' {shown}' if shown else ''})"

    def listed(self) -> Iterator[str]:
        """What the numbers stand for."""
        if self._numbers:
            yield from ("## Evidence", "")
            yield from (f"{number}. {code(place)}" for place, number in self._numbers.items())
            yield ""


def _table(columns: Iterable[Column], rows: Iterable[tuple[Cells, ...]], notes: _Notes) -> Iterator[str]:
    headings = [_title(column) for column in columns]
    yield "| " + " | ".join(headings) + " |"
    yield "|" + "---|" * len(headings)
    for row in rows:
        yield "| " + " | ".join(notes.cells(cells) for cells in row) + " |"


def _title(column: Column) -> str:
    return f"{column.title_zh} {column.title}" if column.title_zh else column.title
