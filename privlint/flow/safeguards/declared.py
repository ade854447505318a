"""What functions and classes make sure of by what stands above them: decorators, dependencies, base classes."""

from __future__ import annotations

from collections.abc import Iterator

from privlint.catalog.paths import match_path
from privlint.flow.safeguards.bodies import PARAMETER, Body, Words
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.checks import NONE, Checks
from privlint.flow.safeguards.held import Held
from privlint.flow.safeguards.recognise import purposes
from privlint.ir import ops as o
from privlint.model.facts import Check
from privlint.model.rules import EntryRule
from privlint.resolve.program import Function

_DEPENDS = frozenset(("Depends", "Security"))
DEPENDENCIES = "dependencies"
HANDLERS = "route_handlers"
GUARDS = "guards"  # of Litestar: functions that raise where somebody may not
_CONTROLS = frozenset(
    (
        *("permission_classes", "authentication_classes", "permissions", "decorators", "permission_required"),
        *("method_decorators", "login_required", "required_permissions", "dependencies", "allowed_roles"),
        *("required_roles", "access_control", GUARDS),
    )
)
_HOOKS = (
    *("dispatch", "initial", "prepare", "before_request", "check_permissions", "has_permission", "test_func"),
    *("is_accessible", "setup", "handle_no_permission", "get_permissions"),
)
OPEN = "AllowAny"
_OPEN = frozenset(("AllowAny", "permissions.AllowAny", "rest_framework.permissions.AllowAny"))


