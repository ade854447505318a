"""The declared basis is consent, and no consent check guards this path.

## What it does

For data that goes to a declared recipient on the basis of consent (`basis` of its `receives` entry, else of the
`collects` entry for that data and purpose: `consent`, `separate-consent`, `guardian-consent`), looks at every way
through the program that leads to the sharing call. On each of them a check has to stand: a condition with the right
outcome, an early return, a call that raises, a decorator, a dependency, a middleware, a filter of the query or of the
list that is sent, in the function itself, in what it calls, or in all who call it. A check that is asked for a purpose
has to be asked for the declared one. A filter counts for the data of the rows, or elements, that it lets through, not
for what else is sent beside them. Of a middleware the pages that it lets through by their address are not told
apart.

## Why it matters

Consent that nobody looks up is no basis: whoever refused, or never was asked, has their data sent like everybody else.

## Example

```python
def signed_up(user):
    mixpanel.track(user.pk, "signup", {"email": user.email})  # privacy.yml: purpose analytics, basis consent
```

Instead:

```python
def signed_up(user):
    if user.has_consented("analytics"):
        mixpanel.track(user.pk, "signup", {"email": user.email})
```

Checks are told by their names (`rules/safeguards/consent.yml`). Tell privlint of those of your own:

```yaml
consent:
  checks: ["*.may_use", "preferences.allows"]
```

## Confidence

That of the flow; less where nothing is known that calls the function, since a check may stand there.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.facts import Check, Way
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.consent import along, consent_entries, consents, named, purposes, suits
from privlint.policy.context import Context, Delivery, Place
from privlint.policy.declared import recipient_entries
from privlint.policy.rule import Rule
from privlint.policy.sharing import reaches

RULE = Rule(
    "PRV401", "sharing-without-consent-check", "error", "7.0", "high", ("CWE-359", "CWE-862"), ("privacy", "consent")
)


def check(context: Context) -> Iterable[Finding]:
    """Places where data is shared on a way on which nobody asks for consent."""
    if context.declaration is None:
        return
    known = purposes(context)
    for place in context.places(lambda each: _open_way(context, each, known) is not None):
        found = _open_way(context, place.deliveries[0], known)
        if found is None or place.party is None:
            continue
        way, purpose, basis = found
        about = f" for {wording.clean(purpose)}" if purpose else ""
        message = (
            f"{reaches(context, place)} on the basis of {basis.replace('-', ' ')}{about}, "
            f"{_what_is_missing(way, known)}"
            f"{context.advice(RULE.code, 'check for the consent on every way before sending')}"
            f"{wording.origins(place.flows())}"
        )
        related = [*recipient_entries(place.party), *along(way)]
        yield context.finding(RULE.code, place, message, confidence=_confidence(place, way), related=related)


def _open_way(context: Context, each: Delivery, known: list[str]) -> tuple[Way, str | None, str] | None:
    """A way without the check that the declaration calls for; nothing where consent was refused: that is PRV402."""
    declared = consent_entries(context, each)
    if not declared:
        return None
    for way in each.flow.ways:
        checks = consents(way)
        if any(suits(one, entry.purpose, known) for one in checks for entry, _ in declared):
            continue
        entry, basis = declared[0]
        return way, entry.purpose, basis
    return None


def _what_is_missing(way: Way, known: list[str]) -> str:
    others = [check for check in consents(way) if check.passed and named(check, known)]
    if others:
        return f"and the check on this way is for another purpose ({_shown(others[0])})"
    begins = f" from {wording.clean(way.name)}" if way.calls[1:] else ""
    return f"and no consent check stands on the way{begins}"


def _shown(check: Check) -> str:
    words = ", ".join(wording.clean(text, 30) for text in check.purposes if "\0" not in text)
    name = wording.clean(check.name.replace("()", ""))
    return f"{name}({words})" if words else name


def _confidence(place: Place, way: Way) -> Confidence:
    return place.confidence if way.entry or len(way.calls) == 1 else min(place.confidence, Confidence.MEDIUM)
