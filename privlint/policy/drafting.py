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
from privlint.model.facts import Facts
from privlint.policy.context import Lines
from privlint.policy.datamap import Locate, survey
from privlint.policy.draft import draft
from privlint.policy.judge import judge

_ROUNDS = 4  # what is declared can show more: a recipient by its host, say


class Drafting(NamedTuple):
    """What a declaration is drafted from: facts, the catalogue, where things are, and how a text is read."""

    facts: Facts
    catalog: Catalog
    locate: Locate
    lines: Lines
    read: Callable[[str], Declaration]
    min_confidence: Confidence = Confidence.LOW

    def write(self, shown: str, text: str | None) -> str:
        """The declaration that messages call ``shown``, begun anew or added to; raises DeclarationError for a text
        that is none, or that nothing can be added to."""
        first = self._drafted(shown, text, ())
        unchecked = {
            (each.recipient.name, data)
            for each in judge(self.facts, self.read(first), self.catalog, self.lines)
            if each.code == "PRV401" and each.recipient is not None
            for data in each.data_types
        }
        return self._drafted(shown, text, unchecked) if unchecked else first

    def _drafted(self, shown: str, text: str | None, unchecked: Collection[tuple[str, str]]) -> str:
        for _ in range(_ROUNDS):
            declared = self.read(text) if text is not None else None
            found = survey(self.facts, declared, self.catalog, self.locate, self.min_confidence)
            new = draft(found, self.catalog, unchecked)
            before = text
            text = writing.begun(new) if text is None else writing.added(text, new, shown)
            if text == before:
                break
        return text or ""


def own_part(facts: Facts, parts: Parts, place: Path) -> Facts:
    """The facts of the code that a declaration at ``place`` speaks of, or will: all but that of the parts below which
    have one of their own."""
    folder = Path(os.path.abspath(place)).parent

    def own(path: str) -> bool:
        other = parts.of(path)
        return other is None or other.parent == folder or not other.parent.is_relative_to(folder)

    return replace(
        facts,
        flows=[each for each in facts.flows if own(each.target.site.path)],
        collections=[each for each in facts.collections if own(each.site.path)],
    )
