"""Reading one mapping of a declaration: every accessor checks the shape and fails at the value's own place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from privlint.declaration.document import Node
from privlint.declaration.errors import DeclarationError, suggestion
from privlint.model.location import Location, Span

_BOOLEANS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_KINDS = {"text": "a single value", "list": "a list", "mapping": "a mapping"}


class Fields:
    """A mapping whose keys are known."""

    __slots__ = ("node", "shown", "values", "what")

    def __init__(self, shown: str, node: Node, what: str, keys: Collection[str]) -> None:
        """Check that ``node`` is a mapping with none but ``keys``; ``what`` names it in messages.

        Raises:
            DeclarationError: it is something else, or has an unknown key.
        """
        self.shown = shown
        self.node = node
        self.what = what
        if node.kind != "mapping":
            raise self.error(node, f"{what} must be a mapping, not {kind(node)}")
        self.values: dict[str, Node] = {}
        for key, value in node.pairs:
            if key.text not in keys:
                raise self.error(key, f"unknown key {key.text!r} in {what}{suggestion(key.text, keys)}")
            if not value.missing:
                self.values[key.text] = value

    def error(self, node: Node, message: str) -> DeclarationError:
        """An error that points at ``node``."""
        return DeclarationError(self.shown, node.span.line, node.span.column, message)

    def text(self, key: str) -> str | None:
        """A text, or None where the key is missing."""
        node = self.values.get(key)
        return None if node is None else self._text(node, key)

    def needed(self, key: str) -> str:
        """A text that must be there."""
        value = self.text(key)
        if value is None:
            raise self.error(self.node, f"{self.what} needs {key!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts (one alone may stand without brackets), empty where the key is missing."""
        node = self.values.get(key)
        if node is None:
            return ()
        if node.kind == "mapping":
            raise self.error(node, f"{key!r} must be a list, not {kind(node)}")
        return tuple(self._text(item, key) for item in self.items(key))

    def items(self, key: str) -> tuple[Node, ...]:
        """The nodes behind ``texts``, one for each text."""
        node = self.values.get(key)
        if node is None:
            return ()
        return node.items if node.kind == "list" else (node,)

    def choice(self, key: str, allowed: Collection[str], noun: str) -> str | None:
        """One of the ``allowed`` words; ``noun`` says what they are."""
        value = self.text(key)
        if value is not None and value not in allowed:
            raise self.error(self.values[key], f"unknown {noun} {value!r}{suggestion(value, allowed)}")
        return value

    def entries(self, key: str, keys: Collection[str], what: str) -> Iterator[Fields]:
        """The mappings of a list."""
        node = self.values.get(key)
        if node is None:
            return
        if node.kind != "list":
            dash = ": begin each of its entries with '- '" if node.kind == "mapping" and node.pairs else ""
            raise self.error(node, f"{key!r} must be a list, not {kind(node)}{dash}")
        for item in node.items:
            yield Fields(self.shown, item, what, keys)

    def mapping(self, key: str, keys: Collection[str]) -> Fields | None:
        """A mapping inside this one, or None where the key is missing."""
        node = self.values.get(key)
        return None if node is None else Fields(self.shown, node, repr(key), keys)

    def location(self) -> Location:
        """Where this entry stands: its first key and, if that is on the same line, that key's value."""
        key, value = self.node.pairs[0]
        end = value.span if value.span.end_line == key.span.line else key.span
        line, column = (self.node.span if self.node.span.line == key.span.line else key.span)[:2]
        return Location(self.shown, Span(line, column, end.end_line, end.end_column))

    def _text(self, node: Node, key: str) -> str:
        if node.kind != "text":
            raise self.error(node, f"{key!r} must be a single value, not {kind(node)}")
        text = node.text.strip()
        if not text or node.missing:
            raise self.error(node, f"{key!r} is empty")
        if node.plain and text in _BOOLEANS:
            raise self.error(node, f"{key!r} must be a text, not {text.lower()}: put it in quotes if that is its name")
        return text


class Seen:
    """Notices entries that stand twice in one list."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[object, int] = {}

    def add(self, entry: Fields, keys: Mapping[object, str]) -> None:
        """Remember an entry by its ``keys``, each with what messages call it; raises DeclarationError at one that is
        known."""
        line = entry.node.span.line
        for key, words in keys.items():
            if key in self._lines:
                raise entry.error(entry.node, f"{words} is declared twice (first on line {self._lines[key]})")
            self._lines[key] = line


def kind(node: Node) -> str:
    """What a node is, in words."""
    return "empty" if node.missing else _KINDS[node.kind]
