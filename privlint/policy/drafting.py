"""A declaration written from facts: drafted, read back and joined again, until it leaves nothing to compare."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from privlint.catalog import Catalog
from privlint.declaration import Parts, writing
from privlint.model.data import Confidence
from privlint.model.declaration import Declaration
from privlint.model.draft import Draft, DraftDecision
from privlint.model.facts import Facts
from privlint.model.finding import Finding
from privlint.model.location import Site
from privlint.policy.context import Lines
from privlint.policy.datamap import Locate, survey
from privlint.policy.draft import draft
from privlint.policy.judge import judge
from privlint.policy.purposes import Purposes
from privlint.policy.wording import clean

_ROUNDS = 4  # what is declared can show more: a recipient by its host, say


class Drafting(NamedTuple):
    """What a declaration is drafted from: facts, the catalogue, where things are, and how a text is read."""

    facts: Facts
    catalog: Catalog
    locate: Locate
    lines: Lines
    read: Callable[[str], Declaration]
    owns: Callable[[str], bool]
    min_confidence: Confidence = Confidence.LOW

    def write(self, shown: str, text: str | None) -> str:
        """The declaration that messages call ``shown``, begun anew or added to; raises DeclarationError for a text
        that is none, or that nothing can be added to."""
        first = self._drafted(shown, text, ())
        findings = [each for each in self._judged(first) if self.owns(each.place.path)]
        unchecked = {
            (each.recipient.name, data)
            for each in findings
            if each.code == "PRV401" and each.recipient is not None
            for data in each.data_types
        }
        written = self._drafted(shown, text, unchecked) if unchecked else first
        decisions = self._decisions([each for each in findings if each.code == "PRV404"])
        return writing.added(written, Draft(decisions=decisions), shown) if decisions else written

    def _judged(self, text: str) -> list[Finding]:
        return judge(self.facts, self.read(text), self.catalog, self.lines)

    def _decisions(self, findings: list[Finding]) -> tuple[DraftDecision, ...]:
        """An entry for each kind of data that decides something, with the first place where it does."""
        places = self.locate({each.place for each in findings if isinstance(each.place, Site)})
        purposes = Purposes(self.catalog.purposes)
        found: dict[str, DraftDecision] = {}
        for each in findings:
            where = places[each.place] if isinstance(each.place, Site) else each.place
            evidence = f"{where.path}:{where.span.line} ({clean(each.sink)})"
            for data in each.data_types:
                purpose = purposes.of_place(where.path, each.function)
                found.setdefault(data, DraftDecision(data, purpose, evidence))
        return tuple(found[data] for data in sorted(found))

    def _own(self) -> Facts:
        return replace(
            self.facts,
            flows=[each for each in self.facts.flows if self.owns(each.target.site.path)],
            collections=[each for each in self.facts.collections if self.owns(each.site.path)],
        )

    def _drafted(self, shown: str, text: str | None, unchecked: Collection[tuple[str, str]]) -> str:
        facts = self._own()
        for _ in range(_ROUNDS):
            declared = self.read(text) if text is not None else None
            found = survey(facts, declared, self.catalog, self.locate, self.min_confidence)
            new = draft(found, self.catalog, unchecked)
            before = text
            text = writing.begun(new) if text is None else writing.added(text, new, shown)
            if text == before:
                break
        return text or ""


def own_part(parts: Parts, place: Path) -> Callable[[str], bool]:
    """Whether a declaration at ``place`` speaks of a file, or will: of all but the parts below which have one of their
    own."""
    folder = Path(os.path.abspath(place)).parent

    def own(path: str) -> bool:
        other = parts.of(path)
        return other is None or other.parent == folder or not other.parent.is_relative_to(folder)

    return own
