"""The functions of the language and its library whose meaning is written down here, by dotted path."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.values import (
    Value,
)

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


Handler = Callable[[Frame, "Callee", "Arguments"], Value | None]


FUNCTIONS: dict[str, Handler] = {}


def function(*names: str) -> Callable[[Handler], Handler]:
    """Register the meaning of builtin or standard-library functions."""

    def register(handler: Handler) -> Handler:
        for name in names:
            FUNCTIONS[name] = handler
        return handler

    return register
