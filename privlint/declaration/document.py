"""YAML text to a tree of nodes that know their place, within limits.

A repository's declaration may be hostile: the tree is built here from the parser's events, so that deep nesting,
aliases that expand without bound, and duplicate keys are errors instead of a crash or a silent loss.  Scalars stay
text (``NO`` is Norway, not false); what a text stands for, its reader decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from privlint.declaration.errors import DeclarationError
from privlint.model.location import Span

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 16
MAX_NODES = 100_000  # expanded aliases included

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A scalar (``text``), a list (``items``) or a mapping (``pairs``); ``size`` counts all nodes below and itself."""

    kind: str  # text | list | mapping
    span: Span
    text: str = ""
    plain: bool = False  # an unquoted scalar
    items: tuple[Node, ...] = ()
    pairs: tuple[tuple[Node, Node], ...] = ()
    size: int = 1
    flow: bool = False  # a list or mapping in brackets

    @property
    def missing(self) -> bool:
        """Whether it says nothing: an empty value or ``null``."""
        return self.kind == "text" and self.plain and self.text in ("", "~", "null", "Null", "NULL")


def read(path: Path, shown: str) -> Node:
    """The root node of the file at ``path``; raises DeclarationError as ``read_text`` and ``parse`` do."""
    return parse(read_text(path, shown), shown)


def read_text(path: Path, shown: str) -> str:
    """The text of the file at ``path``, which messages call ``shown``.

    Raises:
        DeclarationError: the file cannot be read, is no YAML, is no single document, or exceeds a limit.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DeclarationError(shown, 0, 0, f"cannot be read: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise DeclarationError(shown, 0, 0, f"larger than {MAX_BYTES // 1024} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DeclarationError(shown, line, 1, "not UTF-8 text") from None
    return text


def parse(text: str, shown: str) -> Node:
    """The root node of a YAML text; raises DeclarationError as ``read`` does."""
    try:
        return _Builder(shown).root(yaml.parse(text, _LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise DeclarationError(shown, line, column, f"not valid YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise DeclarationError(shown, 0, 0, f"not valid YAML: {reason}") from None


class _Builder:
    """Turns the events of one document into nodes."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.left = MAX_NODES
        self.anchors: dict[str, Node] = {}

    def root(self, events: Iterator[Any]) -> Node:
        found: Node | None = None
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                if found is not None:
                    raise self.error(event, "a declaration is one YAML document")
                found = self.node(event, events, 0)
        return found if found is not None else Node("text", Span(1, 1, 1, 1), plain=True)

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.error(event, f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        self.spend(event, 1)
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Node("text", _span(event, event), text=event.value, plain=event.implicit[0])
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, events, depth)
        else:
            node = self.mapping(event, events, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def sequence(self, start: Any, events: Iterator[Any], depth: int) -> Node:
        items = []
        end = start
        for end in events:
            if isinstance(end, yaml.SequenceEndEvent):
                break
            items.append(self.node(end, events, depth + 1))
        size = 1 + sum(item.size for item in items)
        return Node("list", _span(start, end), items=tuple(items), size=size, flow=bool(start.flow_style))

    def mapping(self, start: Any, events: Iterator[Any], depth: int) -> Node:
        pairs = []
        seen: set[str] = set()
        end = start
        for end in events:
            if isinstance(end, yaml.MappingEndEvent):
                break
            if not isinstance(end, yaml.ScalarEvent):
                raise self.error(end, "a key must be plain text")
            key = self.node(end, events, depth + 1)
            if key.text in seen:
                raise self.error(end, f"the key {key.text!r} occurs twice")
            seen.add(key.text)
            pairs.append((key, self.node(next(events), events, depth + 1)))
        size = 1 + sum(key.size + value.size for key, value in pairs)
        return Node("mapping", _span(start, end), pairs=tuple(pairs), size=size, flow=bool(start.flow_style))

    def alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:  # also an alias inside of what it stands for
            raise self.error(event, f"the alias *{event.anchor} stands for nothing that is complete before it")
        self.spend(event, node.size)
        return replace(node, span=_span(event, event), flow=True)

    def spend(self, event: Any, nodes: int) -> None:
        self.left -= nodes
        if self.left < 0:
            raise self.error(event, f"more than {MAX_NODES} values, aliases expanded")

    def error(self, event: Any, message: str) -> DeclarationError:
        mark = event.start_mark
        return DeclarationError(self.shown, mark.line + 1, mark.column + 1, message)


def _span(start: Any, end: Any) -> Span:
    first, last = start.start_mark, end.end_mark
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)
