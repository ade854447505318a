"""The meaning of the ops that read and write parts: attributes, items, slices."""

from __future__ import annotations

import re

from privlint.flow import bynames, frames, guards, limits, masks, names, sources, structured
from privlint.flow.access import delete, store
from privlint.flow.arguments import Arguments
from privlint.flow.attributes import load_attribute
from privlint.flow.calls import call_dunder, defines
from privlint.flow.conditions import hold
from privlint.flow.constants import is_constant, is_number, key_texts, literal, strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, is_container, item, key_label, positions
from privlint.flow.members import class_attribute
from privlint.flow.models.containers import METHODS
from privlint.flow.sinks import arriving
from privlint.flow.values import (
    ADDED,
    NONE,
    SCALAR,
    SLICED,
    UNKNOWN,
    Address,
    Atom,
    Cls,
    Ext,
    Inst,
    Lit,
    Obj,
    Opaque,
    Symbol,
    Trait,
    Value,
    join,
    join_all,
    moved,
    of,
    only_marks,
    with_marks,
)
from privlint.flow.wholes import collect
from privlint.ir import ops as o
from privlint.model.data import Protection
from privlint.model.facts import Target

_MANGLED = re.compile(r"_[A-Za-z]\w*?(__\w+)")  # a private name as it is spelled outside its class


_GUESSED = frozenset(("attribute", "name", "key"))


def load_attr(fr: Frame, op: o.LoadAttr) -> None:
    """``dst = obj.name``."""
    obj = fr.get(op.obj)
    owner = fr.names.get(op.obj, "")
    if not _of_enum(fr, obj) and not is_constant(obj):
        fr.settings.add(op.dst)
    if op.name.startswith("__match_args__["):
        value = _positional(fr, obj, int(op.name[15:-1]))
    elif op.name in ("name", "_name_") and _member(fr, op.obj):
        value = SCALAR
    else:
        value = load_attribute(fr, obj, fr.solver.private_name(fr.fn, op.name))
        private = _MANGLED.match(op.name)
        value = join(value, load_attribute(fr, obj, private[1])) if private and not value.atoms else value
        value = _of_a_letter(value) if masks.CUT in obj.atoms and op.dst not in fr.callees else value
    fr.names[op.dst] = op.name
    fr.receivers[op.dst] = (obj, op.name, owner)
    if op.dst not in fr.callees:
        value = join(value, _method_object(fr, obj, op, value))
        marks = {} if _is_column(fr, op) else sources.of_attribute(fr, obj, op.name, op.n, owner, value)
        if not marks and Inst(frames.SERIES) in value.atoms and frames.type_of(fr, obj):  # row.email, of itertuples()
            held = Value(value.atoms - {Inst(frames.SERIES)}, value.marks)
            marks = sources.of_item(fr, obj, op.name, op.n, owner, held)
        if marks and names.of_settings(fr, op.obj):  # config.mail.password
            marks = {mark: way for mark, way in marks.items() if getattr(mark.source, "evidence", "") != "attribute"}
        if marks:
            value = with_marks(value, marks)
        elif not value and fr.solver.records.is_of_organisation(obj, op.name):
            value = SCALAR  # whatever it is put under then, it is the telephone of a shop
        value = sources.if_sent(fr, value, op.n, op.name, obj)
    fr.put_register(op.dst, value)


def _is_column(fr: Frame, op: o.LoadAttr) -> bool:
    """``users.c.email``: a column of a table in SQLAlchemy, and nobody's address; ``self.c`` may be anything."""
    _, name, owner = fr.receivers.get(op.obj, (UNKNOWN, "", ""))
    return name == "c" and owner not in ("", "self", "cls")


def _of_a_letter(value: Value) -> Value:
    """``point.full_name[0].value``: letters have no attributes; what is called like one text is a list of things."""
    marks = {
        mark: way
        for mark, way in value.marks.items()
        if isinstance(mark.source, Symbol)
        or mark.source.evidence not in _GUESSED
        or mark.source.name.endswith("s")
        or (way is not None and way.kind != "source")
    }
    return value if len(marks) == len(value.marks) else Value(value.atoms, marks)


def _method_object(fr: Frame, obj: Value, op: o.LoadAttr, value: Value) -> Value:
    """A method of a container or text that is not called here, but kept or handed over: ``before=found.append``."""
    if op.name not in METHODS or value.atoms or not any(is_container(fr, atom) for atom in obj.ordered):
        return UNKNOWN
    fields = {".self": obj, ".name": literal(op.name)}
    return of(fr.allocate(op.n, Object("method", fields=fields), "method"))


