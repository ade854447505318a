"""Which of what is taken in nobody reads, which is only stored, which only passed on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from privlint.catalog.catalog import Catalog
from privlint.flow.uses import words
from privlint.flow.uses.code import Code, Names
from privlint.flow.uses.demands import is_demanded
from privlint.flow.uses.fates import Fate, Fates, Outcome, arrived, fate_in
from privlint.flow.uses.handing import Handed
from privlint.flow.uses.instances import Instances
from privlint.ir import ops as o
from privlint.model.facts import CollectionFact, FlowFact, Step, UnusedFact
from privlint.model.location import Site

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

# Credentials are there to be compared; what is asked for twice is compared by a validator.
_NOT_JUDGED = ("account.password", "account.security_answer", "account.verification_code", "account.access_token")
_REPEATED = re.compile(r"(confirm|repeat|again|retype|reenter|verif)|[a-z]_?2$", re.IGNORECASE)
_WORDS = {Fate.NOTHING: "unread", Fate.TESTED: "tested", Fate.STORED: "stored", Fate.PASSED: "passed"}

# What may be done with a whole record without reading its fields.
_RENDERS = frozenset({"render", "render_template", "TemplateResponse", "render_to_string", "render_to_response"})
_INPUT = re.compile(
    r"(In|Input|Create|Creation|Update|Patch|SignUp|Signup|Register|Registration|Request|Form|Payload|Body)$"
)
_SAVED_BY_FRAMEWORK = (
    "ModelForm",
    "ModelSerializer",
    "HyperlinkedModelSerializer",
    "UserCreationForm",
    "UserChangeForm",
)
_SENT = re.compile(r"\b(?:request|req)\b")
_GENERIC = ("_meta", "__table__", "__mapper__", "model_fields", "__fields__", "__dataclass_fields__", "get_fields")
_MAPPINGS = {"form": ("cleaned_data",), "serializer": ("validated_data", "initial_data"), "body": ()}


def unused(
    solver: Solver, names: Names, collections: Sequence[CollectionFact], flows: Sequence[FlowFact]
) -> list[UnusedFact]:
    """One fact for each collected thing that is read nowhere, in the order of ``collections``."""
    judge = _Judge(solver, names, flows)
    out = []
    for fact in collections:
        if fact.data_type in _NOT_JUDGED or (fact.how != "request" and _REPEATED.search(fact.name)):
            continue
        outcome = judge.request(fact) if fact.how == "request" else judge.field(fact)
        if outcome is not None and not outcome.read():
            judge.followed(fact, outcome)
        if outcome is not None and not outcome.read():
            places = tuple(Step(site, words) for site, words in sorted(outcome.places.items()) if site != fact.site)
            out.append(UnusedFact(fact, _WORDS[outcome.fate], places, judge.rendered))
    return out


def demanded(solver: Solver, names: Names, collections: Sequence[CollectionFact]) -> list[CollectionFact]:
    """The same facts; a look-up without which the request is refused is required, however it is written."""
    judge = _Judge(solver, names, ())
    out = []
    for fact in collections:
        asked = fact.how == "request" and not fact.required and judge.is_demanded(fact)
        out.append(replace(fact, required=True) if asked else fact)
    return out


class _Judge:
    """Finds the value of a fact in the code, and asks what becomes of it."""

    def __init__(self, solver: Solver, names: Names, flows: Sequence[FlowFact]) -> None:
        self._solver = solver
        self._names = names
        sinks = {flow.target.site: flow.target.kind for flow in flows}
        self._flows: dict[Site, list[FlowFact]] = {}
        for flow in flows:
            self._flows.setdefault(flow.origin.site, []).append(flow)
        self._fates = Fates(names, solver.records, solver.catalog, sinks)
        self._handing = solver.handing
        self._catalog: Catalog = solver.catalog
        program = solver.program
        self._modules = {module.path: module for module in program.modules}
        self._classes = {
            Site(program.modules[c.module].path, field.n): c.id for c in program.classes for field in c.fields.values()
        }
        self._at: dict[str, dict[int, list[tuple[int, o.Op]]]] = {}
        self._parameters: dict[int, set[int]] | None = None
        self._mentions: dict[str, list[tuple[int, o.Call | o.LoadName]]] | None = None
        self._instances_memo: Instances | None = None
        self.rendered = False  # whether templates may show the last record that was asked for

    @property
    def _instances(self) -> Instances:
        if self._instances_memo is None:
            self._instances_memo = Instances(self._names)
        return self._instances_memo

    def followed(self, fact: CollectionFact, out: Outcome) -> None:
        """Where the data itself was seen to be sent or stored, in whatever it was put."""
        for flow in self._flows.get(fact.site, ()):
            if out.fate < fate_in(flow.target.kind) < Fate.READ:
                arrived(flow.target.site, flow.target.kind, out)

    # -- look-ups in requests and parameters ---------------------------------------------------------------------

    def request(self, fact: CollectionFact) -> Outcome | None:
        """What becomes of a value that is looked up in a request, or None where that cannot be told."""
        self.rendered = False
        out = Outcome()
        auxiliary = fact.site.path in self._names.auxiliary_paths
        found = list(self._lookups(fact))
        if any(self._is_part(function, fact.site) for function, _ in found):
            return None
        for function, reg in found:
            self._fates.follow(function, reg, None, fact.name, out)
            for access in self._names.accesses_in(fact.name, function):  # looked up twice, used once
                self._fates.follow(access.function, access.reg, None, fact.name, out)
        if found:
            if out.fate is Fate.TESTED:  # here; what is looked up elsewhere under the name may be the same
                self._fates.of_name(fact.name, out, auxiliary)
            return out
        return self._parameter(fact, out) if not auxiliary else None

    def _is_part(self, function: int, site: Site) -> bool:
        """Whether what is looked up goes on with all the rest: in validated data, in a request that is passed on."""
        code = self._names.code(function)
        for _, op in self._ops(site):
            text = _holder(code, op)
            if text.rpartition(".")[2] in words.VALIDATED or text == "self.data":
                return True
            if text and any(
                code.origin(arg.reg) == text and not self._reads_keys_alone(function, call, arg)
                for call in code.made.values()
                if isinstance(call, o.Call)
                for arg in call.args
            ):
                return True
        return False

    def _reads_keys_alone(self, function: int, call: o.Call, arg: o.Arg) -> bool:
        """Whether the functions that a mapping is handed to take single items of it, and do nothing else with it."""
        callees = self._solver.call_edges.get((function, call.n), ())
        place = call.args.index(arg)
        return bool(callees) and all(self._takes_items(callee, place, arg.label) for callee in callees)

    def _takes_items(self, number: int, place: int, label: str | None) -> bool:
        function, code = self._solver.program.functions[number], self._names.code(number)
        params = [param.name for param in function.ir.params][1 if function.method_kind in ("method", "class") else 0 :]
        name = label if label in params else params[place] if label is None and place < len(params) else None
        reads = [op for op in code.made.values() if isinstance(op, o.LoadName) and op.slot == name]
        uses = [(op.dst, use) for op in reads for use in code.uses.get(op.dst, ())]
        return name is not None and all(
            (isinstance(use, o.LoadItem) and use.obj == reg) or (isinstance(use, o.LoadAttr) and use.name == "get")
            for reg, use in uses
        )

    def is_demanded(self, fact: CollectionFact) -> bool:
        """Whether a look-up's function refuses the request where the value is missing."""
        for function, op in self._ops(fact.site):
            code = self._names.code(function)
            if isinstance(op, o.Call) and is_demanded(code, op.dst, fact.name, _holder(code, op)):
                return True
        return False

    def _lookups(self, fact: CollectionFact) -> Iterator[tuple[int, int]]:
        for function, op in self._ops(fact.site):
            if isinstance(op, (o.LoadItem | o.LoadAttr, o.Call)):
                yield function, op.dst

    def _parameter(self, fact: CollectionFact, out: Outcome) -> Outcome | None:
        module = self._modules.get(fact.site.path)
        for number in module.functions if module is not None else ():
            function = self._solver.program.functions[number]
            for param in function.ir.params:
                if param.n == fact.site.node and param.name == fact.name:
                    if _is_stub(function.ir.blocks) or self._in_route(function.module, param.name):
                        return None
                    self._fates.of_parameter(number, param.name, None, fact.name, out)
                    return out
        return None

    def _in_route(self, module: int, name: str) -> bool:
        """Whether the parameter is a part of an address, which is there whether it is used or not."""
        path = re.compile(r"[<{:]" + re.escape(name) + r"[>}:]|:" + re.escape(name) + r">")
        for function in self._solver.program.modules[module].functions:
            code = self._names.code(function)
            if any(
                isinstance(op, o.Const) and isinstance(op.value, str) and path.search(op.value)
                for op in code.made.values()
            ):
                return True
        return False

    def _ops(self, site: Site) -> list[tuple[int, o.Op]]:
        known = self._at.get(site.path)
        if known is None:
            known = self._at[site.path] = {}
            module = self._modules.get(site.path)
            for number in module.functions if module is not None else ():
                for op in self._names.code(number).made.values():
                    known.setdefault(op.n, []).append((number, op))
        return known.get(site.node, [])

    # -- fields of records ---------------------------------------------------------------------------------------

    def field(self, fact: CollectionFact) -> Outcome | None:
        """What becomes of a field of a form, serializer, body or table."""
        self.rendered = False
        cls = self._classes.get(fact.site)
        if cls is None or not self._is_taken_in(cls, fact.how):
            return None
        auxiliary = fact.site.path in self._names.auxiliary_paths
        out = Outcome()
        self._fates.of_name(fact.name, out, auxiliary)
        if fact.how == "model" and not out.read():
            self._shown_by_schema(fact, out)
        if not out.read():
            self._as_whole(cls, fact, out)
        return out

    def _is_taken_in(self, cls: int, how: str) -> bool:
        """Whether the record is seen to be filled by a user: a schema may as well describe what is given out."""
        if how == "serializer":
            return self._constructed_with(cls) == {"data"} or self._only_loaded(cls)
        if how != "body":
            return True
        if self._parameters is None:
            self._parameters = self._annotated()
        program = self._solver.program
        family = {cls, *program.subclasses.get(cls, ())}
        given_out = any(each in self._parameters.get(1, ()) for each in family)
        taken = any(each in self._parameters.get(0, ()) for each in family)
        return not given_out and (taken or self._filled_by_request(cls))

    def _only_loaded(self, cls: int) -> bool:
        """``SignUpSchema().load(request.json)``, and nothing else with it: marshmallow's schemas go both ways."""
        name = self._solver.program.classes[cls].name
        loaded = self._instances.loaded[name]
        return loaded > 0 and loaded == self._instances.made[name]

    def _filled_by_request(self, cls: int) -> bool:
        """``SignUp(**request.json)``, ``SignUp.model_validate(request.json)``: all that is made of it is."""
        name = self._solver.program.classes[cls].name
        filled = False
        for number, op in self._instances.calls.get(name, ()):
            code = self._names.code(number)
            whole = op.text.endswith((f"{name}.model_validate", f"{name}.parse_obj"))
            of_request = [
                arg
                for arg in op.args
                if (arg.label == "**" or (whole and arg.label is None)) and _SENT.search(code.origin(arg.reg))
            ]
            if not of_request:
                return False
            filled = True
        return filled

    def _annotated(self) -> dict[int, set[int]]:
        """Classes that parameters are annotated with (0), and those that are returned or declared as a response (1)."""
        program = self._solver.program
        out: dict[int, set[int]] = {0: set(), 1: set()}
        for function in program.functions:
            module = program.modules[function.module]
            for param in function.ir.params:
                out[0] |= _classes_of(self._solver, module.number, param.annotation)
            if function.ir.decorators:
                out[1] |= _classes_of(self._solver, module.number, function.ir.returns)
            for op in (op for block in function.ir.blocks for op in block.ops):
                for arg in op.args if isinstance(op, o.Call) else ():
                    if arg.label in ("response_model", "response"):
                        entity = program.lookup(module, self._names.code(function.id).text(arg.reg))
                        if entity is not None and entity.kind == "class":
                            out[1].add(entity.number)
        for cls in program.classes:  # what a record holds goes where the record goes
            for field in cls.fields.values():
                if cls.id in out[1]:
                    out[1] |= _classes_of(self._solver, cls.module, field.annotation)
                if cls.id in out[0]:
                    out[0] |= _classes_of(self._solver, cls.module, field.annotation)
        return out

    def _constructed_with(self, cls: int) -> set[str]:
        """The keywords with which a serializer is made, of those that say what it is made for."""
        found: set[str] = set()
        for number, op in self._mentioned().get(self._solver.program.classes[cls].name, ()):
            if isinstance(op, o.Call):
                labels = {arg.label for arg in op.args}
                found.add("data" if "data" in labels and None not in labels else "instance")
            else:
                uses = self._names.code(number).uses.get(op.dst, ())
                if not all(isinstance(use, o.Call) and use.func == op.dst for use in uses):
                    found.add("instance")
        return found

    def _mentioned(self) -> dict[str, list[tuple[int, o.Call | o.LoadName]]]:
        """Calls of what is called like a class, and look-ups of such names; each with the function that it is in."""
        if self._mentions is None:
            program = self._solver.program
            names = {cls.name for cls in program.classes}
            out: dict[str, list[tuple[int, o.Call | o.LoadName]]] = {name: [] for name in names}
            for function in program.functions:
                for block in function.ir.blocks:
                    for op in block.ops:
                        if isinstance(op, o.LoadName):
                            if op.slot in names:
                                out[op.slot].append((function.id, op))
                        elif isinstance(op, o.Call) and (name := op.text.rpartition(".")[2]) in names:
                            out[name].append((function.id, op))
            self._mentions = out
        return self._mentions

    def _shown_by_schema(self, fact: CollectionFact, out: Outcome) -> None:
        """A column that a serializer or an outgoing schema names is given out."""
        for cls in self._solver.program.classes:
            kind = self._solver.records.kind(cls.id) if fact.name in cls.fields else None
            if kind in ("serializer", "body") and not _INPUT.search(cls.name):
                out.add(Fate.READ)

    def _as_whole(self, cls: int, fact: CollectionFact, out: Outcome) -> None:
        program = self._solver.program
        bases = {base.rpartition(".")[2] for base in program.external_bases(cls)}
        if bases & set(_SAVED_BY_FRAMEWORK) and self._is_kept(cls, fact.name):
            out.add(Fate.STORED)
        if fact.how == "model":
            self._generic(cls, out)
        for name in _MAPPINGS.get(fact.how, ()):
            for access in self._names.accesses.get(name, ()):
                self._fates.follow(access.function, access.reg, fact.name, fact.name, out)
            for function in self._names.taking(name):
                self._fates.of_parameter(function, name, fact.name, fact.name, out)
        family = [cls, *program.classes[cls].mro, *program.subclasses.get(cls, ())]
        for each in dict.fromkeys(family):
            for handed in self._handing.of(each):
                kept = handed.name not in words.KEEPS or self._is_kept(each, fact.name)
                if not out.read() and kept and handed.call.path not in self._names.auxiliary_paths:
                    self._handed(handed, fact, out)

    def _is_kept(self, cls: int, name: str) -> bool:
        """Whether the table that a form of a model is saved to has a column of that name."""
        model = self._solver.records.linked(cls, "Meta.model")
        return model < 0 or name in self._solver.records.names(model)

    def _generic(self, cls: int, out: Outcome) -> None:
        """Tables that are shown or exported by what the framework knows of their columns."""
        name = self._solver.program.classes[cls].name
        for each in _GENERIC:
            if any(not self._names.is_auxiliary(access.function) for access in self._names.accesses.get(each, ())):
                out.add(Fate.STORED)
                return
        for store in self._names.stores.get("model", ()):
            if not self._names.is_auxiliary(store.function):
                out.add(Fate.STORED)
        for function in self._names.functions.get("register", ()):
            if name:
                out.add(Fate.STORED if function >= 0 else Fate.NOTHING)

    def _handed(self, handed: Handed, fact: CollectionFact, out: Outcome) -> None:
        kind = self._fates.sink(handed.argument)
        if handed.name in (words.OWN_NEUTRAL if handed.method else words.NEUTRAL):
            return
        if handed.name in words.MAKES:
            for function, op in self._ops(handed.call):
                if isinstance(op, o.Call):
                    self._fates.follow(function, op.dst, fact.name, fact.name, out)
        elif handed.name in words.KEEPS:
            out.add(Fate.STORED, handed.argument, "the whole is stored here")
        elif handed.name in _RENDERS:
            self.rendered = True
        elif kind in ("http", "sdk", "queue", "log", "console"):
            out.add(Fate.PASSED, handed.argument, f"the whole is passed on here ({kind})")
        elif not handed.method:
            out.add(Fate.READ)
        elif handed.name not in ("get", "filter", "all"):
            out.add(Fate.READ if fact.how == "body" else Fate.TESTED)


def _holder(code: Code, op: o.Op) -> str:
    """The text of what a look-up looks in."""
    holder = op.obj if isinstance(op, o.LoadItem | o.LoadAttr) else -1
    if isinstance(op, o.Call):
        method = code.made.get(op.func)
        holder = method.obj if isinstance(method, o.LoadAttr) else -1
    return code.origin(holder) if holder >= 0 else ""


def _classes_of(solver: Solver, module: int, annotation: o.TypeRef | None) -> set[int]:
    """The classes of the program that an annotation names, at any depth."""
    out: set[int] = set()
    todo = [annotation] if annotation is not None else []
    while todo and len(out) < 20:
        ref = todo.pop()
        todo.extend(ref.args)
        entity = solver.program.resolve_type(solver.program.modules[module], ref.name) if ref.name else None
        if entity is not None and entity.kind == "class":
            out.add(entity.number)
    return out


def _is_stub(blocks: Sequence[object]) -> bool:
    """Whether a function does nothing: it declares what others do."""
    ops = [op for block in blocks for op in getattr(block, "ops", ())]
    return all(isinstance(op, o.Const | o.LoadName | o.Call) for op in ops) and len(ops) <= 3
