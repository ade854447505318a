"""``sarif``: SARIF 2.1.0 for GitHub code scanning and every other consumer of the standard."""

from __future__ import annotations

from privlint.model.report import Report
from privlint.report.registry import Format


def render(report: Report, color: bool) -> str:
    """One SARIF log with one run; see ``privlint.report.sarif``."""
    from privlint.report.sarif import log  # sarif-om is slow to import, and only needed here

    return log.render(report)


FORMAT = Format("sarif", "SARIF 2.1.0, for GitHub code scanning", render)
