"""What the rules about sharing (PRV201 to PRV206) share: which flows leave, and what the declaration says of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from privlint.catalog import Catalog
from privlint.model.data import Protection
from privlint.model.declaration import Collects, Receives
from privlint.policy import wording
from privlint.policy.context import Context, Delivery, Place
from privlint.policy.recipients import Party

Entry = TypeVar("Entry", Collects, Receives)

LEAVES = frozenset({"http", "sdk", "url"})
# Infrastructure has codes of its own (PRV307 to PRV311); with a declaration its provider is a recipient as well.
_INFRASTRUCTURE = frozenset({"object-storage", "database", "cache", "queue", "telemetry", "log", "file"})
_RANKS = {"clear": 0, "masked": 1, "pseudonymised": 2, "encrypted": 3}


def shared(context: Context, each: Delivery) -> bool:
    """Whether a delivery is sharing with a party that is known by name, for the rules that speak of sharing."""
    return each.party is not None and (each.kind in LEAVES or (context.declaration is not None and entrusted(each)))


def entrusted(each: Delivery) -> bool:
    """Whether a delivery puts data into the hands of a provider of infrastructure that is known."""
    return each.party is not None and each.kind in _INFRASTRUCTURE and each.party.provider


def unknown(each: Delivery) -> bool:
    """Whether data leaves, and the code does not tell to whom."""
    return each.kind == "http" and each.party is None and not each.reached.internal and not each.reached.nearby


def entries(context: Context, party: Party, data_type: str) -> list[Receives]:
    """What is declared for this data and party; an entry for the very type counts before one for a wider one."""
    declared = [entry for recipient in party.declared for entry in recipient.receives]
    return specific(declared, data_type, context.catalog)


def specific(declared: Iterable[Entry], data_type: str, catalog: Catalog) -> list[Entry]:
    """The entries that cover a data type: those for the very type, failing that for wider types, for its category."""
    covering = [entry for entry in declared if catalog.covers(entry.data, data_type)]
    for chosen in (
        [entry for entry in covering if entry.data == data_type],
        [entry for entry in covering if "." in entry.data],
    ):
        if chosen:
            return chosen
    return covering


def weaker(protection: Protection, declared: Iterable[Receives]) -> bool:
    """Whether data in this form is less protected than every declared form allows."""
    ranks = [_RANKS[entry.form] for entry in declared]
    return bool(ranks) and _RANKS[protection.word] < min(ranks)


def reaches(context: Context, place: Place) -> str:
    """``email address (contact.email) of customer reaches Mixpanel (US)``."""
    if place.party is None:
        raise ValueError("a place without a party reaches nobody")
    data = wording.data(place.types, context.catalog)
    verb = context.verb(place.types, "reaches", "reach")
    form = "" if place.protection is Protection.CLEAR else f" {wording.form(place.protection)}"
    return f"{data}{wording.subject_phrase(place.subject)} {verb} {wording.party(place.party.info)}{form}"


def unusual(context: Context, place: Place) -> str:
    """``, and a payment service does not usually need a national ID number``, where that is so."""
    known = place.party.catalogued if place.party else None
    if known is None:
        return ""
    found = [(each, context.catalog.unusual(known, each)) for each in place.types]
    odd = [data_type for data_type, what in found if what]
    if not odd:
        return ""
    what = next(what for _, what in found if what)
    which = "it" if len(odd) == 1 else "them"
    if len(odd) < len(place.types):
        which = f"the {wording.data(odd, context.catalog)}"
    article = "an" if what[:1] in "aeiouAEIOU" else "a"
    return f", and {article} {what} does not usually need {which}"
