"""``privacy.yml``: looked up, read, and turned into a ``Declaration`` whose entries know their lines.

What reads YAML is imported when it is first asked for: most runs only want to know where the declaration is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privlint.declaration.errors import DeclarationError
from privlint.declaration.lookup import find
from privlint.declaration.parts import Declarations, Parts

if TYPE_CHECKING:
    from privlint.declaration.loading import load
    from privlint.declaration.schema import schema

__all__ = ["DeclarationError", "Declarations", "Parts", "find", "load", "schema"]

_LATER = {"load": "loading", "schema": "schema"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    for value, module in _LATER.items():
        globals()[value] = getattr(import_module(f"{__name__}.{module}"), value)  # over a module of the same name
    return globals()[name]
