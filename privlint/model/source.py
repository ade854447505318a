"""A Python file as privlint reads it: found, then decoded; not yet parsed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file under analysis as it was read, its bytes cut off behind the most that is read.

    ``path``, ``absolute``, ``digest`` and ``reported`` as in ``SourceFile``.
    """

    path: str
    absolute: str
    data: bytes
    digest: str
    reported: bool = True


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
    """A file that could not be decoded or parsed: it becomes finding PRV001.

    ``passing``: it may be otherwise next time, without any change to the file.
    """

    path: str
    line: int
    column: int
    reason: str
    passing: bool = False
