"""A source line with carets under a span, as compilers show it."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from privlint.model.location import Location
from privlint.report.lines import Sources
from privlint.report.visible import cells, width

MAX_WIDTH = 120
"""Cells of source that are shown at most; of a longer line, what is around the span."""

_CUT = "…"


class Snippet(NamedTuple):
    """What to print: the line's number, the shown source, and the blanks and carets under it."""

    line: int
    source: str
    indent: int
    carets: int
    end_line: int  # greater than ``line`` where the span goes on below


def snippet(sources: Sources, location: Location) -> Snippet | None:
    """The first line of ``location`` with its carets, or None where the source is not known."""
    span = location.span
    line = sources.line(location.path, span.line)
    if line is None:
        return None
    shown = cells(line)
    start = min(max(span.column - 1, 0), len(shown))
    stop = len(shown) if span.end_line > span.line else min(max(span.end_column - 1, start), len(shown))
    edges = [0, *accumulate(map(width, shown))]
    first, last = _window(edges, start, stop)
    before = _CUT if first > 0 else ""
    after = _CUT if last < len(shown) else ""
    stop = min(stop, last)
    source = before + "".join(shown[first:last]).rstrip() + after
    indent = width(before) + edges[start] - edges[first]
    return Snippet(span.line, source, indent, max(edges[stop] - edges[start], 1), max(span.end_line, span.line))


def _window(edges: list[int], start: int, stop: int) -> tuple[int, int]:
    """Which characters to show, as a half-open range: at most ``MAX_WIDTH`` cells, the span's beginning in them.

    ``edges[i]`` is the cell where character ``i`` begins.
    """
    count = len(edges) - 1
    if edges[count] <= MAX_WIDTH:
        return 0, count
    lead = max((MAX_WIDTH - (edges[stop] - edges[start])) // 2, MAX_WIDTH // 6)
    first = start
    while first > 0 and edges[start] - edges[first - 1] <= lead:
        first -= 1
    last = first
    while last < count and edges[last + 1] - edges[first] <= MAX_WIDTH:
        last += 1
    while first > 0 and edges[last] - edges[first - 1] <= MAX_WIDTH:  # room left at the end of the line
        first -= 1
    return first, last
