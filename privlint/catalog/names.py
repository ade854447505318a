"""Which data type a name is taken for: ``Catalog.classify``.

A name is split into words.  A run of words that a data type is called by makes the match, if it is the name's head:
what follows may only be words that keep the meaning (``phone_number_list``, ``address1``), for ``email_template`` is
a template.  What stands before is looked at for verbs (``send_email``), flags (``is_mobile``), infrastructure
(``server_ip``) and people (``customer_phone``).  Weak spellings (``name``, ``city``) count only with a person in
sight, and not if a word stands between (``user_group_name`` names a group).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from privlint.catalog.owners import NOBODY, Owner, is_corporate, person_of, read_owner, subject_of
from privlint.catalog.spellings import LOW, STRONG, WEAK, Spelling, Spellings
from privlint.catalog.vocabulary import TypeNames, Vocabulary
from privlint.catalog.words import MAX_NAME
from privlint.model.data import Confidence, DataType, NameMatch, Protection

_MAX_WORDS = 10
_OF_FORMS = ("work.", "device.", "health.fitness")  # a title, a model and steps are as often a form's own
_CACHE_LIMIT = 200_000
_AFTER_HEAD = frozenset(
    ("by", "for", "from", "of", "in", "on", "at", "with", "without", "per", "as", "via", "when", "if", "until", "since")
)
_KEY = "account.user_id"  # of which type ``patient.id`` is: the key of a row, no number that the patient is known by
_NO_DATA_FIRST = frozenset(("by", "on", "with", "without", "if", "when", "for", "until", "since", "via", "per"))
_CONJUNCTIONS = frozenset(("or", "and"))


class _Run(NamedTuple):
    """A run of words that a data type is called by."""

    start: int
    end: int
    spelling: Spelling


class Names:
    """The matcher; answers are cached, since programs use the same names over and over."""

    def __init__(
        self, types: Mapping[str, DataType], names: Mapping[str, Sequence[TypeNames]], vocabulary: Vocabulary
    ) -> None:
        self.types = types
        self.vocabulary = vocabulary
        self.lists = vocabulary.lists
        self.spellings = Spellings(names, vocabulary)
        self.lexicon = self.spellings.lexicon
        self._owners: dict[str, Owner] = {}
        self._answers: dict[tuple[str, str | None], NameMatch | None] = {}

    def classify(self, name: str, owner: str | None = None) -> NameMatch | None:
        """The data type that ``name`` (of ``owner``) is taken for, or None."""
        key = (name, owner)
        try:
            return self._answers[key]
        except KeyError:
            if len(self._answers) > _CACHE_LIMIT:
                self._answers.clear()
            answer = self._answers[key] = self._decide(name, owner, [])
            return answer

    def explain(self, name: str, owner: str | None = None) -> list[str]:
        """The reasoning of ``classify`` in lines, the conclusion last."""
        notes: list[str] = []
        match = self._decide(name, owner, notes)
        if match is None:
            notes.append(f"{name!r} is taken for no personal data")
        else:
            whose = f", of: {match.subject}" if match.subject else ""
            form = f", form: {match.protection.word}" if match.protection else ""
            notes.append(f"{name!r} is taken for {match.data_type}, confidence {match.confidence.word}{form}{whose}")
        return notes

    def owner(self, text: str | None) -> Owner:
        """What is known of the owner ``text``; cached."""
        if not text:
            return NOBODY
        found = self._owners.get(text)
        if found is None:
            found = self._owners[text] = read_owner(text, self.lexicon, self.vocabulary)
        return found

    def _decide(self, name: str, owner_text: str | None, notes: list[str]) -> NameMatch | None:
        if len(name) > MAX_NAME or (name.startswith("__") and name.endswith("__")):
            notes.append("a special name, or too long for a name")
            return None
        if "." in name:
            before, _, name = name.rpartition(".")
            owner_text = f"{owner_text}.{before}" if owner_text else before
        owner = self.owner(owner_text)
        words = self.lexicon.words(name)
        if not words or len(words) > _MAX_WORDS:
            notes.append("no words, or too many for a name")
            return None
        notes.append(f"words: {' '.join(words)}")
        if owner.person:
            notes.append(f"the owner {owner.text!r} speaks of a person: {owner.word!r}")
        limit = Confidence.HIGH
        if name.isupper() and name.isascii():
            if not (owner.request or owner.row or owner.person or words[0] in self.lists["capitals"]):
                notes.append("in capitals, and in no request or row: a constant of the program")
                return None
            limit = Confidence.HIGH if owner.request else Confidence.MEDIUM
        for part in self._parts(words):
            match = self._judge(part, owner, notes, 0)
            if match is not None:
                return match._replace(confidence=min(match.confidence, limit))
        return self._with_owner(words, owner, notes)

    def _parts(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The alternatives of ``email_or_phone``, the last first; else the words as they are."""
        if not _CONJUNCTIONS.isdisjoint(words):
            end = len(words)
            for index in range(len(words) - 1, -1, -1):
                if words[index] in _CONJUNCTIONS:
                    yield words[index + 1 : end]
                    end = index
            words = words[:end]
        yield words

    def _with_owner(self, words: tuple[str, ...], owner: Owner, notes: list[str]) -> NameMatch | None:
        """``passport.number``: the owner's last component and the name make the spelling together."""
        if not owner.words or owner.machine or len(owner.words) > 4 or owner.words[-1] in self.lists["carriers"]:
            return None
        if any(word in _AFTER_HEAD for word in words):  # ``customer.number_of_orders`` is no customer number
            return None
        if owner.thing and owner.organisation and words == ("name",):  # ``class Hospital``: a list of them, of nobody
            return None
        last = owner.words[-1]
        if last in self.lists["apart"] or is_corporate(owner.words[-2:], self.vocabulary):
            return None
        if words == ("name",) and owner.organisation and owner.subject is None:  # ``school.name`` is of no pupil
            return None
        if last.isascii() and len(last) < 3 and last != "id":  # ``ss.number`` is a variable's short name
            return None
        match = self._judge((*owner.words, *words), owner, notes, len(owner.words))
        if match is not None and words == ("id",):  # every row has one
            kind = _KEY if owner.person else match.data_type
            return match._replace(data_type=kind, confidence=Confidence.LOW)
        return match._replace(confidence=min(match.confidence, Confidence.MEDIUM)) if match else None

    def _judge(self, words: tuple[str, ...], owner: Owner, notes: list[str], border: int) -> NameMatch | None:
        """The match of ``words``; with a ``border``, of a run that begins before and ends behind it."""
        words = self._cut(words)
        for run in self._runs(words):
            if border and not (run.start < border < run.end and run.spelling.strength == STRONG):
                continue
            match = self._weigh(words, run, owner, notes)
            if match is not None:
                return match
        if not border:
            self._note_head(words, notes)
        return None

    def _note_head(self, words: tuple[str, ...], notes: list[str]) -> None:
        """For the explanation: a spelling that is there, but is not what the name is about."""
        for start in range(len(words)):
            for end in range(len(words) - 1, start, -1):
                found = self.spellings.find(words[start:end])
                rest = [word for word in words[end:] if not self._may_follow(word)]
                if found and rest:
                    spelled = " ".join(words[start:end])
                    notes.append(f"{spelled!r} ({found[0].data_type}): no, the name is about {' '.join(rest)!r}")
                    return

    def _cut(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Without what follows a preposition (``email_for_user``), unless a spelling spans it (``date_of_birth``)."""
        for index in range(1, len(words)):
            if words[index] in _AFTER_HEAD and not self._spanned(words, index):
                return words[:index]
        return words

    def _spanned(self, words: tuple[str, ...], index: int) -> bool:
        longest = self.spellings.longest
        return any(
            self.spellings.find(words[start:end])
            for start in range(max(0, index - longest), index + 1)
            for end in range(index + 1, min(len(words), start + longest) + 1)
        )

    def _runs(self, words: tuple[str, ...]) -> list[_Run]:
        """The runs at the head, longest first, then those nearest the end; strong spellings before weak ones."""
        found: list[_Run] = []
        end = len(words)
        while end > 0:
            for start in range(max(0, end - self.spellings.longest), end):
                for spelling in self.spellings.find(words[start:end]):
                    found.append(_Run(start, end, spelling))
            if not self._may_follow(words[end - 1]):
                break
            end -= 1
        return sorted(found, key=lambda run: (run.start - run.end, -run.end, run.spelling.strength))

    def _may_follow(self, word: str) -> bool:
        """Whether ``word`` behind a spelling keeps its meaning, or says in which form the data is."""
        lists = self.lists
        return (
            word in lists["behind"]
            or (word in lists["neutral"] and word not in lists["flags_last"])
            or word in lists["addresses"]
            or word in lists["trailing"]
            or word in self.vocabulary.protected
            or word == "token"
            or word.isdigit()
        )

    def _weigh(self, words: tuple[str, ...], run: _Run, owner: Owner, notes: list[str]) -> NameMatch | None:
        spelling = run.spelling
        shown = f"{' '.join(words[run.start : run.end])!r} ({spelling.data_type})"
        veto = self._veto(words, run, owner)
        if veto:
            notes.append(f"{shown}: no, {veto}")
            return None
        others = (*words[: run.start], *words[run.end :])
        unknown = [word for word in words[: run.start] if not self._keeps_meaning(word, words, run)]
        confidence, why = self._person(words, run, owner)
        if spelling.strength == WEAK:
            if confidence is None or unknown:
                lack = f"it is the {spelling.text} of {' '.join(unknown)!r}" if unknown else "no person in sight"
                notes.append(f"{shown}: no, {lack}")
                return None
        else:
            doubtful = self._doubtful(words, run, owner, confidence)
            if doubtful and (unknown or owner.thing or owner.head in self.lists["infrastructure"]):
                notes.append(f"{shown}: no, it means something else as often, and no person is in sight")
                return None
            confidence = self._strength(spelling, unknown, doubtful)
            why = f"before it: {' '.join(unknown)}" if unknown else why
        confidence = self._limit(confidence, spelling, others, owner)
        protection = self._protection(others, spelling.data_type)
        subject = self._subject(words, owner)
        reason = f"called {spelling.text!r}" + (f", {why}" if why else "")
        notes.append(f"{shown}: {reason}")
        return NameMatch(spelling.data_type, confidence, protection, subject, reason)

    def _doubtful(self, words: tuple[str, ...], run: _Run, owner: Owner, person: Confidence | None) -> bool:
        """Whether the spelling means something else as often, and nothing here says that it is a person's."""
        return person is None and not owner.request and self.spellings.is_doubtful(words[run.start : run.end])

    def _strength(self, spelling: Spelling, unknown: list[str], doubtful: bool) -> Confidence:
        """The confidence of a strong spelling, by what stands before it."""
        if doubtful or (unknown and spelling.pinyin):
            return Confidence.LOW
        return Confidence.MEDIUM if unknown else Confidence.HIGH

    def _limit(self, confidence: Confidence, spelling: Spelling, others: Sequence[str], owner: Owner) -> Confidence:
        kind = self.types[spelling.data_type]
        if spelling.strength == LOW or spelling.data_type in self.lists["low"]:
            return Confidence.LOW
        organisation = owner.organisation or any(word in self.lists["organisations"] for word in others)
        if organisation and kind.id.partition(".")[0] in ("contact", "identity"):
            return Confidence.LOW
        if (owner.thing or owner.organisation) and spelling.data_type in self.lists["credentials"]:
            return Confidence.LOW
        if spelling.cap is not None:
            confidence = min(confidence, spelling.cap)
        return min(confidence, Confidence.MEDIUM) if kind.tier == "extended" else confidence

    def _veto(self, words: tuple[str, ...], run: _Run, owner: Owner) -> str:
        """Why this run is no personal data in spite of its spelling, or an empty string."""
        for start, end, banned in self.spellings.banned(words, run.spelling.data_type):
            if not (run.start <= start and end <= run.end):
                return f"{banned!r} means something else"
        strange = bool(owner.head) and not owner.person
        if strange and self.spellings.is_banned((owner.head, *words), run.spelling.data_type, run.end + 1):
            return f"{owner.text!r} gives it another meaning"
        first = words[0]
        if run.start > 0 and first in self.lists["verbs"]:
            return f"{first!r} is a verb: a function"
        if run.start > 0 and (first in self.lists["flags_first"] or first in _NO_DATA_FIRST):
            return f"{first!r} makes it a flag or an option"
        if run.end == 1 < len(words) and first in self.lists["verbs"]:
            return f"{first!r} is a verb here"
        for word in (*words[: run.start], *words[run.end :]):
            if word in self.lists["infrastructure"] or word in self.lists["machines"]:
                return f"{word!r} speaks of a machine or of code"
        if "token" in words[run.end :] and run.spelling.data_type.partition(".")[0] not in self.vocabulary.tokens:
            return "it is a token"
        animals = self.lists["animals"]
        before = words[run.start - 1] in animals and run.spelling.data_type != "health.allergy"  # whom they make sneeze
        somebody = any(person_of(word, self.vocabulary)[0] for word in words[: run.start])  # Pet.owner_phone
        if (owner.head in animals and not somebody) or (run.start and before):
            return "it is an animal's"
        if owner.machine:
            return f"the owner {owner.text!r} is a machine or a setting"
        return self._of_organisation(words, run, owner)

    def _of_organisation(self, words: tuple[str, ...], run: _Run, owner: Owner) -> str:
        """Why where an organisation is, and how it is reached, is nobody's data; or an empty string."""
        category = run.spelling.data_type.partition(".")[0]
        if category in ("contact", "identity") or run.spelling.data_type in self.lists["low"]:
            for index in range(run.end - 1):
                behind = (person_of(word, self.vocabulary)[0] for word in words[index + 2 : run.end])
                if is_corporate(words[index : index + 2], self.vocabulary) and not any(behind):
                    return f"{' '.join(words[index : index + 2])!r} is an organisation"
        if owner.request or category not in ("contact", "location"):
            return ""
        if category == "contact" and self._person(words, run, owner)[0] is not None:
            return ""
        if owner.organisation:
            return f"it is where {owner.text!r} is or answers"
        before = [word for word in words[: run.start] if word in self.lists["organisations"]]
        return f"it is that of {before[-1]!r}" if before and category == "contact" else ""

    def _keeps_meaning(self, word: str, words: tuple[str, ...], run: _Run) -> bool:
        """Whether a word before the run leaves open whose it is: people, places, other spellings, small words."""
        lists = self.lists
        if word in lists["neutral"] or word in self.vocabulary.protected or word.isdigit():
            return True
        if person_of(word, self.vocabulary)[0]:
            return True
        return any((word,) == words[i:j] for i, j in self._strong_before(words, run))

    def _strong_before(self, words: tuple[str, ...], run: _Run) -> Iterator[tuple[int, int]]:
        """Runs of the same category before the head: ``home_address`` in ``home_address_city``."""
        category = run.spelling.data_type.partition(".")[0]
        for start in range(run.start):
            for end in range(start + 1, run.start + 1):
                for spelling in self.spellings.find(words[start:end]):
                    if spelling.data_type.partition(".")[0] == category:
                        yield start, end

    def _person(self, words: tuple[str, ...], run: _Run, owner: Owner) -> tuple[Confidence | None, str]:
        """How surely a person is in sight, and where."""
        best: Confidence | None = None
        why = ""
        trailing = [word for word in words[run.end :] if word in self.lists["trailing"]]
        for word in (*words[: run.start], *trailing):
            level, found = person_of(word, self.vocabulary)
            if level is not None and (best is None or level > best):
                best, why = level, f"of a person: {found!r}"
        own = owner.word in self.lists["situations"] and run.spelling.data_type.startswith(_OF_FORMS)
        if owner.person is not None and (best is None or owner.person > best) and not own:  # a form has a title, too
            best, why = owner.person, f"in {owner.text!r}"
        if best is None and owner.request and run.spelling.data_type.startswith(("online.", "device.")):
            best, why = Confidence.MEDIUM, "of whoever sent the request"
        asked = (owner.request or owner.row) and self.spellings.is_asked(words[run.start : run.end])
        if best is None and asked and all(self._keeps_meaning(word, words, run) for word in words[: run.start]):
            best = Confidence.MEDIUM if owner.request else Confidence.LOW
            why = "people are asked for it"
        if best is None and any(True for _ in self._strong_before(words, run)):
            best, why = Confidence.LOW, "beside other data of a person"
        return best, why

    def _protection(self, others: Sequence[str], data_type: str) -> Protection:
        found = Protection.CLEAR
        for word in others:
            found = max(found, self.vocabulary.protected.get(word, Protection.CLEAR))
            if word == "token" and data_type.partition(".")[0] in self.vocabulary.tokens:
                found = max(found, Protection.PSEUDONYMISED)
        if found is Protection.PSEUDONYMISED and data_type in self.lists["credentials"]:
            return Protection.PSEUDONYMISED_WEAK  # what it is checked against is worth guessing at, key or not
        return found

    def _subject(self, words: tuple[str, ...], owner: Owner) -> str | None:
        """Whose data: the name's own words say it better than the owner's, ``user`` says least."""
        own = subject_of(words, self.vocabulary)
        return owner.subject or own if own in (None, "user") else own
