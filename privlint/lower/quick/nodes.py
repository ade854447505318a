"""LibCST nodes made of their semantic fields alone.

LibCST's own constructors validate every node and fill in its white space; a node that only privlint's own walk and
lowering will see needs neither.  ``maker`` gives a function that makes nodes of a class with the given fields set, and
reading any other field raises AttributeError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class UnsureError(Exception):
    """Python's tree does not say what LibCST's would, or there is none."""


Maker = Callable[..., Any]


def maker(kind: type[Any], *names: str, **fixed: object) -> Maker:
    """A function that makes a node of class ``kind`` from the values of the fields ``names``; ``fixed`` are the same
    in every node.  Raises AttributeError where the class has no such field."""
    new: Callable[..., Any] = object.__new__
    setters = [getattr(kind, name).__set__ for name in names]
    constants = [(getattr(kind, name).__set__, value) for name, value in fixed.items()]
    if constants or len(setters) not in _SHAPES:
        return _general(kind, setters, constants)
    return _SHAPES[len(setters)](kind, new, *setters)


def _general(kind: type[Any], setters: list[Any], constants: list[tuple[Any, object]]) -> Maker:
    def make(*values: object) -> Any:
        node: Any = object.__new__(kind)
        for setter, value in zip(setters, values, strict=True):
            setter(node, value)
        for setter, value in constants:
            setter(node, value)
        return node

    return make


def _none(kind: type[Any], new: Any) -> Maker:
    return lambda: new(kind)


def _one(kind: type[Any], new: Any, first: Any) -> Maker:
    def make(a: object) -> Any:
        node = new(kind)
        first(node, a)
        return node

    return make


def _two(kind: type[Any], new: Any, first: Any, second: Any) -> Maker:
    def make(a: object, b: object) -> Any:
        node = new(kind)
        first(node, a)
        second(node, b)
        return node

    return make


def _three(kind: type[Any], new: Any, first: Any, second: Any, third: Any) -> Maker:
    def make(a: object, b: object, c: object) -> Any:
        node = new(kind)
        first(node, a)
        second(node, b)
        third(node, c)
        return node

    return make


_SHAPES: dict[int, Callable[..., Maker]] = {0: _none, 1: _one, 2: _two, 3: _three}
