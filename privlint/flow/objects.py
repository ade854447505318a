"""Reading and writing parts of values: attributes, items, elements, and a whole with all it holds."""

from __future__ import annotations

from privlint.flow import limits
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.values import (
    UNKNOWN,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    ObjId,
    Opaque,
    Prefix,
    Super,
    Symbol,
    Value,
    constant_label,
    join,
    of,
    only_marks,
    with_marks,
)
from privlint.resolve.program import Entity

CONTAINERS = frozenset({"list", "dict", "set", "tuple", "gen", "iter"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "query", "all_objects", "select", "unscoped"})
QUERY = "@query:"


# -- attributes --------------------------------------------------------------------------------------------------


def load_attribute(fr: Frame, value: Value, name: str) -> Value:
    """``value.name`` without any judgement of what the name says."""
    out = UNKNOWN
    heap_known = False
    for atom in value.atoms:
        part = _attribute_of(fr, atom, name)
        if part is not None:
            heap_known = True
            out = join(out, part)
    carried = {m: w for m, w in value.marks.items() if m.weak == 0 and not _steps_into(m, value, heap_known)}
    return with_marks(out, carried)


def _steps_into(mark: Mark, value: Value, known: bool) -> bool:
    """Whether an exact symbolic mark is taken over by the symbol of the part that is read."""
    if isinstance(mark.source, Symbol):
        return mark.source.deep == 0 and known
    return mark.whole != "" and known


def _attribute_of(fr: Frame, atom: Atom, name: str) -> Value | None:
    if isinstance(atom, Obj):
        return object_attribute(fr, atom.id, name)
    if isinstance(atom, Opaque):
        return opaque_attribute(fr, atom, name)
    if isinstance(atom, Cls):
        return class_attribute(fr, atom.cls, name)
    if isinstance(atom, Ext):
        return of(Ext(f"{atom.path}.{name}"))
    if isinstance(atom, Inst):
        return instance_attribute(fr, atom.type, name)
    if isinstance(atom, Super):
        return super_attribute(fr, atom, name)
    if isinstance(atom, Func | Bound):
        func = atom.func if isinstance(atom, Bound) else atom
        stored = fr.solver.function_attributes.get((func.fn, name))
        return stored if stored is not None else of(Lit("str", name)) if name.startswith("__") else None
    return None


def object_attribute(fr: Frame, key: ObjId, name: str) -> Value | None:
    """An attribute of a heap object."""
    obj = fr.object(key)
    label = f".{name}"
    if key[0] == "g":
        return module_attribute(fr, key, obj, name)
    if label in obj.fields:
        value = obj.fields[label]
        return value if label in obj.written or not obj.fields.get(".*") else join(value, _named_so(obj, name))
    out: Value | None = _named_so(obj, name) if ".*" in obj.fields else None
    if obj.cls >= 0:
        found = member_of_class(fr, obj.cls, name, Obj(key))
        if found is not None and (found.atoms and all(isinstance(a, Bound | Func) for a in found.atoms)):
            return found
        if found is not None:
            out = found if out is None else join(out, found)
        elif key[0] != "s":
            stored = fr.solver.read_field(obj.cls, name, fr.fn.id)
            out = stored if out is None else join(out, stored)
    if obj.type:
        part = instance_attribute(fr, obj.type, name)
        out = part if out is None else join(out, part)
    if key[0] == "s":
        first = fr.initial(key, label)
        out = first if out is None else join(out, first)
    elif "[**]" in obj.fields:
        out = join(out or UNKNOWN, obj.fields["[**]"])
    return out


def _named_so(obj: Object, name: str) -> Value:
    """What was stored under an unknown name and may be ``name``: not what is known to have another one."""
    value = obj.fields[".*"]
    marks = {
        m: w
        for m, w in value.marks.items()
        if isinstance(m.source, Symbol) or m.source.name == name or m.source.evidence == "rule"
    }
    return Value(value.atoms, marks)


def module_attribute(fr: Frame, key: ObjId, obj: Object, name: str) -> Value | None:
    """A name of an analysed module."""
    label = f".{name}"
    module = fr.program.modules[int(str(key[1]))]
    if label in obj.fields and (label in obj.written or (fr.fn.ir.kind == "module" and fr.fn.module == module.number)):
        return obj.fields[label]
    entity = fr.program.member(Entity("module", module.number), name)
    return entity_value(fr, entity) if entity is not None else obj.fields.get(label)


