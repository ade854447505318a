"""The order of analysis: modules as they import each other, functions as they are called, again where stores grew."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Mapping, Sequence

from privlint.catalog.catalog import Catalog
from privlint.flow import entering, limits, safeguards
from privlint.flow.annotations import Annotations
from privlint.flow.apply import Binding
from privlint.flow.crowds import lighten
from privlint.flow.facts import Collector
from privlint.flow.frame import Frame
from privlint.flow.heap import Object, State
from privlint.flow.items import queried
from privlint.flow.library import Callee, Library
from privlint.flow.passed import context_key
from privlint.flow.records import Records
from privlint.flow.routes import Routes
from privlint.flow.shelf import Shelf
from privlint.flow.summary import NO_CONTEXT, Context, Key, Summary
from privlint.flow.traits import Traits
from privlint.flow.uses import Handing
from privlint.flow.uses.code import Names
from privlint.flow.uses.tables import Tables
from privlint.flow.values import (
    UNKNOWN,
    Cls,
    Ext,
    Func,
    Hop,
    Inst,
    Mark,
    Obj,
    Opaque,
    Value,
    forget,
    of,
)
from privlint.ir import ops as o
from privlint.model.facts import CollectionFact, Facts, Scrubber
from privlint.model.location import Site
from privlint.model.report import INTERNAL
from privlint.model.rules import SafeguardRule
from privlint.resolve.program import Function, Program

_STACK = 512 * 1024 * 1024  # bytes; deep chains of calls are followed by recursion
_RECURSION = 30_000
STRICT: bool = False  # whether an error of privlint's own ends the run; in its tests it does


def trace(program: Program, catalog: Catalog, guards: Sequence[SafeguardRule] | None = None) -> Facts:
    """Follow personal data through the program.

    Gives the flows from sources to sinks and what is collected; never raises on account of the analysed code.
    ``guards`` are the safeguards that are looked for on the way, by default those of the catalogue.
    """
    limits.reset()
    solver = Solver(program, catalog)
    threading.stack_size(_STACK)
    before = sys.getrecursionlimit()
    failure: list[BaseException] = []
    found: list[Facts] = []

    def run() -> None:
        try:
            solver.solve()
            facts = solver.collector.facts(solver)
            solver.names.forget()
            safeguards.complete(facts, solver, catalog.rules.safeguards if guards is None else guards)
            found.append(facts)
        except BaseException as error:
            failure.append(error)

    sys.setrecursionlimit(_RECURSION)
    thread = threading.Thread(target=run, daemon=True)  # whoever interrupts does not wait for it
    collecting = gc.isenabled()
    gc.disable()  # nothing here is in cycles, and looking for them takes a sixth of the time
    thread.start()
    thread.join()
    if collecting:
        gc.enable()
    sys.setrecursionlimit(before)
    threading.stack_size(0)
    forget()
    if failure:
        raise failure[0]
    return found[0]


class Solver(Traits):
    """Summaries on demand, the stores that functions share, and what was found."""

    def __init__(self, program: Program, catalog: Catalog) -> None:
        super().__init__(program)
        self.catalog = catalog
        self.library = Library(catalog)
        self.records = Records(self)
        self.annotations = Annotations(self)
        self.collector = Collector()
        self.handing = Handing()
        self.summaries: dict[Key, Summary] = {}
        self.running: dict[Key, bool] = {}  # under way, the outermost first; whether it was asked for meanwhile
        self.provisional: dict[Key, set[Key]] = {}  # under way -> what was computed from what was known of it so far
        self.stale: set[Key] = set()  # summaries to be computed again when they are asked for
        self.callers: dict[Key, dict[Key, int]] = {}  # who used a summary, and which version
        self.versions = 0  # given out so far
        self.shelf = Shelf()
        self.call_edges: dict[tuple[int, int], tuple[int, ...]] = {}  # function, node of a call -> callees
        self.contexts: dict[int, dict[Context, Key]] = {}
        self.special: dict[Key, tuple[int, Context]] = {}  # key of a context -> the function and the context
        self.work = 0  # ops executed, and parts of summaries applied
        self.budget = 0  # as much of these at most
        self.unresolved: dict[str, set[tuple[int, int]]] = {}  # name of unknown code -> function, node of its calls
        self.erasures: set[tuple[int, int, int]] = set()  # class, function, node: its rows are deleted there
        self.unknown_erasures: set[tuple[str, int, int]] = set()  # the same by the name of an object of unknown class
        self.current_node = 0
        self.unwrapping: set[Func] = set()  # wrappers of which what they wrap is being called
        self.asking: dict[int, bool] = {}  # whether a function asks somebody for data by which a person is reached
        self.of_animals: dict[int, bool] = {}  # whether a function is about animals
        self._routes: Routes | None = None
        self._names: Names | None = None
        self._tables: Tables | None = None
        self.links: dict[tuple[int, str], Value | None] = {}  # class and attribute -> what it refers to
        self.connecting: dict[int, bool] = {}  # whether a class logs in somewhere by itself
        self.peopled: dict[int, bool] = {}  # whether a module has data by which people are told apart or reached
        self.mailing: bool | None = None  # whether what is called an address is one of mail
        self.keys_asked: dict[int, dict[str, frozenset[str]]] = {}  # function -> variable -> its constant keys
        self.parameters: dict[tuple[int, int], Mapping[Mark, Hop | None]] = {}  # what parameters are sources of
        self.sourced: dict[int, dict[int, Site]] = {}  # function -> those of its parameters that are sources

    @property
    def names(self) -> Names:
        """The index of the program by names; made when it is first wanted."""
        if self._names is None:
            self._names = Names(self.program, self.records)
        return self._names

    @property
    def tables(self) -> Tables:
        """What is known of tables by their names in SQL; made when it is first wanted."""
        if self._tables is None:
            self._tables = Tables(self, self.names)
        return self._tables

    # -- the whole -----------------------------------------------------------------------------------------------

    def solve(self) -> None:
        """Analyse every function, then again those whose shared stores grew."""
        for module in self.program.modules:
            self.run_module(module.number)
        order = sorted(
            (f for f in self.program.functions if f.ir.kind in ("function", "lambda")),
            key=lambda f: (f.ir.name != "__init__", f.id),
        )
        for function in order:
            self._of_key(function.id, 0)
        self.budget = self.work + max(self.work // 10, limits.AGAIN)
        for _ in range(limits.ROUNDS):
            todo = self.take_dirty() | self.stale
            if not todo:
                break
            self._again(todo)
        else:
            limits.reached("rounds over the shared stores")
        for function in order:
            self._own_flows(function)
        self._release()

    def _release(self) -> None:
        """Give back what only the interpreter needs, which is most of what it holds: the passes after it need room."""
        for held in (self.summaries, self.callers, self.contexts, self.special, self.provisional, self.links):
            held.clear()
        self.shelf = Shelf()
        self.forget_readers()
        forget()

    def _again(self, todo: set[Key]) -> None:
        """Compute these summaries again, and those of their callers where they changed."""
        changed = todo
        for _ in range(limits.UPWARDS):
            order = sorted(changed, key=self._order)
            before = {key: found for key in order if (found := self.summaries.pop(key, None)) is not None}
            following: set[Key] = set()
            for key, old in before.items():
                if self.work > self.budget:
                    limits.reached("work in the rounds over the shared stores")
                    self.summaries.setdefault(key, old)
                    continue
                new = self._of_key(key, 0)
                if not new.same(old):
                    users = self.callers.get(key, {})
                    following.update(user for user, used in users.items() if used != new.version)
            if not following:
                return
            changed = following

    def _own_flows(self, function: Function) -> None:
        """What reaches a sink from the fields of a parameter's class, whoever made the object."""
        summary = self.summaries.get(function.id)
        if summary is None or not summary.sinks:
            return
        frame = Frame(self, function, -1 - function.id, NO_CONTEXT, 0)  # nobody's summary
        values = [entering.declared(frame, index, param) for index, param in enumerate(function.ir.params)]
        if not any(values):
            return
        binding = Binding(
            frame, function.id, values, [frame.site(p.n) for p in function.ir.params], None, frame.site(function.ir.n)
        )
        self.current_node = function.ir.n  # of calls that nothing in the code names: ``__str__``
        for (mark, target), way in list(summary.sinks.items()):
            binding.sink(mark, target, way)

    # -- summaries -----------------------------------------------------------------------------------------------

    def summary(self, fn: int, context: Context, caller: Frame) -> Summary:
        """The summary of a function in a context; computed when first asked for."""
        key = self._key(fn, context_key(context), caller.depth) if context else fn
        found = self._of_key(key, caller.depth)
        if context and key == fn:
            self.collector.generally(caller.key, fn, found)
        callers = self.callers.get(key)
        if callers is None:
            self.callers[key] = {caller.key: found.version}
        else:
            callers[caller.key] = found.version
        return found

    def _key(self, fn: int, context: Context, depth: int) -> Key:
        """The number of a context; that of the general one where there is no room for more."""
        known = self.contexts.setdefault(fn, {})
        key = known.get(context)
        if key is None:
            most = limits.SHORT_DEPTH if self.size(self.program.functions[fn]) <= limits.SHORT else limits.CONTEXT_DEPTH
            if depth >= most or len(known) >= self._most_contexts(fn):
                limits.reached("contexts of one function")
                return fn
            key = known[context] = len(self.program.functions) + len(self.special)
            self.special[key] = fn, context
        return key

    def _order(self, key: Key) -> tuple[int, str]:
        """To sort summaries by, the same in every run."""
        fn, context = self.special.get(key, (key, NO_CONTEXT))
        return fn, repr(context)

    def _of_key(self, key: Key, depth: int) -> Summary:
        found = self.summaries.get(key)
        if key in self.running:
            self.running[key] = True
            within = list(self.running)
            self.provisional.setdefault(key, set()).update(within[within.index(key) + 1 :])
            return found if found is not None else Summary()
        if found is not None and key not in self.stale:
            return found
        return self._compute(key, depth + (key in self.special))

    def _most_contexts(self, fn: int) -> int:
        """How many contexts a function may have: what is long, and so costs much, the fewer."""
        general = self.summaries.get(fn)
        size = self.size(self.program.functions[fn]) + (general.weight // limits.LIGHT if general is not None else 0)
        least = limits.SEVERAL if size <= limits.FAIRLY_SHORT else 1
        return max(least, min(limits.CONTEXTS, limits.OPS_IN_CONTEXTS // max(1, size)))

    def _compute(self, key: Key, depth: int) -> Summary:
        if len(self.running) >= limits.CALL_DEPTH:
            limits.reached("calls within calls")
            return Summary()  # not kept: it is computed when it is asked for from higher up
        node, unwrapping = self.current_node, self.unwrapping
        self.unwrapping = set()
        found = Summary()
        for _ in range(limits.ROUNDS):
            self.running[key] = False
            self.stale.discard(key)
            try:
                fresh = self._analyse(key, depth)
            except RecursionError:
                limits.reached("depth of the analysis")
                fresh = Summary()
            except Exception as error:  # one function must never hide what is found in all others
                if STRICT:
                    raise
                limits.reached(self._failed(key, error))
                fresh = Summary()
            finally:
                recursive = self.running.pop(key)
            old = self.summaries.get(key)
            settled = old is not None and fresh.same(old)
            self.versions += not settled
            fresh.version = self.versions if old is None or not settled else old.version
            self.summaries[key] = found = fresh
            behind = self.provisional.pop(key, set())
            if len(behind) > limits.MUTUAL:
                limits.reached("functions that call each other")
                behind = set()
            if not recursive or settled:
                break
            self.stale |= behind
            around = [others for others in self.provisional.values() if key in others]
            for others in around:  # it is computed again with what is around it
                others |= behind
            if around:
                break
        self.current_node, self.unwrapping = node, unwrapping
        return found

    def _failed(self, key: Key, error: Exception) -> str:
        """Where privlint itself failed, and how."""
        function = self.program.functions[self.special.get(key, (key, NO_CONTEXT))[0]]
        path = self.program.modules[function.module].path
        return f"{INTERNAL} in {path}, {function.ir.name}: {type(error).__name__}: {str(error)[:80]}"

    def _analyse(self, key: Key, depth: int) -> Summary:
        fn, context = self.special.get(key, (key, NO_CONTEXT))
        function = self.program.functions[fn]
        frame = Frame(self, function, key, context, depth)
        asking = self.begin_reading(frame.key)
        try:
            return self._interpret(frame, function)
        finally:
            self.end_reading(asking)

    def _interpret(self, frame: Frame, function: Function) -> Summary:
        self.collector.begin(frame.key, function.id)
        state = State()
        frame.state = state
        if frame.env is not None:
            fields = {".^": of(Obj(frame.outer))} if frame.outer is not None else {}
            state.heap[frame.env] = Object("env", fields=fields)
        for index, param in enumerate(function.ir.params):
            entering.enter(frame, index, param)
        frame.run(frame.state.copy())
        self.work += frame.ops
        self._escaping(frame)
        for value in frame.shown if frame.exit is not None else ():
            self.share(value, frame)
        summary = frame.finish()
        self.commit(summary, frame)
        lighten(summary, frame)
        self.shelf.keep(summary)
        return summary

    def routes(self) -> Routes:
        """The handlers that the program registers."""
        if self._routes is None:
            self._routes = Routes(self.program)
        return self._routes

    def _escaping(self, frame: Frame) -> None:
        """Inner functions that nobody here called may be called later, by whoever they were handed to."""
        if frame.exit is None:
            return
        before = frame.exit
        frame.state = before.copy()
        for number, env in sorted(frame.made.items()):
            if number not in frame.called:
                ir = self.program.functions[number].ir
                values = [UNKNOWN for _ in ir.params]
                sites = [frame.site(ir.n) for _ in ir.params]
                Binding(frame, number, values, sites, env, frame.site(ir.n)).run()
        before.merge(frame.state, frame)  # or nobody calls them

    # -- modules and classes -------------------------------------------------------------------------------------

    def run_module(self, number: int) -> None:
        """Analyse a module's body, once."""
        key = self.program.modules[number].functions[0]
        if key in self.summaries or key in self.running:
            return
        self._compute(key, 0)

    # -- what is found -------------------------------------------------------------------------------------------

    def note_call(self, fn: int, node: int, callee: int) -> None:
        """A function of the program is called."""
        known = self.call_edges.get((fn, node), ())
        if callee not in known:
            self.call_edges[(fn, node)] = (*known, callee)

    def collect(self, fact: CollectionFact) -> None:
        """Personal data is taken in."""
        self.collector.collection(fact)

    def scrubber(self, fact: Scrubber) -> None:
        """A filter is configured that takes personal data out."""
        self.collector.scrubbers.add(fact)

    def erasing(self, fr: Frame, op: o.Call, receiver: Value | None, owner: str, given: list[Value]) -> None:
        """Something is deleted: rows of which classes; where none is known, what it is called."""
        found: set[int] = set()
        for value in (receiver, *given):
            for atom in value.ordered if value is not None else ():
                if isinstance(atom, Obj):
                    found.add(fr.object(atom.id).cls)
                elif isinstance(atom, Opaque | Cls):
                    found.add(atom.cls)
                elif isinstance(atom, Inst) and queried(atom.type) >= 0:
                    found.add(queried(atom.type))
                elif isinstance(atom, Inst):  # ``delete(current_user._get_current_object())``
                    below = self.classes_below(atom.type)
                    found.update(below if len(below) == 1 else ())
        known = {cls for cls in found if cls >= 0}
        self.erasures.update((cls, fr.fn.id, op.n) for cls in known)
        if not known and receiver is not None:
            for value in given:
                fr.need(value)  # ``session.delete(row)`` of what a caller passes: that knows the table
            names = [owner, *(fr.names.get(arg.reg, "") for arg in op.args if arg.label is None)]
            self.unknown_erasures.update((name, fr.fn.id, op.n) for name in names if name)

    def note_unresolved(self, fr: Frame, func: Value, callee: Callee) -> None:
        """A call of code of which nothing is known."""
        paths = sorted(a.path for a in func.atoms if isinstance(a, Ext))
        name = paths[0] if paths else f"?.{callee.last}" if callee.attribute else callee.last or "?"
        self.unresolved.setdefault(name, set()).add((fr.fn.id, callee.n))


__all__ = ["Solver", "trace"]
