"""What a condition says where it comes out true, or false: which checks were made to get there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from privlint.flow.safeguards.bodies import Body, Place
from privlint.flow.safeguards.checks import NONE, Checks, all_of, for_what
from privlint.flow.safeguards.selecting import REFUSED
from privlint.ir import ops as o

if TYPE_CHECKING:
    from privlint.flow.safeguards.held import Held

_IS = {"is_": True, "is_not": False, "isnot": False}  # methods of columns: whether they ask for the same
_SPELT: dict[str, object] = {"true": True, "false": False, "null": None}  # constants as SQLAlchemy has them
_REFUSALS = re.compile(r"(?:^|_)(?:err|errors?|denied|denial|refusal|failure|problem|resp|response)$")
_DEPTH = 8  # parts of a condition that are looked into


class Conditions:
    """The conditions of all functions."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._properties_memo: dict[str, list[int]] | None = None

    def implied(self, fn: int, reg: int, outcome: bool, depth: int = 0) -> Checks:
        """What holds where the expression in a register comes out true, or false."""
        if depth > _DEPTH:
            return NONE
        body = self._held.calls.body(fn)
        found = body.defs.get(reg, ())
        sets: list[Checks] = []
        for place, op in found:
            if isinstance(op, o.Combine) and op.op == "falsy":
                if not outcome:
                    sets.append(self._here(fn, place, found) | self.implied(fn, op.args[0], False, depth + 1))
                continue
            value = op.value if isinstance(op, o.Const) else body.constant(op.src) if isinstance(op, o.Move) else ...
            if len(found) > 1 and value not in (..., NotImplemented) and bool(value) is not outcome:
                continue
            sets.append(self._here(fn, place, found) | self._of(fn, body, op, outcome, depth))
        return all_of(sets)

    def _here(self, fn: int, place: Place, several: Iterable[object]) -> Checks:
        """What holds where one of several ops writes a register."""
        return self._held.entries.get(fn, {}).get(place.block, NONE) if len(list(several)) > 1 else NONE

    def _of(self, fn: int, body: Body, op: o.Op, outcome: bool, depth: int) -> Checks:
        if isinstance(op, o.Move | o.Await | o.Enter):
            return self.implied(fn, op.src, outcome, depth + 1)
        if isinstance(op, o.Combine):
            return self._combined(fn, body, op, outcome, depth)
        if isinstance(op, o.LoadName):
            return self._variable(fn, body, op, outcome, depth)
        if isinstance(op, o.Call):
            return self._called(fn, body, op, outcome, depth)
        if isinstance(op, o.LoadAttr | o.LoadItem):
            words = body.words_of(op)
            found = self._held.recogniser.tests(words, [words.text], self._held.site(fn, op.n), outcome=outcome)
            return found | self._property(op, outcome) if isinstance(op, o.LoadAttr) else found
        return NONE

    def _variable(self, fn: int, body: Body, op: o.LoadName, outcome: bool, depth: int) -> Checks:
        words = body.words_of(op)
        out = self._held.recogniser.tests(words, [words.text], self._held.site(fn, op.n), outcome=outcome)
        stored = body.stores.get(op.slot, ()) if op.scope in ("local", "cell") else ()
        sets: list[Checks] = []
        for place, store in stored:
            value = body.constant(store.src)
            if value is not NotImplemented and bool(value) is not outcome:
                continue
            here = self._held.entries.get(fn, {}).get(place.block, NONE) if len(stored) > 1 else NONE
            sets.append(here | self.implied(fn, store.src, outcome, depth + 1))
        return out | all_of(sets)

    def _called(self, fn: int, body: Body, op: o.Call, outcome: bool, depth: int) -> Checks:
        words = body.words_of(op)
        if words.text == "bool()" and op.args:
            return self.implied(fn, op.args[0].reg, outcome, depth + 1)
        func = body.only(op.func)
        if words.last in _IS and isinstance(func, o.LoadAttr) and len(op.args) == 1:  # of a column
            wanted = _constant(body, op.args[0].reg)
            if wanted is not NotImplemented:
                return self.implied(fn, func.obj, (outcome is _IS[words.last]) is bool(wanted), depth + 1)
        if words.last == "not_" and len(op.args) == 1:
            return self.implied(fn, op.args[0].reg, not outcome, depth + 1)
        callees = self._held.calls.callees(fn, op)
        paths = self._held.calls.paths(fn, op.text or words.text.replace("()", ""), callees)
        out = self._held.recogniser.tests(words, paths, self._held.site(fn, op.n), outcome=outcome)
        told = [self._held.told(callee) for callee in callees]
        if told:
            inside = self._held.meet(fn, body, op, callees, [each.true if outcome else each.false for each in told])
            out |= for_what(inside, out)
        return out

    def _property(self, op: o.LoadAttr, outcome: bool) -> Checks:
        """``user.may_be_tracked``, where classes of the program have properties of that name, and all agree."""
        found = self._properties.get(op.name, ())
        if not found or len(found) > 4:
            return NONE
        return all_of([self._held.told(fn).true if outcome else self._held.told(fn).false for fn in found])

    @property
    def _properties(self) -> dict[str, list[int]]:
        """The properties of the program's classes, by name."""
        found = self._properties_memo
        if found is None:
            found = self._properties_memo = self._find_properties()
        return found

    def _find_properties(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for cls in self._held.program.classes:
            for name, method in cls.methods.items():
                if method.kind == "property":
                    out.setdefault(name, []).append(self._held.program.modules[cls.module].functions[method.index])
        return out

    def _combined(self, fn: int, body: Body, op: o.Combine, outcome: bool, depth: int) -> Checks:
        if op.op in ("not", "~"):
            return self.implied(fn, op.args[0], not outcome, depth + 1)
        if op.op in ("==", "is", "!=", "is not"):
            return self._compared(fn, body, op, outcome is (op.op in ("==", "is")), depth)
        if op.op in ("in", "not in"):
            words = body.words_of(op)
            return self._held.recogniser.tests(words, [], self._held.site(fn, op.n), outcome=outcome is (op.op == "in"))
        if op.op == "&":  # of masks of a data frame, of conditions of a query
            sides = [self.implied(fn, arg, outcome, depth + 1) for arg in op.args]
            found = NONE.union(*sides) if outcome else all_of(sides)
            if found:
                return found
        if op.op in (">", ">=", "<", "<=", "&"):
            words = body.words_of(op)
            return self._held.recogniser.tests(
                words, [], self._held.site(fn, op.n), outcome=outcome is (op.op not in ("<", "<="))
            )
        return NONE

    def _compared(self, fn: int, body: Body, op: o.Combine, same: bool, depth: int) -> Checks:
        for subject, other in (op.args, op.args[::-1]):
            value = _constant(body, other)
            if value is NotImplemented:
                continue
            if value is None and same and _is_refusal(body, subject):
                return frozenset(check._replace(passed=True) for check in self.implied(fn, subject, False, depth + 1))
            if value is None or isinstance(value, bool | int) or str(value).lower() in REFUSED:
                wanted = bool(value) and str(value).lower() not in REFUSED
                return self.implied(fn, subject, same is wanted, depth + 1)
            words = body.words(subject)
            return self._held.recogniser.tests(
                words._replace(literals=(*words.literals, str(value))), [], self._held.site(fn, op.n), outcome=same
            )
        words = body.words_of(op)
        return self._held.recogniser.tests(words, [], self._held.site(fn, op.n), outcome=same)


def _is_refusal(body: Body, reg: int) -> bool:
    """Whether a variable holds what is answered to those who may not: ``if error is not None: return error``."""
    op = body.only(reg)
    if not isinstance(op, o.LoadName) or not _REFUSALS.search(op.slot):
        return False
    ends = (block.end for block in body.ir.blocks)
    given_back = [body.only(end.src) for end in ends if isinstance(end, o.Return | o.Raise) and end.src >= 0]
    return any(isinstance(each, o.LoadName) and each.slot == op.slot for each in given_back)


def _constant(body: Body, reg: int) -> object:
    """The constant that a register holds, also as SQLAlchemy spells it (``false()``); or ``NotImplemented``."""
    op = body.only(reg)
    if isinstance(op, o.Call) and not op.args:
        return _SPELT.get(body.words(op.func).last, NotImplemented)
    return body.constant(reg)
