"""Who calls whom, and from where: what the solver found, what plain names say, and who is handed to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from privlint.flow.safeguards.bodies import Body
from privlint.ir import ops as o
from privlint.ir.module import FunctionIR
from privlint.resolve.program import Function, Program

_REGISTERS = (
    *("include_router", "register_blueprint", "mount", "add_middleware", "Middleware", "Router", "Litestar"),
    *("add_subapp", "add_routes", "Application"),
)
_LATER = frozenset(("delay", "apply_async", "send", "enqueue", "defer", "schedule", "si", "s", "signature", "kiq"))


class CallSite(NamedTuple):
    """A call: the function it stands in, and its node."""

    fn: int
    node: int


class Handed(NamedTuple):
    """A function or class that is passed to a call: ``into`` is what is called, ``call`` the call."""

    fn: int
    call: o.Call
    into: str


class Calls:
    """The call graph, asked from below."""

    def __init__(self, program: Program, found: Mapping[tuple[int, int], Iterable[int]]) -> None:
        self.program = program
        self._found = found
        self._bodies: dict[int, Body] = {}
        self._callers: dict[int, tuple[CallSite, ...]] = {}
        self._by_callee_memo: dict[int, list[CallSite]] | None = None
        self._uses_memo: dict[str, list[tuple[int, int]]] | None = None
        self._registering_memo: list[tuple[int, o.Call]] | None = None

    def body(self, fn: int) -> Body:
        """A function's ops."""
        body = self._bodies.get(fn)
        if body is None:
            body = self._bodies[fn] = Body(self.program.functions[fn].ir)
        return body

    # -- downwards -----------------------------------------------------------------------------------------------

    def callees(self, fn: int, call: o.Call) -> list[int]:
        """The functions of the program that a call may mean."""
        found = sorted(set(self._found.get((fn, call.n), ())))
        if found:
            return found
        named = self.named(fn, call.text) if call.text else None
        return [named] if named is not None else []

    def named(self, fn: int, text: str) -> int | None:
        """The function of the program that a dotted text means where it stands."""
        function = self.program.functions[fn]
        head, _, rest = text.partition(".")
        if head in ("self", "cls") and rest and "." not in rest:
            cls = self._class_of(function)
            method = self.program.method(cls, rest) if cls >= 0 else None
            return method.function if method is not None else None
        inner = self._inner(function, head)
        if inner is not None:
            return inner if not rest else None
        entity = self.program.lookup(self.program.modules[function.module], text)
        if entity is not None and entity.kind == "function":
            return entity.number
        if entity is not None and entity.kind == "class":
            method = self.program.method(entity.number, "__init__")
            return method.function if method is not None else None
        return None

    def _class_of(self, function: Function) -> int:
        while function.cls < 0 and function.parent >= 0:
            function = self.program.functions[function.parent]
        return function.cls

    def _inner(self, function: Function, name: str) -> int | None:
        for depth in range(4):
            body = self.body(function.id)
            stored = body.stores.get(name)
            if stored and function.ir.kind != "module":
                made = body.only(stored[-1][1].src)
                if isinstance(made, o.MakeFunction):
                    return self.program.modules[function.module].functions[made.index]
                return None
            if function.parent < 0 or depth == 3:
                return None
            function = self.program.functions[function.parent]
        return None

    def paths(self, fn: int, text: str, callees: Iterable[int] = ()) -> list[str]:
        """The dotted paths that a callee goes by: as written, as imported, as the program's functions are called."""
        out = [text] if text else []
        if text:
            module = self.program.modules[self.program.functions[fn].module]
            entity = self.program.lookup(module, text)
            if entity is not None and entity.path and entity.kind == "external":
                out.append(entity.path)
        out += [self.program.functions[callee].dotted for callee in callees]
        return list(dict.fromkeys(out))

    # -- upwards -------------------------------------------------------------------------------------------------

    @property
    def _by_callee(self) -> dict[int, list[CallSite]]:
        found = self._by_callee_memo
        if found is None:
            found = self._by_callee_memo = self._find_by_callee()
        return found

    def _find_by_callee(self) -> dict[int, list[CallSite]]:
        out: dict[int, list[CallSite]] = {}
        for (fn, node), callees in self._found.items():
            for callee in callees:
                out.setdefault(callee, []).append(CallSite(fn, node))
        return out

    def callers(self, fn: int) -> tuple[CallSite, ...]:
        """The calls of a function, those of tests left out; putting it into a queue counts."""
        known = self._callers.get(fn)
        if known is None:
            sites = {site for site in self._by_callee.get(fn, ()) if site.fn != fn}
            function = self.program.functions[fn]
            for use in self._uses.get(function.ir.name, ()):
                sites.update(self._called_at(use, fn))
            known = tuple(sorted(site for site in sites if not self.in_tests(site.fn)))
            self._callers[fn] = known
        return known

    def handed(self, fn: int) -> list[Handed]:
        """Where a function is passed to a call as an argument."""
        name = self.program.functions[fn].ir.name
        return [found for use in self._uses.get(name, ()) for found in self._handed_at(use, "function", fn)]

    def handed_class(self, cls: int) -> list[Handed]:
        """Where a class, or what its ``as_view()`` gives, is passed to a call."""
        name = self.program.classes[cls].name
        return [found for use in self._uses.get(name, ()) for found in self._handed_at(use, "class", cls)]

    def in_tests(self, fn: int) -> bool:
        """Whether a function belongs to the program's own tests."""
        parts = self.program.modules[self.program.functions[fn].module].path.split("/")
        return (
            parts[-1].startswith(("test_", "conftest"))
            or parts[-1].endswith(("_test.py", "_tests.py"))
            or any(part in ("tests", "test", "testing") for part in parts[:-1])
            or parts[-1] == "tests.py"
        )

    @property
    def _uses(self) -> dict[str, list[tuple[int, int]]]:
        """Where names of functions and classes are read: name -> (function, register), in order."""
        found = self._uses_memo
        if found is None:
            found = self._uses_memo = self._find_uses()
        return found

    def _find_uses(self) -> dict[str, list[tuple[int, int]]]:
        wanted = {f.ir.name for f in self.program.functions if f.ir.kind == "function"}
        wanted |= {cls.name for cls in self.program.classes}
        out: dict[str, list[tuple[int, int]]] = {}
        for function in self.program.functions:
            for block in function.ir.blocks:
                for op in block.ops:
                    if isinstance(op, o.LoadName):
                        name = op.slot
                    elif isinstance(op, o.LoadAttr):
                        name = op.name
                    else:
                        continue
                    if name in wanted:
                        out.setdefault(name, []).append((function.id, op.dst))
        return out

    @property
    def registering(self) -> list[tuple[int, o.Call]]:
        """The calls by which an application gets routers and middleware, with the functions they stand in."""
        found = self._registering_memo
        if found is None:
            found = self._registering_memo = self._find_registering()
        return found

    def _find_registering(self) -> list[tuple[int, o.Call]]:
        return [
            (function.id, op)
            for function in self.program.functions
            for block in function.ir.blocks
            for op in block.ops
            if type(op) is o.Call and op.text.endswith(_REGISTERS)
        ]

    def speaking(self, tells: Callable[[str], tuple[str, ...]]) -> dict[str, list[int]]:
        """The functions in which names occur of which ``tells`` says something, by what it says; in order."""
        told: dict[str, tuple[str, ...]] = {}
        out: dict[str, dict[int, None]] = {}
        for function in self.program.functions:
            for name in _spoken(function.ir):
                what = told.get(name)
                if what is None:
                    what = told[name] = tells(name)
                for each in what:
                    out.setdefault(each, {})[function.id] = None
        return {what: list(found) for what, found in out.items()}

    def _means(self, use: tuple[int, int], kind: str, number: int) -> bool:
        fn, reg = use
        function = self.program.functions[fn]
        text = self.body(fn).words(reg).text
        if not text or "(" in text or "[" in text:
            return False
        if kind == "function":
            return self.named(fn, text) == number
        entity = self.program.lookup(self.program.modules[function.module], text)
        return entity is not None and entity.kind == kind and entity.number == number

    def _called_at(self, use: tuple[int, int], fn: int) -> list[CallSite]:
        if not self._means(use, "function", fn):
            return []
        where, reg = use
        body = self.body(where)
        later = {
            op.dst
            for found in body.defs.values()
            for _, op in found
            if isinstance(op, o.LoadAttr) and op.obj == reg and op.name in _LATER
        }
        out = [CallSite(where, call.n) for _, call in body.calls if call.func == reg or call.func in later]
        out += [
            CallSite(where, call.n)
            for _, call in body.calls
            if self.program.functions[where].ir.kind != "module"
            and any(arg.reg == reg and (arg.label in ("target", "func") or _runs(call.text)) for arg in call.args)
        ]
        return out

    def _handed_at(self, use: tuple[int, int], kind: str, number: int) -> list[Handed]:
        if not self._means(use, kind, number):
            return []
        where, reg = use
        body = self.body(where)
        regs = {reg}
        out: list[Handed] = []
        for _ in range(6):  # login_required(View.as_view()) in path(...)
            grown = set(regs)
            for _, call in body.calls:
                func = body.only(call.func)
                if isinstance(func, o.LoadAttr) and func.obj in regs and func.name in ("as_view", "as_asgi"):
                    grown.add(call.dst)
                elif any(arg.reg in regs for arg in call.args):
                    handed = Handed(where, call, call.text or body.words(call.func).text)
                    if handed not in out:
                        out.append(handed)
                    grown.add(call.dst)
            if grown == regs:
                break
            regs = grown
        return out


def _spoken(ir: FunctionIR) -> Iterator[str]:
    """The names that a function sets and the texts that it has, its own name among them."""
    yield ir.name
    yield from (param.name for param in ir.params)
    for block in ir.blocks:
        for op in block.ops:
            if isinstance(op, o.Const):
                if isinstance(op.value, str):
                    yield op.value
            elif isinstance(op, o.StoreName):
                yield op.slot
            elif isinstance(op, o.StoreAttr):
                yield op.name
            elif isinstance(op, o.MakeFunction):
                yield from (default.label for default in op.defaults if default.label)


_RUNNERS = frozenset(
    (
        *("enqueue", "enqueue_in", "enqueue_at", "submit", "run_in_executor", "add_task", "on_commit"),
        *("run_sync", "to_thread", "run_in_threadpool", "partial"),
    )
)


def _runs(text: str) -> bool:
    return text.rpartition(".")[2] in _RUNNERS
