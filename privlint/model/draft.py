"""What the code does, in the form of entries for a declaration that is to be written or added to."""

from __future__ import annotations

from dataclasses import dataclass

from privlint.model.declaration import DeclaredRecipient


@dataclass(frozen=True, slots=True)
class DraftCollects:
    """An entry of ``collects``; purposes and basis are guesses, ``evidence`` says what was seen where."""

    data: str
    label: str
    purposes: tuple[str, ...]
    basis: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class DraftReceives:
    """An entry of ``receives``, in the least protected form that was seen."""

    data: str
    form: str
    purpose: str | None
    evidence: str
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class DraftRecipient:
    """An entry of ``recipients``, or (``known``) what is to be added to one that is declared."""

    name: str
    kind: str | None
    country: str | None
    hosts: tuple[str, ...]
    packages: tuple[str, ...]
    receives: tuple[DraftReceives, ...]
    catalogued: bool = False
    known: DeclaredRecipient | None = None


@dataclass(frozen=True, slots=True)
class DraftDecision:
    """An entry of ``automated_decisions``; the purpose is a guess."""

    data: str
    purpose: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that is to be added; ``unknown``: places where data leaves and the recipient cannot be told."""

    collects: tuple[DraftCollects, ...] = ()
    recipients: tuple[DraftRecipient, ...] = ()
    unknown: tuple[str, ...] = ()
    decisions: tuple[DraftDecision, ...] = ()
