"""What becomes of a value: is it read, only stored, only passed on, only tested for being there, or nothing of it all.

A slice forward over the registers of functions, across calls by what is called, across attributes, keys and keyword
arguments by their name: whoever reads *some* attribute of the name is taken to read this one.  In doubt it is read.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from privlint.catalog.catalog import Catalog
from privlint.flow import limits
from privlint.flow.records import Records
from privlint.flow.uses import words
from privlint.flow.uses.code import Code, Names, Store
from privlint.ir import ops as o
from privlint.model.location import Site

ANY = ""  # the key of something that lies in a container nobody knows where

_VALUES = frozenset({"data", "value", "raw_data", "object_data"})  # a field's own value
_LOOKUPS = frozenset({"get", "pop", "getlist", "getone", "getall", "get_list", "setdefault"})
_COPIES = frozenset({"copy", "dict", "to_dict", "_asdict"})
_INSERT = re.compile(r"\s*(insert|replace)\s", re.IGNORECASE)
_STORES = frozenset({"database", "file", "object-storage", "cache", "cookie"})
_PASSES = frozenset({"http", "sdk", "queue"})


class Fate(enum.IntEnum):
    """From the least to the most that may happen; of several the most counts."""

    NOTHING = 0
    TESTED = 1
    STORED = 2
    PASSED = 3
    READ = 4


class Outcome:
    """What happens to one value, and where it is stored or passed on."""

    def __init__(self) -> None:
        self.fate = Fate.NOTHING
        self.places: dict[Site, str] = {}
        self.seen: set[tuple[int, int, str | None]] = set()
        self.names: set[str] = set()

    def read(self) -> bool:
        """Whether it is read: nothing more can be learned."""
        return self.fate is Fate.READ

    def add(self, fate: Fate, site: Site | None = None, words: str = "") -> None:
        """One more thing that happens."""
        self.fate = max(self.fate, fate)
        if site is not None and len(self.places) < limits.PLACES:
            self.places.setdefault(site, words)


class Fates:
    """Follows values of a program; ``sinks`` tells the kind of sink that an argument is known to be of."""

    def __init__(self, names: Names, records: Records, catalog: Catalog, sinks: Mapping[Site, str]) -> None:
        self.names = names
        self.program = names.program
        self._records = records
        self._catalog = catalog
        self._sinks = sinks

    def sink(self, argument: Site) -> str | None:
        """The kind of sink that an argument is of, where data is known to reach it."""
        return self._sinks.get(argument)

    # -- by name -------------------------------------------------------------------------------------------------

    def of_name(self, name: str, out: Outcome, auxiliary: bool = False) -> None:
        """What happens to anything of that name, in files that are not of tests (unless ``auxiliary``)."""
        if name in out.names or out.read():
            return
        out.names.add(name)
        accesses = self.names.accesses.get(name, []) if auxiliary else self.names.accesses_beside_tests(name)
        if len(accesses) > limits.ACCESSES or self._is_mentioned(name, auxiliary):
            out.add(Fate.READ)
            return
        for access in accesses:
            if not out.read():
                self.follow(access.function, access.reg, None, name, out)
        for store in self.names.stores.get(name, ()):
            if not auxiliary and self.names.is_auxiliary(store.function):
                continue
            if store.callee.rpartition(".")[2] in words.QUERIES:
                out.add(Fate.READ)
            elif self._is_write(store):
                out.add(Fate.STORED, Site(self.names.path(store.function), store.n), "is stored here")

    def _is_mentioned(self, name: str, auxiliary: bool) -> bool:
        return any(auxiliary or not self.names.is_auxiliary(text.function) for text in self.names.texts.get(name, ()))

    def _is_write(self, store: Store) -> bool:
        last = store.callee.rpartition(".")[2]
        return not store.callee or last in words.WRITERS or last[:1].isupper()

    # -- by register ---------------------------------------------------------------------------------------------

    def of_parameter(self, function: int, name: str, key: str | None, called: str, out: Outcome) -> None:
        """What a function does with a parameter; ``key``: under which the value lies in it."""
        code = self.names.code(function)
        for load in code.loads.get(name, ()):
            self.follow(function, load.dst, key, called, out)
        if name in code.ir.cells:
            out.add(Fate.READ)

    def follow(self, function: int, reg: int, key: str | None, name: str, out: Outcome) -> None:
        """What happens to a register; ``key`` not None: the value lies in it under that key (``ANY``: somewhere)."""
        if out.read() or (function, reg, key) in out.seen:
            return
        if len(out.seen) > limits.SLICE:
            limits.reached("steps of one slice")
            out.add(Fate.READ)
            return
        out.seen.add((function, reg, key))
        code = self.names.code(function)
        if reg in code.left:
            out.add(Fate.READ)
        if reg in code.tested:
            out.add(Fate.TESTED)
        for op in code.uses.get(reg, ()):
            if out.read():
                return
            self._use(code, op, reg, key, name, out)

    def _use(self, code: Code, op: o.Op, reg: int, key: str | None, name: str, out: Outcome) -> None:
        function = code.function.id
        match op:
            case o.StoreName():
                self._variable(code, op, key, name, out)
            case o.Move() | o.Await():
                self.follow(function, op.dst, key, name, out)
            case o.Combine():
                self._combine(code, op, reg, key, name, out)
            case o.Build():
                self._build(code, op, reg, key, name, out)
            case o.StoreAttr():
                if op.src == reg:
                    self._stored(code, op.n, op.name if key is None else ANY, out)
            case o.StoreItem():
                self._store_item(code, op, reg, key, name, out)
            case o.LoadAttr():
                self._attribute(code, op, key, name, out)
            case o.LoadItem():
                self._item(code, op, reg, key, name, out)
            case o.Call():
                self._call(code, op, reg, key, name, out)
            case o.DelItem() | o.DelAttr():
                pass
            case _:
                out.add(Fate.READ)

    def _variable(self, code: Code, op: o.StoreName, key: str | None, name: str, out: Outcome) -> None:
        if op.scope not in ("local", "cell") or op.slot.partition("@")[0] in code.ir.cells:
            out.add(Fate.READ)
            return
        for load in code.loads.get(op.slot, ()):
            self.follow(code.function.id, load.dst, key, name, out)

    def _combine(self, code: Code, op: o.Combine, reg: int, key: str | None, name: str, out: Outcome) -> None:
        if op.op in ("falsy", "+", "%", "+=", "|", "|="):
            self.follow(code.function.id, op.dst, key, name, out)
        elif (
            op.op in ("not", "is", "is not")
            or (op.op in ("==", "!=") and any(code.constant(each) == "" for each in op.args if each != reg))
            or (op.op in ("in", "not in") and key is not None)
        ):
            out.add(Fate.TESTED)
        else:
            out.add(Fate.READ)

    def _build(self, code: Code, op: o.Build, reg: int, key: str | None, name: str, out: Outcome) -> None:
        function = code.function.id
        if op.kind == "str":
            self.follow(function, op.dst, None, name, out)
            return
        if op.kind != "dict":
            if op.kind == "slice":
                out.add(Fate.READ)
            else:
                self.follow(function, op.dst, ANY, name, out)
            return
        held: int | None = None  # the register of the key, while its value is awaited
        for part in op.parts:
            if part.label == "**":
                if part.reg == reg:
                    self.follow(function, op.dst, key, name, out)
            elif held is None:
                held = part.reg
                if part.reg == reg:
                    out.add(Fate.READ)
            else:
                if part.reg == reg:
                    constant = code.constant(held)
                    self.follow(function, op.dst, constant if isinstance(constant, str) else ANY, name, out)
                held = None

    def _store_item(self, code: Code, op: o.StoreItem, reg: int, key: str | None, name: str, out: Outcome) -> None:
        if op.key == reg:
            out.add(Fate.READ)
        if op.src != reg:
            return
        constant = code.constant(op.key)
        under = constant if isinstance(constant, str) and key is None else ANY
        holder = code.made.get(op.obj)
        if isinstance(holder, o.LoadName) and holder.scope == "local":
            if any(param.name == holder.slot for param in code.ir.params):
                out.add(Fate.READ)
            for load in code.loads.get(holder.slot, ()):
                self.follow(code.function.id, load.dst, under, name, out)
        else:
            self._stored(code, op.n, under, out)

    def _stored(self, code: Code, n: int, name: str, out: Outcome) -> None:
        """The value is kept under a name: what happens to that?"""
        if name == ANY:
            out.add(Fate.READ)
            return
        out.add(Fate.STORED, Site(self.names.path(code.function.id), n), "is stored here")
        self.of_name(name, out, self.names.is_auxiliary(code.function.id))

    def _attribute(self, code: Code, op: o.LoadAttr, key: str | None, name: str, out: Outcome) -> None:
        function = code.function.id
        calls = [use for use in code.uses.get(op.dst, ()) if isinstance(use, o.Call) and use.func == op.dst]
        if not calls:
            if key is None and op.name in _VALUES:
                self.follow(function, op.dst, None, name, out)
            elif key is None or op.name == "__dict__":
                out.add(Fate.READ)
            elif op.name == key or key == ANY:
                self.follow(function, op.dst, None, name, out)
            return
        for call in calls:
            if key is None and op.name in words.TRANSFORMS:
                self.follow(function, call.dst, None, name, out)
            elif key is not None and op.name in _COPIES:
                self.follow(function, call.dst, key, name, out)
            elif key is not None and op.name in _LOOKUPS and call.args:
                self._looked_up(code, call.args[0].reg, call.dst, key, name, out)
            elif not (key is not None and op.name in ("keys", "update", "append", "setdefault", "clear")):
                out.add(Fate.READ)

    def _looked_up(self, code: Code, key_reg: int, dst: int, key: str, name: str, out: Outcome) -> None:
        constant = code.constant(key_reg)
        if not isinstance(constant, str) or key == ANY:
            out.add(Fate.READ)
        elif constant == key:
            self.follow(code.function.id, dst, None, name, out)

    def _item(self, code: Code, op: o.LoadItem, reg: int, key: str | None, name: str, out: Outcome) -> None:
        if op.key == reg or key is None:
            out.add(Fate.READ)
        else:
            self._looked_up(code, op.key, op.dst, key, name, out)

    # -- calls ---------------------------------------------------------------------------------------------------

    def _call(self, code: Code, op: o.Call, reg: int, key: str | None, name: str, out: Outcome) -> None:
        if op.func == reg:
            out.add(Fate.READ)
            return
        position = 0
        for arg in op.args:
            if arg.reg == reg:
                self._argument(code, op, arg, position, key, name, out)
            if arg.label is None:
                position += 1
            elif arg.label == "*":
                position = 1_000

    def _argument(
        self, code: Code, op: o.Call, arg: o.Arg, position: int, key: str | None, name: str, out: Outcome
    ) -> None:
        label: str | None = arg.label
        if label == "*" or (label == "**" and not key):
            out.add(Fate.READ)
            return
        if label == "**":
            label, key = key, None
        functions, classes = self._callees(code, op)
        for function, offset in functions:
            self._bound(function, offset, label, position, key, name, out)
        for cls in classes:
            self._constructed(code, op, cls, label, position, key, name, out)
        if not functions and not classes:
            self._library(code, op, arg, label, key, name, out)

    def _callees(self, code: Code, op: o.Call) -> tuple[list[tuple[int, int]], list[int]]:
        """Functions of the program that a call may mean, each with how many parameters the receiver takes; classes."""
        text = code.callee(op)
        if not text:
            return [], []
        head, _, rest = text.partition(".")
        last = text.rpartition(".")[2]
        function = code.function
        if head in ("self", "cls") and rest and "." not in rest and function.cls >= 0:
            method = self.program.method(function.cls, rest)
            if method is not None:
                return [(method.function, 0 if method.kind == "static" else 1)], []
        if head not in code.stores:
            entity = self.program.lookup(self.program.modules[function.module], text)
            if entity is not None and entity.kind == "function":
                found = self.program.functions[entity.number]
                return [(entity.number, 1 if found.method_kind == "class" else 0)], []
            if entity is not None and entity.kind == "class":
                return [], [entity.number]
            if entity is not None and entity.kind == "external":
                return [], []
        return self._methods(code, head, last), []

    def _methods(self, code: Code, head: str, last: str) -> list[tuple[int, int]]:
        """The methods that a call on a variable of unknown type may mean, by their name."""
        variable = head in ("?", "self", "cls") or head in code.stores or any(p.name == head for p in code.ir.params)
        if not variable or last in words.WRITERS or last in words.TRANSFORMS:
            return []
        functions = self.program.functions
        found = [each for each in self.names.functions.get(last, ()) if functions[each].method_kind]
        if len(found) > limits.OVERRIDES:
            return []
        return [(each, 0 if functions[each].method_kind == "static" else 1) for each in found]

    def _bound(
        self, function: int, offset: int, label: str | None, position: int, key: str | None, name: str, out: Outcome
    ) -> None:
        params = self.program.functions[function].ir.params
        if label is not None:
            named = next((p for p in params if p.name == label and p.kind not in ("*", "**")), None)
        else:
            plain = [p for p in params if p.kind in ("pos", "posonly")]
            named = plain[position + offset] if position + offset < len(plain) else None
        if named is None:
            out.add(Fate.READ)
        else:
            self.of_parameter(function, named.name, key, name, out)

    def _constructed(
        self,
        code: Code,
        op: o.Call,
        cls: int,
        label: str | None,
        position: int,
        key: str | None,
        name: str,
        out: Outcome,
    ) -> None:
        init = self.program.method(cls, "__init__")
        if init is not None:
            self._bound(init.function, 1, label, position, key, name, out)
            return
        if self._records.is_answer(cls):
            out.add(Fate.READ)
            return
        if key is not None:  # a form or schema is filled from a mapping
            filled = self._records.kind(cls) in ("form", "serializer", "body")
            self._stored(code, op.n, key if filled else ANY, out)
            return
        order = self._records.init_order(cls)
        if label is None:
            label = order[position] if position < len(order) else ANY
        self._stored(code, op.n, label, out)

    def _library(
        self, code: Code, op: o.Call, arg: o.Arg, label: str | None, key: str | None, name: str, out: Outcome
    ) -> None:
        path = self.names.path(code.function.id)
        callee = code.callee(op)
        last = callee.rpartition(".")[2].removesuffix("()")
        kind = self._sinks.get(Site(path, arg.n))
        if kind is None and last == "update" and (mapping := code.updated_mapping(op)):
            for load in code.loads[mapping]:
                self.follow(code.function.id, load.dst, key or label or ANY, name, out)
        elif kind in _STORES:
            self._kept(code, op, arg, label, key, name, out)
        elif kind is not None:
            arrived(Site(path, arg.n), kind, out)
        elif last in words.TESTS:
            out.add(Fate.TESTED)
        elif last in words.TRANSFORMS or self._protects(last):
            self.follow(code.function.id, op.dst, key, name, out)
        elif last in words.WRITERS:
            self._kept(code, op, arg, label, key, name, out)
        else:
            out.add(Fate.READ)

    def _kept(
        self, code: Code, op: o.Call, arg: o.Arg, label: str | None, key: str | None, name: str, out: Outcome
    ) -> None:
        """A call that stores: under the name of the argument, under its key, or by a statement in SQL."""
        texts = [value for each in op.args if isinstance(value := code.constant(each.reg), str)]
        if any(" " in text and not _INSERT.match(text) for text in texts):
            out.add(Fate.READ)  # a query, or a change by what is given
            return
        last = code.callee(op).rpartition(".")[2]
        under = key or label or name
        if label is not None and last in ("get_or_create", "update_or_create") and label != "defaults":
            out.add(Fate.READ)
            return
        self._stored(code, arg.n, name if under in ("defaults", "params", "parameters", "value", ANY) else under, out)

    def _protects(self, last: str) -> bool:
        """Whether a library's call makes another form of what it is given."""
        rules = self._catalog.calls_named(last) if last else None
        return rules is not None and bool(rules.sanitizers or rules.propagators) and not rules.sinks


def fate_in(kind: str) -> Fate:
    """What happens to a value in a sink of a kind: all but storing and passing on is reading it."""
    return Fate.STORED if kind in _STORES else Fate.PASSED if kind in _PASSES else Fate.READ


def arrived(site: Site, kind: str, out: Outcome) -> None:
    """The value reaches a sink."""
    fate = fate_in(kind)
    if fate is Fate.READ:
        out.add(fate)
    else:
        out.add(fate, site, "is stored here" if fate is Fate.STORED else f"is passed on here ({kind})")
