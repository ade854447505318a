"""The recipient is declared, but not for this data.

## What it does

For a recipient that ``privacy.yml`` names, compares each kind of data that reaches it with its ``receives``.

## Why it matters

A recipient is announced for certain kinds of data; each further kind needs its own announcement, and often its own
consent.

## Example

```python
mixpanel.people_set(user.pk, {"$phone": user.phone})   # declared for account.user_id alone
```

Leave the field out, or declare it:

```yaml
recipients:
  - name: Mixpanel
    receives:
      - {data: contact.phone, form: clear, purpose: analytics, basis: separate-consent}
```
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context
from privlint.policy.declared import recipient_entries
from privlint.policy.recipients import Party
from privlint.policy.rule import Rule
from privlint.policy.sharing import entries, reaches, shared

RULE = Rule(
    "PRV202",
    "undeclared-data-for-recipient",
    "error",
    "7.5",
    "high",
    ("CWE-359", "CWE-201", "CWE-213"),
    ("privacy", "sharing"),
)


_SHOWN = 4


def _told(party: Party) -> str:
    """What the recipient is declared to get."""
    data = list(dict.fromkeys(one.data for each in party.declared for one in each.receives))
    more = [f"{len(data) - _SHOWN + 1} more"] if len(data) > _SHOWN else []
    return f"for {wording.listed([*data[: _SHOWN - len(more)], *more])} only" if data else "without any data"


def check(context: Context) -> Iterable[Finding]:
    """Places where a declared recipient gets data that its entry does not list."""
    if context.declaration is None:
        return
    name = wording.declaration_name(context.declaration)
    places = context.places(
        lambda each: (
            shared(context, each)
            and each.party is not None
            and bool(each.party.declared)
            and not entries(context, each.party, each.flow.origin.data_type)
        )
    )
    for place in places:
        if place.party is None:
            continue
        advice = context.advice(
            RULE.code, "people were not told of that: leave {it} out, or list {it} under its receives", place.types
        )
        message = (
            f"{reaches(context, place)}, which {name} declares {_told(place.party)}{advice}"
            f"{wording.origins(place.flows())}"
        )
        yield context.finding(RULE.code, place, message, related=recipient_entries(place.party))
