"""Calls: what is called, with which arguments bound to which parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

from privlint.flow.apply import Binding
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.objects import at_label, element, item, load_attribute
from privlint.flow.values import (
    UNKNOWN,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Inst,
    Lit,
    Marks,
    Obj,
    ObjId,
    Opaque,
    Value,
    Wrapped,
    join,
    literal,
    of,
    order,
    with_marks,
)
from privlint.ir import ops as o
from privlint.model.location import Site

_WITH_DEFAULT = frozenset({"get", "getenv"})  # library calls that give their second argument back for want of better


@dataclass(slots=True)
class Arguments:
    """The arguments of a call, in order; each with the node of its value."""

    positional: list[tuple[Value, int]] = field(default_factory=list)
    keywords: dict[str, tuple[Value, int]] = field(default_factory=dict)
    star: tuple[Value, int] | None = None  # *xs, behind the positional ones
    mappings: list[tuple[Value, int]] = field(default_factory=list)  # **d
    names: dict[int, str] = field(default_factory=dict)  # node -> name of the expression

    def all(self) -> list[tuple[Value, int]]:
        """Every argument."""
        out = [*self.positional, *self.keywords.values(), *self.mappings]
        if self.star is not None:
            out.append(self.star)
        return out

    def at(self, fr: Frame, position: int, name: str | None = None) -> tuple[Value, int] | None:
        """The argument at a position or of a name; parts of ``*xs`` and ``**d`` included."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        if name is not None and name in self.keywords:
            return self.keywords[name]
        if position >= 0 and self.star is not None:
            return item(fr, self.star[0], f"[{position - len(self.positional)}]"), self.star[1]
        if name is not None:
            for mapping, n in self.mappings:
                found = item(fr, mapping, f"[{name!r}]")
                if found:
                    return found, n
        return None


def arguments(fr: Frame, op: o.Call) -> Arguments:
    """The arguments of a call op."""
    out = Arguments()
    for arg in op.args:
        value = fr.get(arg.reg)
        out.names[arg.n] = fr.names.get(arg.reg, "")
        if arg.label is None:
            if out.star is None:
                out.positional.append((value, arg.n))
            else:
                out.star = (_appended(fr, op, out.star[0], value), arg.n)
        elif arg.label == "*":
            _add_star(fr, op, out, value, arg.n)
        elif arg.label == "**":
            out.mappings.append((value, arg.n))
        else:
            out.keywords[arg.label] = (value, arg.n)
    return out


def _add_star(fr: Frame, op: o.Call, out: Arguments, value: Value, n: int) -> None:
    exact = _exact_items(fr, value)
    if exact is not None and out.star is None:
        out.positional += [(part, n) for part in exact]
    elif out.star is None:
        out.star = (value, n)
    else:
        out.star = (_appended(fr, op, out.star[0], element(fr, value)), n)


def _appended(fr: Frame, op: o.Call, star: Value, value: Value) -> Value:
    whole = join(element(fr, star), value)
    return of(fr.allocate(op.n, Object("tuple", fields={"[*]": whole}), "star"))


def _exact_items(fr: Frame, value: Value) -> list[Value] | None:
    """The items of a tuple or list whose length is known."""
    if len(value.atoms) != 1 or value.marks:
        return None
    (atom,) = value.atoms
    if not isinstance(atom, Obj) or atom.id[0] == "s":
        return None
    obj = fr.object(atom.id)
    if obj.kind not in ("tuple", "list") or obj.many or "[*]" in obj.fields:
        return None
    labels = [f"[{i}]" for i in range(len(obj.fields))]
    return [obj.fields[label] for label in labels] if all(label in obj.fields for label in labels) else None


# -- binding -----------------------------------------------------------------------------------------------------


def bind(fr: Frame, fn: int, args: Arguments, n: int, receiver: Value | None) -> tuple[list[Value], list[Site]]:
    """What each parameter of a function gets, and at which node it is passed."""
    ir = fr.program.functions[fn].ir
    call = fr.site(n)
    positional = list(args.positional)
    if receiver is not None:
        positional.insert(0, (receiver, n))
    values: list[Value] = []
    sites: list[Site] = []
    taken = {p.name for p in ir.params if p.kind in ("pos", "kwonly")}
    position = 0
    for param in ir.params:
        value, node = UNKNOWN, n
        if param.kind == "*":
            value = _rest(fr, n, positional[position:], args, len(positional))
            node = positional[position][1] if position < len(positional) else n
        elif param.kind == "**":
            value, node = _keywords(fr, n, args, taken)
        else:
            found: tuple[Value, int] | None = None
            if param.kind != "kwonly":
                if position < len(positional):
                    found = positional[position]
                elif param.name not in args.keywords and args.star is not None:
                    found = item(fr, args.star[0], f"[{position - len(positional)}]"), args.star[1]
                position += 1
            if (found is None or not found[0]) and param.kind != "posonly":
                found = _by_name(fr, args, param.name) or found
            if found is None and param.default:
                found = fr.solver.default_of(fn, param.name, fr), n
            if found is not None:
                value, node = found
        values.append(value)
        sites.append(fr.site(node) if node else call)
    return values, sites


