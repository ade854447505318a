"""From the nodes of ``privacy.yml`` to a ``Declaration``: the outer contract, section 5, word for word."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from privlint.declaration.countries import COUNTRIES, meant
from privlint.declaration.document import parse, read
from privlint.declaration.errors import DeclarationError, suggestion
from privlint.declaration.fields import Fields, Seen
from privlint.declaration.vocabulary import (
    BASES,
    DURATION,
    FORMS,
    HOST,
    PACKAGE,
    TRANSFERS,
    VERSION,
    duration_meant,
)
from privlint.model.declaration import AutomatedDecision, Collects, Declaration, DeclaredRecipient, Receives
from privlint.model.location import Location

ROOT_KEYS = (
    "version", "extends", "controller", "app_type", "laws", "collects", "recipients", "automated_decisions",
    "internal", "consent", "exports", "security",
)  # fmt: skip
CONTROLLER_KEYS = ("name", "country", "contact", "representative", "dpo")
COLLECTS_KEYS = ("data", "purposes", "basis", "retention")
RECIPIENT_KEYS = ("name", "match", "country", "transfer", "receives")
MATCH_KEYS = ("hosts", "packages")
RECEIVES_KEYS = ("data", "form", "purpose", "basis")
DECISION_KEYS = ("data", "purpose", "basis")
CONSENT_KEYS = ("checks",)
EXPORTS_KEYS = ("access_controls", "audit")


class Known(NamedTuple):
    """The open vocabularies: what the rule packs of a run know.  ``data`` holds types and categories."""

    data: Collection[str]
    app_types: Collection[str]
    recipients: Collection[str]
    laws: Collection[str]


class Extended(NamedTuple):
    """One entry of ``extends``: a path as written, and where."""

    path: str
    location: Location


def read_one(path: Path, shown: str, known: Known, text: str | None = None) -> tuple[Declaration, tuple[Extended, ...]]:
    """What one file declares by itself, and which files it extends.

    The laws are those that it names; by default none.  ``text`` stands for what is in the file.

    Raises:
        DeclarationError: the file cannot be read, or says something that privlint does not understand.
    """
    root = read(path, shown) if text is None else parse(text, shown)
    if root.missing:
        raise DeclarationError(shown, 1, 1, f"the declaration is empty; it needs at least 'version: {VERSION}'")
    fields = Fields(shown, root, "the declaration", ROOT_KEYS)
    _check_version(fields)
    controller = fields.mapping("controller", CONTROLLER_KEYS)
    internal = fields.mapping("internal", MATCH_KEYS)
    consent = fields.mapping("consent", CONSENT_KEYS)
    exports = fields.mapping("exports", EXPORTS_KEYS)
    found = Declaration(
        path=shown,
        controller=controller.text("name") if controller else None,
        country=_country(controller) if controller else None,
        app_type=_app_type(fields, known),
        laws=_laws(fields, known),
        collects=tuple(_collects(fields, known)),
        recipients=tuple(_recipients(fields, known)),
        automated_decisions=tuple(_decisions(fields, known)),
        internal_hosts=_hosts(internal) if internal else (),
        internal_packages=_packages(internal) if internal else (),
        consent_checks=consent.texts("checks") if consent else (),
        access_controls=exports.texts("access_controls") if exports else (),
        audit=exports.texts("audit") if exports else (),
        contact=controller.text("contact") if controller else None,
        representative=controller.text("representative") if controller else None,
        dpo=controller.text("dpo") if controller else None,
        security=fields.texts("security"),
        keys=tuple((key.text, Location(shown, key.span)) for key, _ in root.pairs),
        files=((shown, os.path.abspath(path)),),
    )
    extends = zip(fields.texts("extends"), fields.items("extends"), strict=True)
    return found, tuple(Extended(each, Location(shown, node.span)) for each, node in extends)


def _check_version(fields: Fields) -> None:
    version = fields.needed("version")
    if version != str(VERSION):
        raise fields.error(fields.values["version"], f"version {version!r} is not known; this privlint reads {VERSION}")


def _collects(fields: Fields, known: Known) -> Iterator[Collects]:
    seen = Seen()
    for entry in fields.entries("collects", COLLECTS_KEYS, "an entry of 'collects'"):
        data, purposes = _data(entry, known), entry.texts("purposes")
        seen.add(entry, {(data, purpose): _for(data, purpose) for purpose in purposes or (None,)})
        yield Collects(
            data=data,
            purposes=purposes,
            basis=entry.choice("basis", BASES, "basis"),
            retention=_retention(entry),
            location=entry.location(),
        )


def _recipients(fields: Fields, known: Known) -> Iterator[DeclaredRecipient]:
    seen = Seen()
    for entry in fields.entries("recipients", RECIPIENT_KEYS, "an entry of 'recipients'"):
        match = entry.mapping("match", MATCH_KEYS)
        name = entry.needed("name")
        if match is None:
            _check_spelling(entry, name, known)
        hosts, packages = (_hosts(match), _packages(match)) if match else ((), ())
        country = _country(entry)
        # The same company with other hosts or in another country is another entry; the same one is a slip.
        seen.add(entry, {(name.casefold(), hosts, packages, country): f"the recipient {name!r}"})
        yield DeclaredRecipient(
            name=name,
            hosts=hosts,
            packages=packages,
            country=country,
            transfer=entry.choice("transfer", TRANSFERS, "transfer"),
            receives=tuple(_receives(entry, known)),
            location=entry.location(),
        )


def _receives(recipient: Fields, known: Known) -> Iterator[Receives]:
    seen = Seen()
    for entry in recipient.entries("receives", RECEIVES_KEYS, "an entry of 'receives'"):
        data, purpose = _data(entry, known), entry.text("purpose")
        form = entry.choice("form", FORMS, "form") or "clear"
        seen.add(entry, {(data, purpose, form): f"{_for(data, purpose)} in the form {form!r}"})
        yield Receives(
            data=data,
            form=form,
            purpose=purpose,
            basis=entry.choice("basis", BASES, "basis"),
            location=entry.location(),
        )


def _decisions(fields: Fields, known: Known) -> Iterator[AutomatedDecision]:
    seen = Seen()
    for entry in fields.entries("automated_decisions", DECISION_KEYS, "an entry of 'automated_decisions'"):
        data, purpose = _data(entry, known), entry.text("purpose")
        seen.add(entry, {(data, purpose): _for(data, purpose)})
        yield AutomatedDecision(
            data=data,
            purpose=purpose,
            basis=entry.choice("basis", BASES, "basis"),
            location=entry.location(),
        )


def _for(data: str, purpose: str | None) -> str:
    return f"{data} for {purpose!r}" if purpose else data


def _data(entry: Fields, known: Known) -> str:
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
        intended = duration_meant(value)
        hint = f": did you mean {intended!r}?" if intended else " such as P2Y, P30D or PT12H"
        raise entry.error(entry.values["retention"], f"{value!r} is no ISO 8601 duration{hint}")
    return value


def _app_type(fields: Fields, known: Known) -> str | None:
    value = fields.text("app_type")
    if value is None:
        return None
    name = value.lower().replace("-", "_")
    if known.app_types and name not in known.app_types:
        hint = suggestion(name, known.app_types)
        raise fields.error(fields.values["app_type"], f"unknown app_type {value!r}{hint}")
    return name


def _laws(fields: Fields, known: Known) -> tuple[str, ...]:
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
    for host, node in zip(hosts, match.items("hosts"), strict=True):
        if not re.fullmatch(HOST, host):
            raise match.error(node, f"{host!r} is no host: leave out the scheme, the user and the path")
    return hosts


def _packages(match: Fields) -> tuple[str, ...]:
    """Importable names; the hyphens of a distribution's name are read as underscores."""
    packages = match.texts("packages")
    for package, node in zip(packages, match.items("packages"), strict=True):
        if not re.fullmatch(PACKAGE, package):
            raise match.error(node, f"{package!r} is no package: write its name as it is imported")
    return tuple(package.replace("-", "_") for package in packages)


def _check_spelling(entry: Fields, name: str, known: Known) -> None:
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
