"""What rule packs show of themselves: the ``examples:`` of code and, with each data type, of names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privlint.catalog.document import Document, Where
from privlint.catalog.fields import Fields, kind_of
from privlint.catalog.packs import read, rule_files

EXAMPLE_KEYS = ("name", "code", "files", "declaration")
SHOWABLE = {"sources", "sinks", "sanitizers", "propagators", "recipients"}
"""Sections whose rules an example can show at work."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example; ``path`` and ``line`` say where it stands.  Exactly one of ``code`` and ``files`` is not empty."""

    path: str
    line: int
    name: str
    code: str
    files: Mapping[str, str]
    declaration: str


@dataclass(frozen=True, slots=True)
class NameExample:
    """A name (``phone``, ``User.name``) that is taken for a data type (``matches``), or is not."""

    path: str
    line: int
    data_type: str
    name: str
    matches: bool


def examples(packs: Sequence[Path]) -> list[Example]:
    """All examples of the rule files and folders ``packs``.

    Raises:
        CatalogError: a pack cannot be read.
    """
    return [
        example(document, ("examples", index), entry)
        for document in _documents(packs)
        for index, entry in enumerate(_section(document, "examples"))
    ]


def name_examples(packs: Sequence[Path]) -> list[NameExample]:
    """The names that the data types of ``packs`` show; raises CatalogError for a pack that cannot be read."""
    from privlint.catalog.yamltext import locate

    found: list[NameExample] = []
    for document in _documents(packs):
        for index, entry in enumerate(_section(document, "data_types")):
            shown = entry.get("examples", {})
            line, _ = locate(document.text, ("data_types", index, "examples")) if shown else (0, 0)
            for key in ("match", "no_match"):
                names = shown.get(key, ())
                found += [NameExample(document.path, line, entry["id"], name, key == "match") for name in names]
    return found


def without_examples(packs: Sequence[Path]) -> list[str]:
    """The files that have rules about code and show none of them at work."""
    return [
        document.path
        for document in _documents(packs)
        if isinstance(document.value, dict) and document.value.keys() & SHOWABLE and not _section(document, "examples")
    ]


def _documents(packs: Sequence[Path]) -> Iterator[Document]:
    from privlint.catalog.yamltext import parse  # late: only tests and ``catalogue check`` ask for examples

    for pack in packs:
        for path in rule_files(pack):
            yield parse(str(path), read(path))


def _section(document: Document, name: str) -> list[Any]:
    section = document.value.get(name) if isinstance(document.value, dict) else None
    return section if isinstance(section, list) else []


def example(document: Document, where: Where, value: object) -> Example:
    """One entry of ``examples:``, checked."""
    fields = Fields(document, where, value, "an example", EXAMPLE_KEYS)
    if ("code" in fields) == ("files" in fields):
        fields.fail("an example needs either 'code' or 'files'")
    files = dict(fields.pairs("files"))
    for path, text in fields.mapping("files").items():
        if not isinstance(text, str):
            document.fail((*where, "files", path), f"a file's text must be a string, not {kind_of(text)}")
    from privlint.catalog.yamltext import locate

    line, _ = locate(document.text, where)
    name, code, declaration = fields.text("name", None), fields.text("code"), fields.text("declaration")
    return Example(document.path, line, name, code, files, declaration)
