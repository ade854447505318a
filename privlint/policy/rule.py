"""What every check says about itself, beside its documentation."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """The fixed properties of one finding code; a check module declares one as ``RULE``.

    ``severity`` is a SARIF level (error | warning | note), ``security_severity`` GitHub's score as text
    ("0.1" to "10.0"), ``precision`` how many of its findings are to be expected to be true.
    """

    code: str
    name: str
    severity: str
    security_severity: str
    precision: str  # very-high | high | medium | low
    cwe: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
