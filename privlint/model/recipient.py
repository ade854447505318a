"""Who receives personal data, as findings name them."""

from __future__ import annotations

from typing import NamedTuple


class RecipientInfo(NamedTuple):
    """Who receives: name, kind of business, ISO 3166-1 country (None where it is not known)."""

    name: str
    kind: str | None
    country: str | None
