"""Code that is not there: what rule packs say of a call, and what is assumed where they say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from privlint.catalog.catalog import Catalog
from privlint.catalog.index import CallRules
from privlint.catalog.paths import match_path
from privlint.flow import containers, sources
from privlint.flow.calls import Arguments, call_value
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.objects import QUERY, collect, element, item, store
from privlint.flow.sinks import report_call
from privlint.flow.values import (
    SCALAR,
    UNKNOWN,
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
    join,
    join_all,
    of,
    only_marks,
    protect,
    step,
    strings,
    weaken,
    with_marks,
)
from privlint.model.data import Confidence, Protection
from privlint.model.rules import ArgSpec, CallPattern, TypeRule

# Calls that find or act by what they are given and hand back something else: the key is not in the result.
_LOOKUP = re.compile(
    r"(get|find|filter|exists|has|is|can|should|check|verify|validate|lookup|query|select|search|count|delete|remove|"
    r"exclude|fetch|load|authenticate|create|save|update|register|send|notify|publish|post|put|patch|add|set|insert|"
    r"log|write|emit|record|track|raise|assert|ensure|exec|execute|scan|list|len|contains|match|compare|open|connect|"
    r"login|logout|order|sort|render|redirect|reverse|url)(_|[A-Z]|s?$)|^_?(get|find)\b"
)
_CALLBACK_MAPS = frozenset({"map", "starmap", "imap", "imap_unordered", "map_async", "amap", "apply", "applymap"})


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

    def add(self, marks: Mapping[Mark, Hop | None]) -> None:
        """The result carries these marks."""
        for mark, way in marks.items():
            self.marks.setdefault(mark, way)

    def result(self, parts: Sequence[Value]) -> Value:
        """The call's result: what its possible callees give, as the rules correct it."""
        value = join_all(parts)
        if self.protection is not None:
            kept = {m: w for m, w in value.marks.items() if m.protection >= self.protection}
            value = Value(frozenset(a for a in value.atoms if not isinstance(a, Obj)), kept)
        return with_marks(value, self.marks)


class Candidates(NamedTuple):
    """The names a callee goes by: full dotted paths, owners of the method, and whether only a variable's name says so."""

    paths: frozenset[str]
    owners: frozenset[str]
    guessed: frozenset[str]


