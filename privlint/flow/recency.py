"""Recency: what a place in the code made last is told from what it made before, in earlier turns of a loop.

Of each place there is one object that is the last one, which may be overwritten, and one that stands for all before it
(G. Balakrishnan, T. Reps: Recency-Abstraction for Heap-Allocated Storage, SAS 2006).  The names are those of one
state: when a place makes another object, all that refers to the last one refers to the older ones from then on.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from privlint.flow.heap import Object, join_objects
from privlint.flow.values import Atom, Bound, Func, Obj, ObjId, Value
from privlint.ir.reads import operands

if TYPE_CHECKING:
    from privlint.flow.frame import Frame


def is_last(fr: Frame, key: ObjId, old: Object) -> bool:
    """Whether an object is the last one that its place made, in an earlier op, and it matters that it is told apart.

    One that was never stored in is like all others of its place, unless turns are told apart.
    """
    return (
        not old.many
        and (bool(old.written) or fr.alone)
        and key not in fr.fresh
        and key not in fr.solver.shared
        and not any(_refers(fr.get(reg), key) for reg in (operands(fr.op) if fr.op is not None else ()))
    )


def set_back(fr: Frame, keys: Collection[ObjId]) -> None:
    """Count the last objects of these places among the older ones; those that nothing refers to are gone."""
    names = {key: _older(key) for key in keys}
    heap = fr.state.heap
    used: set[ObjId] = set()
    for env in (fr.state.env, fr.regs):
        for name, value in env.items():
            if not value.closed and (env is not fr.regs or name not in fr.joined):
                new = renamed(value, names, used)
                if new is not value:
                    env[name] = new  # type: ignore[index]
    for reg, (value, attribute, text) in fr.receivers.items():
        fr.receivers[reg] = renamed(value, names, used), attribute, text
    for key, obj in heap.items():
        heap[key] = renamed_object(obj, names, used)
    for key in keys:
        obj = heap.pop(key)
        older = names[key]
        if older in used:
            held = heap.get(older)
            heap[older] = obj.plural() if held is None else join_objects(older, held, obj, fr.initial)
    fr.memo.clear()


def _older(key: ObjId) -> ObjId:
    """The name of all objects of a place but the last; nodes are numbered from zero."""
    kind, function, node, tag = key
    assert isinstance(node, int)
    return kind, function, ~node, tag


def _refers(value: Value, key: ObjId) -> bool:
    return not value.closed and any(key in _objects(atom) for atom in value.atoms)


def _objects(atom: Atom) -> tuple[ObjId | None, ...]:
    """The objects that an atom names."""
    if isinstance(atom, Obj):
        return (atom.id,)
    if isinstance(atom, Func):
        return (atom.env,)
    if isinstance(atom, Bound):
        return (atom.func.env, *_objects(atom.self))
    return ()


def renamed_object(obj: Object, names: dict[ObjId, ObjId], used: set[ObjId]) -> Object:
    """An object that refers to others by their new names."""
    fields = _fields(obj.fields, names, used)
    written = _fields(obj.written, names, used)
    if fields is obj.fields and written is obj.written:
        return obj
    return Object(obj.kind, obj.cls, obj.type, fields, obj.many, written)


def _fields(given: dict[str, Value], names: dict[ObjId, ObjId], used: set[ObjId]) -> dict[str, Value]:
    fields = given
    for label, value in given.items():
        new = value if value.closed else renamed(value, names, used)
        if new is not value:
            fields = dict(given) if fields is given else fields
            fields[label] = new
    return fields


def renamed(value: Value, names: dict[ObjId, ObjId], used: set[ObjId]) -> Value:
    """A value with the objects under their new names; ``used`` gets those that it refers to."""
    for atom in value.atoms:
        if atom.id in names if isinstance(atom, Obj) else any(key in names for key in _objects(atom)):
            return Value(frozenset([_atom(each, names, used) for each in value.atoms]), value.marks)
    return value


def _atom(atom: Atom, names: dict[ObjId, ObjId], used: set[ObjId]) -> Atom:
    if isinstance(atom, Obj) and atom.id in names:
        used.add(names[atom.id])
        return Obj(names[atom.id])
    if isinstance(atom, Func) and atom.env in names:
        used.add(names[atom.env])
        return Func(atom.fn, names[atom.env])
    if isinstance(atom, Bound):
        func = _atom(atom.func, names, used)
        assert isinstance(func, Func)
        return Bound(func, _atom(atom.self, names, used))
    return atom
