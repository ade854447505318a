"""Profiling or an automated decision on personal data, undeclared.

## What it does

Finds where personal data decides: it is given to a model (`predict`, `fit`), to a function that scores, rates,
segments or recommends, or a branch on it settles what somebody gets (approved, price, discount, credit limit, risk,
segment). Compares that with `automated_decisions` of `privacy.yml`. Without a declaration the rule is silent.

## Why it matters

People are told that a machine decides about them, can ask why, and can refuse where it matters; prices must not
differ without reason by what is known of a person. None of that happens for a decision that nobody wrote down. It
also calls for an impact assessment beforehand.

## Example

```python
def limit(customer):
    if customer.income < 30_000 or customer.age < 25:
        return 0
    return model.predict([[customer.income, customer.age]])[0]
```

Declare it, tell people, and offer a way out:

```yaml
automated_decisions:
  - {data: work.salary, purpose: credit-limit, basis: contract}
  - {data: demographic.age, purpose: credit-limit, basis: contract}
```

## Confidence

That of the flow for models; medium for functions told by their names and for branches, which may only prepare what a
human decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from privlint.model.data import Confidence, Protection
from privlint.model.finding import Finding, Related
from privlint.model.location import Site
from privlint.policy import wording
from privlint.policy.context import Context, Place
from privlint.policy.declared import key
from privlint.policy.rule import Rule

RULE = Rule("PRV404", "undeclared-automated-decision", "warning", "5.5", "medium", ("CWE-359",), ("privacy", "consent"))


def check(context: Context) -> Iterable[Finding]:
    """Decisions about people that the declaration does not list."""
    if context.declaration is None:
        return
    by_call: dict[Site, Finding] = {}
    for place in context.decisions():
        types = [each for each in place.types if not _declared(context, each)]
        if types:
            found = _by_model(context, place.only(types))
            by_call.setdefault(place.target.call, found)
    yield from by_call.values()
    yield from _by_branches(context)


def _declared(context: Context, data_type: str) -> bool:
    entries = context.declaration.automated_decisions if context.declaration is not None else ()
    return any(context.catalog.covers(entry.data, data_type) for entry in entries)


def _ending(context: Context) -> str:
    name = wording.declaration_name(context.declaration) if context.declaration is not None else "the declaration"
    advice = context.advice(RULE.code, "declare it, tell people, and let somebody look at it who can decide otherwise")
    return f"an automated decision or a profile that {name} does not list under automated_decisions{advice}"


def _by_model(context: Context, place: Place) -> Finding:
    data = wording.data(place.types, context.catalog)
    callee = wording.clean(place.target.callee)
    message = (
        f"{data}{wording.subject_phrase(place.subject)} {context.verb(place.types, 'goes', 'go')} into {callee}: "
        f"{_ending(context)}{wording.origins(place.flows())}"
    )
    found = context.finding(RULE.code, place, message, related=_list(context))
    return replace(found, place=place.target.call, sink_kind="process", protection=Protection.CLEAR)


def _by_branches(context: Context) -> Iterator[Finding]:
    for decision in context.branches:
        types = tuple(each for each in decision.data_types if not _declared(context, each))
        if not types:
            continue
        data = wording.data(types, context.catalog)
        message = (
            f"{data}{wording.subject_phrase(decision.subject)} {context.verb(types, 'decides', 'decide')} "
            f"{wording.clean(decision.settles)} here: {_ending(context)} [from {wording.clean(decision.grounds)}]"
        )
        yield Finding(
            code=RULE.code,
            place=decision.site,
            message=message,
            data_types=types,
            sink_kind="process",
            confidence=min(decision.confidence, Confidence.MEDIUM),
            subject=decision.subject,
            severity="",
            related=tuple(_list(context)),
            function=decision.function,
            sink=decision.settles,
        )


def _list(context: Context) -> list[Related]:
    """Where the declared decisions stand, or would."""
    if context.declaration is None:
        return []
    return key(context.declaration, "automated_decisions", "the declared decisions")