class Library:
    """The catalogue as the interpreter asks it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._orders: dict[str, tuple[TypeRule, ...]] = {}

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
        names = {callee.last} | _last_names(fr, func)
        found = [rules for name in sorted(names) if name and (rules := self.catalog.calls_named(name)) is not None]
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
        for pattern, sink in rules.sinks:
            sure = self.matches(pattern, callee, candidates, names)
            if sure is not None and id(sink) not in done:
                done.add(id(sink))
                verdict.known = verdict.sunk = True
                report_call(fr, callee, args, sink, min(sure, sink.confidence))
        for pattern, source in rules.sources:
            if self.matches(pattern, callee, candidates, names) is not None:
                verdict.known = True
                verdict.add(sources.of_call(fr, callee, args, source))
        for pattern, sanitizer in rules.sanitizers:
            if sanitizer.guard or self.matches(pattern, callee, candidates, names) is None:
                continue
            verdict.decided = True
            if verdict.protection is None or sanitizer.protection > verdict.protection:
                verdict.protection = sanitizer.protection
            for value, _, _ in chosen(fr, callee, args, sanitizer.args):
                marks = step(collect(fr, value, 2), fr.site(callee.n), "protect", callee.shown)
                verdict.add(protect(marks, sanitizer.protection))
        for pattern, propagator in rules.propagators:
            if self.matches(pattern, callee, candidates, names) is None:
                continue
            given = chosen(fr, callee, args, propagator.source)
            marks = {}
            for value, _, _ in given:
                marks.update(collect(fr, value, 2))
            marks = dict(step(marks, fr.site(callee.n), "through", callee.shown))
            if propagator.to == "result":
                verdict.decided = True
                verdict.add(marks)
            elif propagator.to == "receiver" and callee.receiver is not None:
                _pour(fr, callee.receiver, marks)
            elif propagator.to_arg is not None:
                for value, _, _ in chosen(fr, callee, args, propagator.to_arg):
                    _pour(fr, value, marks)

    def matches(
        self, pattern: CallPattern, callee: Callee, candidates: Candidates, names: set[str]
    ) -> Confidence | None:
        """How sure it is that a pattern means this call, or None."""
        if pattern.kind == "name":
            return Confidence.HIGH if any(match_path(pattern.path, name) for name in names) else None
        if pattern.kind == "function":
            return Confidence.HIGH if any(match_path(pattern.path, path) for path in candidates.paths) else None
        owner, _, method = pattern.path.rpartition(".")
        if owner in ("*", "**"):
            return Confidence.MEDIUM if callee.attribute and match_path(method, callee.attribute) else None
        if any(match_path(pattern.path, path) for path in candidates.paths):
            return Confidence.HIGH
        if not callee.attribute or not match_path(method, callee.attribute):
            return None
        if any(match_path(owner, own) or own.rpartition(".")[2] == owner for own in candidates.owners):
            return Confidence.HIGH
        return Confidence.MEDIUM if owner in candidates.guessed else None

    def candidates(self, fr: Frame, callee: Callee, func: Value) -> Candidates:
        """The names that the callee of a call goes by."""
        paths: set[str] = set()
        owners: set[str] = set()
        guessed: set[str] = set()
        for atom in func.atoms:
            if isinstance(atom, Ext):
                paths.add(atom.path)
                paths.add(atom.path.removeprefix("builtins."))
                owner, _, method = atom.path.rpartition(".")
                for rule in self.type_order(owner):
                    owners.update((rule.name, *rule.aliases))
                    paths.update(f"{name}.{method}" for name in (rule.name, *rule.aliases))
                for rule in self.type_order(atom.path):
                    paths.update((rule.name, *rule.aliases))
            elif isinstance(atom, Func | Bound):
                paths.update(function_paths(fr, atom.func.fn if isinstance(atom, Bound) else atom.fn))
                if isinstance(atom, Bound):
                    owners.update(_class_names(fr, Value(frozenset((atom.self,)))))
            elif isinstance(atom, Cls):
                paths.update(_class_names(fr, of(atom)))
        if callee.receiver is not None:
            owners.update(_class_names(fr, callee.receiver))
            for atom in callee.receiver.atoms:
                if isinstance(atom, Inst):
                    for rule in self.type_order(atom.type):
                        owners.update((rule.name, *rule.aliases))
                    owners.add(atom.type)
                elif isinstance(atom, Ext):
                    owners.add(atom.path)
            if not any(self.type_order(own) for own in owners) and not _class_names(fr, callee.receiver):
                typed = self.catalog.index.named.get(callee.receiver_name)
                for rule in self.type_order(typed) if typed else ():
                    guessed.update((rule.name, *rule.aliases))
        paths.update([f"{owner}.{callee.attribute}" for owner in owners if callee.attribute])
        return Candidates(frozenset(paths), frozenset(owners), frozenset(guessed))


def _last_names(fr: Frame, func: Value) -> set[str]:
    out: set[str] = set()
    for atom in func.atoms:
        if isinstance(atom, Ext):
            out.add(atom.path.rpartition(".")[2])
        elif isinstance(atom, Func | Bound):
            out.add(fr.program.functions[atom.func.fn if isinstance(atom, Bound) else atom.fn].ir.name)
        elif isinstance(atom, Cls):
            out.add(fr.program.classes[atom.cls].name)
            out.update(base.rpartition(".")[2] for base in fr.program.external_bases(atom.cls))
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


def _class_names(fr: Frame, value: Value) -> set[str]:
    out: set[str] = set()
    for atom in value.atoms:
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


# -- calls of libraries ------------------------------------------------------------------------------------------


def call_library(fr: Frame, callee: Callee, path: str, args: Arguments, verdict: Verdict) -> Value | None:
    """Call a library's symbol."""
    handler = containers.FUNCTIONS.get(path.removeprefix("builtins."))
    if handler is not None:
        made = handler(fr, callee, args)
        if made is not None:
            return Value(made.atoms) if verdict.decided and verdict.protection is not None else made
    if callee.receiver is not None and callee.attribute:
        found = _method_of_type(fr, callee, path, args)
        if found is not None:
            return found
    type_ = fr.catalog.index.made_by.get(path)
    library = fr.solver.library
    if type_ is None and library.has_type(path):
        type_ = library.type_order(path)[0].name
    if type_ is not None:
        marks = {} if verdict.decided else weaken(_argument_marks(fr, args))
        return Value(frozenset((fr.allocate(callee.n, Object("inst", type_=type_), "lib"),)), marks)
    returned = _returned_type(fr, path)
    if returned is not None:
        return of(Inst(returned))
    if verdict.decided:
        _callbacks(fr, callee, args)
        return of(Inst(f"{path}()"))
    return call_unknown(fr, callee, of(Ext(path)), args, verdict)


def _returned_type(fr: Frame, path: str) -> str | None:
    owner, _, method = path.rpartition(".")
    for rule in fr.solver.library.type_order(owner):
        for name, result in rule.returns:
            if name == method:
                return result
    return None