def entity_value(fr: Frame, entity: Entity) -> Value:
    """The value of what a name means by static linking."""
    if entity.kind == "module":
        return of(Obj(("g", entity.number)))
    if entity.kind == "external":
        return external_value(fr, entity.path)
    if entity.kind == "class":
        return fr.solver.class_value(entity.number, fr.fn.id)
    if entity.kind == "function":
        return fr.solver.function_value(entity.number, fr.fn.id)
    key: ObjId = ("g", entity.number)
    obj = fr.object(key)
    value = obj.fields.get(f".{entity.path}", UNKNOWN)
    module = fr.program.modules[entity.number]
    annotation = module.bindings.annotations.get(entity.path)
    if annotation is not None and not value.atoms:
        value = Value(value.atoms | fr.solver.annotations.atoms(module, annotation), value.marks)
    return value


def external_value(fr: Frame, path: str) -> Value:
    """A library's symbol; an object that the catalogue gives a type is an instance of it."""
    typed = fr.catalog.index.objects.get(path)
    return of(Inst(typed), Ext(path)) if typed else of(Ext(path))


def instance_attribute(fr: Frame, type_: str, name: str) -> Value:
    """An attribute of an instance of a library's type."""
    if type_.startswith(QUERY):
        return of(Inst(type_), Ext(f"{type_}.{name}"))
    for rule in fr.solver.library.type_order(type_):
        for attribute, result in rule.attributes:
            if attribute == name:
                return of(Inst(result), Ext(f"{type_}.{name}"))
        if rule.request_data:
            return of(Inst(type_), Ext(f"{type_}.{name}"))
    return of(Ext(f"{type_}.{name}"))


def opaque_attribute(fr: Frame, atom: Opaque, name: str) -> Value | None:
    """An attribute of some instance of an analysed class."""
    found = member_of_class(fr, atom.cls, name, atom)
    if found is not None and found.atoms and all(isinstance(a, Bound | Func) for a in found.atoms):
        return found
    stored = fr.solver.read_field(atom.cls, name, fr.fn.id)
    out = stored if found is None else join(found, stored)
    known = fr.solver.annotations.field(atom.cls, name)
    if known is not None:
        out = Value(out.atoms | fr.solver.annotations.atoms_at(*known), out.marks)
    for base in fr.program.external_bases(atom.cls):
        out = join(out, instance_attribute(fr, base, name))
    return out


def member_of_class(fr: Frame, cls: int, name: str, receiver: Atom) -> Value | None:
    """What an instance finds in its class: a bound method, a property's value, a class attribute."""
    from privlint.flow.calls import call_property

    method = fr.program.method(cls, name)
    value = fr.solver.class_attribute(cls, name, fr.fn.id)
    if method is not None:
        if method.kind == "property":
            return call_property(fr, method.function, receiver)
        if value is not None and method.decorators and any(isinstance(a, Func) for a in value.atoms):
            return Value(frozenset(Bound(a, receiver) if isinstance(a, Func) else a for a in value.atoms), value.marks)
        func = Func(method.function, fr.solver.environment(method.function, fr))
        if method.kind == "static":
            return of(func)
        if method.kind == "class":
            return of(Bound(func, Cls(cls)))
        return of(Bound(func, receiver), *_overrides(fr, cls, name, receiver))
    if value is not None:
        return bind_descriptors(fr, value, receiver, cls)
    for base in fr.program.external_bases(cls):
        if fr.catalog.calls_named(name) is not None and fr.solver.library.has_type(base):
            return of(Ext(f"{base}.{name}"))
    return None


def _overrides(fr: Frame, cls: int, name: str, receiver: Atom) -> list[Bound]:
    """Methods of subclasses that a receiver of an only declared class may have instead."""
    exact = isinstance(receiver, Obj) and receiver.id[0] != "s"
    if exact or not (
        isinstance(receiver, Opaque) or fr.fn.cls < 0 or fr.fn.cls != cls or fr.solver.is_abstract(cls, name)
    ):
        return []
    out: list[Bound] = []
    for sub in fr.program.subclasses.get(cls, []):
        index = fr.program.classes[sub].methods.get(name)
        if index is not None and index.kind == "method":
            fn = fr.program.modules[fr.program.classes[sub].module].functions[index.index]
            if len(out) >= limits.OVERRIDES:
                limits.reached("overriding methods tried for one call")
                break
            out.append(Bound(Func(fn, None), receiver))
    return out


