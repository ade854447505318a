"""What a controller has declared: the content of ``privacy.yml`` as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from privlint.model.location import Location, Span


@dataclass(frozen=True, slots=True)
class Collects:
    """One kind of data that is declared to be collected (a type or a whole category)."""

    data: str
    purposes: tuple[str, ...]
    basis: str | None
    retention: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Receives:
    """One kind of data that a recipient is declared to receive."""

    data: str
    form: str
    purpose: str | None
    basis: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class DeclaredRecipient:
    """A recipient named in the declaration."""

    name: str
    hosts: tuple[str, ...]
    packages: tuple[str, ...]
    country: str | None
    transfer: str | None
    receives: tuple[Receives, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class AutomatedDecision:
    """An automated decision or profiling that is declared."""

    data: str
    purpose: str | None
    basis: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Declaration:
    """A whole declaration; see the outer contract, section 5."""

    path: str
    controller: str | None = None
    country: str | None = None
    app_type: str | None = None
    laws: tuple[str, ...] = ()
    collects: tuple[Collects, ...] = ()
    recipients: tuple[DeclaredRecipient, ...] = ()
    automated_decisions: tuple[AutomatedDecision, ...] = ()
    internal_hosts: tuple[str, ...] = ()
    internal_packages: tuple[str, ...] = ()
    consent_checks: tuple[str, ...] = ()
    access_controls: tuple[str, ...] = ()
    audit: tuple[str, ...] = ()
    # What the record of processing states and no finding looks at (GDPR Art. 30(1)(a) and (g)).
    contact: str | None = None  # of the controller
    representative: str | None = None
    dpo: str | None = None  # the data protection officer
    security: tuple[str, ...] = ()  # technical and organisational measures
    keys: tuple[tuple[str, Location], ...] = field(default=(), compare=False)  # where each key of the top level stands
    files: tuple[tuple[str, str], ...] = field(
        default=(), compare=False
    )  # shown and absolute path of each of its files

    def at(self, key: str) -> Location:
        """Where the top-level ``key`` stands; where it is missing, the beginning of the file."""
        return dict(self.keys).get(key, Location(self.path, Span(1, 1, 1, 1)))

    def is_internal_host(self, host: str) -> bool:
        """Whether ``host`` is the controller's own."""
        return any(fnmatchcase(host.lower(), pattern.lower()) for pattern in self.internal_hosts)
