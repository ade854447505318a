"""``make profile``: where a run's time goes, stage by stage, and the functions that the analysis spends most on.

``python -m tests.bench.profile [NAME] [--functions N]``: processor time of this process and of its workers.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from privlint import catalog, flow, lower, policy, resolve, source
from privlint.ir.codec import decode
from privlint.model.project import Project
from tests.bench.run import applications
from tests.real import fetch

T = TypeVar("T")


def timed(name: str, work: Callable[[], T]) -> T:
    """Do a piece of work and say what it took."""
    before, began = _used(), time.perf_counter()
    done = work()
    after, wall = _used(), time.perf_counter() - began
    print(f"{name:<10} {wall:8.2f} s wall {after[0] - before[0]:8.2f} s here {after[1] - before[1]:8.2f} s in workers")
    return done


def _used() -> tuple[float, float]:
    here, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return here.ru_utime + here.ru_stime, workers.ru_utime + workers.ru_stime


def stages(folder: Path, functions: int) -> None:
    """Run all stages over a folder."""
    os.chdir(folder)
    project = Project(paths=(Path(),), jobs=2)
    rules = timed("catalogue", catalog.load)
    found = timed("source", lambda: source.discover(project))
    print(f"{'':<10} {len(found.files):,} files, {sum(file.text.count(chr(10)) for file in found.files):,} lines")
    lowered = timed("lower", lambda: lower.encode_all(found.files, 2))
    pairs = [(data, file.path) for data, file in zip(lowered, found.files, strict=True) if isinstance(data, bytes)]
    modules = timed("decode", lambda: [decode(data, path) for data, path in pairs])
    program = timed("resolve", lambda: resolve.link(modules))
    profiler = cProfile.Profile() if functions else None
    facts = timed("flow", lambda: _profiled(profiler, lambda: flow.trace(program, rules)))
    timed("policy", lambda: policy.judge(facts, None, rules, lambda sites: dict.fromkeys(sites, 1)))
    print(f"{'':<10} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at the peak")
    if profiler is not None:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(functions)


def _profiled(profiler: cProfile.Profile | None, work: Callable[[], Any]) -> Any:
    """The analysis runs in a thread of its own, so the profiler has to be started there."""
    if profiler is None:
        return work()
    import threading

    run = threading.Thread.run

    def profiled(thread: threading.Thread) -> None:
        profiler.enable()
        try:
            run(thread)
        finally:
            profiler.disable()

    threading.Thread.run = profiled  # type: ignore[method-assign, assignment]
    try:
        return work()
    finally:
        threading.Thread.run = run  # type: ignore[method-assign]


def main(arguments: list[str]) -> int:
    """Profile one application."""
    parser = argparse.ArgumentParser(description="where a run's time goes")
    parser.add_argument("name", nargs="?", default="django-oscar", help="an application of the benchmark, or a folder")
    parser.add_argument("--functions", type=int, default=0, metavar="N", help="the N functions that take most")
    options = parser.parse_args(arguments)
    app = next((app for app in applications() if app.name == options.name), None)
    stages(fetch.fetch(app) if app is not None else Path(options.name), options.functions)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
