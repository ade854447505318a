"""The data map: which personal data is collected where, who receives it, and where it is kept, declared and observed.

Every value stands in a ``Cell`` that says whether the declaration states it, the code shows it, or both, with the
lines of either as evidence.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from privlint.model.data import Confidence, DataType, Protection
from privlint.model.declaration import Declaration
from privlint.model.location import Location
from privlint.model.report import LocatedStep


class Provenance(enum.Enum):
    """Where a statement comes from; observed is what the code does, and what the catalogue knows of whom it names."""

    DECLARED = "declared"
    OBSERVED = "observed"
    BOTH = "both"

    @classmethod
    def of(cls, *, declared: bool, observed: bool) -> Provenance:
        """The provenance of what is declared, observed or both.

        Raises:
            ValueError: it is neither.
        """
        if not declared and not observed:
            raise ValueError("a statement is declared, observed or both")
        return cls.BOTH if declared and observed else cls.DECLARED if declared else cls.OBSERVED

    @property
    def is_declared(self) -> bool:
        """Whether the declaration says so."""
        return self is not Provenance.OBSERVED

    @property
    def is_observed(self) -> bool:
        """Whether the code shows it."""
        return self is not Provenance.DECLARED


class Evidence(NamedTuple):
    """A line that a statement rests on: of the code (with a confidence), or of the declaration (None)."""

    location: Location
    text: str  # what stands there: ``requests.post``, ``SignUp.email``, ``collects contact.email``
    confidence: Confidence | None = None


class Cell(NamedTuple):
    """One value, where it comes from, and the lines that say so."""

    value: str
    provenance: Provenance
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """One place where data is taken in: a look-up in a request, or a field of a form, serializer, body or table."""

    location: Location
    name: str  # as written: ``request.form['email']``, ``email``
    owner: str  # the record or request that it is of
    how: str  # request | form | serializer | body | model
    required: bool
    subject: str | None
    confidence: Confidence
    function: str  # dotted, with its module; "" outside of any


@dataclass(frozen=True, slots=True)
class Passage:
    """One place where data arrives (at a recipient, a store, a log), by its shortest way there."""

    location: Location  # the argument that carries the data
    callee: str
    kind: str  # a sinkKind of the outer contract
    function: str
    protection: Protection
    secure: bool | None  # False: unprotected transport, True: known to be protected, None: not known
    subject: str | None
    confidence: Confidence
    source: str  # the name under which the data enters, as written
    evidence: str  # of the source: rule | request | record | annotation | key | attribute | name
    steps: tuple[LocatedStep, ...]  # from the source to here, both included
    hosts: tuple[str, ...] = ()
    package: str | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """One data type (or a declared category) that is taken in."""

    data: str
    provenance: Provenance
    intakes: tuple[Intake, ...] = ()
    declared: tuple[Evidence, ...] = ()  # the entries of the declaration
    subjects: tuple[Cell, ...] = ()
    purposes: tuple[Cell, ...] = ()
    bases: tuple[Cell, ...] = ()
    retention: tuple[Cell, ...] = ()

    @property
    def required(self) -> bool:
        """Whether any place insists on it."""
        return any(intake.required for intake in self.intakes)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A party that data reaches.

    ``role`` is ``third-party``, ``infrastructure`` (a provider of storage, databases, queues, telemetry), ``internal``
    (the controller's own services, this machine) or ``unknown`` (the code does not tell).
    """

    key: str  # tells receivers apart; stays the same when lines move
    name: str
    role: str
    provenance: Provenance
    company: str = ""
    kind: str | None = None  # of business, as in the catalogue: ``analytics``, ``payment``
    catalogued: str | None = None  # id of the catalogue's entry
    declared: tuple[Evidence, ...] = ()
    countries: tuple[Cell, ...] = ()
    transfers: tuple[Cell, ...] = ()
    hosts: tuple[Cell, ...] = ()
    packages: tuple[Cell, ...] = ()
    abroad: bool | None = None  # whether it is outside of the controller's country; None: cannot be told


@dataclass(frozen=True, slots=True)
class Shared:
    """One data type (or a declared category) that reaches one receiver: an edge of the map."""

    data: str
    receiver: str  # key of a Receiver
    provenance: Provenance
    passages: tuple[Passage, ...] = ()
    declared: tuple[Evidence, ...] = ()
    subjects: tuple[Cell, ...] = ()
    forms: tuple[Cell, ...] = ()
    transports: tuple[Cell, ...] = ()  # protected | unprotected
    manners: tuple[Cell, ...] = ()  # sdk | http | url | ..., the kind of sink
    purposes: tuple[Cell, ...] = ()
    bases: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """One data type that is stored, logged or exposed in one kind of place."""

    data: str
    kind: str  # a sinkKind of the outer contract: database, file, object-storage, cache, queue, log, console, ...
    receiver: str | None  # key of the provider, where there is one
    passages: tuple[Passage, ...] = ()
    intakes: tuple[Intake, ...] = ()  # fields of tables: kept by being declared as such in the code
    subjects: tuple[Cell, ...] = ()
    forms: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class DataMap:
    """All of it, each part in a fixed order; ``types`` describes every data type that is named and known."""

    collected: tuple[Collected, ...]
    shared: tuple[Shared, ...]
    kept: tuple[Kept, ...]
    receivers: tuple[Receiver, ...]
    types: tuple[DataType, ...]
    declaration: Declaration | None = None
    files: int = 0
    lines: int = 0
    unreadable: tuple[str, ...] = ()  # displayed paths of files that are not in the map
    notes: tuple[str, ...] = ()
    version: str = ""

    def receiver(self, key: str) -> Receiver:
        """The receiver of that key; raises KeyError."""
        for each in self.receivers:
            if each.key == key:
                return each
        raise KeyError(key)

    def type(self, id: str) -> DataType:
        """What is known of a data type; of a category, or an unknown one, its id."""
        return next((each for each in self.types if each.id == id), DataType(id, id))
