"""A finding: what policy concludes from facts and declaration, still addressed by node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from privlint.model.data import Confidence, Protection
from privlint.model.facts import Step
from privlint.model.location import Location, Site
from privlint.model.recipient import RecipientInfo

__all__ = ["Finding", "RecipientInfo", "Related"]


class Related(NamedTuple):
    """A further place that belongs to a finding: another source, another place of the same sharing, a line of
    the declaration (then ``place`` is a Location)."""

    place: Site | Location
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One result.  ``place`` is a Site (resolved by the engine before reporting) or already a Location."""

    code: str
    place: Site | Location
    message: str
    data_types: tuple[str, ...]
    sink_kind: str
    confidence: Confidence
    subject: str | None = None
    recipient: RecipientInfo | None = None
    protection: Protection = Protection.CLEAR
    legal: tuple[str, ...] = ()
    severity: str = "warning"  # error | warning | note
    flows: tuple[tuple[Step, ...], ...] = ()  # one per data type, shortest first
    related: tuple[Related, ...] = ()
    function: str = ""  # qualified name, for the fingerprint
    sink: str = ""  # the callee, for the fingerprint
