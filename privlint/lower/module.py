"""A whole file: parse, walk, lower each function in turn."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import libcst as cst

from privlint.ir.module import FunctionIR, ModuleIR
from privlint.ir.ops import Reg, Return
from privlint.lower.annotations import dotted, type_ref
from privlint.lower.builder import FunctionBuilder
from privlint.lower.expressions import expression, key_of
from privlint.lower.functions import decorator_names, params_of
from privlint.lower.graph import finish
from privlint.lower.parse import LowerError, read
from privlint.lower.shapes import statements, strings
from privlint.lower.statements import suite
from privlint.lower.strings import string_value
from privlint.lower.walk import Walk
from privlint.model.source import SourceFile

_RECURSION = 20_000  # frames; Python's own functions do not use the C stack (3.11 and later)


def lower(file: SourceFile) -> ModuleIR:
    """Lower one file.

    Raises ``LowerError`` (with line, column and reason) if it is not valid Python or nested beyond all reason.
    """
    try:
        with _deep():
            return ModuleLowering(file.path, read(file.text)).run()
    except RecursionError:
        raise LowerError(1, 1, "nested too deeply") from None


@contextmanager
def _deep() -> Iterator[None]:
    """Room for deeply nested expressions, which are lowered by recursion."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


class ModuleLowering:
    """The state of lowering one file: its walk, and the functions found so far and still to be lowered."""

    def __init__(self, path: str, module: cst.Module) -> None:
        self.path = path
        self.module = module
        self.walk = Walk(module)
        self._found: dict[int, int] = {}
        self._pending: list[tuple[Any, int, str]] = []  # node, parent, kind; by index
        self._names: list[str] = []  # qualified, by index
        self._done: list[FunctionIR] = []

    # The parts of the package that need each other reach one another through these.
    def expression(self, f: FunctionBuilder, node: Any) -> Reg:
        """Lower an expression."""
        return expression(f, node)

    def key(self, f: FunctionBuilder, node: cst.Subscript) -> Reg:
        """Lower the key of a subscript."""
        return key_of(f, node)

    def suite(self, f: FunctionBuilder, body: list[Any]) -> None:
        """Lower statements."""
        suite(f, body)

    def index_of(self, node: Any, parent: int, kind: str) -> int:
        """The index of the function that a node defines; a body that is lowered twice defines it once."""
        index = self._found.get(id(node))
        if index is None:
            index = self._found[id(node)] = len(self._pending)
            self._pending.append((node, parent, kind))
            self._names.append(self._qualified(node, parent, kind))
        return index

    def _qualified(self, node: Any, parent: int, kind: str) -> str:
        name = "<lambda>" if kind == "lambda" else str(node.name.value)
        if parent == 0:
            return name
        around = self._pending[parent][2]
        return f"{self._names[parent]}.{name}" if around == "class" else f"{self._names[parent]}.<locals>.{name}"

    def run(self) -> ModuleIR:
        """Lower the module body and all that it defines."""
        self._pending.append((self.module, -1, "module"))
        self._names.append("<module>")
        index = 0
        while index < len(self._pending):  # grows as bodies are lowered
            self._done.append(self._function(index, *self._pending[index]))
            index += 1
        return ModuleIR(self.path, tuple(self._done), exports(self.module), len(self.walk.ordinals))

    def _function(self, index: int, node: Any, parent: int, kind: str) -> FunctionIR:
        scope = self.walk.root if kind == "module" else self.walk.scopes[id(node)]
        f = FunctionBuilder(self, index, scope)
        n = f.n(node)
        if kind == "lambda":
            value = expression(f, node.body)
            f.end(Return(value, f.n(node.body)))
        else:
            suite(f, statements(node.body))
            f.end(Return(-1, n))
        named = kind in ("function", "class")
        function = kind in ("function", "lambda")
        return FunctionIR(
            index=index,
            name=node.name.value if named else f"<{kind}>",
            qualname=self._names[index],
            kind=kind,
            parent=parent,
            params=params_of(f, node.params) if function else (),
            returns=type_ref(node.returns.annotation) if kind == "function" and node.returns is not None else None,
            asynchronous=kind == "function" and node.asynchronous is not None,
            generator=scope.generator,
            cells=frozenset(scope.cells),
            decorators=decorator_names(node.decorators) if named else (),
            blocks=finish(f.blocks),
            n=n,
        )


def exports(module: cst.Module) -> tuple[str, ...] | None:
    """A literal ``__all__`` (also one built up with ``+=``), or None."""
    names: list[str] | None = None
    for statement in statements(module.body):
        value = _exported(statement)
        if value is None:
            continue
        added = _literal_names(value)
        if isinstance(statement, cst.AugAssign):
            names = None if names is None or added is None else names + added
        else:
            names = added
    return None if names is None else tuple(names)


def _exported(statement: Any) -> cst.BaseExpression | None:
    """What a statement assigns, or adds, to ``__all__``."""
    if isinstance(statement, cst.Assign):
        return statement.value if any(dotted(target.target) == "__all__" for target in statement.targets) else None
    if isinstance(statement, cst.AnnAssign | cst.AugAssign) and dotted(statement.target) == "__all__":
        return statement.value
    return None


def _literal_names(node: cst.BaseExpression) -> list[str] | None:
    if not isinstance(node, cst.List | cst.Tuple):
        return None
    names: list[str] = []
    for element in node.elements:
        if not isinstance(element.value, cst.SimpleString | cst.ConcatenatedString):
            return None
        pieces = [string_value(piece) for piece in strings(element.value) if isinstance(piece, cst.SimpleString)]
        texts = [piece for piece in pieces if isinstance(piece, str)]
        if len(texts) != len(strings(element.value)):
            return None
        names.append("".join(texts))
    return names
