"""``privlint check``: analyse, print findings, write reports."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from privlint.cli import options as shared
from privlint.cli.config import SEVERITIES
from privlint.cli.progress import Progress
from privlint.cli.settings import settle

EXIT_FINDINGS = 1


@click.command(short_help="Analyse Python code and print findings.")
@shared.paths
@click.option("--format", "-f", metavar="FORMAT", help=shared.FORMATS_HELP)
@click.option(
    "--output", "-o", multiple=True, metavar="[FORMAT:]FILE", help="Write to a file (repeatable as FORMAT:FILE)."
)
@shared.analysis
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Leave out what this file records.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    help="Exit with 1 only for findings of this severity or above (default: for any).",
)
@click.option("--exit-zero", is_flag=True, default=None, help="Exit with 0 even if there are findings.")
@click.option("--statistics", is_flag=True, default=None, help="Count the findings of each code.")
@click.option("--color/--no-color", default=None, help="Colour the output (default: on a terminal, unless NO_COLOR).")
@click.option(
    "--changed", is_flag=True, help="PATHS are what has changed: analyse their whole project, report on them alone."
)
@click.option(
    "--stdin-filename", type=click.Path(path_type=Path), metavar="FILE", help="Read FILE's text from standard input."
)
@click.option(
    "--sarif-include-suppressed",
    is_flag=True,
    default=None,
    help="Keep suppressed findings in SARIF, marked (GitHub shows them as open).",
)
def check(**given: Any) -> int:
    """Analyse all Python files under PATHS (default: here) as one program and print findings.

    Exit status: 0 nothing to report, 1 findings, 2 the tool could not do what was asked.
    """
    from privlint.cli.output import Output, plan, summarise, write

    settings = settle(given)
    outputs: list[Output] = plan(settings.options["format"], settings.options["output"])
    from privlint import engine

    with Progress(wanted=not settings.options["quiet"]) as progress:
        report = engine.check(replace(settings.project, progress=progress))
    write(report, outputs, settings.options["color"])
    summarise(report, outputs, settings.options)
    if settings.options["exit-zero"]:
        return 0
    least = SEVERITIES.index(settings.options["fail-on"] or SEVERITIES[0])
    failing = (each for each in report.results if each.suppressed is None and SEVERITIES.index(each.severity) >= least)
    sys.stdout.flush()
    return EXIT_FINDINGS if any(failing) else 0
