"""``json``: the whole map for scripts; ``privlint/report/README.md`` documents its keys.

Keys are only ever added within a ``version``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from privlint.model.data import DataType
from privlint.model.datamap import Cell, Collected, DataMap, Evidence, Intake, Kept, Passage, Receiver, Shared
from privlint.model.location import Location
from privlint.report.jsontext import dumps
from privlint.report.maps.words import recipients
from privlint.report.visible import storable

VERSION = 1


def render(data_map: DataMap) -> str:
    """The map as indented JSON."""
    declaration = data_map.declaration
    return dumps(
        {
            "version": VERSION,
            "tool": {"name": "privlint", "version": data_map.version},
            "summary": _summary(data_map),
            "declaration": None
            if declaration is None
            else {"path": declaration.path, "controller": declaration.controller, "country": declaration.country},
            "collected": [collected(each) for each in data_map.collected],
            "shared": [shared(each) for each in data_map.shared],
            "kept": [kept(each) for each in data_map.kept],
            "recipients": [receiver(each) for each in data_map.receivers],
            "dataTypes": [_type(each) for each in data_map.types],
            "unreadable": [storable(path) for path in data_map.unreadable],
        },
        3,
    )


def _summary(data_map: DataMap) -> dict[str, Any]:
    outside = recipients(data_map)
    unknown = {each.key for each in data_map.receivers if each.role == "unknown"}
    return {
        "files": data_map.files,
        "lines": data_map.lines,
        "dataTypes": len(data_map.types),
        "recipients": len(outside),
        "undeclaredRecipients": sum(not each.provenance.is_declared for each in outside),
        "sharingsWithUnknownRecipient": sum(len(each.passages) for each in data_map.shared if each.receiver in unknown),
    }


def collected(each: Collected) -> dict[str, Any]:
    """One collected data type."""
    return {
        "data": each.data,
        "provenance": each.provenance.value,
        "required": each.required,
        "subjects": cells(each.subjects),
        "purposes": cells(each.purposes),
        "bases": cells(each.bases),
        "retention": cells(each.retention),
        "declared": _evidence(each.declared),
        "places": [intake(place) for place in each.intakes],
    }


def shared(each: Shared) -> dict[str, Any]:
    """One edge: a data type and its recipient."""
    return {
        "data": each.data,
        "recipient": storable(each.receiver),
        "provenance": each.provenance.value,
        "subjects": cells(each.subjects),
        "forms": cells(each.forms),
        "transports": cells(each.transports),
        "manners": cells(each.manners),
        "purposes": cells(each.purposes),
        "bases": cells(each.bases),
        "declared": _evidence(each.declared),
        "places": [passage(place) for place in each.passages],
    }


def kept(each: Kept) -> dict[str, Any]:
    """One data type that is stored, logged or exposed."""
    return {
        "data": each.data,
        "kind": each.kind,
        "recipient": None if each.receiver is None else storable(each.receiver),
        "subjects": cells(each.subjects),
        "forms": cells(each.forms),
        "fields": [intake(place) for place in each.intakes],
        "places": [passage(place) for place in each.passages],
    }


def receiver(each: Receiver) -> dict[str, Any]:
    """One receiver."""
    return {
        "key": storable(each.key),
        "name": storable(each.name),
        "role": each.role,
        "provenance": each.provenance.value,
        "company": each.company or None,
        "kind": each.kind,
        "abroad": each.abroad,
        "countries": cells(each.countries),
        "transfers": cells(each.transfers),
        "hosts": cells(each.hosts),
        "packages": cells(each.packages),
        "declared": _evidence(each.declared),
    }


def _type(each: DataType) -> dict[str, Any]:
    return {"id": each.id, "label": each.label, "labelZh": each.label_zh or None, "sensitivity": each.sensitivity}


def intake(each: Intake) -> dict[str, Any]:
    """One place where data is taken in."""
    return {
        "location": location(each.location),
        "name": storable(each.name),
        "owner": storable(each.owner),
        "how": each.how,
        "required": each.required,
        "subject": each.subject,
        "confidence": each.confidence.word,
        "function": each.function or None,
    }


def passage(each: Passage) -> dict[str, Any]:
    """One place where data arrives."""
    return {
        "location": location(each.location),
        "sink": storable(each.callee),
        "sinkKind": each.kind,
        "function": each.function or None,
        "protection": each.protection.word,
        "secure": each.secure,
        "subject": each.subject,
        "confidence": each.confidence.word,
        "source": storable(each.source),
        "hosts": [storable(host) for host in each.hosts],
        "flow": [{"location": location(step.location), "message": storable(step.text)} for step in each.steps],
    }


def cells(values: Iterable[Cell]) -> list[dict[str, Any]]:
    """Cells with their evidence."""
    return [
        {"value": storable(cell.value), "provenance": cell.provenance.value, "evidence": _evidence(cell.evidence)}
        for cell in values
    ]


def location(place: Location) -> dict[str, Any]:
    """A place as the report's JSON has it."""
    span = place.span
    return {
        "path": storable(place.path),
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _evidence(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [
        {
            "location": location(each.location),
            "text": storable(each.text),
            "confidence": None if each.confidence is None else each.confidence.word,
        }
        for each in evidence
    ]
