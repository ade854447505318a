"""Where the program is entered, and what routers, applications and settings make sure of there."""

from __future__ import annotations

import re
from typing import NamedTuple

from privlint.catalog.paths import match_path
from privlint.flow.safeguards.applications import Applications
from privlint.flow.safeguards.calls import Calls, CallSite
from privlint.flow.safeguards.checks import NONE, Checks
from privlint.flow.safeguards.declared import DEPENDENCIES, GUARDS, HANDLERS, OPEN, Declared
from privlint.flow.safeguards.held import Held
from privlint.flow.safeguards.middleware import BY_DEFAULT, Middleware, for_all
from privlint.ir import ops as o
from privlint.model.facts import Check
from privlint.model.location import Site
from privlint.model.rules import EntryRule
from privlint.resolve.program import Function

# Permissions of an interface that hold where a page names none.
_DEFAULTS = frozenset(("IsAuthenticated", "IsAdminUser", "DjangoModelPermissions", BY_DEFAULT))
_REST = re.compile(r"(?:APIView|ViewSet|Viewset|api_view|\baction)(?:\(\))?\Z")
_NESTED = 6  # routers within routers
# What Flask runs before the handlers of a router, and before all.
_BEFORE = ("before_request", "url_value_preprocessor")
_BEFORE_ALL = ("before_app_request", "app_url_value_preprocessor")
_RESPONDERS = re.compile(r"on_(?:get|post|put|patch|delete|head|options)(?:_\w+)?\Z")


class Entry(NamedTuple):
    """How a function is entered from outside; ``guarded``: only by people who may."""

    kind: str
    checks: Checks = NONE


