"""Which names mean a safeguard: the rule packs, with what the declaration adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from privlint.catalog.paths import match_path
from privlint.catalog.words import tokens
from privlint.flow.safeguards.bodies import PARAMETER, Words
from privlint.flow.safeguards.granted import Grants, of_program
from privlint.model.facts import Check
from privlint.model.location import Site
from privlint.model.rules import SafeguardRule

KINDS = ("consent", "access", "audit")
_STRONG = frozenset(("require", "requires", "ensure", "assert", "enforce", "demand", "must", "authorize", "authorise",
                     "abort", "raise"))  # fmt: skip
_MANY_WORDS = 24  # of one expression


@lru_cache(maxsize=20_000)
def phrase(text: str) -> str:
    """The words of a text, one space around each, so that a run of words is a piece of it."""
    return f" {' '.join(word for part in text.split('.') for word in tokens(part))} "


class _Kind:
    """All rules of one kind as one."""

    def __init__(self, rules: Iterable[SafeguardRule]) -> None:
        rules = tuple(rules)
        self.calls = tuple(dict.fromkeys(call for rule in rules for call in rule.calls))
        self.words = self._runs(word for rule in rules for word in rule.words)
        self.refusals = self._runs(word for rule in rules for word in rule.refusals)
        self.never = self._runs(word for rule in rules for word in rule.never)
        self.verbs = frozenset(verb for rule in rules for verb in rule.verbs)
        self.classes = tuple(dict.fromkeys(name for rule in rules for name in rule.classes))
        self.settings = tuple(dict.fromkeys(name for rule in rules for name in rule.settings))
        self.switches = self._runs(word for rule in rules for word in rule.switches)

    @staticmethod
    def _runs(words: Iterable[str]) -> re.Pattern[str]:
        """What finds any of these runs of words in a phrase."""
        runs = sorted({phrase(word).strip() for word in words})
        return re.compile(f" (?:{'|'.join(map(re.escape, runs))}) " if runs else r"(?!)")


class Recogniser:
    """Tells safeguards by name."""

    def __init__(self, rules: Sequence[SafeguardRule], is_person: Callable[[str], bool] = lambda name: False) -> None:
        self.kinds = {kind: _Kind(rule for rule in rules if rule.kind == kind) for kind in KINDS}
        self._grants = Grants((rule for rule in rules if rule.kind == "consent"), is_person)
        self._told: dict[tuple[str, str], bool | None] = {}
        self._named: dict[tuple[str, str], bool] = {}  # kind and dotted path -> whether a rule means it

    def polarity(self, kind: str, text: str) -> bool | None:
        """Whether a name, where it holds, says yes (True) or no (False) to a safeguard; None if it speaks of none."""
        key = (kind, text)
        if key not in self._told:
            said = self._polarity(self.kinds[kind], phrase(text))
            if kind == "consent" and of_program(text):
                said = None
            elif said is None and kind == "consent" and not self.kinds[kind].never.search(phrase(text)):
                said = self._grants.says(text)
            self._told[key] = said
        return self._told[key]

    @staticmethod
    def _polarity(known: _Kind, words: str, decorating: bool = False) -> bool | None:
        if len(words) < 3 or (not decorating and known.never.search(words)):
            return None
        if known.refusals.search(words):
            return False
        return True if known.words.search(words) else None

    def gives_consent(self, name: str, *, strictly: bool = False) -> bool:
        """Whether somebody consents by switching on what is called so; ``strictly``: only where it says consent."""
        known = self.kinds["consent"]
        words = phrase(name)
        if len(words) > 80 or known.never.search(words) or known.refusals.search(words):
            return False
        if strictly:
            return known.words.search(words) is not None
        found = known.words.search(words) or known.switches.search(words)
        return found is not None or self._grants.says(name) is True

    def called(self, kind: str, paths: Iterable[str]) -> bool:
        """Whether a call that goes by these dotted paths is named by a rule, or by the declaration."""
        for path in paths:
            named = self._named.get((kind, path))
            if named is None:
                patterns = self.kinds[kind].calls
                named = any(match_path(each, path) or each.removeprefix("*.") == path for each in patterns)
                self._named[(kind, path)] = named
            if named:
                return True
        return False

    def tests(self, words: Words, paths: Iterable[str], site: Site, *, outcome: bool) -> frozenset[Check]:
        """The safeguards that a condition is, where it comes out so."""
        out: set[Check] = set()
        name = words.text
        for kind in ("consent", "access"):
            said = True if self.called(kind, paths) else None
            if said is None:
                said = self.polarity(kind, name.replace("()", "").replace("[]", ""))
            if said is None and words.literals and len(words.literals) < _MANY_WORDS:
                known = [text for text in words.literals if PARAMETER not in text]
                said = self.polarity(kind, ".".join((name.replace("()", "").replace("[]", ""), *known)))
            if said is None and kind == "consent" and any(PARAMETER in text for text in words.literals):
                said = self._grants.keeps(name.replace("()", "").replace("[]", "").removesuffix(".get")) or None
            if said is not None:
                out.add(Check(kind, name, purposes(words), said is outcome, site))
        return frozenset(out)

    def raises(self, words: Words, paths: Sequence[str], site: Site, *, used: bool) -> frozenset[Check]:
        """The safeguards that hold once a call has come back, by its name; ``used``: its result is looked at."""
        out: set[Check] = set()
        name = words.text.replace("()", "")
        last = phrase(words.last).split()
        for kind in KINDS:
            if kind == "audit":
                if self.called(kind, paths) or self.polarity(kind, name):
                    out.add(Check(kind, words.text, (), True, site))
                continue
            verb = bool(last) and last[0] in self.kinds[kind].verbs
            if self.called(kind, paths):
                if not used or (verb and last[0] in _STRONG):
                    out.add(Check(kind, words.text, purposes(words), True, site))
            elif verb and (not used or last[0] in _STRONG):
                spoken = name if kind == "consent" else ".".join((name, *words.literals))
                if PARAMETER not in spoken and self.polarity(kind, spoken):
                    out.add(Check(kind, words.text, purposes(words), True, site))
        return frozenset(out)

    def decorates(self, words: Words, paths: Sequence[str], site: Site) -> frozenset[Check]:
        """The safeguards that a decorator, or a dependency, stands for by its name."""
        out: set[Check] = set()
        name = words.text.replace("()", "")
        for kind in KINDS:
            spoken = ".".join((name, *words.literals)) if kind == "access" else name
            said = self.polarity(kind, spoken)
            if kind == "consent":  # ``@consent_required`` asks, where the attribute of that name is a setting
                said = self._polarity(self.kinds[kind], phrase(spoken), decorating=True) or self._asks_for(words)
            if self.called(kind, paths) or (PARAMETER not in spoken and said):
                out.add(Check(kind, words.text, purposes(words) if kind != "audit" else (), True, site))
        return frozenset(out)

    def _asks_for(self, words: Words) -> bool:
        """``@needs("marketing_consent")``."""
        begins = phrase(words.last).split()[:1]
        named = [text for text in words.literals if PARAMETER not in text]
        return bool(self.kinds["consent"].verbs.intersection(begins)) and any(
            self.polarity("consent", text) for text in named
        )

    def sees_to(self, kind: str, classes: Iterable[str]) -> str:
        """The base class that sees to a safeguard for all its methods, or ""."""
        for name in classes:
            if any(match_path(p, name) or match_path(p.removeprefix("*."), name) for p in self.kinds[kind].classes):
                return name
        return ""


def purposes(words: Words) -> tuple[str, ...]:
    """The constants that a check is asked with, for whoever compares them with a purpose."""
    return tuple(dict.fromkeys(text for text in words.literals if text and len(text) <= 60 and not text.endswith("=")))
