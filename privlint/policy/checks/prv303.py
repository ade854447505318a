"""Personal data is put into an exception message.

## What it does

Follows personal data into the arguments of an exception that is raised.

## Why it matters

An exception travels: into logs, into error trackers outside the company, into the response to whoever sent the
request.

## Example

```python
raise ValueError(f"no such customer: {email}")
```

Instead:

```python
raise ValueError("no such customer")
```

## Confidence

The confidence of a finding is that of its weakest part: the evidence that the data is personal, and the calls on the
way that could not be followed. Masked, encrypted, keyed-hashed and aggregated data is not reported; a plain hash of
something that can be guessed (a phone number, an e-mail address) is, since it can be reversed by trying.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.finding import Finding
from privlint.policy.context import Context
from privlint.policy.exposure import exposed
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV303", "personal-data-in-exception", "warning", "5.5", "high", ("CWE-209", "CWE-359"), ("privacy", "exposure")
)


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("exception",),
        ("is put", "are put"),
        "into the message of {sink}",
        "messages end up in logs and answers: name the record, not the person",
    )
