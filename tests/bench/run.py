"""``make bench``: measure, and write ``RESULTS.md``.

``python -m tests.bench.run [--apps NAME ...] [--tools NAME ...] [--rounds N] [--growth N ...]``.  With a choice of
applications or tools nothing is written but the figures on the screen, unless ``--write`` says so.  Needs the package
index the first time; nothing of an application is ever run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import privlint
from tests.bench import growth, results, tools
from tests.bench.measure import Taken, size_of, size_of_cache, summarise, take
from tests.real import fetch
from tests.real.apps import App, AppsError, load

HERE = Path(__file__).resolve().parent
FROM_REAL = ("django-oscar", "pretix", "indico", "apache-superset")
GROWTH = (10_000, 100_000, 1_000_000)


def applications() -> list[App]:
    """All applications of the benchmark."""
    known = {app.name: app for app in load().apps}
    return [*(known[name] for name in FROM_REAL), *load(HERE / "apps.toml").apps]


def machine() -> str:
    """What the figures were measured with."""
    parts = [
        f"privlint {privlint.__version__}", f"LibCST {version('libcst')}", *tools.versions(),
        f"Python {platform.python_version()}", platform.machine(), f"{os.cpu_count()} cores",
    ]  # fmt: skip
    return ", ".join(parts)


def measure(apps: list[App], chosen: list[tools.Tool], rounds: int) -> tuple[list[Taken], list[results.Size]]:
    """Every tool over every application, alternately."""
    taken: list[Taken] = []
    sizes: list[results.Size] = []
    for app in apps:
        place = tools.Place.of(app.name, fetch.fetch(app))
        for number in range(rounds):
            for tool in chosen:
                one = take(app.name, tool, place)
                taken.append(one)
                print(
                    f"{app.name} {number + 1}/{rounds} {tool.name}: {one.wall:.2f} s, {one.processor:.2f} s of CPU, "
                    f"{one.mebibytes:.0f} MiB, exit {one.status}",
                    flush=True,
                )
        sizes.append(results.Size(app.name, *size_of(place.source), size_of_cache(place.cache)))
    return taken, sizes


def main(arguments: list[str]) -> int:
    """0 where everything was measured, 2 where the work could not begin."""
    parser = argparse.ArgumentParser(description="measure privlint beside a bare parse and its peers")
    parser.add_argument("--apps", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--tools", type=lambda text: text.split(","), default=[], metavar="NAME,NAME")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", nargs="*", type=int, default=None, metavar="LINES")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md although it is not of everything")
    options = parser.parse_args(arguments)
    try:
        apps = [app for app in applications() if not options.apps or app.name in options.apps]
        chosen = tools.chosen(options.tools)
        if any(tool.peer for tool in chosen):
            tools.install_peers()
        taken, sizes = measure(apps, chosen, options.rounds)
    except (AppsError, fetch.FetchError, ValueError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 2
    whole = not options.apps and not options.tools
    lengths = (GROWTH if whole else ()) if options.growth is None else options.growth or GROWTH
    points = [growth.measure(lines) for lines in lengths]
    page = results.render(summarise(taken), sizes, points, machine(), options.rounds)
    tools.BUILD.mkdir(parents=True, exist_ok=True)
    figures = {"machine": machine(), "taken": [asdict(one) for one in taken], "growth": [asdict(p) for p in points]}
    (tools.BUILD / "measures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if whole or options.write:
        (HERE / "RESULTS.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
