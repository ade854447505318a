"""What instances become when they are packed: ``json.dumps(x, default=f)``, ``cls=Encoder``, ``__getstate__``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.access import store
from privlint.flow.arguments import Arguments
from privlint.flow.calls import call_dunder, call_method, call_value
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import item, positions
from privlint.flow.values import UNKNOWN, Atom, Cls, Obj, Opaque, Value, join, of, text_key, with_marks

if TYPE_CHECKING:
    from privlint.flow.library import Callee

Conversion = Callable[[Obj], Value | None]  # what an instance is turned into; None where it stays what it is

_CONTAINERS = frozenset({"list", "tuple", "dict", "set"})
_DEPTH = 4


def by_state(fr: Frame, callee: Callee) -> Conversion:
    """What pickling keeps of an instance."""
    return lambda atom: _state(fr, atom, callee.n)


def by_arguments(fr: Frame, callee: Callee, args: Arguments) -> Conversion | None:
    """What ``default=`` or ``cls=`` turns instances of the program's classes into; None where neither is given."""
    default, encoder = args.keywords.get("default"), args.keywords.get("cls")
    if default is not None and default[0].atoms:
        given = default[0]
        return lambda atom: call_value(fr, given, Arguments([(of(atom), callee.n)]), callee.n)
    classes = [a.cls for a in encoder[0].atoms if isinstance(a, Cls)] if encoder is not None else []
    method = fr.program.method(classes[0], "default") if len(classes) == 1 else None
    if method is None:
        return None
    function, coder = method.function, Opaque(classes[0])
    return lambda atom: call_method(fr, function, coder, [of(atom)], callee.n)


def converted(fr: Frame, value: Value, n: int, convert: Conversion, depth: int = 0) -> Value:
    """A value with the instances in it converted; the value itself where there are none."""
    out = Value(frozenset(), value.marks)
    changed = False
    for atom in value.ordered:
        made = _converted_atom(fr, atom, n, convert, depth) if isinstance(atom, Obj) and depth < _DEPTH else None
        changed = changed or made is not None
        out = join(out, of(atom) if made is None else made)
    return out if changed else value


def _converted_atom(fr: Frame, atom: Obj, n: int, convert: Conversion, depth: int) -> Value | None:
    obj = fr.object(atom.id)
    if atom.id[0] == "s":
        return None
    if obj.cls >= 0 and obj.kind == "inst":
        made = convert(atom)
        return None if made is None else converted(fr, made, n, convert, depth + 1)
    if obj.built_in not in _CONTAINERS or len(obj.fields) > limits.ITEMS:
        return None
    fields = {label: converted(fr, part, n, convert, depth + 1) for label, part in obj.fields.items()}
    if all(part is obj.fields[label] for label, part in fields.items()):
        return None
    return of(fr.allocate(n, Object(obj.kind, fields=fields), ("as data", *atom.id[:3])))


def _state(fr: Frame, atom: Obj, n: int) -> Value | None:
    """What an instance is once it was pickled and comes back, where its class says what is kept of it."""
    cls = fr.object(atom.id).cls
    recipe = call_dunder(fr, atom, "__reduce__", [])
    if recipe is not None:
        given = item(fr, recipe, "[1]")
        parts = [(item(fr, given, label), n) for label in positions(fr, given) or ()]
        return call_value(fr, item(fr, recipe, "[0]"), Arguments(parts), n)
    state = call_dunder(fr, atom, "__getstate__", [])
    if state is None:
        return None
    made: Atom = fr.allocate(n, Object("inst", cls), ("state", *atom.id[:3]))
    restoring = fr.program.method(cls, "__setstate__")
    if restoring is not None:
        call_method(fr, restoring.function, made, [state], n)
        return of(made)
    for held in state.ordered:
        for label, value in fr.object(held.id).fields.items() if isinstance(held, Obj) else ():
            name = text_key(label)
            store(fr, of(made), f".{name}" if name is not None else ".*", value or UNKNOWN, strong=name is not None)
    return with_marks(of(made), state.marks)
