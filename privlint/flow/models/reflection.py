"""Attributes by name, and all of them as a mapping: ``getattr``, ``setattr``, ``vars``, ``asdict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from privlint.flow import limits, sources
from privlint.flow.access import delete, store
from privlint.flow.attributes import load_attribute, plain_attribute
from privlint.flow.columnnames import is_name, left_out
from privlint.flow.constants import literal, strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import item
from privlint.flow.mappings import class_of, fields_of
from privlint.flow.values import (
    ALL,
    NONE,
    UNKNOWN,
    VARS,
    Atom,
    Bound,
    Cls,
    Ext,
    Hop,
    Lit,
    Mark,
    Obj,
    Opaque,
    Path,
    Prefix,
    Super,
    Symbol,
    Value,
    either,
    join,
    join_all,
    of,
    only_marks,
    symbolic,
    weaken,
    with_marks,
)
from privlint.flow.wholes import collect
from privlint.model.data import Protection

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee
from privlint.flow.models.registry import function


@function("getattr")
def _getattr(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) < 2:
        return UNKNOWN
    value, name = args.positional[0][0], strings(args.positional[1][0])
    out = args.positional[2][0] if len(args.positional) > 2 else UNKNOWN
    fr.need(args.positional[1][0])  # a caller that knows the name knows the attribute
    if fr.ir.name == "__getattr__":
        fr.need(value)  # what stands in for another one is asked for its attributes
    if not name and is_name(args.positional[1][0]):
        without = left_out(args.positional[1][0])
        held = only_marks(_of_columns(fr, value, callee.n, without))
        return held if without else join(all_attributes(fr, value), held)
    if not name:
        _need_parts(fr, args.positional[1][0])
        found = join(all_attributes(fr, value), _methods_named(fr, value, args.positional[1][0]))
        found = join(found, _method_of_client(fr, value))
        return either(out, found) if len(args.positional) > 2 else found
    for text in name:
        found = sources.if_sent(fr, load_attribute(fr, value, text), callee.n, text)
        marks = sources.of_attribute(fr, value, text, callee.n, callee_name(args), found)
        out = either(out, with_marks(found, marks)) if len(args.positional) > 2 else join(out, with_marks(found, marks))
    return out


def _need_parts(fr: Frame, name: Value) -> None:
    """A caller that knows what a name is put together of knows the name."""
    for mark in name.marks:
        if isinstance(mark.source, Symbol):
            fr.need_part(mark.source.param, mark.source.path)


def _methods_named(fr: Frame, value: Value, name: Value) -> Value:
    """The methods of an instance that a name may be of which only the beginning is known: ``f"handle_{kind}"``."""
    out: list[Value] = []
    for prefix in sorted(atom.text for atom in name.atoms if isinstance(atom, Prefix)):
        fr.need(value)
        for atom in value.ordered:
            cls = class_of(fr, atom)
            methods = [each for base in fr.program.classes[cls].mro for each in fr.program.classes[base].methods]
            named = dict.fromkeys(each for each in methods if each.startswith(prefix)) if cls >= 0 and prefix else ()
            out += [load_attribute(fr, of(atom), each) for each in list(named)[: limits.SIZES]]
    return join_all(out)


_SENDING = "post"  # the method of an HTTP client that sends most: the others take no more


def _method_of_client(fr: Frame, value: Value) -> Value:
    """``getattr(requests, verb)``: one of the methods of a client by which it sends something."""
    rules = fr.catalog.calls_named(_SENDING)
    known = {pattern.path for pattern, _ in rules.sinks} if rules is not None else set[str]()
    clients: list[Atom] = []
    for atom in value.ordered:
        type_ = fr.library_type(atom)
        names = [rule.name for rule in fr.solver.library.type_order(type_)] if type_ else []
        if any(f"{name}.{_SENDING}" in known for name in ([atom.path] if isinstance(atom, Ext) else names)):
            clients.append(atom)
    return Value(load_attribute(fr, of(*clients), _SENDING).atoms) if clients else UNKNOWN


@function("object.__getattribute__")
def _getattribute(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = [value for value, _ in args.positional]
    if len(given) == 1 and callee.receiver is not None:  # super().__getattribute__(name)
        given.insert(0, of(*(a.self for a in callee.receiver.atoms if isinstance(a, Super))))
    if len(given) != 2:
        return None
    fr.need(given[1])
    names = strings(given[1])
    return join_all(plain_attribute(fr, given[0], name) for name in names) if names else all_attributes(fr, given[0])


def _of_columns(fr: Frame, value: Value, n: int, without: frozenset[str]) -> dict[Mark, Hop | None]:
    """What the columns of a row hold, all of them but some."""
    out: dict[Mark, Hop | None] = {}
    for atom in value.ordered:
        cls = class_of(fr, atom)
        if isinstance(atom, Obj | Opaque) and cls >= 0:
            out.update(fields_of(fr, atom, n, without=without)[1])
        if isinstance(atom, Obj) and atom.id[0] == "s" and not (cls >= 0 and fr.solver.records.fields(cls)):
            out[Mark(Symbol(*symbolic(atom.id), 2), Protection.CLEAR, 0)] = None  # the caller knows the table
    return out


def callee_name(args: Arguments) -> str:
    """The name of the first argument's expression."""
    return args.names.get(args.positional[0][1], "") if args.positional else ""


