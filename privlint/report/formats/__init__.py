"""The output formats, one file each; a module here is found by itself if it defines ``FORMAT``.

A format whose work needs a heavy library imports it inside its renderer, since all modules are imported to learn
their names.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from privlint.report.registry import Format


def discover() -> dict[str, Format]:
    """All formats by name, sorted.  Raises ``ValueError`` if two files declare the same name."""
    found: dict[str, Format] = {}
    for module in pkgutil.iter_modules(__path__):
        declared: Format = import_module(f"{__name__}.{module.name}").FORMAT
        if declared.name in found:
            raise ValueError(f"two output formats are named {declared.name!r}")
        found[declared.name] = declared
    return dict(sorted(found.items()))
