"""Personal data is recorded in metrics or traces.

## What it does

Follows personal data into metric labels, span attributes and events of tracing.

## Why it matters

Telemetry is kept apart from the data it is about, often by another company, and nobody erases a person from it.

## Example

```python
span.set_attribute("user.email", user.email)
```

Instead:

```python
span.set_attribute("user.id", pseudonym(user.pk))
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

RULE = Rule("PRV311", "personal-data-in-telemetry", "warning", "5.0", "medium", ("CWE-359",), ("privacy", "exposure"))


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("telemetry",),
        ("is recorded", "are recorded"),
        "in telemetry by {sink}",
        "telemetry is kept apart, and no erasure reaches it: leave {it} out of labels and spans",
    )
