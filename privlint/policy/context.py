"""What a check is given: the facts, put in order, with the parties behind every sink, and the words for results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from privlint.catalog import Catalog
from privlint.model.data import Confidence, Protection
from privlint.model.declaration import Declaration
from privlint.model.facts import CollectionFact, Facts, FlowFact, Scrubber, Step, Target
from privlint.model.finding import Finding, Related
from privlint.model.location import Site
from privlint.policy import law, wording
from privlint.policy.recipients import Party, Reached, Resolver
from privlint.policy.scope import EVERYTHING, Scope
from privlint.policy.wording import clean

# From sites to their lines; the engine gives one, since only a syntax tree knows.
Lines = Callable[[Collection[Site]], Mapping[Site, int]]

_MAX_CITED = 3  # articles in a message; all are among the result's properties
_MAX_RELATED = 100  # GitHub keeps no more locations of a result
_KIND_ORDER = ("http", "sdk", "object-storage", "file", "queue", "cache")  # which kind a mixed place is reported as


@dataclass(frozen=True, slots=True)
class Delivery:
    """A flow, with one party that it reaches (or None) and the kind of sink that it is in the end."""

    flow: FlowFact
    kind: str
    party: Party | None
    reached: Reached


@dataclass(frozen=True, slots=True)
class Place:
    """All deliveries that make one result: of one call, on one line of it, to one party."""

    deliveries: tuple[Delivery, ...]  # by data type, the shortest way first

    @property
    def target(self) -> Target:
        """The sink; of several arguments on the line the first."""
        return min((each.flow.target for each in self.deliveries), key=lambda target: target.site)

    @property
    def party(self) -> Party | None:
        """The recipient, where there is one."""
        return self.deliveries[0].party

    @property
    def types(self) -> tuple[str, ...]:
        """The data types, in alphabetical order."""
        return tuple(dict.fromkeys(each.flow.origin.data_type for each in self.deliveries))

    @property
    def kind(self) -> str:
        """The kind of sink."""
        kinds = {each.kind for each in self.deliveries}
        return next((kind for kind in _KIND_ORDER if kind in kinds), min(kinds))

    @property
    def protection(self) -> Protection:
        """The weakest form among the flows."""
        return min(each.flow.protection for each in self.deliveries)

    @property
    def confidence(self) -> Confidence:
        """The best among the flows."""
        return max(each.flow.confidence for each in self.deliveries)

    @property
    def subject(self) -> str | None:
        """Whose data it is, unless that is unknown or not the same for all."""
        subjects = {each.flow.origin.subject for each in self.deliveries} - {None}
        return subjects.pop() if len(subjects) == 1 else None

    def flows(self) -> tuple[FlowFact, ...]:
        """One flow per data type, the shortest one of each; the shortest of all first."""
        shortest: dict[str, FlowFact] = {}
        for each in self.deliveries:
            shortest.setdefault(each.flow.origin.data_type, each.flow)
        return tuple(sorted(shortest.values(), key=_flow_order))

    def other_sources(self) -> list[Related]:
        """Further places where the same data enters and reaches this sink."""
        shown = {flow.origin.site for flow in self.flows()}
        others = {each.flow.origin.site: each.flow.origin for each in self.deliveries}
        return [Related(site, "also enters here") for site in sorted(others) if site not in shown]

    def only(self, types: Collection[str]) -> Place:
        """This place with none but these data types."""
        return Place(tuple(each for each in self.deliveries if each.flow.origin.data_type in types))


class Context:
    """The input of every check.

    Attributes:
        facts: all that flow found in the whole program.
        declaration: what is declared for the part of the program that is judged, if anything is.
        catalog: data types, recipients and laws.
        scope: that part of the program.
        resolver: finds the parties behind sinks.
        deliveries: the flows that end in that part, with the parties that they reach.
        shared: those, and the ones of code that the part may use.
        collections: what is taken in in that part, in order.
        presets, branches, stores: consent by default, branches that decide, tables in that part.
    """

    def __init__(
        self,
        facts: Facts,
        declaration: Declaration | None,
        catalog: Catalog,
        lines: Lines | None = None,
        scope: Scope = EVERYTHING,
    ) -> None:
        self.facts = facts
        self.declaration = declaration
        self.catalog = catalog
        self._laws = law.Laws(catalog.laws)
        self.scope = scope
        self.resolver = Resolver(catalog, declaration)
        every = [flow for flow in facts.flows if flow.protection is not Protection.DERIVED]
        flows = [flow for flow in every if flow.target.kind != "decision"]
        self._decisions = [
            flow for flow in every if flow.target.kind == "decision" and scope.owns(flow.target.site.path)
        ]
        shared = [flow for flow in flows if scope.shares(flow.target.site.path)]
        self.presets = [each for each in facts.presets if scope.owns(each.site.path)]
        self.branches = [each for each in facts.decisions if scope.owns(each.site.path)]
        self.stores = [each for each in facts.stores if scope.owns(each.site.path)]
        self._line = _lines(shared, lines)
        self.shared = [each for flow in shared for each in _deliver(flow, self.resolver.resolve(flow.target))]
        self.deliveries = [each for each in self.shared if scope.owns(each.flow.target.site.path)]
        self.collections = sorted(
            {each for each in facts.collections if scope.owns(each.site.path)}, key=_collection_order
        )

    def declares(self, path: str) -> bool:
        """Whether the file at a displayed path is the declaration, or one that it extends."""
        return self.declaration is not None and any(path == shown for shown, _ in self.declaration.files)

    def places(self, wanted: Callable[[Delivery], bool], *, by_party: bool = True) -> list[Place]:
        """The places of the deliveries that ``wanted`` lets through, in path order.

        ``by_party`` false: one place for a call and line, whoever receives (rules that do not speak of recipients).
        """
        groups: dict[tuple[Site, int, str], list[Delivery]] = {}
        for each in _told_once([each for each in self.deliveries if wanted(each)]):
            target = each.flow.target
            party = each.party.key if by_party and each.party else ""
            groups.setdefault((target.call, self._line.get(target.site, 0), party), []).append(each)
        places = [Place(tuple(sorted(group, key=_delivery_order))) for group in groups.values()]
        return sorted(places, key=lambda place: (place.target.site, place.party.key if place.party else ""))

    def decisions(self) -> list[Place]:
        """The places where personal data is given to what decides about people: one for each call."""
        groups: dict[Site, list[Delivery]] = {}
        for flow in self._decisions:
            groups.setdefault(flow.target.call, []).append(Delivery(flow, flow.target.kind, None, Reached()))
        return [Place(tuple(sorted(groups[call], key=_delivery_order))) for call in sorted(groups)]

    def finding(
        self,
        code: str,
        place: Place,
        message: str,
        *,
        severity: str = "",
        confidence: Confidence | None = None,
        related: Iterable[Related] = (),
    ) -> Finding:
        """The result for one place; severity "" means the rule's own, confidence None the place's."""
        target = place.target
        confidence = place.confidence if confidence is None else confidence
        scrubber = self.scrubber(place)
        if scrubber is not None:
            message += f"; {clean(scrubber.name)} may take it out before"
            confidence = Confidence(max(Confidence.LOW, confidence - 1))
            related = (*related, Related(scrubber.site, "a filter of personal data is configured here"))
        return Finding(
            code=code,
            place=target.site,
            message=message,
            data_types=place.types,
            sink_kind=place.kind,
            confidence=confidence,
            subject=place.subject,
            recipient=place.party.info if place.party else None,
            protection=place.protection,
            severity=severity,
            flows=tuple(flow.steps for flow in place.flows()),
            related=(*related, *place.other_sources())[:_MAX_RELATED],
            function=target.function,
            sink=target.callee,
        )

    def verb(self, types: Sequence[str], one: str, many: str) -> str:
        """The form of the verb that goes with these data types."""
        return wording.verb(types, one, many, self.catalog)

    def cited(self, code: str, most: int = 1) -> str:
        """The first articles behind ``code``, of each law that the declaration names, for the words of a message."""
        named = (self.declaration.laws if self.declaration else ()) or law.DEFAULT
        found = [each for one in named for each in self._laws.citations(code, (one,))[:most]]
        return wording.listed(found[:_MAX_CITED]) if found else ""

    def advice(self, code: str, text: str, types: Sequence[str] = ()) -> str:
        """``; leave it out (GDPR 5(1)(c))``: what to do instead, and the first articles; ``{it}`` is the data."""
        cited = self.cited(code)
        done = text.replace("{it}", self.verb(types, "it", "them"))
        return f"; {done} ({cited})" if cited else f"; {done}"

    def scrubber(self, place: Place) -> Scrubber | None:
        """The configured filter that data passes on its way to this place, if there is one."""
        party = place.party.key if place.party else None
        behind = (each for each in self.facts.scrubbers if place.kind in each.kinds or each.recipient == (party or ""))
        return next(behind, None)

    def is_sensitive(self, types: Iterable[str]) -> bool:
        """Whether any of these data types is sensitive."""
        known = self.catalog.data_types
        return any(each in known and known[each].sensitivity == "sensitive" for each in types)


def collected(
    code: str,
    facts: list[CollectionFact],
    message: str,
    *,
    severity: str = "",
    confidence: Confidence | None = None,
    related: Iterable[Related] = (),
    legal: tuple[str, ...] = (),
) -> Finding:
    """The result for what is taken in at one site; severity "" means the rule's own, confidence None that of the facts,
    ``legal`` is cited besides what the table of laws says."""
    first = facts[0]
    subjects = {fact.subject for fact in facts} - {None}
    step = Step(first.site, f"{first.name} is taken in")
    return Finding(
        code=code,
        place=first.site,
        message=message,
        data_types=tuple(sorted({fact.data_type for fact in facts})),
        sink_kind="collection",
        confidence=max(fact.confidence for fact in facts) if confidence is None else confidence,
        subject=subjects.pop() if len(subjects) == 1 else None,
        recipient=None,
        legal=legal,
        severity=severity,
        flows=((step,),),
        related=tuple(dict.fromkeys(related))[:_MAX_RELATED],
        function=first.function,
        sink=f"{first.owner}.{first.name}" if first.owner else first.name,
    )


def _deliver(flow: FlowFact, reached: Reached) -> Iterator[Delivery]:
    """A flow once for every party; sent to an infrastructure provider, it is what that provider makes of it."""
    kind = flow.target.kind
    for party in reached.parties:
        infrastructure = party.infrastructure if kind in ("http", "sdk") else None
        yield Delivery(flow, infrastructure or kind, party, reached)
    if not reached.parties:
        yield Delivery(flow, kind, None, reached)


def _told_once(deliveries: list[Delivery]) -> list[Delivery]:
    """Without what a call hands over signed or hashed beside the very data: a signature tells no more than it."""
    clear = {_handed(each) for each in deliveries if each.flow.protection is Protection.CLEAR}
    return [each for each in deliveries if each.flow.protection is Protection.CLEAR or _handed(each) not in clear]


def _handed(each: Delivery) -> tuple[object, ...]:
    origin = each.flow.origin
    return each.flow.target.call, each.party.key if each.party else "", origin.site, origin.name, origin.data_type


def _lines(flows: Iterable[FlowFact], lines: Lines | None) -> Mapping[Site, int]:
    """The lines of arguments, asked for only where a call has several; without ``lines`` a call is one line."""
    if lines is None:
        return {}
    sites: dict[Site, set[Site]] = {}
    for flow in flows:
        sites.setdefault(flow.target.call, set()).add(flow.target.site)
    wanted = {site for several in sites.values() if len(several) > 1 for site in several}
    return lines(wanted) if wanted else {}


_GUESSED = ("key", "name")  # evidence that may be a stage of the way from where the data really enters


def _flow_order(flow: FlowFact) -> tuple[object, ...]:
    """The shortest way first; of those that begin where data surely enters, if there are any."""
    origin, target = flow.origin, flow.target
    return (
        origin.evidence in _GUESSED,
        len(flow.steps),
        origin.site,
        origin.name,
        target.site,
        flow.protection,
        flow.steps,
    )


def _delivery_order(each: Delivery) -> tuple[object, ...]:
    return each.flow.origin.data_type, *_flow_order(each.flow)


def _collection_order(fact: CollectionFact) -> tuple[object, ...]:
    return fact.site, fact.data_type, fact.name, fact.owner
