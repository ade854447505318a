"""Gathers what the interpreter finds and gives it out once, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.steps import crossings, is_whole, steps, through_class
from privlint.flow.values import Hop, Mark, Marks, Symbol, Value
from privlint.model.data import Confidence, Protection
from privlint.model.facts import CollectionFact, Facts, FlowFact, Origin, Scrubber, Target
from privlint.model.location import Site

if TYPE_CHECKING:
    from privlint.flow.solve import Solver
    from privlint.flow.summary import Summary

# Sinks that are told by what a caller hands over: what rows are written to is a file only if no caller knows better.
_BY_CONTEXT = frozenset(("file",))
_ADDRESS = ("1", "url", "redirect_to")  # the arguments that sinks have the address in
_RANK = {"rule": 0, "request": 0, "record": 1, "annotation": 2, "attribute": 2, "key": 3, "name": 4}


_Entry = tuple[tuple[object, ...], Mark, Target, "Hop | None"]  # how good it is, from where, to where, which way


class Collector:
    """Flows by source and sink, the shortest way of each; collections by place."""

    def __init__(self) -> None:
        self._by_frame: dict[object, dict[tuple[Mark, Target], Hop | None]] = {}
        self._collections: dict[tuple[object, str], CollectionFact] = {}
        self._frames: dict[int, set[object]] = {}  # function -> its frames, one for each context, and the general one
        self._general: dict[object, set[int]] = {}  # frame -> functions that it calls with nothing known of arguments
        # parameter that is a source by its name -> by call that passes data there, whether that is protected
        self._passed: dict[Site, dict[tuple[object, int], bool]] = {}
        self.scrubbers: set[Scrubber] = set()
        self.inside: dict[Site, set[tuple[int, int, int]]] = {}  # sink -> calls that pass on what they are given
        # sink, data type, hosts that it is sent to -> calls by which it gets on
        self._tops: dict[tuple[Site, str, tuple[str, ...]], set[tuple[int, int, int]]] = {}

    def passing(self, fn: int, marks: Marks, target: Target, node: int, callee: int) -> None:
        """Data gets to a sink by the call at ``node`` in ``fn`` (none: by the sink itself)."""
        call = (fn, node if node >= 0 else target.call.node, callee)
        for mark in marks:
            if isinstance(mark.source, Symbol):
                self.inside.setdefault(target.call, set()).add(call)
            else:
                self._tops.setdefault((target.call, mark.source.data_type, target.hosts), set()).add(call)

    def tops(self, flow: FlowFact) -> set[tuple[int, int, int]]:
        """The calls by which a flow's data gets on to its sink; in a helper that sends to many, those for its hosts."""
        call, data_type = flow.target.call, flow.origin.data_type
        return self._tops.get((call, data_type, flow.target.hosts), set())

    def begin(self, frame: object, fn: int) -> None:
        """A function is analysed (again): what was found in it before is found again if it still holds."""
        self._frames.setdefault(fn, set()).add(frame)
        self._by_frame.pop(frame, None)
        self._general.pop(frame, None)

    def generally(self, frame: object, fn: int, summary: Summary) -> Summary:
        """A call in a frame takes the summary of a function that knows nothing of its caller."""
        self._general.setdefault(frame, set()).add(fn)
        return summary

    def flow(self, frame: object, mark: Mark, target: Target, way: Hop | None) -> None:
        """A flow; of several ways between the same two places the shortest is kept."""
        _shorter(self._by_frame.setdefault(frame, {}), (mark, target), way)

    def passed(self, frame: object, call: Site, parameter: Site, value: Value) -> None:
        """What a call in a frame passes for a parameter that is a source by its name."""
        if value.marks:  # else nothing is known of it
            safe = all(mark.protection is not Protection.CLEAR for mark in value.marks)
            self._passed.setdefault(parameter, {})[(frame, call.node)] = safe

    def _is_safe(self, origin: Origin) -> bool:
        """Whether data is a parameter, by its name alone, for which callers pass protected data, and no other."""
        calls = self._passed.get(origin.site) if origin.evidence == "name" else None
        return calls is not None and all(calls.values())

    def collection(self, fact: CollectionFact) -> None:
        """Something is taken in."""
        self._collections.setdefault((fact.site, fact.data_type), fact)

    def _superseded(self, solver: Solver) -> set[tuple[object, tuple[Mark, Target]]]:
        """What a function writes to if nothing is known of its caller, and to what no caller has it write."""
        general: set[int] = set().union(*self._general.values())
        out: set[tuple[object, tuple[Mark, Target]]] = set()
        for fn, frames in self._frames.items():
            if len(frames) == 1 or fn in general or solver.program.functions[fn].ir.decorators:
                continue
            said = {(m.source, t.call, t.kind) for frame in frames - {fn} for m, t in self._by_frame.get(frame, ())}
            for mark, target in self._by_frame.get(fn, ()):
                if (mark.source, target.call, target.kind) not in said:
                    out.add((fn, (mark, target)))
        return out

    def facts(self, solver: Solver) -> Facts:
        """All that was found, in an order that does not depend on how it was found."""
        for fact in solver.records.collections():
            self.collection(fact)
        out = Facts(unresolved={name: len(calls) for name, calls in sorted(solver.unresolved.items())})
        grouped: dict[tuple[object, ...], list[_Entry]] = {}
        flows: dict[tuple[Mark, Target], Hop | None] = {}
        nothing = self._superseded(solver)
        for frame, found_there in self._by_frame.items():
            for flow, way in found_there.items():
                if flow[1].kind not in _BY_CONTEXT or (frame, flow) not in nothing:
                    _shorter(flows, flow, way)
        for (mark, target), way in flows.items():
            assert isinstance(mark.source, Origin)
            if solver.catalog.is_fetched(mark.source.data_type) and _fetches(target) and is_whole(way):
                continue
            if self._is_safe(mark.source):
                continue
            length = way.length if way is not None else 0
            key = (target.site, target.call, target.kind, target.recipient, mark.source.data_type)
            rank = (
                _RANK.get(mark.source.evidence, 5),
                mark.weak,
                int(mark.protection),
                length,
                mark.source.site,
                target.hosts,
                repr(mark),
            )
            grouped.setdefault(key, []).append((rank, mark, target, way))
        for group in sorted(grouped, key=repr):
            found = sorted(grouped[group], key=lambda entry: entry[0])
            hosts = any(target.hosts for _, _, target, _ in found)
            kept = [entry for entry in found if entry[2].hosts or not hosts]
            surest: dict[tuple[Mark, Target], tuple[Mark, Target, Hop | None]] = {}
            for _, mark, target, way in kept:
                surest.setdefault(_place(mark, target), (mark, target, way))
            facts = (_fact(mark, target, way) for mark, target, way in list(surest.values())[: limits.TRACES])
            out.flows += [fact for fact in facts if fact is not None]
        out.collections = [self._collections[key] for key in sorted(self._collections, key=repr)]
        out.scrubbers = sorted(self.scrubbers, key=repr)
        from privlint.flow.uses import examine

        examine(solver, out)
        out.limits = limits.report()
        return out


