"""Where a report goes: standard output, files, and lines for people on standard error."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from privlint.cli.errors import CommandError, did_you_mean
from privlint.cli.streams import say, wants_color
from privlint.model.report import INTERNAL, Report, Result
from privlint.report import FORMATS, render

DEFAULT_FORMAT = "text"
_FOR_PEOPLE = ("text", "full")
_UNRESOLVED_SHOWN = 20


class Output(NamedTuple):
    """A format and the file it is written to; None: standard output."""

    format: str
    file: Path | None


def plan(
    format: str | None,
    files: Iterable[str],
    known: Collection[str] = FORMATS,
    default: str = DEFAULT_FORMAT,
    endings: Mapping[str, str] = MappingProxyType({}),
) -> list[Output]:
    """What is to be written where.

    ``FILE`` takes ``--format`` away from standard output, ``FORMAT:FILE`` is written beside it; a ``-`` for FILE is
    standard output.  Without ``format``, the ending of FILE may tell it (``endings``: ``.csv`` to ``csv``), else it is
    ``default``.  Raises CommandError for a format that is not ``known``, or if standard output was to have two.
    """
    main = _known(format or default, known)
    outputs: list[Output] = []
    for value in files:
        named = re.match(r"([A-Za-z][\w-]+):(.+)", value)
        chosen, name = (_known(named[1], known), named[2]) if named else (main, value)
        if named is None and format is None:
            chosen = endings.get(Path(name).suffix.lower(), main)
        outputs.append(Output(chosen, None if name == "-" else Path(name)))
    redirected = any(not re.match(r"[A-Za-z][\w-]+:", value) for value in files)
    if not redirected and not any(output.file is None for output in outputs):
        outputs.insert(0, Output(main, None))
    if sum(output.file is None for output in outputs) > 1:
        raise CommandError("--output names standard output twice")
    return outputs


def _known(format: str, known: Collection[str]) -> str:
    if format.lower() not in known:
        near = did_you_mean(format.lower(), known) or f": choose one of {', '.join(known)}"
        raise CommandError(f"no output format is called {format!r}{near}")
    return format.lower()


def write(report: Report, outputs: Iterable[Output], color: bool | None) -> None:
    """Render the report to every output; raises CommandError for a file that cannot be written."""
    colored = wants_color(color)
    deliver(outputs, lambda output: render(report, output.format, color=colored and output.file is None))


def deliver(outputs: Iterable[Output], text: Callable[[Output], str]) -> None:
    """Write a text to every output; raises CommandError for a file that cannot be written.

    Files come first, so that they are complete even if the reader of standard output goes away.
    """
    for output in sorted(outputs, key=lambda output: output.file is None):
        if output.file is None:
            sys.stdout.write(text(output))
            sys.stdout.flush()
        else:
            _write_file(output.file, text(output))


def write_text(path: Path | None, text: str) -> None:
    """Write to a file, or to standard output (None, or ``-``); raises CommandError where that cannot be done."""
    if path is None or str(path) == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        _write_file(path, text)


def _write_file(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", errors="backslashreplace"))
    except OSError as error:
        raise CommandError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from error


def summarise(report: Report, outputs: Iterable[Output], options: Mapping[str, Any]) -> None:
    """Statistics, notes, the count of findings and, with ``--verbose``, how the run went."""
    results = [result for result in report.results if result.suppressed is None]
    shown = next((output.format for output in outputs if output.file is None), None)
    if options["statistics"]:
        stream = sys.stdout if shown in _FOR_PEOPLE else sys.stderr
        stream.writelines(_statistics(report, results))
    if options["quiet"]:
        return
    for note in report.notes:
        say(note)
    if failed := sum(name.startswith(INTERNAL) for name in report.limits):
        say(f"{_count(failed, 'function')} left out for errors of privlint's own; please report what --verbose tells")
    if shown != "full":  # which ends in a summary of its own
        say(_outcome(report, results))
    if options["verbose"]:
        for line in _how_it_went(report):
            say(line)


def _statistics(report: Report, results: Iterable[Result]) -> Iterator[str]:
    """One line a code, the most frequent first: count, code, title."""
    titles = {rule.code: rule.title for rule in report.rules}
    counts = Counter(result.code for result in results)
    for code, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{number:<7} {code} {titles.get(code, '')}\n"


def _outcome(report: Report, results: list[Result]) -> str:
    """``3 findings in 2 of 14 files, 1 suppressed; the recipient of 1 sharing is not known``."""
    rest = f", {report.suppressed} suppressed" if report.suppressed else ""
    if report.unknown_recipients:
        rest += f"; the recipient of {_count(report.unknown_recipients, 'sharing')} is not known"
    if not results:
        return f"no findings in {_count(report.files, 'file')}{rest}"
    files = len({result.location.path for result in results})
    return f"{_count(len(results), 'finding')} in {files} of {_count(report.files, 'file')}{rest}"


def _how_it_went(report: Report) -> Iterator[str]:
    yield f"{_count(report.lines, 'line')} in {report.seconds:.2f} s"
    for limit, number in sorted(report.limits.items()):
        yield f"limit reached: {limit} ({_count(number, 'time')})"
    frequent = sorted(report.unresolved.items(), key=lambda item: (-item[1], item[0]))
    if frequent:
        yield f"{_count(sum(report.unresolved.values()), 'call')} into unknown code; the most frequent:"
    for name, number in frequent[:_UNRESOLVED_SHOWN]:
        yield f"{number:>8} {name}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
