"""``html``: one page that needs nothing else: findings by file, with the way of the data; printable.

All text of the analysed code is escaped, and the page's content security policy allows its own style and script
by their hashes and nothing besides, so that even a slip would run nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from itertools import groupby

from privlint.model.location import Location
from privlint.model.report import LocatedStep, Report, Result
from privlint.report.lines import Sources
from privlint.report.order import count_codes, open_results
from privlint.report.registry import Format
from privlint.report.snippet import snippet
from privlint.report.visible import visible
from privlint.report.words import count, facts, place, rule_names, rules_by_code, tally


def _text(text: str) -> str:
    return escape(visible(text), quote=True)


def _asset(name: str) -> str:
    from importlib.resources import files  # slow to import

    return (files("privlint.report") / "assets" / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


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
        return f"<li>{where} {_text(step.text)}{self._source(step.location)}</li>"

    def finding(self, result: Result) -> Iterator[str]:
        """One finding as an article."""
        yield f'<article data-code="{_text(result.code)}" class="{_text(result.severity)}">'
        name = f"{result.code} {self._names.get(result.code, '')}".strip()
        yield f"<h3><span>{_text(result.severity)}</span> {_text(name)}</h3>"
        yield f"<p>{_text(result.message)}</p>"
        yield f"<p><code>{escape(place(result.location))}</code></p>{self._source(result.location)}"
        yield "<dl>"
        yield from (f"<dt>{_text(heading)}</dt><dd>{escape(words)}</dd>" for heading, words in facts(result))
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
        title = _text(rules[code].title) if code in rules else ""
        yield f'<label><input type="checkbox" checked value="{_text(code)}"> {_text(code)} ({number}) {title}</label>'
    yield "</fieldset></form>"


def render(report: Report, color: bool) -> str:
    """The page, its style and its script in it."""
    style, script = _asset("page.css"), _asset("page.js")
    sources = f"style-src {_hash(style)}; script-src {_hash(script)}"
    policy = f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"
    results = open_results(report)
    page = _Page(report)
    head = f"{tally(results)} in {count(report.files, 'file')} ({count(report.lines, 'line')})"
    lines = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>privlint: {count(len(results), 'finding')}</title>\n<style>{style}</style>\n</head>\n<body>",
        f"<header><h1>privlint</h1><p>{head}.</p></header>",
    ]
    if results:
        lines += _filter(report, results)
    lines.append("<main>")
    for path, group in groupby(results, key=lambda result: result.location.path):
        lines.append(f"<section><h2>{_text(path)}</h2>")
        for result in group:
            lines += page.finding(result)
        lines.append("</section>")
    lines.append(f"</main>\n<footer>privlint {_text(report.version)}</footer>")
    lines.append(f"<script>{script}</script>\n</body>\n</html>")
    return "\n".join(lines) + "\n"


FORMAT = Format("html", "one page to read and print", render)
