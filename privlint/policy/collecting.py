"""What the rules about collection (PRV101 to PRV106) share: what is taken in where, and what is declared of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable

from privlint.model.data import Confidence
from privlint.model.declaration import Collects
from privlint.model.facts import CollectionFact
from privlint.model.finding import Related
from privlint.model.location import Site
from privlint.policy import wording
from privlint.policy.context import Context

# Bases on which data may be asked for without anybody's consent.
WITHOUT_CONSENT = frozenset({"legal-obligation", "vital-interests", "public-interest"})

# What somebody agreed to or refused: whoever relies on consent has to keep that.
RECORDS_OF_CONSENT = frozenset({"account.privacy_preference"})

# What a type stands for that is several in one.
COMPOSITES = {"contact.recipient": ("identity.full_name", "contact.postal_address", "contact.phone")}

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")


def by_site(
    context: Context, wanted: Callable[[CollectionFact], bool], least: Confidence = Confidence.MEDIUM
) -> list[list[CollectionFact]]:
    """What is taken in, by place, in path order; guesses by name alone (below ``least``) left out."""
    sites: dict[Site, list[CollectionFact]] = {}
    for fact in context.collections:
        if fact.confidence >= least and wanted(fact):
            sites.setdefault(fact.site, []).append(fact)
    return list(sites.values())


def entries(context: Context, data_type: str) -> list[Collects]:
    """What the declaration says of collecting a type; an entry for the very type counts before one for a wider one."""
    declared = context.declaration.collects if context.declaration else ()
    covering = [entry for entry in declared if context.catalog.covers(entry.data, data_type)]
    for chosen in (
        [entry for entry in covering if entry.data == data_type],
        [entry for entry in covering if "." in entry.data],
    ):
        if chosen:
            return chosen
    if not covering and data_type in COMPOSITES:  # a consignee is a name, an address and a telephone number
        parts = [entries(context, part) for part in COMPOSITES[data_type]]
        return [entry for found in parts for entry in found] if all(parts) else []
    return covering


def declared_at(found: Iterable[Collects]) -> list[Related]:
    """The lines of the declaration that speak of what is collected."""
    return [Related(entry.location, f"{wording.clean(entry.data)} is declared here") for entry in found]


def bases(found: Iterable[Collects]) -> str:
    """``the declared basis is contract``, ``no basis is declared``, or ``it is not declared``."""
    listed = list(found)
    if not listed:
        return "no collection of it is declared"
    named = sorted({entry.basis for entry in listed if entry.basis})
    return f"the declared basis is {wording.listed(named)}" if named else "no basis is declared"


def taker(fact: CollectionFact) -> str:
    """`` by SignUpForm``, or `` from a request``."""
    if fact.how == "request":
        return " from a request"
    return f" by {wording.clean(fact.owner)}" if fact.owner else ""


def words(*names: str) -> frozenset[str]:
    """The words that names are made of, in small letters: ``CreateSignUpForm`` is create, sign, up, form."""
    found = [word.lower() for name in names for word in _WORDS.findall(name)]
    pairs = [left + right for left, right in itertools.pairwise(found)]
    return frozenset([*found, *pairs, *(word[:-1] for word in found if word.endswith("s") and len(word) > 3)])
