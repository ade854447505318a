"""``privlint baseline``: record today's findings, so that only new ones fail from then on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from privlint.cli import options as shared
from privlint.cli.errors import CommandError
from privlint.cli.progress import Progress
from privlint.cli.settings import settle
from privlint.cli.streams import say

DEFAULT_FILE = Path("privlint-baseline.json")


@click.command(short_help="Record today's findings, so that only new ones fail.")
@shared.paths
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help=f"Where to (default: {DEFAULT_FILE})."
)
@shared.analysis
def baseline(output: Path | None, **given: Any) -> int:
    """Analyse PATHS as "privlint check" does and record every finding in a file.

    Then "privlint check --baseline FILE" (or "baseline" in the configuration) reports what is new.
    """
    settings = settle(given)
    from privlint import engine
    from privlint.policy import Baseline

    # What an older baseline knows belongs into the new one, too.
    with Progress(wanted=not settings.options["quiet"]) as progress:
        report = engine.check(replace(settings.project, baseline=None, progress=progress))
    file = output or settings.options.get("baseline") or DEFAULT_FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        Baseline.of(report.results).write(file)
    except OSError as error:
        raise CommandError(f"{file}: cannot be written: {(error.strerror or str(error)).lower()}") from error
    if not settings.options["quiet"]:
        number = sum(result.suppressed is None for result in report.results)
        findings = "1 finding" if number == 1 else f"{number} findings"
        say(f"{findings} recorded in {file}; 'privlint check --baseline {file}' reports what is new")
    return 0
