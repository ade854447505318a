"""Personal data leaves, and the recipient cannot be told from the code.

## What it does

Reports personal data in a request whose address the code does not show: it comes from a parameter nobody passes a
constant to, from the environment without a default, from a database.

## Why it matters

A recipient that nobody can name cannot have been announced. It may be one's own service; then name
its host under ``internal`` in the declaration.

## Example

```python
requests.post(os.environ["HOOK"], json={"email": user.email})
```

Make the address a constant or a setting with a default, or declare what is one's own:

```yaml
internal:
  hosts: ["*.corp.example"]
```
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context, Place
from privlint.policy.rule import Rule
from privlint.policy.sharing import unknown

_TOKEN = frozenset(("account.access_token",))
RULE = Rule("PRV205", "unknown-recipient", "warning", "5.0", "medium", ("CWE-359", "CWE-201"), ("privacy", "sharing"))


def _is_somebodys(place: Place) -> bool:
    """Whether a token is called a person's, or was sent by one, and is not what an integration has."""
    return place.subject is not None or any(flow.origin.evidence == "request" for flow in place.flows())


def check(context: Context) -> Iterable[Finding]:
    """Requests with personal data to somewhere unknown."""
    for place in context.places(unknown):
        data = wording.data(place.types, context.catalog)
        verb = context.verb(place.types, "is sent", "are sent")
        callee = wording.clean(place.target.callee) or "this call"
        advice = context.advice(
            RULE.code,
            "nobody can have been told of it: name a host in the code, or declare it as a recipient or internal",
        )
        message = (
            f"{data}{wording.subject_phrase(place.subject)} {verb} by {callee} to a recipient that cannot be "
            f"told from the code{advice}{wording.origins(place.flows())}"
        )
        sure = place.confidence
        if _TOKEN.issuperset(place.types):  # what calls an interface shows its token: to whoever gave it, as a rule
            if sure is Confidence.LOW or not _is_somebodys(place):
                continue
            sure = Confidence.LOW
        yield context.finding(RULE.code, place, message, confidence=sure)
