"""Bulk export of personal data that leaves no audit record.

## What it does

For the same exports as PRV501 (many people's data that is written to a file, put into an object store, or sent to
somebody), looks on every way for a record of who took what: a call of an audit log, an entry in a table of such, a
decorator, before the export or after it, in the function itself, in what it calls, or in who calls it. A page that
answers with JSON is left alone: its requests are logged by the server.

## Why it matters

Without a record nobody finds out who handed the data over, to how many people it happened, and whom to tell. For
minors' data the record and the approval are the law's own demand; for everybody's, that access can be traced is what
security means. From 50, 500 or 5,000 records on, by the kind of data, giving it away is a crime in China, from half
of that for staff (Criminal Law 253-1): the record is what shows that it was not you.

## Example

```python
@staff_member_required
def export(request):
    response = HttpResponse(content_type="text/csv")
    csv.writer(response).writerows(Customer.objects.values_list("full_name", "phone"))
    return response
```

Instead:

```python
@staff_member_required
def export(request):
    AuditEntry.objects.create(actor=request.user, action="customers.export", reason=request.GET["ticket"])
    ...
```

An ordinary log line is no audit record: it is rotated away, and whoever exports may be who can delete it. Records are
told by their names (`rules/safeguards/audit.yml`). Tell privlint of those of your own:

```yaml
exports:
  audit: ["journal.note"]
```

## Confidence

Medium: the record may be kept by what is not in the code (the database, the operating system). A function that nothing
is known to call is reached by nobody, and not reported.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.finding import Finding
from privlint.policy.context import Context
from privlint.policy.exports import begins, exports, result, unguarded, what
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV502",
    "bulk-export-without-audit-record",
    "warning",
    "5.5",
    "medium",
    ("CWE-359", "CWE-778"),
    ("privacy", "disclosure"),
)


def check(context: Context) -> Iterable[Finding]:
    """Exports that are reached on a way on which nothing is noted."""
    for each in exports(context):
        found = unguarded(each, "audit") if each.file else None
        if found is None:
            continue
        export, way = found
        advice = context.advice(RULE.code, "note who took what, and why, where the exporter cannot delete it")
        message = f"{what(context, export)}, and no audit record of it is left on the way from {begins(way)}{advice}"
        yield result(context, RULE, export, way, message, "", Confidence.MEDIUM)
