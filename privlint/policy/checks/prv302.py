"""Personal data is printed.

## What it does

Follows personal data into ``print``, ``sys.stdout``, ``warnings.warn`` and the like.

## Why it matters

In production the console is a log: what is printed is collected with it, and a forgotten debug line shows it to
everybody who can read the output.

## Example

```python
print("debug", user.phone)
```

Instead:

```python
logger.debug("user %s", user.pk)
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
    "PRV302", "personal-data-on-console", "warning", "4.5", "high", ("CWE-532", "CWE-359"), ("privacy", "exposure")
)


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("console",),
        ("is printed", "are printed"),
        "by {sink}",
        "what is printed is kept by terminals and collectors: leave {it} out, or mask {it}",
    )
