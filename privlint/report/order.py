"""In which order findings are told, and how many there are of what."""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.report import Report, Result

SEVERITIES = ("error", "warning", "note")
"""From the worst on."""

CONFIDENCES = ("high", "medium", "low")
"""From the surest on."""


def _rank(word: str, scale: tuple[str, ...]) -> int:
    return scale.index(word) if word in scale else len(scale)


def place_key(result: Result) -> tuple[object, ...]:
    """Sorts by path, line, column and code; the rest only makes the order total."""
    span = result.location.span
    recipient = result.recipient.name if result.recipient else ""
    return (
        result.location.path,
        span.line,
        span.column,
        result.code,
        span.end_line,
        span.end_column,
        recipient,
        result.data_types,
        result.sink,
        result.message,
    )


def severity_key(result: Result) -> tuple[object, ...]:
    """Sorts the worst and surest first, then by place: for outputs of which only the beginning is shown."""
    return (_rank(result.severity, SEVERITIES), _rank(result.confidence, CONFIDENCES), *place_key(result))


def by_place(results: Iterable[Result]) -> list[Result]:
    """Sorted as the ``text`` format prints them."""
    return sorted(results, key=place_key)


def by_severity(results: Iterable[Result]) -> list[Result]:
    """The worst first."""
    return sorted(results, key=severity_key)


def open_results(report: Report) -> list[Result]:
    """The findings that are not suppressed, by place."""
    return by_place(result for result in report.results if result.suppressed is None)


def count_severities(results: Iterable[Result]) -> dict[str, int]:
    """How many errors, warnings and notes, the worst first; all three are always there."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for result in results:
        counts[result.severity] = counts.get(result.severity, 0) + 1
    return counts


def count_codes(results: Iterable[Result]) -> dict[str, int]:
    """How many of each code, sorted by code."""
    counts: dict[str, int] = {}
    for result in results:
        counts[result.code] = counts.get(result.code, 0) + 1
    return dict(sorted(counts.items()))
