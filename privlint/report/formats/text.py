"""``text``: flake8's line, one a finding, for editors and scripts that already read flake8."""

from __future__ import annotations

from privlint.model.report import Report
from privlint.report.ansi import Paint
from privlint.report.order import open_results
from privlint.report.registry import Format
from privlint.report.visible import visible


def render(report: Report, color: bool) -> str:
    """``path:line:col: CODE message``, sorted by path, line, column and code; columns are 1-based code points."""
    paint = Paint(color)
    lines = []
    for result in open_results(report):
        span = result.location.span
        where = f"{paint(visible(result.location.path), 'bold')}:{span.line}:{span.column}:"
        lines.append(f"{where} {paint(result.code, 'red')} {visible(result.message)}\n")
    return "".join(lines)


FORMAT = Format("text", "flake8's line: path:line:col: CODE message", render)
