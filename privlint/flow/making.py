"""The meaning of the ops that make values: strings, containers, operators, iteration, unpacking."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from privlint.flow import kinds, masks, sources
from privlint.flow.access import store
from privlint.flow.calls import call_dunder
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, key_label, positions
from privlint.flow.models.folding import beginnings, concatenated, percent
from privlint.flow.values import (
    SCALAR,
    UNKNOWN,
    Address,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    Prefix,
    Value,
    join,
    literal,
    moved,
    of,
    only_marks,
    step,
    strings,
    symbolic,
    with_marks,
)
from privlint.flow.wholes import collect
from privlint.ir import ops as o

_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in", "compare", "not"))
_DECIDED = frozenset(("==", "!=", "is", "is not"))
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


def build(fr: Frame, op: o.Build) -> None:
    """A display: list, dict, set, tuple, slice or formatted string."""
    if op.kind == "str":
        fr.put_register(
            op.dst,
            build_text(
                fr,
                [fr.get(part.reg) for part in op.parts],
                op.n,
                [_shown(part.label) for part in op.parts],
                [part.reg for part in op.parts],
            ),
        )
    elif op.kind == "dict":
        fr.put_register(op.dst, _build_dict(fr, op))
    elif op.kind == "slice":
        bounds = {
            f".{name}": fr.get(part.reg) for name, part in zip(("lower", "upper", "step"), op.parts, strict=False)
        }
        fr.put_register(op.dst, of(fr.allocate(op.n, Object("slice", fields=bounds), "slice object")))
    else:
        fr.put_register(op.dst, _build_sequence(fr, op))


def _shown(conversion: str | None) -> str:
    """How a replacement field shows its value."""
    return {"!s": "str", "!r": "repr", "!a": "repr"}.get(conversion or "", "format")


def build_text(fr: Frame, parts: list[Value], n: int, shown: Sequence[str] = (), regs: Sequence[int] = ()) -> Value:
    """A string put together of parts, each shown as ``shown`` says."""
    marks: dict[Mark, Hop | None] = {}
    for value, how in zip_longest(parts, shown, fillvalue="str"):
        assert isinstance(value, Value)
        for mark, way in collect(fr, value, 1, str(how)).items():
            marks.setdefault(mark, way)
    if parts and not beginnings(parts[0]):
        _ask_for_address(fr, parts[0], parts)
    atoms = concatenated(parts)
    masked = masks.mask(fr, parts, marks)
    salted = any(masks.is_salt(fr, reg, value) for reg, value in zip(regs, parts, strict=False))
    atoms |= masks.traits(parts, masked is not None, salted)
    return Value(atoms, step(marks if masked is None else masked, fr.site(n), "format"))


def _ask_for_address(fr: Frame, value: Value, parts: list[Value]) -> None:
    """``f"{base}/path"`` with a parameter: what the caller passes may be an address."""
    following = [t for part in parts[1:2] for t in strings(part)]
    if not any(t.startswith("/") for t in following):
        return
    for atom in value.ordered:
        if isinstance(atom, Obj) and atom.id[0] == "s":
            fr.summary.needs.add(symbolic(atom.id))


def _build_dict(fr: Frame, op: o.Build) -> Value:
    from privlint.flow.models.containers import merge

    made = of(fr.allocate(op.n, Object("dict"), "dict"))
    parts = iter(op.parts)
    for part in parts:
        if part.label == "**":
            merge(fr, made, fr.get(part.reg))
            continue
        value_part = next(parts)
        key, value = fr.get(part.reg), fr.get(value_part.reg)
        texts = strings(key)
        if value.marks:
            value = moved(value, fr.site(value_part.n), "item", repr(texts[0])) if texts else value
        elif texts and sources.unknown(value):
            value = with_marks(value, sources.keyed(fr, texts[0], value_part.n, ""))
        label = key_label(fr, key)
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


def combine(fr: Frame, op: o.Combine) -> None:
    """An operator, and what classes make of it."""
    values = [fr.get(reg) for reg in op.args]
    if op.op == "falsy":  # the left side of ``and`` where the right side is not reached: empty, it tells nothing
        fr.put_register(op.dst, Value(values[0].atoms))
        return
    if op.op == "isinstance":
        fr.names[op.dst] = fr.names.get(op.args[0], "")
        fr.put_register(op.dst, kinds.instances(fr, values[0], values[1]))
        return
    if op.op in _COMPARISONS:
        fr.tests[op.dst] = op
        for value in values[:1]:
            _operator_calls(fr, value, {"==": "eq", "in": "contains"}.get(op.op, ""), values)
        fr.put_register(op.dst, _compared(fr, op, values))
        return
    plain = op.op.removesuffix("=")
    called = _overloaded(fr, op.op, plain, values)
    if called is not None:
        fr.put_register(op.dst, called)
    elif plain == "+":
        fr.put_register(op.dst, _plus(fr, op, values))
    elif plain == "%" and (strings(values[0]) or any(isinstance(a, Prefix) for a in values[0].atoms)):
        fr.put_register(op.dst, _percent(fr, op, values))
    elif plain == "*" and masks.stars(values[0]):
        fr.put_register(op.dst, of(Prefix(masks.stars(values[0]))))
    elif plain == "|" and (chain := _chain(fr, values)) is not None:
        fr.put_register(op.dst, chain)
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
        typed = _of_type(fr, f"__{_DUNDERS.get(plain, plain)}__", values)
        fr.put_register(op.dst, with_marks(typed or SCALAR, step(marks, fr.site(op.n), "combine", plain)))


def _chain(fr: Frame, values: list[Value]) -> Value | None:
    """``prompt | model``: a chain of a library's objects does what each of them does."""
    atoms = {
        atom
        for value in values
        for atom in value.ordered
        if (
            isinstance(atom, Obj)
            and fr.object(atom.id).kind == "inst"
            and fr.solver.library.has_type(fr.object(atom.id).type)
        )
        or (isinstance(atom, Inst) and fr.solver.library.has_type(atom.type))
    }
    return Value(frozenset(atoms)) if atoms else None


