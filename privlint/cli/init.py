"""``privlint init``: a first declaration from what the code does, or what is new in one that there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from privlint.cli import options as shared
from privlint.cli.errors import CommandError
from privlint.cli.settings import settle
from privlint.cli.streams import say
from privlint.model.project import Project

_FILE = click.Path(path_type=Path)
NAME = "privacy.yml"


@click.command(short_help="Write a first privacy.yml from what the code does.")
@shared.paths
@click.option("--output", "-o", type=_FILE, metavar="FILE", help="Where to (default: privacy.yml in PATHS; - prints).")
@click.option("--force", is_flag=True, help="Write it anew where it is already there.")
@click.option("--update", is_flag=True, help="Add what is new to the one there is; everything else in it stays.")
@click.option(
    "--from-fides", type=_FILE, metavar="DIR_OR_FILE", help="Write it from Fides manifests instead of the code."
)
@click.option("--to-fides", is_flag=True, help="Print the declaration that there is as a Fides manifest.")
@shared.analysis
def init(output: Path | None, force: bool, update: bool, from_fides: Path | None, to_fides: bool, **given: Any) -> int:
    """Write a declaration that says what the code under PATHS does: types of data, recipients, forms.

    Purposes are guessed from names; everything is marked as to be reviewed, with the lines that it rests on. Then
    "privlint check" reports what a change adds. With --update, only what is new is added to an existing declaration.
    """
    if sum(map(bool, (force, update))) > 1 or sum(map(bool, (update, from_fides, to_fides))) > 1:
        raise CommandError("--update, --force, --from-fides and --to-fides: only --from-fides --force go together")
    settings = settle(given)
    project, quiet = settings.project, bool(settings.options["quiet"])
    if to_fides:
        place, _ = _existing(project.declaration, None, project.paths)
        _write(output or Path("-"), _to_fides(project, place), force, quiet)
    elif from_fides is not None:
        target = output or _target(project.paths)
        _refuse(target, force)
        _write(target, _from_fides(project, from_fides), force, quiet)
    elif update:
        from privlint import engine

        place, text = _existing(project.declaration, output, project.paths)
        written = engine.draft(project, place, text)
        if written == text and output in (None, place):
            say(f"{place} already says all that was found")
        else:
            _write(output or place, written, True, quiet)
    else:
        from privlint import engine

        target = output or _target(project.paths)
        _refuse(target, force)  # before the work
        place = target if str(target) != "-" else _target(project.paths)
        _write(target, engine.draft(project, place), force, quiet)
    return 0


def _from_fides(project: Project, manifests: Path) -> str:
    """A declaration with what manifests say, in words that the catalogue of this run knows."""
    from privlint import catalog, declaration
    from privlint.declaration import fides

    rules = catalog.load(project.rule_packs, project.default_rules)
    text = fides.declaration_text(fides.imported(manifests, rules.data_types, rules.purposes))
    declaration.load(manifests, types=rules.data_types, app_types=rules.app_types, text=text)  # or it is no use
    return text


def _to_fides(project: Project, place: Path) -> str:
    from privlint import catalog, declaration
    from privlint.declaration import fides

    rules = catalog.load(project.rule_packs, project.default_rules)
    declared = declaration.load(place, types=rules.data_types, app_types=rules.app_types)
    return fides.exported(declared, rules.data_types, rules.purposes)


def _refuse(target: Path, force: bool) -> None:
    if not force and str(target) != "-" and target.exists():
        raise CommandError(f"{target} is already there: --update adds what is new, --force writes it anew")


def _write(target: Path, text: str, force: bool, quiet: bool) -> None:
    from privlint.cli.output import write_text

    _refuse(target, force)
    write_text(target, text)
    if not quiet and str(target) != "-":
        say(f"{target} is written; review it, then run 'privlint check'")


def _target(paths: tuple[Path, ...]) -> Path:
    """Where a declaration for ``paths`` belongs: in the folder that was named, if it was one."""
    return paths[0] / NAME if len(paths) == 1 and paths[0].is_dir() else Path(NAME)


def _existing(named: Path | None, output: Path | None, paths: tuple[Path, ...]) -> tuple[Path, str]:
    """The declaration that is to be added to, and its text."""
    from privlint.declaration import find
    from privlint.declaration.document import read_text

    beside = output if output is not None and output.is_file() else None
    place = named or beside or find(paths)
    if place is None:
        raise CommandError("there is no declaration yet; 'privlint init' writes one")
    return place, read_text(place, place.as_posix())
