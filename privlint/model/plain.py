"""Values of the model as plain ones (lists, numbers, texts) and back: what JSON can hold, by the types of the fields.

A dataclass or a named tuple becomes the list of its fields, an enumeration its value.  Reading goes by the declared
types and builds nothing but these: bytes that somebody else wrote can at worst raise ``PlainError``.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, Union

T = TypeVar("T")
Convert = Callable[[Any], Any]


class PlainError(ValueError):
    """Plain values that are none of the type asked for."""


def to_plain(kind: Any, value: Any) -> Any:
    """``value``, of the type ``kind``, as plain values; raises TypeError for a type that has no plain form."""
    return _converters(kind)[0](value)


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of type ``kind`` that ``to_plain`` made this of; raises PlainError."""
    try:
        return typing.cast(T, _converters(typing.cast(Any, kind))[1](plain))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise PlainError(f"no {kind}: {error}") from None


def _same(value: Any) -> Any:
    return value


@cache
def _converters(kind: Any) -> tuple[Convert, Convert]:
    """How values of a type are written and read."""
    if kind is Any or kind in (str, int, float, bool, type(None), object):
        return _same, _same
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return _union(args)
    if origin is tuple:
        return _tuple(args)
    if origin in (list, set, frozenset, Sequence):
        return _collection(list if origin is Sequence else origin, args[0])
    if origin in (dict, Mapping):
        return _dict(*args)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return lambda value: value.value, kind
    if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or hasattr(kind, "_fields")):
        return _record(kind)
    raise TypeError(f"no plain form is known for {kind!r}")


def _record(kind: type) -> tuple[Convert, Convert]:
    hints = typing.get_type_hints(kind)
    named = getattr(kind, "_fields", None) or [field.name for field in dataclasses.fields(kind) if field.init]
    names = tuple(named)
    writers, readers = zip(*(_converters(hints[name]) for name in names), strict=True)

    def write(value: Any) -> list[Any]:
        return [write(getattr(value, name)) for write, name in zip(writers, names, strict=True)]

    def read(plain: Any) -> Any:
        return kind(*[read(item) for read, item in zip(readers, plain, strict=True)])

    return write, read


def _tuple(args: tuple[Any, ...]) -> tuple[Convert, Convert]:
    if len(args) == 2 and args[1] is ...:
        return _collection(tuple, args[0])
    writers, readers = zip(*map(_converters, args), strict=True)
    return (
        lambda value: [write(item) for write, item in zip(writers, value, strict=True)],
        lambda plain: tuple([read(item) for read, item in zip(readers, plain, strict=True)]),
    )


def _collection(kind: Any, item: Any) -> tuple[Convert, Convert]:
    write, read = _converters(item)
    if kind in (set, frozenset):
        return lambda value: [write(each) for each in sorted(value)], lambda plain: kind(map(read, plain))
    if write is _same:
        return list, kind
    return lambda value: [write(each) for each in value], lambda plain: kind([read(each) for each in plain])


def _dict(key: Any, item: Any) -> tuple[Convert, Convert]:
    """As pairs, whose order is kept."""
    write_key, read_key = _converters(key)
    write, read = _converters(item)
    return (
        lambda value: [[write_key(name), write(each)] for name, each in value.items()],
        lambda plain: {read_key(name): read(each) for name, each in plain},
    )


def _union(args: tuple[Any, ...]) -> tuple[Convert, Convert]:
    """None and one other type as they are; of several types, each value says its own."""
    others = [arg for arg in args if arg is not type(None)]
    converters = [_converters(arg) for arg in others]
    if all(write is _same for write, _ in converters):
        return _same, _same
    if len(others) == 1:
        write, read = converters[0]
        return (
            lambda value: None if value is None else write(value),
            lambda plain: None if plain is None else read(plain),
        )

    def write_tagged(value: Any) -> Any:
        for number, (kind, (write, _)) in enumerate(zip(others, converters, strict=True)):
            if isinstance(value, typing.get_origin(kind) or kind):
                return [number, write(value)]
        if value is None:
            return None
        raise TypeError(f"{value!r} is none of {others}")

    return write_tagged, lambda plain: None if plain is None else converters[plain[0]][1](plain[1])