def all_attributes(fr: Frame, value: Value) -> Value:
    """All that any attribute of the value may be: which one it is, nobody knows, and so it is less sure."""
    out = UNKNOWN
    for atom in value.ordered:
        if isinstance(atom, Obj):
            out = join_all([out, *(v for k, v in fr.object(atom.id).fields.items() if k[0] == ".")])
    return Value(out.atoms, weaken(out.marks))


@function("setattr", "object.__setattr__")
def _setattr(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = [value for value, _ in args.positional]
    if len(given) == 2 and callee.receiver is not None:  # super().__setattr__(name, value)
        given.insert(0, of(*(a.self for a in callee.receiver.atoms if isinstance(a, Super))))
    if len(given) == 3:
        mapping = _spread(given[1], given[2])
        objects = frozenset(a for a in given[0].atoms if isinstance(a, Obj)) if mapping is not None else frozenset()
        if mapping is not None and objects:
            set_all(fr, Value(objects), mapping)
        if len(objects) < len(given[0].atoms):
            _set_named(fr, Value(given[0].atoms - objects), given[1], given[2])
    return NONE


def _set_named(fr: Frame, target: Value, name: Value, value: Value) -> None:
    fr.need(name)
    names = strings(name)
    rest = [a for a in name.atoms if not isinstance(a, Lit)]  # parameters of which the context tells the names
    if names and all(_is_symbolic(a) and symbolic(a.id) in fr.context for a in rest):
        for each in names:
            store(fr, target, f".{each}", _told_apart(value, each, names), strong=len(names) == 1)
    else:
        store(fr, target, ".*", value)


def _told_apart(value: Value, name: str, names: list[str]) -> Value:
    """What of a value that may be any of several things goes by one name: not what is called as another of them."""
    others = {label for each in names if each != name for label in (f".{each}", f"[{each!r}]")}
    marks = {
        mark: way
        for mark, way in value.marks.items()
        if (
            others.isdisjoint(mark.source.path[-1:])
            if isinstance(mark.source, Symbol)
            else mark.source.name == name or mark.source.name not in names
        )
    }
    atoms = [a for a in value.atoms if not _is_symbolic(a) or others.isdisjoint(symbolic(a.id)[1][-1:])]
    return Value(frozenset(atoms), marks)


def _is_symbolic(atom: Atom) -> TypeGuard[Obj]:
    return isinstance(atom, Obj) and atom.id[0] == "s"


def set_all(fr: Frame, target: Value, mapping: Value) -> None:
    """The items of a mapping become attributes; what was there before may be replaced."""
    for atom in target.ordered:
        for label in [*fr.object(atom.id).fields] if isinstance(atom, Obj) else ():
            if label[0] == "." and label[1] not in "*%":
                store(fr, of(atom), label, item(fr, mapping, f"[{label[1:]!r}]"), strong=False)
    store(fr, target, ALL, mapping, strong=False)


def _spread(name: Value, value: Value) -> Value | None:
    """The mapping of which these are a key and the value under it: ``for k, v in fields.items(): setattr(x, k, v)``."""
    keys, values = _parts_of(name, "[#]"), _parts_of(value, "[*]")
    if len(keys) != 1 or keys != values:
        return None
    ((param, path),) = keys
    sources = [(m.source.param, m.source.path[:-1]) if isinstance(m.source, Symbol) else None for m in value.marks]
    if any(source != (param, path) for source in sources):
        return None  # there is something else in it: ``setattr(x, k, given.get(k, default))``
    return Value(frozenset((Obj(("s", param, path)),)), {Mark(Symbol(param, path, 0), Protection.CLEAR, 0): None})


def _parts_of(value: Value, label: str) -> set[tuple[int, Path]]:
    """Of which parameters, at which path, a value is the part under the label."""
    found = [symbolic(a.id) for a in value.atoms if _is_symbolic(a)]
    return {(param, path[:-1]) for param, path in found if path[-1:] == (label,)}


@function("delattr")
def _delattr(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    for name in strings(args.positional[1][0]) if len(args.positional) == 2 else ():
        delete(fr, args.positional[0][0], f".{name}")
    return NONE


@function("dataclasses.asdict", "attr.asdict", "attrs.asdict", "strawberry.asdict")
def _asdict(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if not args.positional:
        return UNKNOWN
    given = args.positional[0][0]
    made = as_mapping(fr, given, callee.n)
    if all(fr.solver.records.fields(cls) if (cls := class_of(fr, a)) >= 0 else False for a in given.atoms):
        made = Value(
            made.atoms, {m: w for m, w in made.marks.items() if m not in given.marks}
        )  # the fields have it all
    return _as_data(fr, made, callee.n, ())


@function("dataclasses.fields", "attr.fields", "attrs.fields")
def _fields(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The descriptions of the fields of a record: their names."""
    names: list[str] = []
    for atom in args.positional[0][0].ordered if args.positional else ():
        cls = atom.cls if isinstance(atom, Cls) else class_of(fr, atom)
        names += fr.solver.records.init_order(cls) if cls >= 0 else ()
        fr.need(of(atom))
    if not names:
        return None
    made = [Object("inst", fields={".name": literal(name)}) for name in dict.fromkeys(names)]
    parts = {f"[{at}]": of(fr.allocate(callee.n, each, ("field", at))) for at, each in enumerate(made)}
    return of(fr.allocate(callee.n, Object("tuple", fields=parts), "fields"))


def _as_data(fr: Frame, value: Value, n: int, path: Path) -> Value:
    """A mapping with the records that are in it, in its lists and in its mappings, as mappings, too."""
    atoms: set[Atom] = set()
    for atom in value.ordered:
        obj = fr.object(atom.id) if isinstance(atom, Obj) else None
        cls = class_of(fr, atom)
        if isinstance(atom, Obj | Opaque) and path and cls >= 0 and fr.solver.records.shows_all(cls):
            whole = as_mapping(fr, Value(frozenset((atom,))), n, path)
            atoms |= _as_data(fr, whole, n, path).atoms
        elif not isinstance(atom, Obj) or obj is None or obj.built_in not in _NESTING or len(path) >= _DEPTH:
            atoms.add(atom)
        else:
            fields = {at: _as_data(fr, part, n, (*path, at)) for at, part in obj.fields.items() if at[1] != "%"}
            atoms.add(fr.allocate(n, Object(obj.kind, fields=fields), ("data", *atom.id[:3], path)))
    return Value(frozenset(atoms), value.marks)


_NESTING = ("dict", "list", "tuple")
_DEPTH = 3  # levels of records, lists and mappings in each other that are made mappings


def as_mapping(fr: Frame, value: Value, n: int, path: Path = ()) -> Value:
    """The attributes of a value as items of a new dictionary."""
    fields: dict[str, Value] = {}
    marks: dict[Mark, Hop | None] = dict(value.marks)
    for atom in value.ordered:
        declared = False
        if isinstance(atom, Opaque | Obj):
            cls = class_of(fr, atom)
            declared = cls >= 0 and bool(fr.solver.records.fields(cls))
        if declared and isinstance(atom, Obj | Opaque):
            parts, whole = fields_of(fr, atom, n)
            marks.update(whole)
            for label, part in parts.items():
                fields[label] = join(fields.get(label, UNKNOWN), part)
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            for label, part in obj.fields.items():
                if label[0] == "." and label[1] not in "*%" and not any(isinstance(a, Bound) for a in part.atoms):
                    key = f"[{label[1:]!r}]"
                    fields[key] = join(fields.get(key, UNKNOWN), part)
                elif label[0] == "[":
                    fields[label] = join(fields.get(label, UNKNOWN), part)
            if atom.id[0] == "s" and not declared:
                passed = {Mark(Symbol(*symbolic(atom.id), 0), Protection.CLEAR, 0): None}
                fields["[*]"] = join(fields.get("[*]", UNKNOWN), only_marks(collect(fr, of(atom), 2)))
                marks.update(collect(fr, Value(frozenset((atom,)), {**passed, **value.marks}), 2))
    if len(value.atoms) == 1 and isinstance(only := next(iter(value.atoms)), Obj):
        fields[VARS] = of(only)
    made = of(fr.allocate(n, Object("dict", fields=fields), ("vars", path) if path else "vars"))
    return with_marks(made, marks)
