"""Where a register holds all that a user sent: ``request.json``, ``request.POST.dict()``, an undescribed body."""

from __future__ import annotations

from typing import NamedTuple

from privlint.flow.uses.code import Code, Names
from privlint.ir import ops as o
from privlint.resolve.program import Function

_PARTS = frozenset(
    ["form", "json", "POST", "data", "GET", "args", "values", "query_params", "params", "query", "payload", "json_body"]
)
_CALLS = frozenset(["get_json", "json", "form", "post", "get_data", "body"])
_WRAPS = frozenset(["dict", "loads", "OrderedDict", "QueryDict", "deepcopy", "copy", "MultiDict"])
_METHODS = frozenset(["to_dict", "dict", "copy", "decode", "to_python"])
_DEPTH = 6
_CALLERS = 3
_HANDLERS = ("get", "post", "put", "patch", "delete", "route", "api_route", "api_view")


class Taken(NamedTuple):
    """The look-up that gives all of it: where, in which function, as written."""

    function: int
    n: int
    text: str


class Requests:
    """Finds where whole requests come from, through variables and calls."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._program = names.program
        self._calls: dict[str, list[tuple[int, o.Call]]] | None = None

    def wholes(self, function: int, reg: int, depth: int = 0) -> list[Taken]:
        """The look-ups of whole requests that a register may hold."""
        code = self._names.code(function)
        found = self._whole(code, reg, 0)
        if isinstance(found, Taken):
            return [found]
        if isinstance(found, str) and depth < _CALLERS:
            return self._of_parameter(code.function, found, depth)
        return []

    def _whole(self, code: Code, reg: int, depth: int) -> Taken | str | None:
        """A look-up, the name of a parameter, or None."""
        op = code.made.get(reg)
        if depth > _DEPTH or op is None:
            return None
        if isinstance(op, o.Move | o.Await):
            return self._whole(code, op.src, depth + 1)
        if isinstance(op, o.LoadName):
            return self._variable(code, op, depth)
        if isinstance(op, o.LoadAttr):
            return self._attribute(code, op)
        return self._call(code, op, depth) if isinstance(op, o.Call) else None

    def _variable(self, code: Code, op: o.LoadName, depth: int) -> Taken | str | None:
        stored = code.stores.get(op.slot, ())
        if not stored and any(param.name == op.slot for param in code.ir.params):
            return op.slot
        return self._whole(code, stored[0].src, depth + 1) if len(stored) == 1 and op.scope == "local" else None

    def _attribute(self, code: Code, op: o.LoadAttr) -> Taken | None:
        text = code.text(op.obj)
        if op.name not in _PARTS or not _is_request(text):
            return None
        return Taken(code.function.id, op.n, f"{text}.{op.name}")

    def _call(self, code: Code, op: o.Call, depth: int) -> Taken | str | None:
        method = code.made.get(op.func)
        last = code.callee(op).rpartition(".")[2]
        if isinstance(method, o.LoadAttr):
            text = code.text(method.obj)
            if method.name in _CALLS and _is_request(text):
                return Taken(code.function.id, op.n, f"{text}.{method.name}()")
            if method.name in _METHODS and not op.args:
                return self._whole(code, method.obj, depth + 1)
        if last in _WRAPS and len(op.args) == 1 and op.args[0].label in (None, "**"):
            body = code.text(op.args[0].reg)
            if last == "loads" and body.removesuffix("()").rpartition(".")[2] in ("body", "data", "get_data", "read"):
                return Taken(code.function.id, op.args[0].n, body)
            return self._whole(code, op.args[0].reg, depth + 1)
        return None

    # -- across calls --------------------------------------------------------------------------------------------

    def _of_parameter(self, function: Function, name: str, depth: int) -> list[Taken]:
        """What callers pass as a parameter; a handler of requests is given it by its framework."""
        index = next(i for i, param in enumerate(function.ir.params) if param.name == name)
        param = function.ir.params[index]
        if _is_handler(function) and param.annotation is not None and param.annotation.name.lower().startswith("dict"):
            return [Taken(function.id, param.n, name)]
        out: list[Taken] = []
        offset = 1 if function.method_kind in ("method", "class") else 0
        for caller, op in self._callers().get(function.ir.name, ()):
            out += self._passed(caller, op, param.kind, name, index - offset, depth)
        return out

    def _passed(self, caller: int, op: o.Call, kind: str, name: str, position: int, depth: int) -> list[Taken]:
        at = 0
        for arg in op.args:
            if arg.label == name or (arg.label is None and at == position) or (arg.label == "**" and kind == "**"):
                return self.wholes(caller, arg.reg, depth + 1)
            at += arg.label is None
        return []

    def _callers(self) -> dict[str, list[tuple[int, o.Call]]]:
        if self._calls is None:
            self._calls = {}
            for function in self._program.functions:
                code = self._names.code(function.id)
                for op in code.made.values():
                    if isinstance(op, o.Call):
                        last = code.callee(op).rpartition(".")[2]
                        self._calls.setdefault(last, []).append((function.id, op))
        return self._calls


def _is_request(text: str) -> bool:
    last = text.removesuffix("()").rpartition(".")[2]
    return last in ("request", "req", "get_current_request") or last.endswith("_request")


def _is_handler(function: Function) -> bool:
    return any(text.rpartition(".")[2] in _HANDLERS and "." in text for text in function.ir.decorators)
