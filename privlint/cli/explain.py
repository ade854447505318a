"""``privlint explain-name``: which data type a name is taken for, and why."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("explain-name", short_help="Say what a name is taken for, and why.")
@click.argument("name")
@click.option("--context", metavar="C", help="What has the name: a class, a variable, a table (User, customer).")
@click.option("--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR_OR_FILE", help="Add a rule pack.")
@click.option("--no-default-rules", is_flag=True, help="Do without the rules that privlint ships.")
def explain_name(name: str, context: str | None, rules: tuple[Path, ...], no_default_rules: bool) -> int:
    """Say which type of personal data NAME is taken for, by which evidence, or why it is taken for none.

    NAME may bring its context along: User.name.
    """
    from privlint.catalog import load

    owner, dot, last = name.rpartition(".")
    if dot and context is None:
        name, context = last, owner
    for line in load(rules, default=not no_default_rules).explain(name, context):
        click.echo(line)
    return 0
