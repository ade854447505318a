"""The JSON Schema of ``privacy.yml``, for editors that complete and check it (``privlint schema``).

It is made of the vocabulary that the reader uses, and knows every error of the reader's that a schema can tell.  What
it cannot tell: a recipient's misspelled name, two entries for the same data and purpose that differ otherwise, and
what the files of ``extends`` say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from privlint.declaration import reading
from privlint.declaration.countries import COUNTRIES
from privlint.declaration.vocabulary import (
    BASES,
    DURATION,
    FORMS,
    HOST,
    LAWS,
    PACKAGE,
    TRANSFERS,
    VERSION,
)

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ID = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"
_TEXT: dict[str, Any] = {"type": ["string", "number"], "pattern": r"\S"}

Schema = dict[str, Any]


def schema(
    types: Mapping[str, str] | None = None,
    app_types: Mapping[str, str] | None = None,
    recipients: Mapping[str, str] | None = None,
) -> Schema:
    """The schema (draft 2020-12).

    Args:
        types: ids of data types and what they are; without them any id of the right form is accepted.
        app_types: ids of app types, likewise.
        recipients: names of recipients that need no ``match`` and what they are, for completion; any other is fine.
    """
    properties = {
        "version": {"enum": [VERSION, str(VERSION)], "description": "The version of this format."},
        "extends": _texts("Declarations that this one adds to, by their paths relative to this file."),
        "controller": _object(
            {
                "name": _text("Who answers for the processing."),
                "country": _ref("country"),
                "contact": _text("How to reach the controller; for the record of processing."),
                "representative": _text("The representative; for the record of processing."),
                "dpo": _text("The data protection officer and how to reach them; for the record of processing."),
            },
            keys=reading.CONTROLLER_KEYS,
        ),
        "app_type": {**_ref("app_type"), "description": "What kind of app this is; its necessary data are compared."},
        "laws": _one_or_more(_ref("law"), "Whose articles findings cite; by default the controller's country's."),
        "collects": _list(_collects(), "What is collected, why, on which basis, for how long."),
        "recipients": _list(_recipient(), "Who receives what."),
        "automated_decisions": _list(_decision(), "Profiling and automated decisions."),
        "internal": {**_match(), "description": "Hosts and packages of one's own, never a third party."},
        "consent": _object(
            {"checks": _texts("Calls that check a consent, added to the usual ones.")}, keys=reading.CONSENT_KEYS
        ),
        "exports": _object(
            {
                "access_controls": _texts("Calls and decorators that control access, added to the usual ones."),
                "audit": _texts("Calls that write an audit record, added to the usual ones."),
            },
            keys=reading.EXPORTS_KEYS,
        ),
        "security": _texts("Technical and organisational measures; for the record of processing."),
    }
    definitions = {
        "data": _data(types or {}),
        "app_type": _app_type(app_types or {}),
        "law": _any_case(LAWS, "A law, by its short name."),
        "country": _any_case(COUNTRIES, "An ISO 3166-1 code; the European Economic Area counts as one country."),
        "basis": _enum(BASES, "The legal basis."),
        "form": {**_enum(FORMS, "The least protected form in which the data is sent."), "default": "clear"},
        "transfer": _enum(TRANSFERS, "Declares the cross-border transfer: what makes it lawful."),
        "recipient": _recipient_name(recipients or {}),
        "host": {**_TEXT, "pattern": f"^\\s*{HOST}\\s*$"},
        "package": {"type": "string", "pattern": f"^\\s*{PACKAGE}\\s*$"},
    }
    root = _object(properties, required=["version"], keys=reading.ROOT_KEYS)
    title = "privlint's declaration of personal data (privacy.yml)"
    return {"$schema": DRAFT, "title": title, **root, "type": "object", "$defs": definitions}


def _data(types: Mapping[str, str]) -> Schema:
    description = "A data type (category.type), or a category for all its types."
    if not types:
        return {"type": "string", "pattern": _ID, "description": description}
    categories: dict[str, list[str]] = {}
    for each in sorted(types):
        categories.setdefault(each.partition(".")[0], []).append(each)
    words: dict[str, str] = {}
    for category, members in categories.items():
        words[category] = f"All data of the category {category!r}."
        words |= {each: types[each] for each in members}
    return _enum(words, description)


def _app_type(app_types: Mapping[str, str]) -> Schema:
    description = "An app type; hyphens are accepted."
    if not app_types:
        return {**_TEXT, "description": description}
    return _any_case(app_types, description)


def _recipient_name(known: Mapping[str, str]) -> Schema:
    """Any name; those that the catalogue knows are offered."""
    text = _text("Its name; one that privlint's catalogue knows needs no match.")
    return {**text, "anyOf": [_enum(known), _TEXT]} if known else text


def _collects() -> Schema:
    duration = {"type": ["string", "null"], "pattern": rf"^\s*{DURATION}\s*$", "description": "ISO 8601, as in P2Y."}
    return _object(
        {
            "data": _ref("data"),
            "purposes": _texts("What for, in one's own words; the same word means the same purpose."),
            "basis": _ref("basis"),
            "retention": duration,
        },
        required=["data"],
        keys=reading.COLLECTS_KEYS,
    )


def _recipient() -> Schema:
    receives = _object(
        {
            "data": _ref("data"),
            "form": _ref("form"),
            "purpose": _text("What for; the same word means the same purpose."),
            "basis": _ref("basis"),
        },
        required=["data"],
        keys=reading.RECEIVES_KEYS,
    )
    return _object(
        {
            "name": _ref("recipient"),
            "match": _match(),
            "country": _ref("country"),
            "transfer": _ref("transfer"),
            "receives": _list(receives, "Which data, in which form, what for."),
        },
        required=["name"],
        keys=reading.RECIPIENT_KEYS,
    )


def _decision() -> Schema:
    properties = {"data": _ref("data"), "purpose": _text("What is decided."), "basis": _ref("basis")}
    return _object(properties, required=["data"], keys=reading.DECISION_KEYS)


def _match() -> Schema:
    hosts = _one_or_more(_ref("host"), "Hosts, with * for any part; a host also stands for its sub-domains.")
    packages = _one_or_more(_ref("package"), "Importable packages.")
    return _object({"hosts": hosts, "packages": packages}, keys=reading.MATCH_KEYS)


def _object(properties: Schema, keys: Collection[str], required: Collection[str] = ()) -> Schema:
    """A closed mapping; ``keys`` are those that the reader knows.  An empty value is as good as none, for keys that
    need not be there."""
    if set(keys) != set(properties):
        raise AssertionError(f"schema and reader disagree: {sorted(set(keys) ^ set(properties))}")
    shown = {name: each if name in required else _or_null(each) for name, each in properties.items()}
    result: Schema = {"type": ["object", "null"], "properties": shown, "additionalProperties": False}
    if required:
        result |= {"type": "object", "required": list(required)}
    return result


def _or_null(each: Schema) -> Schema:
    """The same, or an empty value."""
    description = {"description": each["description"]} if "description" in each else {}
    if "$ref" in each:
        return {**description, "anyOf": [{"$ref": each["$ref"]}, {"type": "null"}]}
    kinds = each.get("type")
    if kinds is None:
        return {**description, "anyOf": [each, {"type": "null"}]}
    several = kinds if isinstance(kinds, list) else [kinds]
    return {**each, "type": list(dict.fromkeys([*several, "null"]))}


def _list(items: Schema, description: str) -> Schema:
    return {"type": ["array", "null"], "items": items, "uniqueItems": True, "description": description}


def _texts(description: str) -> Schema:
    return _one_or_more(_TEXT, description)


def _one_or_more(item: Schema, description: str) -> Schema:
    """A list; one alone may stand without brackets."""
    return {"anyOf": [item, {"type": "array", "items": item}], "description": description}


def _text(description: str) -> Schema:
    return {**_TEXT, "description": description}


def _enum(words: Mapping[str, str], description: str = "") -> Schema:
    """One of these words, each with what it means (``enumDescriptions`` is what editors read)."""
    result: Schema = {"enum": list(words), "enumDescriptions": list(words.values())}
    return {"description": description, **result} if description else result


def _any_case(words: Mapping[str, str], description: str) -> Schema:
    """One of these words, of which other spellings are accepted: in small or capital letters, with hyphens."""
    return {
        "description": description,
        "anyOf": [_enum(words), {"type": "string", "pattern": f"^\\s*({'|'.join(_spellings(words))})\\s*$"}],
    }


def _spellings(words: Iterable[str]) -> list[str]:
    return ["".join(map(_letter, word)) for word in words]


def _letter(letter: str) -> str:
    if letter == "_":
        return "[_-]"
    return f"[{letter.upper()}{letter.lower()}]" if letter.isalpha() else letter


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
