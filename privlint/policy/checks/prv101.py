"""Personal data is collected that the declaration does not list.

## What it does

Compares what the code takes in (look-ups in requests, fields of forms, serializers, request bodies and tables) with
``collects`` of ``privacy.yml``. Without a declaration the rule is silent. What people agreed to or refused is left out:
who relies on consent has to keep a record of it. So are tokens and numbers of sessions that a request comes with: they
were given to people, and are not asked of them.

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

from privlint.model.facts import CollectionFact
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.collecting import RECORDS_OF_CONSENT, by_site, entries, taker
from privlint.policy.context import Context, collected
from privlint.policy.declared import collects_near
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV101", "undeclared-collection", "warning", "6.0", "high", ("CWE-359", "CWE-213"), ("privacy", "collection")
)


_ISSUED = frozenset({"account.access_token", "online.session_id"})


def _counts(fact: CollectionFact) -> bool:
    """Whether it is asked of people, and neither what they agreed to nor what they were given to be let in with."""
    issued = fact.how == "request" and fact.data_type in _ISSUED
    return fact.data_type not in RECORDS_OF_CONSENT and not issued


def check(context: Context) -> Iterable[Finding]:
    """One result for each place where undeclared data is taken in."""
    declaration = context.declaration
    if declaration is None:
        return
    # A guess by name alone is no ground to call a declaration wrong: facts of low confidence are left out.
    for facts in by_site(context, lambda fact: _counts(fact) and not entries(context, fact.data_type)):
        types = sorted({fact.data_type for fact in facts})
        first = facts[0]
        cited, it = context.cited(RULE.code), context.verb(types, "it", "them")
        message = (
            f"{wording.data(types, context.catalog)}{wording.subject_phrase(first.subject)} "
            f"{context.verb(types, 'is', 'are')} collected{taker(first)}, but "
            f"{wording.declaration_name(declaration)} does not list {it} under collects; people were not told of {it}: "
            f"list {it} with the purposes, or leave {it} out{f' ({cited})' if cited else ''} "
            f"[from {wording.clean(first.name)}]"
        )
        related = collects_near(declaration, types, context.catalog)
        yield collected(RULE.code, facts, message, related=related)
