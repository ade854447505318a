"""The analysis of one function in one context: blocks in order, states at their entries, what comes out."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.heap import Object, State
from privlint.flow.loops import NO_LOOPS
from privlint.flow.outcome import RAISED, Outcome
from privlint.flow.recency import is_last, set_back
from privlint.flow.summary import Context, Key, Pending, Summary
from privlint.flow.values import (
    IS,
    TRUE,
    UNKNOWN,
    Atom,
    Obj,
    ObjId,
    Path,
    Symbol,
    Value,
    either,
    join,
    symbolic,
)
from privlint.ir import ops as o
from privlint.ir.module import Block
from privlint.model.location import Site
from privlint.resolve.program import Function, Module

if TYPE_CHECKING:
    from privlint.flow.solve import Solver
    from privlint.flow.unrolled import Turns

OPEN = "%open"  # how the variable begins that says of a manager that it may let no exception pass
CAUGHT = "%caught"  # the exception that the handler under way caught
UNTOLD = "%untold"  # set where a handler may have to do with an exception that no statement of the block raised


_CALM = frozenset((o.Const, o.Move, o.StoreName, o.Build, o.MakeFunction))  # ops that raise no exception


_OF_RAISING = (o.Const, o.Build, o.LoadName, o.LoadAttr, o.Call)  # ops that make the exception of a ``raise``


def _making(block: Block) -> frozenset[int]:
    """The ops by which a block makes the exception that it ends in raising; others that they raise do not count."""
    if not isinstance(block.end, o.Raise) or block.end.src < 0:
        return frozenset()
    out: set[int] = set()
    for op in block.ops[::-1]:
        if not isinstance(op, _OF_RAISING) or (isinstance(op, o.Call) and op.dst != block.end.src):
            break
        out.add(id(op))
    return frozenset(out)


class Frame(Outcome):
    """The interpreter's view of one function."""

    def __init__(self, solver: Solver, fn: Function, key: Key, context: Context, depth: int) -> None:
        super().__init__(solver, fn, key, context)
        self.program = solver.program
        self.module: Module = solver.program.modules[fn.module]
        self.path = self.module.path
        self.depth = depth
        self.regs: dict[int, Value] = {}
        self.names: dict[int, str] = {}  # register -> last part of the expression's name
        self.aliases: dict[str, str] = {}  # local variable -> the settings that were kept in it
        self.receivers: dict[int, tuple[Value, str, str]] = {}  # register -> (object, attribute, object's name)
        self.calls: dict[int, o.Call] = {}  # register -> the call that made it
        self.settings: set[int] = set()  # registers read from module variables and attributes
        self.slots: dict[int, str] = {}  # register -> the local variable that it was read from
        self.tests: dict[int, o.Combine] = {}  # register -> the comparison that made it
        self.copies: dict[int, int] = {}  # register -> the one of several branches that it was copied to
        self.failed: dict[int, Value] = {}  # calls by their nodes -> the exceptions that may come out of them
        self.after: dict[ObjId, list[Pending]] = {}  # what context managers do when their block is left
        self.started: dict[int, o.Call] = {}  # calls by their nodes that go on beside the function
        self.stopped = False  # whether the call under way never comes back
        self.classes = False  # whether a class is known to have a value of now
        self.shown: list[Value] = []  # what attributes of classes hold
        self.made: dict[int, ObjId | None] = {}  # functions made here -> environment
        self.called: set[int] = set()
        self.joined = solver.joined_registers(fn)
        self.callees = solver.callee_registers(fn)
        self.env: ObjId | None = ("o", fn.id, "env") if solver.has_inner(fn) else None
        self.outer: ObjId | None = ("s", -1, ()) if fn.parent >= 0 else None
        self.guards: tuple[str, ...] = ()
        self.ops = 0
        self.describing = False  # whether what is read only says what is passed, which runs nothing
        self.skipped = 0  # implicit calls that were left out by that
        self.long = solver.size(fn) > limits.LONG
        self.implicit: set[tuple[int, Atom]] = set()  # implicit calls under way
        self.calling: set[ObjId] = set()  # partials, and the like, that are being called
        self.implicit_keys: set[tuple[str, ObjId]] = set()  # factories under way
        self._straight: bool | None = None
        self.items: dict[int, Value] = {}  # register that is iterated over -> the item of the turn under way
        self.op: o.Op | None = None  # the op under way
        self.fresh: set[ObjId] = set()  # what it has made
        self.alone = False  # whether the block under way runs once in each turn of a loop whose turns are told apart

    @property
    def straight(self) -> bool:
        """Whether there is one way through the function alone."""
        found = self._straight
        if found is None:
            found = self._straight = all(
                block.handler < 0
                and (isinstance(block.end, o.Return) or (isinstance(block.end, o.Jump) and block.end.target > number))
                for number, block in enumerate(self.ir.blocks)
            )
        return found

    # -- small helpers -------------------------------------------------------------------------------------------

    def site(self, n: int) -> Site:
        """The node ``n`` of this file."""
        return Site(self.path, n)

    def get(self, reg: int) -> Value:
        """The value of a register."""
        return self.regs.get(reg, UNKNOWN)

    def need(self, value: Value) -> None:
        """It matters what the value is: a caller that knows makes a context of its own."""
        for atom in value.ordered:
            if isinstance(atom, Obj) and atom.id[0] == "s":
                self.need_part(*symbolic(atom.id))

    def need_part(self, param: int, path: Path) -> None:
        """The same of what a parameter has at a path; what is a text or a number is told already."""
        needs = self.summary.needs
        if path and path[-1].startswith(IS):
            return
        if len(needs) < limits.NEEDS:
            needs.add((param, path))
        elif (param, path) not in needs:
            limits.reached("parts of which it matters what they are")

    def need_address(self, symbol: tuple[int, tuple[str, ...]]) -> None:
        """It matters what a value is, and of which object it is a part: what others hold there would be added."""
        param, path = symbol
        self.summary.needs.update((param, path[:end]) for end in range(min(1, len(path)), len(path) + 1))

    def need_size(self, value: Value) -> None:
        """It matters how many items a tuple has."""
        for atom in value.atoms:
            if isinstance(atom, Obj) and atom.id[0] == "s" and self.object(atom.id).kind == "tuple":
                self.need_part(*symbolic(atom.id))

    def need_parts(self, value: Value, label: str) -> None:
        """It matters which items a container has: ``KEYS`` of a mapping, ``SIZE`` of a sequence."""
        for atom in value.atoms if len(value.atoms) == 1 else ():
            if isinstance(atom, Obj) and atom.id[0] == "s" and atom.id not in self.state.heap:
                param, path = symbolic(atom.id)
                self.need_part(param, (*path, label))

    def put_register(self, reg: int, value: Value) -> None:
        """Write a register; one that several branches write keeps what each wrote."""
        if reg in self.joined and reg in self.regs:
            value = either(self.regs[reg], value)
        self.regs[reg] = value

    def allocate(self, n: int, obj: Object, tag: Hashable = "") -> Obj:
        """A new object, made at node ``n``; made again (in a loop) it stands for many, or is told from those before."""
        key: ObjId = ("o", self.fn.id, n, tag)
        old = self.state.heap.get(key)
        if old is not None and is_last(self, key, old):
            set_back(self, (key,))
            old = None
        self.fresh.add(key)
        if old is not None:
            fields = dict(old.fields)
            for label, value in obj.fields.items():
                fields[label] = join(fields.get(label, UNKNOWN), value)
            same = all(value.same(old.fields.get(label, UNKNOWN)) for label, value in fields.items())
            if same and old.many:
                return Obj(key)
            obj = Object(obj.kind, obj.cls, obj.type, fields, True, old.written)
            self.memo.clear()
        self.state.heap[key] = obj
        return Obj(key)

    # -- the run -------------------------------------------------------------------------------------------------

    def run(self, entry: State) -> Summary:
        """Interpret the body from ``entry`` and give what came of it."""
        from privlint.flow.transfer import end_of_block
        from privlint.flow.unrolled import Turns

        solver = self.solver
        turns = Turns(solver.loops(self.fn) if not self.long else NO_LOOPS)
        self.items = turns.items
        blocks = self.ir.blocks
        states: dict[int, State] = {0: entry}
        visits = [0] * len(blocks)
        pending = {0}
        while pending:
            number = turns.next_block(pending) if turns.begun else min(pending)
            pending.discard(number)
            visits[number] += 1
            block = blocks[number]
            self.state = states[number].copy()
            self.memo.clear()
            self.alone = bool(turns.begun) and turns.alone(number)
            self._run_block(block, states, pending, visits)
            if self.ops > limits.OPS:
                limits.reached("ops executed for one function")
                self.returned = True
                break
            if self.stopped:
                self._leave_block(block.handler)
                continue
            if number in turns.deciding and self._turned(number, turns, states, pending, visits):
                continue
            for target, state in end_of_block(self, block.end, block.handler):
                if turns.begins(number, target):
                    self._come_to(target, state, turns, states, pending)
                else:
                    self._flow_to(target, state, states, pending, visits)
        return self.summary

    def _run_block(self, block: Block, states: dict[int, State], pending: set[int], visits: list[int]) -> None:
        """Interpret the ops of a block, and go on to its handler with what any of them may leave behind."""
        from privlint.flow.transfer import TABLE

        called, calm, loaded = False, block.handler >= 0, False
        making = _making(block) if calm else frozenset()
        swallowed = False
        for op in block.ops:
            kind = type(op)
            if swallowed and kind is not o.Exit:
                continue
            swallowed = False
            if block.handler >= 0:
                if kind is o.LoadName:
                    loaded = True
                elif calm and kind not in _CALM and id(op) not in making:
                    calm = False
                    self._may_raise(self.state.copy(), block.handler, states, pending, visits)
                if called and (kind is o.StoreName or kind is o.DelName):
                    self._seen_by_handler(op.slot, states[block.handler])  # type: ignore[union-attr]
                called |= kind is o.Call
            self.solver.current_node = op.n
            self.op = op
            if self.fresh:
                self.fresh = set()
            TABLE[kind](self, op)
            if self.stopped:
                if not any(name.startswith(OPEN) for name in self.state.env):
                    break
                self.stopped = False
                swallowed = any(type(later) is o.Exit for later in block.ops)
        self.ops += len(block.ops)
        if self.ops > limits.OPS:
            return
        raised = self.state.env.pop(RAISED + "*", None)
        calm = calm and raised is None if making else calm and not loaded and not isinstance(block.end, o.Raise)
        if block.handler >= 0 and not calm:
            at_handler = self.state.copy()
            if raised is not None:
                at_handler.env[RAISED] = join(at_handler.env.get(RAISED, UNKNOWN), raised)
            self._may_raise(at_handler, block.handler, states, pending, visits)
        elif raised is not None:
            self.summary.raises = join(self.summary.raises, raised)

    def _come_to(self, top: int, state: State, turns: Turns, states: dict[int, State], pending: set[int]) -> None:
        """Go on to where a loop begins."""
        before = turns.enter(turns.deciding[top], state, self)
        if before is not None:
            states[top] = before
            pending.add(top)

    def _turned(
        self, number: int, turns: Turns, states: dict[int, State], pending: set[int], visits: list[int]
    ) -> bool:
        """Go on with the next turn of a loop, whose blocks begin anew, or behind it; whether turns are told apart."""
        loop, state = turns.deciding[number], self.state
        if number not in loop.body and loop.first not in turns.joint:
            before = turns.enter(loop, state, self)
            if before is None:
                return True
            state = before
        begun = turns.take(loop, self)
        if begun is None:
            return False
        for each in loop.body:
            states.pop(each, None)
            pending.discard(each)
            visits[each] = 0
        end = self.ir.blocks[number].end
        assert isinstance(end, o.Choose)
        target = end.targets[0 if begun else 1]
        if turns.begins(number, target):
            self._come_to(target, state, turns, states, pending)
        else:
            self._flow_to(target, state, states, pending, visits)
        return True

    def _may_raise(
        self, state: State, handler: int, states: dict[int, State], pending: set[int], visits: list[int]
    ) -> None:
        """Some op may raise: the handler has to do with it, whatever it is."""
        state.env[UNTOLD] = TRUE
        self._flow_to(handler, state, states, pending, visits)

    def _leave_block(self, handler: int) -> None:
        """A call in the block never comes back: only its exception goes on, where one is handled."""
        self.stopped = False
        if handler < 0:
            self.leave_raising()

    def _seen_by_handler(self, slot: str, handler: State) -> None:
        """A call may have raised before the variable gets another value."""
        held = self.state.env.get(slot)
        if held is not None:
            handler.env[slot] = join(handler.env.get(slot, UNKNOWN), held)

    def _flow_to(
        self, target: int, state: State, states: dict[int, State], pending: set[int], visits: list[int]
    ) -> None:
        known = states.get(target)
        if known is None:
            states[target] = state.copy()
            pending.add(target)
        elif known.merge(state, self):
            if visits[target] < (limits.LONG_VISITS if self.long else limits.VISITS):
                pending.add(target)
            else:
                limits.reached("visits of one block")

    # -- what all instances share ----------------------------------------------------------------------------------

    def write_field(self, cls: int, name: str, value: Value) -> None:
        """An attribute of instances of ``cls`` is stored."""
        told = bool(self.context) and self.fn.ir.name == "__init__"  # of which class, the caller knows
        if told or self.solver.write_field(cls, name, value, self):
            fields = self.summary.fields
            if (cls, name) in fields or len(fields) < limits.WRITES:
                fields[(cls, name)] = join(fields.get((cls, name), UNKNOWN), value)
            else:
                limits.reached("attributes that one call stores")
                if told:
                    self.solver.write_field(cls, name, value, self)

    def write_class_attribute(self, cls: int, name: str, value: Value) -> None:
        """An attribute of a class is stored, by code outside of the class's body."""
        self.solver.write_class_attribute(cls, name, value)
        if any(isinstance(a, Obj) and a.id[0] == "o" for a in value.atoms):
            self.shown.append(value)
        symbolic = any(isinstance(m.source, Symbol) for m in value.marks)
        if symbolic or any(isinstance(a, Obj) and a.id[0] == "s" for a in value.atoms):
            receiver = self.fn.method_kind == "class" and cls == self.fn.cls
            fields = self.summary.class_fields
            key = (-1 if receiver else cls, name)
            if key in fields or len(fields) < limits.WRITES:
                fields[key] = join(fields.get(key, UNKNOWN), value)
