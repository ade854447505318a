"""Parse every Python file below the working directory with LibCST and throw the outcome away: what all else is
measured against.  ``python -m tests.bench.bare [PROCESSES]``."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

CHUNK = 150_000  # bytes


def parse(paths: list[str]) -> int:
    """Parse files; how many could be."""
    import libcst

    parsed = 0
    for path in paths:
        try:
            libcst.parse_module(Path(path).read_bytes())
            parsed += 1
        except Exception:  # no Python of this version
            continue
    return parsed


def chunks(paths: list[tuple[int, str]]) -> list[list[str]]:
    """The largest first, in portions of about the same size."""
    out: list[list[str]] = []
    size = CHUNK
    for length, path in sorted(paths, reverse=True):
        if size >= CHUNK:
            out.append([])
            size = 0
        out[-1].append(path)
        size += length
    return out


def main(processes: int) -> None:
    """Parse all, and say how many files there were."""
    import libcst  # once, before the workers are forked  # noqa: F401

    paths = [(path.stat().st_size, str(path)) for path in Path().rglob("*.py") if path.is_file()]
    with ProcessPoolExecutor(processes) as pool:
        print(sum(pool.map(parse, chunks(paths))), "files parsed")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
