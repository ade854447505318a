"""The meaning of each op, and where a block goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from privlint.flow import guards, kinds, limits, making, managers, names, operators, parts
from privlint.flow.access import at_label, store
from privlint.flow.arguments import Arguments, arguments
from privlint.flow.attributes import entity_value
from privlint.flow.calls import call_dunder, call_value
from privlint.flow.classes import make_class
from privlint.flow.conditions import hold
from privlint.flow.constants import strings
from privlint.flow.frame import CAUGHT, OPEN, UNTOLD, Frame
from privlint.flow.heap import Object, State
from privlint.flow.items import element
from privlint.flow.members import external_value
from privlint.flow.models import containers, mutation
from privlint.flow.models.merging import known_items
from privlint.flow.outcome import RAISED
from privlint.flow.responses import returned
from privlint.flow.sinks import arriving
from privlint.flow.traits import is_stub
from privlint.flow.values import (
    NONE,
    TRUE,
    UNKNOWN,
    Atom,
    Bound,
    Cls,
    Func,
    Hop,
    Inst,
    Mark,
    Obj,
    Opaque,
    Symbol,
    Value,
    join,
    moved,
    of,
    only_marks,
)
from privlint.flow.wholes import collect
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import Origin, Target
from privlint.resolve.program import Entity

# Methods and functions that get rid of rows.
ERASING = frozenset(
    (
        *("delete", "adelete", "delete_instance", "hard_delete", "purge", "erase", "anonymize", "anonymise", "destroy"),
        *("bulk_delete", "delete_all", "delete_one", "delete_many", "delete_by_id", "forget", "scrub"),
    )
)


# -- calls -------------------------------------------------------------------------------------------------------


# Calls that start something which goes on beside the function, and calls that wait for it.
_STARTING = frozenset(
    (
        *("create_task", "ensure_future", "Thread", "Process", "Timer", "start", "start_soon", "submit"),
        *("run_in_executor", "apply_async", "spawn", "start_new_thread"),
    )
)
_WAITING = frozenset(("join", "gather", "wait", "wait_for", "sleep", "result", "shutdown", "as_completed"))


def _call(fr: Frame, op: o.Call) -> None:
    _run_call(fr, op)
    name = fr.names[op.dst]
    if name in _STARTING:
        given = [fr.calls[arg.reg] for arg in op.args if arg.reg in fr.calls and arg.reg != op.dst]
        fr.started.update({each.n: each for each in given or [op]})
    elif fr.started and name in _WAITING:
        _wait(fr)


def _wait(fr: Frame) -> None:
    """What was started has gone on meanwhile: with what was put into its queues since."""
    for op in list(fr.started.values())[: limits.SIZES]:
        _run_call(fr, op)


def _run_call(fr: Frame, op: o.Call) -> None:
    receiver, attribute, owner = fr.receivers.get(op.func, (None, "", ""))
    args = arguments(fr, op)
    value = call_value(
        fr, fr.get(op.func), args, op.n, text=op.text, attribute=attribute, receiver=receiver, receiver_name=owner
    )
    if attribute in ERASING or op.text in ERASING:
        fr.solver.erasing(fr, op, receiver, owner, [value for value, _ in args.positional])
    fr.names[op.dst] = attribute or op.text.rpartition(".")[2]
    fr.calls[op.dst] = op
    if op.text == "getattr" and len(args.positional) > 1 and len(texts := strings(args.positional[1][0])) == 1:
        fr.receivers[op.dst] = (args.positional[0][0], texts[0], fr.names.get(op.args[0].reg, ""))
    fr.put_register(op.dst, value)


def _await(fr: Frame, op: o.Await) -> None:
    value = fr.get(op.src)
    out = value
    fr.paused = fr.state
    if fr.started:
        _wait(fr)
    mutation.fail(fr, value)
    for atom in value.ordered:
        found = call_dunder(fr, atom, "__await__", [])
        if found is not None:
            out = join(out, at_label(fr, found, ".%return"))
    fr.names[op.dst] = fr.names.get(op.src, "")
    fr.put_register(op.dst, out)


def _yield(fr: Frame, op: o.Yield) -> None:
    value = fr.get(op.src)
    given = element(fr, value) if op.delegate else value
    fr.summary.yields = join(fr.summary.yields, given)
    steps = fr.summary.steps
    if steps is not None:
        more = known_items(fr, value) if op.delegate else [given]
        straight = more is not None and len(steps) + len(more) <= limits.SIZES and fr.straight
        fr.summary.steps = [*steps, *more] if straight and more is not None else None
    fr.yielded(given)
    fr.paused = fr.state
    sent = fr.solver.read_external(f"@sent:{fr.fn.id}", "[*]")
    if op.delegate and sent:
        containers.sent(fr, value, [sent])
    fr.put_register(op.dst, at_label(fr, value, ".%return") if op.delegate else sent)


def _enter(fr: Frame, op: o.Enter) -> None:
    fr.names[op.dst] = fr.names.get(op.src, "")
    if managers.may_swallow(fr, fr.get(op.src)):
        fr.state.env[f"{OPEN}{op.src}"] = TRUE
    fr.put_register(op.dst, managers.entered(fr, fr.get(op.src), op.asynchronous))


def _exit(fr: Frame, op: o.Exit) -> None:
    swallowing = fr.state.env.pop(f"{OPEN}{op.src}", None) is not None
    if fr.started:
        _wait(fr)
    managers.left(fr, fr.get(op.src))
    if swallowing:
        fr.state.env.pop(CAUGHT, None)


def _caught(fr: Frame, op: o.Caught) -> None:
    value = fr.state.env.pop(RAISED, UNKNOWN)
    told = fr.state.env.pop(UNTOLD, None) is None
    wanted = kinds.classes(fr, fr.get(op.type)) if op.type >= 0 else ()
    groups = any(isinstance(a, Obj) and fr.object(a.id).type.endswith("ExceptionGroup") for a in value.atoms)
    if wanted and value.atoms and not groups:
        kept = frozenset(a for a in value.atoms if any(kinds.may_catch(fr, a, k) for k in wanted))
        fr.stopped = told and not kept  # the exception that is raised goes another way
        value = Value(kept, value.marks) if kept else UNKNOWN
    fr.state.env[CAUGHT] = value
    fr.put_register(op.dst, value)


def _make_function(fr: Frame, op: o.MakeFunction) -> None:
    number = fr.module.functions[op.index]
    inner = fr.program.functions[number].parent >= 0
    env = fr.env if inner else None
    for default in op.defaults:
        if default.label is not None:
            value = fr.get(default.reg)
            fr.solver.set_default(number, default.label, value)
            if env is not None and not value.closed and fr.ir.kind != "module":
                fr.solver.inner_defaults.add((number, default.label))
                store(fr, of(Obj(env)), f".%default {number} {default.label}", value)
    if inner:
        fr.made[number] = env
    fr.names[op.dst] = fr.program.functions[number].ir.name
    fr.put_register(op.dst, of(Func(number, env)))


def _make_class(fr: Frame, op: o.MakeClass) -> None:
    cls = fr.module.classes[op.index]
    fr.names[op.dst] = fr.program.classes[cls].name
    fr.put_register(op.dst, make_class(fr, cls, op))


def _import(fr: Frame, op: o.Import) -> None:
    if op.name == "*":
        return
    entity = fr.program.imported(fr.module, op)
    if entity.kind in ("module", "value"):
        fr.solver.run_module(entity.number)
    elif entity.kind == "function":
        fr.solver.run_module(fr.program.functions[entity.number].module)
    elif entity.kind == "class":
        fr.solver.run_module(fr.program.classes[entity.number].module)
    fr.put_register(op.dst, external_value(fr, entity.path) if entity.kind == "external" else _imported(fr, entity))


def _imported(fr: Frame, entity: Entity) -> Value:
    return entity_value(fr, entity)


def _annotate(fr: Frame, op: o.Annotate) -> None:
    if op.obj >= 0 or fr.ir.kind == "class":
        return
    held = fr.state.env.get(op.name, UNKNOWN)
    if not all(_unknown(a) for a in held.atoms):
        return
    atoms = fr.solver.annotations.atoms(fr.module, op.type)
    inside = () if atoms else fr.solver.annotations.elements(fr.module.number, op.type)
    if any(isinstance(a, Opaque) for a in inside):
        atoms = frozenset((fr.allocate(op.n, Object("list", fields={"[*]": of(*inside)}), "declared"),))
    if atoms:
        fr.state.env[op.name] = Value(held.atoms | atoms, held.marks)


def _unknown(atom: Atom) -> bool:
    """Whether an atom says nothing of what it is: what a caller passes, or a library's call gave."""
    return (isinstance(atom, Obj) and atom.id[0] == "s") or (isinstance(atom, Inst) and atom.type.endswith("()"))


