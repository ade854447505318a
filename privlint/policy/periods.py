"""Periods: of the declaration, in seconds; and seconds in words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from privlint.catalog import Catalog
from privlint.model.declaration import Collects, Declaration

_DAY = 86400
_PARTS = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]+)?)(?P<unit>[YMWDHS])|(?P<time>T)")
_DATES = {"Y": 366 * _DAY, "M": 31 * _DAY, "W": 7 * _DAY, "D": _DAY}
_TIMES = {"H": 3600, "M": 60, "S": 1}
_WORDS = ((365 * _DAY, "year"), (_DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def seconds(duration: str) -> int:
    """The longest that an ISO 8601 duration can be."""
    total, units = 0.0, _DATES
    for part in _PARTS.finditer(duration):
        if part["time"]:
            units = _TIMES
        else:
            total += float(part["number"].replace(",", ".")) * units.get(part["unit"], 0)
    return int(total)


def words(period: int) -> str:
    """``10 years``, ``31 days``: in the largest unit of which there are some."""
    unit, name = next(((unit, name) for unit, name in _WORDS if period >= unit), _WORDS[-1])
    number = period // unit
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def declared(declaration: Declaration | None, catalog: Catalog, types: Iterable[str]) -> dict[str, Collects]:
    """The entry that allows the longest period, for each data type for which one is declared."""
    entries = [each for each in declaration.collects if each.retention] if declaration is not None else []
    out: dict[str, Collects] = {}
    for data_type in types:
        found = [each for each in entries if catalog.covers(each.data, data_type)]
        if found:
            out[data_type] = max(found, key=lambda each: seconds(str(each.retention)))
    return out
