"""Personal data is kept with no expiry where one is declared or customary.

## What it does

Caches: a value that holds personal data is stored, and no call says for how long. Where the library has an expiry of
its own by default (Django, Flask-Caching), that is said with low confidence; `timeout=None` is for ever.

Cookies and sessions, and caches with a time: they last longer than the declaration's `retention` for that data. Told by
`max_age` and `expires`, by `session.permanent` and `PERMANENT_SESSION_LIFETIME` (Flask), by `SESSION_COOKIE_AGE` and
`set_expiry` (Django), by what `SessionMiddleware` (Starlette) or the factory of sessions (Pyramid) is made with, else
by the framework's own time. Where nothing is declared, a cookie of more than 13 months is reported, with low
confidence.

Tables, collections, files and object stores: the declaration gives their data a `retention`, and nothing in the program
deletes from them, or overwrites what is in them, by time. A lifecycle rule that the program sets counts.

## Why it matters

What was a copy for a minute becomes a second register of people, in the clear, which no erasure reaches. And a period
that is announced and not kept is a false notice.

## Example

```python
redis.set(f"profile:{user.pk}", json.dumps({"phone": user.phone}))
```

Instead:

```python
redis.set(f"profile:{user.pk}", json.dumps({"phone": user.phone}), ex=3600)
```

and for a table with `retention: P2Y`, a job:

```python
def purge():
    Order.objects.filter(created_at__lt=now() - timedelta(days=730)).delete()
```

## Confidence

Caches: that of the flow. Cookies and sessions: that of the flow; medium where the time is the framework's own; low for
a cookie without a time while one is declared, since it goes with the browser, which may restore it. Tables: medium,
since the database may have a job of its own; low where the code deletes from the table, but nothing shows that time
decides. Files and object stores: likewise, and low where there is not one for each person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from privlint.model.data import Confidence
from privlint.model.facts import Store
from privlint.model.finding import Finding, Related
from privlint.policy import periods, wording
from privlint.policy.context import Context, Delivery, Place
from privlint.policy.exposure import UNPROTECTED
from privlint.policy.rule import Rule

RULE = Rule("PRV601", "no-expiry", "warning", "4.0", "medium", ("CWE-359", "CWE-212"), ("privacy", "retention"))

# An identifier that a session knows somebody by is what a cache is for.
_REFERENCES = frozenset(("account.user_id", "account.username", "account.nickname", "account.avatar"))
# And what a cookie is for: to know the browser, and the session, again.
_OF_BROWSERS = ("online.", "account.", "device.")
_CUSTOMARY = 400 * 86400  # thirteen months, with some days' grace


def check(context: Context) -> Iterable[Finding]:
    """Values in caches, cookies and sessions, and what is in tables and files, that nothing ends."""
    yield from _caches(context)
    yield from _too_long(context)
    for store in context.stores:
        if store.lasts >= 0 or store.expires:
            yield from _session(context, store)
        elif context.declaration is not None and context.scope.coverage == "whole":
            yield from _table(context, store)


def _caches(context: Context) -> Iterator[Finding]:
    for place in context.places(_lasts, by_party=False):
        never = any(each.flow.target.expires == "never" for each in place.deliveries)
        data = wording.data(place.types, context.catalog)
        verb = context.verb(place.types, "is", "are")
        callee = wording.clean(place.target.callee)
        rest = "with no expiry" if never else "with no expiry of its own: how long it stays is up to the settings"
        message = (
            f"{data}{wording.subject_phrase(place.subject)} {verb} put into the cache by {callee} {rest}"
            f"{context.advice(RULE.code, 'say for how long')}{wording.origins(place.flows())}"
        )
        confidence = place.confidence if never else Confidence.LOW
        found = context.finding(RULE.code, place, message, severity="" if never else "note", confidence=confidence)
        yield replace(found, place=place.target.call)


def _lasts(each: Delivery) -> bool:
    flow = each.flow
    if flow.target.kind == "cookie" or flow.target.expires not in ("never", "default"):
        return False
    return flow.protection in UNPROTECTED and flow.origin.data_type not in _REFERENCES


def _too_long(context: Context) -> Iterator[Finding]:
    """Cookies, sessions and caches that have a time, and it is too long."""

    def kept(each: Delivery) -> bool:
        target, data_type = each.flow.target, each.flow.origin.data_type
        if target.kind not in ("cookie", "cache") or each.flow.protection not in UNPROTECTED:
            return False
        if data_type in _REFERENCES or (target.kind == "cookie" and data_type.startswith(_OF_BROWSERS)):
            return False
        return _beyond(context, target.kind, target.expires, target.lasts, data_type)

    for place in context.places(kept, by_party=False):
        target = place.target
        found = _found(context, place, target.kind, target.expires, target.lasts)
        yield replace(found, place=target.call)


def _beyond(context: Context, kind: str, expires: str, lasts: int, data_type: str) -> bool:
    """Whether data is kept for longer than was declared, or is usual."""
    entry = periods.declared(context.declaration, context.catalog, (data_type,)).get(data_type)
    if entry is not None:
        allowed = periods.seconds(str(entry.retention))
        return lasts > allowed or (kind != "cache" and expires in ("never", "session"))
    return kind != "cache" and (lasts > _CUSTOMARY or expires == "never")


def _found(context: Context, place: Place, kind: str, expires: str, lasts: int) -> Finding:
    where = f"the {'cache' if kind == 'cache' else 'browser'} by {wording.clean(place.target.callee)}"
    text, confidence, related = _words(context, place.types, where, expires, lasts, place.subject)
    confidence = min(confidence, place.confidence)
    message = f"{text}{wording.origins(place.flows())}"
    severity = "" if confidence > Confidence.LOW else "note"
    return context.finding(RULE.code, place, message, severity=severity, confidence=confidence, related=related)


def _words(
    context: Context, types: tuple[str, ...], where: str, expires: str, lasts: int, subject: str | None
) -> tuple[str, Confidence, list[Related]]:
    entries = periods.declared(context.declaration, context.catalog, types)
    named = sorted({str(each.retention) for each in entries.values()})
    confidence = Confidence.HIGH if entries else Confidence.LOW
    if expires == "session":
        time, confidence = "with no expiry, until the browser forgets it,", Confidence.LOW
    elif expires == "never":
        time = "for ever"
    else:
        time = f"for {periods.words(lasts)}"
        if expires == "default":
            time += " (the framework's own time)"
            confidence = min(confidence, Confidence.MEDIUM)
    rest = f"though {wording.listed(named)} is declared" if named else "where 13 months are usual"
    text = (
        f"{wording.data(types, context.catalog)}{wording.subject_phrase(subject)} "
        f"{context.verb(types, 'is', 'are')} kept in {where} {time} {rest}"
        f"{context.advice(RULE.code, 'let it end in time')}"
    )
    lines = dict.fromkeys(each.location for each in entries.values())
    return text, confidence, [Related(line, "the period is declared here") for line in lines]


def _session(context: Context, store: Store) -> Iterator[Finding]:
    """What a session on the server keeps for longer than was declared."""
    types = tuple(each for each in store.data_types if _beyond(context, store.kind, store.expires, store.lasts, each))
    if not types or any(each.startswith(_OF_BROWSERS) for each in types):
        return
    where = f"the session by {wording.clean(store.name)}"
    text, confidence, related = _words(context, types, where, store.expires, store.lasts, store.subject)
    confidence = min(confidence, store.confidence)
    yield Finding(
        code=RULE.code,
        place=store.site,
        message=text,
        data_types=types,
        sink_kind=store.kind,
        confidence=confidence,
        subject=store.subject,
        severity="" if confidence > Confidence.LOW else "note",
        related=tuple(related),
        function=store.function,
        sink=store.name,
    )


def _table(context: Context, store: Store) -> Iterator[Finding]:
    """A table whose data is declared to be kept for a time, and that nothing cleans up."""
    if store.cleaned:
        return
    found = periods.declared(context.declaration, context.catalog, store.data_types)
    if not found:
        return
    told = sorted({str(each.retention) for each in found.values()}, key=periods.seconds)
    period = wording.listed([f"{periods.words(periods.seconds(each))} ({each})" for each in told])
    name = wording.clean(store.name)
    if store.kind == "file":
        where, what, advice = f"files that {name} writes", "deletes them", "delete the file when its time is over"
    elif store.kind == "object-storage":
        where, what = f"the object store that {name} fills", "sets a lifecycle rule, or deletes from it"
        advice = "set a lifecycle rule"
    else:
        where, what, advice = name, "deletes from it", "add a job that erases what is older"
    what += " by time" if store.erased else ""
    message = (
        f"{wording.data(sorted(found), context.catalog)}{wording.subject_phrase(store.subject)} in "
        f"{where} {context.verb(sorted(found), 'is', 'are')} declared to be kept for {period}, and no code {what}"
        f"{context.advice(RULE.code, advice)}"
    )
    lines = dict.fromkeys(each.location for each in found.values())
    written = store.kind in ("file", "object-storage")
    confidence = min(store.confidence, Confidence.LOW if store.erased else Confidence.MEDIUM)
    yield Finding(
        code=RULE.code,
        place=store.site,
        message=message,
        data_types=tuple(sorted(found)),
        sink_kind=store.kind,
        confidence=confidence,
        subject=store.subject,
        severity="note" if written and confidence is Confidence.LOW else "",
        related=tuple(Related(line, "the period is declared here") for line in lines),
        function=store.function,
        sink=store.name,
    )
