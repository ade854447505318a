"""Names that say what somebody allows, in whatever order: ``analytics_ok``, ``ok_to_share``, ``prefs.ads``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from privlint.catalog.words import tokens
from privlint.flow.safeguards.queries import one_person
from privlint.model.rules import SafeguardRule

_PROGRAM = frozenset(("settings", "config", "conf", "cfg", "environ", "env", "features", "app", "current_app",
                      "constants"))  # fmt: skip
_PERSONAL = frozenset(("settings", "options", "flags"))  # of a person: what the person chose
_WHOSE_ITS_OWN = ("self", "cls")
_MOST_WORDS = 5  # of a name that says that something is allowed, and nothing else
_LONGEST = 30  # letters of what somebody is called
_SWITCHED = frozenset(("enabled", "on", "active", "enable", "enables"))  # of a person, or where it is kept
_UNSWITCHED = frozenset(("disabled", "off", "inactive"))


def of_program(text: str) -> bool:
    """``settings.ALLOW_TRACKING``: what whoever runs the program decides, for all."""
    parts = text.split(".")
    return parts[0] in _PROGRAM and any(part.isupper() for part in parts[1:])


class Grants:
    """What is allowed (``topics``), by which words, and what such choices are kept in."""

    def __init__(self, rules: Iterable[SafeguardRule], is_person: Callable[[str], bool]) -> None:
        rules = tuple(rules)
        self._topics = _runs(word for rule in rules for word in rule.topics)
        self._yes = _runs(word for rule in rules for word in rule.grants)
        self._no = _runs(word for rule in rules for word in rule.denials)
        self._keepers = _runs(word for rule in rules for word in rule.keepers)
        self._known = bool(self._topics)
        self._is_person = is_person

    def says(self, text: str) -> bool | None:
        """What a dotted name says where it holds: it is allowed, it is not (False), or nothing of that (None)."""
        if not self._known:
            return None
        parts = text.split(".")
        if parts[0] in _PROGRAM or (parts[0] in _WHOSE_ITS_OWN and len(parts) > 1 and parts[1] in _PROGRAM):
            return None
        kept, person = False, False
        for place, part in enumerate(parts):
            words = _split(part)
            if _in(words, self._topics) and words.count(" ") <= _MOST_WORDS + 1 and not part.isupper():
                said = self._said(words, kept or (person and place > 0))
                if said is not None or kept:
                    return True if said is None else said
            kept = kept or _in(words, self._keepers) or (person and part in _PERSONAL)
            person = person or self._somebody(part)
        return None

    def keeps(self, text: str) -> bool:
        """Whether what has this dotted name keeps what somebody allows, by names: ``user.settings``, ``prefs``."""
        parts = text.split(".")
        if not self._known or parts[0] in _PROGRAM:
            return False
        last = parts[-1]
        return _in(_split(last), self._keepers) or (last in _PERSONAL and any(map(self._somebody, parts[:-1])))

    def _somebody(self, part: str) -> bool:
        return one_person(f"{part}.") or (len(part) < _LONGEST and self._is_person(part))

    def _said(self, words: str, somebodys: bool) -> bool | None:
        alone = words.split()
        if _in(words, self._no) or alone[0] == "no" or (somebodys and not _UNSWITCHED.isdisjoint(alone)):
            return False
        return True if _in(words, self._yes) or (somebodys and not _SWITCHED.isdisjoint(alone)) else None


@lru_cache(maxsize=20_000)
def _split(part: str) -> str:
    return f" {' '.join(tokens(part))} "


def _runs(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_split(word) for word in words))


def _in(words: str, runs: tuple[str, ...]) -> bool:
    return any(run in words for run in runs)
