"""Personal data is collected that the declaration does not list.

## What it does

Compares what the code takes in (look-ups in requests, fields of forms, serializers, request bodies and tables) with
``collects`` of ``privacy.yml``. Without a declaration the rule is silent.

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

from privlint.model.data import Confidence
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context, collected
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV101", "undeclared-collection", "warning", "6.0", "high", ("CWE-359", "CWE-213"), ("privacy", "collection")
)


def check(context: Context) -> Iterable[Finding]:
    """One result for each place where undeclared data is taken in."""
    declaration = context.declaration
    if declaration is None:
        return
    for fact in context.collections:
        if fact.confidence is Confidence.LOW:
            continue
        if any(context.catalog.covers(entry.data, fact.data_type) for entry in declaration.collects):
            continue
        what = wording.data((fact.data_type,), context.catalog)
        by = f" by {wording.clean(fact.owner)}" if fact.owner else ""
        message = (
            f"{what}{wording.subject_phrase(fact.subject)} is collected{by}, which "
            f"{wording.declaration_name(declaration)} does not list [from {wording.clean(fact.name)}]"
        )
        yield collected(RULE.code, [fact], message)
