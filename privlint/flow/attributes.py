"""Reading attributes: of objects, instances made elsewhere, classes, modules and library types."""

from __future__ import annotations

from privlint.flow import linked, settings
from privlint.flow.chosen import part_called
from privlint.flow.constants import literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import item, known_parts, steps_into
from privlint.flow.members import (
    class_attribute,
    external_value,
    has_getter,
    held_by_class,
    instance_attribute,
    member_attribute,
    member_of_class,
    super_attribute,
)
from privlint.flow.values import (
    ALL,
    MEMBER,
    SCALAR,
    UNKNOWN,
    Address,
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
    Super,
    Symbol,
    Value,
    chosen_fields,
    join,
    moved,
    of,
    weaken,
    with_marks,
)
from privlint.resolve.program import Entity

# What models tell of their columns by.
_OF_TABLES = {"__table__": "sqlalchemy.Table", "__mapper__": "sqlalchemy.orm.Mapper",
              "_meta": "django.db.models.options.Options"}  # fmt: skip
# Attributes that say what a thing is, and nothing of what is in it.
_OF_NOBODY = frozenset(
    [
        "__class__",
        "__name__",
        "__qualname__",
        "__module__",
        "__doc__",
        "re",
        "lastindex",
        "lastgroup",
        "denominator",
        "digest_size",
        "block_size",
        "num_rows",
        "num_columns",
        "column_names",
        "schema",
        "maxlen",
        "returncode",
        "itemsize",
        "nbytes",
        "status_code",
    ]
)


def load_attribute(fr: Frame, value: Value, name: str) -> Value:
    """``value.name`` without any judgement of what the name says."""
    if not value.atoms and not value.marks:
        return UNKNOWN
    if (name == "name" or name == "_name_") and _all_enum(fr, value):
        return SCALAR
    atom = None
    if len(value.atoms) == 1:
        (atom,) = value.atoms
    if isinstance(atom, Obj) and not fr.object(atom.id).type:  # most of what attributes are read of
        part = _attribute_of(fr, atom, name)
        out, heap_known = UNKNOWN if part is None else part, part is not None
    else:
        from privlint.flow.frames import attribute as of_column  # late: frames read columns

        of_frame = of_column(fr, value, name)
        if of_frame is not None:
            return of_frame
        out = UNKNOWN
        heap_known = False
        for atom in value.ordered:
            if isinstance(atom, Ext):
                stored = fr.solver.read_external(atom.path, f".{name}")
                if stored.atoms and any(isinstance(a, Opaque) for a in stored.atoms):
                    return stored  # g.service: an instance of a class of the program, and nothing of the library's
            part = _attribute_of(fr, atom, name)
            if part is not None:
                heap_known = True
                out = join(out, part)
        addresses = [a for a in value.atoms if type(a) is Address]
        if addresses and any(isinstance(a, Ext | Inst) for a in out.atoms):
            out = Value(out.atoms.union(addresses), out.marks)  # a part of a client talks to the same address
    if not value.marks or name in _OF_NOBODY or known_parts(fr, value, f".{name}"):
        return out
    carried: Marks = {m: w for m, w in value.marks.items() if m.weak == 0 and not steps_into(m, value, heap_known)}
    return with_marks(out, part_called(fr, carried, name))


def _all_enum(fr: Frame, value: Value) -> bool:
    """Whether the value is a member of an enum, whose name is written in the code."""
    return bool(value.atoms) and all(isinstance(a, Opaque) and fr.solver.records.is_enum(a.cls) for a in value.atoms)


def _attribute_of(fr: Frame, atom: Atom, name: str) -> Value | None:
    if isinstance(atom, Obj):
        cls = fr.object(atom.id).cls
        return object_attribute(fr, atom.id, name) if cls < 0 else _of_instance(fr, atom, cls, name)
    if isinstance(atom, Opaque):
        return _of_instance(fr, atom, atom.cls, name)
    if isinstance(atom, Lit):
        return member_attribute(fr, atom, name) if atom.kind[0] == MEMBER else None
    if isinstance(atom, Cls):
        if name == "__name__":
            return literal(fr.program.classes[atom.cls].name)
        if name in _OF_TABLES and fr.solver.records.kind(atom.cls) == "model":
            return of(Inst(_OF_TABLES[name]))
        return class_attribute(fr, atom.cls, name)
    if isinstance(atom, Ext):
        profile = fr.solver.records.profile(name) if atom.path.endswith("Request.user") else -1
        if profile >= 0:
            return of(Opaque(profile))
        known = join(external_value(fr, f"{atom.path}.{name}"), fr.solver.read_external(atom.path, f".{name}"))
        return join(known, settings.of_django(fr, name)) if atom.path in settings.DJANGO else known
    if isinstance(atom, Inst):
        return instance_attribute(fr, atom.type, name)
    if isinstance(atom, Super):
        return super_attribute(fr, atom, name)
    if isinstance(atom, Func | Bound):
        func = atom.func if isinstance(atom, Bound) else atom
        stored = _of_closure(fr, func, name) or fr.solver.function_attributes.get((func.fn, name))
        if name == "__name__" and stored is None:
            return literal(fr.program.functions[func.fn].ir.name)
        if name == "__get__":
            fields = {".func": of(Ext("types.MethodType")), "[0]": of(func)}
            return of(fr.allocate(fr.solver.current_node, Object("partial", fields=fields), "binding"))
        if name == "register" and any("singledispatch" in d for d in fr.program.functions[func.fn].ir.decorators):
            fields = {".func": of(Ext("functools.%register")), "[0]": of(func)}
            return of(fr.allocate(fr.solver.current_node, Object("partial", fields=fields), "register"))
        return stored if stored is not None else of(Lit("str", name)) if name.startswith("__") else None
    return None