def bind_descriptors(fr: Frame, value: Value, receiver: Atom, cls: int) -> Value:
    """A class attribute read through an instance: functions bind, descriptors' ``__get__`` is called."""
    from privlint.flow.calls import call_method

    atoms: set[Atom] = set()
    extra = UNKNOWN
    for atom in value.atoms:
        owner = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
        getter = fr.program.method(owner, "__get__") if owner >= 0 else None
        if getter is not None:
            extra = join(extra, call_method(fr, getter.function, atom, [of(receiver), of(Cls(cls))]))
        elif isinstance(atom, Func) and fr.program.functions[atom.fn].ir.kind == "lambda":
            atoms.add(Bound(atom, receiver))
        else:
            atoms.add(atom)
    return join(Value(frozenset(atoms), value.marks), extra)


def class_attribute(fr: Frame, cls: int, name: str) -> Value | None:
    """An attribute read on a class of the program."""
    method = fr.program.method(cls, name)
    value = fr.solver.class_attribute(cls, name, fr.fn.id)
    if method is not None and not (value is not None and method.decorators):
        func = Func(method.function, fr.solver.environment(method.function, fr))
        return of(Bound(func, Cls(cls))) if method.kind == "class" else of(func)
    if value is not None:
        return value
    inner = fr.program.member(Entity("class", cls), name)
    if inner is not None:
        return entity_value(fr, inner)
    if name in MANAGERS and fr.solver.records.kind(cls) == "model":
        return of(Inst(f"{QUERY}{cls}"))
    bases = list(fr.program.external_bases(cls))
    return of(*(Ext(f"{base}.{name}") for base in bases[:3])) if bases else None


def super_attribute(fr: Frame, atom: Super, name: str) -> Value | None:
    """``super().name``: the next class in the order of bases of the receiver's class."""
    receiver = atom.self
    start = atom.cls
    if isinstance(receiver, Obj):
        start = fr.object(receiver.id).cls
    elif isinstance(receiver, Opaque | Cls):
        start = receiver.cls
    order = fr.program.classes[start if start >= 0 else atom.cls].mro
    rest = order[order.index(atom.cls) + 1 :] if atom.cls in order else fr.program.classes[atom.cls].mro[1:]
    for base in rest:
        index = fr.program.classes[base].methods.get(name)
        if index is not None:
            fn = fr.program.modules[fr.program.classes[base].module].functions[index.index]
            func = Func(fn, fr.solver.environment(fn, fr))
            if index.kind == "static":
                return of(func)
            if index.kind == "property":
                from privlint.flow.calls import call_property

                return call_property(fr, fn, receiver)
            return of(Bound(func, receiver))
    for base in rest or order:
        external = fr.program.classes[base].external_bases
        if external:
            return of(Ext(f"{external[0]}.{name}"))
    bases = list(fr.program.external_bases(atom.cls))
    return of(Ext(f"{bases[0]}.{name}")) if bases else of(Ext(f"builtins.object.{name}"))


# -- labels ------------------------------------------------------------------------------------------------------


def at_label(fr: Frame, value: Value, label: str) -> Value:
    """The part of a value under a label of an access path."""
    if label[0] == ".":
        return load_attribute(fr, value, label[1:])
    if label == "^env":
        return of(*(Obj(env) for a in value.atoms if (env := _environment(a)) is not None))
    if label == "^self":
        return of(*(a.self for a in value.atoms if isinstance(a, Bound)))
    if label == "[#]":
        return keys_of(fr, value)
    return item(fr, value, None if label == "[*]" else label)


def _environment(atom: Atom) -> ObjId | None:
    if isinstance(atom, Bound):
        return atom.func.env
    return atom.env if isinstance(atom, Func) else None


def item(fr: Frame, value: Value, label: str | None) -> Value:
    """``value[key]``; ``label`` None where the key is not one constant."""
    out = UNKNOWN
    known = False
    for atom in value.atoms:
        part: Value | None = None
        if isinstance(atom, Obj):
            part = object_item(fr, atom.id, label)
        elif isinstance(atom, Inst):
            part = instance_item(fr, atom)
        if part is not None:
            known = True
            out = join(out, part)
    carried = {m: w for m, w in value.marks.items() if not _steps_into(m, value, known)}
    return with_marks(out, carried)


