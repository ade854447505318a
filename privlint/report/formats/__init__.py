"""The output formats, one file each: a module here is found by itself, and defines the ``FORMAT`` of its own name.

A format is imported when it is asked for, so that a run loads the one it prints in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib import import_module

from privlint.report.registry import Format


class Formats(Mapping[str, Format]):
    """All formats by name, in the order of their names."""

    def __init__(self) -> None:
        found = (name.removesuffix(".py") for folder in __path__ for name in os.listdir(folder) if name.endswith(".py"))
        self._names = tuple(sorted(name for name in found if not name.startswith("_")))

    def __getitem__(self, name: str) -> Format:
        """The format of that name; raises KeyError for an unknown one, ValueError where its file gives another."""
        if name not in self._names:
            raise KeyError(name)
        declared: Format = import_module(f"{__name__}.{name}").FORMAT
        if declared.name != name:
            raise ValueError(f"{name}.py declares the output format {declared.name!r}")
        return declared

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
