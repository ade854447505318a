"""``markdown``: a comment for a pull request or a job summary.

All text of the analysed code is escaped: it makes no markup, no link, mentions nobody and refers to no issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from privlint.model.report import LocatedStep, Report, Result
from privlint.report.lines import Sources
from privlint.report.order import SEVERITIES, by_severity, count_severities, open_results
from privlint.report.registry import Format
from privlint.report.snippet import snippet
from privlint.report.visible import visible
from privlint.report.words import count, facts, place, rule_names

MAX_LENGTH = 60_000
"""GitHub refuses a comment of more than 65,536 characters."""

MAX_STEPS = 20

_MARKUP = re.compile(r"([\\`*_\[\]#|~$])")
"""What makes markup within a line; nothing here stands at the beginning of one."""


_ACTIVE = (("@", "@&#8203;"), (r"\#", r"\#&#8203;"), ("://", "&#58;//"), ("www.", "www&#46;"))
"""What GitHub makes of plain text by itself: mentions, references to issues, links."""


def prose(text: str) -> str:
    """``text`` as Markdown that shows exactly it."""
    entities = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MARKUP.sub(r"\\\1", entities)
    for active, quiet in _ACTIVE:
        escaped = escaped.replace(active, quiet)
    return escaped


def code(text: str) -> str:
    """``text`` as a code span, fenced by more backticks than it holds."""
    shown = visible(text).strip() or " "
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _step(number: int, step: LocatedStep, sources: Sources) -> Iterator[str]:
    yield f"{number}. {code(place(step.location))} {prose(step.text)}"
    shown = snippet(sources, step.location)
    if shown is not None and shown.source.strip():
        yield f"   {code(shown.source)}"


def _finding(result: Result, name: str, sources: Sources) -> str:
    title = f"**{prose(result.code)}** {prose(name)}: " if name else f"**{prose(result.code)}** "
    lines = [f"- {title}{prose(result.message)}  ", f"  {code(place(result.location))}  "]
    lines.append("  " + "; ".join(f"{heading}: {prose(words)}" for heading, words in facts(result)))
    for flow in result.flows:
        if not flow:
            continue
        lines += ["", f"  <details><summary>The way of the data, {count(len(flow), 'step')}</summary>", ""]
        for number, step in enumerate(flow[:MAX_STEPS], 1):
            lines += ["  " + line for line in _step(number, step, sources)]
        if len(flow) > MAX_STEPS:
            lines += ["", f"  and {count(len(flow) - MAX_STEPS, 'step')} more"]
        lines += ["", "  </details>"]
    if result.related:
        places = (f"{code(place(step.location))} {prose(step.text)}" for step in result.related[:MAX_STEPS])
        lines += ["", "  See also: " + ", ".join(places)]
    return "\n".join(lines) + "\n"


def render(report: Report, color: bool) -> str:
    """A table of counts, then the findings, the worst first, as many as a comment can hold."""
    results = by_severity(open_results(report))
    files = count(report.files, "file")
    if not results:
        return f"## privlint\n\nNo findings in {files}.\n"
    counts = count_severities(results)
    parts = [f"## privlint: {count(len(results), 'finding')} in {files}\n"]
    parts.append("| " + " | ".join(SEVERITIES) + " |\n| " + " | ".join("---:" for _ in SEVERITIES) + " |")
    parts[-1] += "\n| " + " | ".join(str(counts[severity]) for severity in SEVERITIES) + " |\n"
    names, sources = rule_names(report), Sources(report.texts)
    length, severity = sum(map(len, parts)), ""
    for index, result in enumerate(results):
        text = _finding(result, names.get(result.code, ""), sources)
        if result.severity != severity:
            severity = result.severity
            text = f"### {prose(severity.capitalize())}s\n\n{text}"
        length += len(text) + 1
        if length > MAX_LENGTH:
            parts.append(f"{count(len(results) - index, 'finding')} more: run `privlint check` to see all.\n")
            break
        parts.append(text)
    parts.append("`privlint rule CODE` explains a finding.\n")
    return "\n".join(parts)


FORMAT = Format("markdown", "a comment for a pull request", render)
