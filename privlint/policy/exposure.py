"""What the rules about exposure (PRV301 to PRV311) share: data that reaches a kind of sink unprotected."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from privlint.model.data import Confidence, Protection
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context, Delivery, Place
from privlint.policy.rule import Rule

UNPROTECTED = (Protection.CLEAR, Protection.PSEUDONYMISED_WEAK)

# What stands for a person without telling an outsider who it is: the usual replacement for an e-mail address or a
# name, so that finding it is worth a remark at most.
_REFERENCES = frozenset({"account.user_id"})
# Where a reference is no remark either: a session knows whose it is, a task is given the key instead of the person,
# the addresses of one's own pages and services are made of keys, and a message names the key instead of the person.
_FOR_REFERENCES = frozenset({"url", "cookie", "cache", "queue", "log", "console", "exception"})
# The key of whoever of the staff has signed in, which is a number of a table and not the one on a pass.
_KEY = re.compile(r"[a-z]_?id\W*\Z", re.IGNORECASE)
# What every row has, and other rows keep to tell which one they belong to.
_KEYS_OF_ROWS = frozenset({"id", "pk"})
# What a session is told by: it has to be in the browser, and where sessions are kept.
_OF_SESSIONS = frozenset({"online.session_id"})
# What is made by chance, and of which nobody guesses what its hash was made of.
_BY_CHANCE = frozenset({"account.access_token", "online.session_id"})
# How a browser is given the token of whoever has signed in: that is what such cookies are for.
_SETS_COOKIE = re.compile(r"set_(secure_|signed_)?cookie\Z")
# What a redirect carries as a matter of course: whose page it leads to, the picture it leads to, the page that the
# visitor came from.  All of that was in an address before.
_OF_REDIRECTS = _REFERENCES | {"account.username", "account.nickname", "account.avatar", "behavior.browsing_history"}
_REDIRECT = re.compile(r"redirect|resolve_url|return\Z|HTTP(Found|SeeOther|Moved\w*)\Z", re.IGNORECASE)


def exposed(
    context: Context,
    rule: Rule,
    kinds: Collection[str],
    verbs: tuple[str, str],
    what: str,
    instead: str | Callable[[tuple[str, ...]], str],
    *,
    concerns: Callable[[str], bool] = lambda data_type: True,
) -> Iterator[Finding]:
    """Results of ``rule`` for unprotected data in sinks of ``kinds``.

    Args:
        verbs: ``("is written", "are written")``.
        what: the rest of the sentence, with ``{sink}`` for the callee: ``"to a log by {sink}"``.
        instead: what to do, with ``{it}`` for the data: ``"leave {it} out, or mask {it}"``; or what says so of types.
        concerns: which data types the rule is about.
    """
    places = context.places(
        lambda each: (
            each.kind in kinds
            and each.flow.protection in UNPROTECTED
            and concerns(each.flow.origin.data_type)
            and not _ordinary(context, each)
        ),
    )
    for place in places:
        advice = instead if isinstance(instead, str) else instead(place.types)
        message = _message(context, rule, place, verbs, what, advice)
        if _REFERENCES.issuperset(place.types) or _is_login(place):
            yield context.finding(rule.code, place, message, severity="note", confidence=Confidence.LOW)
        else:
            severity = "error" if rule.severity == "warning" and _grave(context, place) else ""
            yield context.finding(rule.code, place, message, severity=severity)


def _ordinary(context: Context, each: Delivery) -> bool:
    """Whether this data belongs in such a sink, as sinks go."""
    data_type = each.flow.origin.data_type
    if each.party is None and each.kind in _FOR_REFERENCES and data_type in _REFERENCES:
        return True
    if each.kind == "database" and (each.flow.origin.name in _KEYS_OF_ROWS or _is_hashed(context, each)):
        return True
    if data_type in _BY_CHANCE and each.flow.protection is Protection.PSEUDONYMISED_WEAK:
        return True
    if data_type in _OF_SESSIONS and each.kind in ("cookie", "cache"):
        return True
    if each.kind == "cookie" and data_type == "work.employee_id" and _KEY.search(each.flow.origin.name):
        return True
    return each.kind == "url" and data_type in _OF_REDIRECTS and _is_redirect(each)


def _is_login(place: Place) -> bool:
    """Whether a browser is given no more than the token that it shows to stay signed in."""
    sets = place.target.kind == "cookie" and _SETS_COOKIE.search(place.target.callee) is not None
    return sets and _BY_CHANCE.issuperset(place.types)


def _is_hashed(context: Context, each: Delivery) -> bool:
    """Whether all that is known of it is a name which says that it is a password's hash: that is what one stores."""
    if each.flow.origin.data_type != "account.password":
        return False
    match = context.catalog.classify(each.flow.origin.name)
    return match is not None and match.protection is not Protection.CLEAR


def _is_redirect(each: Delivery) -> bool:
    """Whether the browser is sent to the address, rather than a request; told by the callee, which has no host."""
    return each.party is None and _REDIRECT.search(each.flow.target.callee.rpartition(".")[2]) is not None


def _grave(context: Context, place: Place) -> bool:
    return place.protection is Protection.CLEAR and context.is_sensitive(place.types)


def _message(context: Context, rule: Rule, place: Place, verbs: tuple[str, str], what: str, instead: str) -> str:
    data = wording.data(place.types, context.catalog)
    of_children = all(each.startswith("minor.") for each in place.types)  # whose data it is, its name says
    owner = "" if of_children else wording.subject_phrase(place.subject)
    form = wording.in_form(place.protection)
    verb = context.verb(place.types, *verbs)
    rest = what.replace("{sink}", wording.clean(place.target.callee) or "this statement")
    advice = context.advice(rule.code, instead, place.types)
    return f"{data}{owner}{form} {verb} {rest}{advice}{wording.origins(place.flows())}"
