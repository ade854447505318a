"""``privlint schema``: the JSON Schema of the declaration, for editors."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Print the JSON Schema of privacy.yml, for editors.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@click.option("--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR_OR_FILE", help="Add a rule pack.")
@click.option("--no-default-rules", is_flag=True, help="Do without the rules that privlint ships.")
def schema(output: Path | None, rules: tuple[Path, ...], no_default_rules: bool) -> int:
    """Print the JSON Schema (draft 2020-12) of the declaration.

    With a first line "# yaml-language-server: $schema=FILE" in privacy.yml, editors complete data types, bases,
    countries and known recipients, and mark errors.
    """
    import json

    from privlint import catalog, declaration
    from privlint.cli.output import write_text

    known = catalog.load(rules, default=not no_default_rules)
    content = declaration.schema(
        types={each.id: each.label or each.id for each in known.data_types.values()},
        app_types={
            each: f"{table.get('name', each)}: {table.get('function', '')}" for each, table in known.app_types.items()
        },
        recipients={each.name: _described(each.kind, each.countries) for each in known.recipients.values()},
    )
    write_text(output, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return 0


def _described(kind: str, countries: tuple[str, ...]) -> str:
    return f"{kind.replace('-', ' ')}{f', {countries[0]}' if countries else ''}"
