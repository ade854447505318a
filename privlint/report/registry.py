"""What a module in ``formats/`` declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from privlint.model.report import Report


class Format(NamedTuple):
    """One output format: the name to ask for it by, one line on what it is good for, and its renderer.

    The renderer takes the report and whether to colour, and returns the whole text.
    """

    name: str
    summary: str
    render: Callable[[Report, bool], str]
