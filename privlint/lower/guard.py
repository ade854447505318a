"""A look at the text before LibCST parses it, for text that would harm the process rather than be refused.

LibCST's parser is native and recursive: thousands of nested brackets overrun the C stack and kill the process, and
some shapes take quadratic or even exponential time (measured with LibCST 1.9: a sum of 3,000 terms takes seconds,
a mapping pattern nested twelve deep a minute).  No program that a person wrote comes near these limits.
"""

from __future__ import annotations

import re
from itertools import islice

_BRACKETS = 200  # CPython's own limit
_PATTERN_BRACKETS = 9  # time is exponential in these
_OPERATORS = 3_000  # in one chain: time is quadratic in these

_TOKEN = re.compile(
    r"\#[^\r\n]*"
    r"|[A-Za-z]{0,3}(?:"
    r"'''(?:[^\\']|\\.|'(?!''))*+(?:''')?"
    r'|"""(?:[^\\"]|\\.|"(?!""))*+(?:""")?'
    r"|'(?:[^'\\\r\n]|\\.)*+'?"
    r'|"(?:[^"\\\r\n]|\\.)*+"?)'
    r"|[()\[\]{},;\r\n]"
    r"|[-+*/%@&|^.~]"
    r"|(?<=\n)[ \t]*case[ \t]+(?!=)"
    r"|\b(?:not|lambda|if|else|await)\b",
    re.DOTALL,
)
_INSIDE = re.compile(r"[()\[\]{}]")

_OPEN, _CLOSE, _COMMA, _LINE, _COMMENT, _OPERATOR, _CASE = range(7)
_KIND = {
    **dict.fromkeys("([{", _OPEN), **dict.fromkeys(")]}", _CLOSE), **dict.fromkeys(",;", _COMMA),
    **dict.fromkeys("\r\n", _LINE), "#": _COMMENT, **dict.fromkeys("-+*/%@&|^.~", _OPERATOR),
    **dict.fromkeys(" \t", _CASE),
}  # fmt: skip


class OvergrownError(Exception):
    """The text is nested or chained beyond the limits; ``offset`` says where."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(offset, reason)
        self.offset = offset
        self.reason = reason


def check(text: str) -> None:
    """Raise ``OvergrownError`` if parsing the text could harm the process."""
    fault = _fault(_TOKEN.findall(text))
    if fault is not None:
        number, reason = fault
        place = next(islice(_TOKEN.finditer(text), number, None))
        raise OvergrownError(place.start(), reason)


def _fault(tokens: list[str]) -> tuple[int, str] | None:
    """The first token that is beyond a limit, and which."""
    outer: list[int] = []  # operators so far in the chain around each open bracket
    chain = 0  # ... and inside the innermost
    limit = _BRACKETS
    kind_of = _KIND.get
    for number, token in enumerate(tokens):
        kind = kind_of(token[0])
        if kind == _OPERATOR:
            chain += 1
        elif kind == _LINE:
            if not outer:
                chain, limit = 0, _BRACKETS
            continue
        elif kind == _COMMA:
            chain = 0
            continue
        elif kind == _OPEN:
            outer.append(chain + 1)
            chain = 0
            if len(outer) > limit:
                return number, "nested too deeply"
        elif kind == _CLOSE:
            if outer:
                chain = outer.pop()
        elif kind is None:
            if token[-1] in "'\"":
                if len(token) > _BRACKETS and not _is_harmless(token):
                    return number, "nested too deeply"
            elif token.startswith("case"):
                limit = limit if outer else _PATTERN_BRACKETS
            else:
                chain += 1
        elif kind == _CASE and not outer:
            limit = _PATTERN_BRACKETS
        if chain > _OPERATORS:
            return number, "expression too long"
    return None


def _is_harmless(token: str) -> bool:
    """Whether a long string has no replacement fields that are nested or chained beyond the limits."""
    prefix = token[: min(token.find(quote) for quote in "'\"" if quote in token)].lower()
    if not ("f" in prefix or "t" in prefix) or "{" not in token:
        return True
    depth = 0
    for found in _INSIDE.finditer(token):
        depth = depth + 1 if found[0] in "([{" else max(depth - 1, 0)
        if depth > _BRACKETS:
            return False
    return sum(map(token.count, "-+*/%@&|^.~")) <= _OPERATORS
