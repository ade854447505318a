"""Personal data: its types, how sure a name is taken for one, and how far it is protected."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NamedTuple


class Confidence(enum.IntEnum):
    """How sure privlint is; ordered, so that ``min`` and ``max`` mean what they say."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    __hash__ = int.__hash__  # an enum's own is written in Python, and these are hashed all the time

    @property
    def word(self) -> str:
        """The spelling of the outer contract: ``low``, ``medium`` or ``high``."""
        return self.name.lower()


class Protection(enum.IntEnum):
    """How far data is protected; where paths meet, the weakest (``min``) wins.

    Hashing does not make data anonymous (PIPL Art. 73, GDPR recital 26): it is ``PSEUDONYMISED``.
    ``DERIVED`` is data that says nothing of a person any more (a count, a comparison, an aggregate).
    """

    CLEAR = 0
    PSEUDONYMISED_WEAK = 1  # a plain hash of a guessable value: it can be reversed
    MASKED = 2
    PSEUDONYMISED = 3  # keyed or salted hash, token
    ENCRYPTED = 4
    DERIVED = 5

    __hash__ = int.__hash__

    @property
    def word(self) -> str:
        """The spelling of the outer contract: ``clear``, ``masked``, ``pseudonymised`` or ``encrypted``."""
        return "pseudonymised" if self is Protection.PSEUDONYMISED_WEAK else self.name.lower()


@dataclass(frozen=True, slots=True)
class DataType:
    """One type of personal data; ``id`` is dotted, ``category.type``."""

    id: str
    label: str
    label_zh: str = ""
    sensitivity: str = "personal"  # personal | sensitive
    tier: str = "core"  # core | extended
    maps: tuple[tuple[str, str], ...] = ()  # (vocabulary, term): fides, dpv, presidio, dlp, pipl28, gdpr9, ccpa
    satisfies: tuple[str, ...] = field(default=())  # narrower types that a declaration of this one covers


class NameMatch(NamedTuple):
    """What a name was taken for, and why: the answer of ``Catalog.classify`` and ``privlint explain-name``."""

    data_type: str
    confidence: Confidence
    protection: Protection
    subject: str | None  # customer, employee, child, ... or None
    reason: str  # in words: which spelling, which context
