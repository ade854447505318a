"""What a run gives out: findings with lines and columns, and what a renderer needs beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from privlint.model.location import Location
from privlint.model.recipient import RecipientInfo

INTERNAL = "internal error"  # how the names of those limits begin that are privlint's own failures


class RuleInfo(NamedTuple):
    """One finding code as documented by its check: what ``privlint rule`` prints and the SARIF rule table holds."""

    code: str  # PRV301
    name: str  # kebab-case: personal-data-in-log
    title: str  # one line
    doc: str  # Markdown: what it does, why, law, example, what to do instead
    severity: str  # error | warning | note
    security_severity: str  # "0.1".."10.0"
    precision: str  # very-high | high | medium | low
    cwe: tuple[str, ...]  # "CWE-359"
    tags: tuple[str, ...]
    legal: tuple[str, ...]  # "PIPL 23", all laws


class LocatedStep(NamedTuple):
    """One hop of a code flow."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One finding, located; the fields are those of the outer contract, section 3."""

    code: str
    location: Location
    message: str
    severity: str
    data_types: tuple[str, ...]
    subject: str | None
    sink_kind: str
    recipient: RecipientInfo | None
    protection: str
    confidence: str
    legal: tuple[str, ...]
    flows: tuple[tuple[LocatedStep, ...], ...] = ()
    related: tuple[LocatedStep, ...] = ()
    function: str = ""
    sink: str = ""
    suppressed: str | None = None  # why, if it is; such results are left out unless asked for


@dataclass(frozen=True, slots=True)
class Report:
    """A run's outcome.  ``texts`` holds the text of every file that a result or step names (by displayed path)."""

    results: tuple[Result, ...]
    rules: tuple[RuleInfo, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    files: int = 0
    lines: int = 0
    seconds: float = 0.0
    suppressed: int = 0
    unknown_recipients: int = 0  # sharings whose recipient the code does not tell, whichever findings are asked for
    unresolved: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # lines for people, on standard error: "no declaration: ..."
    root: str = ""  # absolute folder that displayed paths are relative to
    version: str = ""
