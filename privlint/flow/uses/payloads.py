"""Whole payloads that are taken in or out: what a user sent, as it came; all fields of a table, whatever they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from privlint.flow.uses import words
from privlint.flow.uses.code import Code, Names
from privlint.flow.uses.requests import Requests
from privlint.flow.uses.tables import Columns
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import PayloadFact, Step
from privlint.model.location import Site
from privlint.resolve.program import Function

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

_STAR = re.compile(r"\bselect\s+(?:distinct\s+)?(?:\w+\.)?\*\s+from\s+[\"'`\[]?(?:\w+\.)?(\w+)", re.IGNORECASE)
_EXISTS = re.compile(r"exists\s*\(\s*$", re.IGNORECASE)
_AUTO = ("SQLAlchemyAutoSchema", "ModelSchema", "AutoSchema")  # bases that take all columns where none are named
_LISTS_INPUT = ("graphene.Mutation", "graphene.relay.ClientIDMutation")  # bases that take what their arguments list
_ALL = frozenset({"__all__", "ALL_FIELDS"})
_FACTORIES = frozenset(
    {"modelform_factory", "modelformset_factory", "inlineformset_factory", "model_form", "create_schema"}
)


def payloads(solver: Solver, names: Names) -> list[PayloadFact]:
    """All whole payloads, by place."""
    finder = _Finder(solver, names)
    found = {(fact.site, fact.how): fact for fact in finder.all()}
    return [found[key] for key in sorted(found)]


class _Finder:
    def __init__(self, solver: Solver, names: Names) -> None:
        self._solver = solver
        self._program = solver.program
        self._names = names
        self._requests = Requests(names)
        self._tables = solver.tables

    def all(self) -> Iterator[PayloadFact]:
        """Everything that is taken as a whole, outside of tests and migrations (unless all there is are tests)."""
        for function in self._program.functions:
            code = self._names.code(function.id)
            if function.ir.kind == "class":
                yield from self._listed(function, code)
            for op in code.made.values():
                if isinstance(op, o.Call):
                    yield from self._called(function, code, op)
                elif isinstance(op, o.Const) and isinstance(op.value, str) and code.uses.get(op.dst):
                    yield from self._statement(function, code, op)

    # -- what a user sent ----------------------------------------------------------------------------------------

    def _called(self, function: Function, code: Code, op: o.Call) -> Iterator[PayloadFact]:
        yield from self._factory(function, code, op)
        yield from self._queried(function, code, op)
        for arg in op.args:
            if arg.label != "**" and not (arg.label is None and _keeps(code, op)):
                continue
            target = self._tables.made_by(function, code, op)
            if target is None:
                continue
            for taken in self._requests.wholes(function.id, arg.reg):
                site = Site(self._names.path(taken.function), taken.n)
                here = Site(self._names.path(function.id), arg.n)
                way = (
                    Step(site, f"{taken.text} is taken in as a whole"),
                    Step(here, f"all of it goes into {target.name}"),
                )
                yield self._fact(site, "request", target.name, taken.text, target, taken.function, way)

    # -- all fields of a table -----------------------------------------------------------------------------------

    def _listed(self, function: Function, code: Code) -> Iterator[PayloadFact]:
        """``fields = "__all__"`` of a form, serializer, view; ``exclude`` without ``fields``; automatic schemas."""
        stored = {slot: ops[-1] for slot, ops in code.stores.items()}
        model = self._tables.named(function, code, stored["model"].src) if "model" in stored else None
        if model is None:
            return
        left_out = frozenset(_texts(code, stored["exclude"].src)) if "exclude" in stored else frozenset()
        taken = model.without(left_out)
        holder = self._holder(function)
        if "fields" in stored:
            store = stored["fields"]
            if not _ALL & {*_texts(code, store.src), code.text(store.src).rpartition(".")[2]}:
                return
            text, confidence = 'fields = "__all__"', Confidence.HIGH
        elif "exclude" in stored and function.ir.name == "Meta" and not self._has_base(function, _LISTS_INPUT):
            store, text, confidence = stored["exclude"], "exclude", Confidence.MEDIUM
        elif function.ir.name == "Meta" and self._has_base(function, _AUTO):
            store, text, confidence = stored["model"], f"model = {model.name}", Confidence.MEDIUM
        else:
            return
        site = Site(self._names.path(function.id), store.n)
        way = (Step(site, f"{holder} takes all fields of {model.name}"),)
        yield self._fact(site, "fields", holder, text, taken, function.id, way, confidence)

    def _factory(self, function: Function, code: Code, op: o.Call) -> Iterator[PayloadFact]:
        """``modelform_factory(User, fields="__all__")``."""
        callee = code.callee(op)
        if callee.rpartition(".")[2] not in _FACTORIES:
            return
        given = {arg.label: arg for arg in op.args if arg.label}
        if "fields" not in given or not _ALL & set(_texts(code, given["fields"].reg)):
            return
        asked = [self._tables.named(function, code, arg.reg) for arg in op.args if arg.label in (None, "model")]
        models = [found for found in asked if found is not None]
        left_out = frozenset(_texts(code, given["exclude"].reg)) if "exclude" in given else frozenset()
        for model in models[-1:]:
            site = Site(self._names.path(function.id), given["fields"].n)
            way = (Step(site, f"all fields of {model.name} are taken"),)
            yield self._fact(site, "fields", callee, 'fields = "__all__"', model.without(left_out), function.id, way)

    def _queried(self, function: Function, code: Code, op: o.Call) -> Iterator[PayloadFact]:
        """``User.objects.values()``: all columns, by not naming any."""
        method = code.made.get(op.func)
        if op.args or not isinstance(method, o.LoadAttr) or method.name not in ("values", "values_list"):
            return
        text = code.origin(method.obj)
        if ".only(" in text or not re.search(r"\.(objects|query|_default_manager|select)\b", text):
            return
        model = self._tables.at(function, text.partition(".")[0])
        if model is not None and len(model.fields) > 1:
            site = Site(self._names.path(function.id), op.n)
            way = (Step(site, f"all columns of {model.name} are read"),)
            yield self._fact(site, "query", f".{method.name}()", model.name, model, function.id, way)

    def _statement(self, function: Function, code: Code, op: o.Const) -> Iterator[PayloadFact]:
        """``SELECT * FROM users``."""
        for match in _STAR.finditer(op.value):
            if _EXISTS.search(op.value[: match.start()]):
                continue
            columns = self._tables.table(match[1]) or self._tables.read_from(code, match[1])
            if columns is not None:
                site = Site(self._names.path(function.id), op.n)
                way = (Step(site, f"all columns of {match[1]} are read"),)
                yield self._fact(site, "statement", "SELECT *", match[1], columns, function.id, way)

    # -- helpers -------------------------------------------------------------------------------------------------

    def _holder(self, function: Function) -> str:
        """The name of the class that a body or its ``Meta`` belongs to."""
        module = self._program.modules[function.module]
        if function.ir.name == "Meta" and function.ir.parent >= 0:
            return module.ir.functions[function.ir.parent].name
        return function.ir.name

    def _has_base(self, function: Function, wanted: tuple[str, ...]) -> bool:
        """Whether the class that a ``Meta`` belongs to derives from one of some library classes, by path or by name."""
        cls = self._program.modules[function.module].classes.get(function.ir.parent)
        bases = self._program.external_bases(cls) if cls is not None else ()
        return any(base in wanted or base.rpartition(".")[2] in wanted for base in bases)

    def _fact(
        self,
        site: Site,
        how: str,
        what: str,
        source: str,
        columns: Columns,
        function: int,
        way: tuple[Step, ...],
        confidence: Confidence = Confidence.HIGH,
    ) -> PayloadFact:
        subjects = sorted({each.match.subject for each in columns.fields if each.match.subject})
        return PayloadFact(
            site,
            how,
            what,
            source,
            tuple((each.name, each.match.data_type) for each in columns.fields),
            subjects[0] if len(subjects) == 1 else None,
            min(confidence, columns.confidence),
            self._program.functions[function].dotted,
            way,
        )


def _keeps(code: Code, op: o.Call) -> bool:
    """Whether a mapping that is given by position is stored as it is: ``people.insert_one(request.json)``."""
    return code.callee(op).rpartition(".")[2] in words.DOCUMENTS


def _texts(code: Code, reg: int) -> list[str]:
    """The constant texts of a register: one, or those of a list."""
    op = code.made.get(reg)
    regs = [part.reg for part in op.parts] if isinstance(op, o.Build) else [reg]
    return [value for each in regs if isinstance(value := code.constant(each), str)]
