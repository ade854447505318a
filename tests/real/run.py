"""``make real``: run privlint over real applications, draw findings, write ``RESULTS.md``.

``python -m tests.real.run [--again] [NAME...]``.  With ``--again`` nothing is run: the last measurements are taken, and
only the draw and the page are made anew, as after judging.  With names only those applications are run, and nothing is
written: a page says what one machine measured for all of them.  Needs the package index the first time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import privlint
from tests.real import draw, fetch, judgements, measure, results
from tests.real.apps import BUILD, HERE, App, AppsError, Plan, chosen, load

REPORTS = BUILD / "reports"
MEASURES = BUILD / "measures.json"


def measure_all(apps: tuple[App, ...]) -> list[measure.Run]:
    """Run over every application, one after the other."""
    runs = []
    for app in apps:
        source = fetch.fetch(app)
        print(f"{app.name} {app.version}: running", flush=True)
        run = measure.run(app, source, REPORTS)
        print(
            f"{app.name}: {len(run.findings)} findings, {run.seconds:.1f} s, {run.mebibytes:.0f} MiB, exit {run.status}"
        )
        if run.crashed:
            print(run.errors, file=sys.stderr)
        runs.append(run)
    return runs


def remember(runs: list[measure.Run], where: str) -> None:
    """Keep the measurements; the findings stay in the reports."""
    kept = [{**asdict(replace(run, findings=())), "app": run.app.name} for run in runs]
    MEASURES.write_text(json.dumps({"machine": where, "runs": kept}, indent=2) + "\n", encoding="utf-8")


def remembered(plan: Plan) -> tuple[str, list[measure.Run]]:
    """The machine and the runs of the last time, with the findings of the reports; those still planned."""
    apps = {app.name: app for app in plan.apps}
    document: dict[str, Any] = json.loads(MEASURES.read_text(encoding="utf-8"))
    runs = []
    for kept in document["runs"]:
        app = apps.get(kept["app"])
        if app is not None:
            findings = tuple(measure.read_report(REPORTS / f"{app.name}.json")["results"])
            runs.append(measure.Run(**{**kept, "app": app, "findings": findings}))
    return document["machine"], runs


def machine() -> str:
    """What the figures were measured with."""
    version, cores = platform.python_version(), os.cpu_count()
    return f"privlint {privlint.__version__}, Python {version}, {platform.machine()}, {cores} cores"


def publish(plan: Plan, runs: list[measure.Run], where: str) -> None:
    """Draw, lay out for judging, and write the page."""
    found = [draw.Drawn(run.app.name, finding) for run in runs for finding in run.findings]
    drawn = draw.draw(found, plan.seed, plan.draw)
    sources = {run.app.name: run.app.source for run in runs}
    write(HERE / "sample.json", json.dumps(draw.sheet(drawn, plan.seed), indent=1, ensure_ascii=False) + "\n")
    write(BUILD / "worksheet.md", draw.worksheet(drawn, sources))
    write(HERE / "RESULTS.md", results.render(runs, drawn, judgements.load(), plan.seed, where))


def write(path: Path, text: str) -> None:
    """Write a file and say so."""
    path.write_text(text, encoding="utf-8")
    print(f"wrote {path}")


def main(arguments: list[str]) -> int:
    """0 where every run came to its end, 1 where one failed, 2 where the work could not begin."""
    parser = argparse.ArgumentParser(description="run privlint over real applications")
    parser.add_argument("--again", action="store_true", help="take the last measurements, judge and write anew")
    parser.add_argument("names", nargs="*", metavar="NAME", help="applications of apps.toml (default: all)")
    options = parser.parse_args(arguments)
    try:
        plan = load()
        if options.again:
            where, runs = remembered(plan)
        else:
            where, runs = machine(), measure_all(chosen(plan, options.names))
        if not options.names:
            remember(runs, where)
            publish(plan, runs, where)
    except (AppsError, fetch.FetchError, judgements.JudgementError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    return 1 if any(run.crashed for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
