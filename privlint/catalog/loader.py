"""From rule packs to a catalogue: every file is read, checked as a whole, and turned into typed rules."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from privlint.catalog import compiled, rule_sections, safeguard_sections
from privlint.catalog.catalog import Catalog
from privlint.catalog.document import Document, Where
from privlint.catalog.errors import suggestion
from privlint.catalog.examples import EXAMPLE_KEYS
from privlint.catalog.fields import Fields
from privlint.catalog.packs import installed, read, rule_files, shipped
from privlint.catalog.vocabulary import (
    DESCRIBING,
    TypeNames,
    Vocabulary,
    add_vocabulary,
    data_type,
    is_data_type_id,
    label_of,
    spell_out,
)
from privlint.model.data import DataType
from privlint.model.rules import Recipient, Rules, SinkRule

RULE_SECTIONS: dict[str, Callable[[Document, Where, Any], Sequence[Any]]] = {
    "sources": rule_sections.sources,
    "sinks": rule_sections.sinks,
    "sanitizers": rule_sections.sanitizers,
    "propagators": rule_sections.propagators,
    "connections": rule_sections.connections,
    "scrubbers": rule_sections.scrubbers,
    "types": rule_sections.types,
    "records": rule_sections.records,
    "recipients": rule_sections.recipients,
    "needs": rule_sections.needs,
    "safeguards": safeguard_sections.safeguards,
    "entry_points": safeguard_sections.entry_points,
}
SECTIONS = ("version", *RULE_SECTIONS, "data_types", "vocabulary", "examples")

_CLASSIFIED = ("$name", "$key", "$arg0", "$receiver", "$function", "$decorator")
_NEAR_MISS = 0.85


def load(packs: Sequence[Path] = (), default: bool = True) -> Catalog:
    """Read the rule packs of a run.

    Args:
        packs: files and folders given by the user, read after privlint's own and those that are installed.
        default: whether privlint's own rules hold, and those of installed packs.  If not, its data types stay known
            by id and label, and its general vocabulary (which words mean people, flags, code) is used for the names
            of the user's types; no name, source, sink, recipient or other rule of it is active.

    Raises:
        CatalogError: a pack is missing, unreadable, or breaks the format; the first error is reported.
    """
    own = shipped()
    builder = _Builder()
    for document in compiled.documents(rule_files(own), own):
        builder.add(document)
    if default:
        packs = (*installed(), *packs)
    else:
        builder.deactivate()
    if packs:
        from privlint.catalog.yamltext import parse  # late: privlint's own rules come from a cache

        for path in (path for pack in packs for path in rule_files(pack)):
            builder.add(parse(str(path), read(path)))
    return builder.build((own, *(pack for pack in packs if pack.is_dir())))


class _Builder:
    """Collects the content of packs; references between them are checked at the end."""

    def __init__(self) -> None:
        self.rules: dict[str, list[Any]] = {name: [] for name in RULE_SECTIONS}
        self.types: dict[str, DataType] = {}
        self.names: dict[str, list[TypeNames]] = {}
        self.vocabulary = Vocabulary()
        self.uses: list[tuple[str, Document, Where]] = []  # data types by id, to be checked
        self.recipient_uses: list[tuple[str, Document, Where]] = []
        self.recipients: dict[str, Recipient] = {}
        self.inactive_recipients: dict[str, Recipient] = {}

    def deactivate(self) -> None:
        """Keep what data types there are, and the general words; drop every rule and name."""
        self.inactive_recipients, self.recipients = self.recipients, {}
        self.rules = {name: [] for name in RULE_SECTIONS}
        self.names = {}
        self.uses = []
        self.recipient_uses = []

    def add(self, document: Document) -> None:
        """Take in one file."""
        if document.value is None:
            document.fail((), "the file is empty")
        fields = Fields(document, (), document.value, "a rule pack", SECTIONS)
        if "version" not in fields:
            fields.fail("a rule pack begins with 'version: 1'")
        if fields.values["version"] != 1:
            fields.fail(f"unknown version {fields.values['version']!r}; this privlint reads version 1", "version")
        for section, read_entry in RULE_SECTIONS.items():
            for where, value in fields.entries(section):
                self._rules(section, read_entry(document, where, value), document, where)
        for where, value in fields.entries("data_types"):
            self._data_type(document, where, value)
        for where, value in fields.entries("examples"):
            Fields(document, where, value, "an example", EXAMPLE_KEYS)
        if "vocabulary" in fields:
            add_vocabulary(self.vocabulary, document, ("vocabulary",), fields.values["vocabulary"])

    def _rules(self, section: str, rules: Sequence[Any], document: Document, where: Where) -> None:
        for rule in rules:
            if isinstance(rule, Recipient):
                self._recipient(rule)
                continue
            self.rules["sinks" if isinstance(rule, SinkRule) else section].append(rule)
            recipient = getattr(rule, "recipient", None)
            if recipient and section in ("sinks", "scrubbers"):
                self.recipient_uses.append((recipient, document, (*where, "recipient")))
            if section == "sources" and rule.data not in _CLASSIFIED:
                self.uses.append((rule.data, document, (*where, "data")))
            for name, kind in getattr(rule, "field_types", ()):
                if kind:
                    self.uses.append((kind, document, (*where, "field_types", name)))

    def _recipient(self, rule: Recipient) -> None:
        self.recipients[rule.id] = rule  # a user's pack may correct one of ours

    def _data_type(self, document: Document, where: Where, value: Any) -> None:
        kind, names = data_type(document, where, value)
        if kind.id not in self.types or not DESCRIBING.isdisjoint(value):
            self.types[kind.id] = kind  # else it only adds names to one that is known
        self.names.setdefault(kind.id, []).append(names)
        for index, narrower in enumerate(kind.satisfies):
            self.uses.append((narrower, document, (*where, "satisfies", index)))

    def build(self, folders: Sequence[Path]) -> Catalog:
        """The catalogue, once every reference holds."""
        described = set(self.types)
        spell_out(self.vocabulary)
        for used, document, where in self.uses:
            if used not in described:
                self._new_type(used, described, document, where)
        for used, document, where in self.recipient_uses:
            self._check_recipient(used, document, where)
        self.rules["recipients"] = list(self.recipients.values())
        rules = Rules(**{section: tuple(found) for section, found in self.rules.items()})
        return Catalog(rules, self.types, self.names, self.vocabulary, folders)

    def _new_type(self, used: str, described: set[str], document: Document, where: Where) -> None:
        """A type that no pack describes: a new one, unless it looks like a slip of the pen."""
        if not is_data_type_id(used):
            known = [*described, *_CLASSIFIED]
            document.fail(where, f"{used!r} is no data type: category.type{suggestion(used, known)}")
        category, _, name = used.partition(".")
        for known_id in sorted(described):
            same = known_id.startswith(category + ".") or known_id.endswith("." + name)
            if same and difflib.SequenceMatcher(None, used, known_id).ratio() > _NEAR_MISS:
                message = f"unknown data type {used!r}; did you mean {known_id!r}?"
                document.fail(where, f"{message} (a new type is to be described under data_types)")
        self.types.setdefault(used, DataType(used, label_of(used)))

    def _check_recipient(self, used: str, document: Document, where: Where) -> None:
        if used in self.recipients:
            return
        if used in self.inactive_recipients:  # named by a user's rule: then it is wanted after all
            self.recipients[used] = self.inactive_recipients[used]
            return
        known = [*self.recipients, *self.inactive_recipients]
        document.fail(where, f"unknown recipient {used!r}{suggestion(used, known)}")
