"""The sections of a rule pack about code: sources, sinks, sanitizers, propagators, types, records, recipients."""

from __future__ import annotations

import itertools
from typing import Any

from privlint.catalog.document import Document, Where
from privlint.catalog.errors import suggestion
from privlint.catalog.fields import Fields
from privlint.model.data import Confidence, Protection
from privlint.model.rules import (
    ArgSpec,
    CallPattern,
    ConnectionRule,
    NeedRule,
    PropagatorRule,
    Recipient,
    RecordRule,
    SanitizerRule,
    ScrubberRule,
    SinkRule,
    SourceRule,
    TypeRule,
)

CALL_KEYS = ("function", "method", "name")
SINK_KINDS = (
    "log", "console", "exception", "url", "cookie", "response", "http", "sdk", "file", "object-storage", "database",
    "cache", "queue", "process", "telemetry", "decision",
)  # fmt: skip
PROTECTIONS = {member.name.lower().replace("_", "-"): member for member in Protection}
CONFIDENCES = {member.word: member for member in Confidence}
RECORD_KINDS = ("model", "form", "serializer", "body", "record")
EVIDENCE = ("rule", "request", "record", "annotation", "key", "attribute", "name")

SOURCE_KEYS = (
    "load", *CALL_KEYS, "parameter", "attribute", "item", "field", "request", "data", "type", "subject", "evidence",
    "confidence", "only",
)  # fmt: skip
PARAMETER_KEYS = (
    "decorator", "default", "function", "method", "called", "routed", "beside", "name", "position", "alias",
)  # fmt: skip
SINK_KEYS = (
    *CALL_KEYS, "attribute", "item", "raise", "return", "kind", "args", "url", "recipient", "insecure_when",
    "confidence", "only", "when", "unless", "encrypted_when", "part", "leave_out", "under", "known_host", "sent_to",
    "data", "expires", "lasts",
)  # fmt: skip
SANITIZER_KEYS = (*CALL_KEYS, "protection", "args", "guard", "when", "unless", "only", "fresh")
PROPAGATOR_KEYS = (*CALL_KEYS, "from", "to", "part", "when", "unless", "only")
SCRUBBER_KEYS = (*CALL_KEYS, "args", "named", "kinds", "recipient")
NEED_KEYS = ("kind", "label", "data")
CONNECTION_KEYS = (*CALL_KEYS, "address", "scheme", "to", "secures", "insecure_when")
TYPE_KEYS = (
    "name", "aliases", "bases", "made_by", "objects", "names", "attributes", "returns", "items", "request_data",
    "sent", "open", "queries", "linked", "stands_for", "shown", "shared", "answers",
    "loaders",
)  # fmt: skip
RECORD_KEYS = (
    "kind", "bases", "decorators", "fields", "field_calls", "field_types", "required", "optional_when", "shown",
    "whole", "makes", "sent", "protected", "meta", "collects", "required_when", "required_by", "by_key",
)  # fmt: skip
RECIPIENT_KEYS = (
    "id", "name", "company", "kind", "country", "packages", "distributions", "hosts", "infrastructure", "calls",
    "needs",
)  # fmt: skip
RECIPIENT_CALL_KEYS = (
    *CALL_KEYS, "kind", "args", "url", "insecure_when", "confidence", "only", "when", "unless", "encrypted_when",
    "part", "leave_out", "under", "data", "expires", "lasts",
)  # fmt: skip

_EVERY = ArgSpec(all=True)


def calls_of(fields: Fields, keys: tuple[str, ...] = CALL_KEYS) -> tuple[CallPattern, ...]:
    """The calls that the keys ``function``, ``method`` and ``name`` (or their likes) mean."""
    patterns: list[CallPattern] = []
    for key, kind in zip(keys, CALL_KEYS, strict=True):
        for path in fields.texts(key):
            if not path or any(not part for part in path.split(".")):
                fields.fail(f"{path!r} is no dotted path", key)
            if kind == "method" and "." not in path:
                fields.fail(f"a method is written with its type: 'Type.{path}', or '*.{path}' for any", key)
            patterns.append(CallPattern(kind, path))
    return tuple(patterns)


