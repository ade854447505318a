"""A recipient is declared, or data for it, that no code sends.

## What it does

Looks for every entry of ``recipients`` in the code: data that reaches it, its package among the imports, one of its
hosts in a text. A recipient that is nowhere is reported at its line. One that is used, but does not get some of the
data that its ``receives`` lists, is reported at that entry's line: with low confidence if no personal data is seen to
reach it at all, for then its SDK may well be called in ways that privlint does not know, or if the data is in the code
under unsure names alone. Where data leaves for
somebody whom the code does not name (PRV205), everything has low confidence: that may be the recipient. Codes and
tokens, which are made by chance, are not looked for at a recipient that gets anything else.

## Why it matters

People are told that a company receives their data which does not, or more of it than it does. A list of recipients
that nobody prunes is believed by nobody, and a recipient that is still declared can be taken up again unseen.

## Example

```yaml
recipients:
  - name: Mixpanel
    receives:
      - {data: account.user_id, purpose: analytics}
      - {data: contact.email, purpose: analytics}      # no longer sent
```

Take the entry out. If it is sent where privlint does not look (a browser, another program), say so:

```yaml
      - {data: contact.email, purpose: analytics}      # privlint: ignore[PRV902] sent by the front end
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privlint.model.data import Confidence
from privlint.model.declaration import DeclaredRecipient
from privlint.model.finding import Finding, Related
from privlint.policy import wording
from privlint.policy.context import Context
from privlint.policy.rule import Rule
from privlint.policy.stale import Evidence, certainty, stale

RULE = Rule("PRV902", "declared-but-not-sent", "note", "2.0", "medium", ("CWE-213",), ("privacy", "declaration"))


def check(context: Context) -> Iterable[Finding]:
    """One result for each recipient that is nowhere, and for each kind of data that does not reach one that is used."""
    if context.declaration is None or context.scope.coverage == "files":
        return
    evidence = Evidence(context)
    for recipient in context.declaration.recipients:
        if evidence.deliveries(recipient) or evidence.use(recipient) is not None:
            yield from _unsent(context, evidence, recipient)
        else:
            yield _unused(context, evidence, recipient)


def _unused(context: Context, evidence: Evidence, recipient: DeclaredRecipient) -> Finding:
    types = tuple(entry.data for entry in recipient.receives)
    what = wording.data(sorted(set(types)), context.catalog) if types else "personal data"
    message = f"{wording.clean(recipient.name)} is declared to receive {what}, but no code sends anything to it"
    message += context.advice(
        RULE.code, "take the recipient out, or note beside it what sends it, where that is other code"
    )
    confidence = certainty(context, unsure=evidence.unresolved())
    return stale(RULE.code, recipient.location, message, types, confidence, context.resolver.declared(recipient).info)


def _unsent(context: Context, evidence: Evidence, recipient: DeclaredRecipient) -> Iterator[Finding]:
    use = evidence.use(recipient)
    related = [Related(use.site, "it is used here")] if use is not None else []
    sent = {each.flow.origin.data_type for each in evidence.deliveries(recipient)}
    for entry in recipient.receives:
        if any(evidence.speaks_of(entry.data, each) for each in sent):
            continue
        if sent and context.catalog.is_secret(entry.data):
            continue  # made by chance and called `code`: that it goes along cannot be told from the code
        data = wording.data([entry.data], context.catalog)
        purpose = f" for {wording.clean(entry.purpose)}" if entry.purpose else ""
        message = f"{data} is declared to be sent to {wording.clean(recipient.name)}{purpose}, but no code sends it"
        if not sent:
            message += f"; {wording.clean(recipient.name)} is used, but no personal data is seen to reach it"
        message += context.advice(
            RULE.code, "take the entry out, or note beside it what sends it, where that is other code"
        )
        hinted = evidence.of_data(entry.data) is Confidence.LOW  # it may go by a name that says too little
        confidence = certainty(context, unsure=not sent or hinted or evidence.unresolved())
        yield stale(
            RULE.code,
            entry.location,
            message,
            (entry.data,),
            confidence,
            context.resolver.declared(recipient).info,
            related,
        )
