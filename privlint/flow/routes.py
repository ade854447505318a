"""Handlers of requests, and which of their parameters a route fills."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from privlint.catalog.paths import match_path
from privlint.flow.frame import Frame
from privlint.ir.module import Param
from privlint.resolve.program import Function, Module, Program

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

_PLACE = re.compile(r"<([^<>]+)>|\{([^{}]+)\}")  # <name>, <int:name>, <name:int>, {name}
_GROUP = re.compile(r"\(\?P<(\w+)>")
_ROUTERS = ["flask.**", "quart.**", "sanic.**", "bottle.**", "klein.**", "twisted.**"]
_GIVEN = frozenset({"path", "re_path", "url", "Route", "WebSocketRoute", "add_route", "add_get", "add_post"})
_REGISTRARS = frozenset({"path", "re_path", "url", "add_url_rule", "add_route", "add_api_route", "add_get", "add_post",
                         "Route", "WebSocketRoute", "add_resource", "add_websocket_route"})  # fmt: skip
DEPENDENCIES = frozenset({"Depends", "Security", "Provide"})

# What handlers are given that is no data by itself.
REQUESTS = frozenset({"request", "req", "_request", "websocket", "ws", "resp", "response", "ctx", "context", "info",
                      "call_next", "background_tasks", "environ", "scope"})  # fmt: skip


UNTYPED = "privlint.web.Request"  # the type of a request whose framework is not known
_TYPES = {"django": "django.http.HttpRequest", "starlette": "starlette.requests.Request"}  # by who routes them


def may_be(owner: str, name: str, types: Collection[str]) -> bool:
    """Whether a variable of that name, of which no more is known, may be the request of a framework: ``owner``."""
    unknown = all(type_ == UNTYPED for type_ in types)
    return unknown and name in ("request", "req") and owner.rpartition(".")[2].endswith("Request")


def as_class(path: str) -> str:
    """``flask.request`` as its class, which is called so as well: ``flask.Request``."""
    owner, _, name = path.rpartition(".")
    return f"{owner}.{name.capitalize()}"


class Routes:
    """The functions and classes that the program registers as handlers, with the paths, and as dependencies of such."""

    def __init__(self, program: Program) -> None:
        self.functions: dict[int, list[str]] = {}
        self.given_requests: dict[int, str] = {}  # those whose first parameter is the request: its type
        self.classes: dict[int, list[str]] = {}
        self.dependencies: set[int] = set()
        for module in program.modules:
            self._read(program, module)

    def _read(self, program: Program, module: Module) -> None:
        bindings = module.bindings
        for reg, named in bindings.named.items():
            last = bindings.texts.get(reg, "").removesuffix("()").rpartition(".")[2]
            if last not in _REGISTRARS and last not in DEPENDENCIES:
                continue
            for _, text in named:
                entity = program.lookup(module, text.removesuffix("()").removesuffix(".as_view"))
                if entity is None:
                    continue
                if last in DEPENDENCIES:
                    if entity.kind == "function":
                        self.dependencies.add(entity.number)
                elif entity.kind in ("function", "class"):
                    of_kind = self.functions if entity.kind == "function" else self.classes
                    of_kind.setdefault(entity.number, []).extend(bindings.given.get(reg, ()))
                    if last in _GIVEN and entity.kind == "function":
                        registrar = program.lookup(module, bindings.texts.get(reg, "").removesuffix("()"))
                        head = registrar.path.partition(".")[0] if registrar is not None else ""
                        self.given_requests[entity.number] = _TYPES.get(head, UNTYPED)


def is_handler(solver: Solver, fn: Function) -> bool:
    """Whether a decorator makes a function a handler of requests, as the rules about its parameters tell."""
    found = solver.handlers.get(fn.id)
    if found is None:
        written = [*fn.ir.decorators, *solver.decorator_paths(fn)]
        found = solver.handlers[fn.id] = any(
            rule.evidence == "request" and any(match_path(each, text) for each in rule.decorators for text in written)
            for rule in solver.catalog.index.parameter_sources.get("*", ())
        )
    return found


def filled(fr: Frame, param: Param) -> bool:
    """Whether the path given to the decorators of a handler fills a parameter, as far as that is known.

    Frameworks that take parameters from elsewhere too (``@router.get``) fill any.
    """
    texts = [text for text in fr.solver.decorator_texts(fr.fn) if "/" in text or "<" in text]
    if not texts or param.kind in ("*", "**") or param.name in REQUESTS:
        return True
    places = _places([text for text in texts if "<" in text])
    routed = any(decorator.rpartition(".")[2] == "route" for decorator in fr.ir.decorators) or any(
        match_path(pattern, path) for pattern in _ROUTERS for path in fr.solver.decorator_paths(fr.fn)
    )
    if not places and (not routed or any("{" in text or "/:" in text for text in texts)):
        return True
    return param.name in places


def registered(fr: Frame, param: Param) -> bool:
    """Whether a function is a handler that the program registers for a path, or what such a one depends on, and a
    parameter is filled by it."""
    routes = fr.solver.routes()
    if fr.fn.id in routes.dependencies:
        return param.name not in REQUESTS
    texts = routes.functions.get(fr.fn.id)
    if texts is None or param.name in REQUESTS:
        return False
    groups = any("(" in text and "(?P<" not in text for text in texts)
    return groups or not texts or param.kind in ("*", "**") or param.name in _places(texts)


def type_of_request(fr: Frame, param: Param, index: int) -> str:
    """The type of the request that a registered handler is given first, or "" for other parameters."""
    if index != 0 or fr.fn.cls >= 0 or param.annotation is not None:
        return ""
    return fr.solver.routes().given_requests.get(fr.fn.id, "")


def _places(texts: Collection[str]) -> set[str]:
    """The names that paths leave a place for; of ``<int:name>`` both sides: it depends on the framework which it is."""
    found = {name for text in texts for name in _GROUP.findall(text)}
    for text in texts:
        for place in _PLACE.findall(text):
            first, _, rest = (place[0] or place[1]).partition(":")
            found |= {first.strip(), rest.rpartition(":")[2].strip()}
    return found
