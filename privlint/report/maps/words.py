"""The words that maps and registers share: kinds of places, kinds of intake, labels of data types."""

from __future__ import annotations

import re
from collections.abc import Iterable

from privlint.model.data import DataType
from privlint.model.datamap import DataMap, Intake, Kept, Receiver, Shared

SINKS = {
    "log": "log",
    "console": "console",
    "exception": "exception message",
    "url": "address (URL)",
    "cookie": "cookie",
    "response": "response",
    "http": "HTTP",
    "sdk": "SDK",
    "file": "file",
    "object-storage": "object store",
    "database": "database",
    "cache": "cache",
    "queue": "queue",
    "process": "process",
    "telemetry": "telemetry",
    "collection": "collection",
    "declaration": "declaration",
}
"""What a sinkKind of the outer contract is called."""

HOWS = {"request": "request", "form": "form", "serializer": "serializer", "body": "request body", "model": "table"}
"""What an intake is called."""

_NAME_OF_ITS_OWN = re.compile(r"\w+-[A-Z]")

ROLES = {
    "third-party": "third party",
    "infrastructure": "infrastructure",
    "unknown": "recipient not known",
    "internal": "own services",
}


def label(data: DataType) -> str:
    """``email address``; of a category, all of it."""
    if data.label == data.id:
        return data.id if "." in data.id else f"{data.id} (all)"
    text = data.label
    own = text[1:2].islower() and not _NAME_OF_ITS_OWN.match(text)
    return text[0].lower() + text[1:] if own else text  # "Email address" but not "IP address", "Wi-Fi"


def holder(intake: Intake) -> str:
    """What data is taken from: ``form SignUp``, ``request``."""
    how = HOWS.get(intake.how, intake.how)
    if intake.how == "request" and intake.owner.startswith(("Request", "the request")):  # or its parts
        return how
    return intake.owner if intake.owner.lower().startswith(how) else f"{how} {intake.owner}".strip()


def field_name(intake: Intake) -> str:
    """What is taken in, with what it is taken from: ``form SignUp.email``, ``request.form['email']``."""
    name = intake.name
    if intake.owner and intake.owner in name:
        return name if name.startswith("request") else f"{HOWS.get(intake.how, intake.how)} {name}"
    return f"{holder(intake)}.{name}"


def receivers_of(data_map: DataMap, *roles: str) -> list[Receiver]:
    """The receivers of these roles, in the order of the map."""
    return [each for each in data_map.receivers if each.role in roles]


def recipients(data_map: DataMap) -> list[Receiver]:
    """The receivers that have to be declared: third parties, and providers of infrastructure that are known."""
    outside = receivers_of(data_map, "third-party", "infrastructure")
    return [each for each in outside if each.role == "third-party" or each.catalogued or each.declared]


def edges_to(data_map: DataMap, receiver: Receiver) -> list[Shared]:
    """What reaches one receiver."""
    return [each for each in data_map.shared if each.receiver == receiver.key]


def kept_kinds(data_map: DataMap) -> dict[str, list[Kept]]:
    """What is kept, by kind of place: stores first, then logs, then what is shown."""
    found: dict[str, list[Kept]] = {}
    for each in data_map.kept:
        found.setdefault(each.kind, []).append(each)
    order = ["database", "file", "object-storage", "cache", "queue", "cookie", "log", "console", "telemetry"]
    return {kind: found[kind] for kind in sorted(found, key=lambda k: (_at(order, k), k))}


def _at(order: list[str], kind: str) -> int:
    return order.index(kind) if kind in order else len(order)


def in_words(values: Iterable[str]) -> str:
    """Values, each once, comma-separated."""
    return ", ".join(dict.fromkeys(values))
