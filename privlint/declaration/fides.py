"""Fides manifests (``dataset``, ``system``) to entries of a declaration, and a declaration to a manifest.

The shape is that of the ``fideslang`` resources (https://github.com/ethyca/fideslang, ``models.py``): a dataset's
collections have fields with ``data_categories``; a system has ``privacy_declarations`` with ``data_categories``,
``data_use``, legal basis and the third parties that data is shared with, and ``egress`` to other systems.  Fides knows
no hosts, forms or countries, nor what is internal or counts as consent: what a declaration says of these travels in
``meta.privlint``, which other tools ignore.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from privlint.declaration.document import Node, read
from privlint.declaration.errors import DeclarationError
from privlint.declaration.kept import rest_in, rest_of
from privlint.declaration.vocabulary import DURATION, duration_meant
from privlint.model.data import DataType
from privlint.model.declaration import Collects, Declaration, DeclaredRecipient

_SUFFIXES = (".yml", ".yaml")
_MAX_FILES = 500
_BASES = {
    "Consent": "consent",
    "Contract": "contract",
    "Legal obligations": "legal-obligation",
    "Vital interests": "vital-interests",
    "Public interest": "public-interest",
    "Legitimate interests": "legitimate-interests",
}
_TO_BASES = {ours: theirs for theirs, ours in _BASES.items()} | {
    "separate-consent": "Consent",
    "guardian-consent": "Consent",
}
# Keys of data categories and uses that older versions of the taxonomy had, with those of today (fideslang 3).
_OLD_CATEGORIES = {
    "user.provided.identifiable": "user",
    "user.provided.nonidentifiable": "user",
    "user.derived.identifiable": "user",
    "user.derived.nonidentifiable": "user",
    "user.provided": "user",
    "user.derived": "user",
    "user.credentials": "user.authorization.credentials",
    "user.contact.state": "user.contact.address.state",
    "user.contact.city": "user.contact.address.city",
    "user.contact.country": "user.contact.address.country",
    "user.contact.postal_code": "user.contact.address.postal_code",
    "user.contact.street": "user.contact.address.street",
    "user.government_id.national": "user.government_id.national_identification_number",
    "user.browsing_history": "user.behavior.browsing_history",
    "user.search_history": "user.behavior.search_history",
    "user.media_consumption": "user.behavior.media_consumption",
    "user.date_of_birth": "user.demographic.date_of_birth",
    "user.gender": "user.demographic.gender",
    "user.race": "user.demographic.race_ethnicity",
    "user.religious_belief": "user.demographic.religious_belief",
    "user.political_opinion": "user.demographic.political_opinion",
    "user.sexual_orientation": "user.demographic.sexual_orientation",
    "user.genetic": "user.health_and_medical.genetic",
    "user.biometric_health": "user.biometric.health",
    "user.observed": "user.behavior",
    "user.cookie_id": "user.device.cookie_id",
    "user.device_id": "user.device.device_id",
    "user.ip_address": "user.device.ip_address",
    "user.financial.account_number": "user.financial.bank_account",
    "user.password": "user.authorization.password",
}
_OLD_USES = {
    "advertising": "marketing.advertising",
    "advertising.first_party": "marketing.advertising.first_party",
    "advertising.third_party": "marketing.advertising.third_party",
    "improve": "functional.service.improve",
    "improve.system": "functional.service.improve",
    "provide": "essential.service",
    "provide.service": "essential.service",
    "provide.service.operations": "essential.service.operations",
    "provide.service.operations.support": "essential.service.operations.support",
    "provide.system": "essential.service",
    "provide.system.operations": "essential.service.operations",
    "provide.system.operations.support": "essential.service.operations.support",
    "share": "third_party_sharing",
    "third_party_sharing.payment_processing": "essential.service.payment_processing",
    "train_ai": "train_ai_system",
    "legal": "essential.legal_obligation",
    "personalize.system": "personalize",
}


@dataclass(slots=True)
class Imported:
    """The content of manifests as entries of a declaration (plain values, in the order of its keys), and what could
    not be taken over as it was, in lines."""

    collects: dict[str, dict[str, Any]] = field(default_factory=dict)
    recipients: dict[str, dict[str, Any]] = field(default_factory=dict)
    controller: dict[str, str] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def imported(path: Path, types: Mapping[str, DataType], purposes: Mapping[str, Any]) -> Imported:
    """Read the manifests in a file, or in all YAML files below a folder (``.fides/``).

    Args:
        path: the file or folder.
        types: data types; what they are called in Fides stands in ``maps``.
        purposes: the table of purposes, with the data use of each.

    Raises:
        DeclarationError: a file cannot be read, is no YAML, or no manifest; there is none.
    """
    files = [path]
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.suffix in _SUFFIXES and each.is_file())[:_MAX_FILES]
    reader = _Reader(types, purposes)
    for file in files:
        shown = file.as_posix()
        root = _plain(read(file, shown))
        if not isinstance(root, dict):
            raise DeclarationError(shown, 1, 1, "a Fides manifest is a mapping with 'dataset' or 'system'")
        reader.take(root, shown)
    if not reader.seen:
        raise DeclarationError(path.as_posix(), 0, 0, "no Fides manifest with 'dataset' or 'system' in it")
    return reader.out


def _plain(node: Node) -> Any:
    """The values of a tree: texts, lists, dictionaries, None."""
    if node.missing:
        return None
    if node.kind == "list":
        return [_plain(item) for item in node.items]
    if node.kind == "mapping":
        return {key.text: _plain(value) for key, value in node.pairs}
    return node.text


class _Reader:
    def __init__(self, types: Mapping[str, DataType], purposes: Mapping[str, Any]) -> None:
        self.out = Imported()
        self.seen = False
        self._types = _by_category(types)
        self._ids = {*types, *(each.partition(".")[0] for each in types)}
        self._uses: dict[str, str] = {}
        for purpose, entry in purposes.items():
            self._uses.setdefault(str(entry.get("fides", "")), purpose)

    def take(self, root: Mapping[str, Any], shown: str) -> None:
        """The datasets and systems of one file."""
        for dataset in _mappings(root.get("dataset")):
            self.seen = True
            self._dataset(dataset)
        systems = list(_mappings(root.get("system")))
        names = {_text(each.get("fides_key")): _text(each.get("name")) for each in systems}
        for system in systems:
            self.seen = True
            self._system(system, names)

    def _dataset(self, dataset: Mapping[str, Any]) -> None:
        for category in _categories(dataset):
            for data in self._data(category):
                self.out.collects.setdefault(data, {"data": data})

    def _system(self, system: Mapping[str, Any], names: Mapping[str, str]) -> None:
        meta = system.get("meta")
        own = meta.get("privlint") if isinstance(meta, dict) else None
        if isinstance(own, dict) and self._own(own):
            return
        legal = _text(system.get("legal_name"))
        if legal:
            self.out.controller.setdefault("name", legal)
        flows = [_text(each.get("fides_key")) for each in _mappings(system.get("egress"))]
        third = _text(system.get("system_type")).lower() in ("third party", "third_party", "vendor")
        for each in _mappings(system.get("privacy_declarations")):
            types = [data for category in _texts(each.get("data_categories")) for data in self._data(category)]
            purpose = self._purpose(_text(each.get("data_use")))
            basis = _BASES.get(_text(each.get("legal_basis_for_processing")))
            targets = [*_texts(each.get("egress")), *flows]
            others = [part.strip() for part in re.split(r"[,;]", _text(each.get("third_parties"))) if part.strip()]
            shared = [d for category in _texts(each.get("shared_categories")) for d in self._data(category)] or types
            if third:
                self._receives(_text(system.get("name")) or _text(system.get("fides_key")), types, purpose, basis)
                continue
            for data in types:
                self._collects(data, purpose, basis, _text(each.get("retention_period")))
            for name in [*(names.get(key) or key for key in targets if key != "user"), *others]:
                self._receives(name, shared, purpose, basis)

    def _own(self, own: Mapping[str, Any]) -> bool:
        """What an export of privlint's says; it comes back as it went out."""
        controller, collects, recipient = own.get("controller"), own.get("collects"), own.get("recipient")
        if isinstance(controller, dict):
            self.out.controller.update({str(k): str(v) for k, v in controller.items() if isinstance(v, str)})
        self.out.rest.update(rest_in(own))
        for entry in _mappings(collects):
            self.out.collects[repr(entry)] = dict(entry)
        if isinstance(recipient, dict) and _text(recipient.get("name")):
            self.out.recipients[repr(recipient)] = dict(recipient)
        return isinstance(collects, list) or isinstance(recipient, dict)

    def _collects(self, data: str, purpose: str, basis: str | None, retention: str) -> None:
        entry = self.out.collects.setdefault(data, {"data": data})
        if purpose and purpose not in entry.setdefault("purposes", []):
            entry["purposes"].append(purpose)
        if basis:
            entry.setdefault("basis", basis)
        duration = retention if re.fullmatch(DURATION, retention) else duration_meant(retention)
        if duration:
            entry.setdefault("retention", duration)
        elif retention:
            self._note(f"retention period {retention!r} of {data}: no duration, left out")

    def _receives(self, name: str, types: Iterable[str], purpose: str, basis: str | None) -> None:
        if not name:
            return
        entry = self.out.recipients.setdefault(name, {"name": name, "receives": []})
        for data in types:
            one = {"data": data} | ({"purpose": purpose} if purpose else {}) | ({"basis": basis} if basis else {})
            if not any((x["data"], x.get("purpose")) == (data, one.get("purpose")) for x in entry["receives"]):
                entry["receives"].append(one)

    def _data(self, category: str) -> list[str]:
        """The data types of a data category; of an unknown one, those of what is above it."""
        key = category
        if key not in self._types:
            key = next((new + key[len(old) :] for old, new in _OLD_CATEGORIES.items() if key == old), key)
            key = next(
                (new + key[len(old) :] for old, new in _OLD_CATEGORIES.items() if key.startswith(f"{old}.")), key
            )
        key = _OLD_CATEGORIES.get(key, key)
        wanted = key
        while key and key not in self._types:
            key = key.rpartition(".")[0]
        found = self._types.get(key, [])
        if key != category and category.partition(".")[0] != "system":
            what = f"read as {key} ({', '.join(found)})" if found else "not known, and left out"
            self._note(f"data category {category}: {what}")
        return found if wanted else []

    def _purpose(self, use: str) -> str:
        """The purpose for a data use; one that is not known stays the word that it is."""
        key = _OLD_USES.get(use, use)
        if key != use:
            self._note(f"data use {use}: read as {key}")
        return self._uses.get(key, key)

    def _note(self, text: str) -> None:
        if text not in self.out.notes:
            self.out.notes.append(text)


