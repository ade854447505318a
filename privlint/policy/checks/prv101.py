"""Personal data is collected that the declaration does not list.

## What it does

Compares what the code takes in (look-ups in requests, fields of forms, serializers, request bodies and tables) with
``collects`` of ``privacy.yml``. Without a declaration the rule is silent. What people agreed to or refused is left out:
who relies on consent has to keep a record of it.

## Why it matters

People are told what is collected from them; what goes beyond that is collected behind their backs, and mostly is more
than the purpose needs.

## Example

```python
class SignUp(BaseModel):
    email: str
    birthday: date      # privacy.yml does not list demographic.date_of_birth
```

Leave the field out, or declare it:

```yaml
collects:
  - {data: demographic.date_of_birth, purposes: [age-check], basis: legal-obligation}
```
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.collecting import RECORDS_OF_CONSENT, by_site, entries, taker
from privlint.policy.context import Context, collected
from privlint.policy.declared import collects_near
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV101", "undeclared-collection", "warning", "6.0", "high", ("CWE-359", "CWE-213"), ("privacy", "collection")
)


def check(context: Context) -> Iterable[Finding]:
    """One result for each place where undeclared data is taken in."""
    declaration = context.declaration
    if declaration is None:
        return
    # A guess by name alone is no ground to call a declaration wrong: facts of low confidence are left out.
    for facts in by_site(
        context, lambda fact: fact.data_type not in RECORDS_OF_CONSENT and not entries(context, fact.data_type)
    ):
        types = sorted({fact.data_type for fact in facts})
        first = facts[0]
        cited = context.cited(RULE.code)
        message = (
            f"{wording.data(types, context.catalog)}{wording.subject_phrase(first.subject)} "
            f"{context.verb(types, 'is', 'are')} collected{taker(first)}, which "
            f"{wording.declaration_name(declaration)} does not list: declare or drop "
            f"{context.verb(types, 'it', 'them')}{f' ({cited})' if cited else ''} [from {wording.clean(first.name)}]"
        )
        related = collects_near(declaration, types, context.catalog)
        yield collected(RULE.code, facts, message, related=related)
