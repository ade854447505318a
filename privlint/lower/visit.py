"""What the handlers of the walk share; a handler pushes a node's children, the first one last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from privlint.lower.shapes import statements

if TYPE_CHECKING:
    from privlint.lower.walk import Walk

Handler = Callable[["Walk", Any, list[Any]], None]


def fields_of(*names: str) -> Handler:
    """A handler that visits the nodes in these fields, in this order."""
    backwards = names[::-1]

    def handle(walk: Walk, node: Any, stack: list[Any]) -> None:
        for name in backwards:
            child = getattr(node, name)
            if child is not None:
                stack.append(child)

    return handle


def visit_suite(stack: list[Any], body: Any) -> None:
    """Visit the statements of a suite."""
    stack.extend(reversed(statements(body)))
