"""``privlint map``: which personal data comes from where and goes to whom; the registers that the law asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from privlint.cli import options as shared
from privlint.cli.errors import CommandError
from privlint.cli.progress import Progress
from privlint.cli.settings import settle
from privlint.cli.streams import say
from privlint.model.datamap import DataMap

_FORMATS = ("html", "json", "mermaid", "csv", "markdown")
_ENDINGS = {".html": "html", ".htm": "html", ".json": "json", ".mmd": "mermaid", ".csv": "csv", ".md": "markdown"}
_REGISTERS = ("ropa", "collected", "shared")


@click.command("map", short_help="Map personal data: where it comes from, who receives it, where it is kept.")
@shared.paths
@click.option("--format", "-f", "map_format", metavar="FORMAT", help="html (default), json, mermaid, csv or markdown.")
@click.option(
    "--list",
    "register",
    type=click.Choice(_REGISTERS),
    help="What csv and markdown hold: the record of processing (ropa, the default), the list of personal information "
    "collected, or that of what is shared with third parties.",
)
@shared.output
@shared.project
def map_(map_format: str | None, register: str | None, output: tuple[str, ...], **given: Any) -> int:
    """Analyse PATHS (default: here) and map their personal data.

    Every value is marked: "declared" in privacy.yml, "observed" in the code, or "both", with the lines that it rests
    on. html is a page to read; mermaid a diagram for a README; csv and markdown are the record of processing that
    GDPR Art. 30 asks for, or with --list one of the two lists of the Chinese rules.

    Exit status: 0, or 2 if it could not be done.
    """
    from privlint.cli.output import deliver, plan

    chosen = map_format or ("csv" if register and not output else None)
    outputs = plan(chosen, output, _FORMATS, "html", _ENDINGS)
    if register and not any(each.format in ("csv", "markdown") for each in outputs):
        raise CommandError("--list is for the formats csv and markdown")
    settings = settle(given)
    from privlint import engine
    from privlint.report.maps import MAP_FORMATS, render_map
    from privlint.report.registers import render_register

    with Progress(wanted=not settings.options["quiet"]) as progress:
        found = engine.survey(replace(settings.project, progress=progress))
    deliver(
        outputs,
        lambda each: (
            render_map(found, each.format)
            if each.format in MAP_FORMATS
            else render_register(found, register or _REGISTERS[0], each.format)
        ),
    )
    _summarise(found, settings.options)
    return 0


def _summarise(found: DataMap, options: Mapping[str, Any]) -> None:
    from privlint.report.maps.words import recipients
    from privlint.report.words import count

    if options["quiet"]:
        return
    for note in found.notes:
        say(note)
    for path in found.unreadable:
        say(f"{path} could not be read or parsed, and is not in the map")
    outside = len(recipients(found))
    unknown = sum(len(s.passages) for s in found.shared if found.receiver(s.receiver).role == "unknown")
    told = f"{count(len(found.types), 'type')} of personal data, {count(outside, 'recipient')}"
    if unknown:
        told += f", {count(unknown, 'place')} where the recipient is not known,"
    say(f"{told} in {count(found.files, 'file')}")
