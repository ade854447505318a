"""The options of an analysis, shared by the commands that run one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from privlint.cli.config import CONFIDENCES

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS_HELP = "text (default), full, json, sarif, github, gitlab, junit, markdown, html or csv."

_FILE = click.Path(path_type=Path)


def paths(command: Command) -> Command:
    """The argument ``[PATHS]...``."""
    return click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))(command)


def output(command: Command) -> Command:
    """The option ``--output``, of commands that tell the format by the file's ending."""
    return click.option(
        "--output",
        "-o",
        multiple=True,
        metavar="[FORMAT:]FILE",
        help="Write to a file (repeatable as FORMAT:FILE); without --format its ending tells the format.",
    )(command)


def analysis(command: Command) -> Command:
    """What to analyse and which findings count; the values go to ``privlint.cli.settings.settle`` by name."""
    command = project(command)
    for option in reversed(_FINDINGS):
        command = option(command)
    return command


def project(command: Command) -> Command:
    """What to analyse and how, for commands that give out no findings."""
    for option in reversed(_PROJECT):
        command = option(command)
    return command


def _per_file_ignores(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """``GLOB:CODES`` as pairs."""
    pairs = []
    for value in values:
        pattern, colon, codes = value.rpartition(":")
        if not (colon and pattern and codes):
            raise click.BadParameter(f"{value!r}: write GLOB:CODES, as in 'tests/*:PRV301,PRV302'")
        pairs.append((pattern, [codes]))
    return pairs


_FINDINGS = (
    click.option("--select", multiple=True, metavar="CODES", help="Report these codes or prefixes alone (PRV2)."),
    click.option("--ignore", multiple=True, metavar="CODES", help="Do not report these codes or prefixes."),
    click.option("--extend-select", multiple=True, metavar="CODES", help="Add to the selected codes."),
    click.option("--extend-ignore", multiple=True, metavar="CODES", help="Add to the ignored codes."),
    click.option(
        "--per-file-ignores",
        multiple=True,
        metavar="GLOB:CODES",
        callback=_per_file_ignores,
        help="Ignore codes in the files that match.",
    ),
)
_PROJECT = (
    click.option(
        "--declaration", type=_FILE, metavar="FILE", help="The declaration (default: privacy.yml above PATHS)."
    ),
    click.option("--rules", multiple=True, type=_FILE, metavar="DIR_OR_FILE", help="Add a rule pack (repeatable)."),
    click.option("--no-default-rules", is_flag=True, default=None, help="Do without the rules that privlint ships."),
    click.option("--config", type=_FILE, metavar="FILE", help="The configuration (default: pyproject.toml above)."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out files or folders, beside the usual ones."),
    click.option("--force-exclude", is_flag=True, default=None, help="Leave them out even where they are named."),
    click.option("--no-respect-gitignore", is_flag=True, default=None, help="Analyse what git ignores, too."),
    click.option(
        "--min-confidence", type=click.Choice(CONFIDENCES, case_sensitive=False), help="Drop what is less sure."
    ),
    click.option("--jobs", "-j", type=click.IntRange(min=0), metavar="N", help="Processes (default: one a core)."),
    click.option("--no-cache", is_flag=True, default=None, help="Use and keep nothing of earlier runs."),
    click.option(
        "--cache-dir",
        type=_FILE,
        metavar="DIR",
        envvar="PRIVLINT_CACHE_DIR",
        help="Where to keep what is found out (default: privlint in the user's cache folder).",
    ),
    click.option("--quiet", "-q", is_flag=True, default=None, help="Print findings alone, no notes and no summary."),
    click.option("--verbose", "-v", is_flag=True, default=None, help="Say what was done; show tracebacks."),
)
