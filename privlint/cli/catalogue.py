"""``privlint catalogue``: what privlint knows of the world, and whether a user's own rules hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from privlint.cli.errors import CommandError

if TYPE_CHECKING:
    from privlint.catalog import Entry

_Command = TypeVar("_Command", bound=Callable[..., Any])

_FORMAT = click.option(
    "--format", "-f", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)


def _packs(command: _Command) -> _Command:
    pack = click.Path(path_type=Path)
    command = click.option("--no-default-rules", is_flag=True, help="Do without the rules that privlint ships.")(
        command
    )
    return click.option("--rules", multiple=True, type=pack, metavar="DIR_OR_FILE", help="Add a rule pack.")(command)


@click.group(short_help="Search what privlint knows; check rules of your own.")
def catalogue() -> None:
    """Search what privlint knows (data types, recipients, calls, laws, app types); check rules of your own."""


@catalogue.command(short_help="Search data types, recipients, calls, laws and app types.")
@click.argument("terms", nargs=-1, required=True)
@_packs
@click.option("--most", type=click.IntRange(min=1), default=40, show_default=True, help="Entries to show.")
@_FORMAT
def search(terms: tuple[str, ...], rules: tuple[Path, ...], no_default_rules: bool, most: int, format: str) -> int:
    """List the entries in which all TERMS occur: privlint catalogue search mixpanel."""
    from privlint.catalog import load
    from privlint.catalog import search as search_in

    found = search_in(load(rules, default=not no_default_rules), terms)
    if format == "json":
        click.echo(json.dumps([_plain(entry) for entry in found], ensure_ascii=False, indent=2))
        return 0
    shown = found[:most]
    kinds = max((len(entry.kind) for entry in shown), default=0)
    ids = min(max((len(entry.id) for entry in shown), default=0), 50)
    for entry in shown:
        click.echo(f"{entry.kind:<{kinds}}  {entry.id:<{ids}}  {_short(entry)}")
    if len(found) > most:
        click.echo(f"... and {len(found) - most} more (--most {len(found)} shows all)")
    if not found:
        click.echo(f"nothing is known of {' '.join(terms)!r}", err=True)
    return 0


@catalogue.command(short_help="Show all that is known of one entry.")
@click.argument("name")
@_packs
@_FORMAT
def show(name: str, rules: tuple[Path, ...], no_default_rules: bool, format: str) -> int:
    """Show all that is known of NAME: a data type (contact.phone), a recipient, a call, a law, an app type."""
    from privlint.catalog import find, load
    from privlint.catalog import search as search_in

    known = load(rules, default=not no_default_rules)
    found = find(known, name)
    if not found:
        near = ", ".join(dict.fromkeys(entry.id for entry in search_in(known, [name])[:5]))
        raise CommandError(f"nothing is called {name!r}" + (f"; is it one of these: {near}?" if near else ""))
    if format == "json":
        click.echo(json.dumps([_plain(entry) for entry in found], ensure_ascii=False, indent=2))
        return 0
    click.echo("\n\n".join(_page(entry) for entry in found))
    return 0


@catalogue.command(short_help="Check rule packs of your own, and run their examples.")
@click.argument("packs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--no-default-rules", is_flag=True, help="Do without the rules that privlint ships.")
def check(packs: tuple[Path, ...], no_default_rules: bool) -> int:
    """Check rule PACKS (files or folders): their format, the examples of code and of names that they carry.

    Exit status: 0 all is well, 1 an example does not come out, 2 a pack cannot be used.
    """
    from privlint import selftest

    outcome = selftest.check(packs, default=not no_default_rules)
    for failure in outcome.failures:
        click.echo(f"{failure.path}:{failure.line}: {failure.name}: {failure.reason}")
    for note in outcome.notes:
        click.echo(f"note: {note}")
    failed = len(outcome.failures)
    tried = f"{_count(outcome.examples, 'example')} and {_count(outcome.names, 'name')} tried"
    click.echo(f"{tried}: {_count(failed, 'failure')}" if failed else f"{tried}: all come out")
    return 1 if failed else 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _short(entry: Entry) -> str:
    details = dict(entry.details)
    said = [details[label] for label in ("Chinese", "company", "countries", "hosts") if label in details]
    return "  ".join([entry.title, *(text for text in said if text != entry.title)])


def _page(entry: Entry) -> str:
    lines = [f"{entry.id}  ({entry.kind})", entry.title]
    width = max((len(label) for label, _ in entry.details), default=0)
    for label, text in entry.details:
        first, *rest = text.split("\n")
        lines.append(f"  {label:<{width}}  {first}")
        lines += [f"  {'':<{width}}  {line}" for line in rest]
    return "\n".join(lines)


def _plain(entry: Entry) -> dict[str, Any]:
    return {"kind": entry.kind, "id": entry.id, "title": entry.title, "details": _details(entry.details)}


def _details(details: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """By label; a label that comes several times has a list."""
    out: dict[str, Any] = {}
    for label, text in details:
        out[label] = (
            text if label not in out else [*([out[label]] if isinstance(out[label], str) else out[label]), text]
        )
    return out
