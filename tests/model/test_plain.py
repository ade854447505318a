"""Values as plain ones and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from privlint.model.data import Confidence, Protection
from privlint.model.facts import CollectionFact, Facts, FlowFact, Origin, Scrubber, Step, Target
from privlint.model.finding import Related
from privlint.model.location import Location, Site, Span
from privlint.model.plain import PlainError, from_plain, to_plain
from privlint.model.recipient import RecipientInfo
from privlint.model.report import LocatedStep, Result

SITE = Site("a/é.py", 7)
ORIGIN = Origin(SITE, "contact.email", "email", "key", None, Confidence.HIGH)
TARGET = Target(SITE, Site("b.py", 9), "http", "requests.post", "f", "acme", ("x.example",), None, False, "json")
FLOW = FlowFact(ORIGIN, TARGET, Protection.MASKED, Confidence.LOW, (Step(SITE, "here"),), whole="User")
COLLECTION = CollectionFact("contact.phone", SITE, "phone", "Form", "form", True, "customer", Confidence.MEDIUM)
PLACE = Location("a.py", Span(1, 2, 3, 4))
RESULT = Result(
    "PRV301", PLACE, "message", "warning", ("contact.email",), None, "log", RecipientInfo("Acme", None, "US"), "clear",
    "high", ("GDPR 5",), flows=((LocatedStep(PLACE, "step"),),), related=(), suppressed=None,
)  # fmt: skip


MASK = Scrubber(SITE, "mask", ("log",))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FlowFact, FLOW),
        (Facts, Facts([FLOW], [COLLECTION], scrubbers=[MASK], unresolved={"f": 3, "a": 1}, limits={"limit": 2})),
        (Facts, Facts()),
        (Result, RESULT),
        (Related, Related(SITE, "a")),
        (Related, Related(PLACE, "b")),
        (dict[str, frozenset[str]], {"b": frozenset("xy"), "a": frozenset()}),
        (tuple[int, str | None], (1, None)),
    ],
    ids=str,
)
def test_through_json_and_back(kind: Any, value: Any) -> None:
    again = from_plain(kind, json.loads(json.dumps(to_plain(kind, value))))
    assert again == value
    assert repr(again) == repr(value), "order and types too"


@pytest.mark.parametrize("plain", [None, 3, "x", [], [1, 2], {}, [[1], [], [], [], [], []], [[]] * 60])
def test_what_is_no_such_value(plain: object) -> None:
    with pytest.raises(PlainError):
        from_plain(Facts, plain)


def test_types_without_a_plain_form_are_refused() -> None:
    @dataclass
    class Odd:
        value: complex

    with pytest.raises((TypeError, NameError)):
        to_plain(Odd, Odd(1j))
