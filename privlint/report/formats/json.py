"""``json``: one object that scripts may rely on; ``privlint/report/README.md`` documents its keys.

Keys are only ever added within a ``version``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privlint.model.location import Location
from privlint.model.report import LocatedStep, Report, Result
from privlint.report.fingerprint import own_fingerprints
from privlint.report.jsontext import dumps
from privlint.report.order import by_place, count_codes, count_severities
from privlint.report.properties import properties
from privlint.report.registry import Format
from privlint.report.words import rule_names

VERSION = 1


def render(report: Report, color: bool) -> str:
    """The report as indented JSON, findings by place."""
    results = by_place(report.results)
    names = rule_names(report)
    document = {
        "version": VERSION,
        "tool": {"name": "privlint", "version": report.version},
        "summary": _summary(report, [result for result in results if result.suppressed is None]),
        "results": [
            _result(result, names.get(result.code), fingerprint)
            for result, fingerprint in zip(results, own_fingerprints(results), strict=True)
        ],
    }
    return dumps(document, 4)


def _summary(report: Report, results: list[Result]) -> dict[str, Any]:
    return {
        "files": report.files,
        "lines": report.lines,
        "findings": len(results),
        "suppressed": report.suppressed,
        "unknownRecipients": report.unknown_recipients,
        "bySeverity": count_severities(results),
        "byCode": count_codes(results),
        "limits": dict(sorted(report.limits.items())),
    }


def _result(result: Result, name: str | None, fingerprint: str) -> dict[str, Any]:
    return {
        "code": result.code,
        "name": name,
        "severity": result.severity,
        "message": result.message,
        "location": _location(result.location),
        "function": result.function or None,
        "sink": result.sink or None,
        "properties": properties(result),
        "flows": [_steps(flow) for flow in result.flows],
        "related": _steps(result.related),
        "fingerprint": fingerprint,
        "suppressed": result.suppressed,
    }


def _steps(steps: Sequence[LocatedStep]) -> list[dict[str, Any]]:
    return [{"location": _location(step.location), "message": step.text} for step in steps]


def _location(location: Location) -> dict[str, Any]:
    span = location.span
    return {
        "path": location.path,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


FORMAT = Format("json", "everything, for scripts", render)
