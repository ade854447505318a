"""What rule packs say of a call: is it a source, a sink, a sanitizer; what does its result carry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from privlint.catalog.catalog import Catalog
from privlint.catalog.index import CallRules
from privlint.catalog.paths import match_path
from privlint.flow import sources
from privlint.flow.access import store
from privlint.flow.addresses import connected
from privlint.flow.arguments import Arguments
from privlint.flow.conditions import hold
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import QUERY, element
from privlint.flow.masks import SALTED, salted_at
from privlint.flow.routes import as_class, may_be
from privlint.flow.scrubbers import configured
from privlint.flow.sinks import report_call
from privlint.flow.values import (
    FRESH,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Hop,
    Inst,
    Mark,
    Obj,
    Opaque,
    Value,
    is_constant,
    join_all,
    of,
    only_marks,
    order,
    protect,
    step,
    with_marks,
)
from privlint.flow.wholes import collect, taken_along
from privlint.model.data import Confidence, Protection
from privlint.model.rules import ArgSpec, CallPattern, TypeRule

_MANAGERS = ("django.db.models.Manager", "django.db.models.QuerySet")


class Callee(NamedTuple):
    """The callee of a call as it is written and where it was read from."""

    n: int
    text: str
    attribute: str
    receiver: Value | None
    receiver_name: str

    @property
    def last(self) -> str:
        """The last part of the name as written."""
        return self.attribute or self.text.rpartition(".")[2]

    @property
    def shown(self) -> str:
        """The callee as a person would name it."""
        return self.text or (f"{self.receiver_name}.{self.attribute}" if self.receiver_name else self.attribute)


class Verdict:
    """What the rules say of one call: what its result carries, and whether they say anything of it."""

    def __init__(self) -> None:
        self.marks: dict[Mark, Hop | None] = {}
        self.decided = False  # a rule says what the result carries
        self.known = False  # a rule speaks of the call at all
        self.sunk = False  # the call is a sink: what it gives back is of its own making
        self.protection: Protection | None = None
        self.traits: frozenset[Atom] = frozenset()  # addresses and traits of the result
        self.parts: dict[str, dict[Mark, Hop | None]] = {}  # parts of what the call makes

    def add(self, marks: Mapping[Mark, Hop | None]) -> None:
        """The result carries these marks."""
        for mark, way in marks.items():
            self.marks.setdefault(mark, way)

    def result(self, fr: Frame, n: int, parts: Sequence[Value]) -> Value:
        """The result of the call at ``n``: what its possible callees give, as the rules correct it."""
        value = join_all(parts)
        if self.parts and not any(isinstance(a, Obj) for a in value.atoms):
            type_ = next((a.type for a in sorted(value.atoms, key=order) if isinstance(a, Inst)), "")
            made = fr.allocate(n, Object("inst", type_=type_), "made")
            value = Value(value.atoms - {Inst(type_)} | {made}, value.marks)
        for part, marks in self.parts.items():
            store(fr, value, f".{part}", only_marks(marks))
        if self.traits:
            value = Value(value.atoms | self.traits, value.marks)
        if self.protection is not None:
            kept = {m: w for m, w in value.marks.items() if m.protection >= self.protection}
            value = Value(frozenset(a for a in value.atoms if not isinstance(a, Obj) or _is_empty(fr, a)), kept)
        return with_marks(value, self.marks)


def _is_empty(fr: Frame, atom: Obj) -> bool:
    """Whether an object is one that a library has just made, with nothing in it: a hash, to be fed."""
    obj = fr.object(atom.id)
    return obj.cls < 0 and bool(obj.type) and not obj.fields


class Candidates(NamedTuple):
    """The names a callee goes by: dotted paths, owners of the method, owners that only a variable's name tells; and
    whether it is a function whose code is seen."""

    paths: frozenset[str]
    owners: frozenset[str]
    guessed: frozenset[str]
    seen: bool


class Library:
    """The catalogue as the interpreter asks it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._orders: dict[str, tuple[TypeRule, ...]] = {}
        self.frames: dict[str, str] = {}  # type -> the data frame that it is, "" for other types
        self.symbols: dict[str, Value] = {}  # the values of symbols by dotted path, once they were asked for
        self.attributes: dict[tuple[str, str], Value] = {}  # type and name -> the attribute of an instance

    def has_type(self, path: str) -> bool:
        """Whether the catalogue knows the type."""
        return path in self.catalog.index.types

    def type_order(self, path: str) -> tuple[TypeRule, ...]:
        """The rules of a type and its bases, nearest first."""
        found = self._orders.get(path)
        if found is None:
            out: list[TypeRule] = []
            todo = [path]
            while todo and len(out) < 20:
                rule = self.catalog.index.types.get(todo.pop(0))
                if rule is not None and rule not in out:
                    out.append(rule)
                    todo.extend(rule.bases)
            found = tuple(out)
            self._orders[path] = found
        return found

    # -- rules ---------------------------------------------------------------------------------------------------

    def judge(self, fr: Frame, callee: Callee, func: Value, args: Arguments) -> Verdict:
        """Apply all rules that speak of a call."""
        verdict = Verdict()
        names = {callee.last} | last_names(fr, func)
        found = [rules for name in sorted(names) if name and (rules := self.catalog.calls_named(name)) is not None]
        for atom in func.ordered:
            if isinstance(atom, Ext):
                found += self.catalog.calls_below(atom.path)
        if not found:
            return verdict
        candidates = self.candidates(fr, callee, func)
        for rules in found:
            self._apply(fr, callee, args, rules, candidates, names, verdict)
        return verdict

    def _apply(
        self,
        fr: Frame,
        callee: Callee,
        args: Arguments,
        rules: CallRules,
        candidates: Candidates,
        names: set[str],
        verdict: Verdict,
    ) -> None:
        done: set[int] = set()
        deep = taken_along(callee.last)
        for pattern, sink in rules.sinks:
            sure = self.matches(pattern, callee, candidates, names)
            if sure is not None and id(sink) not in done:
                done.add(id(sink))
                verdict.known = verdict.sunk = True
                report_call(fr, callee, args, sink, min(sure, sink.confidence), seen=candidates.seen)
        for pattern, source in rules.sources:
            if self.matches(pattern, callee, candidates, names) is not None:
                verdict.known = True
                verdict.add(sources.of_call(fr, callee, args, source))
        for pattern, sanitizer in rules.sanitizers:
            if sanitizer.guard or self.matches(pattern, callee, candidates, names) is None:
                continue
            if not hold(fr, callee.receiver, args, sanitizer.when, sanitizer.unless):
                continue
            verdict.decided = True
            if sanitizer.fresh:
                verdict.traits |= {FRESH}
            given = chosen(fr, callee, args, sanitizer.args)
            protection = sanitizer.protection
            if protection is Protection.PSEUDONYMISED_WEAK and any(salted_at(fr, value, n) for value, n, _ in given):
                protection = Protection.PSEUDONYMISED
                verdict.traits |= {SALTED}
            if verdict.protection is None or protection > verdict.protection:
                verdict.protection = protection
            for value, _, _ in given:
                marks = step(collect(fr, value, deep), fr.site(callee.n), "protect", callee.shown)
                verdict.add(protect(marks, protection))
        for pattern, propagator in rules.propagators:
            if self.matches(pattern, callee, candidates, names) is None:
                continue
            if not hold(fr, callee.receiver, args, propagator.when, propagator.unless):
                continue
            given = chosen(fr, callee, args, propagator.source)
            marks = {}
            for value, _, _ in given:
                marks.update(collect(fr, value, deep))
            marks = dict(step(marks, fr.site(callee.n), "through", callee.shown))
            if propagator.part:
                verdict.decided = True
                verdict.parts.setdefault(propagator.part, {}).update(marks)
            elif propagator.to == "result":
                verdict.decided = True
                verdict.add(marks)
                if propagator.source.all and given and all(is_constant(value) for value, _, _ in given):
                    verdict.traits |= given[0][0].atoms
            elif propagator.to == "receiver" and callee.receiver is not None:
                _pour(fr, callee.receiver, marks)
            elif propagator.to_arg is not None:
                for value, _, _ in chosen(fr, callee, args, propagator.to_arg):
                    _pour(fr, value, marks)

        for pattern, connection in rules.connections:
            if self.matches(pattern, callee, candidates, names) is not None:
                verdict.traits |= connected(fr, callee, args, connection)
        for pattern, scrubber in rules.scrubbers:
            if self.matches(pattern, callee, candidates, names) is not None:
                configured(fr, callee, args, scrubber)

    def matches(
        self, pattern: CallPattern, callee: Callee, candidates: Candidates, names: set[str]
    ) -> Confidence | None:
        """How sure it is that a pattern means this call, or None."""
        if pattern.kind == "name":
            return Confidence.HIGH if _among(pattern.path, names) else None
        if pattern.kind == "function":
            return Confidence.HIGH if _among(pattern.path, candidates.paths) else None
        owner, _, method = pattern.path.rpartition(".")
        if owner in ("*", "**"):
            return Confidence.MEDIUM if callee.attribute and match_path(method, callee.attribute) else None
        if _among(pattern.path, candidates.paths):
            return Confidence.HIGH
        if not callee.attribute or not match_path(method, callee.attribute):
            return None
        owners = candidates.owners
        if owners and (_among(owner, owners) or any(own.rpartition(".")[2] == owner for own in owners)):
            return Confidence.HIGH
        guessed = owner in candidates.guessed or may_be(owner, callee.receiver_name, owners)
        return Confidence.MEDIUM if guessed else None

    def candidates(self, fr: Frame, callee: Callee, func: Value) -> Candidates:
        """The names that the callee of a call goes by."""
        paths: set[str] = set()
        owners: set[str] = set()
        guessed: set[str] = set()
        for atom in func.ordered:
            if isinstance(atom, Ext):
                paths.add(atom.path)
                paths.add(atom.path.removeprefix("builtins."))
                owner, _, method = atom.path.rpartition(".")
                if owner.startswith(QUERY):  # a model's manager, of whichever mapper
                    owners.update(_MANAGERS)
                for rule in self.type_order(owner):
                    owners.update((rule.name, *rule.aliases))
                    paths.update(f"{name}.{method}" for name in (rule.name, *rule.aliases))
                for rule in self.type_order(atom.path):
                    paths.update((rule.name, *rule.aliases))
            elif isinstance(atom, Func | Bound):
                paths.update(function_paths(fr, atom.func.fn if isinstance(atom, Bound) else atom.fn))
                if isinstance(atom, Bound):
                    owners.update(class_names(fr, Value(frozenset((atom.self,)))))
            elif isinstance(atom, Cls):
                paths.update(class_names(fr, of(atom)))
            elif type_ := _called_type(fr, atom):
                for rule in self.type_order(type_):
                    paths.update(f"{name}.__call__" for name in (rule.name, *rule.aliases))
        if callee.receiver is not None:
            owners.update(class_names(fr, callee.receiver))
            for atom in callee.receiver.ordered:
                if isinstance(atom, Func):  # a task: what its decorators made of it
                    owners.update(fr.solver.decorator_paths(fr.program.functions[atom.fn]))
                if isinstance(atom, Inst):
                    for rule in self.type_order(atom.type):
                        owners.update((rule.name, *rule.aliases))
                    owners.add(atom.type)
                    if atom.type.endswith("()"):
                        owners.update((atom.type.removesuffix("()"), _made_type(atom.type)))
                elif isinstance(atom, Ext):
                    owners.update((atom.path, as_class(atom.path)))
            if not any(self.type_order(own) for own in owners) and not class_names(fr, callee.receiver):
                typed = self.catalog.index.named.get(callee.receiver_name)
                for rule in self.type_order(typed) if typed else ():
                    guessed.update((rule.name, *rule.aliases))
        paths.update([f"{owner}.{callee.attribute}" for owner in owners if callee.attribute])
        seen = any(isinstance(atom, Func | Bound) for atom in func.atoms)
        return Candidates(frozenset(paths), frozenset(owners), frozenset(guessed), seen)