def _method_of_type(fr: Frame, callee: Callee, path: str, args: Arguments) -> Value | None:
    """A method of an instance whose library type the catalogue describes."""
    assert callee.receiver is not None
    if path.startswith(QUERY):
        return _query_method(fr, callee, path, args)
    owner = path.rpartition(".")[0]
    returned = _returned_type(fr, path)
    if returned is not None:
        if fr.solver.library.type_order(returned) and not fr.solver.library.type_order(returned)[0].request_data:
            return of(Inst(returned))
        return of(Inst(returned))
    if any(rule.request_data for rule in fr.solver.library.type_order(owner)):
        return _request_method(fr, callee, owner, args)
    if callee.attribute in ("get", "getlist", "pop") and args.positional:
        marks: dict[Mark, Hop | None] = {}
        for text in strings(args.positional[0][0])[:3]:
            marks.update(sources.of_item(fr, callee.receiver, text, callee.n, callee.receiver_name, SCALAR))
        if marks:
            return only_marks(marks)
    return None


def _request_method(fr: Frame, callee: Callee, owner: str, args: Arguments) -> Value:
    """A look-up in what a user sent: ``request.form.get("phone")``."""
    whole = of(Inst(owner))
    if callee.attribute in ("get", "getlist", "pop", "getone", "getall", "get_list", "setdefault", "__getitem__"):
        key = args.at(fr, 0, "key")
        default = args.at(fr, 1, "default")
        marks: dict[Mark, Hop | None] = {}
        for text in strings(key[0])[:3] if key else ():
            marks.update(sources.of_request_key(fr, text, callee.n, owner, required=False))
        out = with_marks(whole, marks)
        return join(out, default[0]) if default is not None else out
    if callee.attribute in ("items", "iteritems"):
        pair = fr.allocate(callee.n, Object("tuple", fields={"[1]": whole}), "pair")
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": of(pair)}), "items"))
    if callee.attribute == "keys":
        return UNKNOWN
    if callee.attribute in containers.SILENT:
        return SCALAR
    return with_marks(whole, callee.receiver.marks if callee.receiver is not None else {})


_SINGLES = frozenset(
    [
        "get",
        "first",
        "last",
        "latest",
        "earliest",
        "create",
        "aget",
        "acreate",
        "afirst",
        "get_or_404",
        "first_or_404",
        "one",
        "one_or_none",
        "scalar_one",
        "scalar_one_or_none",
        "scalar",
        "get_object",
        "refresh_from_db",
        "in_bulk",
        "get_by_id",
        "create_user",
        "find_one",
    ]
)
_PAIRS = frozenset(("get_or_create", "update_or_create", "aget_or_create"))
_PLAIN = frozenset(["count", "exists", "update", "delete", "acount", "aexists", "bulk_update", "aggregate"])


def _query_method(fr: Frame, callee: Callee, path: str, args: Arguments) -> Value:
    """A method of an object manager or query set of a model: what it looks up by is not in its result."""
    cls = int(path.rpartition(".")[0][len(QUERY) :].partition(".")[0])
    name = callee.attribute
    if name in _SINGLES:
        return of(Opaque(cls))
    if name in _PAIRS:
        return of(fr.allocate(callee.n, Object("tuple", fields={"[0]": of(Opaque(cls))}), "pair"))
    if name in _PLAIN:
        return of(Inst("builtins.int"))
    if name in ("values", "values_list"):
        return _values(fr, callee, cls, args, name == "values")
    return of(Inst(f"{QUERY}{cls}"))


def _values(fr: Frame, callee: Callee, cls: int, args: Arguments, mapping: bool) -> Value:
    from privlint.flow.objects import opaque_attribute

    fields: dict[str, Value] = {}
    flat = "flat" in args.keywords
    names = [text for value, _ in args.positional for text in strings(value)]
    for index, name in enumerate(names or list(fr.program.classes[cls].fields)):
        value = with_marks(
            opaque_attribute(fr, Opaque(cls), name) or UNKNOWN,
            sources.of_attribute(fr, of(Opaque(cls)), name, callee.n, ""),
        )
        fields[f"[{name!r}]" if mapping else "[*]" if flat else f"[{index}]"] = value
    if flat:
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": join_all(fields.values())}), "values"))
    row = fr.allocate(callee.n, Object("dict" if mapping else "tuple", fields=fields), "row")
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": of(row)}), "values"))


def _argument_marks(fr: Frame, args: Arguments) -> dict[Mark, Hop | None]:
    marks: dict[Mark, Hop | None] = {}
    for value, _ in args.all():
        marks.update(collect(fr, value, 2))
    return marks