def confidence_of(fields: Fields) -> Confidence:
    """The confidence of a rule, high unless it says otherwise."""
    return CONFIDENCES[fields.choice("confidence", CONFIDENCES, "high")]


def sources(document: Document, where: Where, value: Any) -> list[SourceRule]:
    """One entry of ``sources:``; several where a key holds a list."""
    fields = Fields(document, where, value, "a source", SOURCE_KEYS)
    places = [key for key in ("load", "parameter", "attribute", "item", "field", "request") if key in fields]
    calls = calls_of(fields)
    if len(places) + bool(calls) != 1:
        fields.fail(
            "a source needs exactly one of function/method/name, load, parameter, attribute, item, field, request"
        )
    at = places[0] if places else "call"
    if "type" in fields and at != "parameter":
        fields.fail("'type' is for parameters", "type")
    common: dict[str, Any] = {
        "at": at,
        "data": fields.text("data", None),
        "subject": fields.text("subject") or None,
        "evidence": fields.choice("evidence", EVIDENCE, "rule"),
        "confidence": confidence_of(fields),
        "only": fields.flag("only"),
        "type": fields.text("type"),
    }
    if at == "call":
        return [SourceRule(calls=calls, **common)]
    if at == "request":
        if not fields.flag("request") or common["data"].startswith("$"):
            fields.fail("'request' can only be true, and data of any name has one type", "request")
        return [SourceRule(**common)]
    if at == "load":
        return [SourceRule(name=name, **common) for name in fields.texts("load")]
    inner = (*where, at)
    if at == "parameter":
        return _parameters(document, inner, fields.values[at], common)
    owner, member = ("class", "name") if at == "field" else ("of", "key" if at == "item" else "name")
    place = Fields(document, inner, fields.values[at], f"{at!r} of a source", (owner, member))
    owners, members = _owners(place, owner), place.texts(member) or ("*",)
    return [SourceRule(**common, **of) for of in _members(owners, members, at)]


def _members(owners: tuple[str, ...], members: tuple[str, ...], at: str) -> list[dict[str, Any]]:
    field = "key" if at == "item" else "name"
    return [{"owner": owner, field: member} for owner, member in itertools.product(owners, members)]


def _owners(place: Fields, key: str) -> tuple[str, ...]:
    if key not in place:
        place.fail(f"{place.what} needs {key!r}")
    return place.texts(key)


def _parameters(document: Document, where: Where, value: Any, common: dict[str, Any]) -> list[SourceRule]:
    place = Fields(document, where, value, "'parameter' of a source", PARAMETER_KEYS)
    rule: dict[str, Any] = {
        "decorators": place.texts("decorator"),
        "defaults": place.texts("default"),
        "calls": calls_of(place, ("function", "method", "called")),
        "routed": place.flag("routed"),
        "beside": place.text("beside"),
        "position": place.number("position", -1),
    }
    names = place.texts("name")
    aliases = place.texts("alias")
    if not any((*rule.values(), names)) or (rule["position"] < 0 and not any(list(rule.values())[:5]) and not names):
        place.fail(
            "'parameter' says of which functions: decorator, default, function, method, called, routed or beside; "
            "or which name"
        )
    return [SourceRule(name=name, aliases=aliases, **rule, **common) for name in names or ("*",)]


def sinks(document: Document, where: Where, value: Any) -> list[SinkRule]:
    """One entry of ``sinks:``; several where a key holds a list."""
    fields = Fields(document, where, value, "a sink", SINK_KEYS)
    places = [key for key in ("attribute", "item", "raise", "return") if key in fields]
    calls = calls_of(fields)
    if len(places) + bool(calls) != 1:
        fields.fail("a sink needs exactly one of function/method/name, attribute, item, raise, return")
    at = places[0] if places else "call"
    rule = _sink_values(fields)
    rule["kind"] = fields.choice("kind", SINK_KINDS, None)
    rule["recipient"] = fields.text("recipient") or None
    if at == "call":
        return [SinkRule(at=at, calls=calls, **rule)]
    if at == "raise":
        if not fields.flag("raise"):
            fields.fail("'raise' can only be true", "raise")
        return [SinkRule(at=at, **rule)]
    if at == "return":
        place = Fields(document, (*where, at), fields.values[at], "'return' of a sink", (*CALL_KEYS, "routed"))
        routed = place.flag("routed")
        return [SinkRule(at=at, calls=() if routed else _calls_needed(place), **rule)]
    member = "key" if at == "item" else "name"
    place = Fields(document, (*where, at), fields.values[at], f"{at!r} of a sink", ("of", member))
    owners, members = _owners(place, "of"), place.texts(member) or ("*",)
    return [SinkRule(at=at, **rule, **of) for of in _members(owners, members, at)]


