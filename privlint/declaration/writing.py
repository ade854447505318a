"""Writes what a draft holds into a declaration, and leaves every other byte of it as it was.

New entries are put behind the last one of their list, with its indentation; lists in brackets get theirs in braces.
Nothing is taken apart and written anew, so comments, order and layout stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from privlint.declaration import entries
from privlint.declaration.document import Node, parse
from privlint.declaration.errors import DeclarationError
from privlint.model.draft import Draft, DraftReceives

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_Entry = TypeVar("_Entry")

HEADING = """\
# The declaration of personal data, written by "privlint init" from what the code does.  It is to be reviewed: it says
# what is, not what may be.  Purposes are guesses from names; "seen at" names the lines that an entry rests on.
version: 1
controller:  # to be filled in: who answers for the processing, and the ISO 3166-1 code of the country
  # name:
  # country:
# app_type:  # to be filled in where the Chinese rule on necessary information holds, as in online_shopping
"""


def begun(draft: Draft) -> str:
    """A first declaration that says what the draft says."""
    text = HEADING
    if draft.unknown:
        lines = [entries.comment(f"  {each}") for each in draft.unknown]
        text += "\n".join(["# Not in here, for the code does not tell to whom it is sent:", *lines, ""])
    return added(text, draft, "")


def added(text: str, draft: Draft, shown: str) -> str:
    """The text of a declaration with the entries of a draft added.

    Raises:
        DeclarationError: the text is no declaration in lines (but all in braces), or no YAML.
    """
    root = parse(text, shown)
    if root.kind != "mapping" or root.flow:
        raise DeclarationError(shown, 1, 1, "entries can be added to a declaration in lines only, not in braces")
    edits = _Edits(text)
    edits.add(root, "collects", draft.collects, entries.collects_lines, entries.collects_flow)
    new = [each for each in draft.recipients if each.known is None]
    edits.add(root, "recipients", new, entries.recipient_lines, entries.recipient_flow)
    edits.add(root, "automated_decisions", draft.decisions, entries.decision_lines, entries.decision_flow)
    for each in draft.recipients:
        if each.known is not None and each.known.location.path == shown:
            node = _entry_at(root, each.known.location.span.line, each.known.location.span.column)
            if node is not None:
                edits.extend(node, each.receives)
    return edits.done()


def _entry_at(root: Node, line: int, column: int) -> Node | None:
    recipients = next((value for key, value in root.pairs if key.text == "recipients"), None)
    for node in recipients.items if recipients is not None else ():
        first = node.pairs[0][0].span if node.pairs else node.span
        if (line, column) in ((node.span.line, node.span.column), (first.line, first.column)):
            return node
    return None


@dataclass(frozen=True, slots=True)
class _Edit:
    """Put ``text`` at a place (0-based line and column), over the ``drop`` letters there."""

    line: int
    column: int
    text: str
    drop: int = 0


class _Edits:
    """Insertions into a text, made all at once."""

    def __init__(self, text: str) -> None:
        self._lines = _LINES.findall(text)
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._edits: list[_Edit] = []

    def add(
        self,
        mapping: Node,
        key: str,
        new: Sequence[_Entry],
        lines: Callable[[_Entry], list[str]],
        flow: Callable[[_Entry], str],
        indent: int = 0,
    ) -> None:
        """Add entries to the list under ``key`` of a block mapping that is indented so far."""
        if not new:
            return
        pair = next(((name, value) for name, value in mapping.pairs if name.text == key), None)
        if pair is None:
            body = self._block([each for entry in new for each in lines(entry)], indent + 2)
            last = _last_line(mapping.pairs[-1][1], mapping.pairs[-1][0]) if indent else len(self._lines)
            self._after(last, f"{' ' * indent}{key}:{self._end}{body}")
            return
        name, value = pair
        if value.kind == "list" and value.items and value.flow:
            at = value.items[-1].span
            self._edits.append(_Edit(at.end_line - 1, at.end_column - 1, "".join(f", {flow(entry)}" for entry in new)))
            return
        deep = value.span.column - 1 if value.kind == "list" and value.items else indent + 2
        body = self._block([each for entry in new for each in lines(entry)], deep)
        if not (value.kind == "list" and value.items):
            at = value.span
            if at.line == at.end_line and at.end_column > at.column:  # [], ~ or null
                self._edits.append(_Edit(at.line - 1, at.column - 1, "", at.end_column - at.column))
            self._after(name.span.line, body)
        else:
            self._after(self._comments_too(_last_line(value, name), deep), body)

    def extend(self, recipient: Node, new: Sequence[DraftReceives]) -> None:
        """Add to what a recipient receives."""
        if not recipient.flow:
            column = recipient.pairs[0][0].span.column - 1
            self.add(recipient, "receives", new, entries.receives_lines, entries.receives_flow, column)
            return
        value = next((value for key, value in recipient.pairs if key.text == "receives"), None)
        texts = [entries.receives_flow(each) for each in new]
        if value is not None and value.kind == "list":
            if value.items:
                end = value.items[-1].span
                self._edits.append(_Edit(end.end_line - 1, end.end_column - 1, "".join(f", {each}" for each in texts)))
            else:
                end = value.span
                self._edits.append(_Edit(end.end_line - 1, end.end_column - 2, ", ".join(texts)))
        elif value is None:
            end = recipient.span
            self._edits.append(_Edit(end.end_line - 1, end.end_column - 2, f", receives: [{', '.join(texts)}]"))

    def done(self) -> str:
        """The text with everything put in."""
        lines = list(self._lines)
        count = len(lines)
        if lines and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += self._end
        numbered = sorted(
            enumerate(self._edits), key=lambda each: (each[1].line, each[1].column, each[0]), reverse=True
        )
        for _, edit in numbered:
            if edit.line >= count:
                lines.insert(count, edit.text)
            else:
                line = lines[edit.line]
                lines[edit.line] = line[: edit.column] + edit.text + line[edit.column + edit.drop :]
        return "".join(lines)

    def _block(self, lines: Sequence[str], indent: int) -> str:
        return "".join(f"{' ' * indent}{line}{self._end}" for line in lines)

    def _after(self, line: int, text: str) -> None:
        """Put lines behind the 1-based ``line``."""
        self._edits.append(_Edit(line, 0, text))

    def _comments_too(self, line: int, indent: int) -> int:
        """The last line of an entry with the comments below it that are indented like it."""
        while line < len(self._lines):
            text = self._lines[line]
            deep = len(text) - len(text.lstrip(" "))
            if not text.lstrip(" ").startswith("#") or deep < max(indent, 1):
                break
            line += 1
        return line


def _last_line(node: Node, key: Node) -> int:
    """The 1-based line on which a node ends; a block's own mark stands where the next thing begins."""
    if node.missing:
        return key.span.line
    if node.kind == "text" or node.flow:
        span = node.span
        return span.end_line - 1 if span.end_column == 1 and span.end_line > span.line else span.end_line
    last = node.items[-1] if node.kind == "list" else node.pairs[-1][1]
    return _last_line(last, node.pairs[-1][0] if node.pairs else last)
