"""What a middleware makes sure of for all pages: it lets nobody through who has not consented, or may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from privlint.flow import limits
from privlint.flow.safeguards.applications import Applications
from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.checks import NONE, Checks, all_of
from privlint.flow.safeguards.held import Held
from privlint.ir import ops as o
from privlint.ir.module import successors
from privlint.model.facts import Check
from privlint.model.location import Site
from privlint.resolve.program import Program

# What a middleware calls to let a request through, and the methods whose None lets it through.
_NEXT = frozenset(("get_response", "call_next", "handler", "app", "next", "view_func", "_get_response"))
_ADDS = ("add_middleware", "Middleware")
_ENTERED = ("__call__", "dispatch", "__acall__")
# The setting that names the permissions of pages that name none, and those of them that keep nobody from reading.
BY_DEFAULT = "DEFAULT_PERMISSION_CLASSES"
_OPEN = frozenset(("AllowAny", "IsAuthenticatedOrReadOnly", "DjangoModelPermissionsOrAnonReadOnly"))
_HOOKS = ("process_request", "process_view", "before_request")
# A page that is let through by its address: the page on which one agrees, the one where one signs in.
_BY_ADDRESS = re.compile(
    r"\b(path|subpath|\w+_path|path_info|resolver_match|url_name|endpoint|blueprint|view_name|match_info)\b"
)


def for_all(calls: Calls, held: Held, applications: Applications) -> Checks:
    """What settings and applications make sure of for all pages."""
    program = calls.program
    middleware = Middleware(program, held)
    classes = {cls.dotted: cls.id for cls in program.classes}
    functions = {function.dotted: function.id for function in program.functions if function.parent < 0}
    out: set[Check] = set()
    for path, op in _texts(program):
        for kind in ("access", "audit"):
            last = op.value.rpartition(".")[2]
            if last in held.recogniser.kinds[kind].settings:
                out.add(Check(kind, last, (), True, Site(path, op.n)))
            elif kind == "access" and op.key == BY_DEFAULT and last not in _OPEN:
                out.add(Check(kind, BY_DEFAULT, (), True, Site(path, op.n)))
        for dotted in _ends(op.value):
            if dotted in classes:
                out |= middleware.of_class(classes[dotted])
            elif dotted in functions:
                out |= middleware.of_function(functions[dotted])
    for fn, call in calls.registering:
        if call.text.endswith(_ADDS) and call.args:
            module = program.modules[program.functions[fn].module]
            entity = program.lookup(module, calls.body(fn).words(call.args[0].reg).text)
            if entity is not None and entity.kind == "class":
                out |= middleware.of_class(entity.number)
    for function in program.functions:
        decorated = any(text.endswith(".middleware") for text in function.ir.decorators)
        if decorated and applications.for_all(function):
            out |= middleware.of_function(function.id)
    return frozenset(out)


def _texts(program: Program) -> Iterator[tuple[str, _Text]]:
    """The texts in the settings of a program that can name something."""
    for module in program.modules:
        if "settings" in module.path or "config" in module.path or "app" in module.path:
            key = ""
            for block in module.ir.functions[0].blocks:
                for op in block.ops:
                    if type(op) is o.Const and isinstance(op.value, str) and 8 < len(op.value) < 120:
                        is_key = op.value.isupper()
                        yield module.path, _Text(op.value, op.n, "" if is_key else key)
                        key = op.value if is_key else key


def _ends(text: str) -> list[str]:
    """``middleware.Asking`` of ``shop.middleware.Asking``: where packages begin is not always known."""
    parts = text.split(".")
    return [".".join(parts[start:]) for start in range(len(parts) - 1)]


class _Text(NamedTuple):
    """A constant, where it stands, and the last name of a setting before it."""

    value: str
    n: int
    key: str


class Middleware:
    """Asked once for each class or function that stands among a program's middleware."""

    def __init__(self, program: Program, held: Held) -> None:
        self._program = program
        self._held = held

    def of_class(self, cls: int) -> Checks:
        """What holds for each request that gets past a middleware that is a class."""
        for name in (*_ENTERED, *_HOOKS):
            method = self._program.method(cls, name)
            if method is not None:
                found = self.of_function(method.function, hook=name in _HOOKS)
                if found:
                    return found
        return NONE

    def of_function(self, fn: int, *, hook: bool = False) -> Checks:
        """What holds where a function calls the next one; of a ``hook`` where it gives back nothing."""
        functions = [fn, *(each.id for each in self._program.functions[fn + 1 :][:8] if each.parent == fn)]
        for number in functions:
            ways = list(self._ways(number, hook=hook))
            if ways:
                return frozenset(check for kind in ("consent", "access") for check in _common(ways, kind))
        return NONE

    def _ways(self, fn: int, *, hook: bool) -> Iterator[tuple[Checks, bool]]:
        """The ways through a function to where it lets the request through; with whether its address decided that."""
        body = self._held.calls.body(fn)
        todo: list[tuple[int, frozenset[int], Checks, bool]] = [(0, frozenset(), NONE, False)]
        for _ in range(limits.MIDDLEWARE):
            if not todo:
                return
            number, before, checks, by_address = todo.pop()
            after, alive = self._held.through(fn, body, number, checks)
            if _lets_through(body, number, hook=hook):
                yield after, by_address
            elif alive:
                for target, told, said in self._on(fn, body, number):
                    if target not in before:
                        todo.append((target, before | {number}, after | told, by_address or said))

    def _on(self, fn: int, body: Body, number: int) -> Iterator[tuple[int, Checks, bool]]:
        end = body.ir.blocks[number].end
        if not isinstance(end, o.Branch):
            for target in successors(body.ir, number):
                yield target, NONE, False
            return
        by_address = _BY_ADDRESS.search(_text(body, end.cond)) is not None
        for target, outcome in ((end.then, True), (end.orelse, False)):
            told = NONE if by_address else self._held.implied(fn, end.cond, outcome)  # ``/auth/`` asks nobody
            yield target, told, by_address


def _common(ways: list[tuple[Checks, bool]], kind: str) -> Checks:
    """The checks of a kind on all ways but those of addresses that are let through and of people who are not known."""
    asked: list[Checks] = []
    for checks, by_address in ways:
        found = frozenset(check for check in checks if check.kind == kind and check.passed)
        anonymous = kind == "consent" and any(check.kind == "access" and not check.passed for check in checks)
        if found:
            asked.append(found)
        elif not by_address and not anonymous:
            return NONE
    return all_of(asked)


def _lets_through(body: Body, number: int, *, hook: bool) -> bool:
    """Whether a request gets on to its page from a block: the next one is called; a hook gives back nothing."""
    block = body.ir.blocks[number]
    if hook:
        return isinstance(block.end, o.Return) and (block.end.src < 0 or body.constant(block.end.src) is None)
    return any(isinstance(op, o.Call) and body.words(op.func).last in _NEXT for op in block.ops)


def _text(body: Body, reg: int) -> str:
    """The names in a condition."""
    found = body.defs.get(reg, ())
    if len(found) > 1:  # of ``a or b`` each part
        return " ".join(_text_of(body, op) for _, op in found)
    op = body.only(reg)
    return _text_of(body, op) if isinstance(op, o.Combine | o.Call) else body.words(reg).text


def _text_of(body: Body, op: o.Op | None) -> str:
    if isinstance(op, o.Combine):
        return " ".join(_text(body, arg) for arg in op.args)
    if isinstance(op, o.Call):
        return " ".join((body.words(op.func).text, *(body.words(arg.reg).text for arg in op.args)))
    return _text(body, op.src) if isinstance(op, o.Move) else ""
