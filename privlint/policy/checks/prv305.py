"""Personal data is stored in a cookie or browser-side session.

## What it does

Follows personal data into cookies and into sessions that the browser keeps (signed is not encrypted).

## Why it matters

What lies in a browser is read by everybody who uses it, by extensions, and by scripts of the page; it is sent with
every request.

## Example

```python
response.set_cookie("email", user.email)
```

Instead:

```python
response.set_cookie("session", session_id, httponly=True, secure=True)
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
    "PRV305", "personal-data-in-cookie", "warning", "5.0", "high", ("CWE-315", "CWE-359"), ("privacy", "exposure")
)


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("cookie",),
        ("is stored", "are stored"),
        "in the browser by {sink}",
        "whoever has the device can read {it}: keep {it} on the server, under a key",
    )