def object_item(fr: Frame, key: ObjId, label: str | None) -> Value | None:
    """An item of a heap object."""
    obj = fr.object(key)
    if obj.cls >= 0 and obj.kind in ("inst", "sym"):
        from privlint.flow.calls import call_dunder

        called = call_dunder(fr, Obj(key), "__getitem__", [UNKNOWN])
        if called is not None:
            return called
    if obj.type and obj.kind not in CONTAINERS:
        typed = instance_item(fr, Inst(obj.type))
        fields = obj.fields.get("[*]", UNKNOWN)
        if label is not None:
            fields = join(fields, obj.fields.get(label, UNKNOWN))
        rest = fields
        return join(typed, rest) if typed is not None else rest
    if label is None or (label[1:2] == "-"):
        return any_item(fr, key, obj)
    if label in obj.fields:
        found = obj.fields[label]
        return join(found, obj.fields["[*]"]) if "[*]" in obj.fields else found
    if key[0] == "s":
        first = fr.initial(key, label)
        return join(first, obj.fields["[*]"]) if "[*]" in obj.fields else first
    return obj.fields.get("[*]", UNKNOWN)


def any_item(fr: Frame, key: ObjId, obj: Object) -> Value:
    """All that an item of the object may be."""
    out = UNKNOWN
    for label, value in obj.fields.items():
        if label[0] == "[" and label != "[#]":
            out = join(out, value)
    if key[0] == "s" and "[*]" not in obj.fields:
        out = join(out, fr.initial(key, "[*]"))
    return out


def instance_item(fr: Frame, atom: Inst) -> Value | None:
    """An item of a library type's instance."""
    if atom.type.startswith(QUERY):
        return of(Opaque(int(atom.type[len(QUERY) :])))
    for rule in fr.solver.library.type_order(atom.type):
        if rule.items:
            return of(Inst(rule.items))
        if rule.request_data:
            return of(atom)
    return None


def keys_of(fr: Frame, value: Value) -> Value:
    """What iterating over a mapping yields."""
    out = UNKNOWN
    for atom in value.atoms:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            out = join(out, obj.fields.get("[#]", UNKNOWN))
            if atom.id[0] == "s":
                out = join(out, fr.initial(atom.id, "[#]"))
            literals = [label for label in obj.fields if label[0] == "[" and label[1] in "'\"" and len(label) < 80]
            out = join(out, of(*(Lit("str", label[2:-2]) for label in literals[: limits.ATOMS])))
    return out


def element(fr: Frame, value: Value) -> Value:
    """What iterating over a value yields."""
    out = UNKNOWN
    for atom in value.atoms:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            if obj.kind == "dict" or (obj.kind == "sym" and obj.type == "builtins.dict"):
                out = join(out, keys_of(fr, of(atom)))
            elif obj.cls >= 0 and obj.kind in ("inst", "sym"):
                out = join(out, _iterated(fr, atom))
            else:
                out = join(out, item(fr, Value(frozenset((atom,))), None))
        elif isinstance(atom, Inst):
            part = instance_item(fr, atom)
            out = join(out, part) if part is not None else out
        elif isinstance(atom, Opaque):
            out = join(out, _iterated(fr, atom))
        elif isinstance(atom, Cls):  # an enum: its members
            out = join(out, fr.solver.class_members(atom.cls, fr.fn.id))
    known = any(isinstance(a, Obj) for a in value.atoms)
    carried = {m: w for m, w in value.marks.items() if not _steps_into(m, value, known)}
    return with_marks(out, carried)


def _iterated(fr: Frame, atom: Atom) -> Value:
    from privlint.flow.calls import call_dunder

    iterator = call_dunder(fr, atom, "__iter__", [])
    if iterator is None:
        iterator = call_dunder(fr, atom, "__aiter__", [])
    if iterator is None:
        got = call_dunder(fr, atom, "__getitem__", [UNKNOWN])
        if got is not None:
            return got
        return item(fr, Value(frozenset((atom,))), None) if isinstance(atom, Obj) else UNKNOWN
    out = UNKNOWN
    for made in iterator.atoms:
        following = call_dunder(fr, made, "__next__", []) if isinstance(made, Obj | Opaque) else None
        if following is None and isinstance(made, Obj | Opaque):
            following = call_dunder(fr, made, "__anext__", [])
        if following is not None:
            out = join(out, following)
        elif made != atom:
            out = join(out, element(fr, Value(frozenset((made,)))))
    return with_marks(out, iterator.marks)


# -- writing -----------------------------------------------------------------------------------------------------


def store(fr: Frame, target: Value, label: str, value: Value, strong: bool = True, stored: Value | None = None) -> None:
    """Write ``value`` under ``label`` of all that ``target`` may be.

    ``stored`` is what the attribute gets by this store alone, where ``value`` has what was there before in it.
    """
    stored = value if stored is None else stored
    objects = [a for a in target.atoms if isinstance(a, Obj)]
    for atom in target.atoms:
        if isinstance(atom, Obj):
            _store_object(fr, atom.id, label, value, strong and len(objects) == 1, stored)
        elif isinstance(atom, Opaque) and label[0] == ".":
            fr.write_field(atom.cls, label[1:], stored)
        elif isinstance(atom, Cls) and label[0] == ".":
            fr.solver.write_class_attribute(atom.cls, label[1:], stored)
        elif isinstance(atom, Func | Bound) and label[0] == ".":
            func = atom.func if isinstance(atom, Bound) else atom
            fr.solver.write_function_attribute(func.fn, label[1:], stored)


