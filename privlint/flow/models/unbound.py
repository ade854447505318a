"""Methods of builtin types that are called through the type: ``str.upper(text)``, ``map(str.strip, lines)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.models.registry import Handler
from privlint.flow.values import UNKNOWN, Value

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_TYPES = tuple(f"builtins.{name}." for name in ("str", "bytes", "bytearray", "list", "dict", "set", "frozenset"))
_OF_CLASS = frozenset({"fromkeys", "maketrans", "fromhex", "__new__", "__init__"})


def method(path: str) -> Handler | None:
    """How a method of a builtin type is called on its first argument; None for anything else."""
    if not path.startswith(_TYPES) or path.rpartition(".")[2] in _OF_CLASS:
        return None
    name = path.rpartition(".")[2]

    def call(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
        from privlint.flow.arguments import Arguments as Given
        from privlint.flow.calls import call_value

        if not args.positional:
            return None
        given = Given(args.positional[1:], args.keywords, args.star, args.mappings, args.names)
        receiver = args.positional[0][0]
        return call_value(fr, UNKNOWN, given, callee.n, text=name, attribute=name, receiver=receiver)

    return call
