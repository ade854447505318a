"""What the rules about disclosure from inside (PRV501, PRV502) share: exports of many people's data, and their ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from privlint.model.data import Confidence, Protection
from privlint.model.facts import Check, Many, Way
from privlint.model.finding import Finding, Related
from privlint.model.location import Site
from privlint.policy import wording
from privlint.policy.context import Context, Delivery, Place
from privlint.policy.rule import Rule
from privlint.policy.sharing import entries

_KINDS = frozenset(("file", "object-storage", "http", "sdk", "url", "response"))
# A message to each of many people about itself is no export; whoever gets files or lists is of another kind.
_MESSENGERS = frozenset(
    (
        *("email", "sms", "push", "messaging", "telephony", "llm", "captcha", "maps", "weather"),
        *(
            "error-tracking",
            "observability",
            "logging",
            "feature-flags",
            "avatar",
            "incident-management",
        ),  # what happened to one person
    )
)
_PROTECTED = (Protection.MASKED, Protection.PSEUDONYMISED, Protection.ENCRYPTED, Protection.DERIVED)
# What stands for a person without saying who that is is no list of people.
_REFERENCES = frozenset(
    (
        "account.user_id",
        "account.username",
        "account.nickname",
        "account.avatar",
        "online.ip_address",
        "device.user_agent",
    )
)
_CREDENTIALS = frozenset(("account.password", "account.access_token", "account.verification_code"))
_FILES = re.compile(
    r"writerows?|to_csv|to_excel|send_file|FileResponse|Streaming|save|export|download|attachment|Dataset",
    re.IGNORECASE,
)
_PAGES = re.compile(r"render|template|redirect|HttpResponse\Z|abort", re.IGNORECASE)

_VERBS = {
    "file": ("is written to a file", "are written to a file"),
    "object-storage": ("is put into an object store", "are put into an object store"),
    "response": ("is given out", "are given out"),
}
ENTRIES = {"view": "the page", "command": "the command", "task": "the task", "script": "the script"}


@dataclass(frozen=True, slots=True)
class Export:
    """Many people's data that leaves by one call."""

    place: Place
    many: Many
    ways: tuple[Way, ...]

    @property
    def file(self) -> bool:
        """Whether it leaves as a file, or to somebody: what one would keep a record of."""
        if self.place.kind != "response" or self.many.download or _FILES.search(self.place.target.callee):
            return True
        return any(_FILES.search(step.text) for flow in self.place.flows() for step in flow.steps)


def exports(context: Context) -> Iterator[Export]:
    """All exports, one for each call and party, in path order."""
    groups: dict[tuple[Site, str], list[Delivery]] = {}
    for place in context.places(lambda each: _leaves(context, each)):
        key = (place.target.call, place.party.key if place.party is not None else "")
        groups.setdefault(key, []).extend(place.deliveries)
    for deliveries in groups.values():
        export = _export(deliveries)
        if export is not None:
            yield export


def _export(deliveries: Iterable[Delivery]) -> Export | None:
    """What leaves by one call, with all its ways; None if it says of nobody who that is."""
    held = [(each, each.flow.many) for each in deliveries if each.flow.many is not None]
    if {each.flow.origin.data_type for each, _ in held} <= _REFERENCES | _CREDENTIALS:
        return None
    ways = dict.fromkeys(way for _, many in held for way in many.ways)
    return Export(Place(tuple(each for each, _ in held)), held[0][1], tuple(ways))


def _leaves(context: Context, each: Delivery) -> bool:
    if each.flow.many is None or each.kind not in _KINDS or each.flow.protection in _PROTECTED or each.reached.internal:
        return False
    if each.kind == "url" and each.party is None:
        return False
    one_by_one = each.flow.many.each and each.kind not in ("file", "response")
    if one_by_one and (_declared(context, each) or each.flow.protection is not Protection.CLEAR):
        return False  # to whom the notice names: that is what it says; under a pseudonym: no list of people
    known = each.party.catalogued if each.party is not None else None
    if known is not None and known.kind in _MESSENGERS:
        return False
    return each.kind != "response" or not _PAGES.search(each.flow.target.callee) or bool(
        _FILES.search(each.flow.target.callee)
    )  # fmt: skip