def of_function(fn: int, name: str) -> str:
    """The label, in the environment of a function, of an attribute of that function."""
    return f".%{fn}:{name}"


def _of_closure(fr: Frame, func: Func, name: str) -> Value | None:
    """An attribute of a function that has variables around it: each such function has its own."""
    if func.env is None or name.startswith("__"):
        return None
    label = of_function(func.fn, name)
    held = fr.object(func.env).fields.get(label)
    if held is None and func.env[0] == "s" and (func.fn, name) in fr.solver.function_attributes:
        return join(fr.initial(func.env, label), fr.solver.function_attributes[(func.fn, name)])
    return held


def _of_instance(fr: Frame, atom: Obj | Opaque, cls: int, name: str) -> Value | None:
    if name == "__class__":
        fr.need(of(atom))
        return of(Cls(cls))
    rule = fr.solver.records.rule(cls) if cls >= 0 else None
    if rule is not None and name in rule.sent:
        from privlint.flow.mappings import sent_attribute

        sent = sent_attribute(fr, atom, name)
        if sent is not None:
            return sent
    found = _by_getattribute(fr, atom, cls, name)
    if found is not None:
        return found
    found = object_attribute(fr, atom.id, name) if isinstance(atom, Obj) else opaque_attribute(fr, atom, name)
    given = linked.attribute(fr, cls, name)
    passed = isinstance(atom, Obj) and atom.id[0] == "s"  # whatever row a caller passes, a mixin's own among them
    of_library = name in _OF_TABLES and (found is None or all(isinstance(each, Inst | Ext) for each in found.atoms))
    if (of_library and fr.solver.records.kind(cls) == "model") or (passed and name in _OF_TABLES):
        return of(Inst(_OF_TABLES[name]))
    return found if given is None else join(found or UNKNOWN, given)


def object_attribute(fr: Frame, key: ObjId, name: str) -> Value | None:
    """An attribute of a heap object."""
    if key[0] == "g":
        return module_attribute(fr, int(str(key[1])), name)
    obj = fr.object(key)
    label = f".{name}"
    if name == "__dict__":
        from privlint.flow.models.reflection import as_mapping

        return as_mapping(fr, of(Obj(key)), fr.solver.current_node)
    if name == "data" and obj.cls >= 0 and fr.program.container(obj.cls) and fr.program.wraps_container(obj.cls):
        return of(Obj(key))
    if label in obj.fields:
        value = obj.fields[label]
        return value if label in obj.written or not obj.fields.get(".*") else join(value, _named_so(obj, name))
    out: Value | None = _named_so(obj, name) if ".*" in obj.fields else None
    if ALL in obj.fields:
        given = item(fr, obj.fields[ALL], f"[{name!r}]")
        out = given if out is None else join(out, given)
    if obj.cls >= 0:
        found = member_of_class(fr, obj.cls, name, Obj(key))
        if found is not None and out is not None and _described(fr, obj.cls, name):
            return found
        if found is not None and (found.atoms and all(isinstance(a, Bound | Func) for a in found.atoms)):
            return found
        if found is not None:
            out = found if out is None else join(out, found)
        elif key[0] != "s":
            stored = _read_field(fr, obj.cls, name, exact=True)
            out = stored if out is None else join(out, stored)
    if obj.type and not _has_its_own(fr, obj.cls, obj.type, name):
        part = instance_attribute(fr, obj.type, name)
        if obj.cls < 0 and Inst(obj.type) in part.atoms and fr.solver.library.is_itself(obj.type, name):
            part = of(Obj(key))
        out = part if out is None else join(out, part)
    if obj.cls >= 0 and not out and not name.startswith("__"):
        out = _by_getattr(fr, Obj(key), name) or out
    if key[0] == "s":
        first = fr.initial(key, label)
        out = first if out is None else join(out, first)
    return out


def _has_its_own(fr: Frame, cls: int, type_: str, name: str) -> bool:
    """Whether a class of the program binds what nobody says that its library type has: the field of a form."""
    if cls < 0 or fr.solver.class_attribute(cls, name) is None:
        return False
    return instance_attribute(fr, type_, name).atoms == frozenset((Ext(f"{type_}.{name}"),))


