"""Records that requests and responses are made of, by what handlers are annotated with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from privlint.flow.routes import DEPENDENCIES, is_handler
from privlint.ir.ops import TypeRef
from privlint.resolve.program import Module

if TYPE_CHECKING:
    from privlint.flow.solve import Solver


class Bodies:
    """The classes of a program that are taken in, and those that are only given out."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver
        self._taken_memo: frozenset[int] | None = None
        self._answers_memo: frozenset[int] | None = None

    @property
    def taken(self) -> frozenset[int]:
        """The classes that handlers of requests are annotated to take: what is sent fills them."""
        found = self._taken_memo
        if found is None:
            found = self._taken_memo = self._find_taken()
        return found

    def _find_taken(self) -> frozenset[int]:
        out: set[int] = set()
        for fn in self._solver.program.functions:
            if not fn.ir.decorators or not is_handler(self._solver, fn):
                continue
            for param in fn.ir.params:
                made = self._solver.default_text(fn, param.name).rpartition(".")[2]
                if param.annotation is not None and made not in DEPENDENCIES:
                    out.update(self._classes_in(self._solver.program.modules[fn.module], param.annotation))
        return frozenset(out)

    @property
    def answers(self) -> frozenset[int]:
        """The classes that handlers of requests are declared to answer with, and none is annotated to take."""
        found = self._answers_memo
        if found is None:
            found = self._answers_memo = self._find_answers()
        return found

    def _find_answers(self) -> frozenset[int]:
        program = self._solver.program
        out: set[int] = set()
        for fn in program.functions:
            if not fn.ir.decorators or not is_handler(self._solver, fn):
                continue
            module = program.modules[fn.module]
            if fn.ir.returns is not None:
                out.update(self._classes_in(module, fn.ir.returns))
            text = self._solver.answers_with(fn)
            entity = program.lookup(module, text) if text else None
            if entity is not None and entity.kind == "class":
                out.add(entity.number)
        taken = self._with_parts(set(self.taken))
        taken.update(base for cls in taken.copy() for base in program.classes[cls].mro)
        return frozenset(self._with_parts(out) - taken)

    def _with_parts(self, classes: set[int]) -> set[int]:
        """Classes, with those that their fields are annotated with."""
        todo = list(classes)
        while todo:
            cls = self._solver.program.classes[todo.pop()]
            for declared in cls.fields.values():
                if declared.annotation is not None:
                    module = self._solver.program.modules[cls.module]
                    for each in self._classes_in(module, declared.annotation):
                        if each not in classes:
                            classes.add(each)
                            todo.append(each)
        return classes

    def _classes_in(self, module: Module, ref: TypeRef) -> Iterator[int]:
        entity = self._solver.program.resolve_type(module, ref.name) if ref.name else None
        if entity is not None and entity.kind == "class":
            yield entity.number
        for arg in ref.args:
            yield from self._classes_in(module, arg)
