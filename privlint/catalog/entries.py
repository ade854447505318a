"""What the catalogue knows, entry by entry, in words: for ``privlint catalogue search`` and ``show``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from privlint.catalog.catalog import Catalog
from privlint.catalog.vocabulary import TypeNames
from privlint.model.data import DataType
from privlint.model.rules import (
    ArgSpec,
    CallPattern,
    ConnectionRule,
    PropagatorRule,
    Recipient,
    SanitizerRule,
    ScrubberRule,
    SinkRule,
    SourceRule,
)

KINDS = ("data type", "recipient", "source", "sink", "protection", "step", "client", "filter", "app type", "law")
"""What entries there are, in the order in which a search shows them."""

_CallRule = SourceRule | SinkRule | SanitizerRule | PropagatorRule | ConnectionRule | ScrubberRule


class Entry(NamedTuple):
    """One thing that the catalogue knows: what it is, its id, a line about it, and all there is (label, text)."""

    kind: str
    id: str
    title: str
    details: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """All that a search looks at, in one case."""
        return "\n".join([self.id, self.title, *(text for _, text in self.details)]).casefold()


def entries(catalog: Catalog) -> list[Entry]:
    """Every entry, by kind and id."""
    found = [_data_type(kind, catalog.spellings.get(kind.id, ())) for kind in catalog.data_types.values()]
    found += [_recipient(each, catalog) for each in catalog.recipients.values()]
    found += _calls(catalog)
    found += [_app_type(key, value) for key, value in catalog.app_types.items() if isinstance(value, dict)]
    found += [_law(key, value) for key, value in catalog.laws.items() if isinstance(value, dict)]
    return sorted(found, key=lambda entry: (KINDS.index(entry.kind), entry.id))


def search(catalog: Catalog, terms: Sequence[str]) -> list[Entry]:
    """The entries in which all ``terms`` occur (in any case), those called so first."""
    wanted = [term.casefold() for term in terms if term]
    phrase = " ".join(wanted)
    ranked: list[tuple[tuple[bool, int], Entry]] = []
    for entry in entries(catalog):
        text = entry.text
        if all(term in text for term in wanted):
            rank = max((_rank(entry, term) for term in wanted), default=0)
            ranked.append(((phrase not in text, rank), entry))
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


def _rank(entry: Entry, term: str) -> int:
    name, title = entry.id.casefold(), entry.title.casefold()
    if term == name:
        return 0
    if term in name.replace("_", ".").split("."):
        return 1
    return 2 if name.startswith(term) or title.startswith(term) else 3 if term in name or term in title else 4


def find(catalog: Catalog, name: str) -> list[Entry]:
    """The entries that are called ``name`` exactly: an id, a recipient's name, the dotted path of a call."""
    wanted = {name.casefold(), name.casefold().replace("-", "_")}
    return [entry for entry in entries(catalog) if wanted & {entry.id.casefold(), entry.title.casefold()}]


# -- kinds of entries --------------------------------------------------------------------------------------------


def _data_type(kind: DataType, groups: Sequence[TypeNames]) -> Entry:
    def all_of(field: str) -> str:
        return ", ".join(dict.fromkeys(word for group in groups for word in getattr(group, field)))

    details = [
        ("Chinese", kind.label_zh),
        ("sensitivity", kind.sensitivity),
        ("called", all_of("names")),
        ("called in Chinese", all_of("names_zh")),
        ("called so with a person in sight", all_of("weak")),
        ("called so, not surely", all_of("low")),
        ("not when called", all_of("never")),
        ("annotated as", all_of("annotations")),
        ("a declaration of it covers", ", ".join(kind.satisfies)),
        *((vocabulary, term) for vocabulary, term in kind.maps),
    ]
    return Entry("data type", kind.id, kind.label, _filled(details))


