"""Personal data is kept with no expiry where one is declared or customary.

## What it does

Caches: a value that holds personal data is stored, and no call says for how long. Where the library has an expiry of
its own by default (Django, Flask-Caching), that is said with low confidence; `timeout=None` is for ever.

Tables and collections: the declaration gives their data a `retention`, and nothing in the program deletes from them, or
overwrites what is in them, by time.

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

Caches: that of the flow. Tables: medium, since the database may have a job of its own; low where the code deletes
from the table, but nothing shows that time decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from privlint.model.data import Confidence, Protection
from privlint.model.declaration import Collects
from privlint.model.facts import Store
from privlint.model.finding import Finding, Related
from privlint.policy import wording
from privlint.policy.context import Context, Delivery
from privlint.policy.rule import Rule

RULE = Rule("PRV601", "no-expiry", "warning", "4.0", "medium", ("CWE-359", "CWE-212"), ("privacy", "retention"))

# An identifier that a session knows somebody by is what a cache is for.
_REFERENCES = frozenset(("account.user_id", "account.username", "account.nickname", "account.avatar"))


def check(context: Context) -> Iterable[Finding]:
    """Values in caches, and tables, that nothing ends."""
    yield from _caches(context)
    if context.declaration is not None and context.scope.coverage == "whole":
        for store in context.stores:
            yield from _table(context, store)


def _caches(context: Context) -> Iterator[Finding]:
    for place in context.places(_lasts, by_party=False):
        never = any(each.flow.target.expires == "never" for each in place.deliveries)
        data = wording.data(place.types, context.catalog)
        verb = wording.verb(place.types, "is", "are")
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
    if flow.target.expires not in ("never", "default") or flow.protection not in (
        Protection.CLEAR,
        Protection.PSEUDONYMISED_WEAK,
    ):
        return False
    return flow.origin.data_type not in _REFERENCES


def _table(context: Context, store: Store) -> Iterator[Finding]:
    """A table whose data is declared to be kept for a time, and that nothing cleans up."""
    if store.cleaned:
        return
    declared = context.declaration.collects if context.declaration is not None else ()
    found: dict[str, Collects] = {}
    for data_type in store.data_types:
        entries = [each for each in declared if each.retention and context.catalog.covers(each.data, data_type)]
        if entries:
            found[data_type] = entries[0]
    if not found:
        return
    periods = wording.listed(sorted({str(each.retention) for each in found.values()}))
    what = "deletes from it by time" if store.erased else "deletes from it"
    message = (
        f"{wording.data(sorted(found), context.catalog)}{wording.subject_phrase(store.subject)} in "
        f"{wording.clean(store.name)} may be kept for {periods}, as declared, and no code {what}"
        f"{context.advice(RULE.code, 'add a job that erases what is older')}"
    )
    lines = dict.fromkeys(each.location for each in found.values())
    yield Finding(
        code=RULE.code,
        place=store.site,
        message=message,
        data_types=tuple(sorted(found)),
        sink_kind=store.kind,
        confidence=min(store.confidence, Confidence.LOW if store.erased else Confidence.MEDIUM),
        subject=store.subject,
        severity="",
        related=tuple(Related(line, "the period is declared here") for line in lines),
        function=store.function,
        sink=store.name,
    )