class Entries(Declared):
    """Entries of the program, found when asked for."""

    def __init__(self, calls: Calls, held: Held, rules: tuple[EntryRule, ...]) -> None:
        super().__init__(calls, held, rules)
        self._entries: dict[int, Entry | None] = {}
        self._groups_memo: list[tuple[frozenset[tuple[int, str]], Checks, tuple[int, str] | None]] | None = None
        self._included_memo: list[tuple[int, o.Call, tuple[int, str]]] | None = None
        self._hooks_memo: list[tuple[Function, str, str]] | None = None
        self._configured_memo: list[tuple[str, Check]] | None = None
        self._for_all_memo: Checks | None = None
        self._applications = Applications(calls)

    def of(self, fn: int) -> Entry | None:
        """How a function is entered from outside; None if nothing says that it is."""
        if fn not in self._entries:
            self._entries[fn] = None
            self._entries[fn] = self._find(self.program.functions[fn])
        return self._entries[fn]

    def _find(self, function: Function) -> Entry | None:
        if function.ir.kind == "module":
            return Entry("script", NONE)
        if self.calls.in_tests(function.id):
            return None
        decorated = self._by_decorator(function)
        by_class = self._by_class(function)
        if decorated is not None:
            checks = self._unless_open(self._around(function), self.own(function.id))
            if function.cls >= 0 and by_class is None:  # a controller
                checks |= self._unless_open(self.of_class(function.cls), self.own(function.id), every=True)
            return Entry(decorated[0], checks | by_class.checks if by_class is not None else checks | decorated[1])
        return by_class or self._registered(function) or self._by_convention(function)

    @staticmethod
    def _unless_open(around: Checks, own: Checks, *, every: bool = False) -> Checks:
        """What holds for all pages, at one that says of itself that anybody may ask; ``every``: of a class's own."""
        if not any(check.name == OPEN for check in own):
            return around
        return frozenset(check for check in around if check.kind != "access" or not (every or check.name in _DEFAULTS))

    def _by_convention(self, function: Function) -> Entry | None:
        """``def export(request)`` at the top of a module, which nothing here calls; responders of Falcon."""
        params = function.ir.params
        plain = function.parent < 0 and function.cls < 0 and function.ir.kind == "function"
        if plain and params and params[0].name == "request" and not self.calls.callers(function.id):
            return Entry("view", self._everywhere(function))
        if function.cls >= 0 and _RESPONDERS.match(function.ir.name) and len(params) > 2:  # self, req, resp
            return Entry("view", self._everywhere(function))
        return None

    def _by_decorator(self, function: Function) -> tuple[str, Checks] | None:
        module = self.program.modules[function.module].functions[0]
        for text in function.ir.decorators:
            paths = self.calls.paths(module, text)
            for rule in self.rules:
                if any(match_path(pattern, path) for pattern in rule.decorators for path in paths):
                    return rule.kind, self._guard(rule, text, function)
        return None

    def _guard(self, rule: EntryRule, text: str, function: Function) -> Checks:
        if not rule.guarded:
            return NONE
        return frozenset({Check("access", text, (), True, self.held.site(function.id, function.ir.n))})

    def _by_class(self, function: Function) -> Entry | None:
        if function.cls < 0:
            return None
        bases = list(self.program.external_bases(function.cls))
        for rule in sorted(self.rules, key=lambda rule: not rule.guarded):
            named = function.ir.name in rule.methods or (
                "*" in rule.methods and len(function.ir.params) > 1 and not function.ir.name.startswith("__")
            )
            base = next((b for b in bases if any(match_path(p, b) for p in rule.bases)), None)
            if base is not None and named:
                checks = self._unless_open(self.of_class(function.cls), self.own(function.id), every=True)
                checks |= self._guard(rule, base, function)
                for handed in self.calls.handed_class(function.cls):
                    checks |= self._through_call(handed.fn, handed.call)
                if rule.kind == "view":
                    around = self._everywhere(function) | self._before(function)
                    checks |= self._unless_open(around, checks | self.own(function.id)) | self._of_package(function)
                return Entry(rule.kind, checks)
        return None

    def _registered(self, function: Function) -> Entry | None:
        """A function that is handed to ``path()``, ``add_url_rule()``, ``add_job()``."""
        checks: set[Check] = set()
        kind = ""
        for handed in self.calls.handed(function.id):
            paths = self.calls.paths(handed.fn, handed.into)
            for rule in self.rules:
                if any(match_path(pattern, path) for pattern in rule.registrars for path in paths):
                    kind = kind or rule.kind
            checks |= self._through_call(handed.fn, handed.call)
        if not kind:
            return None
        before = self._everywhere(function) | self._before(function) if kind == "view" else NONE
        return Entry(kind, frozenset(checks) | before)

    def _everywhere(self, function: Function) -> Checks:
        """What holds for all pages of this kind: the default permission of an interface is not asked at other pages."""
        if not any(check.name in _DEFAULTS for check in self._for_all) or self._of_interface(function):
            return self._for_all
        return frozenset(check for check in self._for_all if check.name not in _DEFAULTS)

    def _of_interface(self, function: Function) -> bool:
        """Whether a page is one of the REST framework, whose settings the default permissions are."""
        if function.cls >= 0:
            bases = self.program.external_bases(function.cls)
            if any(base.startswith("rest_framework") or _REST.search(base) for base in bases):
                return True
        module = self.program.modules[function.module].functions[0]
        paths = [path for text in function.ir.decorators for path in self.calls.paths(module, text)]
        return any(path.startswith("rest_framework") or _REST.search(path) for path in paths)

    def _before(self, function: Function) -> Checks:
        """What the middleware of the part of the site that a page is in makes sure of."""
        middleware, before = Middleware(self.program, self.held), self._applications.before(function)
        return frozenset(check for number in before for check in middleware.of_function(number))

    def of_view(self, cls: int) -> Checks:
        """What a class of the REST framework makes sure of for all it answers, by its permissions or by default."""
        own = self.of_class(cls)
        return self._unless_open(self._for_all, own) | own

    def is_registered(self, fn: int, site: CallSite) -> bool:
        """Whether an entry is no more than registered where it seems to be called."""
        return any(handed.fn == site.fn for handed in self.calls.handed(fn))

    def _through_call(self, where: int, call: o.Call) -> Checks:
        """``login_required(view)`` in a list of addresses."""
        body = self.calls.body(where)
        if call.text.rpartition(".")[2] in ("path", "re_path", "url", "add_url_rule", "add_route", "register"):
            return NONE
        return frozenset(self.named(where, body.words(call.func), call.n))

    def _around(self, function: Function) -> Checks:
        """What the router, the blueprint and the application make sure of for a decorated function."""
        out: set[Check] = set(self._everywhere(function) | self._before(function))
        module = self.program.modules[function.module]
        for text in function.ir.decorators:
            router = text.rpartition(".")[0]
            if router:
                out |= self._router(module.functions[0], router)
                out |= self._before_request(module.functions[0], router)
        out |= self._grouped((function.module, function.ir.qualname))
        if function.cls >= 0:
            info = self.program.classes[function.cls]
            out |= self._grouped((info.module, info.name))
        return frozenset(out)

    def _grouped(self, member: tuple[int, str], depth: int = 0) -> set[Check]:
        """What stands before a handler, a controller or a router in the routers and applications that list it."""
        out: set[Check] = set()
        for members, checks, own in self._groups if depth < _NESTED else ():
            if member in members:
                out |= checks
                if own is not None:
                    out |= self._grouped(own, depth + 1)
        return out

    @property
    def _groups(self) -> list[tuple[frozenset[tuple[int, str]], Checks, tuple[int, str] | None]]:
        """``Router(route_handlers=[...], guards=[...])``: who is in it, what is asked, and what it is called."""
        found = self._groups_memo
        if found is None:
            found = self._groups_memo = self._find_groups()
        return found

    def _find_groups(self) -> list[tuple[frozenset[tuple[int, str]], Checks, tuple[int, str] | None]]:
        out: list[tuple[frozenset[tuple[int, str]], Checks, tuple[int, str] | None]] = []
        for fn, call in self.calls.registering:
            given = {arg.label: arg.reg for arg in call.args}
            body = self.calls.body(fn)
            listed = body.only(given[HANDLERS]) if HANDLERS in given else None
            if not isinstance(listed, o.Build):
                continue
            function = self.program.functions[fn]
            texts = [body.words(part.reg).text for part in listed.parts]
            members = frozenset(found for text in texts if (found := self._listed(function, text)) is not None)
            checks = frozenset(self.guards(fn, body, given[GUARDS])) if GUARDS in given else NONE
            own = next((slot for slot, stores in body.stores.items() if any(s.src == call.dst for _, s in stores)), "")
            out.append((members, checks, (function.module, own) if own else None))
        return out

    def _listed(self, function: Function, text: str) -> tuple[int, str] | None:
        """The module and name of what a dotted text means: a function, a class or a variable of the program."""
        entity = self.program.lookup(self.program.modules[function.module], text) if text else None
        if entity is None:
            return None
        if entity.kind == "function":
            found = self.program.functions[entity.number]
            return found.module, found.ir.qualname
        if entity.kind == "class":
            info = self.program.classes[entity.number]
            return info.module, info.name
        return (entity.number, entity.path) if entity.kind == "value" else None

    def _router(self, where: int, name: str) -> set[Check]:
        """``APIRouter(dependencies=[...])``, and ``include_router(router, dependencies=[...])`` anywhere."""
        out: set[Check] = set()
        body = self.calls.body(where)
        for _, store in body.stores.get(name, ()):
            op = body.only(store.src)
            if isinstance(op, o.Call):
                for arg in op.args:
                    if arg.label == DEPENDENCIES:
                        out |= set(self.dependencies(where, body, arg.reg))
                    elif arg.label == GUARDS:
                        out |= set(self.guards(where, body, arg.reg))
        module = self.program.functions[where].module
        for site, call, path in self._included:
            if path == (module, name):
                inner = self.calls.body(site)
                for arg in call.args:
                    if arg.label == DEPENDENCIES:
                        out |= set(self.dependencies(site, inner, arg.reg))
        return out

    @property
    def _included(self) -> list[tuple[int, o.Call, tuple[int, str]]]:
        """Calls of ``include_router`` and their like: which router of which module is included."""
        found = self._included_memo
        if found is None:
            found = self._included_memo = self._find_included()
        return found

    def _find_included(self) -> list[tuple[int, o.Call, tuple[int, str]]]:
        out: list[tuple[int, o.Call, tuple[int, str]]] = []
        for fn, call in self.calls.registering:
            body = self.calls.body(fn)
            for arg in call.args:
                found = self._variable(self.program.functions[fn], body.words(arg.reg).text)
                if found is not None:
                    out.append((fn, call, found))
        return out

    def _variable(self, function: Function, text: str) -> tuple[int, str] | None:
        """The module variable that a dotted text means."""
        if not text:
            return None
        entity = self.program.lookup(self.program.modules[function.module], text)
        if entity is not None and entity.kind == "value":
            return entity.number, entity.path
        return None

    def _before_request(self, where: int, name: str) -> set[Check]:
        """Functions that a blueprint or an application runs before each request."""
        out: set[Check] = set()
        for function, owner, hook in self._hooks:
            same = owner == name and self.program.modules[function.module].functions[0] == where
            if hook in _BEFORE_ALL or same or owner == "app":
                told = self.held.told(function.id)
                out |= {each for each in told.normal if each.kind != "consent"} | set(self.own(function.id))
        return out

    @property
    def _hooks(self) -> list[tuple[Function, str, str]]:
        """The functions that something runs before each request, with what does, and by which decorator."""
        if self._hooks_memo is None:
            texts = [(function, text.rpartition(".")) for function in self.program.functions
                     for text in function.ir.decorators]  # fmt: skip
            self._hooks_memo = [
                (function, owner, hook) for function, (owner, _, hook) in texts if hook in _BEFORE_ALL + _BEFORE
            ]
        return self._hooks_memo

    def _of_package(self, function: Function) -> Checks:
        """What the configuration of an application asks for all its pages: ``default_permissions = ["is_staff"]``."""
        path = self.program.modules[function.module].path
        return frozenset(check for folder, check in self._configured if path.startswith(folder))

    @property
    def _configured(self) -> list[tuple[str, Check]]:
        found = self._configured_memo
        if found is None:
            found = self._configured_memo = self._find_configured()
        return found

    def _find_configured(self) -> list[tuple[str, Check]]:
        out: list[tuple[str, Check]] = []
        for info in self.program.classes:
            if not info.name.endswith(("Config", "Configuration", "Application")):
                continue
            for name in ("default_permissions", "permissions_map", "permission_classes"):
                if name in info.fields:
                    path = self.program.modules[info.module].path
                    site = Site(path, info.fields[name].n)
                    out.append((path.rpartition("/")[0] + "/", Check("access", f"{info.name}.{name}", (), True, site)))
        return out

    @property
    def _for_all(self) -> Checks:
        """What settings make sure of for all pages: a middleware, the default permission of an interface."""
        found = self._for_all_memo
        if found is None:
            found = self._for_all_memo = self._find_for_all()
        return found

    def _find_for_all(self) -> Checks:
        return for_all(self.calls, self.held, self._applications)
