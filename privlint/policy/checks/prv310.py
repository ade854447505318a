"""Personal data is passed in process arguments or the environment.

## What it does

Follows personal data into the arguments and the environment of processes that are started.

## Why it matters

Every user of the machine can list the arguments of all processes, and monitoring does so all day.

## Example

```python
subprocess.run(["notify", user.phone])
```

Instead:

```python
subprocess.run(["notify"], input=user.phone, text=True)
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
    "PRV310",
    "personal-data-in-process-arguments",
    "warning",
    "5.5",
    "medium",
    ("CWE-214", "CWE-359"),
    ("privacy", "exposure"),
)


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("process",),
        ("is passed", "are passed"),
        "to a process by {sink}",
        "everybody on the machine can list {it}: use standard input",
    )
