"""Data of minors is collected, and no guardian's consent to it is declared.

## What it does

For every place where data of a child is taken in (a type of the category ``minor``, or data that the field's name or
its record says is a child's: ``child_name``, ``ChildProfile.birthday``) looks for the ``basis`` of the entries of
``collects`` that cover it: one must be ``guardian-consent``. A basis on which the law asks for no consent
(``legal-obligation``, ``vital-interests``, ``public-interest``) is accepted. The data of the guardian is not a
child's. Without a declaration the rule is silent.

## Why it matters

A child cannot weigh what it gives away. In China the data of children under fourteen is sensitive by itself, and needs
the consent of a parent or guardian and rules of its own; in Europe a child's consent to an online service takes a
parent's up to an age between thirteen and sixteen.

## Example

```yaml
collects:
  - {data: minor.child_data, purposes: [lessons], basis: consent}
```

```python
child_name = request.form["child_name"]
```

Ask the guardian first, and declare that:

```yaml
collects:
  - {data: minor.child_data, purposes: [lessons], basis: guardian-consent}
```

## Confidence

That of the evidence that the data is personal and a child's.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.facts import CollectionFact
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.collecting import WITHOUT_CONSENT, bases, by_site, declared_at, entries, taker
from privlint.policy.context import Context, collected
from privlint.policy.declared import collects_near
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV106", "no-guardian-consent", "warning", "7.0", "high", ("CWE-359",), ("privacy", "collection", "consent")
)

_ENOUGH = WITHOUT_CONSENT | {"guardian-consent"}


def check(context: Context) -> Iterable[Finding]:
    """One result for each place where a child's data is taken in without a declared guardian's consent."""
    if context.declaration is None:
        return
    for facts in by_site(context, lambda fact: _is_minors(fact) and not _has_consent(context, fact)):
        types = sorted({fact.data_type for fact in facts})
        found = [entry for each in types for entry in entries(context, each)]
        whose = " of child" if any(not each.startswith("minor.") for each in types) else ""
        cited = context.cited(RULE.code)
        message = (
            f"{wording.data(types, context.catalog)}{whose} {context.verb(types, 'is', 'are')} "
            f"collected{taker(facts[0])} and {bases(found)}; a minor's data needs the consent of a parent or guardian"
            f"{f' ({cited})' if cited else ''}: ask for it first and declare guardian-consent "
            f"[from {wording.clean(facts[0].name)}]"
        )
        related = declared_at(found) or collects_near(context.declaration, types, context.catalog)
        yield collected(RULE.code, facts, message, related=related)


def _is_minors(fact: CollectionFact) -> bool:
    if fact.data_type == "minor.guardian" or fact.subject == "guardian":
        return False
    return fact.data_type.startswith("minor.") or fact.subject == "child"


def _has_consent(context: Context, fact: CollectionFact) -> bool:
    return any(entry.basis in _ENOUGH for entry in entries(context, fact.data_type))
