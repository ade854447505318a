"""``markdown``: a comment for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from privlint.model.changes import Changes
from privlint.report.changes.entries import Entry, added, removed, summary
from privlint.report.formats.markdown import MAX_LENGTH, MAX_STEPS, code, prose
from privlint.report.words import count, place

_SHOWN = 3


def render(changes: Changes) -> str:
    """The summary and two lists, as much as a comment can hold; the way of the data folded away."""
    head = f"Compared with {code(changes.revision)} ({code(changes.commit[:12])})."
    parts = [f"## privlint: {summary(changes)}\n", f"{head}\n"]
    length = sum(map(len, parts))
    for title, entries in (("Added", added(changes)), ("Removed", removed(changes))):
        if entries:
            parts.append(f"### {title}\n")
        for number, entry in enumerate(entries):
            text = "\n".join(_entry(entry)) + "\n"
            length += len(text) + 1
            if length > MAX_LENGTH:
                parts.append(f"{count(len(entries) - number, 'change')} more: run `privlint diff` to see all.\n")
                break
            parts.append(text)
    return "\n".join(parts)


def _entry(entry: Entry) -> Iterator[str]:
    standing = f" **{entry.standing}**" if entry.standing == "not declared" else f" ({entry.standing})"
    sure = standing if entry.standing else ""
    yield f"- **{prose(entry.data)}** {prose(entry.what)}{sure}  "
    places = ", ".join(code(place(location)) for location, _ in entry.where[:_SHOWN])
    more = f" and {len(entry.where) - _SHOWN} more" if len(entry.where) > _SHOWN else ""
    yield f"  {places}{more}"
    if len(entry.way) > 1 and entry.sign != "-":
        yield from ("", f"  <details><summary>The way of the data, {count(len(entry.way), 'step')}</summary>", "")
        for number, (location, text) in enumerate(entry.way[:MAX_STEPS], 1):
            yield f"  {number}. {code(place(location))} {prose(text)}"
        yield from ("", "  </details>")
