"""``privacy.yml``: looked up, read, and turned into a ``Declaration`` whose entries know their lines.

What reads YAML is imported when it is first asked for: most runs only want to know where the declaration is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privlint.declaration.errors import DeclarationError
from privlint.declaration.lookup import find

if TYPE_CHECKING:
    from privlint.declaration.reading import load
    from privlint.declaration.schema import schema

__all__ = ["DeclarationError", "find", "load", "schema"]


def __getattr__(name: str) -> Any:
    if name not in ("load", "schema"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    for value, module in (("load", "reading"), ("schema", "schema")):
        globals()[value] = getattr(import_module(f"{__name__}.{module}"), value)  # over a module of the same name
    return globals()[name]
