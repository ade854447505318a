"""The sections of a rule pack about what guards a way: safeguards, and where a program is entered."""

from __future__ import annotations

from typing import Any

from privlint.catalog.document import Document, Where
from privlint.catalog.fields import Fields
from privlint.model.rules import EntryRule, SafeguardRule

SAFEGUARD_KINDS = ("consent", "access", "audit")
SAFEGUARD_KEYS = ("kind", "calls", "words", "refusals", "never", "verbs", "classes", "settings", "switches",
                  "topics", "grants", "denials", "keepers")  # fmt: skip
ENTRY_KINDS = ("view", "command", "task")
ENTRY_KEYS = ("kind", "decorators", "bases", "methods", "registrars", "guarded")


def safeguards(document: Document, where: Where, value: Any) -> list[SafeguardRule]:
    """One entry of ``safeguards:``."""
    fields = Fields(document, where, value, "a safeguard", SAFEGUARD_KEYS)
    kind = fields.choice("kind", SAFEGUARD_KINDS, None)
    return [SafeguardRule(kind, **{key: fields.texts(key) for key in SAFEGUARD_KEYS[1:]})]


def entry_points(document: Document, where: Where, value: Any) -> list[EntryRule]:
    """One entry of ``entry_points:``."""
    fields = Fields(document, where, value, "an entry point", ENTRY_KEYS)
    rule = EntryRule(
        kind=fields.choice("kind", ENTRY_KINDS, None),
        decorators=fields.texts("decorators"),
        bases=fields.texts("bases"),
        methods=fields.texts("methods"),
        registrars=fields.texts("registrars"),
        guarded=fields.flag("guarded"),
    )
    if not (rule.decorators or rule.bases or rule.registrars):
        fields.fail("an entry point needs decorators, bases or registrars")
    return [rule]
