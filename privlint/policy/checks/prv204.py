"""Personal data leaves the controller's country, and no cross-border transfer is declared.

## What it does

Compares the country of whoever receives personal data (``country`` of its entry, else the home country that privlint's
catalogue knows) with the country of the ``controller``. The European Economic Area counts as one country. A recipient
whose entry names a ``transfer`` is fine. Without a declaration the rule is silent.

## Why it matters

Data that crosses the border leaves the protection of the law that it was collected under; most laws ask for a ground
(a standard contract, an assessment, a certification, an adequacy decision) and for telling people.

## Example

```yaml
controller: {name: Example Shop, country: CN}
recipients:
  - name: Mixpanel          # of the United States
    receives:
      - {data: contact.email, purpose: analytics, basis: separate-consent}
```

```python
mixpanel.people_set(user.pk, {"$email": user.email})
```

Keep the data in the country, or arrange for the transfer and declare it:

```yaml
recipients:
  - name: Mixpanel
    country: US
    transfer: standard-contract
```
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.declaration.countries import region
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context, Delivery
from privlint.policy.declared import key, recipient_entries
from privlint.policy.rule import Rule
from privlint.policy.sharing import reaches, shared

RULE = Rule("PRV204", "undeclared-transfer", "warning", "6.5", "medium", ("CWE-359", "CWE-201"), ("privacy", "sharing"))


def check(context: Context) -> Iterable[Finding]:
    """Places where data goes to another country, without a word about it in the declaration."""
    declaration = context.declaration
    if declaration is None or declaration.country is None:
        return
    home = declaration.country
    name = wording.declaration_name(declaration)
    inside = "the EEA" if region(home) == "EEA" else home
    for place in context.places(lambda each: shared(context, each) and _leaves(each, home)):
        if place.party is None:
            continue
        advice = context.advice(
            RULE.code,
            "its protection must not end at the border: keep {it} in " + inside + ", or declare a transfer",
            place.types,
        )
        message = (
            f"{reaches(context, place)} and so {context.verb(place.types, 'leaves', 'leave')} {inside}, "
            f"but {name} declares no cross-border transfer{advice}"
            f"{wording.origins(place.flows())}"
        )
        controller = key(declaration, "controller", f"the controller is declared to be of {home}")
        related = (*recipient_entries(place.party), *controller)
        yield context.finding(RULE.code, place, message, related=related)


def _leaves(each: Delivery, home: str) -> bool:
    """Whether this delivery goes to another country that is known, and no entry declares the transfer."""
    party = each.party
    if party is None or party.info.country is None or region(party.info.country) == region(home):
        return False
    return not any(declared.transfer for declared in party.declared)
