"""What the rules about whole records (PRV104, PRV306) share: places where one travels with all its fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from privlint.model.data import Confidence
from privlint.policy import wording
from privlint.policy.context import Context, Delivery, Place
from privlint.policy.exposure import UNPROTECTED

_LEAST = 2  # fields with personal data without which a record is no person
_SHOWN = 8
# Records of what has an address and a telephone, too.
_THINGS = re.compile(
    r"(Room|Building|Venue|Location|Place|Company|Organi[sz]ation|Shop|Store|Branch|Office|Site|Hotel|Restaurant|School|"
    r"Department|Event|Supplier|Vendor|Institution|Facility|Station|Warehouse|Airport|Settings?|Config(uration)?)\Z"
)


class Whole(NamedTuple):
    """A record that reaches a sink as a whole: the place, the record, the fields with personal data that travel."""

    place: Place
    record: str
    fields: tuple[str, ...]


def wholes(context: Context, wanted: Callable[[Delivery], bool], *, by_party: bool) -> Iterator[Whole]:
    """The places where a record travels as a whole, unprotected, of the deliveries that ``wanted`` lets through."""
    places = context.places(
        lambda each: (
            each.flow.whole is not None
            and each.flow.protection in UNPROTECTED
            and each.flow.origin.confidence is not Confidence.LOW
            and wanted(each)
        ),
        by_party=by_party,
    )
    for place in places:
        by_record: dict[str, list[Delivery]] = {}
        for each in place.deliveries:
            by_record.setdefault(each.flow.whole or "", []).append(each)
        record, found = max(
            sorted(by_record.items()), key=lambda item: len({each.flow.origin.name for each in item[1]})
        )
        fields = tuple(sorted({each.flow.origin.name for each in found}))
        if len(fields) >= _LEAST and not _THINGS.search(record):
            yield Whole(Place(tuple(found)), record, fields)


def named(fields: Sequence[str]) -> str:
    """``email, phone and birthday``: the fields that travel, as they are called in the code."""
    shown = [wording.clean(each) for each in fields[:_SHOWN]]
    more = len(fields) - len(shown)
    return wording.listed([*shown, f"{more} more"] if more else shown)