def call_unknown(fr: Frame, callee: Callee, func: Value, args: Arguments, verdict: Verdict) -> Value:
    """Call something of which nothing is known: it may pass on what it is given (weaker), and call what it is given."""
    receiver = callee.receiver
    if receiver is not None:
        done = containers.method(fr, callee, args)
        if done is not None:
            return Value(done.atoms) if verdict.protection is not None else done
        if _need_of_receiver(fr, receiver):
            pass
    if _decorates(fr, args):
        return args.positional[0][0]
    returned = _callbacks(fr, callee, args)
    models = _model_arguments(fr, callee, args)
    if models is not None:
        return models
    if verdict.decided:
        return returned
    if not verdict.known:
        fr.solver.count_unresolved(func, callee)
    marks: Mapping[Mark, Hop | None] = {}
    paths = sorted(atom.path for atom in func.atoms if isinstance(atom, Ext))
    made_class = bool(paths) and paths[0].rpartition(".")[2][:1].isupper()
    if made_class or not (verdict.sunk or _LOOKUP.match(callee.last.lstrip("_"))):
        marks = _argument_marks(fr, args)
        if receiver is not None:
            marks = {**dict(receiver.marks.items()), **marks}
        exception = made_class and paths[0].startswith("builtins.")
        marks = step(marks if exception else weaken(marks), fr.site(callee.n), "unknown", callee.shown or "call")
    if made_class:
        obj = fr.allocate(callee.n, Object("inst", type_=paths[0]), "lib")
        return join(Value(frozenset((obj,)), marks), returned)
    atoms = frozenset((Inst(f"{paths[0]}()"),)) if paths else frozenset()
    if receiver is not None and not paths:
        pass
    return join(Value(atoms, marks), returned)


def _need_of_receiver(fr: Frame, receiver: Value) -> bool:
    for atom in receiver.atoms:
        if isinstance(atom, Obj) and atom.id[0] == "s":
            path = atom.id[2]
            assert isinstance(path, tuple)
            fr.summary.needs.add((int(str(atom.id[1])), path))
            return True
    return False


def _model_arguments(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``session.query(User)``, ``select(User)``, ``get_object_or_404(User, ...)``: rows of that model."""
    out: list[Value] = []
    for value, _ in args.positional[:3]:
        for atom in value.atoms:
            if isinstance(atom, Cls) and fr.solver.records.kind(atom.cls) == "model":
                many = re.search(r"query|select|filter|list|all", callee.last)
                out.append(of(Inst(f"{QUERY}{atom.cls}")) if many else of(Opaque(atom.cls)))
            elif isinstance(atom, Inst) and atom.type.startswith(QUERY):
                single = re.search(r"get|one|first|single", callee.last)
                out.append(of(Opaque(int(atom.type[len(QUERY) :]))) if single else of(atom))
    return join_all(out) if out else None


def _callbacks(fr: Frame, callee: Callee, args: Arguments) -> Value:
    """Functions that are handed to unknown code are called by it, with what stands beside them."""
    out = UNKNOWN
    for position, (value, n) in enumerate(args.positional):
        if _callable(fr, value):
            rest = args.positional[position + 1 :]
            out = join(out, _call_back(fr, callee, args, value, rest, n))
    for _name, (value, n) in args.keywords.items():
        if _callable(fr, value):
            out = join(out, _call_back(fr, callee, args, value, [], n))
    return out


def _decorates(fr: Frame, args: Arguments) -> bool:
    """Whether the call looks like a decorator's: one function or class, and nothing else."""
    if len(args.positional) != 1 or args.keywords or args.star is not None or args.mappings:
        return False
    atoms = args.positional[0][0].atoms
    return bool(atoms) and all(isinstance(atom, Func | Cls | Bound) for atom in atoms)


def _callable(fr: Frame, value: Value) -> bool:
    return any(
        isinstance(a, Func | Bound) or (isinstance(a, Obj) and fr.object(a.id).kind == "partial") for a in value.atoms
    )


def _call_back(
    fr: Frame, callee: Callee, args: Arguments, value: Value, rest: list[tuple[Value, int]], n: int
) -> Value:
    positional = rest
    keywords: dict[str, tuple[Value, int]] = {}
    if callee.last in _CALLBACK_MAPS:
        positional = [(element(fr, given), at) for given, at in rest]
        if not positional and callee.receiver is not None:
            positional = [(element(fr, callee.receiver), n)]
    elif "args" in args.keywords:
        given, at = args.keywords["args"]
        positional = [(item(fr, given, f"[{i}]"), at) for i in range(6)]
    if "kwargs" in args.keywords:
        given, at = args.keywords["kwargs"]
        return call_value(fr, value, Arguments(positional, keywords, None, [(given, at)]), callee.n)
    keywords = {k: v for k, v in args.keywords.items() if v[0] is not value and k not in ("args", "kwargs", "target")}
    return call_value(fr, value, Arguments(positional, keywords), callee.n)
