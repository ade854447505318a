"""From the bytes of a Python file to its text, by PEP 263: byte-order mark, then encoding cookie, then UTF-8."""

from __future__ import annotations

import codecs
import hashlib

from privlint.model.source import RawFile, SourceFile, Unreadable

MAX_BYTES = 2 * 1024 * 1024
"""The largest file that is read; a larger one is reported as PRV001 (generated data, as a rule)."""

# Text codecs that are no source encoding, or whose decoder is quadratic in the length of its input.
_REFUSED = frozenset({"idna", "punycode", "undefined", "mbcs", "oem"})


def decode(path: str, absolute: str, data: bytes, *, reported: bool = True) -> SourceFile | Unreadable:
    """The file at ``path`` (as displayed) with the contents ``data``, decoded, or the place and reason why not."""
    return decoded(RawFile(path, absolute, data, hashlib.sha256(data).hexdigest(), reported))


def decoded(file: RawFile) -> SourceFile | Unreadable:
    """A file that was read, decoded, or the place and reason why not."""
    path, data = file.path, file.data
    if len(data) > MAX_BYTES:
        return Unreadable(path, 1, 1, f"larger than {MAX_BYTES // 1024} KiB, not analysed")
    if data.isascii() and b"\0" not in data and not _has_cookie(data):  # as nearly all are
        return SourceFile(path, file.absolute, data.decode("ascii"), file.digest, file.reported)
    import io
    import tokenize  # late: it takes longer to load than most files to decode

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = _decoded(data, encoding)
    except UnicodeDecodeError as error:
        return _at_offset(path, data, error.start, f"not valid {error.encoding}: {error.reason}")
    except (SyntaxError, LookupError, ValueError) as error:
        return _undecodable(path, data, error)
    null = text.find("\0")
    if null >= 0:
        line = text.count("\n", 0, null) + 1
        return Unreadable(path, line, null - text.rfind("\n", 0, null), "contains a null byte")
    return SourceFile(path, file.absolute, text, file.digest, file.reported)


def _has_cookie(data: bytes) -> bool:
    """Whether one of the first two lines may name an encoding."""
    end = data.find(b"\n", data.find(b"\n") + 1)
    return data.find(b"coding", 0, end if end >= 0 else len(data)) >= 0


def _decoded(data: bytes, encoding: str) -> str:
    """``data`` as text without its byte-order mark; raises LookupError for a codec that is no source encoding."""
    if codecs.lookup(encoding).name in _REFUSED:
        raise LookupError(f"unknown encoding: {encoding}")
    return data.decode(encoding)


def _undecodable(path: str, data: bytes, error: Exception) -> Unreadable:
    """The place of a bad cookie, or of the byte that is not UTF-8 although no cookie names another encoding."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        if "cookie" not in str(error) and not str(error).startswith("unknown encoding"):
            return _at_offset(path, data, wrong.start, "not valid utf-8, and no encoding is declared (PEP 263)")
    head = data.splitlines()[:2]
    line = next((number for number, text in enumerate(head, 1) if b"coding" in text), 1)
    return Unreadable(path, line, 1, str(error).partition(" for '")[0])


def _at_offset(path: str, data: bytes, offset: int, reason: str) -> Unreadable:
    """An unreadable file whose first bad byte is at ``offset``; the column counts the good characters before it."""
    start = data.rfind(b"\n", 0, offset) + 1
    before = data[start:offset].decode("utf-8", errors="replace").removeprefix("\ufeff")
    return Unreadable(path, data.count(b"\n", 0, offset) + 1, len(before) + 1, reason)