def _by_category(types: Mapping[str, DataType]) -> dict[str, list[str]]:
    """For each data category the data types that it stands for: the one, the main one, or a whole category."""
    groups: dict[str, list[DataType]] = {}
    for each in types.values():
        key = dict(each.maps).get("fides")
        if key:
            groups.setdefault(key, []).append(each)
    found = {}
    for key, members in groups.items():
        core = [each.id for each in members if each.tier == "core"] or [each.id for each in members]
        ours = {each.partition(".")[0] for each in core}
        wide = key.count(".") == 1 and len(members) > 1
        found[key] = sorted(ours) if wide else core[:1]
    return found


def _categories(content: object) -> Iterator[str]:
    """Every data category in a dataset, its collections and fields."""
    if isinstance(content, dict):
        yield from _texts(content.get("data_categories"))
        for key in ("collections", "fields"):
            yield from _categories(content.get(key))
    elif isinstance(content, list):
        for each in content:
            yield from _categories(each)


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


# -- to Fides ------------------------------------------------------------------------------------------------------


def exported(declaration: Declaration, types: Mapping[str, DataType], purposes: Mapping[str, Any]) -> str:
    """A manifest with a system for the application and one for each recipient."""
    writer = _Writer(types, purposes)
    app = writer.application(declaration)
    keys = writer.keys([each.name for each in declaration.recipients], app["fides_key"])
    systems = [app]
    for each, key in zip(declaration.recipients, keys, strict=True):
        systems.append(writer.recipient(each, key))
    if keys:
        app["egress"] = [{"fides_key": key, "type": "system"} for key in keys]
    text: str = yaml.safe_dump({"system": systems}, sort_keys=False, allow_unicode=True, width=110)
    return text


