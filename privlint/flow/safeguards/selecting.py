"""What queries ask of the rows that they give: what comes after is about those who have consented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.checks import NONE, Checks
from privlint.flow.safeguards.queries import RUNS_SQL, conditions, texts
from privlint.ir import ops as o
from privlint.model.facts import Check

if TYPE_CHECKING:
    from privlint.flow.safeguards.held import Held

# Values by which somebody has not consented.
REFUSED = frozenset(("denied", "refused", "declined", "no", "off", "false", "withdrawn", "revoked", "rejected", "0",
                     "none", "pending", "unknown", "anonymous", "expired"))  # fmt: skip
# Whose consent it is, and to what: that says nothing of whether it was given (``Consent.user_id == user.id``).
_WHOSE = re.compile(r"^\w+\.(?:\w+_)?(?:id|pk|user|customer|member|patient|purpose|kind|type|version)\b(?!\.)")
_FILTERS = frozenset(("filter", "filter_by", "where", "exclude"))


def selected(held: Held, fn: int, body: Body, call: o.Call) -> Checks:
    """``filter(marketing_opt_in=True)``, ``execute("... WHERE marketing_opt_in")``, ``frame.query("opted_in")``."""
    last = body.words(call.func).last
    if last in _FILTERS or call.text.rpartition(".")[2] in _FILTERS:
        return frozenset(_filtered(held, fn, body, call, flips=last == "exclude"))
    if last in RUNS_SQL:
        return frozenset(_asked(held, fn, body, call))
    return NONE


def _filtered(held: Held, fn: int, body: Body, call: o.Call, *, flips: bool) -> Iterator[Check]:
    for arg in call.args:
        if arg.label in (None, "*", "**"):
            asked = (each for each in held.implied(fn, arg.reg, True) if each.kind == "consent")
            yield from (each for each in asked if not _WHOSE.search(each.name))
            continue
        said = held.recogniser.polarity("consent", str(arg.label).replace("__", "."))
        value = body.constant(arg.reg)
        if said is not None and isinstance(value, bool | int | str):
            passed = said is (bool(value) and str(value).lower() not in REFUSED) is not flips
            yield Check("consent", str(arg.label), (), passed, held.site(fn, arg.n))


def _asked(held: Held, fn: int, body: Body, call: o.Call) -> Iterator[Check]:
    """What the condition of a statement, or of a query of a data frame, says of consent."""
    frame = body.words(call.func).last == "query"
    for arg in call.args[:1]:
        for text in texts(body, arg.reg):
            for name, outcome in conditions(text, whole=frame):
                said = held.recogniser.polarity("consent", name)
                if said is not None:
                    yield Check("consent", name, (), said is outcome, held.site(fn, arg.n))
