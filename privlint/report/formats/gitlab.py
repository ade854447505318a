"""``gitlab``: a Code Quality report, which GitLab shows in merge requests."""

from __future__ import annotations

import hashlib

from privlint.model.report import Report
from privlint.report.fingerprint import own_fingerprints
from privlint.report.jsontext import dumps
from privlint.report.order import open_results
from privlint.report.registry import Format
from privlint.report.visible import visible

_SEVERITIES = {"error": "critical", "warning": "major", "note": "minor"}


def render(report: Report, color: bool) -> str:
    """A JSON array, one object a finding; GitLab merges entries of the same fingerprint, so all are different."""
    results = open_results(report)
    entries = []
    for result, fingerprint in zip(results, own_fingerprints(results), strict=True):
        span = result.location.span
        begin = {"line": span.line, "column": span.column}
        end = {"line": span.end_line, "column": span.end_column}
        entries.append(
            {
                "description": f"{result.code}: {visible(result.message)}",
                "check_name": result.code,
                "categories": ["Security"],
                "fingerprint": hashlib.sha256(fingerprint.encode()).hexdigest(),
                "severity": _SEVERITIES.get(result.severity, "major"),
                "location": {
                    "path": visible(result.location.path).removeprefix("./"),
                    "positions": {"begin": begin, "end": end},
                },
            }
        )
    return dumps(entries, 2)


FORMAT = Format("gitlab", "a Code Quality report of GitLab", render)
