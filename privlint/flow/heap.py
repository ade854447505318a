"""The abstract memory of one function: variables and objects, flow-sensitive.

Objects are immutable snapshots (``Object``), replaced on every store, so that a state is copied by copying two
dictionaries.  An object that may stand for several (made in a loop, ``recency.py``) is only ever written weakly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from privlint.flow import limits
from privlint.flow.values import (
    ADDED,
    BESIDE,
    CLEARED,
    MAYBE,
    REST,
    TRUE,
    UNKNOWN,
    Bound,
    Func,
    Obj,
    ObjId,
    Value,
    either,
    join,
)

_NAMESPACES = frozenset(("module", "class", "env"))  # whose names the code itself counts

Initial = Callable[[ObjId, str], Value]  # the value that a symbolic object has under a label from the start


def objects_in(value: Value) -> list[ObjId]:
    """The heap objects that a value refers to."""
    out: list[ObjId] = []
    for atom in value.ordered:
        if isinstance(atom, Bound):
            if atom.func.env is not None:
                out.append(atom.func.env)
            if isinstance(atom.self, Obj):
                out.append(atom.self.id)
        elif isinstance(atom, Obj):
            out.append(atom.id)
        elif isinstance(atom, Func) and atom.env is not None:
            out.append(atom.env)
    return out


class Object:
    """An abstract object: ``kind`` (``list dict set tuple inst env gen module sym iter partial``), its class (of the
    program) or library type, and the values at its labels."""

    __slots__ = ("cls", "fields", "kind", "many", "type", "written")

    def __init__(
        self,
        kind: str,
        cls: int = -1,
        type_: str = "",
        fields: dict[str, Value] | None = None,
        many: bool = False,
        written: dict[str, Value] | None = None,
    ) -> None:
        self.kind = kind
        self.cls = cls
        self.type = type_
        self.fields: dict[str, Value] = fields if fields is not None else {}
        self.many = many
        self.written: dict[str, Value] = written if written is not None else {}  # label -> what was stored there

    @property
    def built_in(self) -> str:
        """The kind of a container that is of no class of the program and no type of a library; else ``""``."""
        return self.kind if self.cls < 0 and not self.type else ""

    def with_field(self, label: str, value: Value, stored: Value | None = None) -> Object:
        """The object with ``value`` at ``label``, of which ``stored`` is new."""
        fields = dict(self.fields)
        place = self.place_of(label)
        fields[place] = value if place == label else join(fields.get(place, UNKNOWN), value)
        label = place
        written = dict(self.written)
        written[label] = join(written.get(label, UNKNOWN), value if stored is None else stored)
        return Object(self.kind, self.cls, self.type, fields, self.many, written)

    def place_of(self, label: str) -> str:
        """The label under which what is stored at ``label`` is kept: its own, as long as there is room for it."""
        fields = self.fields
        if label in fields or len(fields) < limits.FIELDS or label in BESIDE or self.kind in _NAMESPACES:
            return label
        limits.reached("labels on one object")
        return "[*]" if label[0] == "[" else ".*"

    def without(self, label: str) -> Object:
        """The object with nothing at ``label`` (``del``, ``pop``)."""
        fields = dict(self.fields)
        fields[label] = UNKNOWN
        written = {**self.written, label: self.written.get(label, UNKNOWN)}
        return Object(self.kind, self.cls, self.type, fields, self.many, written)

    def shortened(self, label: str) -> Object:
        """The sequence without its last item, which is at ``label``."""
        fields = {k: v for k, v in self.fields.items() if k != label}
        written = {k: v for k, v in self.written.items() if k != label}
        return Object(self.kind, self.cls, self.type, fields, self.many, written)

    def plural(self) -> Object:
        """The object as one that stands for many."""
        return self if self.many else Object(self.kind, self.cls, self.type, self.fields, True, self.written)


def join_objects(key: ObjId, left: Object, right: Object, initial: Initial) -> Object:
    """The object at a meeting of two ways; a symbolic object has its initial value where nothing was written."""
    if left is right:
        return left
    symbolic = key[0] == "s"
    if key[0] == "c":
        return Object(
            "class",
            fields={at: join(value, right.fields[at]) for at, value in left.fields.items() if at in right.fields},
        )
    fields, other = left.fields, right.fields  # copied when the first of them changes
    changed = False
    if fields is not other:
        for label, value in other.items():
            old = fields.get(label)
            if old is value:
                continue
            known = old is not None
            if old is None:
                old = _before(key, left, label, initial)
            new = join(old, value)
            if not known or new is not old:
                if not changed:
                    fields = dict(fields)
                    changed = True
                fields[label] = new
        if REST in other and not symbolic:
            for label in [label for label in left.fields if label not in other]:
                held = left.fields[label]
                new = join(held, _of_rest(right, label, initial))
                if new is not held:
                    if not changed:
                        fields = dict(fields)
                        changed = True
                    fields[label] = new
        if symbolic:
            missing = [label for label in left.fields if label not in other]
            for label in sorted(missing) if len(missing) > 1 else missing:
                held = left.fields[label]
                new = join(held, _before(key, right, label, initial))
                if new is not held:
                    if not changed:
                        fields = dict(fields)
                        changed = True
                    fields[label] = new
        elif left.kind in ("list", "tuple", "iter") and other.keys() != left.fields.keys():
            fields = dict(fields) if not changed else fields
            changed |= _lengths_differ(left, right, fields)
        elif left.kind == "dict" and MAYBE not in left.fields and other.keys() != left.fields.keys():
            fields = {**fields, MAYBE: TRUE}  # a key of only one of them may be missing
            changed = True
    written = join_written(left.written, right.written)
    if symbolic and (CLEARED in left.fields) != (CLEARED in other):  # cleared on one way alone
        fields = {label: value for label, value in fields.items() if label != CLEARED}
        written = {label: value for label, value in written.items() if label != CLEARED}
        changed = True
    many = left.many or right.many
    cls, type_ = left.cls if left.cls >= 0 else right.cls, left.type or right.type
    if symbolic and (left.cls, left.type) != (right.cls, right.type):  # a test narrowed one of them
        cls, type_ = -1, ""
    if not changed and written is left.written and many == left.many and (cls, type_) == (left.cls, left.type):
        return left
    return Object(left.kind, cls, type_, fields, many, written)


def _before(key: ObjId, obj: Object, label: str, initial: Initial) -> Value:
    """What an object has under a label where the function stored nothing there."""
    if key[0] != "s":
        return _of_rest(obj, label, initial)
    return UNKNOWN if label in BESIDE else initial(key, label)


def _of_rest(obj: Object, label: str, initial: Initial) -> Value:
    """What an object has under a label by the mappings that it took over, as far as they are the caller's."""
    out = UNKNOWN
    if REST in obj.fields and label[0] == "[" and label not in (REST, ADDED):
        for atom in obj.fields[REST].ordered:
            if isinstance(atom, Obj) and atom.id[0] == "s":
                out = join(out, initial(atom.id, label))
    return out


