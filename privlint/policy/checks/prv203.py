"""Personal data is shared in a less protected form than declared.

## What it does

Where ``receives`` names a ``form`` (``masked``, ``pseudonymised``, ``encrypted``), compares it with the form in which
the data leaves.

## Why it matters

A notice that promises pseudonyms is broken by one call that sends the address itself.

## Example

```yaml
receives:
  - {data: contact.email, form: pseudonymised, purpose: analytics}
```

```python
mixpanel.track(user.email, "login")            # in the clear
mixpanel.track(keyed_hash(user.email), "login")  # as declared
```
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Protection
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context, Delivery
from privlint.policy.declared import receives_entries
from privlint.policy.rule import Rule
from privlint.policy.sharing import entries, reaches, shared, weaker

RULE = Rule(
    "PRV203", "weaker-form-than-declared", "error", "7.0", "high", ("CWE-359", "CWE-201"), ("privacy", "sharing")
)


def check(context: Context) -> Iterable[Finding]:
    """Places where declared data leaves less protected than declared."""
    if context.declaration is None:
        return
    name = wording.declaration_name(context.declaration)
    for place in context.places(lambda each: shared(context, each) and _weak(context, each)):
        if place.party is None:
            continue
        declared = [entry for each in place.types for entry in entries(context, place.party, each)]
        forms = sorted({entry.form for entry in declared})
        clear = " in the clear" if place.protection is Protection.CLEAR else ""
        advice = context.advice(RULE.code, "protect {it} before sending, as people were told", place.types)
        message = (
            f"{reaches(context, place)}{clear}, but {name} declares the form {' or '.join(forms)}{advice}"
            f"{wording.origins(place.flows())}"
        )
        yield context.finding(RULE.code, place, message, related=receives_entries(declared))


def _weak(context: Context, each: Delivery) -> bool:
    if each.party is None:
        return False
    return weaker(each.flow.protection, entries(context, each.party, each.flow.origin.data_type))
