"""The meaning of the ops that read and write names."""

from __future__ import annotations

from privlint.flow import bynames, logins, origins, sources
from privlint.flow.access import at_label, store
from privlint.flow.attributes import entity_value
from privlint.flow.constants import literal
from privlint.flow.frame import Frame
from privlint.flow.origins import Found
from privlint.flow.values import FRESH, UNKNOWN, Ext, Inst, Lit, Obj, ObjId, Value, join, moved, of, with_marks
from privlint.ir import ops as o
from privlint.model.data import Confidence

_SHORT = 2  # letters of a name that says nothing


def const(fr: Frame, op: o.Const) -> None:
    """A constant."""
    fr.put_register(op.dst, literal(op.value))
    if isinstance(op.value, str) and len(op.value) < 60:
        fr.names[op.dst] = ""


def move(fr: Frame, op: o.Move) -> None:
    """One register to another."""
    fr.put_register(op.dst, fr.get(op.src))
    if op.dst in fr.joined:
        fr.copies[op.src] = op.dst
    if op.src in fr.names:
        fr.names[op.dst] = fr.names[op.src]


def load_name(fr: Frame, op: o.LoadName) -> None:
    """A name is read."""
    name = op.slot.partition("@")[0]
    fr.names[op.dst] = fr.aliases.get(op.slot, name)
    value = _variable(fr, op, name)
    if op.scope == "local":
        fr.slots[op.dst] = op.slot
    elif op.scope not in ("cell", "free"):
        fr.settings.add(op.dst)
    if name in fr.catalog.index.load_sources:
        value = with_marks(value, sources.of_load(fr, name, op.n))
    if op.scope not in ("local", "cell", "free") and name in fr.catalog.index.attribute_sources:
        value = with_marks(value, sources.of_import(fr, value, name, op.n))
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
        shared = fr.variable(fr.module.number, f".{name}")  # ``x = SOURCE``: the name carries what was read
        if shared is not None:  # ``URL = settings.URL``: and what the settings say it is
            texts = Value(frozenset(atom for atom in shared.atoms if isinstance(atom, Lit)))
            value = with_marks(join(value, texts), shared.marks)
    return value


_PART = Inst("privlint.web.RequestFile")  # a part of a form: what it is kept as says what it holds


def store_name(fr: Frame, op: o.StoreName) -> None:
    """A name is bound."""
    value = fr.get(op.src)
    name = op.slot.partition("@")[0]
    says: Found = {}
    if fr.ir.kind != "class" and (sources.unknown(value) or FRESH in value.atoms) and not of_settings(fr, op.src):
        says = bynames.named(fr, name, op.n, value)
    if _PART in value.atoms and not value.marks:
        says = origins.of_request_key(fr, name, op.n, "request", "", required=False)
    if value.marks:
        value = bynames.aged(fr, name, op.n, value)
        value = logins.proved(fr, name, op.n, bynames.answered(fr, name, op.n, value, "request"))
        value = moved(value, fr.site(op.n), "assign", name)
    if says:
        value = with_marks(value, says)
    if op.scope in ("local", "class"):
        fr.state.env[op.slot] = value
        _alias(fr, op)
    elif op.scope in ("cell", "free"):
        holder = _holder(fr, op.scope, op.depth)
        if holder:
            store(fr, holder, f".{op.slot}", value)
    else:
        store(fr, of(Obj(("g", fr.module.number))), f".{name}", value)


def of_settings(fr: Frame, reg: o.Reg) -> bool:
    """Whether a register was read off settings: a name that it is given says nothing new."""
    owner = fr.receivers[reg][2] if reg in fr.receivers else ""
    return bool(owner) and fr.catalog.is_setting(owner)


def _alias(fr: Frame, op: o.StoreName) -> None:
    """``identity = config.BOT_IDENTITY``: settings stay settings, whatever they are called from then on; and of
    ``for c in customers`` each is a customer."""
    taken = fr.names.get(op.src, "")
    if taken and op.scope == "local" and (fr.catalog.is_setting(taken) or _of_people(fr, op.slot, taken)):
        fr.aliases[op.slot] = taken
    elif fr.aliases:
        fr.aliases.pop(op.slot, None)


def _of_people(fr: Frame, slot: str, taken: str) -> bool:
    """Whether a variable of a letter or two, which says nothing itself, is one of people."""
    if len(slot.partition("@")[0]) > _SHORT:
        return False
    match = fr.catalog.classify("name", taken)
    return match is not None and match.confidence is not Confidence.LOW


def del_name(fr: Frame, op: o.DelName) -> None:
    """``del name``."""
    if op.scope in ("local", "class"):
        fr.state.env[op.slot] = UNKNOWN
