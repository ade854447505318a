"""``github``: workflow commands that GitHub Actions shows as annotations on the changed lines.

GitHub shows ten annotations of each kind a step; so the worst ten of each are written, and a last line says what
is missing.
"""

from __future__ import annotations

from privlint.model.report import Report, Result
from privlint.report.order import by_severity, open_results
from privlint.report.registry import Format
from privlint.report.visible import visible
from privlint.report.words import count, place, rule_names, tally

LIMIT = 10
"""Annotations of one kind that GitHub shows a step."""

MAX_STEPS = 10

_KINDS = {"error": "error", "warning": "warning", "note": "notice"}


def _data(text: str) -> str:
    """A command's message: a line end in it would begin a new command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A command's property, which a colon or comma would end."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _message(result: Result) -> str:
    lines = [visible(result.message)]
    flow = result.flows[0] if result.flows else ()
    for number, step in enumerate(flow[:MAX_STEPS], 1):
        lines.append(f"{number}. {place(step.location)}: {visible(step.text)}")
    if len(flow) > MAX_STEPS:
        lines.append(f"... and {count(len(flow) - MAX_STEPS, 'step')} more")
    return "\n".join(lines)


def _command(result: Result, kind: str, name: str) -> str:
    span = result.location.span
    properties = {
        "title": f"{result.code} {name}".strip(),
        "file": result.location.path,
        "line": str(span.line),
        "endLine": str(max(span.end_line, span.line)),
    }
    if span.end_line <= span.line:  # GitHub takes columns only where both lines are the same
        properties["col"] = str(span.column)
        properties["endColumn"] = str(max(span.end_column, span.column))
    written = ",".join(f"{key}={_property(visible(value))}" for key, value in properties.items())
    return f"::{kind} {written}::{_data(_message(result))}\n"


def render(report: Report, color: bool) -> str:
    """The worst ten errors, warnings and notices, then a line that counts all findings."""
    names = rule_names(report)
    results = open_results(report)
    shown = dict.fromkeys(_KINDS.values(), 0)
    lines = []
    for result in by_severity(results):
        kind = _KINDS.get(result.severity, "warning")
        if shown[kind] < LIMIT:
            shown[kind] += 1
            lines.append(_command(result, kind, names.get(result.code, "")))
    hidden = len(results) - len(lines)
    missing = f"; {hidden:,} not annotated (GitHub shows {LIMIT} of a kind a step)" if hidden else ""
    lines.append(f"privlint: {tally(results)}{missing}\n")
    return "".join(lines)


FORMAT = Format("github", "annotations of GitHub Actions", render)
