"""A Python file as privlint reads it: found, decoded, not yet parsed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file under analysis.

    ``path`` is the POSIX path that reports show (relative to the working directory), ``absolute`` where it was
    read, ``text`` its decoded contents (line ends as in the file, no byte-order mark), ``digest`` the SHA-256
    of its bytes in hex.  ``reported`` is false for a file that is analysed but whose findings are not asked for.
    """

    path: str
    absolute: str
    text: str
    digest: str
    reported: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be decoded or parsed: it becomes finding PRV001."""

    path: str
    line: int
    column: int
    reason: str
