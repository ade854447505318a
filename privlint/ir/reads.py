"""Which registers an op reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from privlint.ir import ops as o


def _source(op: Any) -> tuple[int, ...]:
    return (op.src,)


def _owner(op: Any) -> tuple[int, ...]:
    return (op.obj,)


def _place(op: Any) -> tuple[int, ...]:
    return op.obj, op.key


# The registers that ops of a type read; none where the type is not named.
_READS: dict[type, Callable[[Any], tuple[int, ...]]] = {
    **dict.fromkeys((o.Move, o.Await, o.Iterate, o.Enter, o.Exit, o.Yield, o.StoreName, o.Unpack), _source),
    **dict.fromkeys((o.LoadAttr, o.DelAttr), _owner),
    **dict.fromkeys((o.LoadItem, o.DelItem), _place),
    o.StoreAttr: lambda op: (op.obj, op.src),
    o.StoreItem: lambda op: (op.obj, op.key, op.src),
    o.Build: lambda op: tuple([part.reg for part in op.parts]),
    o.Combine: lambda op: op.args,
    o.Call: lambda op: (op.func, *[arg.reg for arg in op.args]),
    o.MakeFunction: lambda op: tuple([arg.reg for arg in op.defaults]),
    o.MakeClass: lambda op: tuple([arg.reg for arg in op.bases]),
}


def operands(op: o.Op) -> tuple[int, ...]:
    """The registers that an op reads."""
    reads = _READS.get(type(op))
    return reads(op) if reads is not None else ()
