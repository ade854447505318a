"""Lines of the declaration that a finding was compared with, as related locations."""

from __future__ import annotations

from collections.abc import Iterable

from privlint.catalog import Catalog
from privlint.model.declaration import Declaration, Receives
from privlint.model.finding import Related
from privlint.policy.recipients import Party
from privlint.policy.wording import clean

_FEW = 3


def recipient_entries(party: Party) -> list[Related]:
    """The entries that name a party."""
    return [Related(each.location, f"{clean(each.name)} is declared here") for each in party.declared]


def receives_entries(entries: Iterable[Receives]) -> list[Related]:
    """What a recipient is declared to receive."""
    found = {entry.location: f"{entry.data} is declared here, in the form {entry.form}" for entry in entries}
    return [Related(place, text) for place, text in found.items()]


def recipients_key(declaration: Declaration) -> list[Related]:
    """Where the declared recipients stand, for a finding about one that is not among them."""
    some = bool(declaration.recipients)
    text = "the declared recipients" if some else "the declaration names no recipient"
    return [Related(declaration.at("recipients"), text)]


def collects_near(declaration: Declaration, types: Iterable[str], catalog: Catalog) -> list[Related]:
    """What is declared to be collected of these data types; failing that, the nearest: of the same category; failing
    that, the list itself."""
    wanted = sorted(set(types))
    categories = {each.partition(".")[0] for each in wanted}
    covering = [entry for entry in declaration.collects if any(catalog.covers(entry.data, each) for each in wanted)]
    similar = [entry for entry in declaration.collects if entry.data.partition(".")[0] in categories]
    if covering or similar:
        words = "is declared here" if covering else "is the nearest that is declared"
        return [Related(entry.location, f"{entry.data} {words}") for entry in (covering or similar)[:_FEW]]
    text = "what is declared to be collected" if declaration.collects else "nothing is declared to be collected"
    return [Related(declaration.at("collects"), text)]


def key(declaration: Declaration, name: str, text: str) -> list[Related]:
    """Where a key of the declaration stands (``app_type``, ``controller``), and what it says there."""
    return [Related(declaration.at(name), text)]