def _declared(context: Context, each: Delivery) -> bool:
    return each.party is not None and bool(entries(context, each.party, each.flow.origin.data_type))


def unguarded(export: Export, kind: str) -> tuple[Export, Way] | None:
    """What of an export has a way on which no safeguard of a kind stands, and that way; None if nothing has.

    Of several ways one that is entered from outside comes before one that is not.  Callers of a helper that makes files
    are told apart: what only those have it write who are safeguarded is left out.
    """
    ways = export.ways
    if export.place.kind == "response":  # a page gives it, whatever script makes the pages
        ways = tuple(way for way in ways if way.entry not in ("script", "command"))
    open_ways = set(_open(ways, kind))
    left = [each for each in export.place.deliveries if each.flow.many and open_ways & set(each.flow.many.ways)]
    rest = _export(left)
    if rest is None:
        return None
    order = ("view", "task", "command", "script")
    return rest, min(open_ways & set(rest.ways), key=lambda way: (order.index(way.entry), len(way.calls), way.calls))


def _open(ways: Iterable[Way], kind: str) -> list[Way]:
    """The ways without a safeguard of a kind; what nothing is known to call is reached by nobody."""
    return [way for way in ways if way.entry and not any(_stands(check, kind) for check in way.checks)]


def _stands(check: Check, kind: str) -> bool:
    return check.kind == kind and check.passed


def begins(way: Way) -> str:
    """``the page export_customers``."""
    name = wording.clean(way.name)
    if way.entry == "script":
        return (
            f"the script {wording.clean(way.start.path.rpartition('/')[2])}" if way.start is not None else "the script"
        )
    return f"{ENTRIES[way.entry]} {name}"


def what(context: Context, export: Export) -> str:
    """``full name (...) and phone number (...) of many people (Customer.objects.all) are written to a file``."""
    place = export.place
    data = wording.data(place.types, context.catalog)
    many = wording.clean(export.many.text.replace("()", ""), 40)
    form = wording.in_form(place.protection)
    if place.kind in _VERBS:
        verb = context.verb(place.types, *_VERBS[place.kind])
    else:
        to = wording.party(place.party.info) if place.party is not None else "outside"
        verb = f"{context.verb(place.types, 'is', 'are')} sent to {to}"
    callee = wording.clean(place.target.callee)
    by = "what the handler returns" if callee == "return" else callee
    return f"{data} of many people ({many}){form} {verb} by {by}"


def result(
    context: Context, rule: Rule, export: Export, way: Way, message: str, severity: str, confidence: Confidence
) -> Finding:
    """The result: at the call that writes or sends, with the way and what is gone through as further places."""
    place = export.place
    related = [Related(export.many.site, "many people's data is read here")]
    if way.start is not None:
        related.append(Related(way.start, f"{begins(way)} begins the way"))
    related += [Related(site, "called here") for site in way.calls[:-1]]
    confidence = min(confidence, place.confidence)
    if export.many.each and place.kind not in ("file", "response"):
        confidence = min(confidence, Confidence.MEDIUM)
    found = context.finding(rule.code, place, message, severity=severity, confidence=confidence, related=related)
    return replace(found, place=place.target.call)


def threshold(context: Context, types: Iterable[str]) -> int:
    """From how many records on giving such data away is a crime in China; 0 where another law holds."""
    cited = context.declaration.laws if context.declaration is not None else ()
    if cited and not {"PIPL", "CrL", "CSL"} & set(cited):
        return 0
    table = context.catalog.laws.get("CrL", {}).get("thresholds", ())
    found = [
        int(entry["records"])
        for entry in table
        if any(context.catalog.covers(str(data), each) for data in entry["data"] for each in types)
    ]
    rest = [int(entry["records"]) for entry in table if not entry["data"]]
    return min(found, default=min(rest, default=0))
