"""Personal data is written to a file or an object store in the clear.

## What it does

Follows personal data into files, CSV and spreadsheet writers, data-frame exports and object stores.

## Why it matters

A file is copied, mailed and forgotten: no access control, no erasure and no record of who read it goes with it.

## Example

```python
csv.writer(file).writerow([customer.name, customer.phone])
```

Instead:

```python
csv.writer(file).writerow([customer.pk, mask(customer.phone)])
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
    "PRV307", "personal-data-in-file", "warning", "5.5", "medium", ("CWE-312", "CWE-359"), ("privacy", "exposure")
)


def check(context: Context) -> Iterable[Finding]:
    """Personal data in the clear in such a sink."""
    return exposed(
        context,
        RULE,
        ("file", "object-storage"),
        ("is written", "are written"),
        "in the clear by {sink}",
        "files are copied and forgotten: encrypt {it}, or leave {it} out",
    )
