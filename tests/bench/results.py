"""``RESULTS.md``: ratios first, since they are what holds on another machine."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.growth import Point
from tests.bench.measure import Summary
from tests.bench.tools import TOOLS


@dataclass(frozen=True, slots=True)
class Size:
    """How large an application is, and what privlint keeps of it."""

    app: str
    files: int
    lines: int
    source: int
    cache: int


def render(summaries: list[Summary], sizes: list[Size], growth: list[Point], machine: str, rounds: int) -> str:
    """The page."""
    parts = [
        "# What privlint costs\n",
        "Written by `make bench`. All tools were run over the same files, one after the other, in rounds, on one "
        f"machine ({machine}); figures are medians of {rounds} rounds. A ratio is time over that of `bare` (of `start` "
        "for `privlint warm`, in brackets). CPU is the processor time of all processes, which other work on the machine "
        "touches least; memory is the peak of the largest process.\n",
        _tools(summaries),
    ]
    for size in sizes:
        parts.append(_application(size, [one for one in summaries if one.app == size.app]))
    if growth:
        parts.append(_growth(growth))
    return "\n".join(parts)


def _tools(summaries: list[Summary]) -> str:
    used = {one.tool for one in summaries}
    return "\n".join(f"- `{tool.name}`: {tool.about}" for tool in TOOLS if tool.name in used) + "\n"


def _application(size: Size, summaries: list[Summary]) -> str:
    by_tool = {one.tool: one for one in summaries}
    bare, start = by_tool.get("bare"), by_tool.get("start")
    kept = f"; the cache has {size.cache / max(size.source, 1):.2f} bytes for each byte of source" if size.cache else ""
    rows = [
        f"## {size.app}\n",
        f"{size.files:,} files, {size.lines:,} lines{kept}.\n",
        "| tool | wall ratio | CPU ratio | wall s | CPU s | MiB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in summaries:
        ratios = [
            _ratio(one.wall, bare.wall if bare else None),
            _ratio(one.processor, bare.processor if bare else None),
        ]
        if one.tool == "privlint warm" and start is not None:
            ratios[0] += f" ({_ratio(one.wall, start.wall)})"
            ratios[1] += f" ({_ratio(one.processor, start.processor)})"
        failed = " (failed)" if one.failed else ""
        rows.append(
            f"| {one.tool}{failed} | {ratios[0]} | {ratios[1]} | {one.wall:.2f} | {one.processor:.2f} "
            f"| {one.mebibytes:.0f} |"
        )
    return "\n".join(rows) + "\n"


def _ratio(value: float, base: float | None) -> str:
    return f"{value / base:.2f}" if base else "–"


def _growth(points: list[Point]) -> str:
    rows = [
        "## Growth\n",
        "Made-up programs (`python -m tests.bench.growth`): chains of calls, deep inheritance, fan-out and cycles.\n",
        "| lines | files | wall s | CPU s | CPU s for 100,000 lines | MiB | MiB for 1,000,000 lines above 150 |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for point in points:
        each = point.processor / point.lines * 100_000
        above = max(point.mebibytes - 150, 0.0) / point.lines * 1_000_000
        rows.append(
            f"| {point.lines:,} | {point.files:,} | {point.wall:.1f} | {point.processor:.1f} | {each:.1f} "
            f"| {point.mebibytes:.0f} | {above:.0f} |"
        )
    return "\n".join(rows) + "\n"
