"""``junit``: JUnit XML, which most CI servers show; a suite a file, a failed case a finding."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from privlint.model.report import Report, Result
from privlint.report.order import open_results
from privlint.report.registry import Format
from privlint.report.visible import visible
from privlint.report.words import facts, place, rule_names


def _attributes(**values: str | int) -> str:
    """Attributes; what XML cannot hold (control characters) has become visible escapes."""
    return "".join(f' {key}="{escape(visible(str(value)))}"' for key, value in values.items())


def _details(result: Result) -> str:
    lines = [f"{place(result.location)}: {result.code} {visible(result.message)}"]
    lines += [f"{heading}: {words}" for heading, words in facts(result)]
    for flow in result.flows:
        lines.append("the way of the data:")
        lines += [f"  {number}. {place(step.location)}: {visible(step.text)}" for number, step in enumerate(flow, 1)]
    return escape("\n".join(lines))


def _suite(path: str, results: list[Result], names: dict[str, str]) -> Iterator[str]:
    counts = _attributes(name=path, tests=len(results), failures=len(results), errors=0, skipped=0)
    yield f"  <testsuite{counts}>"
    for result in results:
        span = result.location.span
        name = f"{result.code} {names.get(result.code, '')}".strip()
        yield f"    <testcase{_attributes(name=name, classname=path, file=path, line=span.line, column=span.column)}>"
        failure = _attributes(type=result.severity, message=f"{result.code} {result.message}")
        yield f"      <failure{failure}>{_details(result)}</failure>"
        yield "    </testcase>"
    yield "  </testsuite>"


def render(report: Report, color: bool) -> str:
    """The findings as failures; without any, one case that has passed, since an empty file counts as an error."""
    results = open_results(report)
    names = dict(rule_names(report))
    total = _attributes(name="privlint", tests=max(len(results), 1), failures=len(results), errors=0)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{total}>"]
    for path, group in groupby(results, key=lambda result: result.location.path):
        lines += _suite(path, list(group), names)
    if not results:
        lines += [
            '  <testsuite name="privlint" tests="1" failures="0" errors="0" skipped="0">',
            '    <testcase name="no findings" classname="privlint"/>',
            "  </testsuite>",
        ]
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


FORMAT = Format("junit", "JUnit XML, for CI servers", render)
