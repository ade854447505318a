"""A ``ModuleIR`` as bytes and back: what goes between processes and into the cache on disk.

The format is JSON of plain lists, deflated; the path of the file is left out, so that equal files give equal bytes.
Every op is a list whose first item is its number in ``OPS`` or ``ENDS``; constants
that JSON does not have are tagged.  Reading it can build nothing but ops, unlike ``pickle``: a cache that somebody
else has written is no danger.  ``FORMAT`` must change whenever an op or the meaning of one does.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from sys import intern
from typing import Any

from privlint.ir import ops
from privlint.ir.module import Block, FunctionIR, ModuleIR, Param
from privlint.ir.ops import Arg, TypeRef

FORMAT = 2

OPS: tuple[type[Any], ...] = (
    ops.Const, ops.LoadName, ops.StoreName, ops.DelName, ops.Move, ops.LoadAttr, ops.StoreAttr, ops.DelAttr,
    ops.LoadItem, ops.StoreItem, ops.DelItem, ops.Build, ops.Combine, ops.Iterate, ops.Unpack, ops.Call, ops.Await,
    ops.Yield, ops.Enter, ops.Exit, ops.Caught, ops.MakeFunction, ops.MakeClass, ops.Import, ops.Annotate,
)  # fmt: skip
ENDS: tuple[type[Any], ...] = (ops.Jump, ops.Branch, ops.Choose, ops.Return, ops.Raise)

_OP_NUMBER = {op: number for number, op in enumerate(OPS)}
_END_NUMBER = {end: number for number, end in enumerate(ENDS)}
_MAKE_OP = [op._make for op in OPS]
_CONST, _ANNOTATE, _CHOOSE = OPS.index(ops.Const), OPS.index(ops.Annotate), ENDS.index(ops.Choose)
_ARGS_AT = {  # where an op has a tuple of Arg
    OPS.index(ops.Build): 2, OPS.index(ops.Call): 2, OPS.index(ops.MakeFunction): 2, OPS.index(ops.MakeClass): 2,
}  # fmt: skip
_TUPLE_AT = {OPS.index(ops.Combine): 2, OPS.index(ops.Unpack): 0}  # ... and of registers
_NAME_AT = {  # names come again and again: one string for all saves an eighth of the memory
    number: op._fields.index(field)
    for number, op in enumerate(OPS)
    for field in ("slot", "name", "text", "op", "kind")
    if field in op._fields
}
_SCOPED = frozenset(number for number, op in enumerate(OPS) if "scope" in op._fields)


_MOST = 1 << 30  # bytes of a module, inflated


class CodecError(ValueError):
    """The bytes are not a module in this format."""


def encode(module: ModuleIR) -> bytes:
    """The module as bytes, without its path."""
    functions = [_function(function) for function in module.functions]
    plain = [FORMAT, module.exports, module.nodes, functions]
    return zlib.compress(json.dumps(plain, separators=(",", ":"), ensure_ascii=True).encode("ascii"), 1)


def decode(data: bytes, path: str) -> ModuleIR:
    """The module at ``path`` that ``encode`` made these bytes of; raises ``CodecError``."""
    try:
        form, exports, nodes, functions = json.loads(_inflated(data))
        if form != FORMAT:
            raise CodecError(f"format {form!r}, not {FORMAT}")
        names = None if exports is None else tuple(exports)
        return ModuleIR(path, tuple(_read_function(function) for function in functions), names, nodes)
    except CodecError:
        raise
    except (ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
        raise CodecError(str(error)) from None


def _inflated(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(data, _MOST)
    except zlib.error as error:
        raise CodecError(str(error)) from None
    if not unpacking.eof:
        raise CodecError("cut off, or too long")
    return text


def _type(ref: TypeRef | None) -> Any:
    if ref is None:
        return None
    return [ref.name, *map(_type, ref.args)] if ref.args else ref.name


def _read_type(plain: Any) -> TypeRef:
    if isinstance(plain, str):
        return TypeRef(plain)
    return TypeRef(plain[0], tuple(map(_read_type, plain[1:])))


def _maybe_type(plain: Any) -> TypeRef | None:
    return None if plain is None else _read_type(plain)


def _constant(value: Any) -> Any:
    """Constants that JSON cannot tell apart become a list: its tag and a text."""
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if kind is int:
        return value if -(2**53) < value < 2**53 else ["i", hex(value)]
    if kind is float:
        return ["f", value.hex()]
    if kind is complex:
        return ["c", value.real.hex(), value.imag.hex()]
    if kind is bytes:
        return ["b", value.decode("latin-1")]
    if value is ...:
        return ["."]
    raise TypeError(f"no constant of the IR: {value!r}")


_READ_CONSTANT: dict[str, Callable[..., Any]] = {
    "i": lambda text: int(text, 16),
    "f": float.fromhex,
    "c": lambda real, imag: complex(float.fromhex(real), float.fromhex(imag)),
    "b": lambda text: text.encode("latin-1"),
    ".": lambda: ...,
}


def _read_constant(plain: Any) -> Any:
    return _READ_CONSTANT[plain[0]](*plain[1:]) if isinstance(plain, list) else plain


def _op(op: Any) -> list[Any]:
    number = _OP_NUMBER[type(op)]
    if number == _CONST:
        return [number, op.dst, _constant(op.value), op.n]
    if number == _ANNOTATE:
        return [number, op.obj, op.name, _type(op.type), op.n]
    return [number, *op]


def _read_op(plain: list[Any]) -> Any:
    number = plain[0]
    place = _ARGS_AT.get(number)
    if place is not None:
        plain[place + 1] = tuple([Arg(*arg) for arg in plain[place + 1]])
    elif number in _TUPLE_AT:
        plain[_TUPLE_AT[number] + 1] = tuple(plain[_TUPLE_AT[number] + 1])
    elif number == _CONST:
        plain[2] = _read_constant(plain[2])
    elif number == _ANNOTATE:
        plain[3] = _read_type(plain[3])
    place = _NAME_AT.get(number)
    if place is not None:
        plain[place + 1] = intern(plain[place + 1])
        if number in _SCOPED:
            plain[2] = intern(plain[2])
    return _MAKE_OP[number](plain[1:])


def _read_end(plain: list[Any]) -> Any:
    if plain[0] == _CHOOSE:
        return ops.Choose(tuple(plain[1]))
    return ENDS[plain[0]]._make(plain[1:])


def _function(function: FunctionIR) -> list[Any]:
    params = [[p.name, p.kind, _type(p.annotation), p.default, p.n] for p in function.params]
    blocks = [[[_op(op) for op in b.ops], [_END_NUMBER[type(b.end)], *b.end], b.handler] for b in function.blocks]
    return [
        function.index, function.name, function.qualname, function.kind, function.parent, params,
        _type(function.returns), function.asynchronous, function.generator, sorted(function.cells),
        function.decorators, blocks, function.n,
    ]  # fmt: skip


def _read_function(plain: list[Any]) -> FunctionIR:
    (index, name, qualname, kind, parent, params, returns, asynchronous, generator, cells, decorators, blocks, n) = (
        plain
    )
    return FunctionIR(
        index,
        name,
        qualname,
        kind,
        parent,
        tuple(Param(p[0], p[1], _maybe_type(p[2]), p[3], p[4]) for p in params),
        _maybe_type(returns),
        asynchronous,
        generator,
        frozenset(cells),
        tuple(decorators),
        tuple(Block(tuple([_read_op(op) for op in b[0]]), _read_end(b[1]), b[2]) for b in blocks),
        n,
    )
