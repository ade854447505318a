"""Personal data is put into a cache or queue in the clear.

## What it does

Follows personal data into caches, message queues and task arguments.

## Why it matters

Caches and brokers are shared by many services, seldom encrypted and seldom covered by erasure; task arguments are
shown in dashboards.

## Example

```python
send_welcome.delay(user.email)
```

Instead:

```python
send_welcome.delay(user.pk)
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
    "PRV309",
    "personal-data-in-cache-or-queue",
    "note",
    "4.0",
    "medium",
    ("CWE-524", "CWE-359"),
    ("privacy", "exposure"),
)


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("cache", "queue"),
        ("is put", "are put"),
        "into a cache or queue in the clear by {sink}",
        "others share it, and no erasure reaches it: put the key of the record in, or encrypt {it}",
    )
