"""How long a time an expression is, where the code says so: ``timedelta(days=30)``, ``60 * 60``, ``settings.AGE``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.ir import ops as o
from privlint.ir.module import FunctionIR

_DEPTH = 8  # parts of an expression, and variables in a row
_UNITS = {
    "years": 366 * 86400.0, "months": 31 * 86400.0, "weeks": 7 * 86400.0, "days": 86400.0, "hours": 3600.0,
    "minutes": 60.0, "seconds": 1.0, "milliseconds": 0.001, "microseconds": 0.000001,
}  # fmt: skip
_BY_PLACE = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
_NOW = frozenset(("now", "utcnow", "today", "time", "localtime"))
_SAME = frozenset(("int", "float", "round", "str", "total_seconds", "ceil", "floor", "timestamp"))
_FAR = re.compile(r"\b(?:20[4-9]\d|2[1-9]\d\d|[3-9]\d\d\d)\b")  # a year in which nobody will ask for it any more
_FIRST_FAR_YEAR = 2040
_SESSIONS = "permanent_session_lifetime"


class Durations:
    """Asked by what has to know for how long something is kept."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._program = calls.program
        self._settings_memo: dict[str, list[tuple[int, int]]] | None = None

    def seconds(self, fn: int, reg: int, depth: int = 0) -> float | None:
        """The seconds from now; ``inf`` for ever; None where that cannot be told."""
        body = self._calls.body(fn)
        op = body.only(reg)
        if op is None or depth > _DEPTH:
            return None
        if isinstance(op, o.Const):
            return _number(op.value)
        if isinstance(op, o.Move | o.Await):
            return self.seconds(fn, op.src, depth + 1)
        if isinstance(op, o.Combine):
            return self._combined(fn, op, depth)
        if isinstance(op, o.Call):
            return self._called(fn, body, op, depth)
        if isinstance(op, o.LoadName):
            return self._variable(fn, body, op, depth)
        if isinstance(op, o.LoadAttr):
            return self.setting(op.name, depth + 1) if op.name.isupper() else None
        if isinstance(op, o.LoadItem):
            key = body.constant(op.key)
            return self.setting(key, depth + 1) if isinstance(key, str) and key.isupper() else None
        return None

    def setting(self, name: str, depth: int = 0) -> float | None:
        """A constant of the program, or of its configuration, that has one value."""
        found = {self.seconds(fn, reg, depth + 1) for fn, reg in self._settings.get(name, ())}
        return found.pop() if len(found) == 1 else None

    def value(self, name: str) -> object:
        """The constant that a setting is, or ``NotImplemented``."""
        found = self._settings.get(name, ())
        return self._calls.body(found[0][0]).constant(found[0][1]) if len(found) == 1 else NotImplemented

    def has(self, name: str) -> bool:
        """Whether anything in the program sets it."""
        return name in self._settings

    def _combined(self, fn: int, op: o.Combine, depth: int) -> float | None:
        if len(op.args) != 2 or op.op not in ("+", "-", "*", "/", "//"):
            return None
        left, right = (self.seconds(fn, arg, depth + 1) for arg in op.args)
        if left is None or right is None:
            return None
        if op.op in ("/", "//"):
            return left / right if right else None
        found = left + right if op.op == "+" else left - right if op.op == "-" else left * right
        return None if math.isnan(found) else found

    def _called(self, fn: int, body: Body, call: o.Call, depth: int) -> float | None:
        last = body.words(call.func).last
        if last in ("timedelta", "relativedelta"):
            total = 0.0
            for place, arg in enumerate(call.args):
                unit = arg.label or (_BY_PLACE[place] if last == "timedelta" and place < len(_BY_PLACE) else "")
                amount = self.seconds(fn, arg.reg, depth + 1)
                if unit not in _UNITS or amount is None:
                    return None
                total += amount * _UNITS[unit]
            return total
        if last in _NOW:
            return 0.0
        if last in ("datetime", "date") and call.args:
            year = body.constant(call.args[0].reg)
            return math.inf if isinstance(year, int) and year >= _FIRST_FAR_YEAR else None
        func = body.only(call.func)
        if last in _SAME and isinstance(func, o.LoadAttr) and not call.args:
            return self.seconds(fn, func.obj, depth + 1)
        if last in _SAME and call.args:
            return self.seconds(fn, call.args[0].reg, depth + 1)
        return None

    def _variable(self, fn: int, body: Body, op: o.LoadName, depth: int) -> float | None:
        if op.scope in ("local", "cell"):
            stored = body.stores.get(op.slot, ())
            return self.seconds(fn, stored[0][1].src, depth + 1) if len(stored) == 1 else None
        function = self._program.functions[fn]
        module = self._program.modules[function.module].functions[0]
        stored = self._calls.body(module).stores.get(op.slot, ())
        if len(stored) != 1:
            return None
        made = self._calls.body(module).only(stored[0][1].src)
        if isinstance(made, o.Import):
            return self.setting(op.slot, depth + 1) if op.slot.isupper() else None
        return self.seconds(module, stored[0][1].src, depth + 1)

    @property
    def _settings(self) -> dict[str, list[tuple[int, int]]]:
        """Names in capitals, with what they are set to: variables of modules and classes, keys, keyword arguments."""
        found = self._settings_memo
        if found is None:
            found = self._settings_memo = self._find_settings()
        return found

    def _find_settings(self) -> dict[str, list[tuple[int, int]]]:
        out: dict[str, list[tuple[int, int]]] = {}
        for function in self._program.functions:
            if self._calls.in_tests(function.id) or not _has_settings(function.ir):
                continue
            body = self._calls.body(function.id)
            outside = function.ir.kind in ("module", "class")
            for block in function.ir.blocks:
                for op in block.ops:
                    for name, reg in _set(body, op, outside):
                        if name.isupper():
                            out.setdefault(name, []).append((function.id, reg))
        return out


def _has_settings(ir: FunctionIR) -> bool:
    """Whether anything in a function is called by a name in capitals: only then is it worth an index."""
    return any(map(str.isupper, _names(ir)))


def _names(ir: FunctionIR) -> Iterator[str]:
    for block in ir.blocks:
        for op in block.ops:
            if isinstance(op, o.Const):
                if isinstance(op.value, str):
                    yield op.value
            elif isinstance(op, o.StoreName):
                yield op.slot
            elif isinstance(op, o.StoreAttr):
                yield op.name.upper() if op.name == _SESSIONS else op.name
            elif isinstance(op, o.Call):
                yield from (arg.label for arg in op.args if arg.label)


def _set(body: Body, op: o.Op, outside: bool) -> Iterator[tuple[str, int]]:
    if isinstance(op, o.StoreName):
        if outside and not isinstance(body.only(op.src), o.Import):
            yield op.slot, op.src
    elif isinstance(op, o.StoreAttr):
        yield op.name.upper() if op.name == _SESSIONS else op.name, op.src
    elif isinstance(op, o.StoreItem):
        key = body.constant(op.key)
        if isinstance(key, str):
            yield key, op.src
    elif isinstance(op, o.Call):
        for arg in op.args:
            if arg.label:
                yield arg.label, arg.reg
    elif isinstance(op, o.Build) and op.kind == "dict":
        for key_part, value in zip(op.parts[::2], op.parts[1::2], strict=False):
            key = body.constant(key_part.reg)
            if isinstance(key, str):
                yield key, value.reg


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value.isdigit():
        return float(value)
    return math.inf if isinstance(value, str) and _FAR.search(value) else None
