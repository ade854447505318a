"""The rule table of the SARIF file: every rule, whether it has findings or not, since GitHub wants it to be stable."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sarif_om as om

from privlint.model.report import RuleInfo
from privlint.report.sarif import cwe

PAGE = "https://pypi.org/project/privlint/"
"""The page of the project; what it says of a finding code has the code, in small letters, as its anchor."""

MAX_DESCRIPTION = 1024
MAX_TAGS = 20

_PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^#+\s+")


def table(rules: Iterable[RuleInfo], used: Iterable[str]) -> list[RuleInfo]:
    """The rules sorted by code; a code in ``used`` that none of them documents gets a bare entry."""
    known = {rule.code: rule for rule in rules}
    for code in used:
        if code not in known:
            known[code] = RuleInfo(code, "", f"Finding {code}", "", "warning", "", "", (), (), ())
    return [known[code] for code in sorted(known)]


def descriptor(rule: RuleInfo, taxonomy: cwe.Taxonomy) -> om.ReportingDescriptor:
    """One entry of the table, with all that GitHub asks of it."""
    title = sentence(_shorten(plain_text(rule.title) or rule.code))
    doc = rule.doc.strip()
    return om.ReportingDescriptor(
        id=rule.code,
        name="".join(word[:1].upper() + word[1:] for word in re.split(r"\W+|_", rule.name)) or None,
        short_description=om.MultiformatMessageString(text=title),
        full_description=om.MultiformatMessageString(text=sentence(_shorten(_first_paragraph(doc) or title))),
        help_uri=f"{PAGE}#{rule.code.lower()}" if doc else None,
        help=om.MultiformatMessageString(text=plain_text(doc) or title, markdown=_markdown(rule, doc) or title),
        default_configuration=om.ReportingConfiguration(level=rule.severity),
        relationships=taxonomy.relationships(rule),
        properties=_properties(rule),
    )


def _properties(rule: RuleInfo) -> dict[str, object]:
    tags = ["security", "privacy", *(cwe.tag(weakness) for weakness in rule.cwe), *rule.tags]
    properties: dict[str, object] = {
        "tags": list(dict.fromkeys(tags))[:MAX_TAGS],
        "problem.severity": _PROBLEM_SEVERITIES.get(rule.severity, "warning"),
    }
    if rule.precision:
        properties["precision"] = rule.precision
    if rule.security_severity:
        properties["security-severity"] = rule.security_severity
    if rule.legal:
        properties["legal"] = list(rule.legal)
    return properties


def _markdown(rule: RuleInfo, doc: str) -> str:
    """What GitHub shows beside an alert."""
    if not doc or doc.startswith("#"):
        return doc
    return f"# {rule.code} {rule.name}\n\n{doc}"


def plain_text(markdown: str) -> str:
    """Markdown without its marks; code stays as it is."""
    lines, fenced = [], False
    for line in markdown.strip().splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if not fenced:
            line = _LINK.sub(r"\1", _HEADING.sub("", line)).replace("**", "").replace("`", "")
        lines.append(line.rstrip())
    return "\n".join(lines).strip()


def _first_paragraph(doc: str) -> str:
    """The first paragraph of prose: neither a heading nor code, a list or a table."""
    for block in re.split(r"\n\s*\n", doc):
        prose = [line for line in block.strip().splitlines() if not _HEADING.match(line)]
        if prose and not re.match(r"\s*(```|~~~|[-*|>]\s|\d+\.\s)", prose[0]):
            return plain_text(" ".join(line.strip() for line in prose))
    return ""


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) < MAX_DESCRIPTION else flat[: MAX_DESCRIPTION - 2].rstrip() + "…"


def sentence(text: str) -> str:
    """``text`` with a full stop at its end."""
    return text if text.endswith((".", "!", "?", "…", "。")) else text + "."
