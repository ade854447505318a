"""The ``examples:`` sections: code that shows that a rule works, for the test that runs them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from privlint.catalog.document import Document, Where
from privlint.catalog.fields import Fields, kind_of
from privlint.catalog.packs import read, rule_files

EXAMPLE_KEYS = ("name", "code", "files", "declaration")


@dataclass(frozen=True, slots=True)
class Example:
    """One example; ``path`` and ``line`` say where it stands.  Exactly one of ``code`` and ``files`` is not empty."""

    path: str
    line: int
    name: str
    code: str
    files: Mapping[str, str]
    declaration: str


def examples(packs: Sequence[Path]) -> list[Example]:
    """All examples of the rule files and folders ``packs``.

    Raises:
        CatalogError: a pack cannot be read.
    """
    from privlint.catalog.yamltext import parse  # late: only tests and ``catalogue check`` ask for examples

    found: list[Example] = []
    for pack in packs:
        for path in rule_files(pack):
            document = parse(str(path), read(path))
            section = document.value.get("examples") if isinstance(document.value, dict) else None
            for index, entry in enumerate(section if isinstance(section, list) else ()):
                found.append(example(document, ("examples", index), entry))
    return found


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
