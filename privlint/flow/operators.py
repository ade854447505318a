"""The meaning of operators, and what classes make of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

from privlint.flow import columns, kinds, masks, shapes, told
from privlint.flow.access import store
from privlint.flow.calls import call_dunder
from privlint.flow.constants import is_constant, is_number, literal, strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, known_keys, positions
from privlint.flow.making import build_text
from privlint.flow.models import templates
from privlint.flow.models.folding import percent
from privlint.flow.tasks import in_line
from privlint.flow.values import (
    SCALAR,
    Address,
    Atom,
    Ext,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    Prefix,
    Trait,
    Value,
    join,
    of,
    step,
    with_marks,
)
from privlint.flow.wholes import collect
from privlint.ir import ops as o

_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in", "compare", "not"))
_DECIDED = frozenset(("==", "!=", "is", "is not"))
_ANSWERS = {
    "==": ("__eq__", "__eq__"),
    "!=": ("__ne__", "__ne__"),
    "<": ("__lt__", "__gt__"),
    "<=": ("__le__", "__ge__"),
    ">": ("__gt__", "__lt__"),
    ">=": ("__ge__", "__le__"),
}
_LARGEST = 10_000  # the largest number that is computed with
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
}
_UNARY: dict[str, Callable[[int], int]] = {"u-": operator.neg, "u+": operator.pos}
_COUNTS = frozenset(("-", "*", "/", "//", "%", "**", "u-"))
_DECLINED = Ext("NotImplemented")
METHODS: dict[str, str] = {
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
    if shapes.asked(op.op):
        fr.put_register(op.dst, shapes.answer(fr, op, values))
        return
    if op.op in _COMPARISONS:
        fr.tests[op.dst] = op
        answer = _answered(fr, op.op, values)
        fr.put_register(op.dst, _compared(fr, op, values) if answer is None else answer)
        return
    plain = op.op.removesuffix("=")
    if plain == "u-" or (plain == "*" and masks.may_be_stars(fr.names.get(op.args[0], ""))):
        fr.need(values[0])  # a caller that knows the number, or the character, knows what is masked
    called = columns.combined(fr, plain, values, op.n) or overloaded(fr, op.op, plain, values)
    if called is not None:
        fr.put_register(op.dst, called)
    elif plain == "+":
        fr.put_register(op.dst, _plus(fr, op, values))
    elif plain == "-" and _is_of_library(fr, values[0]):  # no difference of sets: ``date.today() - born``
        fr.put_register(op.dst, _difference(fr, op, values))
    elif plain == "%" and (strings(values[0]) or any(isinstance(a, Prefix) for a in values[0].atoms)):
        fr.put_register(op.dst, _percent(fr, op, values))
    elif plain == "*" and masks.stars(values[0]):
        fr.put_register(op.dst, of(Prefix(masks.stars(values[0]))))
    elif plain == "|" and (line := in_line(fr, values, op.n)) is not None:
        fr.put_register(op.dst, line)
    elif plain == "|" and (chain := _chain(fr, values)) is not None:
        fr.put_register(op.dst, chain)
    elif plain in ("|", "&", "-", "^") and any(_may_be_set(fr, a) for v in values for a in v.atoms):
        fr.put_register(op.dst, _merged(fr, op, values))
    elif plain == "*" and any(
        isinstance(a, Obj) and fr.object(a.id).kind in ("list", "tuple") for a in values[0].atoms
    ):
        fr.put_register(op.dst, _merged(fr, op, values[:1]))
    elif (number := _computed(fr, op, values)) is not None:
        fr.put_register(op.dst, number)
    else:
        marks: dict[Mark, Hop | None] = {}
        for value in values:  # a record as a whole is no number
            marks.update({mark: way for mark, way in value.marks.items() if not mark.whole or plain not in _COUNTS})
        typed = _of_type(fr, f"__{METHODS.get(plain, plain)}__", values)
        fr.put_register(op.dst, with_marks(typed or SCALAR, step(marks, fr.site(op.n), "combine", plain)))


def _may_be_set(fr: Frame, atom: Atom) -> bool:
    """Whether an operand may be a container, and no date or number of a library."""
    return isinstance(atom, Obj) and (fr.object(atom.id).kind != "inst" or not fr.object(atom.id).type)


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
        type_ = fr.library_type(atom)
        for rule in fr.solver.library.type_order(type_) if type_ else ():
            for name, result in rule.returns:
                if name == method:
                    return of(Inst(result), *(a for a in values[0].ordered if isinstance(a, Address)))
    return None


def _is_of_library(fr: Frame, value: Value) -> bool:
    """Whether a value is a number, or a library's object."""
    return bool(value.atoms) and all(
        isinstance(a, Inst | Ext | Lit) or (isinstance(a, Obj) and fr.object(a.id).kind == "inst") for a in value.atoms
    )


