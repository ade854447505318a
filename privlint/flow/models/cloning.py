"""Copies: of one container, and of all that it holds."""

from __future__ import annotations

from privlint.flow import limits
from privlint.flow.access import store
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.models.merging import merge
from privlint.flow.values import Atom, Obj, ObjId, Symbol, Value, of, symbolic


def clone(fr: Frame, value: Value, n: int) -> Value:
    """A shallow copy."""
    atoms: set[Atom] = set()
    copied: set[Symbol] = set()  # what the copy holds as the mapping that it took over
    for atom in value.ordered:
        if isinstance(atom, Obj) and atom.id[0] != "s":
            obj = fr.object(atom.id)
            atoms.add(
                fr.allocate(n, Object(obj.kind, obj.cls, obj.type, dict(obj.fields)), ("copy", *atom.id[:3], obj.cls))
            )
        elif isinstance(atom, Obj) and _is_mapping(fr, atom):
            made = fr.allocate(n, Object("dict"), ("copy", *atom.id[:3]))
            merge(fr, of(made), of(atom))
            copied.add(Symbol(*symbolic(atom.id), 0))
            atoms.add(made)
        elif isinstance(atom, Obj) and (fields := laid_out(fr, atom)) is not None:
            obj = fr.object(atom.id)
            atoms.add(fr.allocate(n, Object("inst", obj.cls, obj.type, fields), ("copy", *atom.id[:3], obj.cls)))
        else:
            atoms.add(atom)
    return Value(frozenset(atoms), {m: w for m, w in value.marks.items() if m.source not in copied})


def laid_out(fr: Frame, atom: Obj) -> dict[str, Value] | None:
    """What an instance that a caller passes has under the names that its class knows; None of one that may be more."""
    obj = fr.object(atom.id)
    if obj.cls < 0 or (fr.program.subclasses.get(obj.cls) and not fr.exact(atom.id)):
        fr.need(of(atom))
        return None
    names = {*fr.solver.records.names(obj.cls), *fr.solver.assigned_names(obj.cls)}
    fields = dict(obj.fields)
    for label in sorted(f".{name}" for name in names):
        if label not in fields:
            fields[label] = fr.initial(atom.id, label)
    return fields


def deep_clone(fr: Frame, value: Value, n: int, copies: dict[ObjId, Obj]) -> Value:
    """A copy of a value with all it holds; ``copies`` has what was copied before."""
    atoms: set[Atom] = set()
    copied: set[Symbol] = set()
    for atom in value.ordered:
        if isinstance(atom, Obj) and atom.id[0] == "s" and _is_mapping(fr, atom):
            atoms |= clone(fr, of(atom), n).atoms
            copied.add(Symbol(*symbolic(atom.id), 0))
        elif not isinstance(atom, Obj) or atom.id[0] == "s" or fr.object(atom.id).kind in ("env", "module"):
            atoms.add(atom)
        elif atom.id in copies:
            atoms.add(copies[atom.id])
        elif len(copies) < limits.WHOLE:
            obj = fr.object(atom.id)
            made = fr.allocate(n, Object(obj.kind, obj.cls, obj.type), ("copy", *atom.id[:3], obj.cls))
            copies[atom.id] = made
            atoms.add(made)
            for label, part in obj.fields.items():
                store(fr, of(made), label, deep_clone(fr, part, n, copies))
        else:
            limits.reached("marks of a whole")
            atoms.add(atom)
    return Value(frozenset(atoms), {m: w for m, w in value.marks.items() if m.source not in copied})


def _is_mapping(fr: Frame, atom: Obj) -> bool:
    obj = fr.object(atom.id)
    return obj.kind == "dict" and obj.cls < 0
