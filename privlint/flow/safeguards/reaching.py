"""What a value is made of: the ops that it comes from, and the variables that they look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from privlint.flow.safeguards.bodies import Body, Place
from privlint.ir import ops as o

_MOST = 400  # registers that are looked at for one value
_OWN = ("self", "cls")
# What a program asks, and not whom it is about.
_ASKED = frozenset(("db", "session", "dbsession", "db_session", "conn", "connection", "engine", "client", "objects"))
_FILLS = ("append", "extend", "add", "update", "insert", "setdefault", "appendleft")
UNSEEN = "?"  # among the variables: not all of it can be told


class Made(NamedTuple):
    """``nodes``: of the ops; ``variables``: by name, those of ``self`` by attribute."""

    nodes: frozenset[int]
    variables: frozenset[str]

    def touches(self, other: Made, *, asked: bool) -> bool:
        """Whether both may be about the same; ``asked``: connections and cursors count, since they keep rows."""
        shared = self.variables & other.variables
        if UNSEEN in self.variables or UNSEEN in other.variables:
            return True
        if not asked:
            shared = frozenset(
                name for name in shared if name.rpartition(".")[2] not in _ASKED and not name.startswith("::")
            )
        return bool(shared) or not self.nodes.isdisjoint(other.nodes)


class Reaching:
    """Asked function by function."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, frozenset[int]], Made] = {}

    def made_of(self, body: Body, regs: Iterable[int]) -> Made:
        """What the values of some registers are made of."""
        key = (id(body), frozenset(regs))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _made_of(body, key[1])
        return known


def used(body: Body, reg: int) -> bool:
    """Whether anything looks at a register."""
    return body.reads[reg] > 0 or any(
        reg in _before(body, place, op, set())
        for found in body.defs.values()
        for place, op in found
        if not isinstance(op, o.LoadName | o.Const)
    )


def register_of(body: Body, node: int) -> int | None:
    """The register that holds the value at a node."""
    if node in body.args:
        return body.args[node][2].reg
    place = body.at.get(node)
    op = body.op(place) if place is not None else None
    return getattr(op, "dst", getattr(op, "src", None)) if op is not None else None


def latest(body: Body, slot: str, place: Place | None) -> list[o.StoreName]:
    """The stores whose value a variable can have at a place: the last one of the same block, else all."""
    stored = body.stores.get(slot, [])
    before = [(at.at, store) for at, store in stored if place and at.block == place.block and at.at < place.at]
    return [max(before, key=lambda each: each[0])[1]] if before else [store for _, store in stored]


def before(body: Body, place: Place, op: o.Op) -> list[int]:
    """The registers that an op looks at."""
    return list(_before(body, place, op, set()))


def _made_of(body: Body, regs: frozenset[int]) -> Made:
    nodes: set[int] = set()
    variables: set[str] = set()
    seen: set[int] = set()
    todo = list(regs)
    while todo:
        reg = todo.pop()
        if reg in seen:
            continue
        seen.add(reg)
        if len(seen) > _MOST:
            variables.add(UNSEEN)
            break
        for place, op in body.defs.get(reg, ()):
            nodes.add(op.n)
            if isinstance(op, o.MakeFunction):
                variables.add(UNSEEN)  # what it looks at is told in its own body
            todo += _before(body, place, op, variables)
    return Made(frozenset(nodes), frozenset(variables))


def _before(body: Body, place: Place, op: o.Op, variables: set[str]) -> Iterator[int]:
    """The registers that an op looks at."""
    if isinstance(op, o.LoadName):
        name = op.slot.partition("@")[0]
        if op.scope not in ("local", "cell"):
            variables.add(f"::{name}")
            return
        variables.add(op.slot)
        yield from (store.src for store in latest(body, op.slot, place))
        yield from _filled(body, name)
    elif isinstance(op, o.LoadAttr):
        owner = body.only(op.obj)
        if isinstance(owner, o.LoadName) and (owner.slot in _OWN or op.name in _ASKED):
            variables.add(f"{owner.slot}.{op.name}")
        else:
            yield op.obj
    elif isinstance(op, o.Call):
        yield op.func
        yield from (arg.reg for arg in op.args)
    elif isinstance(op, o.Build):
        yield from (part.reg for part in op.parts)
    elif isinstance(op, o.Combine):
        yield from op.args
    elif isinstance(op, o.LoadItem):
        yield from (op.obj, op.key)
    elif isinstance(op, o.Move | o.Await | o.Enter | o.Iterate | o.Unpack | o.Yield):
        yield op.src


def _filled(body: Body, name: str) -> Iterator[int]:
    """What is put into the list or mapping of that name."""
    for _, call in body.calls:
        owner, _, method = call.text.rpartition(".")
        if owner == name and method in _FILLS:
            yield from (arg.reg for arg in call.args)
    for obj, src, _ in body.items:
        owner_op = body.only(obj)
        if isinstance(owner_op, o.LoadName) and owner_op.slot.partition("@")[0] == name:
            yield src
