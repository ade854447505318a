"""What is known by nothing but a name: of a column, a variable, a key, a getter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from privlint.flow import neighbours
from privlint.flow.frame import Frame
from privlint.flow.origins import Found, is_doubted, of_match
from privlint.flow.values import (
    FRESH,
    Symbol,
    Value,
)
from privlint.model.data import Confidence
from privlint.model.facts import Origin

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


_WRITTEN = "communication.message_content"


_AGE = "demographic.age"


_GETTER = re.compile(
    r"_*(?:get|fetch|load|read|retrieve|obtain|ask_for|ask|prompt_for|prompt|input|decrypt)(?:_|(?=[A-Z]))(\w+)\Z"
)


def of_column(fr: Frame, row: Value, name: str, n: int, others: Sequence[str]) -> Found:
    """What a row of which nothing is known has under a name, beside ``others``."""
    match = fr.catalog.classify(name, "row") or neighbours.match(fr.catalog, name, "row", others)
    if match is None or is_doubted(fr, match):
        return {}
    fr.need(row)
    return of_match(fr, n, match, name, "key", Confidence.MEDIUM, f"column `{name}` is written")


def named(fr: Frame, name: str, n: int, value: Value) -> Found:
    """A variable of which nothing is known but its name."""
    match = fr.catalog.classify(name, None)
    if match is None:
        return {}
    secret = FRESH in value.atoms and fr.catalog.is_secret(match.data_type)
    if (match.confidence is not Confidence.HIGH or FRESH in value.atoms) and not secret:
        return {}
    return of_match(fr, n, match, name, "name", Confidence.LOW, f"`{name}` is set")


def answered(fr: Frame, name: str, n: int, value: Value, owner: str) -> Value:
    """What a user wrote to a bot, by the name that it is kept under: ``phone = update.message.text`` is a number."""
    known = [mark.source for mark in value.marks if isinstance(mark.source, Origin)]
    if not known or any(each.data_type != _WRITTEN or each.evidence != "request" for each in known):
        return value
    match = fr.catalog.classify(name, owner)
    if match is None or match.confidence is Confidence.LOW or match.data_type == _WRITTEN:
        return value
    words = f"what was written is kept as `{name}`"
    passed = {mark: way for mark, way in value.marks.items() if isinstance(mark.source, Symbol)}
    return Value(value.atoms, {**passed, **of_match(fr, n, match, name, "request", Confidence.MEDIUM, words)})


def aged(fr: Frame, name: str, n: int, value: Value) -> Value:
    """What is made of a date of birth and kept as an age."""
    known = [mark.source for mark in value.marks if isinstance(mark.source, Origin)]
    if not known or any(not fr.catalog.is_date(each.data_type) for each in known):
        return value
    match = fr.catalog.classify(name, "user")
    if match is None or match.data_type != _AGE:
        return value
    passed = {mark: way for mark, way in value.marks.items() if isinstance(mark.source, Symbol)}
    words = f"what is reckoned from `{known[0].name}` is kept as `{name}`"
    evidence = known[0].evidence
    return Value(value.atoms, {**passed, **of_match(fr, n, match, name, evidence, Confidence.MEDIUM, words)})


def of_getter(fr: Frame, callee: Callee, args: Arguments) -> Found:
    """``customer.get_email()``, ``fetch_phone_number(order)``: what code that nobody knows gives, as its name says.

    Of somebody if the receiver is; else the name is all there is to go by.
    """
    getter = _GETTER.match(callee.last)
    if getter is None:
        return {}
    match = fr.catalog.classify(getter[1], callee.receiver_name or None)
    if match is None or match.confidence is Confidence.LOW:
        return {}
    of_person = bool(match.subject and callee.attribute and not args.positional and args.star is None)
    if not of_person and match.confidence is not Confidence.HIGH:
        return {}
    cap, evidence = (Confidence.MEDIUM, "attribute") if of_person else (Confidence.LOW, "name")
    return of_match(fr, callee.n, match, getter[1], evidence, cap, f"`{callee.shown}()` is called")


def is_page(key: str) -> bool:
    """Whether a text is the address of a page, and no key: ``client.get("/users/email")``."""
    return key.startswith("/") or "://" in key


def keyed(fr: Frame, key: str, n: int, owner: str, others: Sequence[str] = ()) -> Found:
    """A value of which nothing is known but the literal key it is stored under, and those beside it."""
    if is_page(key):
        return {}
    match = fr.catalog.classify(key, owner or None) or neighbours.match(fr.catalog, key, owner, others)
    if match is None or match.confidence is Confidence.LOW or fr.catalog.is_credential(match.data_type):
        return {}
    return of_match(fr, n, match, key, "key", Confidence.LOW, f"the value of `{key!r}`")
