"""Calls: what is called, and with which receiver."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from privlint.flow import bynames, limits, sources
from privlint.flow.access import at_label
from privlint.flow.apply import Binding
from privlint.flow.arguments import Arguments, bind
from privlint.flow.callable import MADE_CALLABLE
from privlint.flow.configuration import configured
from privlint.flow.construction import construct
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import QUERY
from privlint.flow.library import Callee
from privlint.flow.lookups import PARTS
from privlint.flow.models.texts import CARRYING
from privlint.flow.settings import fallback
from privlint.flow.values import (
    NONE,
    REGISTERED,
    UNKNOWN,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Inst,
    Marks,
    Obj,
    ObjId,
    Opaque,
    Value,
    either,
    join,
    join_all,
    order,
    symbolic,
    with_marks,
)

_SELF = Obj(("s", 0, ()))


def call_function(
    fr: Frame, func: Func, args: Arguments, n: int, receiver: Value | None = None, *, only: bool = False
) -> Value:
    """Call a function of the program; ``only``: nothing else may be what is called here."""
    fr.called.add(func.fn)
    if fr.classes:
        _forget_classes(fr)
    fr.solver.note_call(fr.fn.id, n, func.fn)
    values, sites = bind(fr, func.fn, args, n, receiver, func.env)
    wrapped = _wrapped(fr, func)
    binding = Binding(fr, func.fn, values, sites, func.env, fr.site(n), only and wrapped is None, wrapped is not None)
    result = binding.run()
    if wrapped is None:
        return result
    given = args if receiver is None else replace(args, positional=[(receiver, n), *args.positional])
    fr.solver.unwrapping.add(func)
    try:
        return wrapped.result(join_all(call_function(fr, each, given, n) for each in wrapped.functions))
    finally:
        fr.solver.unwrapping.discard(func)


def _forget_classes(fr: Frame) -> None:
    """A function of the program may bind attributes of classes anew."""
    for key in [key for key in fr.state.heap if key[0] == "c"]:
        del fr.state.heap[key]


class _Wrapped(NamedTuple):
    """The functions that a wrapper may wrap."""

    functions: list[Func]
    else_constant: bool

    def result(self, value: Value) -> Value:
        return either(value, NONE) if self.else_constant else value


def _wrapped(fr: Frame, func: Func) -> _Wrapped | None:
    """What a wrapper wraps, where that is known here."""
    found = fr.solver.forwarding(func.fn) if func.env is not None else None
    if found is None or func.env is None or func in fr.solver.unwrapping:
        return None
    held = at_label(fr, Value(frozenset((Obj(func.env),))), f".{found.slot}")
    functions = [a for a in held.ordered if isinstance(a, Func) and a != func]
    if not functions or any(isinstance(a, Bound | Cls | Ext) for a in held.atoms):
        return None
    return _Wrapped(functions, found.else_constant)


def call_method(fr: Frame, fn: int, receiver: Atom, values: list[Value], n: int | None = None) -> Value:
    """Call a method with plain values."""
    at = fr.solver.current_node if n is None else n
    args = Arguments([(value, at) for value in values])
    func = Func(fn, fr.solver.environment(fn, fr))
    return call_function(fr, func, args, at, Value(frozenset((receiver,))))


def call_property(fr: Frame, fn: int, receiver: Atom) -> Value:
    """Read a property: call its getter."""
    return _call_implicitly(fr, fn, receiver, []) or UNKNOWN


def _call_implicitly(fr: Frame, fn: int, receiver: Atom, values: list[Value]) -> Value | None:
    """Call a method that no call in the source names; None while it is under way already.

    Asked again while no object changed, the answer is the same.
    """
    key = (fn, receiver, *map(id, values))
    known = fr.memo.get(key)
    if known is not None:
        return known[1]
    if fr.describing:
        fr.skipped += 1
        return UNKNOWN
    if (fn, receiver) in fr.implicit:  # ``self[key]`` inside ``__getitem__``
        return None
    if len(fr.implicit) >= limits.IMPLICIT:
        limits.reached("implicit calls within implicit calls")
        return UNKNOWN
    fr.implicit.add((fn, receiver))
    try:
        result = call_method(fr, fn, receiver, values)
    finally:
        fr.implicit.discard((fn, receiver))
    fr.memo[key] = (values, result)
    return result


def defines(fr: Frame, atom: Atom, name: str) -> bool:
    """Whether the class of an instance has a method of that name."""
    cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
    return cls >= 0 and fr.program.method(cls, name) is not None


def call_dunder(fr: Frame, receiver: Atom, name: str, values: list[Value]) -> Value | None:
    """Call a special method, or None where the class has none."""
    cls = -1
    if isinstance(receiver, Obj):
        cls = fr.object(receiver.id).cls
    elif isinstance(receiver, Opaque):
        cls = receiver.cls
    if cls < 0:
        return None
    method = fr.program.method(cls, name)
    if method is None or (method.function == fr.fn.id and fr.program.wraps_container(cls) and receiver == _SELF):
        return None  # ``self.data[key]`` inside ``__getitem__``
    return _call_implicitly(fr, method.function, receiver, values)


def call_value(
    fr: Frame,
    func: Value,
    args: Arguments,
    n: int,
    *,
    text: str = "",
    attribute: str = "",
    receiver: Value | None = None,
    receiver_name: str = "",
) -> Value:
    """Call whatever ``func`` may be; ``attribute`` and ``receiver`` where it was read off an object."""
    from privlint.flow.unknown import call_library, call_unknown

    callee = Callee(n, text, attribute, receiver, receiver_name)
    verdict = fr.solver.library.judge(fr, callee, func, args)
    fr.solver.handing.note(fr, callee, func, args, verdict)
    results: list[Value] = []
    known = False
    for atom in sorted(func.atoms, key=order) if len(func.atoms) > 1 else func.atoms:
        part: Value | None
        if isinstance(atom, Func):
            only = (
                len(func.atoms) == 1 and not func.marks and (atom.fn, REGISTERED) not in fr.solver.function_attributes
            )
            part = join(call_function(fr, atom, args, n, only=only), _registered(fr, atom, args, n, None))
            if not part.marks and not verdict.known and sources.unknown(part):  # its body says nothing of what it gives
                part = with_marks(part, bynames.of_getter(fr, callee, args))
        elif isinstance(atom, Bound):
            me = Value(frozenset((atom.self,)), _own_marks(receiver))
            part = join(call_function(fr, atom.func, args, n, me), _registered(fr, atom.func, args, n, me))
        elif isinstance(atom, Cls):
            part = construct(fr, atom.cls, args, n)
        elif isinstance(atom, Ext):
            part = call_library(fr, callee, atom.path, args, verdict)
            last = atom.path.rpartition(".")[2]
            if receiver is None and part is not None and func.marks and (last in CARRYING or last in PARTS):
                part = with_marks(part, func.marks)  # a method of a text or mapping, taken off it before
        elif isinstance(atom, Obj | Opaque):
            if receiver is not None:
                fr.need(receiver)  # a caller that knows the receiver knows the method
            part = _call_object(fr, atom, args, n)
        elif isinstance(atom, Inst) and atom.type.startswith(QUERY) and len(func.atoms) == 1:
            part = func  # ``Person.objects(plan="pro")``
        elif isinstance(atom, Inst) and (made := fr.catalog.index.made_by.get(atom.type)):  # sessionmaker(...)()
            part = Value(frozenset((Inst(made),)))
        else:
            part = None
        if part is not None:
            known = True
            results.append(part)
    if not known:
        results.append(call_unknown(fr, callee, func, args, verdict))
    value = verdict.result(fr, n, results)
    default = fallback(fr, callee, func, args)
    configured(fr, callee, args)
    return value if default is None else either(value, default)


def _registered(fr: Frame, func: Func, args: Arguments, n: int, receiver: Value | None) -> Value:
    """What the implementations that are registered with a generic function give."""
    held = fr.solver.function_attributes.get((func.fn, REGISTERED))
    if held is None:
        return UNKNOWN
    return join_all(
        call_function(fr, a, args, n, receiver) for a in sorted(held.atoms, key=order) if isinstance(a, Func)
    )


def _own_marks(receiver: Value | None) -> Marks:
    return receiver.marks if receiver is not None else {}


def _call_object(fr: Frame, atom: Obj | Opaque, args: Arguments, n: int) -> Value | None:
    if isinstance(atom, Obj):
        obj = fr.object(atom.id)
        if obj.kind == "partial" or obj.kind in MADE_CALLABLE:
            return _call_made(fr, atom.id, obj, args, n)
        if atom.id[0] == "s":
            fr.need_part(*symbolic(atom.id))
    cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls
    method = fr.program.method(cls, "__call__") if cls >= 0 else None
    if method is None:
        return None
    func = Func(method.function, fr.solver.environment(method.function, fr))
    return call_function(fr, func, args, n, Value(frozenset((atom,))))


def _call_made(fr: Frame, key: ObjId, obj: Object, args: Arguments, n: int) -> Value:
    """Call what the library made of functions; in a loop it may be made of itself."""
    if key in fr.calling:
        return UNKNOWN
    fr.calling.add(key)
    try:
        return _call_partial(fr, obj, args, n) if obj.kind == "partial" else MADE_CALLABLE[obj.kind](fr, obj, args, n)
    finally:
        fr.calling.discard(key)


def _call_partial(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    positional: list[tuple[Value, int]] = []
    index = 0
    while f"[{index}]" in obj.fields:
        positional.append((obj.fields[f"[{index}]"], n))
        index += 1
    keywords = {label[2:-2]: (value, n) for label, value in obj.fields.items() if label[:2] in ("['",)}
    merged = Arguments(
        positional + args.positional, {**keywords, **args.keywords}, args.star, args.mappings, args.names
    )
    return call_value(fr, obj.fields.get(".func", UNKNOWN), merged, n)
