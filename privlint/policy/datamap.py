"""From facts, declaration and catalogue to the data map: the same joining that the checks rest on, told as a whole.

What a check reports as a deviation stands here beside what is in order; both come from ``context`` and ``sharing``, so
that the map and the findings never contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from privlint.catalog import Catalog
from privlint.declaration.countries import region
from privlint.model.data import Confidence, DataType
from privlint.model.datamap import Collected, DataMap, Evidence, Intake, Kept, Passage, Provenance, Receiver, Shared
from privlint.model.declaration import Collects, Declaration, Receives
from privlint.model.facts import CollectionFact, Facts
from privlint.model.location import Location, Site
from privlint.model.report import LocatedStep
from privlint.policy import cells
from privlint.policy.cells import Stated, arrives, joined, said, taken_in
from privlint.policy.context import Context, Delivery, Place
from privlint.policy.recipients import Party
from privlint.policy.scope import EVERYTHING, Scope
from privlint.policy.sharing import LEAVES, entries, entrusted, specific, unknown

# From sites to where they are; the engine gives one, since only a syntax tree knows.
Locate = Callable[[Collection[Site]], Mapping[Site, Location]]

# Keys of the receivers that are no parties: no host, package or name has brackets around it.
UNKNOWN = "(unknown)"  # whom the code does not tell
INTERNAL = "(internal)"  # the controller's own services and this machine


def survey(
    facts: Facts,
    declaration: Declaration | None,
    catalog: Catalog,
    locate: Locate,
    min_confidence: Confidence = Confidence.LOW,
    scope: Scope = EVERYTHING,
) -> DataMap:
    """What is collected, shared and kept, each joined with what is declared of it.

    Args:
        facts: what flow found; what is less sure than ``min_confidence`` is left out.
        declaration: without one, everything is merely observed.
        catalog: data types and recipients.
        locate: gives the location of each site; asked once.
        scope: which files the declaration speaks of.

    Returns:
        The map, in an order that depends on nothing but these; what only a whole run knows (files, notes) is empty.
    """
    sure = replace(
        facts,
        flows=[flow for flow in facts.flows if flow.confidence >= min_confidence],
        collections=[fact for fact in facts.collections if fact.confidence >= min_confidence],
    )
    return _Survey(Context(sure, declaration, catalog, scope=scope), locate).map()


@dataclass(slots=True)
class _Edge:
    """What is seen of one data type on its way to one receiver."""

    party: Party | None
    passages: list[Passage] = field(default_factory=list)


class _Survey:
    """Gathers the parts of one map."""

    def __init__(self, context: Context, locate: Locate) -> None:
        self._context = context
        self._declaration = context.declaration
        self._catalog = context.catalog
        self._parties: dict[str, Party] = {}
        self._sharing = context.places(_shares)
        self._kept = context.places(_keeps)
        self._places = locate(_sites(self._sharing, self._kept, context.collections))

    def map(self) -> DataMap:
        """The whole map."""
        kept = self._kept_data()
        shared = self._shared()
        collected = self._collected()
        keepers = {each.receiver for each in kept if each.receiver}
        used = keepers | {each.receiver for each in shared} | set(self._parties)
        receivers = [self._receiver(key, shared, key in keepers) for key in used]
        named = {each.data for part in (shared, kept, collected) for each in part}
        return DataMap(
            collected=collected,
            shared=shared,
            kept=kept,
            receivers=tuple(sorted(receivers, key=receiver_order)),
            types=self._types(named),
            declaration=self._declaration,
        )

    # -- collection ----------------------------------------------------------------------------------------------

    def _collected(self) -> tuple[Collected, ...]:
        intakes: dict[str, list[Intake]] = {}
        for fact in self._context.collections:
            intakes.setdefault(fact.data_type, []).append(self._intake(fact))
        declared = self._declaration.collects if self._declaration else ()
        found = [self._taken(data, each, self._entries(data)) for data, each in intakes.items()]
        for data in dict.fromkeys(entry.data for entry in declared):
            if not any(self._catalog.covers(data, seen) for seen in intakes):
                found.append(self._taken(data, [], [entry for entry in declared if entry.data == data]))
        return tuple(sorted(found, key=lambda each: each.data))

    def _entries(self, data: str) -> list[Collects]:
        return specific(self._declaration.collects if self._declaration else (), data, self._catalog)

    def _taken(self, data: str, intakes: list[Intake], declared: list[Collects]) -> Collected:
        lines = [Evidence(entry.location, f"collects {entry.data}") for entry in declared]
        stated = [(entry, f"collects {entry.data}") for entry in declared]
        return Collected(
            data=data,
            provenance=Provenance.of(declared=bool(declared), observed=bool(intakes)),
            intakes=tuple(sorted(intakes, key=_intake_order)),
            declared=tuple(lines),
            subjects=joined((), cells.subjects(intakes)),
            purposes=joined(each for entry, text in stated for each in said(entry.purposes, entry.location, text)),
            bases=joined(each for entry, text in stated for each in said([entry.basis], entry.location, text)),
            retention=joined(each for entry, text in stated for each in said([entry.retention], entry.location, text)),
        )

    def _intake(self, fact: CollectionFact) -> Intake:
        return Intake(
            location=self._places[fact.site],
            name=fact.name,
            owner=fact.owner,
            how=fact.how,
            required=fact.required,
            subject=fact.subject,
            confidence=fact.confidence,
            function=fact.function,
        )

    # -- sharing -------------------------------------------------------------------------------------------------

    def _shared(self) -> tuple[Shared, ...]:
        edges: dict[tuple[str, str], _Edge] = {}
        for place in self._sharing:
            key = self._key(place)
            for data, passage in self._passages(place):
                edges.setdefault((key, data), _Edge(place.party)).passages.append(passage)
        found = [self._edge(data, key, edge) for (key, data), edge in edges.items()]
        return tuple(sorted([*found, *self._only_declared(edges)], key=lambda each: (each.receiver, each.data)))

    def _key(self, place: Place) -> str:
        """The receiver of a place that is shared with somebody."""
        if place.party is not None:
            self._know(place.party)
            return place.party.key
        reached = place.deliveries[0].reached
        return INTERNAL if reached.internal or reached.nearby else UNKNOWN

    def _know(self, party: Party) -> None:
        """Remember a party with all the hosts and entries by which it was reached anywhere."""
        known = self._parties.get(party.key, party)
        self._parties[party.key] = known._replace(
            hosts=tuple(dict.fromkeys((*known.hosts, *party.hosts))),
            declared=tuple(dict.fromkeys((*known.declared, *party.declared))),
        )

    def _edge(self, data: str, key: str, edge: _Edge) -> Shared:
        declared = entries(self._context, edge.party, data) if edge.party is not None else []
        return self._joined(data, key, edge.passages, declared)

    def _joined(self, data: str, key: str, passages: list[Passage], declared: list[Receives]) -> Shared:
        stated = [(entry, f"declares {entry.data}") for entry in declared]
        manners = [Stated(passage.kind, arrives(passage)) for passage in passages]
        return Shared(
            data=data,
            receiver=key,
            provenance=Provenance.of(declared=bool(declared), observed=bool(passages)),
            passages=tuple(passages),
            declared=tuple(Evidence(entry.location, text) for entry, text in stated),
            subjects=joined((), cells.subjects((), passages)),
            forms=joined(
                (each for entry, text in stated for each in said([entry.form], entry.location, text)),
                cells.forms(passages),
            ),
            transports=joined((), cells.transports(passages)),
            manners=joined((), manners),
            purposes=joined(each for entry, text in stated for each in said([entry.purpose], entry.location, text)),
            bases=joined(each for entry, text in stated for each in said([entry.basis], entry.location, text)),
        )

    def _only_declared(self, edges: Mapping[tuple[str, str], _Edge]) -> Iterable[Shared]:
        """What recipients are declared to receive, and no code sends."""
        for recipient in self._declaration.recipients if self._declaration else ():
            keys = [key for key, party in self._parties.items() if recipient in party.declared]
            seen = [data for key, data in edges if key in keys]
            if not keys:
                party = self._context.resolver.declared(recipient)
                self._know(party)
                keys = [party.key]
            missing: dict[str, list[Receives]] = {}
            for entry in recipient.receives:
                if not any(self._catalog.covers(entry.data, data) for data in seen):
                    missing.setdefault(entry.data, []).append(entry)
            for data, declared in missing.items():
                yield self._joined(data, keys[0], [], declared)

    def _receiver(self, key: str, shared: Sequence[Shared], keeps: bool) -> Receiver:
        passages = [passage for each in shared if each.receiver == key for passage in each.passages]
        if key not in self._parties:
            hosts = [Stated(host, arrives(passage)) for passage in passages for host in passage.hosts]
            name, role = ("recipient not known", "unknown") if key == UNKNOWN else ("own services", "internal")
            return Receiver(key, name, role, Provenance.OBSERVED, hosts=joined((), hosts))
        return self._outside(self._parties[key], passages, keeps)

    def _outside(self, party: Party, passages: list[Passage], keeps: bool) -> Receiver:
        declared, known = party.declared, party.catalogued
        stated = [(entry, f"{entry.name} is declared") for entry in declared]
        lines = [arrives(passage) for passage in passages]
        home = None if any(entry.country for entry in declared) or known is None else party.info.country
        told = [Stated(home or party.info.country or "", line) for line in lines] if known is not None else []
        if home is None and known is not None:  # the declaration's word holds; the catalogue may agree
            told = [each for each in told if each.value in known.countries]
        hosts = [Stated(host, arrives(each)) for each in passages for host in each.hosts if host in party.hosts]
        packages = [Stated(package, arrives(each)) for each in passages for package in _packages(each, party)]
        leaves = any(passage.kind in LEAVES for passage in passages)
        return Receiver(
            key=party.key,
            name=party.info.name,
            role="infrastructure" if party.infrastructure or (keeps and not leaves) else "third-party",
            provenance=Provenance.of(declared=bool(declared), observed=bool(passages) or keeps),
            company=known.company if known is not None else "",
            kind=party.info.kind,
            catalogued=known.id if known is not None else None,
            declared=tuple(Evidence(entry.location, text) for entry, text in stated),
            countries=joined(
                (each for entry, text in stated for each in said([entry.country], entry.location, text)),
                [each for each in told if each.value],
            ),
            transfers=joined(each for entry, text in stated for each in said([entry.transfer], entry.location, text)),
            hosts=joined((each for entry, text in stated for each in said(entry.hosts, entry.location, text)), hosts),
            packages=joined(
                (each for entry, text in stated for each in said(entry.packages, entry.location, text)), packages
            ),
            abroad=self._abroad(party),
        )

    def _abroad(self, party: Party) -> bool | None:
        home = self._declaration.country if self._declaration else None
        country = party.info.country
        return None if home is None or country is None else region(home) != region(country)

    # -- keeping -------------------------------------------------------------------------------------------------

    def _kept_data(self) -> tuple[Kept, ...]:
        found: dict[tuple[str, str, str | None], list[Passage]] = {}
        tables: dict[tuple[str, str, str | None], list[Intake]] = {}
        for place in self._kept:
            if place.party is not None:
                self._know(place.party)
            for data, passage in self._passages(place):
                key = data, passage.kind, place.party.key if place.party else None
                found.setdefault(key, []).append(passage)
        for fact in self._context.collections:
            if fact.how == "model":
                tables.setdefault((fact.data_type, "database", None), []).append(self._intake(fact))
        keys = sorted({*found, *tables}, key=lambda key: (key[0], key[1], key[2] or ""))
        return tuple(self._keep(key, found.get(key, []), tables.get(key, [])) for key in keys)

    def _keep(self, key: tuple[str, str, str | None], passages: list[Passage], fields: list[Intake]) -> Kept:
        data, kind, receiver = key
        return Kept(
            data=data,
            kind=kind,
            receiver=receiver,
            passages=tuple(passages),
            intakes=tuple(sorted(fields, key=_intake_order)),
            subjects=joined((), cells.subjects(fields, passages)),
            forms=joined((), [*cells.forms(passages), *(Stated("clear", taken_in(each)) for each in fields)]),
        )

    # -- both ----------------------------------------------------------------------------------------------------

    def _passages(self, place: Place) -> list[tuple[str, Passage]]:
        """Each data type of a place with its way there."""
        lowered = 1 if self._context.scrubber(place) is not None else 0
        out = []
        for flow in place.flows():
            origin, target = flow.origin, flow.target
            of_type = [each for each in place.deliveries if each.flow.origin.data_type == origin.data_type]
            confidence = max(each.flow.confidence for each in of_type)
            passage = Passage(
                location=self._places[target.site],
                callee=target.callee,
                kind=of_type[0].kind,
                function=target.function,
                protection=min(each.flow.protection for each in of_type),
                secure=target.secure,
                subject=origin.subject,
                confidence=Confidence(max(Confidence.LOW, confidence - lowered)),
                source=origin.name,
                evidence=origin.evidence,
                steps=tuple(LocatedStep(self._places[step.site], step.text) for step in flow.steps),
                hosts=target.hosts,
                package=target.package,
            )
            out.append((origin.data_type, passage))
        return out

    def _types(self, named: Iterable[str]) -> tuple[DataType, ...]:
        known = self._catalog.data_types
        return tuple(known[each] for each in sorted(named) if each in known)


_ROLES = ("third-party", "infrastructure", "unknown", "internal")


def _shares(each: Delivery) -> bool:
    """Whether a delivery is an edge of the map: to a party, to one's own services, or to nobody knows whom."""
    if each.party is not None:
        return each.kind in LEAVES or entrusted(each)
    own = each.reached.internal or each.reached.nearby
    return unknown(each) or (each.kind in ("http", "sdk") and own)


def _keeps(each: Delivery) -> bool:
    """Whether data stays somewhere: stored, logged, shown; not what is merely sent."""
    return each.kind not in ("http", "sdk") and not (each.kind in LEAVES and each.party is not None)


def _packages(passage: Passage, party: Party) -> list[str]:
    """The package by which a passage reaches a party; what is called may be an object of any name, so that of a party
    that is known only a package of its own counts."""
    package, known = passage.package, party.catalogued
    if package is None or passage.kind in ("http", "url"):
        return []
    if known is None:
        return [package]
    return [package] if any(own == package or own.startswith(package + ".") for own in known.packages) else []


def _sites(sharing: Iterable[Place], kept: Iterable[Place], collections: Iterable[CollectionFact]) -> set[Site]:
    sites = {fact.site for fact in collections}
    for place in (*sharing, *kept):
        for flow in place.flows():
            sites.add(flow.target.site)
            sites.update(step.site for step in flow.steps)
    return sites


def receiver_order(receiver: Receiver) -> tuple[object, ...]:
    return _ROLES.index(receiver.role), receiver.name.casefold(), receiver.key


def _intake_order(intake: Intake) -> tuple[object, ...]:
    return intake.location, intake.owner, intake.name
