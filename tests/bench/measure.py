"""One timed run: wall time, processor time of all its processes, peak memory of the largest."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.tools import Place, Tool, command_of, environment
from tests.real.measure import ended

LIMIT = 3600.0  # seconds after which a run counts as not finished


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run took; ``status`` is its exit status."""

    app: str
    tool: str
    wall: float
    processor: float
    mebibytes: float
    status: int


def take(app: str, tool: Tool, place: Place) -> Taken:
    """Make ready, run, measure."""
    tool.prepare(place)
    command = command_of(tool, place)
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=place.source, env=environment(tool), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    status, usage = ended(process, began + LIMIT)
    wall = time.monotonic() - began
    return Taken(app, tool.name, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, status)


@dataclass(frozen=True, slots=True)
class Summary:
    """The runs of one tool over one application: medians, and the most memory."""

    app: str
    tool: str
    wall: float
    processor: float
    mebibytes: float
    runs: int
    failed: bool


def summarise(taken: list[Taken]) -> list[Summary]:
    """One summary for each application and tool, in the order of their first runs."""
    groups: dict[tuple[str, str], list[Taken]] = {}
    for one in taken:
        groups.setdefault((one.app, one.tool), []).append(one)
    return [
        Summary(
            app,
            tool,
            median(one.wall for one in runs),
            median(one.processor for one in runs),
            max(one.mebibytes for one in runs),
            len(runs),
            any(one.status < 0 or one.status > 100 for one in runs),
        )
        for (app, tool), runs in groups.items()
    ]


def size_of(folder: Path) -> tuple[int, int, int]:
    """Files, lines and bytes of an application's Python."""
    files = [path.read_bytes() for path in folder.rglob("*.py") if path.is_file()]
    return len(files), sum(data.count(b"\n") for data in files), sum(map(len, files))


def size_of_cache(folder: Path) -> int:
    """Bytes that a cache has."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