class Declared:
    """What is declared, found when asked for."""

    def __init__(self, calls: Calls, held: Held, rules: tuple[EntryRule, ...]) -> None:
        self.calls = calls
        self.held = held
        self.program = calls.program
        self.recogniser = held.recogniser
        self.rules = rules
        self._own: dict[int, Checks] = {}
        self._wrapped: dict[int, Checks] = {}

    # -- what a function says of itself --------------------------------------------------------------------------

    def own(self, fn: int) -> Checks:
        """The checks that a function's decorators and dependencies make, whoever calls it."""
        known = self._own.get(fn)
        if known is None:
            self._own[fn] = NONE
            known = self._own[fn] = frozenset(self._declared(self.program.functions[fn]))
        return known

    def _declared(self, function: Function) -> Iterator[Check]:
        made = self._made(function)
        if made is None:
            return
        where, body, op = made
        regs = {op.dst}
        for _, call in body.calls:  # decorators, innermost first
            if call.text not in ("staticmethod", "classmethod") and any(arg.reg in regs for arg in call.args):
                func = body.only(call.func)
                if isinstance(func, o.Call | o.LoadName | o.LoadAttr) and len(call.args) == 1:
                    regs.add(call.dst)
                    yield from self._decorator(where, body, call)
        for default in op.defaults:
            yield from self._dependency(where, body, default.reg)
        for param in function.ir.params:
            if param.annotation is not None:
                yield from self._annotated(function, param.annotation)

    def _made(self, function: Function) -> tuple[int, Body, o.MakeFunction] | None:
        if function.ir.parent < 0:
            return None
        module = self.program.modules[function.module]
        where = module.functions[function.ir.parent]
        body = self.calls.body(where)
        for found in body.defs.values():
            for _, op in found:
                if isinstance(op, o.MakeFunction) and op.index == function.ir.index:
                    return where, body, op
        return None

    def _decorator(self, where: int, body: Body, call: o.Call) -> Iterator[Check]:
        """What a decorator makes sure of: by its name, by what its wrapper does, by the dependencies that it names."""
        func = body.only(call.func)
        words = body.words(call.func)
        text = words.text.replace("()", "")
        if text.endswith("method_decorator"):
            if isinstance(func, o.Call) and func.args:
                inner = body.words(func.args[0].reg)
                yield from self.named(where, inner, call.n)
                yield from self._wrapper(where, inner)
            return
        if (
            words.text == "permission_classes()"
            and isinstance(func, o.Call)
            and self._opens(body, func.args[0].reg if func.args else -1)
        ):
            yield Check("access", OPEN, (), False, self.held.site(where, call.n))
            return
        if isinstance(func, o.Call) and func.args and "falcon.before" in self.calls.paths(where, text):
            yield from self._needed(where, body.words(func.args[0].reg), call.n)
            return
        yield from self.named(where, words, call.n)
        yield from self._wrapper(where, words)
        if isinstance(func, o.Call):
            for arg in func.args:
                if arg.label == DEPENDENCIES:
                    yield from self.dependencies(where, body, arg.reg)
                elif arg.label == GUARDS:
                    yield from self.guards(where, body, arg.reg)
                elif arg.label == "permission_classes" and self._opens(body, arg.reg):
                    yield Check("access", OPEN, (), False, self.held.site(where, call.n))
                elif arg.label in ("auth", "permission", "permissions", "permission_classes", "roles", "security"):
                    yield from self.named(where, _joined(str(arg.label), body, arg.reg), call.n)

    @staticmethod
    def _opens(body: Body, reg: int) -> bool:
        """``@permission_classes([AllowAny])``, ``@action(permission_classes=[])``."""
        listed = body.only(reg)
        return isinstance(listed, o.Build) and all(body.words(part.reg).text in _OPEN for part in listed.parts)

    def named(self, where: int, words: Words, node: int) -> Iterator[Check]:
        text = words.text.replace("()", "")
        number = self.calls.named(where, text)
        paths = self.calls.paths(where, text, [number] if number is not None else [])
        last = text.rpartition(".")[2]
        if any(match_path(p, path) for rule in self.rules for p in rule.decorators for path in paths) and last in (
            "route", "get", "post", "put", "patch", "delete", "command", "task", "group", "action", "api_view",
        ):  # fmt: skip
            return  # the path of a route says nothing of who may go there
        yield from self.recogniser.decorates(words, paths, self.held.site(where, node))

    def _wrapper(self, where: int, words: Words) -> Iterator[Check]:
        """What a decorator of the program checks before it calls what it decorates."""
        number = self.calls.named(where, words.text.replace("()", ""))
        if number is None:
            return
        if number not in self._wrapped:
            self._wrapped[number] = self._before_wrapped(number)
        yield from _asked_with(self._wrapped[number], words)

    def _before_wrapped(self, decorator: int) -> Checks:
        sets: list[Checks] = []
        module = self.program.functions[decorator].module
        inside = {decorator}
        for function in self.program.functions[decorator + 1 :]:
            if function.module != module or function.parent not in inside:
                if function.module != module:
                    break
                continue
            inside.add(function.id)
            body = self.calls.body(function.id)
            for place, call in body.calls:
                func = body.only(call.func)
                if isinstance(func, o.LoadName) and func.scope == "free" and self._is_parameter(function, func.slot):
                    sets.append(self.held.at(function.id, place) | self.held.at_node(function.id, call.n))
        return frozenset.intersection(*sets) if sets else NONE

    def _is_parameter(self, function: Function, name: str) -> bool:
        parent = function.parent
        while parent >= 0:
            if name in self.calls.body(parent).params:
                return True
            parent = self.program.functions[parent].parent
        return False

    # -- dependencies of FastAPI ---------------------------------------------------------------------------------

    def dependencies(self, where: int, body: Body, reg: int) -> Iterator[Check]:
        op = body.only(reg)
        if isinstance(op, o.Build):
            for part in op.parts:
                yield from self._dependency(where, body, part.reg)
        elif isinstance(op, o.LoadName):
            for _, store in body.stores.get(op.slot, ()):
                if isinstance(body.only(store.src), o.Build):
                    yield from self.dependencies(where, body, store.src)

    def guards(self, where: int, body: Body, reg: int) -> Iterator[Check]:
        """What the guards of a route see to: they are there to let nobody through who may not."""
        op = body.only(reg)
        if not isinstance(op, o.Build):
            return
        for part in op.parts:
            words = body.words(part.reg)
            yield Check("access", words.text.replace("()", ""), (), True, self.held.site(where, op.n))
            yield from self._needed(where, words, op.n)

    def _dependency(self, where: int, body: Body, reg: int) -> Iterator[Check]:
        op = body.only(reg)
        if not isinstance(op, o.Call) or body.words(op.func).last not in _DEPENDS or not op.args:
            return
        words = body.words(op.args[0].reg)
        yield from self._needed(where, words, op.n)

    def _needed(self, where: int, words: Words, node: int) -> Iterator[Check]:
        """What a dependency makes sure of, by its name, its body, and what it depends on itself."""
        text = words.text.replace("()", "")
        number = self.calls.named(where, text)
        paths = self.calls.paths(where, text, [number] if number is not None else [])
        yield from self.recogniser.decorates(words, paths, self.held.site(where, node))
        if number is None:
            return
        yield from (each._replace(name=words.text) for each in self.held.told(number).normal)
        yield from self.own(number)
        for inner in self.program.functions:  # a factory gives the dependency back
            if inner.parent == number:
                yield from _asked_with(self.held.told(inner.id).normal, words)
                yield from self.own(inner.id)

    def _annotated(self, function: Function, ref: o.TypeRef, number: int = -1) -> Iterator[Check]:
        module = self.program.modules[number if number >= 0 else function.module]
        where = module.functions[0]
        entity = self.program.lookup(module, ref.name) if ref.name and not ref.args else None
        alias = self.program.alias(entity) if entity is not None and entity.kind == "value" else None
        if alias is not None and entity is not None and number < 0:
            yield from self._annotated(function, alias, entity.number)
        site = self.held.site(function.id, function.ir.n)
        if ref.name.rpartition(".")[2] == "Annotated":
            for extra in ref.args[1:]:
                if extra.name.rpartition(".")[2].removesuffix("()") in _DEPENDS:
                    for inner in extra.args:
                        yield from self._needed(where, Words(inner.name), function.ir.n)
            return
        for arg in ref.args:
            yield from self._annotated(function, arg, number)
        last = ref.name.rpartition(".")[2]
        if last and last[0].isupper() and self.recogniser.polarity("access", last):
            text = self.calls.named(where, ref.name)
            if text is None and self._is_alias(function, ref.name):
                yield Check("access", ref.name, (), True, site)

    def _is_alias(self, function: Function, name: str) -> bool:
        """Whether a name in an annotation is a variable (``CurrentUser = Annotated[User, Depends(...)]``)."""
        entity = self.program.lookup(self.program.modules[function.module], name)
        return entity is not None and entity.kind == "value"

    # -- classes -------------------------------------------------------------------------------------------------

    def of_class(self, cls: int) -> Checks:
        """The checks that a class makes for all its methods."""
        out: set[Check] = set()
        info = self.program.classes[cls]
        names = [self.program.classes[base].name for base in info.mro[1:]] + list(self.program.external_bases(cls))
        for kind in ("access", "audit"):
            base = self.recogniser.sees_to(kind, names)
            if base:
                out.add(Check(kind, base, (), True, self.held.site(self._body_of(cls), info.n)))
        for base_cls in info.mro:
            out |= self._in_body(base_cls)
        for name in _HOOKS:
            method = self.program.method(cls, name)
            if method is None:
                continue
            told = self.held.told(method.function)
            out |= {each for each in told.normal | told.true if each.kind != "consent"}
            if name in ("has_permission", "test_func", "is_accessible", "check_permissions", "get_permissions"):
                out.add(Check("access", name, (), True, self.held.site(method.function, 0)))
        return frozenset(out)

    def _body_of(self, cls: int) -> int:
        info = self.program.classes[cls]
        return self.program.modules[info.module].functions[info.body]

    def _in_body(self, cls: int) -> set[Check]:
        """``permission_classes = [IsAdminUser]``, ``decorators = [login_required]``, decorators of the class."""
        out: set[Check] = set()
        info = self.program.classes[cls]
        where = self._body_of(cls)
        body = self.calls.body(where)
        for slot, stored in body.stores.items():
            if slot not in _CONTROLS:
                continue
            for _, store in stored:
                op = body.only(store.src)
                parts = [part.reg for part in op.parts] if isinstance(op, o.Build) else [store.src]
                names = [body.words(reg).text or str(body.constant(reg)) for reg in parts]
                closed = [
                    name for name in names if name not in _OPEN and name not in ("None", "False", "NotImplemented")
                ]
                if closed:
                    out.add(Check("access", closed[0], (), True, self.held.site(where, store.n)))
                elif slot == "permission_classes":
                    out.add(Check("access", OPEN, (), False, self.held.site(where, store.n)))
        for text in info.decorators:
            out |= self.recogniser.decorates(Words(text), self.calls.paths(where, text), self.held.site(where, info.n))
        out |= self._decorating_class(cls)
        return out

    def _decorating_class(self, cls: int) -> set[Check]:
        """``@method_decorator(login_required, name="dispatch")`` above a class."""
        info = self.program.classes[cls]
        if not any(text.rpartition(".")[2] == "method_decorator" for text in info.decorators):
            return set()
        module = self.program.modules[info.module]
        where = module.functions[module.ir.functions[info.body].parent]
        body = self.calls.body(where)
        made = next(
            (
                op
                for found in body.defs.values()
                for _, op in found
                if isinstance(op, o.MakeClass) and op.index == info.body
            ),
            None,
        )
        out: set[Check] = set()
        regs = {made.dst} if made is not None else set()
        for _, call in body.calls:
            if any(arg.reg in regs for arg in call.args):
                regs.add(call.dst)
                out |= set(self._decorator(where, body, call))
        return out


def _asked_with(checks: Checks, words: Words) -> Iterator[Check]:
    """Checks of a function that another one has made: they are asked with what that was called with."""
    for check in checks:
        named = [text for text in check.purposes if PARAMETER not in text]
        yield check if named else check._replace(purposes=purposes(words) if check.kind == "consent" else ())


def _joined(name: str, body: Body, reg: int) -> Words:
    words = body.words(reg)
    return Words(f"{name}.{words.text}" if words.text else name, words.literals)
