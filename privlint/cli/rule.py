"""``privlint rule`` and ``privlint rules``: what the finding codes mean."""

from __future__ import annotations

import json

import click

from privlint.cli.errors import CommandError, did_you_mean
from privlint.model.report import RuleInfo

_FORMAT = click.option(
    "--format", "-f", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)


@click.command(short_help="Explain a finding code.")
@click.argument("code", required=False)
@_FORMAT
def rule(code: str | None, format: str) -> int:
    """Explain one finding CODE (PRV301, or its name): why it matters, the law, an example, what to do instead.

    Without a CODE, list them all.
    """
    known = _rules()
    if code is None:
        return _list(known, format)
    for info in known:
        if code.upper() == info.code or code.lower() == info.name:
            _show(info, format)
            return 0
    names = [word for info in known for word in (info.code, info.name)]
    raise CommandError(
        f"no finding code is called {code!r}{did_you_mean(code.upper(), names) or did_you_mean(code, names)}"
    )


@click.command(short_help="List the finding codes.")
@_FORMAT
def rules(format: str) -> int:
    """List all finding codes with their names and titles."""
    return _list(_rules(), format)


def _rules() -> list[RuleInfo]:
    from privlint.policy import rules as all_rules

    return sorted(all_rules())


def _show(info: RuleInfo, format: str) -> None:
    if format == "json":
        click.echo(json.dumps(info._asdict(), ensure_ascii=False, indent=2))
        return
    click.echo(f"# {info.code} {info.name}\n\n{info.title}\n")
    click.echo(f"{info.doc.strip()}\n")
    for label, values in (("severity", [info.severity]), ("law", info.legal), ("weakness", info.cwe)):
        if values:
            click.echo(f"{label}: {', '.join(values)}")


def _list(known: list[RuleInfo], format: str) -> int:
    if format == "json":
        click.echo(json.dumps([info._asdict() for info in known], ensure_ascii=False, indent=2))
        return 0
    width = max((len(info.name) for info in known), default=0)
    for info in known:
        click.echo(f"{info.code}  {info.name:<{width}}  {info.title}")
    return 0
