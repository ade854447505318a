"""Adds to the flows what only the whole program tells: the ways to their sinks, and whether they are of many people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.decisions import DECIDING, SETTLED, STATE, Decisions
from privlint.flow.safeguards.entries import Entries
from privlint.flow.safeguards.held import Held
from privlint.flow.safeguards.lasting import KEEPING, Lasting
from privlint.flow.safeguards.listings import Listings
from privlint.flow.safeguards.many import Multitude
from privlint.flow.safeguards.presets import Presets
from privlint.flow.safeguards.reaching import register_of
from privlint.flow.safeguards.recognise import Recogniser
from privlint.flow.safeguards.storage import FORGETTING, SQL, Storage
from privlint.flow.safeguards.ways import Passing, Ways
from privlint.ir import ops as o
from privlint.model.facts import Facts, FlowFact, Way
from privlint.model.location import Site
from privlint.model.rules import SafeguardRule

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

_EXPORTS = frozenset(("http", "sdk", "url", "object-storage", "file", "response"))
_TIMERS = frozenset(("expire", "pexpire", "expireat", "pexpireat", "touch", "expire_at"))
# How cells of workbooks are filled, and where the workbook is told what it is written to.
_CELLS = frozenset(("append", "cell", "value", "write", "write_row", "write_column", "write_string", "write_number"))
_FOLLOWED = frozenset(("append", "cell", "write"))  # into a workbook that can be saved into something else than a file
_BUFFERS = ("BytesIO", "StringIO")
_MEMORY = (*_BUFFERS, "make_response", "Response")
_SAVES = frozenset(("save", "Workbook"))


def complete(facts: Facts, solver: Solver, rules: Sequence[SafeguardRule]) -> None:
    """Tell the ways to sinks, where it matters how they are reached, and what no flow tells."""
    calls = Calls(solver.program, solver.call_edges)
    recogniser = Recogniser(rules, solver.catalog.is_person)
    held = Held(calls, recogniser)
    lasting = Lasting(calls, solver.catalog)
    multitude = Multitude(calls)
    _tell_ways(facts, solver, calls, held, multitude, lasting)
    speaking = calls.speaking(lambda name: _says(name, recogniser))
    facts.presets = Presets(calls, recogniser).find(speaking.get("consent", []))
    facts.decisions = Decisions(calls, solver.catalog).find(speaking.get("decision", []))
    storage = Storage(calls, solver.records, solver.catalog, solver.erasures, solver.unknown_erasures)
    facts.stores = storage.find(facts, speaking.get("storage", []), multitude.function_at)
    facts.stores = sorted(
        {*facts.stores, *lasting.on_the_server(facts.flows)}, key=lambda store: (store.site, store.name)
    )


def _says(name: str, recogniser: Recogniser) -> tuple[str, ...]:
    """What a name, or a constant, has to do with: consent, decisions, storage."""
    out: list[str] = []
    option = name.strip("-").replace("-", "_").partition("/")[0]
    if (len(name) < 80 and recogniser.gives_consent(option)) or ("checkbox" in name and "checked" in name):
        out.append("consent")
    if len(name) < 80 and (SETTLED.search(name) or STATE.search(name) or DECIDING.search(name)):
        out.append("decision")
    if FORGETTING.search(name) or (len(name) > 15 and SQL.search(name)):
        out.append("storage")
    return tuple(out)


def _expiring_later(flow: FlowFact, multitude: Multitude, calls: Calls) -> FlowFact:
    """``client.hset(key, ...)``, and then ``client.expire(key, 3600)`` in the same function."""
    fn = multitude.function_at(flow.target.call)
    if fn is None:
        return flow
    body = calls.body(fn)
    kept = next((call for _, call in body.calls if call.n == flow.target.call.node), None)
    later = kept is not None and any(
        body.words(call.func).last in _TIMERS and _same_key(body, kept, call) for _, call in body.calls
    )
    return replace(flow, target=flow.target._replace(expires="given")) if later else flow


def _given_out(flow: FlowFact, multitude: Multitude, calls: Calls) -> FlowFact | None:
    """Cells of a workbook that is made in memory and answers a request: no file, a response.

    None where it is saved into a buffer, which is followed to where it goes.
    """
    fn = multitude.function_at(flow.target.call)
    body = calls.body(fn) if fn is not None else None
    if body is None or flow.target.callee.rpartition(".")[2] not in _CELLS:
        return flow
    saving = [call for _, call in body.calls if body.words(call.func).last == "save" and call.args]
    if flow.target.callee.rpartition(".")[2] in _FOLLOWED and any(
        _in_memory(body, call.args[0].reg, _BUFFERS) for call in saving
    ):
        return None
    made = {body.words(call.func).last for _, call in body.calls}
    saved = [call.args[0].reg for _, call in body.calls if body.words(call.func).last in _SAVES and call.args]
    answers = any(name.endswith("Response") or name in ("send_file", "make_response") for name in made)
    if not answers or not any(_in_memory(body, reg) for reg in saved):
        return flow
    return replace(flow, target=flow.target._replace(kind="response"))


def _in_memory(body: Body, reg: int, kinds: tuple[str, ...] = _MEMORY) -> bool:
    op = body.only(reg)
    if isinstance(op, o.LoadName):
        return any(_in_memory(body, store.src, kinds) for _, store in body.stores.get(op.slot, ())[:2])
    last = body.words(op.func).last if isinstance(op, o.Call) else ""
    return last.endswith(kinds)


def _same_key(body: Body, kept: o.Call, timed: o.Call) -> bool:
    """Whether two calls are of one client, and may be about one key."""
    if body.words(kept.func).text.rpartition(".")[0] != body.words(timed.func).text.rpartition(".")[0]:
        return False
    keys = [body.constant(call.args[0].reg) if call.args else None for call in (kept, timed)]
    return NotImplemented in keys or keys[0] == keys[1]


def _entered(flow: FlowFact, multitude: Multitude, calls: Calls) -> dict[int, frozenset[int]]:
    """Where in each function on its way the data of a flow comes from: the first place of it that has a value."""
    out: dict[int, frozenset[int]] = {}
    for site in (flow.origin.site, *(step.site for step in flow.steps), flow.target.site):
        fn = multitude.function_at(site)
        if fn is not None and fn not in out and register_of(calls.body(fn), site.node) is not None:
            out[fn] = frozenset((site.node,))
    return out


def _tell_ways(facts: Facts, solver: Solver, calls: Calls, held: Held, multitude: Multitude, lasting: Lasting) -> None:
    entries = Entries(calls, held, solver.catalog.rules.entry_points)
    ways = Ways(calls, held, entries)
    collector = solver.collector
    known: dict[tuple[Site, str, tuple[str, ...]], tuple[Way, ...]] = {}
    flows: list[FlowFact] = []
    for flow in facts.flows:
        if flow.target.expires == "never":
            flow = _expiring_later(flow, multitude, calls)
        if flow.target.kind in KEEPING:
            flow = lasting.tell(flow, multitude.function_at(flow.target.call))
        if flow.target.kind == "file":
            given = _given_out(flow, multitude, calls)
            if given is None:
                continue
            flow = given
        if flow.target.kind not in _EXPORTS and not (flow.target.recipient or flow.target.hosts):
            flows.append(flow)
            continue
        key = (flow.target.call, flow.origin.data_type, flow.target.hosts)
        passing = [Passing(*each) for each in collector.inside.get(key[0], ())]
        tops = [Passing(*each) for each in collector.tops(flow)]
        inside: dict[int, list[Passing]] = {}
        for each in passing:
            inside.setdefault(each.fn, []).append(each)
        if key not in known:
            known[key] = ways.to(tops, inside)
        found_ways = known[key]
        entered = _entered(flow, multitude, calls)
        asked = any(check.kind == "consent" for way in found_ways for check in way.checks)
        if asked or any(map(held.chooses, entered)):
            found_ways = ways.to(tops, inside, entered=entered)
        many = None
        if flow.target.kind in _EXPORTS:
            found = multitude.of(flow, {(each.fn, each.node) for each in (*passing, *tops)})
            if found is not None:
                download = flow.target.kind == "response" and multitude.is_download(flow.target.call)
                many = found[0]._replace(ways=ways.to(tops, inside, found[1]), download=download)
        flows.append(replace(flow, ways=found_ways, many=many))
    facts.flows = flows + list(Listings(solver, calls, held, entries, multitude).find())