def _recipient(recipient: Recipient, catalog: Catalog) -> Entry:
    calls = [
        f"{pattern.path} ({_arguments(rule.args)})"
        for rule in catalog.rules.sinks
        if rule.recipient == recipient.id
        for pattern in rule.calls
    ]
    details = [
        ("company", recipient.company),
        ("kind", recipient.kind),
        ("countries", ", ".join(recipient.countries)),
        ("hosts", ", ".join(recipient.hosts)),
        ("packages", ", ".join(recipient.packages)),
        ("distributions", ", ".join(recipient.distributions)),
        ("infrastructure", "yes: object store, database, cache, queue or metrics" if recipient.infrastructure else ""),
        ("usually needs", ", ".join(catalog.usual(recipient))),
        ("calls", "\n".join(dict.fromkeys(calls))),
    ]
    return Entry("recipient", recipient.id, recipient.name, _filled(details))


def _app_type(name: str, value: dict[str, Any]) -> Entry:
    needed = [
        f"{', '.join(each['data'])} of the {str(each.get('subject', 'user')).replace('_', ' ')}"
        + (f" ({each['when']})" if each.get("when") else "")
        for each in value.get("necessary") or ()
    ]
    details = [
        ("Chinese", str(value.get("name_zh", ""))),
        ("basic function", str(value.get("function", ""))),
        ("article", str(value.get("article", ""))),
        ("necessary", "\n".join(needed) or "no personal data at all"),
    ]
    return Entry("app type", name, str(value.get("name", name)), _filled(details))


def _law(name: str, value: dict[str, Any]) -> Entry:
    articles = [f"{each.get('article')}: {each.get('text')}" for each in value.get("articles") or ()]
    details = [
        ("Chinese", str(value.get("name_zh", ""))),
        ("jurisdiction", str(value.get("jurisdiction", ""))),
        ("in force", str(value.get("in_force", ""))),
        ("articles", "\n".join(articles)),
    ]
    return Entry("law", name, str(value.get("name", name)), _filled(details))


# -- rules about calls -------------------------------------------------------------------------------------------


def _calls(catalog: Catalog) -> Iterator[Entry]:
    """One entry for each callee and kind of rule, with what all such rules say of it."""
    rules = catalog.rules
    every: Iterable[_CallRule] = (
        *rules.sources, *rules.sinks, *rules.sanitizers, *rules.propagators, *rules.connections, *rules.scrubbers,
    )  # fmt: skip
    said: dict[tuple[str, str], list[str]] = {}
    for rule in every:
        kind, words = _said(rule)
        for pattern in rule.calls:
            said.setdefault((kind, _path(pattern)), []).append(words)
    for (kind, path), texts in said.items():
        yield Entry(kind, path, "; ".join(dict.fromkeys(texts)))


def _path(pattern: CallPattern) -> str:
    return pattern.path if pattern.kind != "name" else f"{pattern.path} (whatever is called so)"


def _said(rule: _CallRule) -> tuple[str, str]:
    match rule:
        case SourceRule():
            return "source", f"gives {rule.data}"
        case SinkRule():
            to = f" to {rule.recipient}" if rule.recipient else ""
            return "sink", f"{rule.kind}{to}: {_arguments(rule.args)}"
        case SanitizerRule():
            return "protection", rule.protection.word + (" where true" if rule.guard else "")
        case PropagatorRule():
            return "step", f"{_arguments(rule.source)} to {rule.to}"
        case ConnectionRule():
            return "client", f"address in {_arguments(rule.address)}"
        case ScrubberRule():
            return "filter", f"for {rule.recipient or ', '.join(rule.kinds)}"


def _arguments(spec: ArgSpec) -> str:
    """``0, data, json`` in words as rule packs write them."""
    if spec.all:
        return "every argument"
    words = [str(position) for position in spec.positions]
    words += [f"{spec.rest}.."] if spec.rest >= 0 else []
    words += [*spec.names, *(["self"] if spec.receiver else [])]
    return "arguments " + ", ".join(words) if words else "no argument"


def _filled(details: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((label, text) for label, text in details if text)
