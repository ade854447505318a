"""The context of a name: what the class, variable or table that holds it says of the data in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from privlint.catalog.vocabulary import Vocabulary
from privlint.catalog.words import Lexicon
from privlint.model.data import Confidence

_SETTINGS = frozenset(("setting", "settings", "config", "conf", "cfg", "configuration", "env"))
_ROBOTS = frozenset(("bot", "robot"))
_CHILDREN = frozenset(("child", "children"))  # as classes they are people, else nodes and processes
_THINGS = (["bill"], ["ship"])  # as classes they are an invoice and a vessel, and no kinds of address
MAX_OWNER = 200  # of a longer text the end counts
_NOISE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


class Owner(NamedTuple):
    """What is known of an owner."""

    text: str
    person: Confidence | None = None  # how sure it is a person's record
    word: str = ""  # which word says so
    machine: bool = False  # settings, servers, labels of fields: what is in there belongs to no person
    organisation: bool = False
    request: bool = False  # what a user sent
    row: bool = False  # a row, record or mapping whose keys may be in capitals
    subject: str | None = None
    words: tuple[str, ...] = ()  # of the last component
    thing: bool = False  # a class by its spelling (`search_model`), and of nobody that is known
    head: str = ""  # what the owner is: its last word that is no mere carrier


NOBODY = Owner("")


def read_owner(text: str, lexicon: Lexicon, vocabulary: Vocabulary) -> Owner:
    """Classify the owner ``text``: ``User``, ``request.form``, ``order.customer``, ``CreateUserRequest``."""
    lists = vocabulary.lists
    parts = [lexicon.words(part) for part in _NOISE.sub("", text[-MAX_OWNER:]).split(".")]
    words = [word for part in parts for word in part if word not in ("self", "cls")]
    if not words:
        return NOBODY
    core = list(words)
    while core and core[-1] in lists["carriers"]:
        last = core.pop()
        if last == "list" and core and core[-1] in lists["addresses"]:
            core.append(last)  # a mailing list is a list
            break
    head = core[-1] if core else words[-1]
    if "".join(core[-2:]) in lists["situations"]:  # SignUp, sign_in
        head = "".join(core[-2:])
    is_class = text.rpartition(".")[2][:1].isupper()
    thing = is_class and core in _THINGS  # class Bill, and not order.bill
    corporate = is_corporate(core[-2:], vocabulary)
    automaton = " ".join(core[-2:]) in lists["automata"]
    nobody = not core or thing or corporate or automaton
    person, word = (None, "") if nobody else person_of(head, vocabulary)
    if is_class and head in _CHILDREN:
        person, word = Confidence.LOW, head
    if word in lists["situations"]:
        person = Confidence.MEDIUM  # a whole form or request for it: RegistrationForm
    last_words = next((part for part in reversed(parts) if part), ())
    automaton = automaton or (person is None and not _ROBOTS.isdisjoint(last_words))
    organisation = (bool(core) and head in lists["organisations"]) or corporate  # ``info`` alone is no mailbox
    request = any(word in lists["requests"] for word in words) and not (organisation and is_class)  # class Event
    row = any(word in lists["rows"] for word in words)
    return Owner(
        text,
        person,
        word,
        machine=(
            (
                head in lists["machines"]
                or head.removesuffix("s") in lists["machines"]
                or head in lists["keyed"]
                or _is_setting(parts)
            )
            and not (is_class and _is_of_people(core, vocabulary))
        )
        or automaton,
        organisation=organisation,
        request=request,
        row=row,
        thing=(is_class or words[-1] == "model") and person is None and not (request or row),
        subject=None if corporate else subject_of(reversed(core), vocabulary),
        words=last_words,
        head=head,
    )


def _is_setting(parts: list[tuple[str, ...]]) -> bool:
    """``settings["admin.email"]``, ``config.user.name``: whose it may be, it is a setting."""
    first = next((part for part in parts if part and part[-1] not in ("self", "cls")), ())
    return len(parts) > 1 and bool(first) and first[-1] in _SETTINGS


def is_kept_setting(owner: Owner) -> bool:
    """Whether an owner by this name is settings, or what a bot is set up with, wherever they are kept."""
    return owner.machine and (owner.head in _SETTINGS or not _ROBOTS.isdisjoint(owner.words))


def _is_of_people(core: list[str], vocabulary: Vocabulary) -> bool:
    """``PatientFile``: what it is called after is a person."""
    return len(core) > 1 and core[-2] in vocabulary.lists["people"] and not is_corporate(core[-3:-1], vocabulary)


def is_corporate(words: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether two words are an organisation that something is done for or with: ``EnterpriseCustomer``."""
    lists = vocabulary.lists
    return len(words) == 2 and words[0] in lists["corporate"] and words[1] in lists["relations"]


def person_of(word: str, vocabulary: Vocabulary) -> tuple[Confidence | None, str]:
    """Whether ``word`` means a person (or a situation in which people give their data), and how surely."""
    lists = vocabulary.lists
    if word in lists["people"]:
        return Confidence.MEDIUM, word
    if word in lists["maybe_people"] or word in lists["situations"] or word in lists["addresses"]:
        return Confidence.LOW, word
    return None, ""


def subject_of(words: Iterable[str], vocabulary: Vocabulary) -> str | None:
    """Whose data it is, by the first of ``words`` that says so; a word more telling than ``user`` wins."""
    found: str | None = None
    for word in words:
        subject = vocabulary.subjects.get(word)
        if subject is not None and (found is None or found == "user"):
            found = subject
    return found
