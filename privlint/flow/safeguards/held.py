"""Which checks hold at an op of a function: on every way from the function's entry to there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from privlint.flow.safeguards.bodies import PARAMETER, Body, Place
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.checks import NONE, Checks, all_of, for_what
from privlint.flow.safeguards.conditions import Conditions
from privlint.flow.safeguards.elements import Elements
from privlint.flow.safeguards.queries import RUNS_SQL
from privlint.flow.safeguards.reaching import Made, Reaching, register_of, used
from privlint.flow.safeguards.recognise import Recogniser
from privlint.flow.safeguards.selecting import selected
from privlint.ir import ops as o
from privlint.ir.module import successors
from privlint.model.facts import Check
from privlint.model.location import Site

_DEPTH = 8  # calls within calls that are looked into
_MOST = 24  # checks that are told of one place
_NEVER_BACK = frozenset(("abort", "sys.exit", "exit", "quit", "os._exit", "flask.abort", "bottle.abort", "self.abort",
                         "werkzeug.exceptions.abort", "parser.error", "pytest.skip", "self.fail"))  # fmt: skip


class Told(NamedTuple):
    """What a call of a function tells: that it came back, that its result is true, or false; whether it can fail."""

    normal: Checks = NONE
    true: Checks = NONE
    false: Checks = NONE
    audits: bool = False
    returns: bool = True


class _Inside(NamedTuple):
    """By the index of an op in its block: what the calls before it establish, which records those from it on write."""

    before: tuple[Checks, ...]
    audits: tuple[Checks, ...]


class Held:
    """The checks of all functions, found when asked for."""

    def __init__(self, calls: Calls, recogniser: Recogniser) -> None:
        self.calls = calls
        self.program = calls.program
        self.recogniser = recogniser
        self.entries: dict[int, dict[int, Checks]] = {}
        self._made: dict[tuple[int, int], tuple[Checks, bool]] = {}  # call -> what it establishes, whether it returns
        self._nodes: dict[tuple[int, int], Checks] = {}
        self._blocks: dict[tuple[int, int], _Inside] = {}
        self._told: dict[int, Told] = {}
        self._elements = Elements(self)
        self._implying = Conditions(self)
        self._running: set[int] = set()
        self._of_rows: set[Site] = set()  # checks that hold for the rows of a query
        # Where in a function there are rows, or elements, for which a check holds: calls, loops.
        self._given_by: dict[tuple[int, Site], set[int]] = {}
        self.reaching = Reaching()
        self._conditions: dict[int, Made] = {}

    def site(self, fn: int, node: int) -> Site:
        """A node of the file that a function stands in."""
        return Site(self.program.modules[self.program.functions[fn].module].path, node)

    # -- a place -------------------------------------------------------------------------------------------------

    def at(self, fn: int, place: Place) -> Checks:
        """The checks that hold just before an op."""
        entry = self.blocks(fn).get(place.block)
        if entry is None:
            return NONE  # dead code
        return entry | self._inside(fn, place.block).before[place.at]

    def at_node(self, fn: int, node: int) -> Checks:
        """The checks that hold at a node, and the records that are written once it is done."""
        known = self._nodes.get((fn, node))
        if known is None:
            known = self._nodes[(fn, node)] = self._at_node(fn, node)
        return known

    def passed_on(self, fn: int, node: int, entered: frozenset[int] = frozenset()) -> Checks:
        """The checks that hold at a call, and for what lists are that it is given: whose elements were chosen.

        ``entered``: where in the function the data comes from that it is about, as far as that is known.  What holds
        for the rows of a query, or for the elements of a list, then counts only if the data may be of these.
        """
        body = self.calls.body(fn)
        held = self.at_node(fn, node)
        place = body.at.get(node)
        op = body.op(place) if place is not None else None
        if node in body.args:
            regs = [body.args[node][2].reg]
        else:
            regs = [arg.reg for arg in op.args] if isinstance(op, o.Call) else []
        if entered and regs:
            own = [reg for each in entered if (reg := register_of(body, each)) is not None]
            held = self.about(fn, held, own or regs)
        return held | self._elements.any(fn, regs, entered=entered)

    def chooses(self, fn: int) -> bool:
        """Whether a function does some of what it does only where a check of consent came out so."""
        return any(check.kind == "consent" for checks in self.blocks(fn).values() for check in checks)

    def for_all(self, fn: int, checks: Checks) -> Checks:
        """Those of some checks that hold for more than the rows of a query, or the elements of a list."""
        return frozenset(check for check in checks if (fn, check.site) not in self._given_by)

    def about(self, fn: int, checks: Checks, regs: Iterable[int]) -> Checks:
        """Those of some checks that do not hold for rows or elements alone of which these values are none."""
        if not any((fn, check.site) in self._given_by for check in checks):
            return checks
        body = self.calls.body(fn)
        made = self.reaching.made_of(body, regs)
        return frozenset(check for check in checks if not self._of_others(fn, body, check, made))

    def _of_others(self, fn: int, body: Body, check: Check, made: Made) -> bool:
        """Whether a check holds for rows or elements alone of which a value that is made of this is none."""
        nodes = self._given_by.get((fn, check.site), ()) if check.site is not None else ()
        if not nodes:
            return False
        for node in nodes:
            if node in made.nodes or node in self._asked(fn, body).nodes:
                return False
            place = body.at.get(node)
            op = body.op(place) if place is not None else None
            if not isinstance(op, o.Call | o.Iterate):
                return False
            if isinstance(op, o.Call) and self._put_away(body, op, made):
                return False
            regs = (op.func, *(arg.reg for arg in op.args)) if isinstance(op, o.Call) else (op.src,)
            runs = isinstance(op, o.Call) and body.words(op.func).last in RUNS_SQL
            if self.reaching.made_of(body, regs).touches(made, asked=runs):
                return False
        return True

    def _put_away(self, body: Body, call: o.Call, made: Made) -> bool:
        """Whether a call may have put the rows where a value comes from: in the same object, or anywhere."""
        owner = body.words(call.func).text.partition(".")[0]
        if owner in ("self", "cls"):
            return any(name.startswith(f"{owner}.") for name in made.variables)
        return not used(body, call.dst)

    def _keeps_rows(self, fn: int, body: Body) -> bool:
        """``self.people = Person.objects.filter(...)``: a method that stores the rows of a query in its object."""
        nodes = {node for (where, _), found in self._given_by.items() if where == fn for node in found}
        return bool(nodes) and any(not nodes.isdisjoint(self.reaching.made_of(body, (src,)).nodes) for src in body.kept)

    def _asked(self, fn: int, body: Body) -> Made:
        """What the conditions of a function are made of: whoever asks a query decides by it."""
        known = self._conditions.get(fn)
        if known is None:
            ends = [block.end for block in body.ir.blocks]
            regs = [end.cond for end in ends if isinstance(end, o.Branch)]
            known = self._conditions[fn] = self.reaching.made_of(body, regs)
        return known

    def _at_node(self, fn: int, node: int) -> Checks:
        body = self.calls.body(fn)
        place = body.at.get(node)
        if place is None and node in body.args:
            place = body.args[node][0]
        if place is None:
            return NONE
        return self.at(fn, place) | self._afterwards(fn, body, place)

    def _afterwards(self, fn: int, body: Body, place: Place) -> Checks:
        """Audit records that are written after an op: it is done when they are."""
        out = set(self._inside(fn, place.block).audits[place.at])
        seen: set[int] = set()
        todo = successors(body.ir, place.block)
        while todo:
            number = todo.pop()
            if number not in seen:
                seen.add(number)
                out |= self._inside(fn, number).audits[0]
                todo += successors(body.ir, number)
        return frozenset(out)

    def _inside(self, fn: int, number: int) -> _Inside:
        """What the calls of a block establish, up to each op and from each op on."""
        known = self._blocks.get((fn, number))
        if known is not None:
            return known
        body = self.calls.body(fn)
        before, audits = [NONE], [NONE]
        ops = body.ir.blocks[number].ops
        made = [self.made(fn, body, op)[0] if isinstance(op, o.Call) else NONE for op in ops]
        for op, checks in zip(ops, made, strict=True):
            told = self._each_of(fn, op) if isinstance(op, o.Iterate) else checks
            before.append(before[-1] | told if told else before[-1])
        for checks in reversed(made):
            records = frozenset(each for each in checks if each.kind == "audit")
            audits.append(audits[-1] | records if records else audits[-1])
        found = self._blocks[(fn, number)] = _Inside(tuple(before), tuple(reversed(audits)))
        return found

    def blocks(self, fn: int) -> dict[int, Checks]:
        """The checks that hold where each block begins; a block that nothing reaches is left out."""
        known = self.entries.get(fn)
        if known is not None:
            return known
        self.entries[fn] = {}  # while it is asked for in a circle
        body = self.calls.body(fn)
        found = self.entries[fn] = self._forward(fn, body)
        self._elements.forget(fn)
        if any(found.values()) and body.branching:
            found = self.entries[fn] = self._forward(fn, body)  # now knowing what holds where variables are set
        return found

    def _forward(self, fn: int, body: Body) -> dict[int, Checks]:
        ir = body.ir
        entry: dict[int, Checks] = {0: NONE}
        todo = {0}
        for _ in range(40 * len(ir.blocks)):
            if not todo:
                break
            number = min(todo)
            todo.discard(number)
            for target, checks in self._ways_on(fn, body, number, entry[number]):
                old = entry.get(target)
                new = checks if old is None else old & checks
                if old is None or new != old:
                    entry[target] = new
                    todo.add(target)
        return entry

    def _ways_on(self, fn: int, body: Body, number: int, before: Checks) -> list[tuple[int, Checks]]:
        """Where a block goes on, each with what holds there."""
        block = body.ir.blocks[number]
        after, alive = self.through(fn, body, number, before)
        out: list[tuple[int, Checks]] = []
        if alive and isinstance(block.end, o.Branch):
            for target, outcome in ((block.end.then, True), (block.end.orelse, False)):
                if body.constant(block.end.cond) is not (not outcome):
                    out.append((target, after | self.implied(fn, block.end.cond, outcome)))
        elif alive:
            out = [(target, after) for target in successors(body.ir, number)]
        if block.handler >= 0:
            out.append((block.handler, before))
        return out

    def through(self, fn: int, body: Body, number: int, before: Checks) -> tuple[Checks, bool]:
        """What holds after the ops of a block; and whether it is ever left."""
        found = set(before)
        for op in body.ir.blocks[number].ops:
            if isinstance(op, o.Call):
                made, returns = self.made(fn, body, op)
                found |= made
                if not returns:
                    return frozenset(found), False
            elif isinstance(op, o.Iterate):
                found |= self._each_of(fn, op)
        return frozenset(found if len(found) <= _MOST else sorted(found, key=repr)[:_MOST]), True

    def _each_of(self, fn: int, op: o.Iterate) -> Checks:
        """What holds for each element of what a loop goes through."""
        found = self._elements.of(fn, op.src)
        for check in found:
            if check.site is not None:
                self._given_by.setdefault((fn, check.site), set()).add(op.n)
        return found

    # -- calls ---------------------------------------------------------------------------------------------------

    def made(self, fn: int, body: Body, call: o.Call) -> tuple[Checks, bool]:
        """What holds once a call has come back; and whether it ever does."""
        key = (fn, call.n)
        known = self._made.get(key)
        if known is not None:
            return known
        self._made[key] = (NONE, True)
        callees = self.calls.callees(fn, call)
        words = body.words_of(call)
        paths = self.calls.paths(fn, call.text or words.text.replace("()", ""), callees)
        used = body.reads[call.dst] > 0
        by_name = self.recogniser.raises(words, paths, self.site(fn, call.n), used=used)
        if call.dst in body.entered:  # ``with permission.require():``
            by_name |= self.recogniser.decorates(words, paths, self.site(fn, call.n))
        told = [self.told(callee) for callee in callees]
        if told and by_name and not any(self._can_fail(callee, 0) for callee in callees):
            by_name = frozenset(each for each in by_name if each.kind == "audit")
        out = set(by_name)
        if told:
            out |= for_what(self.meet(fn, body, call, callees, [each.normal for each in told]), by_name)
            if all(each.audits for each in told):
                out.add(Check("audit", words.text, (), True, self.site(fn, call.n)))
        else:
            chosen = selected(self, fn, body, call)
            self._of_rows |= {each.site for each in chosen if each.site is not None}
            out |= chosen
        for check in out:
            if check.site in self._of_rows and check.site is not None:
                self._given_by.setdefault((fn, check.site), set()).add(call.n)
        returns = any(each.returns for each in told) if told else not _NEVER_BACK.intersection(paths)
        self._made[key] = (frozenset(out), returns)
        return self._made[key]

    def meet(self, fn: int, body: Body, call: o.Call, callees: list[int], sets: list[Checks]) -> Checks:
        """What all of several possible callees tell, in the caller's words."""
        given = [
            {self._substituted(each, body, call, callee) for each in checks}
            for callee, checks in zip(callees, sets, strict=True)
        ]
        common = set.intersection(*({(c.kind, c.purposes, c.passed) for c in checks} for checks in given))
        best: dict[tuple[object, ...], Check] = {}
        for checks in given:
            for check in sorted(checks, key=repr):
                if (check.kind, check.purposes, check.passed) in common:
                    best.setdefault((check.kind, check.purposes, check.passed), check)
        return frozenset(best.values())

    def _substituted(self, check: Check, body: Body, call: o.Call, callee: int) -> Check:
        if not any(text.startswith(PARAMETER) for text in check.purposes):
            return check
        function = self.program.functions[callee]
        params = [param.name for param in function.ir.params]
        positional = params[1:] if function.method_kind in ("method", "class") else params
        out: list[str] = []
        for text in check.purposes:
            if not text.startswith(PARAMETER):
                out.append(text)
                continue
            name = text[len(PARAMETER) :]
            by_place = positional.index(name) if name in positional else -1
            place = 0
            for arg in call.args:
                if arg.label == name or (arg.label is None and place == by_place):
                    out += body._literal(arg.reg, 0)
                place += arg.label is None
        return check._replace(purposes=tuple(dict.fromkeys(out)))

    def implied(self, fn: int, reg: int, outcome: bool) -> Checks:
        """What holds where an expression comes out true, or false."""
        return self._implying.implied(fn, reg, outcome)

    def told(self, fn: int) -> Told:
        """What callers of a function may conclude."""
        known = self._told.get(fn)
        if known is not None:
            return known
        if fn in self._running or len(self._running) > _DEPTH:
            return Told()
        self._running.add(fn)
        try:
            found = self._tell(fn)
        finally:
            self._running.discard(fn)
        if not self._running:
            self._told[fn] = found
        else:
            self._told.setdefault(fn, found)
        return found

    def _tell(self, fn: int) -> Told:
        body = self.calls.body(fn)
        entries = self.blocks(fn)
        normal: list[Checks] = []
        true: list[Checks] = []
        false: list[Checks] = []
        for number, block in enumerate(body.ir.blocks):
            if not isinstance(block.end, o.Return) or number not in entries:
                continue
            held, alive = self.through(fn, body, number, entries[number])
            if not alive:
                continue
            rest = held
            if _tests(body, block.end) and not self._keeps_rows(fn, body):
                rest = frozenset(each for each in held if each.site not in self._of_rows)
            normal.append(rest)
            value = None if block.end.src < 0 else body.constant(block.end.src)
            if value is NotImplemented or value:
                true.append(held | self.implied(fn, block.end.src, True) if value is NotImplemented else held)
            if value is NotImplemented or not value:
                false.append(rest | self.implied(fn, block.end.src, False) if value is NotImplemented else rest)
        audits = any(each.kind == "audit" for _, call in body.calls for each in self.made(fn, body, call)[0])
        plain = body.ir.kind == "function" and not body.ir.generator
        return Told(all_of(normal), all_of(true), all_of(false), audits, bool(normal) or not plain)

    def _can_fail(self, fn: int, depth: int) -> bool:
        """Whether a function raises by itself, or calls one that may."""
        body = self.calls.body(fn)
        if any(isinstance(block.end, o.Raise) for block in body.ir.blocks):
            return True
        for _, call in body.calls:
            callees = self.calls.callees(fn, call)
            if not callees and (
                _NEVER_BACK.intersection((call.text, call.text.rpartition(".")[2])) or self.recogniser.raises(
                    body.words_of(call), [call.text], self.site(fn, call.n), used=False)
            ):  # fmt: skip
                return True
            if depth < 2 and any(callee != fn and self._can_fail(callee, depth + 1) for callee in callees):
                return True
        return False


def _tests(body: Body, end: o.Return) -> bool:
    """Whether a function returns whether there is something, or nothing at all, and not the rows that it asked for."""
    if end.src < 0 or body.constant(end.src) is None:
        return True
    op = body.only(end.src) if end.src >= 0 else None
    if isinstance(op, o.Call):
        return body.words(op.func).last in ("bool", "exists", "count", "any")
    return isinstance(op, o.Combine) and op.op in ("is", "is not", "==", "!=", "not", ">", "in", "not in")
