"""One walk over the semantic nodes of a module: it numbers them and collects the names of every scope.

A node's ordinal is its place in this walk.  The walk visits expressions, statements, parameters, patterns and the
like, and neither white space nor annotations.  ``privlint.lower.syntax`` walks Python's own syntax tree in exactly
the same order, which is how an ordinal becomes a line and a column without parsing with LibCST again.  The walk
keeps its own stack, so that no nesting of the code under analysis can exhaust Python's.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from privlint.lower.scopes import Scope, settle
from privlint.lower.visit import Handler
from privlint.lower.visit_expressions import EXPRESSIONS
from privlint.lower.visit_statements import STATEMENTS

HANDLERS: dict[type, Handler] = {**EXPRESSIONS, **STATEMENTS}


class Walk:
    """The outcome of the walk: ordinals and scopes by the identity of a node (the module keeps the nodes alive)."""

    def __init__(self, module: cst.Module) -> None:
        self.module = module
        self.ordinals: dict[int, int] = {}
        self.scopes: dict[int, Scope] = {}
        self.root = Scope("module", None)
        self._scope = self.root
        self._all = [self.root]
        self._run()
        settle(self._all)

    def _run(self) -> None:
        ordinals = self.ordinals
        handlers = HANDLERS
        name_type, scope_type = cst.Name, Scope
        stack: list[Any] = [self.module]
        pop = stack.pop
        while stack:
            node = pop()
            kind = type(node)
            if kind is name_type:
                ordinals[id(node)] = len(ordinals)
                self._scope.uses.add(node.value)
            elif kind is scope_type:
                self._scope = node
            else:
                ordinals[id(node)] = len(ordinals)
                handler = handlers.get(kind)
                if handler is not None:
                    handler(self, node, stack)

    def number(self, node: object) -> None:
        """Give the next ordinal to ``node``."""
        self.ordinals[id(node)] = len(self.ordinals)

    def open(self, kind: str, node: cst.CSTNode, parent: Scope, transparent: bool = False) -> Scope:
        """A new scope that belongs to ``node``."""
        scope = Scope(kind, parent, self.ordinals[id(node)], transparent)
        self._all.append(scope)
        if not transparent:
            self.scopes[id(node)] = scope
        return scope

    @property
    def scope(self) -> Scope:
        """The scope that the node being visited is in."""
        return self._scope
