"""The properties that every finding has in JSON and SARIF, spelled in one place."""

from __future__ import annotations

from typing import Any

from privlint.model.report import Result
from privlint.report.visible import storable


def properties(result: Result) -> dict[str, Any]:
    """The seven properties of the outer contract; ``subject`` and ``recipient`` are None where there is none."""
    recipient = result.recipient
    return {
        "dataTypes": list(result.data_types),
        "subject": result.subject,
        "sinkKind": result.sink_kind,
        "recipient": None
        if recipient is None
        else {"name": storable(recipient.name), "kind": recipient.kind, "country": recipient.country},
        "protection": result.protection,
        "confidence": result.confidence,
        "legal": list(result.legal),
    }