def _difference(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    number = _computed(fr, op, values)
    if number is not None:
        return number
    marks = {mark: way for value in values for mark, way in value.marks.items() if not mark.whole}
    typed = _of_type(fr, "__sub__", values)
    return with_marks(typed or SCALAR, step(marks, fr.site(op.n), "combine", "-"))


def flag(fr: Frame, reg: int) -> bool | None:
    """Whether what a caller passes counts as true, where the context tells; else it is asked to tell."""
    value = fr.get(reg)
    known = _constant(fr, reg, value)
    if known is None and reg not in fr.joined and told.is_instance(fr, value):
        return True
    return bool(known.value) if known is not None else told.is_true(fr, reg, value)


def _computed(fr: Frame, op: o.Combine, values: list[Value]) -> Value | None:
    """The result of arithmetic on small constants; what a loop counts up (``n += 1``) is none."""
    found = [_constant(fr, reg, value) for reg, value in zip(op.args, values, strict=True)]
    numbers = [a.value for a in found if a is not None and isinstance(a.value, int)]
    if len(numbers) < len(values) or any(abs(number) > _LARGEST for number in numbers):
        return None
    if op.op in _UNARY and len(numbers) == 1:
        return literal(_UNARY[op.op](*numbers))
    if op.op in _ARITHMETIC and len(numbers) == 2 and (numbers[1] or op.op not in ("//", "%")):
        return literal(_ARITHMETIC[op.op](*numbers))
    return None


def _among(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    """Whether one constant is among others, or a key of a mapping that is known."""
    wanted = _constant(fr, op.args[0], values[0])
    if wanted is None:
        return SCALAR
    if f"[{wanted.value!r}]" in (known_keys(fr, values[1]) or ()):
        return literal(op.op == "in")
    constants = _constants(fr, op.args[1], values[1])
    return SCALAR if not constants else literal((wanted.value in constants) == (op.op == "in"))


def _constants(fr: Frame, reg: int, value: Value) -> list[object]:
    """The constants that a container has, and nothing else: of one that others may fill nobody knows.

    They do not fill a tuple, what is written in place, and what the program calls a constant.
    """
    kinds = [fr.object(a.id).built_in if isinstance(a, Obj) and a.id[0] != "s" else "" for a in value.atoms]
    named = reg in fr.slots or reg in fr.settings
    if len(kinds) != 1 or value.marks or (named and kinds[0] != "tuple" and not fr.names.get(reg, "").isupper()):
        return []
    fields = [held for atom in value.atoms if isinstance(atom, Obj) for held in fr.object(atom.id).fields.items()]
    labels = {"[*]"} if kinds[0] == "set" else {f"[{index}]" for index in range(len(fields))}
    if (
        kinds[0] not in ("set", "tuple", "list")
        or {label for label, _ in fields} != labels
        or not all(is_constant(held) for _, held in fields)
    ):
        return []
    return [atom.value for _, held in fields for atom in held.atoms if isinstance(atom, Lit)]


def _compared(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    """The truth of a comparison of constants, where it is one."""
    found = [_constant(fr, reg, value) for reg, value in zip(op.args, values, strict=True)]
    if op.op == "not":
        known = flag(fr, op.args[0])
        return literal(not known) if known is not None else SCALAR
    if op.op in ("in", "not in"):
        return _among(fr, op, values)
    if op.op in told.ORDERED:
        return _ordered(fr, op, values, found)
    if op.op not in _DECIDED or len(found) != 2:
        return SCALAR
    left, right = found
    if left is None or right is None:
        for reg, value, other in ((op.args[0], values[0], right), (op.args[1], values[1], left)):
            if other is not None:
                if other.value is None and reg not in fr.joined and told.is_instance(fr, value):
                    return literal(op.op in ("!=", "is not"))
                fr.need(value)
                known = told.compares(fr, reg, value, "==", other, turned=False)
                if known is not None:
                    return literal(known == (op.op in ("==", "is")))
        return SCALAR
    return literal((left.value == right.value) == (op.op in ("==", "is")))


def _ordered(fr: Frame, op: o.Combine, values: list[Value], found: list[Lit | None]) -> Value:
    left, right = found
    known: bool | None = None
    if left is not None and right is not None:
        known = told.ordered(left, op.op, right)
    elif right is not None:
        known = told.compares(fr, op.args[0], values[0], op.op, right, turned=False)
    elif left is not None:
        known = told.compares(fr, op.args[1], values[1], op.op, left, turned=True)
    return SCALAR if known is None else literal(known)


def _constant(fr: Frame, reg: int, value: Value) -> Lit | None:
    """The constant that an operand is in every run: no setting of the program, no one value of several."""
    found = [a for a in value.ordered if isinstance(a, Lit)]
    if len(found) != 1 or reg in fr.settings or reg in fr.joined:
        return None
    if len(value.atoms) == 1:
        return None if value.marks else found[0]
    rest = [a for a in value.ordered if a is not found[0] and not isinstance(a, Trait)]
    return found[0] if len(rest) == 1 and isinstance(rest[0], Obj) and fr.constant(rest[0].id) else None


def _answered(fr: Frame, token: str, values: list[Value]) -> Value | None:
    """What the classes of the operands say of a comparison; None where they say nothing but whether it holds."""
    if token in ("in", "not in"):
        for atom in values[1].ordered:
            call_dunder(fr, atom, "__contains__", values[:1])
        return None
    if token not in _ANSWERS:
        return None
    name, reflected = _ANSWERS[token]
    found = _by_method(fr, values[0], (name,), values[1:])
    if found is None and token == "!=" and _by_method(fr, values[0], ("__eq__",), values[1:]) is not None:
        return None
    return _or_reflected(fr, found, reflected, values)


def _by_method(fr: Frame, value: Value, names: Sequence[str], given: list[Value]) -> Value | None:
    """What the first of these methods gives that a class has; None where nothing that the value may be has one."""
    out: Value | None = None
    for atom in value.ordered:
        for name in names:
            found = call_dunder(fr, atom, name, given)
            if found is not None:
                out = found if out is None else join(out, found)
                break
    return out


def _or_reflected(fr: Frame, found: Value | None, reflected: str, values: list[Value]) -> Value | None:
    """The result of an operator's method, or of the other operand's where the first has none or declines."""
    if len(values) < 2 or (found is not None and _DECLINED not in found.atoms):
        return found
    other = _by_method(fr, values[1], (reflected,), values[:1])
    if found is None:
        return other
    rest = Value(found.atoms - {_DECLINED}, found.marks)
    return rest if other is None else join(rest, other)


def overloaded(fr: Frame, token: str, plain: str, values: list[Value]) -> Value | None:
    """What the classes of the operands make of an operator; None where they have no method for it."""
    name = METHODS.get(plain, METHODS.get(token))
    if name is None or not values:
        return None
    names = [f"__i{name}__", f"__{name}__"] if token.endswith("=") else [f"__{name}__"]
    return _or_reflected(fr, _by_method(fr, values[0], names, values[1:2]), f"__r{name}__", values)


def _plus(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    from privlint.flow.models.mutation import extend_known

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
    number = _computed(fr, op, values)
    if number is not None:
        return number
    if all(map(is_number, values)):
        return SCALAR
    text = build_text(fr, values, op.n, regs=op.args)
    return text if text.marks or text.atoms else with_marks(SCALAR, text.marks)


def _percent(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    marks: dict[Mark, Hop | None] = {}
    for value, how in (templates.by_percent(fr, values[0], values[1], op.n) if len(values) > 1 else None) or (
        (value, "str") for value in values[1:]
    ):
        marks.update(collect(fr, value, 1, how))
    marks.update(values[0].marks)
    labels = positions(fr, values[1]) if len(values) > 1 else None
    parts = [values[0], *([item(fr, values[1], label) for label in labels] if labels else values[1:])]
    masked = masks.mask(fr, parts, marks)
    atoms = percent(fr, strings(values[0])[:4], values[1] if len(values) > 1 else None)
    atoms |= masks.traits(parts, masked is not None, salted=False)
    return Value(atoms, step(marks if masked is None else masked, fr.site(op.n), "format"))


def _merged(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    from privlint.flow.models.merging import merge
    from privlint.flow.models.mutation import extend_known

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
