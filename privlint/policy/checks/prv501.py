"""Bulk export of personal data with no access control on the way.

## What it does

Finds the calls by which the data of many people leaves at once: a query, rows of SQL, a list of records, written to a
CSV file, a spreadsheet or JSON, given out by a page or returned by the handler of an interface, put into an object
store, mailed to a fixed address, sent to a partner's interface, listed by a view of the REST framework from its rows
and its serializer. Then follows every way back to where the program is
entered (page, command, task, script), and looks for what makes sure that whoever asks may have it: decorators,
permission classes, mixins, dependencies of the route or the router, wrappers in the list of addresses, middleware,
conditions that end in an error, calls that raise.

A command or a script that an operator starts has no user to ask; who may start it is decided outside of the code.
That is said with low confidence, as a note: see that only entitled accounts can, and that somebody else approves.

## Why it matters

Whoever can reach the export can take everybody's data at once. In 2021 an employee of a cloud provider handed
registration data to partner companies: nobody had broken in, the export was simply there. Giving people's data away
against the rules is a crime in China from a number of records on that depends on the data: 50 of whereabouts, content
of communication, credit or property; 500 of accommodation, communication records, health or transactions; 5,000 of
anything else (interpretation of the courts on Criminal Law 253-1, article 5). For those who came by it in their job
half of that is enough: 25, 250, 2,500. Staff see what their work needs, and no more.

## Example

```python
@app.route("/customers.csv")
def customers():
    out = io.StringIO()
    writer = csv.writer(out)
    for customer in Customer.query.all():
        writer.writerow([customer.full_name, customer.phone])
    return Response(out.getvalue(), mimetype="text/csv")
```

Instead:

```python
@app.route("/customers.csv")
@roles_required("data-officer")
def customers():
    audit.record(current_user.id, "customers.export", reason=request.args["ticket"])
    ...
```

Checks are told by their names (`rules/safeguards/access.yml`). Tell privlint of those of your own:

```yaml
exports:
  access_controls: ["*.needs_clearance"]
```

## Confidence

High on a way from a page; low for commands, scripts and tasks. A function that nothing is known to call is reached by
nobody, and not reported.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.finding import Finding
from privlint.policy.context import Context
from privlint.policy.exports import Export, begins, exports, result, threshold, unguarded, what
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV501",
    "bulk-export-without-access-control",
    "error",
    "8.0",
    "medium",
    ("CWE-359", "CWE-862", "CWE-285"),
    ("privacy", "disclosure"),
)


def check(context: Context) -> Iterable[Finding]:
    """Exports that are reached on a way on which nobody asks who is there."""
    for each in exports(context):
        found = unguarded(each, "access")
        if found is None:
            continue
        export, way = found
        crime = _crime(context, export)
        if way.entry == "view":
            check_first = context.advice(RULE.code, "make sure before it who asks, and that they may")
            message = (
                f"{what(context, export)}, and no access control stands on the way from {begins(way)}"
                f"{check_first}{crime}"
            )
            yield result(context, RULE, export, way, message, "", Confidence.HIGH)
            continue
        advice = context.advice(
            RULE.code,
            "no code decides who may start it: see that only entitled accounts can, and that a second person approves",
        )
        message = f"{what(context, export)} in {begins(way)}{advice}{crime}"
        yield result(context, RULE, export, way, message, "note", Confidence.LOW)


def _crime(context: Context, export: Export) -> str:
    records = threshold(context, export.place.types)
    if not records:
        return ""
    return f"; giving away {records:,} such records is a crime in China, {records // 2:,} by staff (CrL 253-1)"