def _positional(fr: Frame, obj: Value, index: int) -> Value:
    """What a positional sub-pattern of a class pattern takes: the attribute of that place in ``__match_args__``."""
    out = UNKNOWN
    for atom in obj.ordered:
        cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
        if cls < 0:
            continue
        given = fr.solver.class_attribute(cls, "__match_args__")
        names = fr.solver.records.init_order(cls)
        if given is not None:
            names = [text for i in range(limits.ITEMS) for text in strings(item(fr, given, f"[{i}]"))[:1]]
        if index < len(names):
            out = join(out, load_attribute(fr, of(atom), names[index]))
    return out


def _member(fr: Frame, reg: int) -> bool:
    """Whether a register holds a member of an enum, read off its class."""
    holder, attribute, _ = fr.receivers.get(reg, (UNKNOWN, "", ""))
    return bool(attribute) and _of_enum(fr, holder)


def _of_enum(fr: Frame, holder: Value) -> bool:
    """Whether what an attribute is read off is an enum's class: its members are what they are in every run."""
    return bool(holder.atoms) and all(isinstance(a, Cls) and fr.solver.records.is_enum(a.cls) for a in holder.atoms)


def store_attr(fr: Frame, op: o.StoreAttr) -> None:
    """``obj.name = src``."""
    obj, value = fr.get(op.obj), fr.get(op.src)
    owner = fr.names.get(op.obj, "")
    shown = f"{owner}.{op.name}" if owner else op.name
    if value.marks:
        value = moved(value, fr.site(op.n), "attribute", shown)
        _assigned_sinks(fr, obj, owner, op.name, None, value, op.n)
    elif sources.unknown(value) and not value.atoms:
        value = with_marks(value, bynames.named(fr, op.name, op.n, value))
    described = _by_class(fr, obj, op.name, [value])
    for atom in obj.ordered:
        cls = fr.object(atom.id).cls if isinstance(atom, Obj) else -1
        if cls >= 0 and fr.fn.cls not in fr.program.classes[cls].mro:  # its own methods store as if there were none
            call_dunder(fr, atom, "__setattr__", [literal(op.name), value])
    if described:
        obj = Value(obj.atoms - described, obj.marks)
    store(fr, obj, f".{fr.solver.private_name(fr.fn, op.name)}", value)


def _by_class(fr: Frame, obj: Value, name: str, given: list[Value], deleting: bool = False) -> set[Atom]:
    """Hand a value to the setters that the classes have for an attribute, or ask their deleters; the objects that keep
    nothing else of it."""
    from privlint.flow.calls import call_method

    described: set[Atom] = set()
    for atom in obj.ordered:
        if not isinstance(atom, Obj):
            continue
        cls = fr.object(atom.id).cls
        for base in fr.program.classes[cls].mro if cls >= 0 else ():
            found = fr.program.classes[base]
            accessor = (found.deleters if deleting else found.setters).get(name)
            if accessor is not None:
                call_method(fr, fr.program.modules[found.module].functions[accessor], atom, given)
                described.add(atom)
                break
        else:
            if cls >= 0 and (held := fr.solver.class_attribute(cls, name)) is not None:
                for descriptor in held.ordered:
                    method = "__delete__" if deleting else "__set__"
                    if call_dunder(fr, descriptor, method, [of(atom), *given]) is not None:
                        described.add(atom)
    return described


def _assigned_sinks(fr: Frame, obj: Value, owner: str, name: str, key: str | None, value: Value, n: int) -> None:
    from privlint.flow.sources import _owned, owners

    index = fr.catalog.index
    table = index.attribute_sinks if key is None else index.item_sinks
    rules = (*table.get(name if key is None else key, ()), *table.get("*", ()))
    if not rules:
        return
    names, _ = owners(fr, obj)
    for rule in rules:
        if _owned(fr, obj, names, rule.owner, owner) and hold(fr, obj, Arguments(), rule.when, rule.unless):
            site = fr.site(n)
            shown = f"{owner}.{name}" if key is None else f"{owner}[{key!r}]"
            target = Target(site, site, rule.kind, shown, fr.fn.dotted, rule.recipient, confidence=rule.confidence)
            fr.sink(arriving(collect(fr, value, 2), fr, n, shown, rule.kind), target)


def del_attr(fr: Frame, op: o.DelAttr) -> None:
    """``del obj.name``."""
    obj = fr.get(op.obj)
    described = _by_class(fr, obj, op.name, [], deleting=True)
    delete(
        fr, Value(obj.atoms - described, obj.marks) if described else obj, f".{fr.solver.private_name(fr.fn, op.name)}"
    )


