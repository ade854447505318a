"""Files and objects that personal data is written to, and what the program does to get rid of them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from privlint.catalog.words import tokens
from privlint.flow.safeguards.bodies import Body, calls_of
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.reaching import latest
from privlint.flow.safeguards.statements import REFERENCES, in_time
from privlint.ir import ops as o
from privlint.model.data import Confidence, Protection
from privlint.model.facts import Facts, FlowFact, Store
from privlint.model.location import Site

KINDS = frozenset(("file", "object-storage"))

_DEPTH = 8  # parts of an address, and variables in a row
_READABLE = (Protection.CLEAR, Protection.PSEUDONYMISED_WEAK)
# What is gone by itself, or is no file at all.
_PASSING = re.compile(
    r"tempfile|TemporaryFile|TemporaryDirectory|mkstemp|mkdtemp|tmp_path|BytesIO|StringIO|HttpResponse"
)
_UNLINKS = frozenset(("os.remove", "os.unlink", "os.removedirs", "shutil.rmtree", "send2trash.send2trash"))
_DELETES_FILE = re.compile(
    r"(?:^|\.)(?:unlink|rmtree)\Z|storage\.delete\Z|(?:file|image|photo|avatar|document)\.delete\Z"
)
_DELETES_OBJECT = re.compile(
    r"(?:^|\.)(?:(?:batch_)?(?:delete|remove)_?(?:objects?|blobs?|file|keys?)|rm|rm_file|deleteObjects?)\Z|"
    r"(?:blob|bucket|object|obj|storage|container)\w*(?:\(\))?\.delete\Z",
    re.IGNORECASE,
)
_LIFECYCLE = re.compile(r"lifecycle", re.IGNORECASE)
_ENDS = re.compile(r"expir|tagging|delete_?after|ttl|custom_time|retention|lifecycle", re.IGNORECASE)
_ADDRESS = frozenset(
    ("Key", "key", "name", "object_name", "blob_name", "objectKey", "object_key", "path", "remote_path")
)
# What in an address says that each person has one of their own.
_OWN = frozenset(
    (
        *("id", "pk", "uid", "uuid", "guid", "user", "customer", "patient", "member", "email", "phone", "username"),
        *("employee", "openid", "guest", "applicant", "candidate", "student", "person", "mobile", "passport", "order"),
    )
)


class Filed:
    """Looks through the flows."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._program = calls.program
        self._removers_memo: dict[str, dict[int, bool]] | None = None

    def find(self, facts: Facts, function_at: Callable[[Site], int | None], who: tuple[str, ...]) -> list[Store]:
        """The files and objects of personal data, in order; ``who``: what the types begin with that say who it is."""
        groups: dict[Site, list[FlowFact]] = {}
        for flow in facts.flows:
            if flow.target.kind in KINDS and flow.protection in _READABLE and flow.confidence > Confidence.LOW:
                groups.setdefault(flow.target.call, []).append(flow)
        out: list[Store] = []
        for site in sorted(groups):
            fn = function_at(site)
            types = tuple(sorted({each.origin.data_type for each in groups[site]} - REFERENCES))
            if fn is not None and types and not self._calls.in_tests(fn):
                out += self._kept(site, fn, groups[site], types, who)
        return out

    def _kept(
        self, site: Site, fn: int, flows: list[FlowFact], types: tuple[str, ...], who: tuple[str, ...]
    ) -> Iterator[Store]:
        body = self._calls.body(fn)
        place = body.at.get(site.node)
        call = body.op(place) if place is not None else None
        kind = flows[0].target.kind
        if not isinstance(call, o.Call):
            return
        if kind == "file" and any(_PASSING.search(each.text) for _, each in body.calls):
            return
        if kind == "object-storage" and any(arg.label and _ENDS.search(arg.label) for arg in call.args):
            return
        removers = self._removers[kind]
        carried = {flow.target.site.node for flow in flows}
        of_itself = any(flow.target.argument == "self" for flow in flows)  # ``frame.to_csv(path)``
        names = set(self._address(body, call, carried, of_itself=of_itself))
        lasting = "+" in names or any(not _OWN.isdisjoint(tokens(name)) for name in names)
        subjects = {flow.origin.subject for flow in flows} - {None}
        confidence = Confidence.MEDIUM if lasting else Confidence.LOW
        yield Store(
            site,
            flows[0].target.callee,
            kind,
            types,
            subjects.pop() if len(subjects) == 1 else None,
            min(confidence, max(flow.confidence for flow in flows)),
            bool(removers),
            any(removers.values()),
            self._program.functions[fn].dotted,
            people=lasting and (bool(subjects) or any(each.startswith(who) for each in types)),
        )

    # -- who has one ---------------------------------------------------------------------------------------------

    def _address(self, body: Body, call: o.Call, carried: set[int], *, of_itself: bool) -> Iterator[str]:
        """The names of which the address is made up; ``+`` where more and more is put there."""
        func = body.only(call.func)
        regs = [func.obj] if isinstance(func, o.LoadAttr) and not of_itself else []
        for arg in call.args:
            if arg.label in _ADDRESS or (arg.label is None and arg.n not in carried):
                regs.append(arg.reg)
        for reg in regs:
            yield from self._names(body, reg, 0)

    def _names(self, body: Body, reg: int, depth: int) -> Iterator[str]:
        op = body.only(reg)
        if op is None or depth > _DEPTH:
            return
        parts: list[int] = []
        if isinstance(op, o.LoadName):
            own = op.scope in ("local", "cell")
            stores = latest(body, op.slot, body.at.get(op.n))[:2] if own else []
            if not stores and depth and own:
                yield op.slot.partition("@")[0]
            parts = [store.src for store in stores]
        elif isinstance(op, o.LoadAttr):
            yield op.name
            parts = [op.obj]
        elif isinstance(op, o.LoadItem):
            key = body.constant(op.key)
            yield key if isinstance(key, str) else ""
        elif isinstance(op, o.Call):
            if op.text.rpartition(".")[2] == "open" and any(_appends(body.constant(arg.reg)) for arg in op.args[1:2]):
                yield "+"
            made = body.only(op.func)
            parts = [*([made.obj] if isinstance(made, o.LoadAttr) else []), *(arg.reg for arg in op.args)]
        elif isinstance(op, o.Build):
            parts = [part.reg for part in op.parts]
        elif isinstance(op, o.Combine):
            parts = list(op.args)
        elif isinstance(op, o.Enter | o.Move | o.Await):
            parts = [op.src]
        for part in parts:
            yield from self._names(body, part, depth + 1)

    # -- who deletes ---------------------------------------------------------------------------------------------

    @property
    def _removers(self) -> dict[str, dict[int, bool]]:
        """The functions that delete files, and objects; with whether time decides."""
        found = self._removers_memo
        if found is None:
            found = self._removers_memo = self._find_removers()
        return found

    def _find_removers(self) -> dict[str, dict[int, bool]]:
        out: dict[str, dict[int, bool]] = {"file": {}, "object-storage": {}}
        for function in self._program.functions:
            if self._calls.in_tests(function.id):
                continue
            for call in calls_of(function.ir):
                text = call.text or self._calls.body(function.id).words(call.func).text
                if _LIFECYCLE.search(text) or any(arg.label and _LIFECYCLE.search(arg.label) for arg in call.args):
                    out["object-storage"][function.id] = True
                elif _DELETES_OBJECT.search(text):
                    out["object-storage"][function.id] = in_time(self._calls, function.id)
                if _DELETES_FILE.search(text) or self._unlinks(function.id, text):
                    out["file"][function.id] = in_time(self._calls, function.id)
        return out

    def _unlinks(self, fn: int, text: str) -> bool:
        if text.rpartition(".")[2] not in ("remove", "unlink", "removedirs", "rmtree", "send2trash"):
            return False
        return not _UNLINKS.isdisjoint(self._calls.paths(fn, text))


def _appends(mode: object) -> bool:
    return isinstance(mode, str) and len(mode) < 4 and "a" in mode
