"""Personal data reaches a recipient that is not declared.

## What it does

Follows personal data out of the program, to SDKs of third parties and over HTTP, and compares who receives it with
``recipients`` of ``privacy.yml``. A recipient is told by the SDK's package, by the host of the address (also from
constants, settings and defaults), or by ``match`` in the declaration. Without a declaration each pair of recipient and
data type is reported once, at its first place, with the others as related locations.

## Why it matters

People must be told who receives their data, for what purpose and which kinds, and in many cases must have agreed to
just that. Data that leaves unannounced is the incident this tool is named after preventing: registration data handed
to partner companies that no notice names.

## Example

```python
requests.post("https://crm.partner.example/leads", json={"phone": customer.phone})
```

Do not send it, or declare the recipient (and ask for consent where it is needed):

```yaml
recipients:
  - name: Partner
    match: {hosts: [crm.partner.example]}
    country: CN
    receives:
      - {data: contact.phone, form: clear, purpose: referral, basis: separate-consent}
```
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.finding import Finding, Related
from privlint.policy import wording
from privlint.policy.context import Context, Place
from privlint.policy.declared import recipients_key
from privlint.policy.rule import Rule
from privlint.policy.sharing import reaches, shared, unusual

RULE = Rule(
    "PRV201", "undeclared-recipient", "error", "8.0", "high", ("CWE-359", "CWE-201", "CWE-213"), ("privacy", "sharing")
)


def check(context: Context) -> Iterable[Finding]:
    """Every place with a declaration; each recipient and data type once without one."""
    places = context.places(lambda each: shared(context, each) and each.party is not None and not each.party.declared)
    if context.declaration is None:
        yield from _first_places(context, places)
        return
    name = wording.declaration_name(context.declaration)
    for place in places:
        advice = context.advice(
            RULE.code,
            "people were not told of it: do not send {it}, or list who receives {it} under recipients",
            place.types,
        )
        rest = unusual(context, place) + advice + wording.origins(place.flows())
        message = f"{reaches(context, place)}, which {name} does not declare{rest}"
        yield context.finding(RULE.code, place, message, related=recipients_key(context.declaration))


def _first_places(context: Context, places: list[Place]) -> Iterable[Finding]:
    first: dict[tuple[str, str], int] = {}
    others: dict[int, list[Related]] = {}
    fresh: dict[int, list[str]] = {}
    for number, place in enumerate(places):
        key = place.party.key if place.party else ""
        for data_type in place.types:
            owner = first.setdefault((key, data_type), number)
            if owner == number:
                fresh.setdefault(number, []).append(data_type)
            else:
                others.setdefault(owner, []).append(Related(place.target.site, "also sent here"))
    for number, types in fresh.items():
        place = places[number].only(types)
        advice = context.advice(RULE.code, "tell people who gets what, and declare it in privacy.yml", types)
        rest = unusual(context, place) + advice + wording.origins(place.flows())
        message = f"{reaches(context, place)}, and no declaration says so{rest}"
        related = list(dict.fromkeys(others.get(number, [])))
        yield context.finding(RULE.code, place, message, related=related)