def _made_type(path: str) -> str:
    """The class that a call's result is of, as libraries call it: ``sqlite3.connect().cursor()`` gives a ``Cursor``."""
    top, _, last = path.replace("()", "").partition(".")
    name = last.rpartition(".")[2]
    return f"{top}.{name if name[:1].isupper() else name.capitalize()}"


def _among(pattern: str, paths: Collection[str]) -> bool:
    """Whether one of the dotted paths is meant by a pattern."""
    if "*" not in pattern:
        return pattern in paths
    return any(match_path(pattern, path) for path in paths)


def last_names(fr: Frame, func: Value) -> set[str]:
    out: set[str] = set()
    for atom in func.ordered:
        if isinstance(atom, Ext):
            out.add(atom.path.rpartition(".")[2])
        elif isinstance(atom, Func | Bound):
            out.add(fr.program.functions[atom.func.fn if isinstance(atom, Bound) else atom.fn].ir.name)
        elif isinstance(atom, Cls):
            out.add(fr.program.classes[atom.cls].name)
            out.update(base.rpartition(".")[2] for base in fr.program.external_bases(atom.cls))
        elif _called_type(fr, atom):
            out.add("__call__")
    return out


def function_paths(fr: Frame, fn: int) -> Iterator[str]:
    """The dotted names of a function of the program: its own, and as a method of each class that has it."""
    function = fr.program.functions[fn]
    yield function.dotted
    if function.cls >= 0:
        cls = fr.program.classes[function.cls]
        yield f"{cls.name}.{function.ir.name}"
        for base in fr.program.external_bases(function.cls):
            yield f"{base}.{function.ir.name}"


