"""Access paths: reading and writing the part of a value under a label."""

from __future__ import annotations

from privlint.flow.attributes import load_attribute, of_function
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, keys_of, lacking
from privlint.flow.kinds import scalar
from privlint.flow.values import (
    ADDED,
    ALL,
    BESIDE,
    CLEARED,
    EACH,
    IS,
    OF,
    REST,
    TRUE,
    UNKNOWN,
    VARS,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Inst,
    Obj,
    ObjId,
    Opaque,
    Value,
    join,
    of,
    text_key,
)


def at_label(fr: Frame, value: Value, label: str) -> Value:
    """The part of a value under a label of an access path."""
    if not value.atoms and not value.marks:
        return UNKNOWN
    if label[0] == ".":
        return load_attribute(fr, value, label[1:])
    if label == "^env":
        return of(*(Obj(env) for a in value.atoms if (env := _environment(a)) is not None))
    if label == "^self":
        return of(*(a.self for a in value.atoms if isinstance(a, Bound)))
    if label.startswith(OF):
        cls = int(label.removeprefix(OF))
        return of(*(a for a in value.atoms if isinstance(a, Obj) and fr.object(a.id).cls == cls))
    if label.startswith(IS):
        return scalar(fr, value, label)
    if label == "[#]":
        return keys_of(fr, value)
    if label == EACH:
        return element(fr, value)
    return item(fr, value, None if label in ("[*]", ADDED) else label)


def _environment(atom: Atom) -> ObjId | None:
    if isinstance(atom, Bound):
        return atom.func.env
    return atom.env if isinstance(atom, Func) else None


def store(fr: Frame, target: Value, label: str, value: Value, strong: bool = True, stored: Value | None = None) -> None:
    """Write ``value`` under ``label`` of all that ``target`` may be.

    ``stored`` is what the attribute gets by this store alone, where ``value`` has what was there before in it.
    """
    stored = value if stored is None else stored
    without = lacking(fr, target, label) if label[0] == "[" else ()
    objects = [a for a in target.ordered if isinstance(a, Obj) and a not in without]
    for atom in target.ordered:
        if atom in without:
            continue
        if isinstance(atom, Obj):
            _store_object(fr, atom.id, label, value, strong and len(objects) == 1, stored)
        elif isinstance(atom, Opaque) and label[0] == ".":
            fr.write_field(atom.cls, label[1:], stored)
            if fr.solver.records.kind(atom.cls) == "model":
                _store_row(fr, atom.cls, label, stored, strong and len(target.atoms) == 1)
        elif isinstance(atom, Cls) and label[0] == ".":
            fr.write_class_attribute(atom.cls, label[1:], stored or value)
            _store_class(fr, atom.cls, label, value, strong and len(target.atoms) == 1)
        elif isinstance(atom, Ext):
            fr.solver.write_external(atom.path, label, _kept_elsewhere(fr, stored))
        elif isinstance(atom, Inst) and (path := fr.solver.library.shared(atom.type)):
            fr.solver.write_external(path, label, _kept_elsewhere(fr, stored))
        elif isinstance(atom, Func | Bound) and label[0] == ".":
            func = atom.func if isinstance(atom, Bound) else atom
            if func.env is not None:
                _store_object(fr, func.env, of_function(func.fn, label[1:]), value, strong, stored)
            fr.solver.write_function_attribute(func.fn, label[1:], stored)


def _kept_elsewhere(fr: Frame, value: Value) -> Value:
    """A value as others find it: of an instance, which class or type it is of."""
    return Value(frozenset(_known_as(fr, atom) for atom in value.atoms), value.marks)


def _known_as(fr: Frame, atom: Atom) -> Atom:
    obj = fr.object(atom.id) if isinstance(atom, Obj) else None
    if obj is None or (obj.cls < 0 and not obj.type):
        return atom
    return Opaque(obj.cls) if obj.cls >= 0 else Inst(obj.type)


def _store_class(fr: Frame, cls: int, label: str, value: Value, strong: bool) -> None:
    """Until the next call of the program's functions, the class has this value, and no other."""
    key: ObjId = ("c", cls)
    held = fr.state.heap.get(key)
    if strong and label != ".*":
        fr.put(key, (held or Object("class")).with_field(label, value))
        fr.classes = True
    elif held is not None:
        fr.put(key, held.without(label))


def _store_row(fr: Frame, cls: int, label: str, value: Value, strong: bool) -> None:
    """What this function puts into a row that it has from the database, and then saves."""
    key: ObjId = ("r", cls)
    held = fr.state.heap.get(key) or Object("row", cls)
    fr.put(key, held.with_field(label, value if strong else join(held.fields.get(label, UNKNOWN), value)))


def _store_object(fr: Frame, key: ObjId, label: str, value: Value, strong: bool, stored: Value) -> None:
    obj = fr.object(key)
    if VARS in obj.fields:
        _store_in_owner(fr, obj.fields[VARS], label, value, strong)
    if not strong or obj.many or label in BESIDE or label == "[#]":
        old = obj.fields.get(label)
        if old is None:
            old = fr.initial(key, label) if key[0] == "s" and label not in BESIDE else UNKNOWN
        new = join(old, value)
    else:
        new = value
    if new is not obj.fields.get(label) or label not in obj.written:
        fr.put(key, obj.with_field(label, new, stored))
    if label[0] == "." and label not in (".*", ALL) and obj.cls >= 0:
        fr.write_field(obj.cls, label[1:], stored)
    elif obj.type and (path := fr.solver.library.shared(obj.type)):
        fr.solver.write_external(path, label, _kept_elsewhere(fr, stored))


def _store_in_owner(fr: Frame, owner: Value, label: str, value: Value, strong: bool) -> None:
    """What is stored in ``x.__dict__`` is an attribute of ``x``."""
    name = text_key(label)
    if name is not None:
        store(fr, owner, f".{name}", value, strong)
    elif label in (REST, "[*]"):
        store(fr, owner, ALL if label == REST else ".*", value, strong=False)


def delete(fr: Frame, target: Value, label: str) -> None:
    """Remove what is under ``label`` (only where it is certain which object is meant)."""
    objects = [a for a in target.ordered if isinstance(a, Obj)]
    if len(objects) == 1 and not fr.object(objects[0].id).many:
        obj = fr.object(objects[0].id)
        fr.put(objects[0].id, obj.without(label))


def shorten(fr: Frame, target: Value, label: str) -> None:
    """Take the last item off one sequence whose items are all known."""
    for atom in target.ordered:
        if isinstance(atom, Obj):
            fr.put(atom.id, fr.object(atom.id).shortened(label))


def clear(fr: Frame, target: Value) -> None:
    """Take all items out of one container; what it held for the caller is not known here."""
    for atom in target.ordered if len(target.atoms) == 1 else ():
        obj = fr.object(atom.id) if isinstance(atom, Obj) else None
        if not isinstance(atom, Obj) or obj is None or obj.many:
            continue
        if atom.id[0] == "s":
            fields = {label: value for label, value in obj.fields.items() if label[0] != "["}
            written = {label: value for label, value in obj.written.items() if label[0] != "["}
            cleared = {CLEARED: TRUE}
            fr.put(atom.id, Object(obj.kind, obj.cls, obj.type, fields | cleared, False, written | cleared))
        else:
            for label in [label for label in obj.fields if label[0] == "[" or obj.cls < 0]:
                delete(fr, target, label)
