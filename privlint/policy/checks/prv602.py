"""Personal data is stored, and no code erases it.

## What it does

For every table (a model class with fields that hold personal data), for statements that insert such columns, and for
collections of document stores, looks through the whole program for whoever gets rid of it: a deletion of a row or of a
query, a deletion in SQL, a function that forgets people by overwriting, a cascade from a table that is deleted from, a
generic view, an admin site. Likewise for files and objects of object stores of which each person has one of their own,
or to which more and more is added: nothing in the program deletes a file, or an object, or sets a lifecycle rule.

## Why it matters

People can have their data erased, and much of it has to be erased unasked: when its purpose is met, its period is over,
or consent is withdrawn. Who has no code for it does it by hand, late and in part.

## Example

```python
class Applicant(models.Model):
    full_name = models.CharField(max_length=80)
    email = models.EmailField()
```

Add what erases it:

```python
def forget(applicant):
    applicant.attachments.all().delete()
    applicant.delete()
```

## Confidence

Medium; tables that do not say whose data they hold, or who somebody is, are left out. Low where the program deletes
objects of which the code does not tell the class, since these may be among them; and for files and object stores, which
are often cleaned up from outside.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context
from privlint.policy.rule import Rule

RULE = Rule("PRV602", "no-erasure", "warning", "4.0", "medium", ("CWE-359", "CWE-459"), ("privacy", "retention"))


def check(context: Context) -> Iterable[Finding]:
    """Stores of personal data that nothing erases."""
    if context.scope.coverage != "whole":
        return  # who deletes may be in the files that were not looked at
    for store in context.stores:
        if store.erased or not store.people:
            continue
        written = store.kind in ("file", "object-storage")
        confidence = min(store.confidence, Confidence.LOW) if written else store.confidence
        where = f"{'a file' if store.kind == 'file' else 'an object store'} by " if written else ""
        data = wording.data(store.data_types, context.catalog)
        message = (
            f"{data}{wording.subject_phrase(store.subject)} {context.verb(store.data_types, 'is', 'are')} stored in "
            f"{where}{wording.clean(store.name)}, and no code of the program erases or anonymises it there"
            f"{context.advice(RULE.code, 'add what erases a person, on request and when the purpose is met')}"
        )
        yield Finding(
            code=RULE.code,
            place=store.site,
            message=message,
            data_types=store.data_types,
            sink_kind=store.kind,
            confidence=confidence,
            subject=store.subject,
            severity="" if confidence > Confidence.LOW else "note",
            function=store.function,
            sink=store.name,
        )
