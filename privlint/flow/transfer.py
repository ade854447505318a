"""The meaning of each op, and where a block goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from privlint.flow import guards, sources
from privlint.flow.calls import arguments, call_dunder, call_value, new_instance
from privlint.flow.frame import RAISED, Frame
from privlint.flow.heap import Object, State
from privlint.flow.objects import (
    at_label,
    collect,
    delete,
    element,
    entity_value,
    external_value,
    item,
    key_label,
    load_attribute,
    store,
)
from privlint.flow.sinks import arriving
from privlint.flow.values import (
    NONE,
    SCALAR,
    UNKNOWN,
    Atom,
    Bound,
    Ext,
    Func,
    Hop,
    Lit,
    Mark,
    Obj,
    ObjId,
    Prefix,
    Value,
    join,
    join_all,
    literal,
    moved,
    of,
    only_marks,
    step,
    strings,
    with_marks,
)
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import Target
from privlint.resolve.program import Entity

_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in", "compare", "not"))
_DUNDERS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "@": "matmul",
    "**": "pow",
    "<<": "lshift",
    ">>": "rshift",
    "&": "and",
    "|": "or",
    "^": "xor",
    "u-": "neg",
    "u+": "pos",
    "~": "invert",
}


def execute(fr: Frame, op: o.Op) -> None:
    """Interpret one op."""
    fr.solver.current_node = op.n
    _TABLE[type(op)](fr, op)


# -- names -------------------------------------------------------------------------------------------------------


def _const(fr: Frame, op: o.Const) -> None:
    fr.put_register(op.dst, literal(op.value))
    if isinstance(op.value, str) and len(op.value) < 60:
        fr.names[op.dst] = ""


def _move(fr: Frame, op: o.Move) -> None:
    fr.put_register(op.dst, fr.get(op.src))
    if op.src in fr.names:
        fr.names[op.dst] = fr.names[op.src]


def _load_name(fr: Frame, op: o.LoadName) -> None:
    name = op.slot.partition("@")[0]
    fr.names[op.dst] = name
    value = _variable(fr, op, name)
    if name in fr.catalog.index.load_sources:
        value = with_marks(value, sources.of_load(fr, name, op.n))
    fr.put_register(op.dst, value)


def _variable(fr: Frame, op: o.LoadName, name: str) -> Value:
    if op.scope == "local" or (op.scope == "class" and op.slot in fr.state.env):
        return fr.state.env.get(op.slot, UNKNOWN)
    if op.scope in ("cell", "free"):
        holder = _holder(fr, op.scope, op.depth)
        return at_label(fr, holder, f".{op.slot}") if holder else UNKNOWN
    return global_variable(fr, name)


def _holder(fr: Frame, scope: str, depth: int) -> Value:
    """The object that holds the variables of this call, or of an enclosing one."""
    if scope == "cell":
        return of(Obj(fr.env)) if fr.env is not None else UNKNOWN
    value = of(Obj(fr.outer)) if fr.outer is not None else UNKNOWN
    functions = fr.module.ir.functions
    above, number = 0, fr.ir.index
    for _ in range(depth):  # class bodies have no variables of their own here
        number = functions[number].parent
        above += number >= 0 and functions[number].kind != "class"
    for _ in range(above - 1):
        value = at_label(fr, value, ".^")
    return value


def global_variable(fr: Frame, name: str) -> Value:
    """A name of the module, a builtin, or one that nothing is known of."""
    key: ObjId = ("g", fr.module.number)
    held = fr.state.heap.get(key)
    if held is not None and f".{name}" in held.fields:
        return held.fields[f".{name}"]
    entity = fr.program.name(fr.module, name)
    if entity is None:
        return of(Ext(name))
    value = entity_value(fr, entity)
    if entity.kind == "external" and any(b.kind == "alias" for b in fr.module.bindings.names.get(name, ())):
        shared = fr.object(key).fields.get(f".{name}", UNKNOWN)  # ``x = SOURCE``: the name carries what was read
        value = with_marks(value, shared.marks)
    return value


def _store_name(fr: Frame, op: o.StoreName) -> None:
    value = fr.get(op.src)
    name = op.slot.partition("@")[0]
    if value.marks:
        value = moved(value, fr.site(op.n), "assign", name)
    elif fr.ir.kind != "class" and (not value.atoms or sources.unknown(value)):
        value = with_marks(value, _named(fr, name, op.n, value))
    if op.scope in ("local", "class"):
        fr.state.env[op.slot] = value
    elif op.scope in ("cell", "free"):
        holder = _holder(fr, op.scope, op.depth)
        if holder:
            store(fr, holder, f".{op.slot}", value)
    else:
        store(fr, of(Obj(("g", fr.module.number))), f".{name}", value)


def _named(fr: Frame, name: str, n: int, value: Value) -> dict[Mark, Hop | None]:
    """A variable of which nothing is known but its name."""
    match = fr.catalog.classify(name, None)
    if match is None or match.confidence is not Confidence.HIGH:
        return {}
    return sources.of_match(fr, n, match, name, "name", Confidence.LOW, f"`{name}` is set")


def _del_name(fr: Frame, op: o.DelName) -> None:
    if op.scope in ("local", "class"):
        fr.state.env[op.slot] = UNKNOWN


# -- parts -------------------------------------------------------------------------------------------------------


def _load_attr(fr: Frame, op: o.LoadAttr) -> None:
    obj = fr.get(op.obj)
    owner = fr.names.get(op.obj, "")
    value = load_attribute(fr, obj, op.name)
    fr.names[op.dst] = op.name
    fr.receivers[op.dst] = (obj, op.name, owner)
    if op.dst not in fr.callees:
        marks = sources.of_attribute(fr, obj, op.name, op.n, owner, value)
        if marks:
            value = with_marks(value, marks)
    fr.put_register(op.dst, value)


def _store_attr(fr: Frame, op: o.StoreAttr) -> None:
    obj, value = fr.get(op.obj), fr.get(op.src)
    owner = fr.names.get(op.obj, "")
    shown = f"{owner}.{op.name}" if owner else op.name
    if value.marks:
        value = moved(value, fr.site(op.n), "attribute", shown)
        _assigned_sinks(fr, obj, owner, op.name, None, value, op.n)
    elif sources.unknown(value) and not value.atoms:
        value = with_marks(value, _named(fr, op.name, op.n, value))
    _set_property(fr, obj, op.name, value)
    store(fr, obj, f".{op.name}", value)


def _set_property(fr: Frame, obj: Value, name: str, value: Value) -> None:
    from privlint.flow.calls import call_method

    for atom in obj.atoms:
        if not isinstance(atom, Obj):
            continue
        cls = fr.object(atom.id).cls
        for base in fr.program.classes[cls].mro if cls >= 0 else ():
            setter = fr.program.classes[base].setters.get(name)
            if setter is not None:
                module = fr.program.modules[fr.program.classes[base].module]
                call_method(fr, module.functions[setter], atom, [value])
                break
        else:
            if cls >= 0 and (held := fr.solver.class_attribute(cls, name, fr.fn.id)) is not None:
                for descriptor in held.atoms:
                    call_dunder(fr, descriptor, "__set__", [of(atom), value])


def _assigned_sinks(fr: Frame, obj: Value, owner: str, name: str, key: str | None, value: Value, n: int) -> None:
    from privlint.flow.sources import _owned, owners

    index = fr.catalog.index
    table = index.attribute_sinks if key is None else index.item_sinks
    rules = (*table.get(name if key is None else key, ()), *table.get("*", ()))
    if not rules:
        return
    names, _ = owners(fr, obj)
    for rule in rules:
        if _owned(fr, obj, names, rule.owner, owner):
            site = fr.site(n)
            shown = f"{owner}.{name}" if key is None else f"{owner}[{key!r}]"
            target = Target(site, site, rule.kind, shown, fr.fn.dotted, rule.recipient, confidence=rule.confidence)
            fr.sink(arriving(collect(fr, value, 2), fr, n, shown, rule.kind), target)


def _del_attr(fr: Frame, op: o.DelAttr) -> None:
    delete(fr, fr.get(op.obj), f".{op.name}")


def _load_item(fr: Frame, op: o.LoadItem) -> None:
    obj, key = fr.get(op.obj), fr.get(op.key)
    owner = fr.names.get(op.obj, "")
    label = key_label(key)
    sliced = any(isinstance(a, Obj) and fr.object(a.id).kind == "slice" for a in key.atoms)
    if sliced:
        value = _slice(fr, obj, op)
    else:
        value = item(fr, obj, label)
        called = _subscript(fr, obj, key)
        value = join(value, called) if called is not None else value
        for text in strings(key)[:2]:
            value = with_marks(value, sources.of_item(fr, obj, text, op.n, owner, value))
    texts = strings(key)
    fr.names[op.dst] = texts[0] if len(texts) == 1 and texts[0].isidentifier() else owner
    fr.receivers[op.dst] = (obj, "", owner)
    fr.put_register(op.dst, value)


def _subscript(fr: Frame, obj: Value, key: Value) -> Value | None:
    out: Value | None = None
    for atom in obj.atoms:
        found = call_dunder(fr, atom, "__getitem__", [key])
        if found is not None:
            out = found if out is None else join(out, found)
    return out


def _slice(fr: Frame, obj: Value, op: o.LoadItem) -> Value:
    """A slice of a string tells what the string told (its last four characters: masked); of a list, its items."""
    marks = dict(obj.marks)
    if marks and fr.solver.last_four(fr, op.key):
        marks = dict(guards.masked(marks))
    has_items = any(isinstance(a, Obj) and (fr.object(a.id).fields or a.id[0] == "s") for a in obj.atoms)
    if not has_items:
        return only_marks(marks)
    whole = item(fr, Value(frozenset(a for a in obj.atoms if isinstance(a, Obj))), None)
    made = of(fr.allocate(op.n, Object("list", fields={"[*]": whole}), "slice"))
    return with_marks(made, marks)


def _store_item(fr: Frame, op: o.StoreItem) -> None:
    obj, key, value = fr.get(op.obj), fr.get(op.key), fr.get(op.src)
    owner = fr.names.get(op.obj, "")
    label = key_label(key)
    texts = strings(key)
    if value.marks:
        value = moved(value, fr.site(op.n), "item", f"{owner}[{texts[0]!r}]" if texts else owner)
    elif texts and sources.unknown(value):
        value = with_marks(value, _keyed(fr, texts[0], op.n, owner))
    if value.marks or any(isinstance(a, Obj) for a in value.atoms):
        _assigned_sinks(fr, obj, owner, "", texts[0] if texts else "", value, op.n)
    for atom in obj.atoms:
        call_dunder(fr, atom, "__setitem__", [key, value])
    store(fr, obj, label or "[*]", value, strong=label is not None)
    if key.marks:
        store(fr, obj, "[#]", only_marks(key.marks), strong=False)


def _keyed(fr: Frame, key: str, n: int, owner: str) -> dict[Mark, Hop | None]:
    """A value of which nothing is known but the literal key it is stored under."""
    match = fr.catalog.classify(key, owner or None)
    if match is None or match.confidence is Confidence.LOW:
        return {}
    return sources.of_match(fr, n, match, key, "key", Confidence.LOW, f"the value of `{key!r}`")


def _del_item(fr: Frame, op: o.DelItem) -> None:
    label = key_label(fr.get(op.key))
    if label is not None:
        delete(fr, fr.get(op.obj), label)


# -- making ------------------------------------------------------------------------------------------------------


def _build(fr: Frame, op: o.Build) -> None:
    if op.kind == "str":
        fr.put_register(op.dst, _build_text(fr, [fr.get(part.reg) for part in op.parts], op.n))
    elif op.kind == "dict":
        fr.put_register(op.dst, _build_dict(fr, op))
    elif op.kind == "slice":
        bounds = {
            f".{name}": fr.get(part.reg) for name, part in zip(("lower", "upper", "step"), op.parts, strict=False)
        }
        fr.put_register(op.dst, of(fr.allocate(op.n, Object("slice", fields=bounds), "slice object")))
    else:
        fr.put_register(op.dst, _build_sequence(fr, op))


def _build_text(fr: Frame, parts: list[Value], n: int) -> Value:
    marks: dict[Mark, Hop | None] = {}
    for value in parts:
        for mark, way in collect(fr, value, 1).items():
            marks.setdefault(mark, way)
    atoms: frozenset[Atom] = frozenset()
    if parts:
        texts = [""]
        complete = True
        for index, value in enumerate(parts):
            found = [a.value if isinstance(a, Lit) else a.text for a in value.atoms if isinstance(a, Lit | Prefix)]
            heads = sorted(t for t in found if isinstance(t, str))[:4]
            if index == 0 and not heads:
                _ask_for_address(fr, value, parts)
            if not heads:
                complete = False
                break
            texts = [text + head for text in texts for head in heads][:8]
            if any(isinstance(a, Prefix) for a in value.atoms):
                complete = False
                break
        kind: type[Lit] | type[Prefix] = Lit if complete else Prefix
        if texts != [""]:
            atoms = frozenset(Lit("str", t[:400]) if kind is Lit else Prefix(t[:400]) for t in texts)
    return Value(atoms, step(marks, fr.site(n), "format"))


def _ask_for_address(fr: Frame, value: Value, parts: list[Value]) -> None:
    """``f"{base}/path"`` with a parameter: what the caller passes may be an address."""
    following = [t for part in parts[1:2] for t in strings(part)]
    if not any(t.startswith("/") for t in following):
        return
    for atom in value.atoms:
        if isinstance(atom, Obj) and atom.id[0] == "s":
            path = atom.id[2]
            assert isinstance(path, tuple)
            fr.summary.needs.add((int(str(atom.id[1])), path))


def _build_dict(fr: Frame, op: o.Build) -> Value:
    from privlint.flow.containers import _merge

    made = of(fr.allocate(op.n, Object("dict"), "dict"))
    parts = iter(op.parts)
    for part in parts:
        if part.label == "**":
            _merge(fr, made, fr.get(part.reg))
            continue
        value_part = next(parts)
        key, value = fr.get(part.reg), fr.get(value_part.reg)
        texts = strings(key)
        if value.marks:
            value = moved(value, fr.site(value_part.n), "item", repr(texts[0])) if texts else value
        elif texts and sources.unknown(value):
            value = with_marks(value, _keyed(fr, texts[0], value_part.n, ""))
        label = key_label(key)
        store(fr, made, label or "[*]", value, strong=label is not None)
        if key.marks:
            store(fr, made, "[#]", only_marks(key.marks), strong=False)
    return made


def _build_sequence(fr: Frame, op: o.Build) -> Value:
    fields: dict[str, Value] = {}
    exact = True
    for index, part in enumerate(op.parts):
        value = fr.get(part.reg)
        if part.label == "*":
            exact = False
            value = element(fr, value)
        label = f"[{index}]" if exact and op.kind != "set" else "[*]"
        fields[label] = join(fields.get(label, UNKNOWN), value)
    return of(fr.allocate(op.n, Object(op.kind, fields=fields), op.kind))


def _combine(fr: Frame, op: o.Combine) -> None:
    values = [fr.get(reg) for reg in op.args]
    if op.op in _COMPARISONS:
        for value in values[:1]:
            _operator_calls(fr, value, {"==": "eq", "in": "contains"}.get(op.op, ""), values)
        fr.put_register(op.dst, _compared(op.op, values))
        return
    plain = op.op.removesuffix("=")
    called = _overloaded(fr, op.op, plain, values)
    if called is not None:
        fr.put_register(op.dst, called)
    elif plain == "+":
        fr.put_register(op.dst, _plus(fr, op, values))
    elif plain == "%" and (strings(values[0]) or any(isinstance(a, Prefix) for a in values[0].atoms)):
        fr.put_register(op.dst, _percent(fr, op, values))
    elif plain in ("|", "&", "-", "^") and any(isinstance(a, Obj) for v in values for a in v.atoms):
        fr.put_register(op.dst, _merged(fr, op, values))
    elif plain == "*" and any(
        isinstance(a, Obj) and fr.object(a.id).kind in ("list", "tuple") for a in values[0].atoms
    ):
        fr.put_register(op.dst, _merged(fr, op, values[:1]))
    else:
        marks: dict[Mark, Hop | None] = {}
        for value in values:
            marks.update(value.marks)
        fr.put_register(op.dst, with_marks(SCALAR, step(marks, fr.site(op.n), "combine", plain)))


def _compared(operator: str, values: list[Value]) -> Value:
    """The truth of a comparison of constants, where it is one."""
    if operator == "not" and len(values) == 1 and len(values[0].atoms) == 1 and not values[0].marks:
        (atom,) = values[0].atoms
        if isinstance(atom, Lit) and isinstance(atom.value, bool):
            return literal(not atom.value)
    return SCALAR


def _operator_calls(fr: Frame, value: Value, name: str, values: list[Value]) -> None:
    if name:
        for atom in value.atoms:
            call_dunder(fr, atom, f"__{name}__", values[1:2])


def _overloaded(fr: Frame, operator: str, plain: str, values: list[Value]) -> Value | None:
    name = _DUNDERS.get(plain, _DUNDERS.get(operator))
    if name is None or not values:
        return None
    names = [f"__i{name}__", f"__{name}__"] if operator.endswith("=") else [f"__{name}__"]
    for atom in values[0].atoms:
        for dunder in names:
            found = call_dunder(fr, atom, dunder, values[1:2])
            if found is not None:
                return found
    for atom in values[1].atoms if len(values) > 1 else ():
        found = call_dunder(fr, atom, f"__r{name}__", values[:1])
        if found is not None:
            return found
    return None


def _plus(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    lists = [a for v in values for a in v.atoms if isinstance(a, Obj) and fr.object(a.id).kind in ("list", "tuple")]
    if lists:
        if op.op == "+=" and any(a in lists for a in values[0].atoms):
            store(fr, values[0], "[*]", element(fr, values[1]), strong=False)
            return values[0]
        return _merged(fr, op, values)
    if (
        op.op == "+="
        and not strings(values[0])
        and any(isinstance(a, Obj) and a.id[0] == "s" for a in values[0].atoms)
        and any(isinstance(a, Obj) for a in values[1].atoms)
    ):
        store(fr, values[0], "[*]", element(fr, values[1]), strong=False)
    text = _build_text(fr, values, op.n)
    return text if text.marks or text.atoms else with_marks(SCALAR, text.marks)


def _percent(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    marks = collect(fr, values[1], 1) if len(values) > 1 else {}
    marks.update(values[0].marks)
    heads = [t.partition("%")[0] for t in strings(values[0])]
    atoms: frozenset[Atom] = frozenset(Prefix(h) for h in heads if h)
    return Value(atoms, step(marks, fr.site(op.n), "format"))


def _merged(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    from privlint.flow.containers import _merge

    kinds = {fr.object(a.id).kind for v in values for a in v.atoms if isinstance(a, Obj)}
    kind = "dict" if "dict" in kinds else "set" if "set" in kinds else "list"
    made = of(fr.allocate(op.n, Object(kind), "merged"))
    for value in values if op.op not in ("-", "&") else values[:1]:
        if kind == "dict":
            _merge(fr, made, value)
        else:
            store(fr, made, "[*]", element(fr, value), strong=False)
    if op.op.endswith("=") and kind == "dict":
        _merge(fr, values[0], values[-1])
        return values[0]
    return made


def _iterate(fr: Frame, op: o.Iterate) -> None:
    fr.names[op.dst] = fr.names.get(op.src, "")
    fr.put_register(op.dst, element(fr, fr.get(op.src)))


def _unpack(fr: Frame, op: o.Unpack) -> None:
    value = fr.get(op.src)
    whole = None
    kinds = {fr.object(a.id).kind for a in value.atoms if isinstance(a, Obj)}
    if kinds & {"iter", "gen", "set", "dict"} or not any(isinstance(a, Obj) for a in value.atoms):
        whole = element(fr, value)
    count = len(op.dsts)
    for index, dst in enumerate(op.dsts):
        if op.star >= 0 and index == op.star:
            rest = whole if whole is not None else _rest(fr, value, index, count - index - 1)
            fr.put_register(dst, of(fr.allocate(op.n, Object("list", fields={"[*]": rest} if rest else {}), "rest")))
        elif whole is not None:
            fr.put_register(dst, whole)
        elif op.star >= 0 and index > op.star:
            fr.put_register(dst, _from_end(fr, value, count - index))
        else:
            fr.put_register(dst, item(fr, value, f"[{index}]"))


def _length(fr: Frame, value: Value) -> int:
    """The length of a sequence whose items are all known, or -1."""
    sizes = set()
    for atom in value.atoms:
        if not isinstance(atom, Obj) or atom.id[0] == "s" or "[*]" in fr.object(atom.id).fields:
            return -1
        sizes.add(len(fr.object(atom.id).fields))
    return sizes.pop() if len(sizes) == 1 else -1


def _rest(fr: Frame, value: Value, start: int, behind: int) -> Value:
    size = _length(fr, value)
    if size < 0:
        return item(fr, value, None)
    return join_all(item(fr, value, f"[{i}]") for i in range(start, size - behind))


def _from_end(fr: Frame, value: Value, back: int) -> Value:
    size = _length(fr, value)
    return item(fr, value, None) if size < 0 else item(fr, value, f"[{size - back}]")


# -- calls -------------------------------------------------------------------------------------------------------


def _call(fr: Frame, op: o.Call) -> None:
    receiver, attribute, owner = fr.receivers.get(op.func, (None, "", ""))
    args = arguments(fr, op)
    value = call_value(
        fr, fr.get(op.func), args, op.n, text=op.text, attribute=attribute, receiver=receiver, receiver_name=owner
    )
    fr.names[op.dst] = attribute or op.text.rpartition(".")[2]
    fr.calls[op.dst] = op
    fr.put_register(op.dst, value)


def _await(fr: Frame, op: o.Await) -> None:
    value = fr.get(op.src)
    out = value
    for atom in value.atoms:
        found = call_dunder(fr, atom, "__await__", [])
        if found is not None:
            out = join(out, at_label(fr, found, ".%return"))
    fr.names[op.dst] = fr.names.get(op.src, "")
    fr.put_register(op.dst, out)


def _yield(fr: Frame, op: o.Yield) -> None:
    value = fr.get(op.src)
    given = element(fr, value) if op.delegate else value
    fr.summary.yields = join(fr.summary.yields, given)
    fr.put_register(op.dst, at_label(fr, value, ".%return") if op.delegate else UNKNOWN)


def _enter(fr: Frame, op: o.Enter) -> None:
    value = fr.get(op.src)
    out = UNKNOWN
    for atom in value.atoms:
        entered = call_dunder(fr, atom, "__aenter__" if op.asynchronous else "__enter__", [])
        if entered is not None:
            out = join(out, entered)
        elif isinstance(atom, Obj) and fr.object(atom.id).kind == "gen":
            out = join(out, item(fr, of(atom), None))
        else:
            out = join(out, of(atom))
    fr.names[op.dst] = fr.names.get(op.src, "")
    fr.put_register(op.dst, with_marks(out, value.marks))


def _exit(fr: Frame, op: o.Exit) -> None:
    for atom in fr.get(op.src).atoms:
        if call_dunder(fr, atom, "__exit__", [UNKNOWN, UNKNOWN, UNKNOWN]) is None:
            call_dunder(fr, atom, "__aexit__", [UNKNOWN, UNKNOWN, UNKNOWN])


def _caught(fr: Frame, op: o.Caught) -> None:
    fr.put_register(op.dst, fr.state.env.get(RAISED, UNKNOWN))


def _make_function(fr: Frame, op: o.MakeFunction) -> None:
    number = fr.module.functions[op.index]
    for default in op.defaults:
        if default.label is not None:
            fr.solver.set_default(number, default.label, fr.get(default.reg))
    inner = fr.program.functions[number].parent >= 0
    env = fr.env if inner else None
    if inner:
        fr.made[number] = env
    fr.names[op.dst] = fr.program.functions[number].ir.name
    fr.put_register(op.dst, of(Func(number, env)))


def _make_class(fr: Frame, op: o.MakeClass) -> None:
    cls = fr.module.classes[op.index]
    fr.names[op.dst] = fr.program.classes[cls].name
    fr.put_register(op.dst, fr.solver.make_class(fr, cls, op))


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
    atoms = fr.solver.annotations.atoms(fr.module, op.type)
    if atoms and not fr.state.env.get(op.name, UNKNOWN).atoms:
        fr.state.env[op.name] = Value(atoms)


# -- ends --------------------------------------------------------------------------------------------------------


def end_of_block(fr: Frame, end: o.End, handler: int) -> list[tuple[int, State]]:
    """Where a block goes on, each with the state there."""
    if isinstance(end, o.Jump):
        return [(end.target, fr.state)]
    if isinstance(end, o.Branch):
        return guards.branch(fr, end)
    if isinstance(end, o.Choose):
        return [(target, fr.state) for target in end.targets]
    if isinstance(end, o.Return):
        value = fr.get(end.src) if end.src >= 0 else NONE
        fr.leave(value)
        return []
    return _raise(fr, end, handler)


def _raise(fr: Frame, end: o.Raise, handler: int) -> list[tuple[int, State]]:
    value = fr.get(end.src) if end.src >= 0 else fr.state.env.get(RAISED, UNKNOWN)
    if end.src >= 0:
        _raise_sinks(fr, end, value)
        value = moved(value, fr.site(end.n), "raise")
    if handler >= 0:
        state = fr.state.copy()
        state.env[RAISED] = join(state.env.get(RAISED, UNKNOWN), value) if end.src < 0 else value
        return [(handler, state)]
    fr.summary.raises = join(fr.summary.raises, value)
    fr.leave_raising()
    return []


def _raise_sinks(fr: Frame, end: o.Raise, value: Value) -> None:
    call = fr.calls.get(end.src)
    for rule in fr.catalog.index.raise_sinks:
        if call is None:
            marks = collect(fr, value, 2)
            site = fr.site(end.n)
            target = Target(site, site, rule.kind, "raise", fr.fn.dotted, rule.recipient, confidence=rule.confidence)
            fr.sink(arriving(marks, fr, end.n, "raise", rule.kind), target)
            continue
        for arg in call.args:
            marks = collect(fr, fr.get(arg.reg), 1)
            if marks:
                target = Target(
                    fr.site(arg.n),
                    fr.site(call.n),
                    rule.kind,
                    call.text or "raise",
                    fr.fn.dotted,
                    rule.recipient,
                    confidence=rule.confidence,
                )
                fr.sink(arriving(marks, fr, arg.n, call.text or "raise", rule.kind), target)


_TABLE: dict[type, Callable[[Frame, Any], None]] = {
    o.Const: _const,
    o.Move: _move,
    o.LoadName: _load_name,
    o.StoreName: _store_name,
    o.DelName: _del_name,
    o.LoadAttr: _load_attr,
    o.StoreAttr: _store_attr,
    o.DelAttr: _del_attr,
    o.LoadItem: _load_item,
    o.StoreItem: _store_item,
    o.DelItem: _del_item,
    o.Build: _build,
    o.Combine: _combine,
    o.Iterate: _iterate,
    o.Unpack: _unpack,
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

__all__ = ["Bound", "end_of_block", "execute", "new_instance"]