# -- ends --------------------------------------------------------------------------------------------------------


def end_of_block(fr: Frame, end: o.End, handler: int) -> list[tuple[int, State]]:
    """Where a block goes on, each with the state there."""
    if isinstance(end, o.Jump):
        return [(end.target, fr.state)]
    if isinstance(end, o.Branch):
        return guards.branch(fr, end)
    if isinstance(end, o.Choose):
        known = guards.truth(fr.get(end.cond)) if end.cond >= 0 else None
        targets = end.targets if known is None else end.targets[:1] if known else end.targets[-1:]
        return [(target, fr.state) for target in targets]
    if isinstance(end, o.Return):
        value = fr.get(end.src) if end.src >= 0 else _promised(fr) if is_stub(fr.ir) else NONE
        returned(fr, end, value)
        fr.leave(value)
        return []
    return _raise(fr, end, handler)


def _promised(fr: Frame) -> Value:
    """What a function gives that is only there to be overridden: what its annotation says."""
    ref = fr.ir.returns
    return Value(fr.solver.annotations.atoms(fr.module, ref)) if ref is not None else UNKNOWN


def _going_on(fr: Frame) -> Value:
    """What a bare ``raise``, or the end of a ``finally``, raises again."""
    return join(fr.state.env.get(RAISED, UNKNOWN), fr.state.env.get(CAUGHT, UNKNOWN))