def _sink_values(fields: Fields) -> dict[str, Any]:
    return {
        "args": fields.args("args", _EVERY),
        "url": fields.args("url", ArgSpec()) if "url" in fields else None,
        "insecure_when": fields.settings("insecure_when"),
        "confidence": confidence_of(fields),
        "only": fields.flag("only"),
        "when": fields.conditions("when"),
        "unless": fields.conditions("unless"),
        "encrypted_when": fields.conditions("encrypted_when"),
        "part": fields.text("part"),
        "leave_out": fields.texts("leave_out"),
        "under": fields.texts("under"),
        "known_host": fields.flag("known_host"),
        "sent_to": fields.texts("sent_to"),
        "data": fields.texts("data"),
        "expires": fields.args("expires", ArgSpec()) if "expires" in fields else None,
        "lasts": fields.flag("lasts", True),
    }


def sanitizers(document: Document, where: Where, value: Any) -> list[SanitizerRule]:
    """One entry of ``sanitizers:``."""
    fields = Fields(document, where, value, "a sanitizer", SANITIZER_KEYS)
    protection = PROTECTIONS[fields.choice("protection", PROTECTIONS, None)]
    args, guard, only = fields.args("args", _EVERY), fields.flag("guard"), fields.flag("only")
    when, unless = fields.conditions("when"), fields.conditions("unless")
    fresh = fields.flag("fresh")
    return [SanitizerRule(_calls_needed(fields), protection, args, guard, when, unless, only, fresh)]


def propagators(document: Document, where: Where, value: Any) -> list[PropagatorRule]:
    """One entry of ``propagators:``."""
    fields = Fields(document, where, value, "a propagator", PROPAGATOR_KEYS)
    for key in ("from", "to"):
        if key not in fields:
            fields.fail(f"a propagator needs {key!r}")
    to = fields.values["to"]
    words = {"result": "result", "self": "receiver", "instance": "instance"}
    to_arg = None if isinstance(to, str) and to in words else fields.args("to", ArgSpec())
    target = "arg" if to_arg is not None else words[to]
    rule = PropagatorRule(
        _calls_needed(fields), fields.args("from", _EVERY), target, to_arg, fields.text("part"),
        fields.conditions("when"), fields.conditions("unless"), fields.flag("only"),
    )  # fmt: skip
    return [rule]


def connections(document: Document, where: Where, value: Any) -> list[ConnectionRule]:
    """One entry of ``connections:``."""
    fields = Fields(document, where, value, "a connection", CONNECTION_KEYS)
    if ("address" in fields) == ("secures" in fields) and "insecure_when" not in fields:
        fields.fail("a connection says where its address stands, or that it 'secures' one, or when it is insecure")
    rule = ConnectionRule(
        calls=_calls_needed(fields),
        address=fields.args("address", ArgSpec()),
        scheme=fields.text("scheme"),
        receiver=fields.choice("to", ("result", "self"), "result") == "self",
        secures=fields.flag("secures"),
        insecure_when=fields.settings("insecure_when"),
    )
    return [rule]


def _calls_needed(fields: Fields) -> tuple[CallPattern, ...]:
    calls = calls_of(fields)
    if not calls:
        fields.fail(f"{fields.what} needs one of function, method, name")
    return calls


def scrubbers(document: Document, where: Where, value: Any) -> list[ScrubberRule]:
    """One entry of ``scrubbers:``."""
    fields = Fields(document, where, value, "a scrubber", SCRUBBER_KEYS)
    kinds, recipient = fields.texts("kinds"), fields.text("recipient") or None
    if not kinds and recipient is None:
        fields.fail("a scrubber says for which 'kinds' of sinks or for which 'recipient' it is")
    for kind in kinds:
        if kind not in SINK_KINDS:
            fields.fail(f"'kinds' cannot be {kind!r}{suggestion(kind, SINK_KINDS)}", "kinds")
    named = tuple(name.lower() for name in fields.texts("named"))
    return [ScrubberRule(_calls_needed(fields), fields.args("args", _EVERY), named, kinds, recipient)]


