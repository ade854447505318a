"""The JSON Schema of ``privacy.yml``, for editors that complete and check it (``privlint schema``)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from privlint.declaration import reading
from privlint.declaration.countries import COUNTRIES
from privlint.declaration.vocabulary import BASES, DURATION, FORMS, LAWS, TRANSFERS, VERSION

_ID = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"


def schema(types: Collection[str] = (), app_types: Collection[str] = ()) -> dict[str, Any]:
    """The schema (draft 2020-12).

    Args:
        types: ids of data types to complete; without them any id of the right form is accepted.
        app_types: ids of app types, likewise.
    """
    data: dict[str, Any] = {"type": "string", "description": "A data type (category.type) or a whole category."}
    if types:
        data["enum"] = sorted({*types, *(each.partition(".")[0] for each in types)})
    else:
        data["pattern"] = _ID
    app_type: dict[str, Any] = {"type": "string", "description": "What kind of app this is; hyphens are accepted."}
    if app_types:
        app_type["enum"] = sorted({*app_types, *(each.replace("_", "-") for each in app_types)})
    root = _object(
        {
            "version": {"const": VERSION, "description": "The version of this format."},
            "controller": _object({"name": _text("Who answers for the processing."), "country": _ref("country")}),
            "app_type": app_type,
            "laws": _list({"enum": list(LAWS)}, "Whose articles findings cite; by default the controller's country's."),
            "collects": _list(_collects(), "What is collected, why, on which basis, for how long."),
            "recipients": _list(_recipient(), "Who receives what."),
            "automated_decisions": _list(_decision(), "Profiling and automated decisions."),
            "internal": {**_match(), "description": "Hosts and packages of one's own, never a third party."},
            "consent": _object({"checks": _texts("Calls that check a consent, added to the usual ones.")}),
            "exports": _object(
                {
                    "access_controls": _texts("Calls and decorators that control access, added to the usual ones."),
                    "audit": _texts("Calls that write an audit record, added to the usual ones."),
                }
            ),
        },
        required=["version"],
    )
    definitions = {
        "data": data,
        "basis": {"enum": list(BASES), "description": "The legal basis."},
        "country": {"enum": sorted(COUNTRIES), "description": "An ISO 3166-1 code; the EEA counts as one."},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "privlint's declaration of personal data",
        **root,
        "$defs": definitions,
    }


def _collects() -> dict[str, Any]:
    return _object(
        {
            "data": _ref("data"),
            "purposes": _texts("What for, in one's own words; the same word means the same purpose."),
            "basis": _ref("basis"),
            "retention": {"type": "string", "pattern": f"^{DURATION}$", "description": "An ISO 8601 duration, P2Y."},
        },
        required=["data"],
        keys=reading.COLLECTS_KEYS,
    )


def _recipient() -> dict[str, Any]:
    receives = _object(
        {
            "data": _ref("data"),
            "form": {"enum": list(FORMS), "default": "clear", "description": "The least protected form that is sent."},
            "purpose": _text("What for; the same word means the same purpose."),
            "basis": _ref("basis"),
        },
        required=["data"],
        keys=reading.RECEIVES_KEYS,
    )
    return _object(
        {
            "name": _text("Its name; one that privlint's catalogue knows needs no match."),
            "match": _match(),
            "country": _ref("country"),
            "transfer": {"enum": list(TRANSFERS), "description": "Declares the cross-border transfer."},
            "receives": _list(receives, "Which data, in which form, what for."),
        },
        required=["name"],
        keys=reading.RECIPIENT_KEYS,
    )


def _decision() -> dict[str, Any]:
    properties = {"data": _ref("data"), "purpose": _text("What is decided."), "basis": _ref("basis")}
    return _object(properties, required=["data"], keys=reading.DECISION_KEYS)


def _match() -> dict[str, Any]:
    hosts = _texts("Hosts, with * for any part; a host also stands for its sub-domains.")
    return _object({"hosts": hosts, "packages": _texts("Importable packages.")}, keys=reading.MATCH_KEYS)


def _object(
    properties: dict[str, Any], required: Collection[str] = (), keys: Collection[str] | None = None
) -> dict[str, Any]:
    """A closed mapping; ``keys`` are those that the reader knows, of which none may be missing here."""
    if keys is not None and set(keys) != set(properties):
        raise AssertionError(f"schema and reader disagree: {sorted(set(keys) ^ set(properties))}")
    result: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        result["required"] = list(required)
    return result


def _list(items: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": items, "description": description}


def _texts(description: str) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    return {"anyOf": [text, {"type": "array", "items": text}], "description": description}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
