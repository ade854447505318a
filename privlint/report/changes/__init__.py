"""What a change does to the flows of personal data, as text, as Markdown for a pull request, and as JSON."""

from __future__ import annotations

from privlint.model.changes import Changes
from privlint.report.changes import json, markdown, text

__all__ = ["render_changes"]


def render_changes(changes: Changes, format: str, *, color: bool = False) -> str:
    """Write ``changes`` as ``text`` (coloured if asked for), ``markdown`` or ``json``; raises KeyError for others."""
    if format == "text":
        return text.render(changes, color)
    return {"markdown": markdown.render, "json": json.render}[format](changes)
