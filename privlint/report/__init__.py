"""What a run tells: one renderer an output format, discovered in ``formats/``.

A format is a module of ``privlint.report.formats`` that defines ``FORMAT``; adding one is adding a file.
"""

from __future__ import annotations

from collections.abc import Mapping

from privlint.model.report import Report
from privlint.report.formats import Formats
from privlint.report.registry import Format

__all__ = ["FORMATS", "Format", "render"]

FORMATS: Mapping[str, Format] = Formats()
"""All formats by name, in the order of their names."""


def render(report: Report, format: str, *, color: bool = False) -> str:
    """Write ``report`` in the format of that name.

    The outcome ends with a line end (or is empty), holds no time and no absolute path, and depends on nothing
    but its arguments: the same report gives the same bytes.  ``color`` asks for ANSI colours; formats that are
    read by programs take no notice of it.  Raises ``ValueError`` for an unknown format.
    """
    try:
        chosen = FORMATS[format]
    except KeyError:
        raise ValueError(f"unknown format {format!r}: choose one of {', '.join(FORMATS)}") from None
    return chosen.render(report, color)
