"""What part of a program a declaration judges, where several declarations stand beside the parts of a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


def _everything(path: str) -> bool:
    return True


class Scope(NamedTuple):
    """The part of a run that one declaration speaks of; by default all of it.

    ``owns`` says whether the findings of a file (by displayed path) are judged by it.  ``shares``: whether the file is
    code that its part may use: its own, or judged by none, or by a declaration further up.  ``coverage`` says how much
    of its part was analysed: ``whole``, ``part``, or just some ``files``; only of a whole can be said what is missing.
    """

    owns: Callable[[str], bool] = _everything
    shares: Callable[[str], bool] = _everything
    coverage: str = "whole"


EVERYTHING = Scope()
