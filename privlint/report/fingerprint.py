"""What tells one finding from another when the file around it changes.

Two of them: ``primaryLocationLineHash``, which GitHub code scanning matches alerts by, computed as its upload action
does; and privlint's own, which does not depend on the text at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from privlint.model.report import Result
from privlint.report.order import place_key

_WINDOW = 100  # UTF-16 code units, blanks not counted
_BASE = 37
_MASK = (1 << 64) - 1
_BLANKS = str.maketrans("", "", " \t")
_LINE_END = re.compile(r"\r\n?")


def line_hashes(text: str, lines: Collection[int]) -> dict[int, str]:
    """GitHub's hash of each of the given (1-based) lines of a file; lines that do not exist are left out.

    The hash is a polynomial in 37 modulo 2**64 over the 100 UTF-16 code units from the line's beginning on, where
    spaces and tabs are skipped, every line end is LF, and the file is followed by 0xFFFF and zeros; a colon and
    the number of lines so far with that window follow.  Windows are compared as bytes, and only the wanted ones
    are hashed, so that a large file costs one pass of slices.
    """
    squeezed = _LINE_END.sub("\n", text).translate(_BLANKS)
    units = squeezed.encode("utf-16-le", "surrogatepass") + b"\xff\xff" + bytes(2 * _WINDOW)
    seen: dict[bytes, int] = {}
    hashes: dict[int, str] = {}
    last = max(lines, default=0)
    start = 0
    for number, line in enumerate(squeezed.split("\n"), 1):
        if number > last:
            break
        window = units[start : start + 2 * _WINDOW]
        seen[window] = seen.get(window, 0) + 1
        if number in lines:
            hashes[number] = f"{_polynomial(window):x}:{seen[window]}"
        start += 2 * (len(line) + 1) if line.isascii() else len(line.encode("utf-16-le", "surrogatepass")) + 2
    return hashes


def _polynomial(window: bytes) -> int:
    value = 0
    for low, high in zip(window[::2], window[1::2], strict=True):
        value = (value * _BASE + low + (high << 8)) & _MASK
    return value


def own_fingerprints(results: Sequence[Result]) -> list[str]:
    """privlint's own fingerprint of each result, in the order given: what is found, not where.

    It hashes code, data types, recipient, function and sink; a number tells apart those that agree in all of it,
    counted in the order of their places.  Code outside of any function is told apart by its file.
    """
    seen: dict[str, int] = {}
    fingerprints = [""] * len(results)
    for index in sorted(range(len(results)), key=lambda index: place_key(results[index])):
        digest = _digest(results[index])
        seen[digest] = seen.get(digest, 0) + 1
        fingerprints[index] = f"{digest}:{seen[digest]}"
    return fingerprints


def _digest(result: Result) -> str:
    parts = (
        result.code,
        ",".join(sorted(result.data_types)),
        result.recipient.name if result.recipient else "",
        result.function or f"file:{result.location.path}",
        result.sink,
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def all_line_hashes(texts: Mapping[str, str], results: Iterable[Result]) -> dict[tuple[str, int], str]:
    """GitHub's hashes of the lines that results are reported on, by path and line; files without any cost nothing."""
    wanted: dict[str, set[int]] = {}
    for result in results:
        wanted.setdefault(result.location.path, set()).add(result.location.span.line)
    return {
        (path, line): value
        for path, lines in wanted.items()
        if path in texts
        for line, value in line_hashes(texts[path], lines).items()
    }
