"""Applications within applications (aiohttp): a middleware stands before the pages of its own part alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from privlint.flow.safeguards.calls import Calls
from privlint.ir import ops as o
from privlint.resolve.program import Function

_MOUNTS = "add_subapp"
_LISTS = "add_routes"
_MIDDLEWARES = "middlewares"


class _Application(NamedTuple):
    """``web.Application(middlewares=[...])``: where it is made, by which call, what it is called there."""

    fn: int
    call: o.Call
    name: str
    middlewares: tuple[int, ...]


class Applications:
    """Which middleware stands before which pages."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._program = calls.program
        ends = (_MOUNTS, _LISTS, "Application")
        self._registering = [(fn, call) for fn, call in calls.registering if call.text.endswith(ends)]
        self._made = self._applications()
        mounted = self._mounted()
        self._parts = [each for each in self._made if (each.fn, "") in mounted or (each.fn, each.name) in mounted]

    def _applications(self) -> list[_Application]:
        out: list[_Application] = []
        for fn, call in self._registering:
            body = self._calls.body(fn)
            listed = next((body.only(arg.reg) for arg in call.args if arg.label == _MIDDLEWARES), None)
            parts = listed.parts if isinstance(listed, o.Build) else ()
            texts = [body.words(part.reg).text.replace("()", "") for part in parts]
            found = tuple(number for text in texts if (number := self._calls.named(fn, text)) is not None)
            if call.text.endswith("Application"):
                names = (slot for slot, stores in body.stores.items() if any(s.src == call.dst for _, s in stores))
                out.append(_Application(fn, call, next(names, ""), found))
        return out

    def _mounted(self) -> set[tuple[int, str]]:
        """What is put into an application: a function's result (with no name), or a variable of a function."""
        out: set[tuple[int, str]] = set()
        for fn, call in self._registering:
            if call.text.endswith(_MOUNTS) and call.args:
                reg = call.args[-1].reg
                out |= set(self._meant(fn, reg))
        return out

    def _meant(self, fn: int, reg: int, depth: int = 0) -> Iterator[tuple[int, str]]:
        body = self._calls.body(fn)
        op = body.only(reg)
        if isinstance(op, o.Await):
            yield from self._meant(fn, op.src, depth)
        elif isinstance(op, o.Call):
            for callee in self._calls.callees(fn, op):
                yield callee, ""
        elif isinstance(op, o.LoadName) and op.slot in body.stores:
            yield fn, op.slot
            for _, store in body.stores[op.slot] if depth < 2 else ():
                yield from self._meant(fn, store.src, depth + 1)
        elif isinstance(op, o.LoadName | o.LoadAttr):
            module = self._program.modules[self._program.functions[fn].module]
            entity = self._program.lookup(module, body.words(reg).text)
            if entity is not None and entity.kind == "value":
                yield self._program.modules[entity.number].functions[0], entity.path

    def for_all(self, middleware: Function) -> bool:
        """Whether a middleware stands before all pages: it is not listed for parts of the site alone."""
        names = (middleware.id, middleware.parent)
        listing = [each for each in self._made if any(number in names for number in each.middlewares)]
        return not listing or any(each not in self._parts for each in listing)

    def before(self, page: Function) -> Iterator[int]:
        """The middleware of the parts of the site that a page is in."""
        for part in self._parts:
            if part.middlewares and (self._handed(part, page) or self._decorated(part, page)):
                yield from part.middlewares

    def _handed(self, part: _Application, page: Function) -> bool:
        """``app.router.add_get("/x", page)``, ``app.add_routes([web.get("/x", page)])`` where the part is made."""
        names = {each.name for each in self._made if each.fn == part.fn} - {part.name}
        handed = self._calls.handed(page.id) + (self._calls.handed_class(page.cls) if page.cls >= 0 else [])
        return any(each.fn == part.fn and each.into.partition(".")[0] not in names for each in handed)

    def _decorated(self, part: _Application, page: Function) -> bool:
        """``@routes.get("/x")``, of a table that is put into the part."""
        info = self._program.classes[page.cls] if page.cls >= 0 else None
        decorators = (*page.ir.decorators, *(info.decorators if info is not None else ()))
        tables = {(page.module, text.rpartition(".")[0]) for text in decorators}
        for fn, call in self._registering:
            ours = fn == part.fn and call.text.partition(".")[0] == part.name
            if ours and call.text.endswith(_LISTS) and call.args:
                module = self._program.modules[self._program.functions[fn].module]
                entity = self._program.lookup(module, self._calls.body(fn).words(call.args[0].reg).text)
                if entity is not None and (entity.number, entity.path) in tables:
                    return True
        return False
