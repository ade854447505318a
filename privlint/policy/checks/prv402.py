"""Personal data is sent on the path where consent was refused.

## What it does

Finds sharing calls that are reached exactly where a consent check came out as no: in the `else` branch, behind an
inverted condition, after `if user.has_consented(...): return`, with a filter for those who have not opted in.

With a declaration, data that goes to the recipient on another basis than consent is not reported, nor is a check that
asks for another purpose than the declared one.

## Why it matters

These are the people who said no, so that there is no basis for sending anything of theirs. Mostly the condition is
simply the wrong way round, and then nobody who agreed is tracked while everybody who refused is.

## Example

```python
if not user.marketing_consent:
    mailchimp.lists.add_list_member(LIST, {"email_address": user.email})
```

Instead:

```python
if user.marketing_consent:
    mailchimp.lists.add_list_member(LIST, {"email_address": user.email})
```

## Confidence

High where the check is asked for the declared purpose, or names none; medium without a declaration, where the sending
may be something that needs no consent.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.facts import Check
from privlint.model.finding import Finding, Related
from privlint.policy import wording
from privlint.policy.consent import consent_entries, consents, purposes, suits
from privlint.policy.context import Context, Delivery
from privlint.policy.rule import Rule
from privlint.policy.sharing import entries, shared

RULE = Rule("PRV402", "sharing-after-refusal", "error", "8.0", "high", ("CWE-359", "CWE-863"), ("privacy", "consent"))


def check(context: Context) -> Iterable[Finding]:
    """Places where data is shared although consent was refused."""
    known = purposes(context)
    for place in context.places(lambda each: _refused(context, each, known) is not None):
        refused = _refused(context, place.deliveries[0], known)
        if refused is None:
            continue
        to = wording.party(place.party.info) if place.party is not None else "a recipient that the code does not tell"
        data = wording.data(place.types, context.catalog)
        verb = context.verb(place.types, "is", "are")
        advice = context.advice(RULE.code, "turn the condition round: send only where somebody agreed", place.types)
        message = (
            f"{data}{wording.subject_phrase(place.subject)} {verb} sent to {to} on the path "
            f"where {wording.clean(refused.name.replace('()', ''))} says that consent was refused{advice}"
            f"{wording.origins(place.flows())}"
        )
        confidence = place.confidence
        if context.declaration is None:
            confidence = min(confidence, Confidence.MEDIUM)
        related = [Related(refused.site, "the check is here")] if refused.site is not None else []
        yield context.finding(RULE.code, place, message, confidence=confidence, related=related)


def _refused(context: Context, each: Delivery, known: list[str]) -> Check | None:
    """The check that says no on a way to the sharing call."""
    if each.reached.internal or (each.kind not in ("http", "sdk", "url") and not shared(context, each)):
        return None
    if each.kind == "url" and each.party is None:
        return None
    declared = consent_entries(context, each)
    if each.party is not None and not declared and entries(context, each.party, each.flow.origin.data_type):
        return None  # on another basis
    for way in each.flow.ways:
        checks = consents(way)
        said_yes = any(one.passed for one in checks)
        for one in checks:
            if one.passed or said_yes:
                continue
            if not declared or any(suits(one, entry.purpose, known) for entry, _ in declared):
                return one
    return None
