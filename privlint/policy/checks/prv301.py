"""Personal data is written to a log.

## What it does

Follows personal data into logging calls: the message, its arguments, ``extra``, bound context, over functions and
files.

## Why it matters

Logs are kept long, copied to many places (files, collectors, error trackers) and read by people who have no need
to see whose data it is; nobody erases a person from them.

## Example

```python
logger.info("new customer %s", customer.email)
```

Instead:

```python
logger.info("new customer %s", customer.pk)
```

## Confidence

The confidence of a finding is that of its weakest part: the evidence that the data is personal, and the calls on the
way that could not be followed. Masked, encrypted, keyed-hashed and aggregated data is not reported; a plain hash of
something that can be guessed (a phone number, an e-mail address) is, since it can be reversed by trying. The
identifier of a user is what should stand there instead of a name or an address, and is not reported.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.finding import Finding
from privlint.policy.context import Context
from privlint.policy.exposure import exposed
from privlint.policy.rule import Rule

RULE = Rule("PRV301", "personal-data-in-log", "warning", "6.5", "high", ("CWE-532", "CWE-359"), ("privacy", "exposure"))


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("log",),
        ("is written", "are written"),
        "to a log by {sink}",
        "logs are copied and kept: leave {it} out, or mask {it}",
    )