def _of_type(fr: Frame, method: str, values: list[Value]) -> Value | None:
    """What a library's type gives for an operator, where the catalogue says so: ``Path("a") / "b"``."""
    for atom in values[0].atoms if values else ():
        type_ = atom.type if isinstance(atom, Inst) else fr.object(atom.id).type if isinstance(atom, Obj) else ""
        for rule in fr.solver.library.type_order(type_) if type_ else ():
            for name, result in rule.returns:
                if name == method:
                    return of(Inst(result), *(a for a in values[0].ordered if isinstance(a, Address)))
    return None


def _compared(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    """The truth of a comparison of constants, where it is one."""
    found = [_constant(fr, reg, value) for reg, value in zip(op.args, values, strict=True)]
    if op.op == "not" and found[0] is not None:
        return literal(not found[0].value)
    if op.op not in _DECIDED or len(found) != 2:
        return SCALAR
    left, right = found
    if left is None or right is None:
        for value, other in ((values[0], right), (values[1], left)):
            if other is not None:
                fr.need(value)
        return SCALAR
    return literal((left.value == right.value) == (op.op in ("==", "is")))


def _constant(fr: Frame, reg: int, value: Value) -> Lit | None:
    """The constant that an operand is in every run: no setting of the program, no one value of several."""
    found = [a for a in value.ordered if isinstance(a, Lit)]
    if len(found) != 1 or reg in fr.settings or reg in fr.joined:
        return None
    if len(value.atoms) == 1:
        return None if value.marks else found[0]
    rest = [a for a in value.ordered if a is not found[0]]
    return found[0] if len(rest) == 1 and isinstance(rest[0], Obj) and fr.constant(rest[0].id) else None


def _operator_calls(fr: Frame, value: Value, name: str, values: list[Value]) -> None:
    if name:
        for atom in value.ordered:
            call_dunder(fr, atom, f"__{name}__", values[1:2])


def _overloaded(fr: Frame, operator: str, plain: str, values: list[Value]) -> Value | None:
    name = _DUNDERS.get(plain, _DUNDERS.get(operator))
    if name is None or not values:
        return None
    names = [f"__i{name}__", f"__{name}__"] if operator.endswith("=") else [f"__{name}__"]
    for atom in values[0].ordered:
        for dunder in names:
            found = call_dunder(fr, atom, dunder, values[1:2])
            if found is not None:
                return found
    for atom in values[1].ordered if len(values) > 1 else ():
        found = call_dunder(fr, atom, f"__r{name}__", values[:1])
        if found is not None:
            return found
    return None


def _plus(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    from privlint.flow.models.containers import extend_known

    lists = [a for v in values for a in v.ordered if isinstance(a, Obj) and fr.object(a.id).kind in ("list", "tuple")]
    if lists and not any(map(masks.is_mask, values)):
        if op.op == "+=" and any(a in lists for a in values[0].atoms):
            if extend_known(fr, values[0], values[1]):
                return values[0]
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
    text = build_text(fr, values, op.n, regs=op.args)
    return text if text.marks or text.atoms else with_marks(SCALAR, text.marks)


def _percent(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    marks = collect(fr, values[1], 1) if len(values) > 1 else {}
    marks.update(values[0].marks)
    labels = positions(fr, values[1]) if len(values) > 1 else None
    parts = [values[0], *([item(fr, values[1], label) for label in labels] if labels else values[1:])]
    masked = masks.mask(fr, parts, marks)
    atoms = percent(fr, strings(values[0])[:4], values[1] if len(values) > 1 else None)
    atoms |= masks.traits(parts, masked is not None, salted=False)
    return Value(atoms, step(marks if masked is None else masked, fr.site(op.n), "format"))


def _merged(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    from privlint.flow.models.containers import extend_known, merge

    kinds = {fr.object(a.id).kind for v in values for a in v.atoms if isinstance(a, Obj)}
    kind = "dict" if "dict" in kinds else "set" if "set" in kinds else "list"
    made = of(fr.allocate(op.n, Object(kind), "merged"))
    for value in values if op.op not in ("-", "&") else values[:1]:
        if kind == "dict":
            merge(fr, made, value)
        elif kind != "list" or op.op != "+" or not extend_known(fr, made, value):
            store(fr, made, "[*]", element(fr, value), strong=False)
    if op.op.endswith("=") and kind == "dict":
        merge(fr, values[0], values[-1])
        return values[0]
    return made


def iterate(fr: Frame, op: o.Iterate) -> None:
    """One item of what is iterated over."""
    fr.names[op.dst] = fr.names.get(op.src, "")
    fr.put_register(op.dst, element(fr, fr.get(op.src)))


def unpack(fr: Frame, op: o.Unpack) -> None:
    """``a, *b = src``."""
    value = fr.get(op.src)
    whole = None
    kinds = {fr.object(a.id).kind for a in value.atoms if isinstance(a, Obj)}
    if (kinds & {"iter", "gen", "set", "dict"} and not positions(fr, value)) or not any(
        isinstance(a, Obj) for a in value.atoms
    ):
        whole = element(fr, value)
    count = len(op.dsts)
    for index, dst in enumerate(op.dsts):
        if op.star >= 0 and index == op.star:
            fields = _starred(fr, value, whole, index, count - index - 1)
            fr.put_register(dst, of(fr.allocate(op.n, Object("list", fields=fields), "rest")))
        elif whole is not None:
            fr.put_register(dst, whole)
        elif op.star >= 0 and index > op.star:
            fr.put_register(dst, _from_end(fr, value, count - index))
        else:
            fr.put_register(dst, item(fr, value, f"[{index}]"))


def _length(fr: Frame, value: Value) -> int:
    """The length of a sequence whose items are all known, or -1."""
    sizes = set()
    for atom in value.ordered:
        if not isinstance(atom, Obj) or atom.id[0] == "s" or "[*]" in fr.object(atom.id).fields:
            return -1
        sizes.add(sum(label[0] == "[" for label in fr.object(atom.id).fields))
    return sizes.pop() if len(sizes) == 1 else -1


def _starred(fr: Frame, value: Value, whole: Value | None, start: int, behind: int) -> dict[str, Value]:
    size = _length(fr, value) if whole is None else -1
    if size >= 0:
        return {f"[{i - start}]": item(fr, value, f"[{i}]") for i in range(start, size - behind)}
    rest = whole if whole is not None else item(fr, value, None)
    return {"[*]": rest} if rest else {}


def _from_end(fr: Frame, value: Value, back: int) -> Value:
    size = _length(fr, value)
    return item(fr, value, None) if size < 0 else item(fr, value, f"[{size - back}]")