class _Writer:
    def __init__(self, types: Mapping[str, DataType], purposes: Mapping[str, Any]) -> None:
        self._types = types
        self._purposes = purposes
        self._uses = {str(entry.get("fides", "")) for entry in purposes.values()}

    def application(self, declaration: Declaration) -> dict[str, Any]:
        """The system that collects."""
        name = declaration.controller or "application"
        controller = {key: getattr(declaration, key) for key in ("country", "contact", "representative", "dpo")}
        controller = {"name": declaration.controller, **controller}
        own = {
            "controller": {key: value for key, value in controller.items() if value},
            "collects": [_collects(each) for each in declaration.collects],
            **rest_of(declaration),
        }
        return {
            "fides_key": fides_key(name),
            "name": name,
            "system_type": "Application",
            "privacy_declarations": [
                self._declaration(f"{each.data} for {purpose}" if purpose else each.data, each.data, purpose, each)
                for each in declaration.collects
                for purpose in each.purposes or ("",)
            ],
            "meta": {"privlint": own},
        }

    def recipient(self, recipient: DeclaredRecipient, key: str) -> dict[str, Any]:
        """The system of one recipient."""
        found: dict[str, Any] = {
            "fides_key": key,
            "name": recipient.name,
            "system_type": "Third Party",
            "privacy_declarations": [
                self._declaration(
                    f"{each.data} for {each.purpose}" if each.purpose else each.data, each.data, each.purpose, each
                )
                for each in recipient.receives
            ],
            "meta": {"privlint": {"recipient": _recipient(recipient)}},
        }
        if recipient.transfer:
            found["does_international_transfers"] = True
        return found

    def keys(self, names: Collection[str], taken: str) -> list[str]:
        """A key of its own for each name."""
        used, found = {taken}, []
        for name in names:
            key = base = fides_key(name)
            number = 2
            while key in used:
                key, number = f"{base}_{number}", number + 1
            used.add(key)
            found.append(key)
        return found

    def _declaration(self, name: str, data: str, purpose: str | None, entry: Any) -> dict[str, Any]:
        use = self._use(purpose or "")
        found: dict[str, Any] = {"name": name, "data_categories": self._categories(data), "data_use": use}
        if entry.basis:
            found["legal_basis_for_processing"] = _TO_BASES[entry.basis]
        retention = getattr(entry, "retention", None)
        if retention:
            found["retention_period"] = retention
        return found

    def _use(self, purpose: str) -> str:
        """The data use for a purpose: a data use itself, one that the table knows, or one with a word of it."""
        if purpose in self._uses:
            return purpose
        words = [purpose, *reversed(re.split(r"[^\w]+|_", purpose.casefold()))]
        for word in words:
            for name, entry in self._purposes.items():
                if word == name or word in entry.get("words", ()):
                    return str(entry["fides"])
        return "essential.service"

    def _categories(self, data: str) -> list[str]:
        """The data categories of a data type, or of all types of a category."""
        members = [data] if data in self._types else [each for each in self._types if each.startswith(f"{data}.")]
        keys = {dict(self._types[each].maps).get("fides") for each in members}
        return sorted(key for key in keys if key) or ["user"]


