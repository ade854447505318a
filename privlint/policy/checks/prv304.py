"""Personal data is put into a URL.

## What it does

Follows personal data into addresses: the path, the query (``params=``), redirects.

## Why it matters

Addresses are written down everywhere on the way, in access logs, proxies, browser histories and ``Referer`` headers,
even where the transport is encrypted.

The key of a user is what addresses of one's own pages are made of, a redirect leads to somebody's profile by login
name, or back to where the visitor came from: none of these is reported. What goes to somebody else is: a user's key
as a note.

## Example

```python
requests.get("https://api.example.com/find", params={"email": user.email})
```

Instead:

```python
requests.post("https://api.example.com/find", json={"email": user.email})
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

RULE = Rule("PRV304", "personal-data-in-url", "warning", "6.5", "high", ("CWE-598", "CWE-359"), ("privacy", "exposure"))


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("url",),
        ("is put", "are put"),
        "into a URL by {sink}",
        "addresses are logged on the way: send {it} in the body, or a key instead",
    )
