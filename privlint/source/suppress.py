"""Comments that suppress findings.

On the reported line, with flake8's meaning (a comment behind a string of many lines, or behind the last of lines
joined by backslashes, counts for all of them)::

    # noqa                                  every finding
    # noqa: PRV301, PRV2                    these codes, and those that begin so
    # privlint: ignore                      every finding of privlint
    # privlint: ignore[PRV301] reason       these, and why

On a line of its own, for the whole file: ``# privlint: ignore-file[PRV301] reason``, ``# privlint: ignore-file``,
``# flake8: noqa: PRV301``, ``# flake8: noqa``.  Codes may also be given by name (``personal-data-in-log``).
Comments are found by tokenizing, so that a string that spells one suppresses nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_CODES = r"[A-Za-z]+[0-9]+(?:[,\s]+[A-Za-z]+[0-9]+\b)*"
_NOQA = re.compile(rf"#\s*(?P<file>flake8[:=]\s*)?noqa\b(?P<colon>\s*:\s*(?P<codes>{_CODES})?)?(?P<reason>[^#]*)", re.I)
_OWN = re.compile(r"#\s*privlint:\s*ignore(?P<file>-file)?\b(?P<codes>\[[^\]#]*\])?(?P<reason>[^#]*)", re.I)
_MENTION = re.compile(r"noqa|privlint:", re.I)
_EVERY = ("",)  # the prefix of every code


class _Suppression(NamedTuple):
    prefixes: tuple[str, ...]
    reason: str


class _Comments(NamedTuple):
    """The suppressions of one file: for the whole of it, and by line."""

    file: tuple[_Suppression, ...]
    lines: dict[int, list[_Suppression]]


def suppression(text: str, line: int, code: str, name: str = "", *, python: bool = True) -> str | None:
    """Why the finding ``code`` (also called ``name``) on ``line`` of a file's ``text`` is suppressed, or None.

    The answer is the reason that the comment gives, or else the comment.  ``python`` false: a file of another kind (a
    declaration in YAML), whose comments begin with ``#`` as well.
    """
    if not _mentions(text):
        return None
    comments: _Comments = _comments(text) if python else _plain_comments(text)
    for each in [*comments.lines.get(line, []), *comments.file]:
        for prefix in each.prefixes:
            if code.startswith(prefix.upper()) or (name and prefix.lower() == name):
                return each.reason
    return None


@lru_cache(maxsize=8)
def _mentions(text: str) -> bool:
    return _MENTION.search(text) is not None


@lru_cache(maxsize=8)
def _comments(text: str) -> _Comments:
    """All suppressions of a file; of one that cannot be tokenized, those before the error."""
    import io
    import tokenize  # late: few files have a comment that this is about

    skipped = (tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT)
    for_file: list[_Suppression] = []
    lines: dict[int, list[_Suppression]] = {}
    here: list[_Suppression] = []
    first = last = 0  # the lines that count as one: first .. last
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in skipped:
                continue
            alone, first, last = not first, first or token.start[0], max(last, token.end[0])
            if token.type == tokenize.COMMENT:
                here += _parse(token.string, for_file if alone else None)
            elif token.type in (tokenize.NL, tokenize.NEWLINE):
                _spread(lines, here, first, last)
                here, first, last = [], 0, 0
    except (tokenize.TokenError, SyntaxError):
        pass
    _spread(lines, here, first, last)
    return _Comments(tuple(for_file), lines)


@lru_cache(maxsize=8)
def _plain_comments(text: str) -> _Comments:
    """All suppressions of a file in another language: a comment is what follows a ``#`` behind a blank."""
    for_file: list[_Suppression] = []
    lines: dict[int, list[_Suppression]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        comment = re.search(r"(?:^|(?<=\s))#.*", line)
        if comment is not None:
            found = _parse(comment[0], for_file if not line[: comment.start()].strip() else None)
            _spread(lines, found, number, number)
    return _Comments(tuple(for_file), lines)


def _spread(lines: dict[int, list[_Suppression]], found: list[_Suppression], first: int, last: int) -> None:
    if found:
        for line in range(first, last + 1):
            lines.setdefault(line, []).extend(found)


def _parse(comment: str, for_file: list[_Suppression] | None) -> list[_Suppression]:
    """The suppressions of one comment; those for the whole file go to ``for_file`` (None: not on its own line)."""
    found: list[_Suppression] = []
    for match in _NOQA.finditer(comment):
        codes = match["codes"]
        if match["colon"] and not codes:
            continue  # "noqa: because" names no code: it is not taken for "everything"
        target = for_file if match["file"] else found
        if target is not None:
            prefixes = tuple(re.split(r"[,\s]+", codes)) if codes else _EVERY
            target.append(_Suppression(prefixes, _reason(match)))
    for match in _OWN.finditer(comment):
        codes = (match["codes"] or "")[1:-1].strip(", \t")
        if match["codes"] and not codes:
            continue  # "ignore[]" ignores nothing
        target = for_file if match["file"] else found
        if target is not None:
            prefixes = tuple(re.split(r"[,\s]+", codes)) if codes else _EVERY
            target.append(_Suppression(prefixes, _reason(match)))
    return found


def _reason(match: re.Match[str]) -> str:
    """The words behind the codes, or the comment itself."""
    reason: str = match["reason"].strip(" \t:-–—")
    return reason or match[0].strip()