def _described(fr: Frame, cls: int, name: str) -> bool:
    """Whether the class has a descriptor under that name."""
    held = held_by_class(fr, cls, name)
    return held is not None and has_getter(fr, held)


def _by_getattribute(fr: Frame, atom: Obj | Opaque, cls: int, name: str) -> Value | None:
    """What a class gives for every attribute, where it says so itself."""
    if cls < 0 or name.startswith("__") or fr.program.method(cls, "__getattribute__") is None:
        return None
    from privlint.flow.calls import call_dunder

    return call_dunder(fr, atom, "__getattribute__", [literal(name)])


def plain_attribute(fr: Frame, value: Value, name: str) -> Value:
    """An attribute of objects as it is without their ``__getattribute__``."""
    out = UNKNOWN
    for atom in value.ordered:
        if isinstance(atom, Obj):
            out = join(out, object_attribute(fr, atom.id, name) or UNKNOWN)
        elif isinstance(atom, Opaque):
            out = join(out, opaque_attribute(fr, atom, name) or UNKNOWN)
    return out


_ONE_OF = 4  # marks beyond which what ``__getattr__`` gives is one thing or another, nobody knows which


def _by_getattr(fr: Frame, atom: Atom, name: str) -> Value | None:
    """What a class gives for attributes that its instances do not have."""
    cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
    if cls < 0 or name in fr.solver.assigned_names(cls):
        return None
    from privlint.flow.calls import call_dunder

    found = call_dunder(fr, atom, "__getattr__", [literal(name)])
    if found is None:
        return None
    marks = {m: w for m, w in found.marks.items() if not m.whole}  # one part, not a whole
    return Value(found.atoms, marks if len(marks) <= _ONE_OF else {})


def _named_so(obj: Object, name: str) -> Value:
    """What was stored under an unknown name and may be ``name``: not what is known to have another one."""
    value = obj.fields[".*"]
    marks = {
        chosen_fields(m): w
        for m, w in value.marks.items()
        if isinstance(m.source, Symbol) or m.source.name == name or m.source.evidence == "rule"
    }
    return Value(value.atoms, marks)


def module_attribute(fr: Frame, module: int, name: str) -> Value | None:
    """A name of an analysed module."""
    held = fr.variable(module, f".{name}")
    if held is not None:
        return held
    entity = fr.program.member(Entity("module", module), name)
    if entity is not None:
        return entity_value(fr, entity)
    getter = fr.program.member(Entity("module", module), "__getattr__")
    if getter is None or getter.kind != "function":
        return None
    from privlint.flow.arguments import Arguments
    from privlint.flow.calls import call_function

    n = fr.solver.current_node
    return call_function(fr, Func(getter.number, None), Arguments([(literal(name), n)]), n)


def entity_value(fr: Frame, entity: Entity) -> Value:
    """The value of what a name means by static linking."""
    if entity.kind == "module":
        return of(Obj(("g", entity.number)))
    if entity.kind == "external":
        return external_value(fr, entity.path)
    if entity.kind == "class":
        return fr.solver.class_value(entity.number)
    if entity.kind == "function":
        return fr.solver.function_value(entity.number)
    held = fr.variable(entity.number, f".{entity.path}")
    value = held if held is not None else UNKNOWN
    module = fr.program.modules[entity.number]
    annotation = module.bindings.annotations.get(entity.path)
    if annotation is not None and not value.atoms:
        value = Value(value.atoms | fr.solver.annotations.atoms(module, annotation), value.marks)
    return value


def _read_field(fr: Frame, cls: int, name: str, exact: bool = False) -> Value:
    """What instances of a class have as an attribute, wherever it was stored."""
    stored = fr.solver.read_field(cls, name, exact)
    return moved(stored, fr.site(fr.solver.current_node), "field", f"{fr.program.classes[cls].name}.{name}")


def opaque_attribute(fr: Frame, atom: Opaque, name: str) -> Value | None:
    """An attribute of some instance of an analysed class."""
    if name == "__dict__":
        from privlint.flow.models.reflection import as_mapping

        return as_mapping(fr, of(atom), fr.solver.current_node)
    found = member_of_class(fr, atom.cls, name, atom)
    if found is not None and found.atoms and all(isinstance(a, Bound | Func) for a in found.atoms):
        return found
    stored = _read_field(fr, atom.cls, name)
    if stored.marks and fr.catalog.is_payload(name):  # the body of some message is not what is in every one
        stored = Value(stored.atoms, weaken(stored.marks))
    out = stored if found is None else join(found, stored)
    known = fr.solver.annotations.field(atom.cls, name)
    if known is not None:
        out = Value(out.atoms | fr.solver.annotations.atoms_at(*known), out.marks)
    for base in fr.program.external_bases(atom.cls):
        # Of other bases it is not known what all the classes below them share.
        if fr.solver.library.has_type(base) and not _has_its_own(fr, atom.cls, base, name):
            out = join(out, instance_attribute(fr, base, name))
    return out
