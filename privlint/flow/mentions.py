"""What code mentions beyond what flows: names of personal data, imported packages, hosts in texts.

A declared entry is stale only if nothing in the code so much as hints at it, so this looks at every op once, follows
nothing, and takes what it finds for a hint, never for a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from privlint.catalog.catalog import Catalog
from privlint.ir import ops as o
from privlint.ir.module import FunctionIR, ModuleIR
from privlint.model.data import Confidence
from privlint.model.facts import Mention
from privlint.model.location import Site
from privlint.resolve.program import Program

_MAX_TEXT = 20_000
_HOST = re.compile(
    r"(?:(?:[a-z][a-z0-9+.-]*:)?//(?:[^\s/@'\"]*@)?|^|@)((?:[a-z0-9_*-]+\.)+[a-z][a-z0-9-]*)(?=[:/?#\s'\"]|$)", re.I
)
_NAME = re.compile(r"[^\W\d][\w-]{1,60}\Z")
_SQL = re.compile(r"\b(select|insert\s+into|update|create\s+table)\b", re.I)
_WORD = re.compile(r"[^\W\d]\w+")


def mentions(program: Program, catalog: Catalog) -> tuple[Mention, ...]:
    """The first mention of each thing in each file, in order."""
    found: list[Mention] = []
    names = _Names(catalog)
    for module in program.modules:
        of_module: dict[tuple[str, str], Mention] = {}
        for mention in _of_module(module.ir, names):
            key = mention.kind, mention.what
            known = of_module.get(key)
            if known is None or known.confidence < mention.confidence:
                of_module[key] = mention
        found += (of_module[key] for key in sorted(of_module))
    return tuple(found)


class _Names:
    """Which data names speak of; asked for every name of a program once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[tuple[str, str | None], tuple[str, Confidence] | None] = {}

    def meaning(self, name: str, owner: str | None) -> tuple[str, Confidence] | None:
        """The data type, and how sure it is: little if the name speaks of it only where a person is in sight."""
        key = name, owner
        if key not in self._known:
            match = self._catalog.classify(name, owner)
            if match is not None:
                self._known[key] = match.data_type, match.confidence
            else:
                match = self._catalog.classify(name, "person")
                self._known[key] = (match.data_type, Confidence.LOW) if match is not None else None
        return self._known[key]

    def of_rows(self, name: str, columns: Iterable[str]) -> str | None:
        """The data type that the rows of a table are, if they belong to somebody: ``class Order`` with a buyer."""
        match = self._catalog.classify(f"{name}s", "person")
        counted = match is not None and self._catalog.is_counted(match.data_type)
        owned = counted and any(self._catalog.is_person(column.removesuffix("_id")) for column in columns)
        return match.data_type if match is not None and owned else None


def _of_module(module: ModuleIR, names: _Names) -> Iterator[Mention]:
    for function in module.functions:
        owner = function.name if function.kind == "class" else None
        spelled = _spelled(function)
        rows = names.of_rows(owner, spelled) if owner is not None else None
        if rows is not None:
            yield Mention("data", rows, Site(module.path, function.n), Confidence.MEDIUM)
        for name, n in spelled.items():
            meaning = names.meaning(name, owner)
            if meaning is not None:
                yield Mention("data", meaning[0], Site(module.path, n), meaning[1])
        for block in function.blocks:
            for op in block.ops:
                kind = type(op)
                if kind is o.Const:
                    yield from _hosts(module.path, op)
                elif kind is o.Import:
                    yield from _imported(module.path, op)


def _hosts(path: str, op: o.Op) -> Iterator[Mention]:
    if isinstance(op, o.Const) and isinstance(op.value, str) and "." in op.value:
        for host in _HOST.finditer(op.value[:_MAX_TEXT]):
            yield Mention("host", host[1].lower(), Site(path, op.n), Confidence.HIGH)


def _imported(path: str, op: o.Op) -> Iterator[Mention]:
    if isinstance(op, o.Import) and not op.level:
        dotted = op.module if op.name in ("", "*") else f"{op.module}.{op.name}"
        yield Mention("import", dotted, Site(path, op.n), Confidence.HIGH)


def _spelled(function: FunctionIR) -> dict[str, int]:
    """Everything that has a name in a function, with the first node that spells it: parameters, variables, attributes,
    keys, keywords, columns."""
    names = {param.name: param.n for param in function.params}
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, o.LoadAttr | o.StoreAttr):
                names.setdefault(op.name, op.n)
            elif isinstance(op, o.Const):
                if isinstance(op.value, str):
                    for word in _words(op.value):
                        names.setdefault(word, op.n)
            elif isinstance(op, o.StoreName):
                names.setdefault(op.slot.partition("@")[0], op.n)
            elif isinstance(op, o.Call):
                for arg in op.args:
                    if arg.label and arg.label[0] != "*":
                        names.setdefault(arg.label, arg.n)
            elif isinstance(op, o.Annotate) and op.name:
                names.setdefault(op.name, op.n)
    return names


def _words(text: str) -> Iterator[str]:
    """A text that may be a key, or the words of an SQL statement."""
    if _NAME.match(text):
        yield text
    elif len(text) < _MAX_TEXT and _SQL.search(text):
        yield from dict.fromkeys(_WORD.findall(text))
