"""The code of a program by its names: who reads what is called so, and what becomes of a register."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import NamedTuple

from privlint.flow import limits
from privlint.flow.records import Records
from privlint.ir import ops as o
from privlint.ir.module import FunctionIR
from privlint.ir.reads import operands
from privlint.resolve.program import Function, Program

_AUXILIARY = re.compile(
    r"(^|/)(tests?|testing|migrations|alembic|versions|conftest\.py|test_[^/]*|[^/]*_tests?\.py)(/|$)"
)
# A sentence for people names nothing, unless it has places to fill in, or is a statement that reads.
_PROSE = re.compile(r"\s")
_NAMING = re.compile(
    r"\b(select|where|order by|group by|join|set|returning|from)\b|[{%]\(?\w|\w+\s*,\s*\w+|\w\.\w|^[\w-]+$",
    re.IGNORECASE,
)
_WRITES = re.compile(r"\s*(insert|replace|create|alter)\s", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_LOOKUPS = frozenset({"get", "getlist", "pop", "getone", "getall", "get_list", "setdefault", "getfirst"})


_ORIGINS = 4  # variables behind each other that the origin of a value is looked for through


class Access(NamedTuple):
    """An expression that gives what has a name: ``x.name``, ``x["name"]``, ``x.get("name")``; the register of it."""

    function: int
    reg: int
    n: int


class Text(NamedTuple):
    """A text in which a name occurs; ``whole``: it is nothing but the name."""

    function: int
    n: int
    whole: bool


class Store(NamedTuple):
    """A store under a name: ``x.name = v``, ``f(name=v)``; ``callee`` of the call, if it is one."""

    function: int
    n: int
    callee: str = ""


def is_auxiliary(path: str) -> bool:
    """Whether a file is of tests or of migrations: it names data without there being a purpose in it."""
    return _AUXILIARY.search(path) is not None


def _auxiliary(paths: list[str]) -> frozenset[int]:
    """Which files are auxiliary, below the folder that all are in; none where all there is are tests."""
    folders = [path.split("/")[:-1] for path in paths]
    shared = len(list(takewhile(lambda level: len(set(level)) == 1, zip(*folders, strict=False))))
    below = ["/".join(path.split("/")[shared:]) for path in paths]
    found = frozenset(number for number, path in enumerate(below) if is_auxiliary(path))
    return found if len(found) < len(paths) else frozenset()


class Code:
    """One function by its registers: what uses each, what made each, who loads a variable."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.ir: FunctionIR = function.ir
        self.uses: dict[int, list[o.Op]] = {}
        self.made: dict[int, o.Op] = {}
        self.loads: dict[str, list[o.LoadName]] = {}
        self.stores: dict[str, list[o.StoreName]] = {}
        self.tested: set[int] = set()
        self.left: set[int] = set()  # registers that are returned or raised
        for block in self.ir.blocks:
            for op in block.ops:
                self._read(op)
            if isinstance(block.end, o.Branch):
                self.tested.add(block.end.cond)
            elif isinstance(block.end, o.Return | o.Raise):
                self.left.add(block.end.src)

    def _read(self, op: o.Op) -> None:
        for reg in operands(op):
            self.uses.setdefault(reg, []).append(op)
        dst = getattr(op, "dst", None)
        if dst is not None:
            self.made.setdefault(dst, op)
        for each in op.dsts if isinstance(op, o.Unpack) else ():
            self.made.setdefault(each, op)
        if isinstance(op, o.LoadName):
            self.loads.setdefault(op.slot, []).append(op)
        elif isinstance(op, o.StoreName):
            self.stores.setdefault(op.slot, []).append(op)

    def updated_mapping(self, call: o.Call) -> str:
        """The local variable of a dictionary made here whose method is called, or ""."""
        method = self.made.get(call.func)
        holder = self.made.get(method.obj) if isinstance(method, o.LoadAttr) else None
        if not isinstance(holder, o.LoadName) or holder.scope != "local" or holder.slot in self.ir.cells:
            return ""
        held = [self.made.get(store.src) for store in self.stores.get(holder.slot, ())]
        made = all(
            (isinstance(op, o.Build) and op.kind == "dict") or (isinstance(op, o.Call) and self.text(op.func) == "dict")
            for op in held
        )
        return holder.slot if held and made else ""

    def constant(self, reg: int) -> object:
        """The constant that a register holds, or None."""
        op = self.made.get(reg)
        return op.value if isinstance(op, o.Const) else None

    def text(self, reg: int) -> str:
        """The dotted name of what a register holds, with ``()`` for calls, or ""."""
        op = self.made.get(reg)
        if isinstance(op, o.LoadName):
            return op.slot.partition("@")[0]
        if isinstance(op, o.LoadAttr):
            owner = self.text(op.obj)
            return f"{owner}.{op.name}" if owner else f"?.{op.name}"
        if isinstance(op, o.Call):
            callee = op.text or self.text(op.func)
            return f"{callee}()" if callee else ""
        if isinstance(op, o.Await):
            return self.text(op.src)
        return ""

    def origin(self, reg: int, depth: int = 0) -> str:
        """The text of what a register holds, seen through local variables that are set once."""
        op = self.made.get(reg)
        if isinstance(op, o.Move) and depth < _ORIGINS:
            return self.origin(op.src, depth + 1)
        if isinstance(op, o.LoadName) and depth < _ORIGINS:
            stored = self.stores.get(op.slot, ())
            if len(stored) == 1:
                return self.origin(stored[0].src, depth + 1) or self.text(reg)
        return self.text(reg)

    def callee(self, op: o.Call) -> str:
        """The callee of a call as written, ``?.name`` for a method of something that has no name."""
        return op.text or self.text(op.func)