def _by_name(fr: Frame, args: Arguments, name: str) -> tuple[Value, int] | None:
    if name in args.keywords:
        return args.keywords[name]
    for mapping, n in args.mappings:
        found = item(fr, mapping, f"[{name!r}]")
        if found:
            return found, n
    return None


def _rest(fr: Frame, n: int, rest: list[tuple[Value, int]], args: Arguments, before: int) -> Value:
    fields = {f"[{i}]": value for i, (value, _) in enumerate(rest)}
    if args.star is not None:
        fields["[*]"] = element(fr, args.star[0])
    return of(fr.allocate(n, Object("tuple", fields=fields), "args"))


def _keywords(fr: Frame, n: int, args: Arguments, taken: set[str]) -> tuple[Value, int]:
    fields: dict[str, Value] = {}
    node = n
    for mapping, at in args.mappings:
        node = at
        for atom in mapping.atoms:
            if isinstance(atom, Obj):
                if atom.id[0] == "s" and not fields and not args.keywords:
                    return mapping, at
                for label, value in fr.object(atom.id).fields.items():
                    if label[0] == "[":
                        fields[label] = join(fields.get(label, UNKNOWN), value)
        if mapping.marks or any(isinstance(a, Inst) for a in mapping.atoms):
            fields["[*]"] = join(fields.get("[*]", UNKNOWN), Value(mapping.atoms, mapping.marks))
        for atom in mapping.atoms:
            if isinstance(atom, Obj) and atom.id[0] == "s":
                fields["[*]"] = join(fields.get("[*]", UNKNOWN), item(fr, of(atom), None))
    for name, (value, at) in args.keywords.items():
        if name not in taken:
            fields[f"[{name!r}]"] = value
            node = at
    return of(fr.allocate(n, Object("dict", fields=fields), "kwargs")), node


# -- calling -----------------------------------------------------------------------------------------------------


def call_function(fr: Frame, func: Func, args: Arguments, n: int, receiver: Value | None = None) -> Value:
    """Call a function of the program."""
    fr.called.add(func.fn)
    values, sites = bind(fr, func.fn, args, n, receiver)
    return Binding(fr, func.fn, values, sites, func.env, fr.site(n)).run()


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
    if (fn, receiver) in fr.implicit:  # ``self[key]`` inside ``__getitem__``
        return None
    fr.implicit.add((fn, receiver))
    try:
        result = call_method(fr, fn, receiver, values)
    finally:
        fr.implicit.discard((fn, receiver))
    fr.memo[key] = (values, result)
    return result


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
    return _call_implicitly(fr, method.function, receiver, values) if method is not None else None


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
    from privlint.flow.library import Callee, call_library, call_unknown

    callee = Callee(n, text, attribute, receiver, receiver_name)
    verdict = fr.solver.library.judge(fr, callee, func, args)
    results: list[Value] = []
    known = False
    for atom in sorted(func.atoms, key=order) if len(func.atoms) > 1 else func.atoms:
        part: Value | None
        if isinstance(atom, Func):
            part = call_function(fr, atom, args, n)
        elif isinstance(atom, Bound):
            part = call_function(fr, atom.func, args, n, Value(frozenset((atom.self,)), _own_marks(receiver)))
        elif isinstance(atom, Cls):
            part = construct(fr, atom.cls, args, n)
        elif isinstance(atom, Ext):
            part = call_library(fr, callee, atom.path, args, verdict)
        elif isinstance(atom, Obj | Opaque):
            part = _call_object(fr, atom, args, n)
        else:
            part = None
        if part is not None:
            known = True
            results.append(part)
    if not known:
        results.append(call_unknown(fr, callee, func, args, verdict))
    value = verdict.result(results)
    if callee.last in _WITH_DEFAULT and any(isinstance(a, Ext) for a in func.atoms):
        default = args.at(fr, 1, "default")
        value = join(value, default[0]) if default is not None else value
    return value


def _own_marks(receiver: Value | None) -> Marks:
    return receiver.marks if receiver is not None else {}


