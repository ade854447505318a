"""From facts to findings: runs every check and gives each finding its rule's severity and the law behind it."""

from __future__ import annotations

from dataclasses import replace

from privlint.catalog import Catalog
from privlint.model.declaration import Declaration
from privlint.model.facts import Facts
from privlint.model.finding import Finding
from privlint.model.location import Site
from privlint.policy import law
from privlint.policy.context import Context, Lines
from privlint.policy.registry import all_checks
from privlint.policy.scope import EVERYTHING, Scope


def judge(
    facts: Facts,
    declaration: Declaration | None,
    catalog: Catalog,
    lines: Lines | None = None,
    scope: Scope = EVERYTHING,
) -> list[Finding]:
    """What the facts amount to, given what is declared.

    Args:
        facts: what flow found.
        declaration: without one, the rules that compare with it stay silent.
        catalog: data types, recipients and laws.
        lines: gives the line of each site, for calls of many lines (one result per line); asked once, and only for
            calls that receive data in several arguments.  Without it every call counts as one line.
        scope: the part of the program that the declaration speaks of; findings elsewhere are left out.

    Returns:
        Findings in a fixed order: by path, place, code and recipient.
    """
    context = Context(facts, declaration, catalog, lines, scope)
    laws = law.Laws(catalog.laws)
    cited = (declaration.laws if declaration else ()) or law.DEFAULT
    findings = []
    for check in all_checks():
        legal = laws.citations(check.rule.code, cited)
        for finding in check.run(context):
            if not (scope.owns(finding.place.path) or context.declares(finding.place.path)):
                continue
            cites = tuple(dict.fromkeys((*finding.legal, *legal)))
            findings.append(replace(finding, legal=cites, severity=finding.severity or check.rule.severity))
    return sorted(findings, key=_order)


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.place
    path, line, column = (
        (place.path, 0, place.node) if isinstance(place, Site) else (place.path, place.span.line, place.span.column)
    )
    recipient = finding.recipient.name if finding.recipient else ""
    return path, line, column, finding.code, recipient, finding.data_types, finding.message
