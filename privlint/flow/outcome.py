"""What comes out of one function: what it returns, yields and raises, what it stores, and what reaches sinks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.heap import Object, State, join_objects, objects_in
from privlint.flow.memory import Memory
from privlint.flow.summary import Context, Effect, Key, Summary
from privlint.flow.values import (
    CLEARED,
    REST,
    UNKNOWN,
    Cls,
    Marks,
    ObjId,
    Symbol,
    Value,
    either,
    join,
    symbolic,
)
from privlint.model.facts import Target
from privlint.resolve.program import Function

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

RAISED = "%raised"  # the variable that carries an exception to its handler

_PROVING = frozenset(("headers", "auth", "cookies"))  # arguments by which a caller proves who it is


def _when(label: str) -> tuple[bool, bool, str]:
    """To sort what was written by: what is emptied comes first, the own keys of a mapping after those it took over."""
    return (label != CLEARED, label != REST, label)


class Outcome(Memory):
    """A function as what its summary is made of."""

    def __init__(self, solver: Solver, fn: Function, key: Key, context: Context) -> None:
        super().__init__(solver, fn, context)
        self.key = key
        self.catalog = solver.catalog
        self.ir = fn.ir
        self.summary = Summary()
        self.exit: State | None = None
        self.paused: State | None = None  # where it waited last, for what runs beside it or for its caller
        self.manager = any(text.endswith("contextmanager") for text in fn.ir.decorators)
        self.handed: State | None = None  # of a context manager: the state in which the block runs
        self.returned = False  # whether some way through the function ends with a return
        self.lent: dict[ObjId, Object] = {}  # objects that were yielded, as they were then
        self.reaching: dict[Target, int] = {}  # sink -> symbols that reach it

    def leave(self, value: Value) -> None:
        """The function returns ``value`` in the present state."""
        first = self.exit is None
        self.returned = True
        self.summary.result = value if first else either(self.summary.result, value)
        if self.exit is None:
            self.exit = self.state.copy()
        else:
            self.exit.merge(self.state, self)

    def yielded(self, value: Value) -> None:
        """The function gives a value and waits: objects are for its caller what they are now, too."""
        if self.manager and self.handed is None:
            self.handed = self.state.copy()
        elif self.manager and self.handed is not None:
            self.handed.merge(self.state, self)
        todo, seen = objects_in(value), set[ObjId]()
        while todo and len(seen) < limits.PARTS:
            key = todo.pop()
            obj = self.state.heap.get(key)
            old = self.lent.get(key)
            if key[0] != "o" or obj is None or old is obj or key in seen:
                continue
            seen.add(key)
            self.lent[key] = obj if old is None else join_objects(key, old, obj, self.initial)
            todo += [inner for held in obj.fields.values() for inner in objects_in(held)]
        if todo:
            limits.reached("objects in what a generator yields")

    def leave_raising(self) -> None:
        """The function ends with an exception: what it did to objects stays done."""
        if self.exit is None:
            self.exit = self.state.copy()
        else:
            self.exit.merge(self.state, self)

    def raised(self, value: Value) -> None:
        """An exception may come out of the op under way."""
        old = self.state.env.get(RAISED + "*", UNKNOWN)
        self.state.env[RAISED + "*"] = join(old, value)

    def _has_room(self, target: Target) -> bool:
        """Whether the summary can say of one more symbol that it reaches a sink."""
        known = self.reaching.get(target, 0)
        if known >= limits.WIDTH or len(self.summary.sinks) >= limits.SINKS:
            limits.reached("sinks of one function")
            return False
        self.reaching[target] = known + 1
        return True

    def sink(self, marks: Marks, target: Target, node: int = -1, callee: int = -1) -> None:
        """These marks reach a sink: facts, and for symbolic ones a line of the summary.

        ``node`` and ``callee``: the call by which they get there, where the sink is in another function.
        """
        self.solver.collector.passing(self.fn.id, marks, target, node, callee)
        for mark, way in marks.items():
            if isinstance(mark.source, Symbol):
                key = (mark, target)
                known = key in self.summary.sinks
                if not known and not self._has_room(target):
                    continue
                old = self.summary.sinks[key] if known else None
                if not known or (old and way and way.length < old.length):
                    self.summary.sinks[key] = way
            elif not (target.argument in _PROVING and self.catalog.is_credential(mark.source.data_type)):
                self.solver.collector.flow(self.key, mark, target, way)

    def finish(self) -> Summary:
        """Complete the summary: effects on what the caller knows, new objects that leave."""
        summary = self.summary
        state = self.exit if self.exit is not None else self.paused  # of what never ends, what it has done so far
        plain = self.ir.kind == "function" and not self.ir.generator and not self.ir.asynchronous and self.fn.cls < 0
        summary.returns = self.returned or not plain
        if state is None:
            return summary
        summary.effects = self._effects(state if self.handed is None else self.handed)
        summary.after = self._effects(state) if self.handed is not None else []
        todo = [summary.result, summary.raises, summary.yields]
        todo += [effect.value for effect in (*summary.effects, *summary.after)] + list(summary.fields.values())
        while todo:
            for key in self._reached(todo.pop(), state):
                if key[0] == "o" and key not in summary.heap and key in state.heap:
                    obj = state.heap[key]
                    if key in self.lent:
                        obj = join_objects(key, obj, self.lent[key], self.initial)
                    summary.heap[key] = obj
                    todo.extend(obj.fields.values())
        return summary

    def _effects(self, state: State) -> list[Effect]:
        """What is written in a state of what the caller knows."""
        out: list[Effect] = []
        for key, obj in state.heap.items():
            if not obj.written or key[0] in ("c", "r") or (key[0] == "o" and key not in self.solver.shared):
                continue
            for label in sorted(obj.written, key=_when):
                value = obj.fields.get(label)
                if value is not None:  # else a mapping that was taken over, and laid out since
                    out.append(Effect(key, label, value, UNKNOWN if obj.cls >= 0 else obj.written[label]))
        return self._nearest(out) if len(out) > limits.EFFECTS and self.ir.kind == "function" else out

    def _nearest(self, effects: list[Effect]) -> list[Effect]:
        """Of too many effects those on what is nearest to the parameters, in the order in which they happen."""
        limits.reached("stores of one function in what it is passed")
        far = sorted(range(len(effects)), key=lambda i: _distance(effects[i].object))
        return [effects[i] for i in sorted(far[: limits.EFFECTS])]

    def _reached(self, value: Value, state: State) -> list[ObjId]:
        """The objects that a value refers to, and the variables that the methods of their classes use."""
        found = objects_in(value)
        around = self.solver.class_env
        if around:
            classes = [state.heap[key].cls for key in found if key in state.heap]
            classes += [atom.cls for atom in value.ordered if isinstance(atom, Cls)]
            found += [around[cls] for cls in classes if cls in around]
        return found


def _distance(key: ObjId) -> int:
    """How many attributes and items lead from a parameter to an object; none to what is shared."""
    return len(symbolic(key)[1]) if key[0] == "s" else 0
