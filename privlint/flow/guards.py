"""What a branch tells: constant conditions, type tests, checks that protect."""

from __future__ import annotations

from collections.abc import Mapping

from privlint.flow import columnnames as columns
from privlint.flow import kinds, operators
from privlint.flow.constants import is_constant
from privlint.flow.frame import Frame
from privlint.flow.heap import State
from privlint.flow.items import key_label
from privlint.flow.values import NONE, REST, UNKNOWN, Ext, Hop, Lit, Mark, Obj, Opaque, Value, protect
from privlint.ir import ops as o
from privlint.model.data import Protection


def masked(marks: Mapping[Mark, Hop | None]) -> dict[Mark, Hop | None]:
    """The marks in masked form (the last digits of a number)."""
    return protect(marks, Protection.MASKED)


def truth(value: Value) -> bool | None:
    """Whether a condition is constant."""
    if value.marks or not value.atoms:
        return None
    found: set[bool] = set()
    for atom in value.ordered:
        if isinstance(atom, Lit):
            found.add(bool(atom.value))
        elif isinstance(atom, Ext) and atom.path.rpartition(".")[2] == "TYPE_CHECKING":
            found.add(False)
        else:
            return None
    return found.pop() if len(found) == 1 else None


def _type_checking(value: Value) -> bool:
    return any(isinstance(atom, Ext) for atom in value.atoms)


def branch(fr: Frame, end: o.Branch) -> list[tuple[int, State]]:
    """The ways on from a condition."""
    known = truth(fr.get(end.cond)) if end.cond not in fr.joined else None
    if known is not None and end.cond in fr.settings and not _type_checking(fr.get(end.cond)):
        known = None  # a setting: another run may have it otherwise
    if known is None:
        known = operators.flag(fr, end.cond)
    if known is not None:
        target = end.then if known else end.orelse
        _left_behind(fr, end.cond, target)
        return [(target, fr.state)]
    by_type = kinds.test(fr, end.cond)
    if by_type is not None:
        ways = [(end.then, kinds.narrowed(fr, by_type, True)), (end.orelse, kinds.narrowed(fr, by_type, False))]
        return [(target, state) for target, state in ways if state is not None]
    then, orelse = narrowed(fr, end.cond, True), narrowed(fr, end.cond, False)
    guarded = _guarded(fr, end)
    if guarded is not None:
        then = guarded
    return [(end.then, then), (end.orelse, orelse)]


def _left_behind(fr: Frame, cond: int, target: int) -> None:
    """``a or b`` is not ``a`` where it is ``b``."""
    copy = fr.copies.get(cond, -1)
    if copy >= 0 and any(getattr(op, "dst", -1) == copy for op in fr.ir.blocks[target].ops):
        fr.regs.pop(copy, None)


def narrowed(fr: Frame, cond: int, outcome: bool) -> State:
    """The state where a condition on a local variable came out so: nothing is left of one that is None or empty, and
    nothing is under a key that a mapping does not have."""
    slot, value = _settled(fr, cond, outcome, 0)
    if slot is None or fr.state.env.get(slot) is None:
        return _without_item(fr, cond, outcome)
    state = fr.state.copy()
    state.env[slot] = value
    return state


def _without_item(fr: Frame, cond: int, outcome: bool) -> State:
    """The state where ``key in mapping`` came out so: where it has no such item, nothing is read there any more.

    That matters where the item is stored in the other case.
    """
    test = fr.tests.get(cond)
    while test is not None and test.op == "not":
        outcome = not outcome
        test = fr.tests.get(test.args[0])
    if test is None or test.op not in ("in", "not in") or outcome == (test.op == "in"):
        return fr.state
    if fr.slots.get(test.args[1]) not in fr.solver.filled(fr.fn):
        return fr.state
    label = key_label(fr, fr.get(test.args[0]))
    atoms = fr.get(test.args[1]).atoms
    (atom,) = atoms if len(atoms) == 1 else (None,)
    obj = fr.object(atom.id) if isinstance(atom, Obj) else None
    if label is None or obj is None or not isinstance(atom, Obj) or obj.kind not in _MAPPINGS or obj.many:
        return fr.state
    held = obj.fields.get(label)
    unknown = held is None and (atom.id[0] == "s" or REST in obj.fields)
    if obj.cls >= 0 or not (held or unknown):
        return fr.state
    state = fr.state.copy()
    state.heap[atom.id] = obj.without(label)
    return state


