"""``json``: what changed, in the same form as in the JSON of a whole map."""

from __future__ import annotations

from typing import Any

from privlint.model.changes import Changes
from privlint.model.datamap import DataMap
from privlint.report.jsontext import dumps
from privlint.report.maps.json import collected, kept, receiver, shared
from privlint.report.visible import storable

VERSION = 1


def render(changes: Changes) -> str:
    """The changes as indented JSON."""
    return dumps(
        {
            "version": VERSION,
            "tool": {"name": "privlint", "version": changes.added.version},
            "revision": storable(changes.revision),
            "commit": changes.commit,
            "summary": {
                "added": _counts(changes.added),
                "removed": _counts(changes.removed),
                "weakened": len(changes.weakened),
            },
            "added": _part(changes.added),
            "removed": _part(changes.removed),
            "weakened": [
                {"edge": shared(each.edge), "before": each.before, "now": each.now} for each in changes.weakened
            ],
        },
        4,
    )


def _counts(part: DataMap) -> dict[str, int]:
    return {"collected": len(part.collected), "shared": len(part.shared), "kept": len(part.kept)}


def _part(part: DataMap) -> dict[str, Any]:
    return {
        "collected": [collected(each) for each in part.collected],
        "shared": [shared(each) for each in part.shared],
        "kept": [kept(each) for each in part.kept],
        "recipients": [receiver(each) for each in part.receivers],
    }
