"""The ways to a sink: which calls lead there, from which entries, and what is checked on each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from privlint.flow import limits
from privlint.flow.safeguards.calls import Calls, CallSite
from privlint.flow.safeguards.checks import Checks
from privlint.flow.safeguards.entries import Entries
from privlint.flow.safeguards.held import Held
from privlint.ir import ops as o
from privlint.model.facts import Way
from privlint.model.location import Site


class Part(NamedTuple):
    """A piece of a way: where it is entered, the checks on it, the calls."""

    entry: str
    first: int  # the function where it begins
    checks: Checks
    calls: tuple[CallSite, ...]


class Passing(NamedTuple):
    """Data gets to a sink by this call; ``callee`` -1: the call is the sink itself."""

    fn: int
    node: int
    callee: int


class Ways:
    """Finds them; what is above a function is found once for all sinks."""

    def __init__(self, calls: Calls, held: Held, entries: Entries) -> None:
        self._calls = calls
        self._held = held
        self._entries = entries
        self._program = calls.program
        self._above: dict[int, tuple[Part, ...]] = {}
        self._asked: set[int] = set()

    def to(
        self,
        tops: Iterable[Passing],
        inside: Mapping[int, Iterable[Passing]],
        via: int | None = None,
        entered: Mapping[int, frozenset[int]] = MappingProxyType({}),
    ) -> tuple[Way, ...]:
        """All ways on which data gets to a sink.

        ``tops`` are the calls by which the data itself gets on; ``inside``, by function, the calls by which functions
        below pass on what they are given.  ``via``: only the ways that lead through this function, if there are any.
        ``entered``: where in each function the data comes from, as far as that is known.
        """
        found: list[Part] = []
        through: list[Part] = []
        for top in sorted(set(tops)):
            here = self._held.passed_on(top.fn, top.node, entered.get(top.fn, frozenset()))
            below = self._below(top, inside, (), entered)
            found += [_both(above, part, here) for above in self.above(top.fn) for part in below]
            if via is not None:
                through += [_both(above, part, here) for above in self._through(via, top.fn) for part in below]
        return tuple(self._way(part) for part in _fewest(through or found))

    def _through(self, via: int, fn: int) -> list[Part]:
        """The ways into a function that lead through another one."""
        out: list[Part] = []
        todo: list[Part] = [Part("", fn, frozenset(), ())]
        for _ in range(limits.VIA):
            if not todo:
                break
            part = todo.pop(0)
            if part.first == via:
                out += [_both(above, part, frozenset()) for above in self.above(via)]
                continue
            own = self._entries.own(part.first)
            for site in self._calls.callers(part.first)[: limits.CALLERS]:
                if len(part.calls) < limits.WAY_DEPTH and all(call.fn != site.fn for call in part.calls):
                    here = self._held.at_node(site.fn, site.node)
                    todo.append(Part("", site.fn, part.checks | here | own, (site, *part.calls)))
        return out

    def _way(self, part: Part) -> Way:
        function = self._program.functions[part.first]
        path = self._program.modules[function.module].path
        sites = tuple(self._held.site(call.fn, call.node) for call in part.calls)
        name = function.ir.qualname.replace(".<locals>", "")
        return Way(part.entry, name, Site(path, function.ir.n), tuple(sorted(part.checks, key=repr)), sites)

    def _below(
        self,
        top: Passing,
        inside: Mapping[int, Iterable[Passing]],
        path: tuple[int, ...],
        entered: Mapping[int, frozenset[int]],
    ) -> list[Part]:
        """The ways from a call down to the sink; the checks before the call are not among theirs."""
        call = CallSite(top.fn, top.node)
        if top.callee < 0:
            return [Part("", top.fn, frozenset(), (call,))]
        if top.callee in path or len(path) > limits.WAY_DEPTH:
            return []
        out: list[Part] = []
        own = self._entries.own(top.callee)
        for passing in sorted(set(inside.get(top.callee, ()))):
            here = self._held.passed_on(passing.fn, passing.node, entered.get(passing.fn, frozenset())) | own
            for part in self._below(passing, inside, (*path, top.callee), entered):
                out.append(Part("", top.fn, part.checks | here, (call, *part.calls)))
        return _fewest(out)

    def above(self, fn: int) -> tuple[Part, ...]:
        """The ways into a function, from where the program is entered; what its decorators check is among it."""
        known = self._above.get(fn)
        if known is not None:
            return known
        if fn in self._asked or len(self._asked) > limits.WAY_DEPTH:
            return ()
        self._asked.add(fn)
        try:
            found = _fewest(self._enter(fn))
        finally:
            self._asked.discard(fn)
        if not self._asked:
            self._above[fn] = tuple(found)
        return tuple(found)

    def _enter(self, fn: int) -> list[Part]:
        function = self._program.functions[fn]
        own = self._entries.own(fn)
        out: list[Part] = []
        entry = self._entries.of(fn)
        if entry is not None:
            out.append(Part(entry.kind, fn, own | entry.checks, ()))
        sites = self._calls.callers(fn)
        if entry is not None and entry.kind == "view":
            sites = tuple(site for site in sites if not self._entries.is_registered(fn, site))
        if not sites and entry is None and function.parent >= 0:
            sites = (CallSite(function.parent, function.ir.n),)
        for site in sites[: limits.CALLERS]:
            here = self._held.passed_on(site.fn, site.node)
            if any(check.kind == "consent" for check in own) and self._wraps(site):
                here = frozenset(check for check in here if check.kind != "consent")  # it is among what is declared
            for part in self.above(site.fn):
                entered = part.entry
                out.append(Part(entered, part.first, part.checks | here | own, (*part.calls, site)))
        if not out and entry is None and not sites:
            out.append(Part("", fn, own, ()))
        return out

    def _wraps(self, site: CallSite) -> bool:
        """Whether a call is that of a decorator's inner function, which calls what it decorates."""
        body = self._calls.body(site.fn)
        place = body.at.get(site.node)
        call = body.op(place) if place is not None else None
        func = body.only(call.func) if isinstance(call, o.Call) else None
        return isinstance(func, o.LoadName) and func.scope == "free"


def _both(above: Part, below: Part, here: Checks) -> Part:
    return Part(above.entry, above.first, above.checks | here | below.checks, (*above.calls, *below.calls))


def _fewest(parts: Iterable[Part]) -> list[Part]:
    """Of ways from the same kind of entry those whose checks are not all on another one as well; a bounded number."""
    ordered = sorted(
        set(parts), key=lambda part: (len(part.checks), len(part.calls), part.entry, part.first, part.calls)
    )
    out: list[Part] = []
    for part in ordered:
        if not any(other.entry == part.entry and _covers(part, other) for other in out):
            out.append(part)
    if len(out) > limits.WAYS:
        limits.reached("ways to one sink")
    return out[: limits.WAYS]


def _covers(part: Part, other: Part) -> bool:
    """Whether a way with more checks tells nothing that ``other`` does not: none of what it adds is a refusal."""
    return other.checks <= part.checks and all(check.passed for check in part.checks - other.checks)
