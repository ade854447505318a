"""YAML text to plain values, with limits; positions are found again only when there is an error to report.

The parser's events are turned into values here instead of by PyYAML's own constructors, for four reasons: deep
nesting makes the C composer overflow its stack, duplicate keys pass it silently, aliases can expand without bound,
and YAML 1.1 reads the country code ``NO`` as false.  Scalars follow the core schema of YAML 1.2.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from privlint.catalog.document import Document, Where
from privlint.catalog.errors import CatalogError

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
MAX_VALUES = 400_000  # scalars and collections, expanded aliases included

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip


def parse(path: str, text: str) -> Document:
    """Read ``text`` as one YAML document.

    Raises:
        CatalogError: not YAML, more than one document, a duplicate or complex key, or a limit is exceeded.
    """
    if len(text) > MAX_BYTES:
        raise CatalogError(path, 0, 0, f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        events = yaml.parse(text, _Loader)
        value = _Builder(path).document(events)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise CatalogError(path, line, column, f"not valid YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise CatalogError(path, 0, 0, f"not valid YAML: {error}") from None
    return Document(path, text, value)


def scalar(text: str) -> Any:
    """The value of a plain (unquoted) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first in "0123456789+-.":
        if len(text) < 20 and _INTEGER.match(text):
            return int(text)
        if len(text) < 40 and _FLOAT.match(text):
            return float(text)
    return text


class _Builder:
    """Turns the events of one document into values."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.left = MAX_VALUES
        self.anchors: dict[str, tuple[Any, int]] = {}

    def document(self, events: Iterator[Any]) -> Any:
        value: Any = None
        seen = False
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and seen:
                self._fail(event, "a rule pack is one YAML document")
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, events, 0)
                seen = True
        return value

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        kind = type(event)
        self.left -= 1
        if self.left < 0:
            self._fail(event, f"more than {MAX_VALUES} values in one file")
        if depth > MAX_DEPTH:
            self._fail(event, f"nested more than {MAX_DEPTH} levels deep")
        if kind is yaml.ScalarEvent:
            value = scalar(event.value) if event.implicit[0] else event.value
        elif kind is yaml.AliasEvent:
            return self._alias(event)
        elif kind is yaml.SequenceStartEvent:
            value = []
            for inner in events:
                if type(inner) is yaml.SequenceEndEvent:
                    break
                value.append(self._value(inner, events, depth + 1))
        else:
            value = self._mapping(events, depth)
        if event.anchor:
            self.anchors[event.anchor] = (value, _size(value))
        return value

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for event in events:
            if type(event) is yaml.MappingEndEvent:
                break
            if type(event) is not yaml.ScalarEvent:
                self._fail(event, "a key must be plain text")
            key = event.value
            if key in result:
                self._fail(event, f"the key {key!r} occurs twice")
            result[key] = self._value(next(events), events, depth + 1)
        return result

    def _alias(self, event: Any) -> Any:
        """The value an alias stands for; its size counts again, so that nested aliases cannot grow without bound."""
        if event.anchor not in self.anchors:
            self._fail(event, f"the alias *{event.anchor} stands for nothing that is complete before it")
        value, size = self.anchors[event.anchor]
        self.left -= size
        if self.left < 0:
            self._fail(event, f"more than {MAX_VALUES} values in one file, aliases expanded")
        return value

    def _fail(self, event: Any, message: str) -> NoReturn:
        mark = event.start_mark
        raise CatalogError(self.path, mark.line + 1, mark.column + 1, message)


def _size(value: Any) -> int:
    """How many values ``value`` holds, itself included (a shared part counts each time), up to the limit."""
    count = 0
    stack = [value]
    while stack and count <= MAX_VALUES:
        current = stack.pop()
        count += 1
        if isinstance(current, dict):
            stack.extend(current.values())
        elif isinstance(current, list):
            stack.extend(current)
    return count


def locate(text: str, path: Where, key: str | None = None) -> tuple[int, int]:
    """Line and column (1-based) of the value at ``path``, or of its key ``key``; of the nearest part that exists."""
    events: Iterator[Any] = iter(yaml.parse(text, _Loader))
    event = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    if event is None:
        return 1, 1
    best = _start(event)
    for step in (*path, key) if key is not None else path:
        found = _descend(event, events, step)
        if found is None:
            return best
        name, event = found
        best = _start(event)
    return name if key is not None else best


def _descend(event: Any, events: Iterator[Any], step: str | int) -> tuple[tuple[int, int], Any] | None:
    """The event that starts the part ``step`` of the collection that ``event`` starts, and where its key stands."""
    if isinstance(event, yaml.MappingStartEvent):
        for name in events:
            if isinstance(name, yaml.MappingEndEvent):
                return None
            value = next(events)
            if name.value == step:
                return _start(name), value
            _skip(value, events)
    elif isinstance(event, yaml.SequenceStartEvent):
        for index in itertools.count():
            value = next(events)
            if isinstance(value, yaml.SequenceEndEvent):
                return None
            if index == step:
                return _start(value), value
            _skip(value, events)
    return None


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _skip(event: Any, events: Iterator[Any]) -> None:
    """Read on to the end of what ``event`` starts."""
    depth = 1 if isinstance(event, yaml.CollectionStartEvent) else 0
    while depth:
        inner = next(events)
        if isinstance(inner, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(inner, yaml.CollectionEndEvent):
            depth -= 1