def _store_object(fr: Frame, key: ObjId, label: str, value: Value, strong: bool, stored: Value) -> None:
    obj = fr.object(key)
    if not strong or obj.many or label in ("[*]", "[#]", ".*"):
        old = obj.fields.get(label)
        if old is None:
            old = fr.initial(key, label) if key[0] == "s" and label != ".*" else UNKNOWN
        new = join(old, value)
    else:
        new = value
    if new is not obj.fields.get(label) or label not in obj.written:
        fr.put(key, obj.with_field(label, new, stored))
    if label[0] == "." and label != ".*" and obj.cls >= 0:
        fr.write_field(obj.cls, label[1:], stored)


def delete(fr: Frame, target: Value, label: str) -> None:
    """Remove what is under ``label`` (only where it is certain which object is meant)."""
    objects = [a for a in target.atoms if isinstance(a, Obj)]
    if len(objects) == 1 and not fr.object(objects[0].id).many:
        obj = fr.object(objects[0].id)
        fr.put(objects[0].id, obj.without(label))


# -- wholes ------------------------------------------------------------------------------------------------------


def collect(fr: Frame, value: Value, deep: int) -> dict[Mark, Hop | None]:
    """All marks that a value carries with what it holds; ``deep`` 1: as text shows it, 2: everything."""
    out: dict[Mark, Hop | None] = {}
    _collect(fr, value, deep, out, set(), 0)
    return out


def _collect(fr: Frame, value: Value, deep: int, out: dict[Mark, Hop | None], seen: set[ObjId], level: int) -> None:
    for mark, way in value.marks.items():
        source = mark.source
        if isinstance(source, Symbol) and source.deep == 0:
            mark = Mark(Symbol(source.param, source.path, deep), mark.protection, mark.weak, mark.whole)
        if mark not in out and len(out) >= limits.WHOLE:
            limits.reached("marks of a whole")
            return
        if mark not in out or ((old := out[mark]) is not None and (way is None or way.length < old.length)):
            out[mark] = way
    if level >= limits.COLLECT_DEPTH:
        return
    for atom in value.atoms:
        if isinstance(atom, Obj) and atom.id not in seen:
            seen.add(atom.id)
            _collect_object(fr, atom, deep, out, seen, level)
        elif isinstance(atom, Opaque):
            for mark, way in fr.solver.records.whole(fr, atom.cls, deep).items():
                out.setdefault(mark, way)
            shown = shown_by_text(fr, atom) if deep == 1 else None
            if shown is not None:
                _collect(fr, shown, deep, out, seen, level + 1)


def _collect_object(fr: Frame, atom: Obj, deep: int, out: dict[Mark, Hop | None], seen: set[ObjId], level: int) -> None:
    obj = fr.object(atom.id)
    if obj.kind in ("env", "module"):
        return
    if obj.cls >= 0 and deep == 1:
        shown = shown_by_text(fr, atom)
        if shown is not None:
            _collect(fr, shown, deep, out, seen, level + 1)
            return
        if obj.kind == "inst" and not fr.solver.records.shows_all(obj.cls):
            return
    for label, field in obj.fields.items():
        if atom.id[0] == "s" and label not in obj.written:
            continue
        _collect(fr, field, deep, out, seen, level + 1)


def shown_by_text(fr: Frame, atom: Atom) -> Value | None:
    """What ``str()`` of an instance gives, where its class says so."""
    from privlint.flow.calls import call_dunder

    for name in ("__str__", "__repr__", "__format__"):
        shown = call_dunder(fr, atom, name, [])
        if shown is not None:
            return only_marks(shown.marks)
    return None


def text_of(value: Value) -> str | None:
    """The beginning of the string that the value is, where it is one constant or prefix."""
    found = [a.value if isinstance(a, Lit) else a.text for a in value.atoms if isinstance(a, Lit | Prefix)]
    texts = [t for t in found if isinstance(t, str)]
    return texts[0] if len(texts) == 1 and len(value.atoms) == 1 else None


def key_label(value: Value) -> str | None:
    """The label that an item under this key has, or None for an unknown key."""
    return constant_label(value)
