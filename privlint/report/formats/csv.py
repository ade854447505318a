"""``csv``: one row a finding, for a spreadsheet; no cell can be taken for a formula."""

from __future__ import annotations

import csv
import io

from privlint.model.report import Report, Result
from privlint.report.order import open_results
from privlint.report.registry import Format
from privlint.report.visible import visible
from privlint.report.words import place, rule_names

COLUMNS = (
    "path",
    "line",
    "column",
    "code",
    "name",
    "severity",
    "confidence",
    "message",
    "data_types",
    "subject",
    "sink_kind",
    "recipient",
    "recipient_kind",
    "recipient_country",
    "protection",
    "legal",
    "function",
    "sink",
    "source",
)

_ACTIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\\t", "\\r", "|", "%")


def cell(value: str | int | None) -> str:
    """A cell that a spreadsheet shows as text: an apostrophe stands before whatever could begin a formula."""
    if isinstance(value, int):
        return str(value)
    text = visible(value or "")
    return "'" + text if text.lstrip().startswith(_ACTIVE) else text


def _row(result: Result, name: str) -> list[str | int | None]:
    recipient = result.recipient
    return [
        result.location.path,
        result.location.span.line,
        result.location.span.column,
        result.code,
        name,
        result.severity,
        result.confidence,
        result.message,
        " ".join(result.data_types),
        result.subject,
        result.sink_kind,
        recipient.name if recipient else None,
        recipient.kind if recipient else None,
        recipient.country if recipient else None,
        result.protection,
        "; ".join(result.legal),
        result.function,
        result.sink,
        " ".join(place(flow[0].location) for flow in result.flows if flow),
    ]


def render(report: Report, color: bool) -> str:
    """A header and a row a finding, by place; ``source`` names where the data of each flow enters."""
    names = rule_names(report)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in open_results(report):
        writer.writerow([cell(value) for value in _row(result, names.get(result.code, ""))])
    return stream.getvalue()


FORMAT = Format("csv", "one row a finding, for a spreadsheet", render)
