"""A finding's facts in words, as the formats for people say them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from privlint.model.location import Location
from privlint.model.report import Report, Result, RuleInfo
from privlint.report.order import count_severities
from privlint.report.visible import visible

_SENTENCE = re.compile(r".+?[.](?= [A-Z]|\Z)")
_PROTECTIONS = {"clear": "in the clear"}


def count(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def place(location: Location) -> str:
    """``path:line:column``, the path with nothing hidden in it."""
    return f"{visible(location.path)}:{location.span.line}:{location.span.column}"


def rule_names(report: Report) -> Mapping[str, str]:
    """The kebab-case name of each code."""
    return {rule.code: rule.name for rule in report.rules}


def rules_by_code(report: Report) -> Mapping[str, RuleInfo]:
    """The rule table as a mapping."""
    return {rule.code: rule for rule in report.rules}


def why(rule: RuleInfo | None) -> str:
    """Why findings of a code matter: the first sentence that its documentation says of it."""
    section = rule.doc.partition("## Why it matters\n")[2].strip() if rule is not None else ""
    paragraph = " ".join(section.partition("\n\n")[0].split())
    found = _SENTENCE.match(paragraph)
    return visible(found[0].replace("`", "")) if found is not None else ""


def facts(result: Result) -> list[tuple[str, str]]:
    """What is known of a finding beside its message: pairs of a heading and words, safe to show."""
    rows: list[tuple[str, str]] = []
    if result.data_types:
        rows.append(("data", _data(result)))
    if result.recipient is not None:
        details = ", ".join(part for part in (result.recipient.kind, result.recipient.country) if part)
        rows.append(("recipient", result.recipient.name + (f" ({details})" if details else "")))
    rows.append(("confidence", result.confidence))
    if result.legal:
        rows.append(("law", ", ".join(result.legal)))
    return [(heading, visible(words)) for heading, words in rows]


def _data(result: Result) -> str:
    subject = f" ({result.subject})" if result.subject else ""
    return f"{', '.join(result.data_types)}{subject}, {_PROTECTIONS.get(result.protection, result.protection)}"


def tally(results: list[Result]) -> str:
    """``3 findings: 1 error, 2 warnings``."""
    kinds = [count(number, kind) for kind, number in count_severities(results).items() if number]
    return count(len(results), "finding") + (f": {', '.join(kinds)}" if kinds else "")
