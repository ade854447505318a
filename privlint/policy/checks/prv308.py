"""Personal data that calls for protection is stored in a database in the clear.

## What it does

Follows credentials and sensitive personal data (health, biometrics, religion, accounts of banks, ...) into databases:
statements with their parameters, collections, tables, warehouses. Other personal data is not reported: keeping it in
a database is what a database is for.

## Why it matters

A database is read by many, copied to backups and test systems, and the first thing that leaks. Passwords must not be
readable by anybody; sensitive data is strictly protected by law.

## Example

```python
cursor.execute("INSERT INTO users (password) VALUES (?)", (request.form["password"],))
```

Instead:

```python
cursor.execute("INSERT INTO users (password) VALUES (?)", (generate_password_hash(request.form["password"]),))
```

## Confidence

The confidence of a finding is that of its weakest part: the evidence that the data is personal, and the calls on the
way that could not be followed. Masked, encrypted, keyed- or salted-hashed data is not reported; a plain hash of
something that can be guessed is, since it can be reversed by trying.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.finding import Finding
from privlint.policy.context import Context
from privlint.policy.exposure import exposed
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV308",
    "sensitive-data-in-database",
    "warning",
    "6.0",
    "medium",
    ("CWE-312", "CWE-256", "CWE-359"),
    ("privacy", "exposure"),
)

# Credentials that are not sensitive personal data by their kind, but let somebody in all the same.
_CREDENTIALS = frozenset(
    {"account.password", "account.security_answer", "account.access_token", "account.verification_code"}
)


_PASSWORD = "account.password"


def _instead(types: tuple[str, ...]) -> str:
    """What to do with data of these types: a password is never read again."""
    if _PASSWORD not in types:
        return "many can read a database, and its copies: encrypt {it}"
    return "store a salted hash of it" if len(types) == 1 else "encrypt {it}; of the password store a salted hash"


def check(context: Context) -> Iterable[Finding]:
    """Credentials and sensitive data in the clear in a database."""
    return exposed(
        context,
        RULE,
        ("database",),
        ("is stored", "are stored"),
        "in a database in the clear by {sink}",
        _instead,
        concerns=lambda data_type: data_type in _CREDENTIALS or context.is_sensitive((data_type,)),
    )