def _call_object(fr: Frame, atom: Obj | Opaque, args: Arguments, n: int) -> Value | None:
    if isinstance(atom, Obj):
        obj = fr.object(atom.id)
        if obj.kind == "partial":
            return _call_partial(fr, obj, args, n)
        if atom.id[0] == "s":
            path = atom.id[2]
            assert isinstance(path, tuple)
            fr.summary.needs.add((int(str(atom.id[1])), path))
    cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls
    method = fr.program.method(cls, "__call__") if cls >= 0 else None
    if method is None:
        return None
    func = Func(method.function, fr.solver.environment(method.function, fr))
    return call_function(fr, func, args, n, Value(frozenset((atom,))))


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


# -- construction ------------------------------------------------------------------------------------------------


def construct(fr: Frame, cls: int, args: Arguments, n: int) -> Value:
    """``C(...)``: a new instance, its ``__init__`` called or its fields filled."""
    metaclass = fr.solver.metaclass_call(cls)
    if metaclass is not None:
        return call_function(fr, Func(metaclass, None), args, n, of(Cls(cls)))
    if fr.solver.records.is_enum(cls):
        return fr.solver.class_members(cls, fr.fn.id)
    new = fr.program.method(cls, "__new__")
    made: Value
    if new is not None:
        made = call_function(fr, Func(new.function, None), args, n, of(Cls(cls)))
        if not any(isinstance(a, Obj) for a in made.atoms):
            made = of(new_instance(fr, cls, n))
    else:
        made = of(new_instance(fr, cls, n))
    init = fr.program.method(cls, "__init__")
    if init is not None:
        func = Func(init.function, fr.solver.environment(init.function, fr))
        call_function(fr, func, args, n, made)
    else:
        _fill_fields(fr, cls, made, args, n)
    return made


def new_instance(fr: Frame, cls: int, n: int) -> Obj:
    """A new instance of a class of the program; one of a library's container is a container too."""
    kind, type_ = "inst", ""
    for base in fr.program.external_bases(cls):
        last = base.rpartition(".")[2]
        if last in ("dict", "UserDict", "OrderedDict", "TypedDict", "defaultdict"):
            kind = "dict"
        elif last in ("list", "UserList", "deque"):
            kind = "list"
        elif fr.solver.library.has_type(base) and not type_:
            type_ = base
    return fr.allocate(n, Object(kind, cls, type_), ("new", cls))


def _fill_fields(fr: Frame, cls: int, made: Value, args: Arguments, n: int) -> None:
    """Fields by position and name, for classes whose ``__init__`` is made for them (or lies in a library)."""
    from privlint.flow.objects import store

    names = fr.solver.records.init_order(cls)
    for name, value in fr.solver.records.defaults(cls, fr.fn.id).items():
        store(fr, made, f".{name}", value)
    for index, (value, _at) in enumerate(args.positional):
        if index < len(names):
            store(fr, made, f".{names[index]}", value)
            if fr.solver.records.is_tuple(cls):
                store(fr, made, f"[{index}]", value)
        elif not names:
            store(fr, made, "[*]", value)
    if args.star is not None:
        for index, name in enumerate(names[len(args.positional) :]):
            store(fr, made, f".{name}", item(fr, args.star[0], f"[{index}]"))
    mapping = any(fr.object(a.id).kind == "dict" for a in made.atoms if isinstance(a, Obj))
    for name, (value, _at) in args.keywords.items():
        store(fr, made, f"[{name!r}]" if mapping else f".{name}", value)
        if fr.solver.records.is_tuple(cls) and name in names:
            store(fr, made, f"[{names.index(name)}]", value)
    for value, _at in args.mappings:
        _spread(fr, made, value)
    post = fr.program.method(cls, "__post_init__")
    if post is not None:
        call_method(fr, post.function, next(iter(made.atoms)), [], n)


def _spread(fr: Frame, made: Value, mapping: Value) -> None:
    from privlint.flow.objects import store

    for atom in mapping.atoms:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            for label, value in obj.fields.items():
                if label[:2] in ("['", '["'):
                    store(fr, made, f".{label[2:-2]}", value, strong=False)
                elif label == "[*]":
                    store(fr, made, ".*", value)
            if atom.id[0] == "s" and "[*]" not in obj.fields:
                store(fr, made, ".*", fr.initial(atom.id, "[*]"))
    if mapping.marks:
        carried = dict(mapping.marks.items())
        store(fr, made, ".*", with_marks(UNKNOWN, carried))


__all__ = [
    "Arguments",
    "Lit",
    "ObjId",
    "Wrapped",
    "at_label",
    "call_value",
    "construct",
    "element",
    "literal",
    "load_attribute",
]
