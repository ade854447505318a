"""Personal data is collected, and nothing uses it.

## What it does

Looks for what becomes of everything that is taken in: look-ups in requests, parameters of handlers, fields of forms,
serializers, request bodies and tables. The value is followed through variables, calls, other files, and, where it is
kept, under the name it is kept by: attributes, keys, keyword arguments, columns in statements, names in lists of fields
and in templates. Whatever reads something of that name is taken to use it, so that the rule is silent in doubt.

It reports what

- nothing reads at all, or only to see whether it is there;
- is only stored: written to a record or a table of which nobody reads that field;
- is only passed on: sent elsewhere, put in a queue or a log, and not used here.

Passwords and codes, which are there to be compared, are not reported; neither are fields of schemas that are also
given out, nor what is stored or passed on for a purpose that the declaration names (``purposes`` of an entry of
``collects``). Tests and migrations do not count as uses. A declaration is not needed.

## Why it matters

Data that nobody uses serves no purpose, so there is no ground to have it; it can only leak. What is no longer needed is
to be erased unasked.

## Example

```python
class SignUp(FlaskForm):
    email = StringField()
    birthday = DateField()      # no code ever reads form.birthday

@app.post("/accounts")
def register():
    form = SignUp()
    send_welcome(form.email.data)
```

Do not ask for it:

```python
class SignUp(FlaskForm):
    email = StringField()
```

## Confidence

``high`` where nothing reads it; ``low`` where it is only stored, passed on or tested for being there: then code that is
not analysed (another service, a report in SQL, a person) may have a use for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from privlint.model.data import Confidence
from privlint.model.facts import UnusedFact
from privlint.model.finding import Finding, Related
from privlint.model.location import Site
from privlint.policy import wording
from privlint.policy.collecting import RECORDS_OF_CONSENT, entries, taker
from privlint.policy.context import Context, collected
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV103", "unused-collection", "warning", "4.0", "medium", ("CWE-359", "CWE-212"), ("privacy", "collection")
)

_FATES = {
    "unread": "nothing reads it",
    "tested": "nothing reads it but to see whether it is there",
    "stored": "it is only stored: nothing reads it again",
    "passed": "it is only passed on, and not used here",
}
_ORDER = ("passed", "stored", "tested", "unread")  # of several kinds of data at one place


def check(context: Context) -> Iterable[Finding]:
    """One result for each place where something is taken in that is not used."""
    sites: dict[Site, list[UnusedFact]] = {}
    shown = None if context.facts.shown is None else frozenset(context.facts.shown)
    for fact in context.facts.unused:
        known = fact.collection.confidence >= Confidence.MEDIUM
        if (
            fact.collection.data_type not in RECORDS_OF_CONSENT
            and known
            and not _in_templates(shown, fact)
            and not _has_purpose(context, fact)
        ):
            sites.setdefault(fact.collection.site, []).append(fact)
    for site in sorted(sites):
        yield _finding(context, sites[site])


def _has_purpose(context: Context, fact: UnusedFact) -> bool:
    """Whether it is kept or passed on for a purpose that the declaration names."""
    if context.declaration is None or fact.fate not in ("stored", "passed"):
        return False
    data_type = fact.collection.data_type
    if any(entry.purposes for entry in entries(context, data_type)):
        return True
    received = (entry for recipient in context.declaration.recipients for entry in recipient.receives)
    return fact.fate == "passed" and any(context.catalog.covers(entry.data, data_type) for entry in received)


def _in_templates(shown: frozenset[str] | None, fact: UnusedFact) -> bool:
    """Whether a template may show it: one that is here and has the name, or one that is not here to be read."""
    return fact.rendered if shown is None else fact.collection.name in shown


def _finding(context: Context, facts: list[UnusedFact]) -> Finding:
    first = facts[0].collection
    types = sorted({fact.collection.data_type for fact in facts})
    fate = next(each for each in _ORDER if any(fact.fate == each for fact in facts))
    cited = context.cited(RULE.code)
    message = (
        f"{wording.data(types, context.catalog)}{wording.subject_phrase(first.subject)} "
        f"{context.verb(types, 'is', 'are')} collected{taker(first)}, but {_FATES[fate]}; leave it out, or use it "
        f"for a purpose that people are told{f' ({cited})' if cited else ''} [from {wording.clean(first.name)}]"
    )
    confidence = first.confidence if fate == "unread" else Confidence.LOW
    related = [Related(step.site, step.text) for fact in facts for step in fact.places]
    severity = "" if fate == "unread" else "note"
    taken = [fact.collection for fact in facts]
    return collected(RULE.code, taken, message, severity=severity, confidence=confidence, related=related)