_MAPPINGS = ("dict", "sym")


def _settled(fr: Frame, cond: int, outcome: bool, depth: int) -> tuple[str | None, Value]:
    slot = fr.slots.get(cond)
    if slot is not None:
        return (None, UNKNOWN) if outcome else (slot, _falsy(fr, slot))
    test = fr.tests.get(cond)
    if test is None or depth > 4:
        return None, UNKNOWN
    if test.op == "not":
        return _settled(fr, test.args[0], not outcome, depth + 1)
    if test.op in ("in", "not in", "==", "!=") and columns.is_name(fr.get(test.args[0])):
        return columns.settled(fr, test, (test.op in ("in", "==")) == outcome)
    if test.op in ("in", "not in"):
        return _one_of(fr, test) if (test.op == "in") == outcome else (None, UNKNOWN)
    same = test.op in ("is", "==")
    if not same and test.op not in ("is not", "!="):
        return None, UNKNOWN
    for subject, other in (test.args, test.args[::-1]):
        slot = fr.slots.get(subject)
        if slot is not None and fr.get(other).atoms == NONE.atoms and not fr.get(other).marks:
            return (slot, NONE) if same == outcome else (None, UNKNOWN)
        if slot is not None and same == outcome and is_constant(fr.get(other)) and _plain(fr, fr.get(subject)):
            return slot, fr.get(other)
    return None, UNKNOWN


def _plain(fr: Frame, value: Value) -> bool:
    """Whether nothing that a value may be has a class of its own to say what it equals."""
    return not any(isinstance(a, Opaque) or (isinstance(a, Obj) and fr.object(a.id).cls >= 0) for a in value.atoms)


def _one_of(fr: Frame, test: o.Combine) -> tuple[str | None, Value]:
    """What a variable may be that is among some constants: one of them."""
    slot = fr.slots.get(test.args[0])
    container = fr.get(test.args[1])
    if slot is None or container.marks or not container.atoms or not _plain(fr, fr.get(test.args[0])):
        return None, UNKNOWN
    out = columns.constants(fr, container)
    if out is None:
        return None, UNKNOWN
    subject = fr.get(test.args[0])
    if is_constant(subject):  # one of those that it is already
        kept = subject.atoms & out.atoms
        return (slot, Value(kept)) if kept else (None, UNKNOWN)
    return slot, out


def _falsy(fr: Frame, slot: str) -> Value:
    """What a variable may still be where it counts as false: an empty object, but no text that tells anything."""
    return Value(fr.state.env[slot].atoms) if slot in fr.state.env else UNKNOWN


def _guarded(fr: Frame, end: o.Branch) -> State | None:
    """The state where a check is true that protects what it checks."""
    call = fr.calls.get(end.cond)
    if call is None or not fr.catalog.index.guards:
        return None
    from privlint.flow.arguments import arguments
    from privlint.flow.library import Callee, chosen

    receiver, attribute, owner = fr.receivers.get(call.func, (None, "", ""))
    callee = Callee(call.n, call.text, attribute, receiver, owner)
    library = fr.solver.library
    candidates = library.candidates(fr, callee, fr.get(call.func))
    names = {callee.last} | {path.rpartition(".")[2] for path in candidates.paths}
    args = arguments(fr, call)
    out: State | None = None
    for rule in fr.catalog.index.guards:
        if not any(library.matches(p, callee, candidates, names) is not None for p in rule.calls):
            continue
        for value, _, _ in chosen(fr, callee, args, rule.args):
            out = (out or fr.state).copy()
            _protect_everywhere(out, value, rule.protection)
    return out


def _protect_everywhere(state: State, value: Value, protection: Protection) -> None:
    """Protect the checked value's marks in all variables that hold them."""
    sources = {mark.source for mark in value.marks}
    for name, held in state.env.items():
        if any(mark.source in sources for mark in held.marks):
            kept = {m: w for m, w in held.marks.items() if m.source not in sources}
            checked = {m: w for m, w in held.marks.items() if m.source in sources}
            state.env[name] = Value(held.atoms, {**kept, **protect(checked, protection)})
