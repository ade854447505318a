"""Values that libraries make of classes that they are given (``structure(raw, list[Patient])``), and of schemas."""

from __future__ import annotations

from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import item
from privlint.flow.values import UNKNOWN, Atom, Cls, Ext, Marks, Obj, Opaque, Symbol, Value, chosen_fields, join, of

_MANY = frozenset(
    ("list", "List", "Sequence", "Iterable", "Iterator", "Collection", "set", "Set", "frozenset", "FrozenSet", "tuple",
     "Tuple", "deque")
)  # fmt: skip
_KEYED = frozenset(("dict", "Dict", "Mapping", "MutableMapping", "defaultdict"))
_SAME = frozenset(("Optional", "Annotated", "Union"))


def generic(fr: Frame, container: Ext, key: Value, n: int) -> Value:
    """``list[Patient]`` as a value: a container of the class; UNKNOWN where no class of the program is in it."""
    last = container.path.rpartition(".")[2]
    if last not in _MANY and last not in _KEYED and last not in _SAME:
        return UNKNOWN
    held = _classes(fr, key)
    if last in _KEYED:
        held = join(held, _classes(fr, item(fr, key, "[1]")))
    elif not held.atoms:
        held = _classes(fr, item(fr, key, "[0]"))
    if not held.atoms or last in _SAME:
        return held
    kind = "dict" if last in _KEYED else "list"
    return of(fr.allocate(n, Object(kind, fields={"[*]": held}), "generic"))


def instances(fr: Frame, value: Value, n: int) -> Value:
    """What is made by a class, or by a container of classes, that a library is told to make."""
    out = UNKNOWN
    for atom in _classes(fr, value).ordered:
        if isinstance(atom, Cls):
            out = join(out, of(Opaque(atom.cls)))
        elif isinstance(atom, Obj):
            obj = fr.object(atom.id)
            held = instances(fr, obj.fields["[*]"], n)
            out = join(out, of(fr.allocate(n, Object(obj.kind, fields={"[*]": held}), "structured")))
    return out


def _classes(fr: Frame, value: Value) -> Value:
    """Of a value the classes and containers of classes."""
    return Value(frozenset(atom for atom in value.atoms if _is_class(fr, atom)))


def _is_class(fr: Frame, atom: Atom) -> bool:
    if not isinstance(atom, Obj):
        return isinstance(atom, Cls)
    obj = fr.object(atom.id)
    held = obj.fields.get("[*]", UNKNOWN) if obj.cls < 0 and obj.kind in ("list", "dict") else UNKNOWN
    return len(obj.fields) == 1 and bool(held.atoms) and all(_is_class(fr, each) for each in held.atoms)


def given_out(fr: Frame, schema: Value | None, marks: Marks) -> Marks:
    """What a schema gives out of a record: the fields that it names, of which somebody has decided about each."""
    records = fr.solver.records
    atoms = schema.ordered if schema is not None else ()
    classes = [fr.object(a.id).cls if isinstance(a, Obj) else a.cls for a in atoms if isinstance(a, Obj | Opaque)]
    if not classes or not all(cls >= 0 and records.names_fields(cls) for cls in classes):
        return marks
    names = {name for cls in classes for name in records.names(cls)}
    return {
        chosen_fields(mark): way
        for mark, way in marks.items()
        if isinstance(mark.source, Symbol) or mark.source.name in names
    }
