"""Scopes: which variable a name means, by Python's own rules.

A scope is a module, a function (a lambda too), a class body, or an overlay.  An overlay holds the variables of a
comprehension, or the type parameters of a definition: Python gives these a scope of their own, the IR inlines them
into the function around, under a slot ``name@ordinal``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Variable(NamedTuple):
    """What a name stands for at some place: the three fields that ``LoadName`` and ``StoreName`` share."""

    slot: str
    scope: str
    depth: int


class Scope:
    """One scope while a file is walked; ``resolve`` may be asked once ``settle`` has run over all of them."""

    __slots__ = (
        "bound", "cells", "declared", "generator", "kind", "owner", "parent", "table", "tag", "transparent", "uses",
    )  # fmt: skip

    def __init__(self, kind: str, parent: Scope | None, tag: int = -1, transparent: bool = False) -> None:
        self.kind = kind  # module | function | class | overlay
        self.parent = parent
        self.owner: Scope = parent.owner if kind == "overlay" and parent is not None else self
        self.tag = tag  # overlay: the ordinal in its slots
        self.transparent = transparent  # overlay: names of a class body around it are visible (type parameters)
        self.bound: set[str] = set()
        self.uses: set[str] = set()
        self.declared: dict[str, str] = {}  # name -> "global" | "nonlocal"
        self.cells: set[str] = set()  # slots of an owner that inner functions use
        self.generator = False
        self.table: dict[str, Variable] = {}

    def bind(self, name: str) -> None:
        """``name`` is assigned to here (unless it was declared to live elsewhere)."""
        self.bound.add(name)

    def resolve(self, name: str) -> Variable:
        """The variable that ``name`` means in this scope."""
        found = self.table.get(name)
        if found is None:
            found = self.table[name] = self._find(name)
        return found

    def _find(self, name: str) -> Variable:
        scope: Scope | None = self
        owner = self.owner
        depth = 0
        direct = True  # nothing but transparent overlays has been left on the way out
        while scope is not None:
            if scope.owner is not owner:
                owner = scope.owner
                depth += 1
            if scope.kind != "class" or direct:
                declared = scope.declared.get(name)
                if declared == "global":
                    break
                if declared is None and name in scope.bound:
                    return self._found(scope, name, depth)
            direct = direct and scope.transparent
            scope = scope.parent
        return Variable(name, "global", 0)

    def _found(self, scope: Scope, name: str, depth: int) -> Variable:
        if scope.kind == "module":
            return Variable(name, "global", 0)
        if scope.kind == "class":
            return Variable(name, "class", 0)
        slot = f"{name}@{scope.tag}" if scope.kind == "overlay" else name
        if depth:
            scope.owner.cells.add(slot)
            return Variable(slot, "free", depth)
        return Variable(slot, "cell" if slot in scope.owner.cells else "local", 0)


def settle(scopes: Iterable[Scope]) -> None:
    """Find out which variables are cells: an inner use must be known before the first load of the outer one."""
    for scope in scopes:
        if scope.kind == "module":
            continue
        for name in scope.uses:
            scope._find(name)
        for name, where in scope.declared.items():
            if where == "nonlocal":
                scope._find(name)
