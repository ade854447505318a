"""Methods of builtin types that are called through the type: ``str.upper(text)``, ``map(str.strip, lines)``, and by a
class below such a type for itself: ``super().append(item)``, ``dict.__setitem__(self, key, value)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.models.registry import Handler
from privlint.flow.values import NONE, UNKNOWN, Atom, Obj, Super, Value

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_TYPES = tuple(
    [f"builtins.{name}." for name in ("str", "bytes", "bytearray", "list", "dict", "set", "frozenset")]
    + [f"collections.{name}." for name in ("UserDict", "UserList", "OrderedDict", "defaultdict", "deque")]
)
_OF_CLASS = frozenset({"fromkeys", "maketrans", "fromhex", "__new__"})
_FILLED = {"dict": "update", "list": "extend", "set": "update"}  # how what ``__init__`` is given goes in
_OWN = ("__getitem__", "__setitem__", "__delitem__", "__iter__", "__missing__")


def method(path: str) -> Handler | None:
    """How a method of a builtin type is called on its first argument; None for anything else."""
    if not path.startswith(_TYPES) or path.rpartition(".")[2] in _OF_CLASS:
        return None
    name = path.rpartition(".")[2]

    def call(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
        from privlint.flow.arguments import Arguments as Given

        by_super = frozenset(a.self for a in callee.receiver.atoms if isinstance(a, Super)) if callee.receiver else ()
        if by_super:
            return _on(fr, callee, name, Value(frozenset(by_super)), args)
        if not args.positional:
            return None
        given = Given(args.positional[1:], args.keywords, args.star, args.mappings, args.names)
        return _on(fr, callee, name, args.positional[0][0], given)

    return call


def _on(fr: Frame, callee: Callee, name: str, receiver: Value, args: Arguments) -> Value | None:
    """Call the type's own method on a value, whatever its class says of it."""
    from privlint.flow.calls import call_value

    under_way = [each for atom in receiver.ordered for each in _methods(fr, atom)]
    fr.implicit.update(under_way)
    try:
        if name == "__init__":
            return _fill(fr, callee, receiver, args)
        if name == "__iter__":
            return receiver
        return call_value(fr, UNKNOWN, args, callee.n, text=name, attribute=name, receiver=receiver)
    finally:
        fr.implicit.difference_update(under_way)


def _methods(fr: Frame, atom: Atom) -> list[tuple[int, Atom]]:
    """The methods that the class of an instance has for itself, in the form in which calls of them are noted."""
    cls = fr.object(atom.id).cls if isinstance(atom, Obj) else -1
    found = [fr.program.method(cls, name) for name in _OWN] if cls >= 0 else []
    return [key for own in found if own is not None and (key := (own.function, atom)) not in fr.implicit]


def _fill(fr: Frame, callee: Callee, receiver: Value, args: Arguments) -> Value | None:
    """``super().__init__(...)`` of a container."""
    from privlint.flow.calls import call_value

    kinds = {fr.object(atom.id).kind for atom in receiver.atoms if isinstance(atom, Obj)}
    name = _FILLED.get(kinds.pop(), "") if len(kinds) == 1 else ""
    if not name:
        return None
    if args.positional or args.keywords or args.mappings or args.star is not None:
        call_value(fr, UNKNOWN, args, callee.n, text=name, attribute=name, receiver=receiver)
    return NONE
