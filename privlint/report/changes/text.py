"""``text``: what a person reads in a terminal, a line a change and its places below."""

from __future__ import annotations

from collections.abc import Iterator

from privlint.model.changes import Changes
from privlint.report.ansi import Paint
from privlint.report.changes.entries import Entry, added, removed, summary
from privlint.report.visible import visible
from privlint.report.words import place

_SHOWN = 5
_STYLES = {"+": "red", "~": "yellow", "-": "dim"}


def render(changes: Changes, color: bool = False) -> str:
    """The summary, then what was added, then what is gone."""
    paint = Paint(color)
    head = f"{summary(changes)} since {visible(changes.revision)} ({changes.commit[:12]})"
    lines = [paint(head, "bold")]
    for entry in (*added(changes), *removed(changes)):
        lines += ["", *_entry(entry, paint)]
    return "\n".join(lines) + "\n"


def _entry(entry: Entry, paint: Paint) -> Iterator[str]:
    standing = f" [{entry.standing}]" if entry.standing else ""
    yield f"{paint(entry.sign, _STYLES[entry.sign])} {visible(entry.data)} {visible(entry.what)}{standing}"
    for location, text in entry.where[:_SHOWN]:
        yield f"    {place(location)} {visible(text)}"
    if len(entry.where) > _SHOWN:
        yield f"    and {len(entry.where) - _SHOWN} more"