def _place(mark: Mark, target: Target) -> tuple[Mark, Target]:
    """From where to where, however sure it is."""
    return mark._replace(weak=0), target


def _fetches(target: Target) -> bool:
    """Whether a sink has an address in the argument that data arrives in."""
    return target.kind in ("url", "http") and target.argument in _ADDRESS


def _shorter(flows: dict[tuple[Mark, Target], Hop | None], key: tuple[Mark, Target], way: Hop | None) -> None:
    if key not in flows:
        flows[key] = way
        return
    old = flows[key]
    if old is not None and way is not None and way.length < old.length:
        flows[key] = way


def _fact(mark: Mark, target: Target, way: Hop | None) -> FlowFact | None:
    """What is given out; None where too little speaks for it.

    Every unknown call takes a level of confidence, and so does every ``LONG_WAY`` crossings after which data is still
    believed to be what its name said where it began (``LONG_WAY_LOW``, where little is left of it): on such ways
    something else was mixed in, more often than not.  Of ways through what any instance of a class may have
    (``LONG_WAY_CLASS``) that holds much sooner.
    """
    origin = mark.source
    assert not isinstance(origin, Symbol)
    through = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)[min(mark.weak, 2)]
    confidence = int(min(origin.confidence, target.confidence, through))
    if origin.evidence != "rule":
        far = limits.LONG_WAY if confidence > Confidence.LOW else limits.LONG_WAY_LOW
        crossed = crossings(way)
        if crossed >= limits.LONG_WAY_CLASS and through_class(way):
            far = limits.LONG_WAY_CLASS
        confidence -= crossed // far
    if confidence < Confidence.LOW:
        return None
    return FlowFact(origin, target, mark.protection, Confidence(confidence), steps(way), whole=mark.whole or None)