def _raise(fr: Frame, end: o.Raise, handler: int) -> list[tuple[int, State]]:
    value = fr.get(end.src) if end.src >= 0 else _going_on(fr)
    if end.src >= 0:
        _raise_sinks(fr, end, value)
        value = _told_inside(fr, moved(value, fr.site(end.n), "raise"))
        _chained(fr, end, value)
    if handler >= 0:
        state = fr.state.copy()
        state.env[RAISED] = join(state.env.get(RAISED, UNKNOWN), value) if end.src < 0 else value
        return [(handler, state)]
    fr.summary.raises = join(fr.summary.raises, value)
    fr.leave_raising()
    return []


def _told_inside(fr: Frame, value: Value) -> Value:
    """An exception of a library's class holds what it was given: where another is caught, that stays behind."""
    made = [a for a in value.atoms if isinstance(a, Obj) and fr.object(a.id).kind == "inst" and fr.object(a.id).cls < 0]
    if not value.marks or len(made) != 1 or len(value.atoms) != 1:
        return value
    store(fr, of(made[0]), ".*", only_marks(value.marks), strong=False)
    return Value(value.atoms)


def _chained(fr: Frame, end: o.Raise, value: Value) -> None:
    """``raise value from cause``, perhaps while another exception is handled."""
    if end.cause >= 0:
        store(fr, value, ".__cause__", fr.get(end.cause))
    handled = fr.state.env.get(CAUGHT, UNKNOWN)
    if handled:
        store(fr, value, ".__context__", handled)