def load_item(fr: Frame, op: o.LoadItem) -> None:
    """``dst = obj[key]``."""
    obj, key = fr.get(op.obj), fr.get(op.key)
    owner = fr.names.get(op.obj, "")
    label = key_label(fr, key)
    if label is None:
        fr.need(key)  # a caller that knows the key knows the item
    sliced = any(isinstance(a, Obj) and fr.object(a.id).kind == "slice" for a in key.atoms)
    sliced = sliced and not any(defines(fr, a, "__getitem__") for a in obj.atoms)
    rows = sliced and bool(frames.type_of(fr, obj))
    framed = frames.part(fr, obj, UNKNOWN if rows else key, owner, op.n) if rows or obj.atoms | key.atoms else None
    if sliced and not rows:
        value = _slice(fr, obj, op)
    elif framed is not None:
        value = framed
    else:
        value = item(fr, obj, label, key)
        talks = frozenset(a for a in obj.atoms if isinstance(a, Address))
        if talks and any(isinstance(a, Ext | Inst) for a in value.atoms):
            value = Value(value.atoms | talks, value.marks)
        for atom in obj.ordered:
            if isinstance(atom, Cls):
                value = join(value, _class_item(fr, atom, key) or UNKNOWN)
            elif isinstance(atom, Ext):
                value = join(value, structured.generic(fr, atom, key, op.n))
        if label is not None and _first_or_last(key) and (value.marks or obj.marks):
            marks = guards.masked(value.marks) if masks.is_one_name(fr, obj) else value.marks
            value = Value(value.atoms | {masks.CUT}, marks)
        for text in key_texts(key)[:2]:
            value = with_marks(value, sources.of_item(fr, obj, text, op.n, owner, value))
        if strings(key) and frames.type_of(fr, obj):
            value = frames.column(value)
    texts = strings(key)
    fr.names[op.dst] = texts[0] if len(texts) == 1 and texts[0].isidentifier() else owner
    fr.receivers[op.dst] = (obj, "", owner)
    fr.put_register(op.dst, value)


def _first_or_last(key: Value) -> bool:
    return any(isinstance(a, Lit) and a.value in (0, 1, -1) and not isinstance(a.value, bool) for a in key.atoms)


def _class_item(fr: Frame, atom: Cls, key: Value) -> Value | None:
    """``Enum["MEMBER"]`` and ``C[x]`` where the class says what that is."""
    from privlint.flow.calls import call_method

    if fr.solver.records.is_enum(atom.cls):
        return join_all(class_attribute(fr, atom.cls, text) or UNKNOWN for text in strings(key))
    method = fr.program.method(atom.cls, "__class_getitem__")
    return call_method(fr, method.function, atom, [key]) if method is not None else None


def _slice(fr: Frame, obj: Value, op: o.LoadItem) -> Value:
    """A slice of a string tells what the string told (its last four characters: masked); of a list, its items."""
    marks = dict(obj.marks)
    bounds = _bounds(fr, fr.get(op.key))
    if bounds is None and marks:
        _need_bounds(fr, fr.get(op.key))
    if bounds is not None and bounds.stop == 0 and bounds.step in (None, 1):
        return of(fr.allocate(op.n, Object("list"), "slice")) if _holds_items(fr, obj) else literal("")
    limits_ = (bounds.start, bounds.stop) if bounds is not None and bounds.step in (None, 1) else (None, None)
    traits: frozenset[Atom] = frozenset((masks.CUT,)) if masks.cut(limits_) else frozenset()
    if (
        marks
        and masks.few(limits_)
        and (limits_[1] is None or masks.is_text(obj) or masks.called_one(fr, obj) is not None)
    ):
        return Value(traits, guards.masked(marks))
    if masks.fits_many(limits_):
        hashed = {mark: way for mark, way in marks.items() if mark.protection is Protection.PSEUDONYMISED_WEAK}
        marks = {**{mark: way for mark, way in marks.items() if mark not in hashed}, **guards.masked(hashed)}
    cut = _cut(fr, obj, op)
    if cut is not None:
        return with_marks(cut, marks)
    if not _holds_items(fr, obj):
        return Value(traits, marks)
    whole = item(fr, Value(frozenset(a for a in obj.atoms if isinstance(a, Obj))), None)
    if all(isinstance(a, Trait) or (isinstance(a, Obj) and a.id[0] == "s") for a in obj.atoms):
        traits |= {SLICED}
    made = of(fr.allocate(op.n, Object("list", fields={"[*]": whole}), "slice"), *traits)
    return with_marks(made, marks)


def _holds_items(fr: Frame, obj: Value) -> bool:
    return any(isinstance(a, Obj) and (fr.object(a.id).fields or a.id[0] == "s") for a in obj.atoms)


def _cut(fr: Frame, obj: Value, op: o.LoadItem) -> Value | None:
    """The items of a sequence that is known, between constant bounds."""
    fr.need_size(obj)
    labels = positions(fr, obj)
    cut = _bounds(fr, fr.get(op.key)) if labels else None
    if not labels or cut is None:
        return None
    fields = {f"[{index}]": item(fr, obj, label) for index, label in enumerate(labels[cut])}
    return of(fr.allocate(op.n, Object("list", fields=fields), "slice"))


