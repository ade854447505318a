"""A file cannot be read as Python.

## What it does

Reports a file that cannot be decoded (PEP 263) or parsed. The other files are analysed all the same; flows through
the broken one are missing.

## Why it matters

What is not read is not checked.

## Example

```python
def register(email:
```

Mend the syntax error, or leave the file out with ``exclude``.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.finding import Finding
from privlint.model.location import Location, Span
from privlint.policy import wording
from privlint.policy.context import Context
from privlint.policy.rule import Rule

RULE = Rule("PRV001", "unreadable-file", "error", "1.0", "very-high", (), ("privacy",))


def check(context: Context) -> Iterable[Finding]:
    """One result for each file that could not be read."""
    for broken in context.facts.unreadable:
        span = Span(broken.line, broken.column, broken.line, broken.column + 1)
        yield Finding(
            "PRV001",
            Location(broken.path, span),
            f"cannot be analysed: {wording.clean(broken.reason, 200)}",
            (),
            "collection",
            Confidence.HIGH,
            severity="",
        )
