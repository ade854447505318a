"""Personal data is sent over an unprotected transport.

## What it does

Reports personal data in requests to ``http://`` addresses, or with certificates left unchecked (``verify=False``).

## Why it matters

Everybody on the way can read it, and with unchecked certificates anybody can be the other end.

## Example

```python
requests.post("http://api.example.com/users", json={"phone": user.phone})
```

Use ``https://`` and leave the check of certificates on.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Protection
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context
from privlint.policy.rule import Rule

RULE = Rule("PRV206", "unprotected-transport", "error", "7.5", "high", ("CWE-319", "CWE-359"), ("privacy", "sharing"))


def check(context: Context) -> Iterable[Finding]:
    """Requests with personal data that others can read on the way."""
    places = context.places(
        lambda each: (
            each.flow.target.kind in ("http", "sdk")
            and each.flow.target.secure is False
            and each.flow.protection is not Protection.ENCRYPTED
            and not each.reached.nearby
        )
    )
    for place in places:
        data = wording.data(place.types, context.catalog)
        verb = context.verb(place.types, "is sent", "are sent")
        advice = context.advice(
            RULE.code,
            "everybody on the way can read {it}: use TLS, and leave the check of certificates on",
            place.types,
        )
        to = f" to {wording.party(place.party.info)}" if place.party is not None else ""
        message = (
            f"{data}{wording.subject_phrase(place.subject)} {verb}{to} by {wording.clean(place.target.callee)} "
            f"over an unprotected transport{advice}{wording.origins(place.flows())}"
        )
        yield context.finding(RULE.code, place, message)
