"""Kinds of objects that are made to be called (``itemgetter``, a method taken off its object), and how that is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.frame import Frame
    from privlint.flow.heap import Object
    from privlint.flow.values import Value

MADE_CALLABLE: dict[str, Callable[[Frame, Object, Arguments, int], Value]] = {}  # kind of object -> calling it
