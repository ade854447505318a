"""Sensitive personal data is collected, and no separate consent to it is declared.

## What it does

For every place where sensitive data is taken in (health, biometrics, religion, financial accounts, identity documents,
whereabouts, ...) looks for the ``basis`` of the entries of ``collects`` that cover it: one of them must be
``separate-consent``. A basis on which the law asks for no consent (``legal-obligation``, ``vital-interests``,
``public-interest``) is accepted, and for children ``guardian-consent``. What is sensitive depends on the laws that the
declaration names: Art. 28 of the PIPL, the special categories of Art. 9 (and Art. 10) of the GDPR, the CCPA's list.

Credentials (passwords, tokens) have rules of their own (PRV308) and are not reported here. Children's data as such is
PRV106. Without a declaration the rule is silent.

## Why it matters

Misuse of this data can harm a person's dignity, safety or property, and what is out cannot be taken back. One box
ticked for everything is no consent to it; under the GDPR neither a contract nor a legitimate interest is a ground for
it.

## Example

```yaml
collects:
  - {data: health.condition, purposes: [matching], basis: contract}
```

```python
class Profile(Form):
    diagnosis = StringField()
```

Leave it out, or ask for it by itself, saying why it is needed and what it means for the person, and declare that (or,
where the law itself asks for the data, ``legal-obligation``, ``vital-interests`` or ``public-interest``):

```yaml
collects:
  - {data: health.condition, purposes: [matching], basis: separate-consent}
```

## Confidence

That of the evidence that the data is personal.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.facts import CollectionFact
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.collecting import WITHOUT_CONSENT, bases, by_site, declared_at, entries, taker
from privlint.policy.context import Context, collected
from privlint.policy.declared import collects_near
from privlint.policy.law import DEFAULT
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV105",
    "no-separate-consent",
    "warning",
    "6.5",
    "high",
    ("CWE-359",),
    ("privacy", "collection", "consent"),
)

# Which vocabulary of a data type's ``maps`` tells whether a law takes it for sensitive.
_LISTS = {"GDPR": "gdpr9", "CCPA": "ccpa"}
_CHINESE = "pipl28"  # all other laws known are Chinese
_ASKS = {
    "gdpr9": "explicit consent or another exception of GDPR 9(2)",
    "ccpa": "a way to limit its use (CCPA 1798.121)",
    "pipl28": "the person's separate consent (PIPL 29)",
}
_ENOUGH = WITHOUT_CONSENT | {"separate-consent"}


def check(context: Context) -> Iterable[Finding]:
    """One result for each place where sensitive data is taken in without the declared ground it needs."""
    declaration = context.declaration
    if declaration is None:
        return
    named = declaration.laws or DEFAULT
    lists = tuple(dict.fromkeys(_LISTS.get(law, _CHINESE) for law in named))
    for facts in by_site(context, lambda fact: _is_sensitive(context, fact, lists) and not _has_ground(context, fact)):
        types = sorted({fact.data_type for fact in facts})
        found = [entry for each in types for entry in entries(context, each)]
        asks = wording.listed([_ASKS[each] for each in lists if any(_listed(context, t, each) for t in types)])
        message = (
            f"sensitive {wording.data(types, context.catalog)}{wording.subject_phrase(facts[0].subject)} "
            f"{context.verb(types, 'is', 'are')} collected{taker(facts[0])} and {bases(found)}; it needs {asks}: "
            f"ask for it by itself and declare separate-consent, or leave it out "
            f"[from {wording.clean(facts[0].name)}]"
        )
        related = declared_at(found) or collects_near(declaration, types, context.catalog)
        yield collected(RULE.code, facts, message, related=related)


def _is_sensitive(context: Context, fact: CollectionFact, lists: tuple[str, ...]) -> bool:
    if fact.data_type.startswith(("account.", "minor.")):
        return False
    if fact.how == "model" and fact.data_type.startswith("communication."):  # a copy of what was sent out
        return False
    return any(_listed(context, fact.data_type, each) for each in lists)


def _listed(context: Context, data_type: str, vocabulary: str) -> bool:
    """Whether a list of sensitive data has the type; a type that no list speaks of is what its sensitivity says."""
    kind = context.catalog.data_types.get(data_type)
    if kind is None:
        return False
    if kind.sensitivity != "sensitive":
        return False
    return dict(kind.maps).get(vocabulary, "yes") not in ("no", "")


def _has_ground(context: Context, fact: CollectionFact) -> bool:
    enough = _ENOUGH | {"guardian-consent"} if fact.subject == "child" else _ENOUGH
    return any(entry.basis in enough for entry in entries(context, fact.data_type))
