"""A whole payload is taken in, or passed on, whatever is in it.

## What it does

Reports

- what a user sent that fills a record as it came: ``User(**request.json)``,
  ``User.objects.create(**request.POST.dict())``, ``people.insert_one(request.get_json())``;
- forms, serializers and schemas of all fields of a table: ``fields = "__all__"``, ``exclude`` without ``fields``;
- all columns of a table of people: ``SELECT * FROM users``, ``User.objects.values()``;
- a whole record that is sent elsewhere, in a request, through an SDK or a queue: ``vars(user)``, ``asdict(user)``,
  ``user.model_dump()``, ``user.__dict__``.

The message names the fields with personal data that travel. ``exclude``, ``include``, ``fields``, ``only`` and
``SecretStr`` are honoured: what they keep back does not travel, and nothing is reported where no personal data is left.
A schema that names its fields (a pydantic body, a form, ``validated_data``) is the remedy and no payload. A declaration
is not needed.

## Why it matters

Nobody has decided that these fields are needed, and more may come: what is added to the table or sent by a client
tomorrow is collected, stored and passed on without a line of code being changed, and without anybody being told.

## Example

```python
user = User(**request.json)
requests.post(PARTNER, json=vars(user))
```

Name the fields:

```python
user = User(name=request.json["name"], email=request.json["email"])
requests.post(PARTNER, json={"order": order.number, "postcode": user.postcode})
```

## Confidence

``high`` where the fields are known; ``medium`` where only ``exclude`` bounds them; ``low`` where the table is known by
its name and by what is read of its rows alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privlint.model.facts import PayloadFact
from privlint.model.finding import Finding
from privlint.model.location import Site
from privlint.policy import wording
from privlint.policy.context import Context, Delivery
from privlint.policy.persons import named, wholes
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV104", "wholesale-payload", "warning", "5.5", "medium", ("CWE-359", "CWE-213"), ("privacy", "collection")
)

_LEAVES = frozenset({"http", "sdk", "queue"})
_HOW = {
    "request": "all that was sent goes from {source} into {taker} as it came",
    "fields": "{taker} takes all fields by {source}",
    "statement": "{taker} reads all columns of {source}",
    "query": "{taker} without names reads all columns of {source}",
}
_ADVICE = {
    "request": "whatever somebody sends is kept: name the fields that are needed, or describe them in a form or schema",
    "fields": "more than is needed, and each column that is added later: list the fields that are",
    "statement": "more than is needed, and each column that is added later: name the columns that are",
    "query": "more than is needed, and each column that is added later: name the fields that are",
}


def check(context: Context) -> Iterable[Finding]:
    """Payloads that are taken in whole, and records that are passed on whole."""
    responses = _in_responses(context)
    for fact in context.facts.payloads:
        if fact.fields and not (fact.how == "query" and fact.site in responses):
            yield _taken(context, fact)
    yield from _passed(context)


def _in_responses(context: Context) -> set[Site]:
    """The places from which whole records go into responses: that is PRV306."""
    return {
        step.site
        for each in context.deliveries
        if each.kind == "response" and each.flow.whole is not None
        for step in each.flow.steps
    }


def _taken(context: Context, fact: PayloadFact) -> Finding:
    types = tuple(sorted({data_type for _, data_type in fact.fields}))
    cited = context.cited(RULE.code)
    what = _HOW[fact.how].format(source=wording.clean(fact.source), taker=wording.clean(fact.taker))
    message = (
        f"{what}: {wording.data(types, context.catalog)}{wording.subject_phrase(fact.subject)}; "
        f"{_ADVICE[fact.how]}{f' ({cited})' if cited else ''} [from {named([name for name, _ in fact.fields])}]"
    )
    return Finding(
        code=RULE.code,
        place=fact.site,
        message=message,
        data_types=types,
        sink_kind="collection",
        confidence=fact.confidence,
        subject=fact.subject,
        severity="",
        flows=(fact.steps,),
        function=fact.function,
        sink=fact.taker,
    )


def _passed(context: Context) -> Iterator[Finding]:
    cited = context.cited(RULE.code)
    for whole in wholes(context, _leaves, by_party=True):
        place = whole.place
        to = f" to {wording.party(place.party.info)}" if place.party else ""
        by = wording.clean(place.target.callee) or "this call"
        message = (
            f"a whole {wording.clean(whole.record)} is passed on{to} by {by}: "
            f"{wording.data(place.types, context.catalog)}{wording.subject_phrase(place.subject)}; "
            f"name the fields that are needed there{f' ({cited})' if cited else ''} [from {named(whole.fields)}]"
        )
        yield context.finding(RULE.code, place, message)


def _leaves(each: Delivery) -> bool:
    return each.kind in _LEAVES or each.flow.target.kind in _LEAVES
