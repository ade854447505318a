"""From sarif-om's objects to JSON values.

jschema-to-python, which sarif-om suggests for this, drops every value that equals its default, so that a result's
explicit ``"level": "warning"`` disappears and the rule's default level wins; and it copies deeply at every level.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import attr

from privlint.report.visible import storable

_ALWAYS = frozenset(
    {("Result", "level"), ("Result", "ruleIndex"), ("Notification", "level"), ("ReportingConfiguration", "level")}
)
"""Properties that are written even with their default value."""

_RENAMED = {("Suppression", "state"): "status"}
"""sarif-om follows a draft of the standard here."""


class Done(dict[str, Any]):
    """An object that is already in its JSON form; the same one may stand in many places."""


@cache
def _fields(kind: Any) -> tuple[tuple[str, str, Any, bool], ...]:
    """Of a class of sarif-om: attribute, name in JSON, default value, whether the default is written too."""
    rows = []
    for field in attr.fields(kind):
        name = field.metadata["schema_property_name"]
        default: Any = field.default
        if hasattr(default, "factory"):  # attr.Factory
            default = default.factory()
        always = (kind.__name__, name) in _ALWAYS
        rows.append((field.name, _RENAMED.get((kind.__name__, name), name), default, always))
    return tuple(rows)


def to_plain(value: Any) -> Any:
    """``value`` as dictionaries, lists and scalars.

    None and defaults of sarif-om's objects are left out; a plain dictionary (a property bag) keeps its Nones.
    """
    if isinstance(value, str):
        return storable(value)
    if value is None or isinstance(value, (bool, int, float, Done)):
        return value
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    plain = {}
    kind: Any = type(value)
    for attribute, name, default, always in _fields(kind):
        item = getattr(value, attribute)
        if item is not None and (always or item != default):
            plain[name] = to_plain(item)
    return plain
