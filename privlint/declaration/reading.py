"""From the nodes of ``privacy.yml`` to a ``Declaration``: the outer contract, section 5, word for word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from privlint.declaration.countries import COUNTRIES, meant
from privlint.declaration.document import Node, read
from privlint.declaration.errors import DeclarationError, suggestion
from privlint.declaration.fields import Fields
from privlint.declaration.vocabulary import BASES, DURATION, FORMS, LAWS, TRANSFERS, VERSION, default_laws
from privlint.model.declaration import AutomatedDecision, Collects, Declaration, DeclaredRecipient, Receives

ROOT_KEYS = (
    "version", "controller", "app_type", "laws", "collects", "recipients", "automated_decisions", "internal",
    "consent", "exports",
)  # fmt: skip
CONTROLLER_KEYS = ("name", "country")
COLLECTS_KEYS = ("data", "purposes", "basis", "retention")
RECIPIENT_KEYS = ("name", "match", "country", "transfer", "receives")
MATCH_KEYS = ("hosts", "packages")
RECEIVES_KEYS = ("data", "form", "purpose", "basis")
DECISION_KEYS = ("data", "purpose", "basis")
CONSENT_KEYS = ("checks",)
EXPORTS_KEYS = ("access_controls", "audit")


def load(
    path: Path,
    *,
    types: Collection[str],
    app_types: Collection[str],
    recipients: Collection[str] = (),
    laws: Collection[str] = LAWS,
    shown: str | None = None,
) -> Declaration:
    """Read a declaration.

    Args:
        path: the file.
        types: ids of all data types that may be named; their categories may be, too.  Empty: any id goes.
        app_types: ids of all app types.  Empty: any id goes.
        recipients: names and ids of the recipients that need no ``match``; used to notice a misspelled one.
        laws: the laws whose articles can be cited.
        shown: how results and messages call the file, by default as in ``path``.

    Raises:
        DeclarationError: the file cannot be read, or says something that privlint does not understand.
    """
    name = shown if shown is not None else path.as_posix()
    known = _Known(frozenset(types) | {each.partition(".")[0] for each in types}, app_types, recipients, laws)
    return _declaration(name, read(path, name), known)


@dataclass(frozen=True, slots=True)
class _Known:
    """The open vocabularies: what the rule packs of this run know."""

    data: Collection[str]
    app_types: Collection[str]
    recipients: Collection[str]
    laws: Collection[str]


def _declaration(shown: str, root: Node, known: _Known) -> Declaration:
    if root.missing:
        raise DeclarationError(shown, 1, 1, f"the declaration is empty; it needs at least 'version: {VERSION}'")
    fields = Fields(shown, root, "the declaration", ROOT_KEYS)
    _check_version(fields)
    controller = fields.mapping("controller", CONTROLLER_KEYS)
    internal = fields.mapping("internal", MATCH_KEYS)
    consent = fields.mapping("consent", CONSENT_KEYS)
    exports = fields.mapping("exports", EXPORTS_KEYS)
    country = _country(controller) if controller else None
    return Declaration(
        path=shown,
        controller=controller.text("name") if controller else None,
        country=country,
        app_type=_app_type(fields, known),
        laws=_laws(fields, known) or default_laws(country),
        collects=tuple(_collects(fields, known)),
        recipients=tuple(_recipients(fields, known)),
        automated_decisions=tuple(_decisions(fields, known)),
        internal_hosts=_hosts(internal) if internal else (),
        internal_packages=internal.texts("packages") if internal else (),
        consent_checks=consent.texts("checks") if consent else (),
        access_controls=exports.texts("access_controls") if exports else (),
        audit=exports.texts("audit") if exports else (),
    )


def _check_version(fields: Fields) -> None:
    version = fields.needed("version")
    if version != str(VERSION):
        raise fields.error(fields.values["version"], f"version {version!r} is not known; this privlint reads {VERSION}")


def _collects(fields: Fields, known: _Known) -> Iterator[Collects]:
    for entry in fields.entries("collects", COLLECTS_KEYS, "an entry of 'collects'"):
        yield Collects(
            data=_data(entry, known),
            purposes=entry.texts("purposes"),
            basis=entry.choice("basis", BASES, "basis"),
            retention=_retention(entry),
            location=entry.location(),
        )


def _recipients(fields: Fields, known: _Known) -> Iterator[DeclaredRecipient]:
    for entry in fields.entries("recipients", RECIPIENT_KEYS, "an entry of 'recipients'"):
        match = entry.mapping("match", MATCH_KEYS)
        name = entry.needed("name")
        if match is None:
            _check_spelling(entry, name, known)
        yield DeclaredRecipient(
            name=name,
            hosts=_hosts(match) if match else (),
            packages=match.texts("packages") if match else (),
            country=_country(entry),
            transfer=entry.choice("transfer", TRANSFERS, "transfer"),
            receives=tuple(_receives(entry, known)),
            location=entry.location(),
        )


def _receives(recipient: Fields, known: _Known) -> Iterator[Receives]:
    for entry in recipient.entries("receives", RECEIVES_KEYS, "an entry of 'receives'"):
        yield Receives(
            data=_data(entry, known),
            form=entry.choice("form", FORMS, "form") or "clear",
            purpose=entry.text("purpose"),
            basis=entry.choice("basis", BASES, "basis"),
            location=entry.location(),
        )


def _decisions(fields: Fields, known: _Known) -> Iterator[AutomatedDecision]:
    for entry in fields.entries("automated_decisions", DECISION_KEYS, "an entry of 'automated_decisions'"):
        yield AutomatedDecision(
            data=_data(entry, known),
            purpose=entry.text("purpose"),
            basis=entry.choice("basis", BASES, "basis"),
            location=entry.location(),
        )


def _data(entry: Fields, known: _Known) -> str:
    value = entry.needed("data")
    if known.data and value not in known.data:
        raise entry.error(entry.values["data"], f"unknown data type {value!r}{suggestion(value, known.data)}")
    return value


def _country(fields: Fields) -> str | None:
    value = fields.text("country")
    if value is None or value.upper() in COUNTRIES:
        return value and value.upper()
    code = meant(value)
    hint = f": did you mean {code!r}?" if code else suggestion(value.upper(), COUNTRIES)
    raise fields.error(fields.values["country"], f"{value!r} is no ISO 3166-1 country code{hint}")


def _retention(entry: Fields) -> str | None:
    value = entry.text("retention")
    if value is not None and not re.fullmatch(DURATION, value):
        hint = "is no ISO 8601 duration such as P2Y, P30D or PT12H"
        raise entry.error(entry.values["retention"], f"{value!r} {hint}")
    return value


def _app_type(fields: Fields, known: _Known) -> str | None:
    value = fields.text("app_type")
    if value is None:
        return None
    name = value.lower().replace("-", "_")
    if known.app_types and name not in known.app_types:
        hint = suggestion(name, known.app_types)
        raise fields.error(fields.values["app_type"], f"unknown app_type {value!r}{hint}")
    return name


def _laws(fields: Fields, known: _Known) -> tuple[str, ...]:
    """The laws that are named, each in its usual spelling (``gdpr`` is fine)."""
    node = fields.values.get("laws")
    spelled = {law.casefold(): law for law in known.laws}
    # "CRL" and "CrL" are two laws: an exact spelling comes first.
    named = [law if law in known.laws else spelled.get(law.casefold(), "") for law in fields.texts("laws")]
    for index, law in enumerate(named):
        if node is not None and not law:
            place = node.items[index] if node.kind == "list" else node
            raise fields.error(place, f"unknown law {place.text!r}{suggestion(place.text, known.laws)}")
    return tuple(dict.fromkeys(named))


def _hosts(match: Fields) -> tuple[str, ...]:
    """Host patterns; an address with a scheme or a path is a mistake that would never match."""
    hosts = match.texts("hosts")
    for host in hosts:
        if "/" in host:
            raise match.error(match.values["hosts"], f"{host!r} is no host: leave out the scheme and the path")
    return hosts


def _check_spelling(entry: Fields, name: str, known: _Known) -> None:
    """A recipient without ``match`` is one that the catalogue knows; a name one letter off is a slip of the pen."""
    if len(name) < 7 or name in known.recipients:
        return
    wanted = name.casefold()
    near = sorted(each for each in known.recipients if _one_slip(wanted, each.casefold()))
    if near and not any(each.casefold() == wanted for each in near):
        raise entry.error(
            entry.values["name"],
            f"unknown recipient {name!r}: did you mean {near[0]!r}? (one that privlint does not know needs a 'match')",
        )


def _one_slip(word: str, known: str) -> bool:
    """Whether two words are the same, or two neighbouring letters of one are swapped in the other."""
    if word == known:
        return True
    if len(word) != len(known):
        return False
    places = [index for index, (left, right) in enumerate(zip(word, known, strict=True)) if left != right]
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    first, second = places
    return word[first] == known[second] and word[second] == known[first]
