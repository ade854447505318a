"""One function's ops by register, variable and node, and what an expression is in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR

_DEPTH = 12  # parts of an expression that are looked into
PARAMETER = "\0"  # begins the stand-in for what the caller passes: "\0" and the parameter's name


class Place(NamedTuple):
    """An op by where it stands."""

    block: int
    at: int


class Words(NamedTuple):
    """An expression in words: the dotted text as written, and the constants that it is asked with."""

    text: str
    literals: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        """The last name in it."""
        return self.text.replace("()", "").replace("[]", "").rpartition(".")[2]


NOTHING = Words("")


def calls_of(ir: FunctionIR) -> Iterator[o.Call]:
    """The calls of a function, without an index of the rest: of all functions few are looked at any closer."""
    for block in ir.blocks:
        for op in block.ops:
            if isinstance(op, o.Call):
                yield op


def nodes(ir: FunctionIR) -> Iterator[int]:
    """The nodes that a function's ops and the arguments of its calls stand at, without an index."""
    for block in ir.blocks:
        for op in block.ops:
            yield op.n
            if isinstance(op, o.Call):
                yield from (arg.n for arg in op.args)
        if isinstance(block.end, o.Branch | o.Return | o.Raise):
            yield block.end.n


class Body:
    """The ops of one function, indexed."""

    def __init__(self, ir: FunctionIR) -> None:
        self.ir = ir
        self.defs: dict[int, list[tuple[Place, o.Op]]] = {}
        self.stores: dict[str, list[tuple[Place, o.StoreName]]] = {}
        self.calls: list[tuple[Place, o.Call]] = []
        self.at: dict[int, Place] = {}  # node -> where it is an op's (the call's, where there are several)
        self.args: dict[int, tuple[Place, o.Call, o.Arg]] = {}  # node of an argument -> the call
        self.reads: Counter[int] = Counter()  # registers that are looked at
        self.entered: set[int] = set()  # registers that ``with`` statements enter
        self.items: list[tuple[int, int, Place]] = []  # what is stored under a key: the mapping, the value, where
        self.kept: list[int] = []  # what is stored in attributes
        self.params = [param.name for param in ir.params]
        self._words: dict[int, Words] = {}  # register -> what it is in words, once asked
        for number, block in enumerate(ir.blocks):
            for index, op in enumerate(block.ops):
                self._add(Place(number, index), op)
            if isinstance(block.end, o.Branch):
                self.reads[block.end.cond] += 1
                self.at.setdefault(block.end.n, Place(number, len(block.ops)))
            elif isinstance(block.end, o.Return | o.Raise):
                self.reads[block.end.src] += 1
                self.at.setdefault(block.end.n, Place(number, len(block.ops)))

    def _add(self, place: Place, op: o.Op) -> None:
        if isinstance(op, o.Unpack):
            for reg in op.dsts:
                self.defs.setdefault(reg, []).append((place, op))
        else:
            written = getattr(op, "dst", None)
            if written is not None:
                self.defs.setdefault(written, []).append((place, op))
        if isinstance(op, o.Call):
            self.calls.append((place, op))
            self.at[op.n] = place
            for arg in op.args:
                self.args.setdefault(arg.n, (place, op, arg))
                self.reads[arg.reg] += 1
        else:
            self.at.setdefault(op.n, place)
            if isinstance(op, o.Enter):
                self.entered.add(op.src)
            elif isinstance(op, o.StoreName):
                self.stores.setdefault(op.slot, []).append((place, op))
            elif isinstance(op, o.StoreAttr):
                self.kept.append(op.src)
            elif isinstance(op, o.StoreItem):
                self.items.append((op.obj, op.src, place))
            for reg in read(op):
                self.reads[reg] += 1

    def only(self, reg: int) -> o.Op | None:
        """The op that writes a register, where there is one."""
        found = self.defs.get(reg)
        return found[0][1] if found and len(found) == 1 else None

    def op(self, place: Place) -> o.Op | None:
        """The op at a place; None for the end of a block."""
        ops = self.ir.blocks[place.block].ops
        return ops[place.at] if place.at < len(ops) else None

    def constant(self, reg: int) -> object:
        """The constant that a register holds, or ``NotImplemented``."""
        op = self.only(reg)
        if isinstance(op, o.Const):
            return op.value
        return NotImplemented

    @property
    def branching(self) -> bool:
        """Whether a variable or register gets its value in more than one place."""
        several = any(len(found) > 1 for found in self.defs.values())
        return several or any(len(found) > 1 for found in self.stores.values())

    # -- words ---------------------------------------------------------------------------------------------------

    def words(self, reg: int, depth: int = 0) -> Words:
        """An expression in words."""
        if depth == 0:
            known = self._words.get(reg)
            if known is None:
                known = self._words[reg] = self._words_at(reg, 0)
            return known
        return self._words_at(reg, depth) if depth <= _DEPTH else NOTHING

    def _words_at(self, reg: int, depth: int) -> Words:
        op = self.only(reg)
        if op is None:
            found = self.defs.get(reg)
            return self.words_of(found[-1][1], depth) if found else NOTHING
        return self.words_of(op, depth)

    def words_of(self, op: o.Op, depth: int = 0) -> Words:
        """What an op gives, in words."""
        if isinstance(op, o.LoadName):
            return Words(op.slot.partition("@")[0])
        if isinstance(op, o.LoadAttr):
            base = self.words(op.obj, depth + 1)
            return Words(f"{base.text}.{op.name}" if base.text else op.name, base.literals)
        if isinstance(op, o.Call):
            func = self.words(op.func, depth + 1)
            text = op.text or func.text
            if text == "getattr" and len(op.args) > 1:
                base, name = self.words(op.args[0].reg, depth + 1), self.constant(op.args[1].reg)
                if name is NotImplemented:
                    return Words(base.text, (*base.literals, *self._literal(op.args[1].reg, depth)))
                return Words(f"{base.text}.{name}", base.literals)
            return Words(f"{text}()", (*func.literals, *self.literals(op, depth)))
        if isinstance(op, o.LoadItem):
            base = self.words(op.obj, depth + 1)
            return Words(f"{base.text}[]", (*base.literals, *self._literal(op.key, depth)))
        if isinstance(op, o.Await | o.Move | o.Enter | o.Iterate):
            return self.words(op.src, depth + 1)
        if isinstance(op, o.Combine):
            parts = [self.words(arg, depth + 1) for arg in op.args]
            texts = [part.text for part in parts if part.text]
            asked = (
                self._literal(op.args[0], depth) if op.op in ("in", "not in") else ()
            )  # ``purpose in self.consents``
            return Words(" ".join(texts), (*asked, *(text for part in parts for text in part.literals)))
        if isinstance(op, o.Const) and isinstance(op.value, str):
            return Words("", (op.value,))
        return NOTHING

    def literals(self, call: o.Call, depth: int = 0) -> tuple[str, ...]:
        """The constants that a call is made with; names of members of enums and of constants count as such."""
        out: list[str] = []
        for arg in call.args:
            if arg.label in ("default", "*"):
                continue
            found = self._literal(arg.reg, depth)
            if arg.label not in (None, "*", "**") and self.constant(arg.reg) is not NotImplemented:
                found = found or (f"{arg.label}=",)
            out += found
        return tuple(out)

    def _literal(self, reg: int, depth: int) -> tuple[str, ...]:
        op = self.only(reg)
        if isinstance(op, o.Const):
            return (op.value,) if isinstance(op.value, str) else ()
        if isinstance(op, o.LoadAttr) and depth < _DEPTH:
            owner = self.words(op.obj, depth + 1).text
            if op.name.isupper() or owner.rpartition(".")[2][:1].isupper():
                return (op.name,)
            return self._literal(op.obj, depth + 1) if op.name in ("value", "name") else ()
        if isinstance(op, o.LoadName):
            name = op.slot.partition("@")[0]
            if (name in self.params and op.scope in ("local", "cell")) or op.scope == "free":
                return (PARAMETER + name,)
            if op.scope in ("local", "cell") and depth < _DEPTH:
                stored = self.stores.get(op.slot, ())
                return self._literal(stored[0][1].src, depth + 1) if len(stored) == 1 else ()
            return (name,) if name.isupper() else ()
        if isinstance(op, o.Build) and op.kind in ("list", "tuple", "set") and depth < _DEPTH:
            return tuple(text for part in op.parts for text in self._literal(part.reg, depth + 1))
        return ()


def read(op: o.Op) -> tuple[int, ...]:
    """The registers whose values an op takes over, keeps or asks something of."""
    if isinstance(op, (o.StoreName, o.Move, o.Yield, o.StoreAttr, o.StoreItem)):
        return (op.src,)
    if isinstance(op, o.Combine):
        return op.args
    if isinstance(op, o.Build):
        return tuple([part.reg for part in op.parts])
    return ()