def _collects(each: Collects) -> dict[str, Any]:
    entry = {"data": each.data, "purposes": list(each.purposes), "basis": each.basis, "retention": each.retention}
    return {key: value for key, value in entry.items() if value}


def _recipient(each: DeclaredRecipient) -> dict[str, Any]:
    match = {key: list(values) for key, values in (("hosts", each.hosts), ("packages", each.packages)) if values}
    receives = [
        {key: value for key, value in (("data", r.data), ("form", r.form), ("purpose", r.purpose), ("basis", r.basis))
         if value}
        for r in each.receives
    ]  # fmt: skip
    entry: dict[str, Any] = {"name": each.name, "match": match, "country": each.country, "transfer": each.transfer}
    return {key: value for key, value in (*entry.items(), ("receives", receives)) if value}


def fides_key(name: str) -> str:
    """A name as a key of Fides: letters, digits, ``_``, ``.`` and ``-``."""
    return re.sub(r"[^a-z0-9_.-]+", "_", name.casefold()).strip("_.-") or "system"


# -- as a declaration ----------------------------------------------------------------------------------------------


def declaration_text(found: Imported) -> str:
    """The text of a declaration with what was imported; what privlint does not know stays out, in comments."""
    from privlint.declaration.entries import comment

    head = ["# Imported from Fides manifests; to be reviewed.", *(comment(each) for each in found.notes)]
    content: dict[str, Any] = {"version": 1}
    if found.controller:
        content["controller"] = found.controller
    content |= {key: value for key, value in found.rest.items() if key in ("app_type", "laws")}
    if found.collects:
        content["collects"] = list(found.collects.values())
    if found.recipients:
        content["recipients"] = list(found.recipients.values())
    content |= {key: value for key, value in found.rest.items() if key not in content}
    body: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return "\n".join([*head, body])