def _lengths_differ(left: Object, right: Object, fields: dict[str, Value]) -> bool:
    """Where two ways made a sequence of different length, an item of only one of them may be at any position."""
    only = {label for label in left.fields.keys() ^ right.fields.keys() if label[0] == "[" and label != "[*]"}
    if not only or ("[*]" in left.fields) != ("[*]" in right.fields):
        return False  # nothing to say, or one of them is of unknown length and stays so
    old = fields.get("[*]")
    rest = old if old is not None else UNKNOWN
    for label in sorted(only):
        rest = join(rest, fields[label])
    fields["[*]"] = rest
    return old is None or rest is not old


def join_written(left: dict[str, Value], right: dict[str, Value]) -> dict[str, Value]:
    """What was stored on either of two ways; ``left`` itself where ``right`` adds nothing."""
    out = left
    if left is right:
        return left
    for label, value in right.items():
        old = left.get(label)
        if old is value:
            continue
        new = value if old is None else join(old, value)
        if old is None or new is not old:
            if out is left:
                out = dict(left)
            out[label] = new
    return out


class Symbols(Protocol):
    """What symbolic objects are when the function begins."""

    def before(self, key: ObjId) -> Object:
        """A symbolic object, or the variables of a module, as the function finds them."""

    def initial(self, key: ObjId, label: str) -> Value:
        """What it has under a label."""


class State:
    """Variables and objects at one point of a function."""

    __slots__ = ("env", "heap")

    def __init__(self, env: dict[str, Value] | None = None, heap: dict[ObjId, Object] | None = None) -> None:
        self.env: dict[str, Value] = env if env is not None else {}
        self.heap: dict[ObjId, Object] = heap if heap is not None else {}

    def copy(self) -> State:
        """An independent copy."""
        return State(dict(self.env), dict(self.heap))

    def merge(self, other: State, symbols: Symbols) -> bool:
        """Join ``other`` into this state; whether anything was added."""
        initial = symbols.initial
        changed = False
        env = self.env
        for name, value in other.env.items():
            old = env.get(name)
            if old is value:
                continue
            if old is None:
                env[name] = value
                changed = True
            else:
                new = either(old, value)
                if new is not old:
                    if not new.same(old):
                        changed = True
                    env[name] = new
        heap = self.heap
        held = heap.get
        for key, obj in other.heap.items():
            mine = held(key)
            if mine is obj:
                continue
            if mine is None:
                if key[0] == "c":  # bound on one way alone: what the class has in any run
                    continue
                heap[key] = join_objects(key, symbols.before(key), obj, initial) if key[0] in ("s", "g") else obj
                changed = True
            else:
                new_obj = join_objects(key, mine, obj, initial)
                if new_obj is not mine:
                    changed = changed or _differs(mine, new_obj)
                    heap[key] = new_obj
        for key in heap.keys() - other.heap.keys() if len(heap) != len(other.heap) else ():
            if key[0] == "c":
                del heap[key]
                changed = True
            elif key[0] in ("s", "g"):
                mine = heap[key]
                new_obj = join_objects(key, mine, symbols.before(key), initial)
                changed = changed or (new_obj is not mine and _differs(mine, new_obj))
                heap[key] = new_obj
        return changed


def _differs(old: Object, new: Object) -> bool:
    if old.many != new.many or old.fields.keys() != new.fields.keys():
        return True
    return any(not old.fields[label].same(value) for label, value in new.fields.items())
