"""LibCST to IR: a file is parsed, walked once over its semantic nodes, and lowered to basic blocks.

``lower`` does one file, ``lower_all`` and ``encode_all`` many of them in parallel, ``locate`` turns the ordinals of
the IR back into lines and columns.  They are imported on first use, since LibCST takes a while to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privlint.lower.module import lower
    from privlint.lower.parse import LowerError
    from privlint.lower.pool import encode_all, lower_all
    from privlint.lower.positions import locate

__all__ = ["LowerError", "encode_all", "locate", "lower", "lower_all"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    homes = {"lower": "module", "LowerError": "parse", "lower_all": "pool", "encode_all": "pool", "locate": "positions"}
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"privlint.lower.{homes[name]}"), name)
