"""What the rules about stale declarations (PRV901, PRV902) share: what in the code speaks for an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privlint.model.data import Confidence
from privlint.model.declaration import DeclaredRecipient
from privlint.model.facts import Mention
from privlint.model.finding import Finding, RecipientInfo, Related
from privlint.model.location import Location
from privlint.policy.context import Context, Delivery
from privlint.policy.recipients import host_matches


class Evidence:
    """The code's hints at data and recipients, of the part that a declaration speaks of and of code that it shares."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._types: dict[str, Confidence] = {}
        facts, shares = context.facts, context.scope.shares
        for each in facts.collections:
            if shares(each.site.path):
                self._types[each.data_type] = Confidence.HIGH
        for flow in facts.flows:
            if shares(flow.origin.site.path) or shares(flow.target.site.path):
                self._types[flow.origin.data_type] = Confidence.HIGH
        self._mentions = [each for each in facts.mentions if shares(each.site.path)]
        for mention in self._mentions:
            if mention.kind == "data":
                self._types[mention.what] = max(self._types.get(mention.what, Confidence.LOW), mention.confidence)

    def of_data(self, declared: str) -> Confidence | None:
        """How surely the code handles data that ``declared`` covers (or that it is a part of); None: not at all."""
        return max((sure for each, sure in self._types.items() if self.speaks_of(declared, each)), default=None)

    def speaks_of(self, declared: str, actual: str) -> bool:
        """Whether actual data is what is declared, a kind of it, or a whole that it is a part of."""
        covers = self._context.catalog.covers
        return covers(declared, actual) or ("." in declared and covers(actual, declared))

    def deliveries(self, recipient: DeclaredRecipient) -> list[Delivery]:
        """What reaches a declared recipient."""
        resolver = self._context.resolver
        return [each for each in self._context.shared if each.party and resolver.means(recipient, each.party)]

    def use(self, recipient: DeclaredRecipient) -> Mention | None:
        """Where the code imports a recipient's package or names one of its hosts, if it does."""
        known = self._context.resolver.products(recipient)
        hosts = (*recipient.hosts, *(host for each in known for host in each.hosts))
        packages = (*recipient.packages, *(package for each in known for package in each.packages))
        return next(self._uses(hosts, packages), None)

    def _uses(self, hosts: tuple[str, ...], packages: tuple[str, ...]) -> Iterator[Mention]:
        for each in self._mentions:
            if each.kind == "host":
                used = any(host_matches(pattern, each.what) or host_matches(each.what, pattern) for pattern in hosts)
            else:
                used = each.kind == "import" and any(f"{each.what}.".startswith(f"{own}.") for own in packages)
            if used:
                yield each

    def unresolved(self) -> bool:
        """Whether data leaves to somebody who cannot be told from the code, who might be a declared recipient."""
        return any(
            each.party is None and each.kind == "http" and not each.reached.internal and not each.reached.nearby
            for each in self._context.shared
        )


def certainty(context: Context, *, unsure: bool) -> Confidence:
    """How sure it is that something is nowhere: never high, for code that is not Python is not looked at."""
    return Confidence.LOW if unsure or context.scope.coverage != "whole" else Confidence.MEDIUM


def stale(
    code: str,
    location: Location,
    message: str,
    types: tuple[str, ...],
    confidence: Confidence,
    recipient: RecipientInfo | None = None,
    related: Iterable[Related] = (),
) -> Finding:
    """The result for one entry of the declaration."""
    return Finding(
        code=code,
        place=location,
        message=message,
        data_types=tuple(sorted(set(types))),
        sink_kind="declaration",
        confidence=confidence,
        recipient=recipient,
        severity="",
        related=tuple(related),
        sink=recipient.name if recipient else "",
    )
