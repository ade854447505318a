"""Where something stands in a source file: by node while the analysis runs, by line and column in a report."""

from __future__ import annotations

from typing import NamedTuple


class Site(NamedTuple):
    """A node of a file: ``node`` is its ordinal in the lowering walk (see ``privlint.lower``)."""

    path: str
    node: int


class Span(NamedTuple):
    """A region of a text; lines and columns are 1-based code points, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Location(NamedTuple):
    """A region of a named file; ``path`` is the POSIX path as displayed (relative to the working directory)."""

    path: str
    span: Span
