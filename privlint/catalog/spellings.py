"""All spellings of all data types as runs of words, ready to be looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from privlint.catalog.vocabulary import TypeNames, Vocabulary
from privlint.catalog.words import Lexicon, is_chinese
from privlint.model.data import Confidence

STRONG, LOW, WEAK = 0, 1, 2


class Spelling(NamedTuple):
    """One way to call a data type."""

    data_type: str
    text: str
    strength: int  # STRONG | LOW | WEAK
    cap: Confidence | None = None  # no more confidence than this: very short pinyin abbreviations
    pinyin: bool = False  # Latin letters that stand for Chinese


class Spellings:
    """The dictionary: runs of words to spellings, and per data type the runs that veto."""

    def __init__(self, names: Mapping[str, Sequence[TypeNames]], vocabulary: Vocabulary) -> None:
        self.lexicon = Lexicon()
        self.runs: dict[tuple[str, ...], list[Spelling]] = {}
        self._full = vocabulary.abbreviations
        self.never: dict[tuple[str, ...], set[str]] = {}
        self.longest = 1
        self.doubtful: set[tuple[str, ...]] = set()
        self.asked: set[tuple[str, ...]] = set()
        self._learn(names, vocabulary)
        for data_type, groups in names.items():
            for group in groups:
                self._add(data_type, group)
        self._spell_out()
        self.doubtful.update(self._full_form(self._run(text)) for text in vocabulary.lists["doubtful"])
        self.asked.update(self._full_form(self._run(text)) for text in vocabulary.lists["asked"])
        self.lexicon.prefixes = sorted(
            (word for word in (*vocabulary.lists["people"], *vocabulary.lists["maybe_people"]) if len(word) >= 4),
            key=lambda word: (-len(word), word),
        )
        self.lexicon.forget()

    def find(self, words: tuple[str, ...]) -> Sequence[Spelling]:
        """What ``words`` as a whole are a spelling of; as written, else with abbreviations spelled out."""
        found = self.runs.get(words)
        if found is None:
            full = self._full_form(words)
            found = self.runs.get(full) if full != words else None
        return found or ()

    def is_doubtful(self, words: tuple[str, ...]) -> bool:
        """Whether this spelling means something else as often as a person's data."""
        return words in self.doubtful or self._full_form(words) in self.doubtful

    def is_asked(self, words: tuple[str, ...]) -> bool:
        """Whether people are asked for what this spelling says: in a request it is somebody's."""
        return words in self.asked or self._full_form(words) in self.asked

    def banned(self, words: tuple[str, ...], data_type: str) -> Iterator[tuple[int, int, str]]:
        """The runs in ``words`` that veto ``data_type``: where they stand, and as text."""
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + self.longest) + 1):
                if data_type in self.never.get(words[start:end], ()):
                    yield start, end, " ".join(words[start:end])

    def is_banned(self, words: tuple[str, ...], data_type: str, head: int) -> bool:
        """Whether a run that begins with the first word (the owner) and goes up to the head vetoes ``data_type``."""
        return any(data_type in self.never.get(words[:end], ()) for end in range(2, head + 1))

    def _learn(self, names: Mapping[str, Sequence[TypeNames]], vocabulary: Vocabulary) -> None:
        """First pass: every word of every spelling, so that the second pass splits them all in the same way."""
        for groups in names.values():
            for group in groups:
                for spellings in (group.names, group.weak, group.low, group.names_zh, group.never):
                    self.lexicon.learn(spellings)
        for words in vocabulary.lists.values():
            self.lexicon.learn(words)
        for table in (vocabulary.subjects, vocabulary.protected, vocabulary.abbreviations):
            self.lexicon.learn(table)
        self.lexicon.learn(vocabulary.abbreviations.values())

    def _full_form(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._full.get(word) or self.lexicon.singular(word) for word in words)

    def _spell_out(self) -> None:
        """Let ``ip addr`` also stand for ``ip address``, and ``phonenumber`` for ``phone number``."""
        for words, spellings in list(self.runs.items()):
            self.runs.setdefault(tuple(self._full.get(word, word) for word in words), spellings)
        for words, spellings in self.runs.items():
            if any(spelling.strength != WEAK for spelling in spellings) and ("".join(words),) not in self.runs:
                self.lexicon.join(words)

    def _add(self, data_type: str, group: TypeNames) -> None:
        for spellings, strength in ((group.names, STRONG), (group.low, LOW), (group.weak, WEAK)):
            for text in spellings:
                self._enter(self._run(text), Spelling(data_type, text, strength))
        for text in group.names_zh:
            self._enter(self._run(text), _chinese(data_type, text))
        for text in group.never:
            words = self._run(text)
            if words:
                self.never.setdefault(words, set()).add(data_type)

    def _run(self, text: str) -> tuple[str, ...]:
        words = self.lexicon.words(text)
        self.longest = max(self.longest, len(words))
        return words

    def _enter(self, words: tuple[str, ...], spelling: Spelling) -> None:
        if not words:
            return
        known = self.runs.setdefault(words, [])
        if all(spelling.data_type != other.data_type for other in known):
            known.append(spelling)


def _chinese(data_type: str, text: str) -> Spelling:
    """A Chinese or pinyin spelling: one character, or two letters, says too little by itself."""
    letters = text.replace("_", "").replace(" ", "")
    if is_chinese(letters):
        return Spelling(data_type, text, STRONG if len(letters) > 1 else WEAK)
    if len(letters) <= 2:
        return Spelling(data_type, text, WEAK, pinyin=True)
    return Spelling(data_type, text, STRONG, Confidence.MEDIUM if len(letters) == 3 else None, pinyin=True)
