"""What each finding code is, for ``privlint rule``, the SARIF rule table and the docs: derived from its check."""

from __future__ import annotations

import functools
import inspect

from privlint.catalog import Catalog, shipped
from privlint.catalog.tables import load_table
from privlint.model.report import RuleInfo
from privlint.policy.law import Article, Laws
from privlint.policy.registry import Check, all_checks

_REFERENCES = {"risks": "OWASP Top 10 Privacy Risks", "threats": "LINDDUN"}


def rules(catalog: Catalog | None = None) -> tuple[RuleInfo, ...]:
    """All finding codes, by code; the articles come from ``catalog``, by default the one that ships with privlint."""
    return _shipped() if catalog is None else _described(Laws(catalog.laws))


@functools.cache
def _shipped() -> tuple[RuleInfo, ...]:
    return _described(Laws(load_table((shipped(),), "laws")))  # the rest of the catalogue is not needed here


def _described(laws: Laws) -> tuple[RuleInfo, ...]:
    return tuple(_describe(check, laws) for check in all_checks())


def _describe(check: Check, laws: Laws) -> RuleInfo:
    title, _, body = inspect.cleandoc(check.doc).partition("\n")
    rule = check.rule
    sections = [body.strip(), _law_section(laws.articles(rule.code, "law", "standard")), _references(check, laws)]
    return RuleInfo(
        code=rule.code,
        name=rule.name,
        title=title.strip().rstrip("."),
        doc="\n\n".join(section for section in sections if section) + "\n",
        severity=rule.severity,
        security_severity=rule.security_severity,
        precision=rule.precision,
        cwe=rule.cwe,
        tags=rule.tags,
        legal=laws.citations(rule.code),
    )


def _law_section(articles: list[Article]) -> str:
    if not articles:
        return ""
    lines = [f"- **{article.citation}**: {article.text}" for article in articles]
    return "\n".join(["## The law", "", *lines])


def _references(check: Check, laws: Laws) -> str:
    lines = []
    if check.rule.cwe:
        links = (f"[{cwe}](https://cwe.mitre.org/data/definitions/{cwe[4:]}.html)" for cwe in check.rule.cwe)
        lines.append("- " + ", ".join(links))
    for kind, name in _REFERENCES.items():
        articles = laws.articles(check.rule.code, kind)
        if articles:
            shown = ", ".join(f"{each.article} ({each.text})" if kind == "risks" else each.article for each in articles)
            lines.append(f"- {name}: {shown}")
    return "\n".join(["## References", "", *lines]) if lines else ""