def _raise_sinks(fr: Frame, end: o.Raise, value: Value) -> None:
    call = fr.calls.get(end.src)
    redirects = any(isinstance(a, Obj) and _is_redirect(fr, a) for a in value.atoms)
    for rule in fr.catalog.index.raise_sinks:
        kind = "url" if redirects and rule.kind == "exception" else rule.kind
        if not hold(fr, value, Arguments(), rule.when, rule.unless):
            continue
        n, text = (end.n, "raise") if call is None else (call.n, call.text or "raise")
        for at, marks in _told(fr, end, call, value):
            place, raised = fr.site(at), fr.site(n)
            target = Target(place, raised, kind, text, fr.fn.dotted, rule.recipient, confidence=rule.confidence)
            fr.sink(arriving(marks, fr, at, text, kind), target)


def _told(fr: Frame, end: o.Raise, call: o.Call | None, value: Value) -> Iterator[tuple[int, dict[Mark, Hop | None]]]:
    """What an exception tells, with the node of where that is put into it."""
    if call is None:
        yield end.n, collect(fr, value, 2)
        return
    told = _told_by_helper(fr, call, value)
    for arg in call.args:
        given = fr.get(arg.reg)
        marks = {m: w for m, w in collect(fr, given, 1).items() if m in given.marks or not _names_a_field(m)}
        if told is not None:
            marks = {m: w for m, w in marks.items() if _root(m) in told}
        if marks:
            yield arg.n, marks
    if marks := _told_of_parts(fr, call, value):
        yield call.args[0].n if len(call.args) == 1 else call.n, marks


def _told_of_parts(fr: Frame, call: o.Call, value: Value) -> dict[Mark, Hop | None]:
    """What a class of the program puts into its text of objects that it is given: ``raise Blocked(user)``."""
    if not all(isinstance(atom, Cls) for atom in fr.get(call.func).atoms):
        return {}
    given = {mark.source for arg in call.args for mark in collect(fr, fr.get(arg.reg), 1)}
    return {m: w for m, w in collect(fr, value, 1).items() if m.source not in given}


def _told_by_helper(fr: Frame, call: o.Call, value: Value) -> set[object] | None:
    """What of its arguments a function of the program puts into the exception that it makes; None for any other."""
    func = fr.get(call.func)
    if not func.atoms or not all(isinstance(atom, Func | Bound) for atom in func.atoms) or not value.atoms:
        return None
    return {_root(mark) for mark in collect(fr, value, 2)}


def _root(mark: Mark) -> object:
    return (mark.source.param, mark.source.path) if isinstance(mark.source, Symbol) else mark.source


def _is_redirect(fr: Frame, atom: Obj) -> bool:
    """``raise Redirect(url)``, of a class of the program: it goes to the browser, as an address."""
    cls = fr.object(atom.id).cls
    return cls >= 0 and "Redirect" in fr.program.classes[cls].name


def _names_a_field(mark: Mark) -> bool:
    """``ValidationError({"email": reason})``: what is known by its key alone is what is wrong with that field."""
    source = mark.source
    return isinstance(source, Origin) and source.evidence == "key" and source.confidence is Confidence.LOW


TABLE: dict[type, Callable[[Frame, Any], None]] = {
    o.Const: names.const,
    o.Move: names.move,
    o.LoadName: names.load_name,
    o.StoreName: names.store_name,
    o.DelName: names.del_name,
    o.LoadAttr: parts.load_attr,
    o.StoreAttr: parts.store_attr,
    o.DelAttr: parts.del_attr,
    o.LoadItem: parts.load_item,
    o.StoreItem: parts.store_item,
    o.DelItem: parts.del_item,
    o.Build: making.build,
    o.Combine: operators.combine,
    o.Iterate: making.iterate,
    o.Unpack: making.unpack,
    o.Call: _call,
    o.Await: _await,
    o.Yield: _yield,
    o.Enter: _enter,
    o.Exit: _exit,
    o.Caught: _caught,
    o.MakeFunction: _make_function,
    o.MakeClass: _make_class,
    o.Import: _import,
    o.Annotate: _annotate,
}
