"""The names of a table's columns, each in turn (``f.name for f in fields``), and which conditions let through."""

from __future__ import annotations

import ast

from privlint.flow.constants import is_constant, literal, strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.values import UNKNOWN, Inst, Obj, Value, is_one_item, join, of
from privlint.ir import ops as o

_NAME = "privlint.ColumnName"
_BUT = "~"  # behind it, and between them, the columns that are left out


def is_name(value: Value) -> bool:
    """Whether a value is the name of each of a table's columns in turn."""
    return any(isinstance(atom, Inst) and atom.type.partition(_BUT)[0] == _NAME for atom in value.atoms)


def left_out(value: Value) -> frozenset[str]:
    """The columns of which a name is none."""
    found = [
        frozenset(atom.type.split(_BUT)[1:]) for atom in value.atoms if isinstance(atom, Inst) and is_name(of(atom))
    ]
    return frozenset.intersection(*found) if found else frozenset()


def settled(fr: Frame, test: o.Combine, among: bool) -> tuple[str | None, Value]:
    """The variable of a column, and what it is where its name is among some constants, or is none of them."""
    subject = fr.get(test.args[0])
    slot = fr.slots.get(test.args[0])
    owner, attribute, shown = fr.receivers.get(test.args[0], (UNKNOWN, "", ""))
    if slot is None and attribute:
        same = [known for known, value in fr.state.env.items() if known.partition("@")[0] == shown and value == owner]
        slot = same[0] if len(same) == 1 else None
    other = fr.get(test.args[1])
    named = constants(fr, other) if test.op in ("in", "not in") else other if is_constant(other) else None
    if slot is None or named is None or not (texts := strings(named)):
        return None, UNKNOWN
    name = named if among else of(Inst(_BUT.join((_NAME, *sorted({*left_out(subject), *texts})))))
    if not attribute:
        return slot, name
    column = Object("inst", fields={f".{attribute}": name})
    return slot, of(fr.allocate(test.n, column, "among" if among else "others"))


def constants(fr: Frame, container: Value) -> Value | None:
    """The constants that a container holds, where it holds nothing else."""
    out = UNKNOWN
    for atom in container.atoms:
        if not isinstance(atom, Obj) or atom.id[0] == "s":
            return None
        obj = fr.object(atom.id)
        held = _keys(obj) if obj.built_in == "dict" else list(obj.fields.values())
        if obj.kind not in ("list", "tuple", "set", "dict") or obj.cls >= 0 or not held:
            return None
        for value in held:
            if not is_constant(value):
                return None
            out = join(out, value)
    return out


def _keys(obj: Object) -> list[Value]:
    """The keys of a dictionary, where all of them are known."""
    labels = [label for label in obj.fields if label[0] == "["]
    if not all(is_one_item(label) for label in labels):
        return []
    return [literal(ast.literal_eval(label[1:-1])) for label in labels]
