"""Data is declared that no code collects.

## What it does

Looks for every entry of ``collects`` in the code: an input that takes the data in, data of that type on its way to
somewhere, or only a name that speaks of it. A category stands for each of its types. What is not there at all is
reported at its line in the declaration; where nothing but an unsure name hints at it, with low confidence. The rule
is silent if less than the declaration's folder is analysed by name.

## Why it matters

People are told that data is collected which is not. A notice that claims too much hides what matters, keeps consents
alive that nobody needs, and lets the data come back one day without anybody noticing.

## Example

```yaml
collects:
  - {data: contact.phone, purposes: [registration]}
  - {data: demographic.date_of_birth, purposes: [age-check]}   # the field was removed last year
```

Take the entry out. If the data is collected where privlint does not look (in a browser, by another program), say so:

```yaml
  - {data: demographic.date_of_birth, purposes: [age-check]}   # privlint: ignore[PRV901] asked by the front end
```
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.declaration import Collects
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context
from privlint.policy.rule import Rule
from privlint.policy.stale import Evidence, certainty, stale

RULE = Rule("PRV901", "declared-but-not-collected", "note", "2.0", "medium", ("CWE-213",), ("privacy", "declaration"))

# What is called by names that say little: a row's ``id`` is its account's, a ``token`` that of who signed in.
_CALLED_SO = frozenset({"account.user_id", "account.access_token"})


def check(context: Context) -> Iterable[Finding]:
    """One result for each entry of ``collects`` that the code knows nothing of."""
    if context.declaration is None or context.scope.coverage == "files":
        return
    evidence = Evidence(context)
    for entry in context.declaration.collects:
        hint = evidence.of_data(entry.data)
        if hint is None or (hint is Confidence.LOW and entry.data not in _CALLED_SO):
            yield _finding(context, entry, hint)


def _finding(context: Context, entry: Collects, hint: Confidence | None) -> Finding:
    purposes = f" for {wording.listed([wording.clean(each) for each in entry.purposes])}" if entry.purposes else ""
    data = wording.data([entry.data], context.catalog)
    message = f"{data} is declared to be collected{purposes}, but no code collects it"
    if hint is not None:
        message += ", and only a name that may speak of it was seen"
    message += context.advice(
        RULE.code, "take the entry out, or note beside it what collects it, where that is other code"
    )
    kind = context.catalog.data_types.get(entry.data)
    unsure = hint is not None or (kind is not None and kind.tier != "core")
    return stale(RULE.code, entry.location, message, (entry.data,), certainty(context, unsure=unsure))