def needs(document: Document, where: Where, value: Any) -> list[NeedRule]:
    """One entry of ``needs:``; several where it is of several kinds."""
    fields = Fields(document, where, value, "a need", NEED_KEYS)
    label, data = fields.text("label", None), fields.texts("data")
    return [NeedRule(kind, label, data) for kind in fields.texts("kind")]


def types(document: Document, where: Where, value: Any) -> list[TypeRule]:
    """One entry of ``types:``."""
    fields = Fields(document, where, value, "a type", TYPE_KEYS)
    rule = TypeRule(
        name=fields.text("name", None),
        aliases=fields.texts("aliases"),
        bases=fields.texts("bases"),
        attributes=fields.pairs("attributes"),
        returns=fields.pairs("returns"),
        items=fields.text("items"),
        made_by=fields.texts("made_by"),
        objects=fields.texts("objects"),
        names=fields.texts("names"),
        request_data=fields.flag("request_data"),
        sent=fields.flag("sent"),
        open=fields.flag("open"),
        shared=fields.flag("shared"),
        queries=fields.pairs("queries"),
        linked=fields.lists("linked"),
        stands_for=fields.args("stands_for", ArgSpec()) if "stands_for" in fields else None,
        shown=fields.texts("shown"),
        answers=fields.texts("answers"),
        loaders=fields.texts("loaders"),
    )
    return [rule]


def records(document: Document, where: Where, value: Any) -> list[RecordRule]:
    """One entry of ``records:``."""
    fields = Fields(document, where, value, "a record", RECORD_KEYS)
    rule = RecordRule(
        kind=fields.choice("kind", RECORD_KINDS, None),
        bases=fields.texts("bases"),
        decorators=fields.texts("decorators"),
        fields=fields.choice("fields", ("annotated", "assigned"), "annotated"),
        field_calls=fields.texts("field_calls"),
        field_types=fields.pairs("field_types"),
        required=fields.flag("required", True),
        optional_when=fields.settings("optional_when"),
        required_when=fields.settings("required_when"),
        required_by=fields.texts("required_by"),
        shown=fields.choice("shown", ("all", "none", "text"), "none"),
        whole=fields.texts("whole"),
        makes=fields.texts("makes"),
        sent=fields.texts("sent"),
        protected=fields.texts("protected"),
        meta=fields.texts("meta"),
        by_key=fields.flag("by_key"),
        collects=fields.flag("collects"),
    )
    if not rule.bases and not rule.decorators:
        fields.fail("a record needs 'bases' or 'decorators'")
    return [rule]


def recipients(document: Document, where: Where, value: Any) -> list[Recipient | SinkRule]:
    """One entry of ``recipients:``: the recipient, and its ``calls`` as sinks that go to it."""
    fields = Fields(document, where, value, "a recipient", RECIPIENT_KEYS)
    recipient = Recipient(
        id=fields.text("id", None),
        name=fields.text("name", None),
        company=fields.text("company") or fields.text("name"),
        kind=fields.text("kind"),
        countries=fields.texts("country"),
        packages=fields.texts("packages"),
        distributions=fields.texts("distributions"),
        hosts=tuple(host.lower() for host in fields.texts("hosts")),
        infrastructure=fields.flag("infrastructure"),
        needs=fields.texts("needs"),
    )
    for country in recipient.countries:
        if len(country) != 2 or not country.isalpha() or not country.isupper():
            fields.fail(f"{country!r} is no ISO 3166-1 country code of two capitals", "country")
    result: list[Recipient | SinkRule] = [recipient]
    for place, entry in fields.entries("calls"):
        call = Fields(document, place, entry, "a call of a recipient", RECIPIENT_CALL_KEYS)
        kind, calls = call.choice("kind", SINK_KINDS, "sdk"), _calls_needed(call)
        result.append(SinkRule("call", kind, calls, recipient=recipient.id, **_sink_values(call)))
    return result
