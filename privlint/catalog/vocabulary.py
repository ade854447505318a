"""The words that all data types share (``vocabulary:``) and the names of each type (``data_types:``), as written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from privlint.catalog.document import Document, Where
from privlint.catalog.fields import Fields
from privlint.catalog.rule_sections import PROTECTIONS
from privlint.model.data import DataType, Protection

DATA_TYPE_KEYS = (
    "id", "label", "label_zh", "sensitivity", "tier", "maps", "names", "weak", "low", "names_zh", "never",
    "annotations", "satisfies", "examples",
)  # fmt: skip
DESCRIBING = frozenset(("label", "label_zh", "sensitivity", "tier", "maps", "satisfies"))
WORD_LISTS = (
    "people", "maybe_people", "maybe_things", "situations", "addresses", "carriers", "neutral", "behind", "verbs",
    "flags_first", "flags_last", "infrastructure", "machines", "keyed", "organisations", "requests", "rows", "low",
    "wholes", "credentials", "statistics",
    "apart", "capitals", "trailing", "doubtful", "asked", "counted", "secrets", "corporate", "relations", "automata",
    "logins", "servers", "telling", "fetched", "makers", "test_frameworks", "owned", "animals", "dates", "texts",
)  # fmt: skip
VOCABULARY_KEYS = (*WORD_LISTS, "subjects", "abbreviations", "protected", "tokens")

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\.[a-z0-9]+(_[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class TypeNames:
    """What one data type is called; spellings as written in the rule pack."""

    names: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()  # only where a person is in sight
    low: tuple[str, ...] = ()  # taken for it, with low confidence
    names_zh: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    match: tuple[str, ...] = ()  # examples
    no_match: tuple[str, ...] = ()


@dataclass(slots=True)
class Vocabulary:
    """The shared words by list (see ``rules/data/vocabulary.yml``, which explains each)."""

    lists: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in WORD_LISTS})
    subjects: dict[str, str] = field(default_factory=dict)  # word -> subject
    abbreviations: dict[str, str] = field(default_factory=dict)
    protected: dict[str, Protection] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)  # categories whose tokens stand for the value


def spell_out(vocabulary: Vocabulary) -> None:
    """Give every abbreviation the place of the word that it stands for: ``usr`` is a person, too."""
    for short, full in vocabulary.abbreviations.items():
        for words in vocabulary.lists.values():
            if full in words:
                words.add(short)
        for table in (vocabulary.subjects, vocabulary.protected):
            if full in table:
                table.setdefault(short, table[full])  # type: ignore[arg-type]


def is_data_type_id(text: str) -> bool:
    """Whether ``text`` has the form ``category.type``."""
    return _ID.match(text) is not None


def data_type(document: Document, where: Where, value: Any) -> tuple[DataType, TypeNames]:
    """One entry of ``data_types:``."""
    fields = Fields(document, where, value, "a data type", DATA_TYPE_KEYS)
    type_id = fields.text("id", None)
    if not is_data_type_id(type_id):
        fields.fail(f"{type_id!r} is no data type id: category.type, in lower case", "id")
    examples = Fields(document, (*where, "examples"), fields.mapping("examples"), "examples", ("match", "no_match"))
    kind = DataType(
        id=type_id,
        label=fields.text("label") or label_of(type_id),
        label_zh=fields.text("label_zh"),
        sensitivity=fields.choice("sensitivity", ("personal", "sensitive"), "personal"),
        tier=fields.choice("tier", ("core", "extended"), "core"),
        maps=_maps(document, where, fields),
        satisfies=fields.texts("satisfies"),
    )
    spellings = {key: fields.texts(key) for key in ("names", "weak", "low", "names_zh", "never", "annotations")}
    names = TypeNames(**spellings, match=examples.texts("match"), no_match=examples.texts("no_match"))
    return kind, names


def _maps(document: Document, where: Where, fields: Fields) -> tuple[tuple[str, str], ...]:
    inner = Fields(document, (*where, "maps"), fields.mapping("maps"), "maps", fields.mapping("maps").keys())
    return tuple((key, term) for key in inner.values for term in inner.texts(key))


def label_of(type_id: str) -> str:
    """A label for a type that a rule pack uses without describing it: ``contact.pager_no`` -> ``Pager no``."""
    return type_id.partition(".")[2].replace("_", " ").capitalize()


def add_vocabulary(vocabulary: Vocabulary, document: Document, where: Where, value: Any) -> None:
    """Add one ``vocabulary:`` section to ``vocabulary``."""
    fields = Fields(document, where, value, "vocabulary", VOCABULARY_KEYS)
    for name in WORD_LISTS:
        vocabulary.lists[name].update(_lower(fields.texts(name)))
    table = fields.mapping("subjects")
    subjects = Fields(document, (*where, "subjects"), table, "subjects", table)
    for subject in subjects.values:
        for word in _lower(subjects.texts(subject)):
            vocabulary.subjects[word] = subject
    vocabulary.abbreviations.update((key.lower(), full.lower()) for key, full in fields.pairs("abbreviations"))
    protected = Fields(document, (*where, "protected"), fields.mapping("protected"), "protected", PROTECTIONS)
    for form in protected.values:
        for word in _lower(protected.texts(form)):
            vocabulary.protected[word] = PROTECTIONS[form]
    vocabulary.tokens.update(fields.texts("tokens"))


def _lower(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)
