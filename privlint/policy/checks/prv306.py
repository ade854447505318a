"""A response returns more of a person than was asked for.

## What it does

Reports records that go into a response as a whole: ``jsonify(user.__dict__)``, ``JsonResponse(model_to_dict(user))``,
``Response(list(User.objects.values()))``, a row that a handler of FastAPI returns where no ``response_model`` (nor a
return annotation) chooses fields. The message names the fields with personal data that travel; what is left out by
``exclude``, ``fields``, ``include``, or is a ``SecretStr``, does not count. A page that is rendered from a template
shows what the template names, and is not reported. A declaration is not needed.

## Why it matters

Whoever can call the interface gets all that is stored of a person, whatever the page shows of it; a column that is
added to the table next year goes out the same day.

## Example

```python
@app.get("/users/<int:key>")
def profile(key):
    user = User.query.get(key)
    return jsonify(user.__dict__)       # phone, birthday, address, ...
```

Name the fields that were asked for:

```python
    return jsonify(name=user.name, avatar=user.avatar)
```

With pydantic, declare what goes out: ``@app.get("/users/{key}", response_model=PublicProfile)``; with Django, name
``fields`` in ``model_to_dict``, ``values`` and serializers.

## Confidence

That of the flow; a record with fewer than two fields of personal data is no person.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context, Delivery
from privlint.policy.persons import named, wholes
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV306", "whole-person-in-response", "warning", "6.5", "medium", ("CWE-359", "CWE-213"), ("privacy", "exposure")
)

_RENDERS = ("render", "template")


def check(context: Context) -> Iterable[Finding]:
    """Responses with a whole record of a person."""
    cited = context.cited(RULE.code)
    for whole in wholes(context, _is_response, by_party=False):
        place = whole.place
        record = wording.clean(whole.record)
        sink = wording.clean(place.target.callee)
        how = "the handler returns" if sink == "return" else f"{sink} responds with"
        message = (
            f"{how} a whole {record}: {wording.data(place.types, context.catalog)}"
            f"{wording.subject_phrase(place.subject)}; whoever asks gets all that is stored: "
            f"name the fields that were asked for{f' ({cited})' if cited else ''} [from {named(whole.fields)}]"
        )
        severity = "error" if context.is_sensitive(place.types) else ""
        yield context.finding(RULE.code, place, message, severity=severity)


def _is_response(each: Delivery) -> bool:
    """Whether a record goes into a response as data, and not through a template."""
    if each.kind != "response":
        return False
    return not any(word in each.flow.target.callee.lower() for word in _RENDERS)
