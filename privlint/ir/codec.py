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
_new: Callable[..., Any] = tuple.__new__  # what a named tuple's own constructor ends in
_CONST, _ANNOTATE, _CHOOSE = OPS.index(ops.Const), OPS.index(ops.Annotate), ENDS.index(ops.Choose)
_NO_CELLS: frozenset[str] = frozenset()  # one for all: every empty set takes room
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
    number = plain.pop(0)
    if len(plain) != _SIZE[number]:
        raise CodecError(f"an op of {len(plain)} fields")
    read = _READ[number]
    if read is not None:
        read(plain)
    return _new(OPS[number], plain)


def _read_args(plain: list[Any]) -> None:
    plain[2] = tuple([_new(Arg, arg) for arg in plain[2]])


def _read_named(place: int) -> Callable[[list[Any]], None]:
    def read(plain: list[Any]) -> None:
        plain[place] = intern(plain[place])

    return read


def _read_variable(plain: list[Any]) -> None:
    """Slot and scope: names come again and again, and one string for all saves an eighth of the memory."""
    plain[0], plain[1] = intern(plain[0]), intern(plain[1])


def _read_load(plain: list[Any]) -> None:
    plain[1], plain[2] = intern(plain[1]), intern(plain[2])


def _read_build(plain: list[Any]) -> None:
    plain[1], plain[2] = intern(plain[1]), tuple([_new(Arg, arg) for arg in plain[2]])


def _read_call(plain: list[Any]) -> None:
    plain[2], plain[3] = tuple([_new(Arg, arg) for arg in plain[2]]), intern(plain[3])


def _read_combine(plain: list[Any]) -> None:
    plain[1], plain[2] = intern(plain[1]), tuple(plain[2])


def _read_unpack(plain: list[Any]) -> None:
    plain[0] = tuple(plain[0])


def _read_const(plain: list[Any]) -> None:
    if isinstance(plain[1], list):
        plain[1] = _read_constant(plain[1])


def _read_annotate(plain: list[Any]) -> None:
    plain[1], plain[2] = intern(plain[1]), _read_type(plain[2])


_READERS: dict[type[Any], Callable[[list[Any]], None]] = {
    ops.Const: _read_const, ops.LoadName: _read_load, ops.StoreName: _read_variable, ops.DelName: _read_variable,
    ops.LoadAttr: _read_named(2), ops.StoreAttr: _read_named(1), ops.DelAttr: _read_named(1), ops.Build: _read_build,
    ops.Combine: _read_combine, ops.Unpack: _read_unpack, ops.Call: _read_call, ops.MakeFunction: _read_args,
    ops.MakeClass: _read_args, ops.Import: _read_named(3), ops.Annotate: _read_annotate,
}  # fmt: skip
_READ = [_READERS.get(op) for op in OPS]
_SIZE = [len(op._fields) for op in OPS]


def _read_end(plain: list[Any]) -> Any:
    if plain[0] == _CHOOSE:
        return ops.Choose(tuple(plain[1]), plain[2])
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
        frozenset(cells) if cells else _NO_CELLS,
        tuple(decorators),
        tuple(Block(tuple([_read_op(op) for op in b[0]]), _read_end(b[1]), b[2]) for b in blocks),
        n,
    )
