"""A look at the text before LibCST parses it, for text that would harm the process rather than be refused.

LibCST's parser is native and recursive: thousands of nested brackets overrun the C stack and kill the process, and
some shapes take quadratic or even exponential time (measured with LibCST 1.9: a sum of 3,000 terms takes seconds,
a mapping pattern nested twelve deep a minute).  No program that a person wrote comes near these limits.
"""

from __future__ import annotations

import re

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


class Overgrown(Exception):
    """The text is nested or chained beyond the limits; ``offset`` says where."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(offset, reason)
        self.offset = offset
        self.reason = reason


def check(text: str) -> None:
    """Raise ``Overgrown`` if parsing the text could harm the process."""
    chains = [0]  # operators in a row, for every bracket that is open
    limit = _BRACKETS
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token in "([{":
            chains[-1] += 1
            chains.append(0)
            if len(chains) - 1 > limit:
                raise Overgrown(found.start(), "nested too deeply")
        elif token in ")]}":
            if len(chains) > 1:
                chains.pop()
        elif token in ",;":
            chains[-1] = 0
        elif token in "\r\n":
            if len(chains) == 1:
                chains[0] = 0
                limit = _BRACKETS
        elif token[0] == "#":
            continue
        elif token[-1] in "'\"":
            _check_string(found.start(), token)
        elif token.lstrip().startswith("case"):
            if len(chains) == 1:
                limit = _PATTERN_BRACKETS
        else:
            chains[-1] += 1
            if chains[-1] > _OPERATORS:
                raise Overgrown(found.start(), "expression too long")


def _check_string(offset: int, token: str) -> None:
    """Replacement fields are expressions too."""
    prefix = token[: min(token.find(quote) for quote in "'\"" if quote in token)].lower()
    if len(token) < _BRACKETS or not ("f" in prefix or "t" in prefix) or "{" not in token:
        return
    depth = 0
    for found in _INSIDE.finditer(token):
        depth = depth + 1 if found[0] in "([{" else max(depth - 1, 0)
        if depth > _BRACKETS:
            raise Overgrown(offset, "nested too deeply")
    if sum(map(token.count, "-+*/%@&|^.~")) > _OPERATORS:
        raise Overgrown(offset, "expression too long")
