"""Lists that the REST framework gives out by what a class names: its rows and its serializer, and no code between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from privlint.flow.fields import Field
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.checks import NONE, Checks
from privlint.flow.safeguards.entries import Entries
from privlint.flow.safeguards.held import Held
from privlint.flow.safeguards.many import Multitude
from privlint.model.data import Confidence
from privlint.model.facts import FlowFact, Many, Origin, Step, Target, Way
from privlint.model.location import Site
from privlint.resolve.classes import Class

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

_LISTS = frozenset(("ListAPIView", "ListCreateAPIView", "ModelViewSet", "ReadOnlyModelViewSet", "ListModelMixin"))
_ANSWERS = ("list", "get")  # with one of these the class has an answer of its own


class Listings:
    """Asked once, when it is known who may come where."""

    def __init__(self, solver: Solver, calls: Calls, held: Held, entries: Entries, multitude: Multitude) -> None:
        self._records = solver.records
        self._program = solver.program
        self._calls = calls
        self._held = held
        self._entries = entries
        self._multitude = multitude

    def find(self) -> Iterator[FlowFact]:
        """One flow for each field with personal data that a list of many rows has."""
        for cls in self._program.classes:
            bases = {base.rpartition(".")[2] for base in self._program.external_bases(cls.id)}
            own = any(self._program.method(cls.id, name) is not None for name in _ANSWERS)
            if _LISTS.isdisjoint(bases) or own or self._program.subclasses.get(cls.id):
                continue
            many = self._rows(cls)
            serializer = self._records.linked(cls.id, "serializer_class")
            if many is not None and serializer >= 0:
                yield from self._given_out(cls, self._program.classes[serializer], many)

    def _rows(self, cls: Class) -> Many | None:
        """Whether the rows are those of many people, and where that is said."""
        method = self._program.method(cls.id, "get_queryset")
        if method is not None:
            return self._multitude.given_by(method.function)
        for number in cls.mro:
            info = self._program.classes[number]
            body = self._program.modules[info.module].functions[info.body]
            for _, store in self._calls.body(body).stores.get("queryset", ()):
                found = self._multitude.held_by(body, store.src)
                site = Site(self._program.modules[info.module].path, store.n)
                return found._replace(site=site) if found is not None else None
        return None

    def _before(self, cls: Class, many: Many) -> Checks:
        """What the method that makes the query checks before it does."""
        method = self._program.method(cls.id, "get_queryset")
        if method is None or self._held.site(method.function, many.site.node) != many.site:
            return NONE
        return self._held.at_node(method.function, many.site.node)

    def _given_out(self, cls: Class, serializer: Class, many: Many) -> Iterator[FlowFact]:
        path = self._program.modules[cls.module].path
        start = Site(path, cls.n)
        checks = self._entries.of_view(cls.id) | self._before(cls, many)
        way = Way("view", cls.name, start, tuple(sorted(checks, key=repr)))
        target = Target(many.site, many.site, "response", f"{cls.name}.list", cls.dotted)
        for field in self._records.fields(serializer.id).values():
            declared = serializer.fields.get(field.name)
            if declared is not None and dict(declared.keywords).get("write_only") is True:
                continue
            yield FlowFact(
                _origin(field),
                target,
                field.match.protection,
                min(field.match.confidence, Confidence.MEDIUM),
                (
                    Step(field.site, f"`{field.name}` of `{serializer.name}` enters here"),
                    Step(many.site, f"given out by `{cls.name}.list`"),
                ),
                (way,),
                many._replace(ways=(way,)),
            )


def _origin(field: Field) -> Origin:
    match = field.match
    return Origin(field.site, match.data_type, field.name, "record", match.subject, match.confidence)
