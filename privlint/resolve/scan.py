"""Reads the bindings off a lowered body: what each name of a module or class is bound to, without running it."""

from __future__ import annotations

from dataclasses import dataclass, field

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of a name.

    ``kind``: ``import`` (``op``), ``function`` and ``class`` (``index``; ``decorators`` as written, ``decorated_with``:
    the constant texts that these are given, as in ``@validates("email")``; ``decorated_by``: the names, with their
    labels, as in ``@receiver(post_save, sender=User)``), ``alias``
    (``text`` is the dotted name bound), ``call`` (``text`` is the callee, ``call`` the op), ``value`` (anything else).
    """

    kind: str
    index: int = -1
    text: str = ""
    decorators: tuple[str, ...] = ()
    decorated_with: tuple[str, ...] = ()
    decorated_by: tuple[tuple[str, str], ...] = ()
    op: o.Import | None = None
    call: o.Call | None = None


@dataclass(slots=True)
class Bindings:
    """All bindings of a body, by name, in order; annotations; star imports; the text of each register's value."""

    names: dict[str, list[Binding]] = field(default_factory=dict)
    annotations: dict[str, o.TypeRef] = field(default_factory=dict)
    annotated_at: dict[str, int] = field(default_factory=dict)
    stored_at: dict[str, int] = field(default_factory=dict)
    stars: list[o.Import] = field(default_factory=list)
    bases: dict[int, list[tuple[str | None, str]]] = field(default_factory=dict)  # class index -> label, text
    texts: dict[int, str] = field(default_factory=dict)  # register -> dotted text
    generic: dict[int, str] = field(default_factory=dict)  # register of ``Repository[User]`` -> text of Repository
    constants: dict[int, object] = field(default_factory=dict)  # register -> constant
    given: dict[int, tuple[str, ...]] = field(default_factory=dict)  # register of a call -> its constant texts
    named: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # the same -> its labels and names
    listed: dict[int, tuple[str, ...]] = field(default_factory=dict)  # register of a display -> its constant texts
    listings: dict[str, tuple[str, ...]] = field(default_factory=dict)  # name -> the texts of the display bound to it
    parts: dict[int, tuple[int, ...]] = field(default_factory=dict)  # register -> what a list or tuple is made of


def scan(body: FunctionIR) -> Bindings:
    """The bindings that the ops of ``body`` make (nested functions and classes not entered)."""
    out = Bindings()
    values: dict[int, Binding] = {}
    for block in body.blocks:
        for op in block.ops:
            _read(op, out, values)
    return out


def _read(op: o.Op, out: Bindings, values: dict[int, Binding]) -> None:
    if isinstance(op, o.LoadName):
        out.texts[op.dst] = op.slot.partition("@")[0]
        values[op.dst] = Binding("alias", text=out.texts[op.dst])
    elif isinstance(op, o.LoadAttr):
        if op.obj in out.texts:
            out.texts[op.dst] = f"{out.texts[op.obj]}.{op.name}"
            values[op.dst] = Binding("alias", text=out.texts[op.dst])
        else:
            values.pop(op.dst, None)
    elif isinstance(op, o.LoadItem):
        if op.obj in out.texts:
            out.generic[op.dst] = out.texts[op.obj]
    elif isinstance(op, o.Const):
        out.constants[op.dst] = op.value
        values.pop(op.dst, None)
    elif isinstance(op, o.Build):
        values.pop(op.dst, None)
        if op.kind in ("list", "tuple", "set"):
            out.listed[op.dst] = tuple(text for part in op.parts for text in _texts(out, part.reg))
            out.parts[op.dst] = tuple(part.reg for part in op.parts)
    elif isinstance(op, o.Call):
        _read_call(op, out, values)
    elif isinstance(op, o.MakeFunction):
        values[op.dst] = Binding("function", index=op.index)
    elif isinstance(op, o.MakeClass):
        values[op.dst] = Binding("class", index=op.index)
        out.bases[op.index] = [(arg.label, out.texts.get(arg.reg) or out.generic.get(arg.reg, "")) for arg in op.bases]
    elif isinstance(op, o.Import):
        if op.name == "*":
            out.stars.append(op)
        else:
            values[op.dst] = Binding("import", op=op)
    elif isinstance(op, o.StoreName):
        name = op.slot.partition("@")[0]
        out.names.setdefault(name, []).append(values.get(op.src, Binding("value")))
        out.stored_at.setdefault(name, op.n)
        if texts := _texts(out, op.src):
            out.listings[name] = texts
    elif isinstance(op, o.Annotate) and op.obj == -1:
        out.annotations[op.name] = op.type
        out.annotated_at[op.name] = op.n
    elif isinstance(op, o.Move) and op.src in values:
        values[op.dst] = values[op.src]


def _texts(out: Bindings, reg: int) -> tuple[str, ...]:
    """The constant texts that a register holds: one, or those of a display."""
    constant = out.constants.get(reg)
    return (constant,) if isinstance(constant, str) else out.listed.get(reg, ())


def _read_call(op: o.Call, out: Bindings, values: dict[int, Binding]) -> None:
    callee = op.text or out.texts.get(op.func, "")
    if callee:
        out.texts[op.dst] = f"{callee}()"
    out.given[op.dst] = tuple(text for arg in op.args if arg.label is None for text in _texts(out, arg.reg))
    out.named[op.dst] = tuple((arg.label or "", out.texts[arg.reg]) for arg in op.args if arg.reg in out.texts)
    first = values.get(op.args[0].reg) if len(op.args) == 1 and op.args[0].label is None else None
    if first is not None and first.kind in ("function", "class"):
        text = callee or out.texts.get(op.func, "").removesuffix("()")
        values[op.dst] = Binding(
            first.kind,
            first.index,
            decorators=(*first.decorators, text),
            decorated_with=(*first.decorated_with, *out.given.get(op.func, ())),
            decorated_by=(*first.decorated_by, *out.named.get(op.func, ())),
        )
    else:
        values[op.dst] = Binding("call", text=callee, call=op)
