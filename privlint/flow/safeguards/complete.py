"""Adds to the flows what only the whole program tells: the ways to their sinks, and whether they are of many people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.entries import Entries
from privlint.flow.safeguards.held import Held
from privlint.flow.safeguards.many import Multitude
from privlint.flow.safeguards.recognise import Recogniser
from privlint.flow.safeguards.ways import Passing, Ways
from privlint.model.facts import Facts, FlowFact, Way
from privlint.model.location import Site
from privlint.model.rules import SafeguardRule

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

_LEAVES = frozenset(("http", "sdk", "url", "object-storage", "file", "response", "database", "cache", "queue", "log",
                     "telemetry"))  # fmt: skip
_EXPORTS = frozenset(("http", "sdk", "url", "object-storage", "file", "response"))


def complete(facts: Facts, solver: Solver, rules: Sequence[SafeguardRule]) -> None:
    """Tell the ways to the sinks where it matters how they are reached."""
    calls = Calls(solver.program, solver.call_edges)
    held = Held(calls, Recogniser(rules))
    ways = Ways(calls, held, Entries(calls, held, solver.catalog.rules.entry_points))
    multitude = Multitude(calls)
    collector = solver.collector
    known: dict[tuple[Site, str], tuple[Way, ...]] = {}
    flows: list[FlowFact] = []
    for flow in facts.flows:
        if flow.target.kind not in _LEAVES:
            flows.append(flow)
            continue
        key = (flow.target.call, flow.origin.data_type)
        passing = [Passing(*each) for each in collector.inside.get(key[0], ())]
        tops = [Passing(*each) for each in collector.tops.get(key, ())]
        inside: dict[int, list[Passing]] = {}
        for each in passing:
            inside.setdefault(each.fn, []).append(each)
        if key not in known:
            known[key] = ways.to(tops, inside)
        many = None
        if flow.target.kind in _EXPORTS:
            found = multitude.of(flow, {(each.fn, each.node) for each in (*passing, *tops)})
            many = found[0]._replace(ways=ways.to(tops, inside, found[1])) if found is not None else None
        flows.append(replace(flow, ways=known[key], many=many))
    facts.flows = flows
