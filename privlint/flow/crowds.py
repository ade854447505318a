"""Summaries that would weigh too much on whoever calls: of what the function made, one object of each kind is left.

Every call brings all that its callee made, and what that one's callees made with it.  In code whose functions all hand
the same large objects on to each other this grows with each call, until one function costs more than a whole program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.heap import Object, join_objects
from privlint.flow.recency import renamed, renamed_object
from privlint.flow.summary import Effect, Summary
from privlint.flow.values import Bound, Cls, Func, Inst, Mark, Obj, ObjId, Symbol, Value

if TYPE_CHECKING:
    from privlint.flow.frame import Frame

_TELLING = (Obj, Func, Bound, Cls, Inst)  # what decides where a call goes


def lighten(summary: Summary, fr: Frame) -> None:
    """Put together what is too much to be kept apart."""
    summary.weight = _weight(summary)
    if summary.weight <= limits.WEIGHT:
        return
    limits.reached("weight of one summary")
    names = _kinds(summary.heap, fr)
    used: set[ObjId] = set()

    def told(value: Value) -> Value:
        return value if value.closed else renamed(value, names, used)

    def effects(given: list[Effect]) -> list[Effect]:
        return [each._replace(value=told(each.value), stored=told(each.stored)) for each in given]

    heap: dict[ObjId, Object] = {}
    for key, obj in summary.heap.items():
        new = names.get(key, key)
        again = renamed_object(obj, names, used)
        held = heap.get(new)
        if held is not None:
            heap[new] = join_objects(new, held, again, fr.initial)
        else:
            heap[new] = again if new == key else again.plural()
    summary.heap = heap
    summary.result, summary.raises, summary.yields = told(summary.result), told(summary.raises), told(summary.yields)
    summary.steps = summary.steps and [told(each) for each in summary.steps]
    summary.effects, summary.after = effects(summary.effects), effects(summary.after)
    for fields in (summary.fields, summary.class_fields):
        fields.update({key: told(value) for key, value in fields.items()})
    most = limits.WIDTH
    while most > 1 and (weight := _weight(summary)) > limits.WEIGHT:
        most //= 2
        _narrow(summary, most)
    summary.weight = weight


def _narrow(summary: Summary, most: int) -> None:
    """Keep of each value's atoms and marks the ``most`` that tell most."""
    for key, obj in summary.heap.items():
        fields = {label: _narrowed(value, most) for label, value in obj.fields.items()}
        summary.heap[key] = Object(obj.kind, obj.cls, obj.type, fields, obj.many, obj.written)
    summary.effects = [each._replace(value=_narrowed(each.value, most)) for each in summary.effects]


def _narrowed(value: Value, most: int) -> Value:
    if len(value.atoms) <= most and len(value.marks) <= most:
        return value
    atoms = sorted(value.ordered, key=lambda atom: not isinstance(atom, _TELLING))[:most]
    marks = sorted(value.marks, key=_vagueness)[:most]
    return Value(frozenset(atoms), {mark: value.marks[mark] for mark in marks})


def _vagueness(mark: Mark) -> int:
    source = mark.source
    if not isinstance(source, Symbol):
        return 0  # data that is known
    return 1 + len(source.path) + (limits.PATH_DEPTH if source.called else 0)


def _weight(summary: Summary) -> int:
    """How much there is to look at for whoever calls: fields of new objects and effects, with their atoms and marks."""
    values = [value for obj in summary.heap.values() for value in obj.fields.values()]
    values += [effect.value for effect in summary.effects]
    return sum(1 + len(value.atoms) + len(value.marks) for value in values)


def _kinds(heap: dict[ObjId, Object], fr: Frame) -> dict[ObjId, ObjId]:
    """Under which name each object goes on; the variables of functions that were made stay what they are."""
    solver = fr.solver
    return {
        key: ("o", fr.fn.id, fr.ir.n, f"{obj.kind} {obj.cls} {obj.type}")
        for key, obj in heap.items()
        if obj.kind != "env" and key not in solver.shared and key not in solver.class_envs
    }
