"""``html``: one page that needs nothing else: findings by file, with the way of the data; printable."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from privlint.model.location import Location
from privlint.model.report import LocatedStep, Report, Result
from privlint.report.lines import Sources
from privlint.report.order import count_codes, open_results
from privlint.report.page import page, text
from privlint.report.registry import Format
from privlint.report.snippet import snippet
from privlint.report.words import count, facts, place, rule_names, rules_by_code, tally


class _Page:
    """Writes the parts of the page that need the sources."""

    def __init__(self, report: Report) -> None:
        self._sources = Sources(report.texts)
        self._names = rule_names(report)

    def _source(self, location: Location) -> str:
        shown = snippet(self._sources, location)
        if shown is None:
            return ""
        carets = " " * (len(str(shown.line)) + 2 + shown.indent) + "^" * shown.carets
        return f"<pre><b>{shown.line}</b>  {escape(shown.source)}\n<i>{carets}</i></pre>"

    def _step(self, step: LocatedStep) -> str:
        where = f"<code>{escape(place(step.location))}</code>"
        return f"<li>{where} {text(step.text)}{self._source(step.location)}</li>"

    def finding(self, result: Result) -> Iterator[str]:
        """One finding as an article."""
        yield f'<article data-code="{text(result.code)}" class="{text(result.severity)}">'
        name = f"{result.code} {self._names.get(result.code, '')}".strip()
        yield f"<h3><span>{text(result.severity)}</span> {text(name)}</h3>"
        yield f"<p>{text(result.message)}</p>"
        yield f"<p><code>{escape(place(result.location))}</code></p>{self._source(result.location)}"
        yield "<dl>"
        yield from (f"<dt>{text(heading)}</dt><dd>{escape(words)}</dd>" for heading, words in facts(result))
        yield "</dl>"
        for flow in result.flows:
            yield f"<details><summary>The way of the data, {count(len(flow), 'step')}</summary><ol>"
            yield from map(self._step, flow)
            yield "</ol></details>"
        if result.related:
            yield "<details><summary>See also</summary><ul>"
            yield from map(self._step, result.related)
            yield "</ul></details>"
        yield "</article>"


def _filter(report: Report, results: list[Result]) -> Iterator[str]:
    """The list of codes, each with a box that shows or hides its findings."""
    rules = rules_by_code(report)
    yield '<form id="filter"><fieldset><legend>Show</legend>'
    for code, number in count_codes(results).items():
        title = text(rules[code].title) if code in rules else ""
        yield f'<label><input type="checkbox" checked value="{text(code)}"> {text(code)} ({number}) {title}</label>'
    yield "</fieldset></form>"


def render(report: Report, color: bool) -> str:
    """The page, its style and its script in it."""
    results = open_results(report)
    title = f"privlint: {count(len(results), 'finding')}"
    return page(title, _body(report, results), style="page.css", script="page.js", version=report.version)


def _body(report: Report, results: list[Result]) -> Iterator[str]:
    parts = _Page(report)
    head = f"{tally(results)} in {count(report.files, 'file')} ({count(report.lines, 'line')})"
    yield f"<header><h1>privlint</h1><p>{head}.</p></header>"
    if results:
        yield from _filter(report, results)
    yield "<main>"
    for path, group in groupby(results, key=lambda result: result.location.path):
        yield f"<section><h2>{text(path)}</h2>"
        for result in group:
            yield from parts.finding(result)
        yield "</section>"
    yield "</main>"


FORMAT = Format("html", "one page to read and print", render)
