"""For how long cookies, sessions and caches keep what they are given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from privlint.catalog.catalog import Catalog
from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.durations import Durations
from privlint.flow.safeguards.statements import REFERENCES
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import FlowFact, Store
from privlint.model.location import Site

KEEPING = frozenset(("cookie", "cache"))  # the kinds of sinks that are looked at

_SETS_COOKIE = frozenset(("set_cookie", "set_signed_cookie", "set_secure_cookie", "add_cookie"))
# Of arguments: the factor that makes seconds of it.
_COOKIE = {"max_age": 1.0, "expires": 1.0, "expires_days": 86400.0, "expires_in": 1.0, "maxage": 1.0}
_CACHE = {"ex": 1.0, "px": 0.001, "timeout": 1.0, "ttl": 1.0, "expire": 1.0, "time": 1.0, "exptime": 1.0}
_TIMED = frozenset(("setex", "psetex"))
_FLASK = 31 * 86400  # what a permanent session of Flask lasts where nothing is said
_DJANGO = 14 * 86400  # a session of Django
_TORNADO = 30 * 86400  # a signed cookie of Tornado
# What keeps the sessions of Starlette and of Pyramid, and for how long where nothing is said.
_MADE = {
    "SessionMiddleware": 14 * 86400,
    "SignedCookieSessionFactory": 1200,
    "BaseCookieSessionFactory": 1200,
    "EncryptedCookieSessionFactory": 1200,
    "RedisSessionFactory": 1200,
}


class _Stay(NamedTuple):
    """``expires`` as in ``Target``, and the seconds, or -1."""

    expires: str
    lasts: int = -1


_UNKNOWN = _Stay("")


class Lasting:
    """Asked for one sink at a time."""

    def __init__(self, calls: Calls, catalog: Catalog) -> None:
        self._calls = calls
        self._program = calls.program
        self._catalog = catalog
        self._durations = Durations(calls)
        self._of_flask_memo: _Stay | None = None
        self._set_expiry_memo: list[tuple[int, int]] | None = None
        self._of_made_memo: _Stay | None = None
        self._packages_memo: frozenset[str] | None = None

    def tell(self, flow: FlowFact, fn: int | None) -> FlowFact:
        """A flow into a cookie, a session or a cache, with the time for which it stays there."""
        body = self._calls.body(fn) if fn is not None else None
        place = body.at.get(flow.target.call.node) if body is not None else None
        if fn is None or body is None or place is None:
            return flow
        op = body.op(place)
        stay = _UNKNOWN
        if isinstance(op, o.StoreItem):
            stay = self._session(fn, body.words(op.obj).text) if flow.target.kind == "cookie" else _UNKNOWN
        elif isinstance(op, o.Call):
            last = body.words(op.func).last
            if flow.target.kind == "cache":
                stay = self._cache(fn, body, op, flow.target.expires)
            elif last in _SETS_COOKIE:
                stay = self._cookie(fn, body, op, last)
        if stay is _UNKNOWN:
            return flow
        return replace(flow, target=flow.target._replace(expires=stay.expires, lasts=stay.lasts))

    # -- cookies and caches --------------------------------------------------------------------------------------

    def _cookie(self, fn: int, body: Body, call: o.Call, last: str) -> _Stay:
        if any(arg.label in ("*", "**") for arg in call.args):
            return _UNKNOWN
        given = [(arg.reg, _COOKIE[arg.label]) for arg in call.args if arg.label in _COOKIE]
        placed = [arg.reg for arg in call.args if arg.label is None][2:]
        stated = [each for each in given if body.constant(each[0]) is not None]
        if placed and not stated:  # which of them is the time depends on the framework
            seconds = self._durations.seconds(fn, placed[0])
            return _stay(seconds) if seconds is not None else _UNKNOWN
        if stated:
            found = [self._durations.seconds(fn, reg) for reg, _ in stated]
            known = [each * factor for each, (_, factor) in zip(found, stated, strict=True) if each is not None]
            return _stay(known[0]) if known else _Stay("given")
        if last in ("set_secure_cookie", "set_signed_cookie") and self._uses("tornado") and not given:
            return _Stay("default", _TORNADO)
        return _Stay("session")

    def _cache(self, fn: int, body: Body, call: o.Call, expires: str) -> _Stay:
        last = body.words(call.func).last
        placed = [arg.reg for arg in call.args if arg.label is None]
        given = [(arg.reg, _CACHE[arg.label]) for arg in call.args if arg.label in _CACHE]
        if last in _TIMED and len(placed) > 1:
            given.append((placed[1], 0.001 if last == "psetex" else 1.0))
        elif expires != "given":
            return _UNKNOWN
        elif not given and last == "set" and len(placed) > 2:
            given.append((placed[2], 1.0))
        for reg, factor in given:
            seconds = self._durations.seconds(fn, reg)
            if seconds is not None and 0 < seconds < math.inf:
                return _Stay("given", int(seconds * factor))
        return _UNKNOWN

    # -- sessions ------------------------------------------------------------------------------------------------

    def _session(self, fn: int, text: str) -> _Stay:
        """What a session is told of its end: by a call beside it, or by the settings."""
        if text.rpartition(".")[2] != "session":
            return _UNKNOWN
        entity = self._program.lookup(self._program.modules[self._program.functions[fn].module], text)
        path = entity.path if entity is not None and entity.path else ""
        if path.startswith(("flask.", "quart.")):
            return self._of_flask
        if not text.endswith("request.session"):
            return _UNKNOWN
        if self._uses("django"):
            return self._of_django(fn)
        if self._uses("starlette") or self._uses("fastapi"):
            return self._of_made
        return self._of_made if self._uses("pyramid") else _UNKNOWN

    @property
    def _of_flask(self) -> _Stay:
        found = self._of_flask_memo
        if found is None:
            found = self._of_flask_memo = self._find_of_flask()
        return found

    def _find_of_flask(self) -> _Stay:
        server = self._uses("flask_session") and self._durations.value("SESSION_PERMANENT") is not False
        if not server and not any(self._made_permanent()):
            return _UNKNOWN
        if not self._durations.has("PERMANENT_SESSION_LIFETIME"):
            return _Stay("default", _FLASK)
        seconds = self._durations.setting("PERMANENT_SESSION_LIFETIME")
        return _stay(seconds) if seconds is not None else _Stay("given")

    def _made_permanent(self) -> Iterator[bool]:
        """``session.permanent = True``."""
        for function in self._functions():
            for op in self._ops(function):
                if isinstance(op, o.StoreAttr) and op.name == "permanent":
                    body = self._calls.body(function)
                    if body.constant(op.src) is True:
                        yield body.words(op.obj).last == "session"

    def _of_django(self, fn: int) -> _Stay:
        told = [each for each in self._set_expiry if each[0] == fn] or self._set_expiry
        ends = [self._calls.body(number).constant(reg) for number, reg in told]
        stated = [each for each, end in zip(told, ends, strict=True) if end is not None]
        if stated:
            found = [self._durations.seconds(number, reg) for number, reg in stated]
            known = [each for each in found if each is not None]
            if len(known) < len(found) or not any(known):  # 0: with the browser
                return _Stay("given")
            return _stay(max(known))
        if self._durations.value("SESSION_EXPIRE_AT_BROWSER_CLOSE") is True:
            return _Stay("given")
        if not self._durations.has("SESSION_COOKIE_AGE"):
            return _Stay("default", _DJANGO)
        seconds = self._durations.setting("SESSION_COOKIE_AGE")
        return _stay(seconds) if seconds is not None else _Stay("given")

    @property
    def _set_expiry(self) -> list[tuple[int, int]]:
        """``request.session.set_expiry(seconds)``: the function and the argument."""
        found = self._set_expiry_memo
        if found is None:
            found = self._set_expiry_memo = self._find_set_expiry()
        return found

    def _find_set_expiry(self) -> list[tuple[int, int]]:
        return [
            (function, call.args[0].reg)
            for function in self._functions()
            for call in self._ops(function)
            if isinstance(call, o.Call) and call.text.endswith("session.set_expiry") and call.args
        ]

    @property
    def _of_made(self) -> _Stay:
        found = self._of_made_memo
        if found is None:
            found = self._of_made_memo = self._find_of_made()
        return found

    def _find_of_made(self) -> _Stay:
        """What the middleware, or the factory, that keeps sessions is made with."""
        for function in self._functions():
            body = self._calls.body(function)
            for _, call in body.calls:
                named = {body.words(arg.reg).last for arg in call.args if arg.label is None}
                named.add(body.words(call.func).last)
                default = next((seconds for name, seconds in _MADE.items() if name in named), 0)
                if not default:
                    continue
                given = {arg.label: arg.reg for arg in call.args if arg.label in ("max_age", "timeout")}
                if not given:
                    return _Stay("default", default)
                seconds = self._durations.seconds(function, given.get("max_age", given.get("timeout", -1)))
                return _stay(seconds) if seconds is not None else _Stay("given")
        return _UNKNOWN

    def on_the_server(self, flows: Iterable[FlowFact]) -> list[Store]:
        """Sessions that Django keeps in its database: what is stored under a name that says so."""
        if not self._uses("django"):
            return []
        told = {flow.target.call for flow in flows if flow.target.kind == "cookie"}
        out: list[Store] = []
        for function in self._functions():
            for op in self._ops(function):
                if not isinstance(op, o.StoreItem):
                    continue
                body = self._calls.body(function)
                if not body.words(op.obj).text.endswith("request.session"):
                    continue
                key = body.constant(op.key)
                site = Site(self._program.modules[self._program.functions[function].module].path, op.n)
                match = self._catalog.classify(key, "session") if isinstance(key, str) and site not in told else None
                stay = self._of_django(function) if match is not None else _UNKNOWN
                if match is None or match.confidence is Confidence.LOW or match.data_type in REFERENCES:
                    continue
                if body.constant(op.src) is NotImplemented and (stay.lasts >= 0 or stay.expires == "never"):
                    name = f"{body.words(op.obj).text}[{key!r}]"
                    out.append(Store(site, name, "database", (match.data_type,), match.subject,
                                     min(match.confidence, Confidence.MEDIUM), True,
                                     False, self._program.functions[function].dotted, people=False,
                                     expires=stay.expires, lasts=stay.lasts))  # fmt: skip
        return out

    # -- the program ---------------------------------------------------------------------------------------------

    def _functions(self) -> Iterator[int]:
        return (each.id for each in self._program.functions if not self._calls.in_tests(each.id))

    def _ops(self, fn: int) -> Iterator[o.Op]:
        return (op for block in self._program.functions[fn].ir.blocks for op in block.ops)

    def _uses(self, package: str) -> bool:
        return package in self._packages

    @property
    def _packages(self) -> frozenset[str]:
        """The packages that the program imports."""
        found = self._packages_memo
        if found is None:
            found = self._packages_memo = self._find_packages()
        return found

    def _find_packages(self) -> frozenset[str]:
        return frozenset(
            op.module.partition(".")[0]
            for function in self._program.functions
            for op in self._ops(function.id)
            if isinstance(op, o.Import) and not op.level
        )


def _stay(seconds: float) -> _Stay:
    if seconds == math.inf:
        return _Stay("never")
    return _Stay("given", int(seconds)) if seconds >= 0 else _Stay("given")