def _written_keys(op: o.Build, constants: Mapping[int, o.Const]) -> Iterator[int]:
    """The keys of a dictionary under which values are put; beside a text a key may be the name of a setting."""
    held = -1
    for part in op.parts:
        if part.label == "**":
            continue
        if held < 0:
            held = part.reg
        else:
            if part.reg not in constants:
                yield held
            held = -1


class Names:
    """All functions of a program, and by name: accesses, texts, stores, functions."""

    def __init__(self, program: Program, records: Records) -> None:
        self.program = program
        self._records = records
        self._codes: dict[int, Code] = {}
        self.accesses: dict[str, list[Access]] = {}
        self.texts: dict[str, list[Text]] = {}
        self.stores: dict[str, list[Store]] = {}
        self.functions: dict[str, list[int]] = {}
        self._plain: dict[str, list[Access]] = {}  # those that are not in files of tests
        self._within: dict[str, dict[int, list[Access]]] = {}  # name -> function -> its look-ups
        self._taking: dict[str, list[int]] | None = None  # parameter -> functions
        self.auxiliary = _auxiliary([m.path for m in program.modules])
        self.auxiliary_paths = frozenset(program.modules[number].path for number in self.auxiliary)
        for function in program.functions:
            if function.ir.kind == "function":
                self.functions.setdefault(function.ir.name, []).append(function.id)
            self._index(function)

    def code(self, function: int) -> Code:
        """The registers of a function."""
        found = self._codes.get(function)
        if found is None:
            found = self._codes[function] = Code(self.program.functions[function])
        return found

    def forget(self) -> None:
        """Give back the tables of registers, which are made again where they are wanted."""
        self._codes.clear()
        self._plain.clear()
        self._within.clear()
        self._taking = None

    def accesses_beside_tests(self, name: str) -> list[Access]:
        """The look-ups of a name in files that are not of tests."""
        found = self._plain.get(name)
        if found is None:
            found = [each for each in self.accesses.get(name, ()) if not self.is_auxiliary(each.function)]
            self._plain[name] = found
        return found

    def accesses_in(self, name: str, function: int) -> list[Access]:
        """The look-ups of a name inside one function."""
        found = self._within.get(name)
        if found is None:
            found = self._within[name] = {}
            for each in self.accesses.get(name, ()):
                found.setdefault(each.function, []).append(each)
        return found.get(function, [])

    def taking(self, name: str) -> list[int]:
        """The functions that have a parameter of that name."""
        if self._taking is None:
            self._taking = {}
            for function in self.program.functions:
                for param in dict.fromkeys(param.name for param in function.ir.params):
                    self._taking.setdefault(param, []).append(function.id)
        return self._taking.get(name, [])

    def path(self, function: int) -> str:
        """The file that a function is in."""
        return self.program.modules[self.program.functions[function].module].path

    def is_auxiliary(self, function: int) -> bool:
        """Whether a function is of a test or a migration."""
        return self.program.functions[function].module in self.auxiliary

    def _index(self, function: Function) -> None:
        keys: set[int] = set()  # constants that are the keys of look-ups
        constants: dict[int, o.Const] = {}
        used: set[int] = set()
        methods: dict[int, o.LoadAttr] = {}
        for block in function.ir.blocks:
            for op in block.ops:
                used.update(operands(op))
                if isinstance(op, o.Const):
                    if isinstance(op.value, str):
                        constants[op.dst] = op
                elif isinstance(op, o.LoadAttr):
                    methods[op.dst] = op
                    self.accesses.setdefault(op.name, []).append(Access(function.id, op.dst, op.n))
                elif isinstance(op, o.LoadItem) and op.key in constants:
                    self._looked_up(function.id, constants[op.key], op.dst, op.n, keys)
                elif isinstance(op, o.Build) and op.kind == "dict":
                    keys.update(_written_keys(op, constants))
                elif isinstance(op, o.StoreItem) and op.src not in constants:
                    keys.add(op.key)
                elif isinstance(op, o.StoreAttr):
                    self.stores.setdefault(op.name, []).append(Store(function.id, op.n))
                elif isinstance(op, o.Call):
                    self._index_call(function.id, op, constants, methods, keys)
            end = block.end
            used.update((end.src,) if isinstance(end, o.Return) else ())
        if self._describes(function):
            return
        for reg, const in constants.items():
            if reg in used and reg not in keys:
                self._index_text(function.id, const)

    def _describes(self, function: Function) -> bool:
        """Whether a body only says what is taken in or kept: that of a form, body or table, and its ``Meta``."""
        if function.ir.kind != "class":
            return False
        module = self.program.modules[function.module]
        holder = function.ir.parent if function.ir.name == "Meta" else function.ir.index
        cls = module.classes.get(holder)
        return cls is not None and self._records.kind(cls) in ("form", "model", "body", "record")

    def _looked_up(self, function: int, key: o.Const, dst: int, n: int, keys: set[int]) -> None:
        keys.add(key.dst)
        self.accesses.setdefault(str(key.value), []).append(Access(function, dst, n))

    def _index_call(
        self, function: int, op: o.Call, constants: dict[int, o.Const], methods: dict[int, o.LoadAttr], keys: set[int]
    ) -> None:
        method = methods.get(op.func)
        if method is not None and method.name in _LOOKUPS and op.args and op.args[0].reg in constants:
            self._looked_up(function, constants[op.args[0].reg], op.dst, op.n, keys)
        elif op.text == "getattr" and len(op.args) > 1 and op.args[1].reg in constants:
            self._looked_up(function, constants[op.args[1].reg], op.dst, op.n, keys)
        elif op.text == "setattr" and len(op.args) > 1 and op.args[1].reg in constants:
            keys.add(op.args[1].reg)
            self.stores.setdefault(str(constants[op.args[1].reg].value), []).append(Store(function, op.n))
        callee = op.text or (f"?.{method.name}" if method is not None else "")
        for arg in op.args:
            if arg.label not in (None, "*", "**"):
                self.stores.setdefault(str(arg.label), []).append(Store(function, op.n, callee or "?"))

    def _index_text(self, function: int, const: o.Const) -> None:
        text = str(const.value)
        if _WRITES.match(text) or (_PROSE.search(text) and not _NAMING.search(text)):
            return
        if len(text) > limits.TEXT:
            limits.reached("characters of a text that is searched for names")
            text = text[: limits.TEXT]
        for word in set(_IDENTIFIER.findall(text)):
            self.texts.setdefault(word, []).append(Text(function, const.n, word == text))
            for part in word.split("__") if "__" in word else ():  # look-ups through relations: user__phone
                self.texts.setdefault(part, []).append(Text(function, const.n, False))