def _bounds(fr: Frame, key: Value) -> slice | None:
    """The bounds of a slice object, where they are constants."""
    bounds = [fr.object(a.id).fields for a in key.ordered if isinstance(a, Obj)]
    if len(bounds) != 1:
        return None
    numbers: list[int | None] = []
    for name in (".start", ".stop", ".step"):
        known = bounds[0].get(name, NONE).atoms  # of what a caller passes, and nothing else, the context tells the rest
        values = [
            a.value if isinstance(a, Lit) else ""
            for a in known
            if len(known) == 1 or not (isinstance(a, Obj) and fr.constant(a.id))
        ]
        if len(values) != 1 or not (values[0] is None or isinstance(values[0], int)):
            return None
        numbers.append(values[0])
    return slice(*numbers) if numbers[2] != 0 else None


def _need_bounds(fr: Frame, key: Value) -> None:
    """A caller that knows the bounds knows how much of the data is shown: ``text[:keep]``."""
    for atom in key.ordered:
        if isinstance(atom, Obj):
            for bound in fr.object(atom.id).fields.values():
                fr.need(bound)


def store_item(fr: Frame, op: o.StoreItem) -> None:
    """``obj[key] = src``."""
    from privlint.flow.models.merging import copy_item

    obj, key, value = fr.get(op.obj), fr.get(op.key), fr.get(op.src)
    owner = fr.names.get(op.obj, "")
    label = key_label(fr, key)
    if label is None:
        fr.need(key)
    texts = key_texts(key)
    if value.marks and texts:
        value = bynames.answered(fr, texts[0], op.n, value, owner or "request")
    if value.marks:
        value = moved(value, fr.site(op.n), "item", f"{owner}[{texts[0]!r}]" if texts else owner)
    elif texts and sources.unknown(value):
        value = with_marks(value, bynames.keyed(fr, texts[0], op.n, owner))
    if value.marks or any(isinstance(a, Obj) for a in value.atoms):
        _assigned_sinks(fr, obj, owner, "", texts[0] if texts else "", value, op.n)
    left = frozenset(a for a in obj.ordered if call_dunder(fr, a, "__setitem__", [key, value]) is None)
    plain = obj if len(left) == len(obj.atoms) else Value(left)
    if not _replaced(fr, plain, key, value):
        unknown = ADDED if op.n in fr.solver.added_items(fr.fn) else "[*]"
        if label is not None or unknown == ADDED or not copy_item(fr, plain, op.key):
            store(fr, plain, label or unknown, value, strong=label is not None)
    if key.marks:
        keys = sources.counted_by(fr, key) if is_number(value) else key  # by_city[city] += 1
        store(fr, plain, "[#]", only_marks(keys.marks), strong=False)


def _replaced(fr: Frame, obj: Value, key: Value, value: Value) -> bool:
    """``xs[a:b] = ys``, where the items of both are known; whether it could be done."""
    from privlint.flow.models.merging import known_items
    from privlint.flow.models.mutation import replace_items

    if not any(isinstance(a, Obj) and fr.object(a.id).kind == "slice" for a in key.atoms):
        return False
    cut, new, items = _bounds(fr, key), known_items(fr, value), known_items(fr, obj)
    if items is None or new is None or cut is None:
        store(fr, obj, "[*]", element(fr, value), strong=False)
        return True
    try:
        items[cut] = new
    except ValueError:  # an extended slice of another length: the program would fail, too
        return False
    return replace_items(fr, obj, items)


def del_item(fr: Frame, op: o.DelItem) -> None:
    """``del obj[key]``."""
    obj, key = fr.get(op.obj), fr.get(op.key)
    for atom in obj.ordered:
        call_dunder(fr, atom, "__delitem__", [key])
    if _cut_out(fr, obj, key):
        return
    label = key_label(fr, key)
    if label is not None:
        delete(fr, obj, label)


def _cut_out(fr: Frame, obj: Value, key: Value) -> bool:
    """``del xs[i]`` and ``del xs[a:b]`` of a sequence whose items are known; whether it could be done."""
    from privlint.flow.models.merging import known_items
    from privlint.flow.models.mutation import replace_items

    items = known_items(fr, obj)
    numbers = [a.value for a in key.atoms if isinstance(a, Lit)]
    cut = numbers[0] if len(numbers) == len(key.atoms) == 1 else _bounds(fr, key)
    if (
        items is None
        or not isinstance(cut, int | slice)
        or (isinstance(cut, int) and not -len(items) <= cut < len(items))
    ):
        return False
    del items[cut]
    return replace_items(fr, obj, items)
