"""Which rules speak of a call: the names that its callee goes by, and the patterns that mean one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from privlint.catalog.catalog import Catalog
from privlint.catalog.index import CallRules
from privlint.catalog.paths import match_path
from privlint.flow.frame import Frame
from privlint.flow.items import QUERY
from privlint.flow.routes import as_class, may_be
from privlint.flow.values import Atom, Bound, Cls, Ext, Func, Inst, Obj, Opaque, Value, of
from privlint.model.data import Confidence
from privlint.model.rules import (
    CallPattern,
    ConnectionRule,
    PropagatorRule,
    SanitizerRule,
    ScrubberRule,
    SinkRule,
    SourceRule,
    TypeRule,
)

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


class Candidates(NamedTuple):
    """The names a callee goes by: dotted paths, owners of the method, owners that only a variable's name tells; and
    whether it is a function whose code is seen."""

    paths: frozenset[str]
    owners: frozenset[str]
    guessed: frozenset[str]
    seen: bool


class Spoken(NamedTuple):
    """The rules of one name that speak of a callee; whether that is a function whose code is seen."""

    sinks: tuple[tuple[SinkRule, Confidence], ...]
    sources: tuple[SourceRule, ...]
    sanitizers: tuple[SanitizerRule, ...]
    propagators: tuple[PropagatorRule, ...]
    connections: tuple[ConnectionRule, ...]
    scrubbers: tuple[ScrubberRule, ...]
    seen: bool


class Matcher:
    """The rules about calls, by what the callee is."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._orders: dict[str, tuple[TypeRule, ...]] = {}
        self._spoken: dict[tuple[object, ...], tuple[Spoken, ...]] = {}  # what a callee is -> what is said of it

    def has_type(self, path: str) -> bool:
        """Whether the catalogue knows the type."""
        return path in self.catalog.index.types

    def is_itself(self, type_: str, name: str) -> bool:
        """Whether an object of a type stands for what it has under that name: a workbook for its sheets."""
        return any(given == (name, "self") for rule in self.type_order(type_) for given in rule.attributes)

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

    def speaking(
        self, fr: Frame, callee: Callee, func: Value, names: set[str], found: Sequence[CallRules]
    ) -> Sequence[Spoken]:
        """What of the rules found by name speaks of a callee; asked once for what the callee is."""
        receiver = None if callee.receiver is None else _identity(fr, callee.receiver)
        key = (callee.last, callee.attribute, callee.receiver_name, _identity(fr, func), receiver)
        known = self._spoken.get(key)
        if known is None:
            candidates = self.candidates(fr, callee, func)
            every = [self._meant(callee, rules, candidates, names) for rules in found]
            known = self._spoken[key] = tuple(spoken for spoken in every if any(spoken[:-1]))
        return known

    def _meant(self, callee: Callee, rules: CallRules, candidates: Candidates, names: set[str]) -> Spoken:
        def meant(pattern: CallPattern) -> bool:
            return self.matches(pattern, callee, candidates, names) is not None

        sinks: dict[int, tuple[SinkRule, Confidence]] = {}
        matched = [(pattern, sink, self.matches(pattern, callee, candidates, names)) for pattern, sink in rules.sinks]
        named = any(sure is Confidence.HIGH for _, _, sure in matched)
        for pattern, sink, sure in matched:
            if named and sink.recipient and pattern.path.startswith("*."):
                continue  # whose method it is, is known: nobody is guessed by its name alone
            if sure is not None:
                sinks.setdefault(id(sink), (sink, min(sure, sink.confidence)))
        return Spoken(
            tuple(sinks.values()),
            tuple(rule for pattern, rule in rules.sources if meant(pattern)),
            tuple(rule for pattern, rule in rules.sanitizers if not rule.guard and meant(pattern)),
            tuple(rule for pattern, rule in rules.propagators if meant(pattern)),
            tuple(rule for pattern, rule in rules.connections if meant(pattern)),
            tuple(rule for pattern, rule in rules.scrubbers if meant(pattern)),
            candidates.seen,
        )

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


def _identity(fr: Frame, value: Value) -> tuple[object, ...]:
    """What a value is, as far as ``candidates`` looks at it."""
    out: list[object] = []
    for atom in value.ordered:
        bound = atom if isinstance(atom, Bound) else None
        inner = bound.self if bound is not None else atom
        if isinstance(inner, Obj):
            obj = fr.object(inner.id)
            what: tuple[object, ...] = ("of", obj.cls, obj.type)
        elif isinstance(inner, Func):
            what = ("function", inner.fn)
        elif isinstance(inner, Cls | Opaque):
            what = (type(inner), inner.cls)
        elif isinstance(inner, Ext | Inst):
            what = (type(inner), inner[0])
        elif bound is None:
            continue
        else:
            what = (type(inner),)
        out.append(what if bound is None else (bound.func.fn, *what))
    return tuple(out)


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
                    out.update((rule.name, *rule.aliases, *rule.bases))
        if type_:
            out.add(type_)
            for rule in fr.solver.library.type_order(type_):
                out.update((rule.name, *rule.aliases))
    return out
