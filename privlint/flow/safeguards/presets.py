"""Consent that is switched on by default: in fields, parameters, options, look-ups and markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.recognise import Recogniser
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import Preset
from privlint.model.location import Site
from privlint.resolve.program import Function

_ON = frozenset(
    ("true", "1", "on", "yes", "y", "checked", "accepted", "granted", "opted_in", "opt_in", "t", "selected")
)
_DEFAULTS = frozenset(
    ("default", "initial", "default_value", "server_default", "load_default", "missing", "dump_default")
)
_OPTIONS = frozenset(("add_argument", "option", "Option", "add_option"))
_LOOK_UPS = frozenset(("get", "pop", "setdefault", "getattr", "get_or_default", "getbool", "getboolean"))
_SETTINGS = re.compile(r"(Settings|Config|Configuration|Test|TestCase|Tests|Factory|Mock|Enum|Flags?)\Z")
_ROWS = frozenset(("Model", "Document", "EmbeddedDocument", "SQLModel", "DeclarativeBase", "declarative_base", "Base"))
_CHECKBOX = re.compile(r"<input\b[^>]*\bcheckbox[^>]*>", re.IGNORECASE)
_CHECKED = re.compile(r"\bchecked\b(?!\s*=\s*[\"']?\{)", re.IGNORECASE)
_NAME = re.compile(r"\b(?:name|id)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_INITIAL = re.compile(r"initial|defaults?\b|DEFAULTS?", re.IGNORECASE)


class Presets:
    """Looks through the functions in which words of consent occur."""

    def __init__(self, calls: Calls, recogniser: Recogniser) -> None:
        self._calls = calls
        self._program = calls.program
        self._recogniser = recogniser

    def find(self, functions: list[int]) -> list[Preset]:
        """All presets in these functions, in order."""
        out: dict[Site, Preset] = {}
        for fn in functions:
            if self._calls.in_tests(fn) or "/migrations/" in f"/{self._path(fn)}":
                continue
            for preset in self._in_function(self._program.functions[fn]):
                out.setdefault(preset.site, preset)
        return [out[site] for site in sorted(out)]

    def _path(self, fn: int) -> str:
        return self._program.modules[self._program.functions[fn].module].path

    def _in_function(self, function: Function) -> Iterator[Preset]:
        body = self._calls.body(function.id)
        if function.ir.kind == "class":
            yield from self._fields(function, body)
        for found in list(body.defs.values()):
            for _, op in found:
                if isinstance(op, o.MakeFunction):
                    yield from self._parameters(function, body, op)
                elif isinstance(op, o.Const) and isinstance(op.value, str) and "<input" in op.value:
                    yield from self._markup(function, op)
        for _, call in body.calls:
            yield from self._called(function, body, call)
        for slot, stored in body.stores.items():
            if _INITIAL.search(slot):
                for _, store in stored:
                    yield from self._mapping(function, body, store.src, slot)

    def _preset(self, function: Function, node: int, name: str, owner: str, how: str, confidence: Confidence) -> Preset:
        return Preset(Site(self._path(function.id), node), name, owner, how, function.dotted, confidence)

    # -- fields of classes ---------------------------------------------------------------------------------------

    def _fields(self, function: Function, body: Body) -> Iterator[Preset]:
        owner = function.ir.name
        if _SETTINGS.search(owner) and not self._is_row(function):
            return
        for slot, stored in body.stores.items():
            if slot.isupper() or not self._recogniser.gives_consent(slot):
                continue
            for _, store in stored:
                how = self._on(body, store.src)
                if how:
                    yield self._preset(function, store.n, slot, owner, how, Confidence.HIGH)

    def _is_row(self, function: Function) -> bool:
        """Whether a class is a table: settings that somebody has, and not those of the program."""
        found = [cls for cls in self._program.classes if (cls.module, cls.name) == (function.module, function.ir.name)]
        return any(base.rpartition(".")[2] in _ROWS for cls in found for base in self._program.external_bases(cls.id))

    def _on(self, body: Body, reg: int) -> str:
        """How a field is switched on by its value, or ""."""
        value = body.constant(reg)
        if value is True:
            return "= True"
        op = body.only(reg)
        if not isinstance(op, o.Call):
            return ""
        last = body.words(op.func).last
        for arg in op.args:
            if arg.label in _DEFAULTS and self._is_on(body, arg.reg):
                return f"{arg.label}={self._shown(body, arg.reg)}"
            if arg.label in ("widget", "render_kw", "attrs") and self._checks_box(body, arg.reg):
                return "checked"
        first = op.args[0] if op.args and op.args[0].label is None else None
        if (
            first is not None
            and last in ("Field", "Form", "Body", "Query", "field")
            and body.constant(first.reg) is True
        ):
            return "= True"
        return ""

    def _is_on(self, body: Body, reg: int) -> bool:
        value = body.constant(reg)
        if value is NotImplemented:
            op = body.only(reg)
            inner = op.args[0].reg if isinstance(op, o.Call) and op.args else None  # text("true"), sa.true()
            if isinstance(op, o.Call) and not op.args:
                return body.words(op.func).last == "true"
            return inner is not None and self._is_on(body, inner)
        return value is True or (isinstance(value, str) and value.strip("'").lower() in _ON) or (
            isinstance(value, int) and not isinstance(value, bool) and value == 1
        )  # fmt: skip

    @staticmethod
    def _shown(body: Body, reg: int) -> str:
        value = body.constant(reg)
        return "on" if value is NotImplemented else repr(value)

    def _checks_box(self, body: Body, reg: int) -> bool:
        op = body.only(reg)
        if isinstance(op, o.Call):
            return any(self._checks_box(body, arg.reg) for arg in op.args)
        if isinstance(op, o.Build) and op.kind == "dict":
            pairs = list(zip(op.parts[::2], op.parts[1::2], strict=False))
            return any(body.constant(k.reg) == "checked" and body.constant(v.reg) is not False for k, v in pairs)
        return False

    # -- parameters, options, look-ups, markup -------------------------------------------------------------------

    def _parameters(self, function: Function, body: Body, op: o.MakeFunction) -> Iterator[Preset]:
        made = self._program.functions[self._program.modules[function.module].functions[op.index]]
        if made.ir.kind != "function" or self._program.functions[made.id].ir.name.startswith("test"):
            return
        for default in op.defaults:
            asked = isinstance(body.only(default.reg), o.Call)  # ``Form(True)``: what a request says
            if default.label is None or not self._recogniser.gives_consent(default.label, strictly=not asked):
                continue
            how = self._on(body, default.reg)
            param = next((param for param in made.ir.params if param.name == default.label), None)
            if how and param is not None:
                yield self._preset(function, param.n, param.name, made.ir.name, how, Confidence.MEDIUM)

    def _called(self, function: Function, body: Body, call: o.Call) -> Iterator[Preset]:
        last = body.words(call.func).last
        if last in _OPTIONS:
            yield from self._option(function, body, call)
        elif last in _LOOK_UPS:
            shift = 1 if last == "getattr" else 0
            plain = [arg for arg in call.args if arg.label is None]
            given = [arg for arg in call.args if arg.label == "default"] or plain[shift + 1 : shift + 2]
            name = body.constant(plain[shift].reg) if len(plain) > shift else None
            if isinstance(name, str) and given and self._recogniser.gives_consent(name):
                value = body.constant(given[0].reg)
                if value is True or (isinstance(value, str) and value.lower() in _ON):
                    owner = body.words(call.func).text.rpartition(".")[0]
                    yield self._preset(function, given[0].n, name, owner, f"where nothing is given: {value!r}",
                                       Confidence.HIGH)  # fmt: skip
        for arg in call.args:
            if arg.label in ("initial", "defaults") and last != "add_argument":
                yield from self._mapping(function, body, arg.reg, f"{arg.label} of {last}")

    def _option(self, function: Function, body: Body, call: o.Call) -> Iterator[Preset]:
        names = [v for arg in call.args if arg.label is None and isinstance(v := body.constant(arg.reg), str)]
        names += [v for arg in call.args if arg.label == "dest" and isinstance(v := body.constant(arg.reg), str)]
        name = next((n for n in names if self._recogniser.gives_consent(n.partition("/")[0])), "")
        if not name:
            return
        for arg in call.args:
            value = body.constant(arg.reg)
            negated = name.lstrip("-").startswith(("no-", "no_"))
            if (arg.label == "default" and value is True and not negated) or (
                arg.label == "action" and value == "store_false"
            ):
                yield self._preset(function, arg.n, name, "", f"{arg.label}={value!r}", Confidence.MEDIUM)

    def _mapping(self, function: Function, body: Body, reg: int, owner: str) -> Iterator[Preset]:
        op = body.only(reg)
        if not isinstance(op, o.Build) or op.kind != "dict":
            return
        for key, value in zip(op.parts[::2], op.parts[1::2], strict=False):
            name = body.constant(key.reg)
            if isinstance(name, str) and body.constant(value.reg) is True and self._recogniser.gives_consent(name):
                yield self._preset(function, value.n, name, owner, "True", Confidence.MEDIUM)

    def _markup(self, function: Function, op: o.Const) -> Iterator[Preset]:
        for tag in _CHECKBOX.findall(str(op.value)):
            named = _NAME.search(tag)
            if named and _CHECKED.search(tag) and self._recogniser.gives_consent(named[1].replace("-", "_")):
                yield self._preset(function, op.n, named[1], "", "checked", Confidence.HIGH)
                return
