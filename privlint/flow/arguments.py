"""The arguments of a call, and which parameter each of them is bound to."""

from __future__ import annotations

from dataclasses import dataclass, field

from privlint.flow.access import at_label
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, positions, steps_into
from privlint.flow.values import (
    REST,
    UNKNOWN,
    Atom,
    Inst,
    Obj,
    ObjId,
    Opaque,
    Value,
    join,
    of,
)
from privlint.ir import ops as o
from privlint.ir.module import FunctionIR
from privlint.model.location import Site


@dataclass(slots=True)
class Arguments:
    """The arguments of a call, in order; each with the node of its value."""

    positional: list[tuple[Value, int]] = field(default_factory=list)
    keywords: dict[str, tuple[Value, int]] = field(default_factory=dict)
    star: tuple[Value, int] | None = None  # *xs, behind the positional ones
    mappings: list[tuple[Value, int]] = field(default_factory=list)  # **d
    names: dict[int, str] = field(default_factory=dict)  # node -> name of the expression
    behind: dict[str, tuple[Value, int]] = field(default_factory=dict)  # of what is behind *xs: by the name passed
    before: Value | None = None  # *xs without it

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
                out.before = out.star[0] if out.before is None else out.before
                out.behind[out.names[arg.n]] = (value, arg.n)
                out.star = (_appended(fr, op, out.star[0], value), arg.n)
        elif arg.label == "*":
            _add_star(fr, op, out, value, arg.n)
        elif arg.label == "**":
            out.mappings.append((_mappings(fr, value), arg.n))
        else:
            out.keywords[arg.label] = (value, arg.n)
    return out


def _mappings(fr: Frame, value: Value) -> Value:
    """What of a value can be spread by ``**``: no records of which only attributes can be read."""
    plain = {atom for atom in value.atoms if _is_plain(fr, atom)}
    if not plain:
        return value
    return Value(value.atoms - plain, value.marks) if len(plain) < len(value.atoms) else UNKNOWN


def _is_plain(fr: Frame, atom: Atom) -> bool:
    if isinstance(atom, Obj):
        obj = fr.object(atom.id)
        return obj.cls >= 0 and obj.kind != "dict" and fr.solver.records.has_attributes_alone(obj.cls)
    return isinstance(atom, Opaque) and fr.solver.records.has_attributes_alone(atom.cls)


def _add_star(fr: Frame, op: o.Call, out: Arguments, value: Value, n: int) -> None:
    fr.need_size(value)
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
    labels = positions(fr, value)
    return None if labels is None else [item(fr, value, label) for label in labels]


# -- binding -----------------------------------------------------------------------------------------------------


def bind(
    fr: Frame, fn: int, args: Arguments, n: int, receiver: Value | None, env: ObjId | None = None
) -> tuple[list[Value], list[Site]]:
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
                    found = _of_star(fr, args, ir, param.name, position - len(positional))
                position += 1
            if param.kind != "posonly":
                found = _also_by_name(fr, args, param.name, found, position > len(positional))
            if found is None and param.default:
                found = _default(fr, fn, param.name, env), n
            if found is not None:
                value, node = found
        values.append(value)
        sites.append(fr.site(node) if node else call)
    return values, sites


def _of_star(fr: Frame, args: Arguments, ir: FunctionIR, name: str, position: int) -> tuple[Value, int]:
    """What a parameter gets of ``*xs, token``: where all that is behind ``*xs`` is called as parameters are, each is
    taken for the one of its name."""
    assert args.star is not None
    if args.before is not None and args.behind.keys() <= {param.name for param in ir.params}:
        return args.behind.get(name) or (item(fr, args.before, f"[{position}]"), args.star[1])
    return item(fr, args.star[0], f"[{position}]"), args.star[1]


def _default(fr: Frame, fn: int, name: str, env: ObjId | None) -> Value:
    """The default of a parameter; that of an inner function is kept with the variables around it."""
    if env is not None and (fn, name) in fr.solver.inner_defaults:
        return at_label(fr, of(Obj(env)), f".%default {fn} {name}")
    return fr.solver.default_of(fn, name, fr)


def _also_by_name(
    fr: Frame, args: Arguments, name: str, found: tuple[Value, int] | None, from_star: bool
) -> tuple[Value, int] | None:
    """What is given by name; both where ``*xs`` may be too short to give it by position."""
    if found is None or not found[0]:
        return _by_name(fr, args, name) or found
    named = _by_name(fr, args, name) if from_star and args.mappings else None
    return (join(found[0], named[0]), found[1]) if named is not None else found


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
        for atom in mapping.ordered:
            if isinstance(atom, Obj):
                if atom.id[0] == "s" and not fields and not args.keywords and not taken:
                    return mapping, at
                for label, value in fr.object(atom.id).fields.items():
                    if label[0] == "[":
                        fields[label] = join(fields.get(label, UNKNOWN), value)
        known = any(isinstance(a, Obj) for a in mapping.atoms)
        marks = {m: w for m, w in mapping.marks.items() if not steps_into(m, mapping, known)}
        if marks or any(isinstance(a, Inst) for a in mapping.atoms):
            fields["[*]"] = join(fields.get("[*]", UNKNOWN), Value(mapping.atoms, marks))
        for atom in mapping.ordered:
            if isinstance(atom, Obj) and atom.id[0] == "s":
                fields[REST] = join(fields.get(REST, UNKNOWN), Value(frozenset((atom,)), mapping.marks))
    for name, (value, at) in args.keywords.items():
        if name not in taken:
            fields[f"[{name!r}]"] = value
            node = at
    for name in taken:  # these have parameters of their own
        if f"[{name!r}]" in fields or REST in fields:
            fields[f"[{name!r}]"] = UNKNOWN
    return of(fr.allocate(n, Object("dict", fields=fields), "kwargs")), node
