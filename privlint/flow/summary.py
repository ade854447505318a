"""What a function does with its parameters, once for all its callers in one context."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from privlint.flow.heap import Object
from privlint.flow.values import UNKNOWN, Hop, Lit, Mark, Obj, ObjId, Path, Value
from privlint.model.facts import Target

Description = tuple[str, object]  # what an argument is, without whose data it carries
Context = tuple[tuple[int, Path, tuple[Description, ...]], ...]
Question = tuple[int, Path, str, Lit | None]  # parameter, path, test, and the constant it is compared with
NO_CONTEXT: Context = ()
Key = int  # of a summary: the number of the function in the general context, a number of its own in any other


class Effect(NamedTuple):
    """An object that the caller knows is written at a label.

    ``value`` is what is there when the call returns, which may be what was there before; ``stored`` is what the
    attribute of the object's class gets by it (nothing where the callee knew the class and said so itself).
    """

    object: ObjId
    label: str
    value: Value
    stored: Value


class Pending(NamedTuple):
    """An effect in the words of the caller, for later."""

    target: Value
    label: str
    value: Value
    stored: Value


@dataclass(slots=True)
class Summary:
    """The summary of a function in a context; ``heap`` holds the new objects that leave it.

    ``needs`` names the parameters (with path) of which it mattered what they are (called, receiver of an unknown
    method, part of an address): a caller that knows makes a context of its own. ``asked`` are conditions on what is
    passed (``told.py``).
    """

    result: Value = UNKNOWN
    raises: Value = UNKNOWN
    yields: Value = UNKNOWN
    steps: list[Value] | None = field(default_factory=list)  # the yields in order, where that is the only one
    heap: dict[ObjId, Object] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    after: list[Effect] = field(default_factory=list)  # of a context manager: those when the block is left
    # What the caller passes at a symbol reaches a sink inside: by which way.
    sinks: dict[tuple[Mark, Target], Hop | None] = field(default_factory=dict)
    fields: dict[tuple[int, str], Value] = field(default_factory=dict)  # (class, attribute) -> what is stored
    class_fields: dict[tuple[int, str], Value] = field(default_factory=dict)  # class, or -1 for the receiver
    needs: set[tuple[int, Path]] = field(default_factory=set)
    asked: set[Question] = field(default_factory=set)
    returns: bool = True  # False: every call ends with an exception
    weight: int = 0  # fields, atoms and marks in ``heap`` and ``effects``, as it was when they were told apart
    version: int = 0  # which of those computed in a run this is; 0: of nothing that is known yet
    _returned: tuple[Value, int, frozenset[ObjId]] | None = None

    def returned(self) -> frozenset[ObjId]:
        """The new objects that the result leads to."""
        held = self._returned
        if held is None or held[0] is not self.result or held[1] != len(self.heap):
            held = self._returned = (self.result, len(self.heap), self._reached(self.result))
        return held[2]

    def _reached(self, value: Value) -> frozenset[ObjId]:
        out: set[ObjId] = set()
        todo = [value]
        while todo:
            for atom in todo.pop().atoms:
                if isinstance(atom, Obj) and atom.id not in out and atom.id in self.heap:
                    out.add(atom.id)
                    todo.extend(self.heap[atom.id].fields.values())
        return frozenset(out)

    def same(self, other: Summary) -> bool:
        """Whether callers would see no difference."""
        return (
            self.result.same(other.result)
            and self.raises.same(other.raises)
            and self.yields.same(other.yields)
            and len(self.steps or ()) == len(other.steps or ())
            and all(a.same(b) for a, b in zip(self.steps or (), other.steps or (), strict=True))
            and self.sinks.keys() == other.sinks.keys()
            and self.needs == other.needs
            and self.asked == other.asked
            and self.returns == other.returns
            and self.class_fields.keys() == other.class_fields.keys()
            and all(value.same(other.class_fields[key]) for key, value in self.class_fields.items())
            and _same_effects(self.effects, other.effects)
            and _same_effects(self.after, other.after)
            and self.fields.keys() == other.fields.keys()
            and all(value.same(other.fields[key]) for key, value in self.fields.items())
            and self.heap.keys() == other.heap.keys()
            and all(_same_object(obj, other.heap[key]) for key, obj in self.heap.items())
        )


def _same_effects(left: list[Effect], right: list[Effect]) -> bool:
    return len(left) == len(right) and all(
        a.object == b.object and a.label == b.label and a.value.same(b.value) for a, b in zip(left, right, strict=True)
    )


def _same_object(left: Object, right: Object) -> bool:
    if left is right:
        return True
    return left.fields.keys() == right.fields.keys() and all(
        value.same(right.fields[label]) for label, value in left.fields.items()
    )