def _called_type(fr: Frame, atom: Atom) -> str:
    """The library type of an instance that is itself called: ``say("hello")``."""
    if isinstance(atom, Obj):
        return fr.object(atom.id).type
    return atom.type if isinstance(atom, Inst) else ""


def class_names(fr: Frame, value: Value) -> set[str]:
    out: set[str] = set()
    for atom in value.ordered:
        cls, type_ = -1, ""
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            cls, type_ = obj.cls, obj.type
        elif isinstance(atom, Opaque | Cls):
            cls = atom.cls
        if cls >= 0:
            for base in fr.program.classes[cls].mro:
                out.update((fr.program.classes[base].dotted, fr.program.classes[base].name))
            for external in fr.program.external_bases(cls):
                out.add(external)
                for rule in fr.solver.library.type_order(external):
                    out.update((rule.name, *rule.aliases))
        if type_:
            out.add(type_)
            for rule in fr.solver.library.type_order(type_):
                out.update((rule.name, *rule.aliases))
    return out


def chosen(fr: Frame, callee: Callee, args: Arguments, spec: ArgSpec) -> list[tuple[Value, int, str]]:
    """The arguments that a rule means: value, node, and the argument in words."""
    out: list[tuple[Value, int, str]] = []
    if spec.receiver and callee.receiver is not None:
        out.append((callee.receiver, callee.n, "self"))
    if spec.all:
        out += [(value, n, str(i + 1)) for i, (value, n) in enumerate(args.positional)]
        out += [(value, n, name) for name, (value, n) in args.keywords.items()]
        out += [(value, n, "**") for value, n in args.mappings]
        if args.star is not None:
            out.append((args.star[0], args.star[1], "*"))
        return out
    positions = list(spec.positions)
    if spec.rest >= 0:
        positions += range(spec.rest, max(len(args.positional), spec.rest))
        if args.star is not None:
            out.append((element(fr, args.star[0]), args.star[1], "*"))
    for position in dict.fromkeys(positions):
        found = args.at(fr, position)
        if found is not None:
            out.append((*found, str(position + 1)))
    for name in spec.names:
        found = args.at(fr, -1, name)
        if found is not None:
            out.append((*found, name))
    return out


def _pour(fr: Frame, target: Value, marks: Mapping[Mark, Hop | None]) -> None:
    if marks:
        store(fr, target, "[*]", only_marks(dict(marks)), strong=False)
