"""``privlint diff``: which flows of personal data a change adds or removes, against a git revision."""

from __future__ import annotations

from typing import Any

import click

from privlint.cli import options as shared
from privlint.cli.settings import settle
from privlint.cli.streams import say, wants_color

EXIT_ADDED = 1
_FORMATS = ("text", "markdown", "json")
_ENDINGS = {".txt": "text", ".md": "markdown", ".json": "json"}


@click.command(short_help="Say which flows of personal data a change adds or removes.")
@click.argument("revision", metavar="REV")
@shared.paths
@click.option("--format", "-f", "diff_format", metavar="FORMAT", help="text (default), markdown or json.")
@shared.output
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something was added.")
@click.option("--color/--no-color", default=None, help="Colour the text (default: on a terminal, unless NO_COLOR).")
@shared.project
def diff(
    revision: str, diff_format: str | None, output: tuple[str, ...], exit_zero: bool, color: bool | None, **given: Any
) -> int:
    """Compare the personal data that PATHS (default: here) collect, share and keep with what they did in REV.

    REV is any commit that git understands (main, HEAD~1, a tag); the files as they are now, committed or not, are
    compared with it. What is compared is what flows: a field that is collected, a data type that reaches a recipient,
    a data type that is stored or logged; moved lines are no change. Both are analysed with the options, the rule packs
    and the declaration of now. The work tree and the index are not touched.

    Exit status: 0 nothing was added (something may be gone), 1 something was added or is less protected, 2 it could
    not be done.
    """
    from privlint.cli.output import deliver, plan

    outputs = plan(diff_format, output, _FORMATS, _FORMATS[0], _ENDINGS)
    settings = settle(given)
    from privlint import engine
    from privlint.report.changes import render_changes

    found = engine.changes(settings.project, revision)
    if not settings.options["quiet"]:
        for note in found.notes:
            say(note)
    colored = wants_color(color)
    deliver(outputs, lambda each: render_changes(found, each.format, color=colored and each.file is None))
    return EXIT_ADDED if found.adds and not exit_zero else 0
