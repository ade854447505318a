"""Which articles stand behind a finding code: reads the tables of ``rules/laws``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

DEFAULT = ("PIPL", "GDPR")  # cited where no declaration says whose law holds


class Article(NamedTuple):
    """One article, in our own words."""

    law: str
    article: str
    text: str
    kind: str  # law | standard | risks | threats

    @property
    def citation(self) -> str:
        """``PIPL 23``: how results cite it."""
        return f"{self.law} {self.article}"


class Laws:
    """The tables of laws, by finding code."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """``table`` is the merged content of ``rules/laws``: law to its name, kind and articles."""
        self._by_code: dict[str, list[Article]] = {}
        for law, content in table.items():
            for entry in content.get("articles", ()):
                article = Article(law, str(entry["article"]), str(entry["text"]), str(content.get("kind", "law")))
                for code in entry.get("findings", ()):
                    self._by_code.setdefault(code, []).append(article)

    def articles(self, code: str, *kinds: str) -> list[Article]:
        """Everything known about ``code``, of the given kinds (none given: all)."""
        return [each for each in self._by_code.get(code, ()) if not kinds or each.kind in kinds]

    def citations(self, code: str, laws: Collection[str] | None = None) -> tuple[str, ...]:
        """What a finding cites: the articles of ``laws`` in that order (None: of all laws)."""
        known = self.articles(code, "law", "standard")
        if laws is None:
            return tuple(each.citation for each in known)
        return tuple(each.citation for law in laws for each in known if each.law == law)
