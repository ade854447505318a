"""JSON as the formats write it: readable UTF-8, and nothing in it that a terminal or an editor would act on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from privlint.report.visible import storable

# DEL and C1 controls, soft hyphen, bidirectional marks, zero-width characters, separators that end lines, tags
_HIDDEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match.group())[1:-1]


def dumps(value: Any, depth: int) -> str:
    """``value`` as JSON and a line end: indented ``depth`` levels deep, and each value below those on one line.

    (The standard library indents in Python only, which takes most of the time of a large report.)
    Hidden characters are written as ``\\u`` escapes (they can only stand in strings, so that the value stays the
    same); lone surrogates, which UTF-8 cannot hold, become U+FFFD.
    """
    text = "".join(_pieces(value, depth, "\n")) + "\n"
    return text if text.isascii() and "\x7f" not in text else _HIDDEN.sub(_escape, storable(text))


def _pieces(value: Any, depth: int, line: str) -> Iterator[str]:
    """The text of ``value`` in pieces; ``line`` is a line end and the indentation that ``value`` stands at."""
    if depth == 0 or not value or not isinstance(value, (dict, list)):
        yield json.dumps(value, ensure_ascii=False)
        return
    inner = line + "  "
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    yield opening
    for number, (key, item) in enumerate(pairs):
        yield f"{',' if number else ''}{inner}{'' if key is None else json.dumps(key, ensure_ascii=False) + ': '}"
        yield from _pieces(item, depth - 1, inner)
    yield line + closing
