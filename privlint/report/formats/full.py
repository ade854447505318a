"""``full``: findings as a person reads them, each with the way of the data and the source lines on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privlint.model.location import Location
from privlint.model.report import LocatedStep, Report, Result
from privlint.report.ansi import SEVERITY_STYLES, Paint
from privlint.report.lines import Sources
from privlint.report.order import count_codes, open_results
from privlint.report.registry import Format
from privlint.report.snippet import snippet
from privlint.report.visible import visible
from privlint.report.words import count, facts, place, rule_names, rules_by_code, tally, why

MAX_STEPS = 30
"""Steps of one flow that are shown; of a longer one its beginning and its end."""

MAX_RELATED = 10


class _Page:
    """Writes one finding; holds what all of them need."""

    def __init__(self, report: Report, color: bool) -> None:
        self._sources = Sources(report.texts)
        self._rules = rules_by_code(report)
        self._paint = Paint(color)

    def finding(self, result: Result) -> Iterator[str]:
        """The lines of one finding."""
        style = SEVERITY_STYLES.get(result.severity, "bold")
        rule = self._rules.get(result.code)
        name = rule.name if rule is not None else ""
        head = self._paint(f"{result.severity}[{result.code}]", style)
        yield f"{head} {name + ': ' if name else ''}{self._paint(visible(result.message), 'bold')}"
        gutter = self._gutter(result)
        flows = [flow for flow in result.flows if flow]
        told = flows[0][0].text if len(flows) == 1 and len(flows[0]) == 1 else ""
        yield from self._block(result.location, told, gutter, style)
        bar = self._paint("=", "blue")
        for heading, words in facts(result):
            yield f"{' ' * gutter} {bar} {heading}: {words}"
        reason = why(rule)
        if reason:
            yield f"{' ' * gutter} {bar} why: {reason}"
        if not told:
            for number, flow in enumerate(flows, 1):
                yield from self._flow(flow, number, len(flows), gutter)
        yield from self._related(result.related, gutter)
        yield f"{' ' * gutter} {bar} help: `privlint rule {visible(result.code)}` explains this finding"

    def _gutter(self, result: Result) -> int:
        """Room for the largest line number of the finding."""
        steps = [step for flow in result.flows for step in flow] + list(result.related)
        lines = [result.location.span.line, *(step.location.span.line for step in steps)]
        longest = max((len(flow) for flow in result.flows), default=0)
        return max(len(str(max(lines))), len(f"{longest}."), 2)

    def _block(self, location: Location, words: str, gutter: int, style: str, mark: str = "") -> Iterator[str]:
        """A place, its source line, and carets with words."""
        arrow = self._paint("-->", "blue")
        label = mark.rjust(gutter) if mark else " " * gutter
        yield f"{label} {arrow} {place(location)}"
        bar = self._paint("|", "blue")
        shown = snippet(self._sources, location)
        words = visible(words)
        if shown is None:
            if words:
                yield f"{' ' * gutter} {bar} {words}"
            return
        if shown.end_line > shown.line:
            words = f"{words} (to line {shown.end_line})".lstrip()
        yield f"{self._paint(str(shown.line).rjust(gutter), 'blue')} {bar} {shown.source}".rstrip()
        carets = self._paint("^" * shown.carets, style)
        yield f"{' ' * gutter} {bar} {' ' * shown.indent}{carets} {self._paint(words, 'bold')}".rstrip()

    def _flow(self, flow: Sequence[LocatedStep], number: int, total: int, gutter: int) -> Iterator[str]:
        which = f" ({number} of {total})" if total > 1 else ""
        yield f"{' ' * gutter} {self._paint('=', 'blue')} the way of the data{which}, {count(len(flow), 'step')}:"
        half = MAX_STEPS // 2
        for index, step in enumerate(flow, 1):
            if len(flow) > MAX_STEPS and half < index <= len(flow) - half:
                if index == half + 1:
                    yield f"{' ' * gutter} ... {count(len(flow) - 2 * half, 'step')} left out"
                continue
            yield from self._block(step.location, step.text, gutter, "cyan", f"{index}.")

    def _related(self, related: Sequence[LocatedStep], gutter: int) -> Iterator[str]:
        if not related:
            return
        yield f"{' ' * gutter} {self._paint('=', 'blue')} see also:"
        for step in related[:MAX_RELATED]:
            yield from self._block(step.location, step.text, gutter, "blue")
        if len(related) > MAX_RELATED:
            yield f"{' ' * gutter} ... and {count(len(related) - MAX_RELATED, 'place')} more"


def _summary(report: Report, results: list[Result]) -> Iterator[str]:
    files = f"{count(report.files, 'file')} ({count(report.lines, 'line')})"
    rest = f"; {report.suppressed:,} suppressed" if report.suppressed else ""
    if report.unknown_recipients:
        rest += f"; the recipient of {count(report.unknown_recipients, 'sharing')} is not known"
    if not results:
        yield f"No findings in {files}{rest}."
    else:
        yield f"{tally(results)}, in {len({r.location.path for r in results}):,} of {files}{rest}."
        names = rule_names(report)
        for code, number in count_codes(results).items():
            yield f"  {code} {number:>6,}  {names.get(code, '')}".rstrip()
    for limit, times in sorted(report.limits.items()):
        yield f"limit reached, so flows may be missing: {visible(limit)} ({count(times, 'time')})"


def render(report: Report, color: bool) -> str:
    """Every finding with its source lines, then a summary."""
    page = _Page(report, color)
    results = open_results(report)
    blocks = ["\n".join(page.finding(result)) for result in results]
    blocks.append("\n".join(_summary(report, results)))
    return "\n\n".join(blocks) + "\n"


FORMAT = Format("full", "for people: source lines and the way of the data", render)
