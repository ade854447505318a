"""From the data map to the entries that a declaration lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from privlint.catalog import Catalog
from privlint.model.data import Confidence
from privlint.model.datamap import Collected, DataMap, Intake, Passage, Receiver, Shared
from privlint.model.declaration import DeclaredRecipient
from privlint.model.draft import Draft, DraftCollects, DraftReceives, DraftRecipient
from privlint.policy.purposes import Purposes
from privlint.policy.wording import clean

_OUTSIDE = ("third-party", "infrastructure")
_FORMS = ("clear", "masked", "pseudonymised", "encrypted")
_FEW = 3
_MOST_UNKNOWN = 20


def draft(found: DataMap, catalog: Catalog, unchecked: Collection[tuple[str, str]] = ()) -> Draft:
    """What the code does and the declaration that ``found`` was joined with (if any) does not say.

    ``unchecked``: recipients by name, each with a data type that goes there without any check of a consent.

    Left out is what rests on an unsure name alone: a declaration that lists guesses tells people what is not so.
    """
    return _Draft(found, catalog, unchecked).made()


class _Draft:
    def __init__(self, found: DataMap, catalog: Catalog, unchecked: Collection[tuple[str, str]]) -> None:
        self._unchecked = unchecked
        self._map = found
        self._catalog = catalog
        self._purposes = Purposes(catalog.purposes)

    def made(self) -> Draft:
        """All entries, in the order of the map."""
        collects = [entry for each in self._map.collected for entry in self._collects(each)]
        recipients = [self._recipient(each) for each in self._map.receivers if each.role in _OUTSIDE]
        return Draft(
            collects=tuple(collects),
            recipients=tuple(each for each in recipients if each is not None),
            unknown=tuple(dict.fromkeys(self._unknown()))[:_MOST_UNKNOWN],
        )

    def _collects(self, each: Collected) -> Iterable[DraftCollects]:
        intakes = [intake for intake in each.intakes if intake.confidence >= Confidence.MEDIUM]
        if each.provenance.is_declared or not intakes:
            return
        purposes = self._purposes.of_places((i.location.path, i.function, i.owner) for i in intakes)
        kind = self._map.type(each.data)
        minors = each.data.startswith("minor.") or any(intake.subject == "child" for intake in intakes)
        others = not each.data.startswith("minor.") and any(intake.subject != "child" for intake in intakes)
        sensitive = kind.sensitivity == "sensitive" and not each.data.startswith("account.")
        evidence = _evidence(f"{_place(i)} ({clean(_named(i))})" for i in intakes)
        label = kind.label if kind.label != kind.id else ""
        if others or not minors:
            basis = "separate-consent" if sensitive else None
            yield DraftCollects(each.data, label, purposes, basis, evidence)
            purposes = ("minors",)
        if minors:
            yield DraftCollects(each.data, label, purposes, "guardian-consent", evidence)

    def _recipient(self, receiver: Receiver) -> DraftRecipient | None:
        edges = [each for each in self._map.shared if each.receiver == receiver.key and not each.provenance.is_declared]
        if not edges:
            return None
        receives = tuple(self._receives(each, receiver) for each in edges)
        known = next(iter(self._declared(receiver)), None)
        if known is not None:
            return DraftRecipient(known.name, receiver.kind, None, (), (), receives, True, known)
        named = receiver.catalogued is not None
        country = next((cell.value for cell in receiver.countries), None)
        hosts = () if named else tuple(cell.value for cell in receiver.hosts)
        packages = () if named else tuple(cell.value for cell in receiver.packages)
        return DraftRecipient(receiver.name, receiver.kind, country, hosts, packages, receives, named)

    def _declared(self, receiver: Receiver) -> Iterable[DeclaredRecipient]:
        places = {evidence.location for evidence in receiver.declared}
        declaration = self._map.declaration
        return (each for each in (declaration.recipients if declaration else ()) if each.location in places)

    def _receives(self, edge: Shared, receiver: Receiver) -> DraftReceives:
        places = [(each.location.path, each.function, "") for each in edge.passages]
        guesses = self._purposes.of_places(places)
        purpose = self._purposes.of_kind(receiver.kind) or (guesses[0] if guesses else None)
        seen = _evidence(f"{_place(each)} ({clean(each.callee)})" for each in edge.passages)
        basis = "contract" if (receiver.name, edge.data) in self._unchecked else None
        return DraftReceives(edge.data, _form(edge.passages), purpose, seen, basis)

    def _unknown(self) -> Iterable[str]:
        for edge in self._map.shared:
            if self._map.receiver(edge.receiver).role == "unknown":
                for each in edge.passages:
                    yield f"{_place(each)} ({clean(each.callee)}): {edge.data}"


def _form(passages: Sequence[Passage]) -> str:
    """The least protected form; of data that says nothing of a person any more, it is not sent at all."""
    words = {each.protection.word for each in passages}
    return next((form for form in _FORMS if form in words), "clear")


def _named(intake: Intake) -> str:
    return f"{intake.owner}.{intake.name}" if intake.owner and intake.how != "request" else intake.name


def _place(each: Intake | Passage) -> str:
    return f"{each.location.path}:{each.location.span.line}"


def _evidence(lines: Iterable[str]) -> str:
    found = list(dict.fromkeys(lines))
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    return ", ".join(found[:_FEW]) + more
