"""What an instance finds in its class: methods, properties, descriptors, enum members; what a library says of it."""

from __future__ import annotations

from privlint.flow import limits
from privlint.flow.constants import literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import COLUMN, QUERY
from privlint.flow.values import (
    MEMBER,
    NONE,
    SCALAR,
    UNKNOWN,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Inst,
    Lit,
    Obj,
    Opaque,
    Super,
    Value,
    Wrapped,
    join,
    of,
)
from privlint.resolve.program import Entity

# Methods of the classes of mappers that have no managers: peewee, Tortoise, Beanie.
FINDERS = frozenset(
    ["get", "get_or_none", "get_by_id", "find", "find_one", "find_all", "filter", "all", "first", "create"]
)
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "query", "all_objects", "select", "unscoped"})


# Requests that applications add to (models/pyramid.py).
_EXTENDED = frozenset(("webob.Request", "pyramid.request.Request", "webob.request.Request"))
_USER = "django.contrib.auth.models.AbstractUser"
_REQUEST = "privlint.web.Request"  # of no framework that is known: where there is a class of Django's users, of Django


def has_getter(fr: Frame, value: Value) -> bool:
    """Whether a value is a descriptor of a class of the program, with a ``__get__``."""
    from privlint.flow.calls import defines

    return any(isinstance(atom, Obj) and defines(fr, atom, "__get__") for atom in value.atoms)


def external_value(fr: Frame, path: str) -> Value:
    """A library's symbol; an object that the catalogue gives a type is an instance of it."""
    known = fr.solver.library.symbols
    found = known.get(path)
    if found is None:
        typed = fr.catalog.index.objects.get(path)
        own = fr.solver.records.own_class(typed) if typed else -1  # flask_login.current_user
        rows = [Opaque(own)] if own >= 0 else []
        found = known[path] = of(Inst(typed), Ext(path), *rows) if typed else of(Ext(path))
    return found


def instance_attribute(fr: Frame, type_: str, name: str) -> Value:
    """An attribute of an instance of a library's type."""
    known = fr.solver.library.attributes
    found = known.get((type_, name))
    if found is None:
        found = known[(type_, name)] = _instance_attribute(fr, type_, name)
    if type_ in _EXTENDED:
        return join(found, fr.solver.read_external("webob.Request", f".{name}"))
    path = fr.solver.library.shared(type_)
    if not path:
        return found
    stored = fr.solver.read_external(path, f".{name}")
    return stored if any(isinstance(a, Opaque | Inst) for a in stored.atoms) else join(found, stored)


def _instance_attribute(fr: Frame, type_: str, name: str) -> Value:
    if type_.startswith(QUERY):
        return of(Inst(type_), Ext(f"{type_}.{name}"))
    if name == "user" and type_ == _REQUEST and len(own := fr.solver.user_classes()) == 1:
        return of(Ext(f"{type_}.{name}"), Opaque(own[0]))
    if type_ == _USER and (profile := fr.solver.records.profile(name)) >= 0:
        return of(Opaque(profile))
    for rule in fr.solver.library.type_order(type_):
        for attribute, result in rule.attributes:
            if attribute in (name, "*"):
                if result == "self":
                    return of(Inst(type_), Ext(f"{type_}.{name}"))
                own = fr.solver.user_classes() if result == _USER else []  # request.user
                users = [Opaque(own[0])] if len(own) == 1 else []
                return of(Inst(result), Ext(f"{type_}.{name}"), *users)
        if rule.request_data:
            return of(Inst(rule.items or type_), Ext(f"{type_}.{name}"))
        if rule.open:
            return of(Inst(f"{type_}.{name}()"), Ext(f"{type_}.{name}"))
    return of(Ext(f"{type_}.{name}"))


def member_of_class(fr: Frame, cls: int, name: str, receiver: Atom) -> Value | None:
    """What an instance finds in its class: a bound method, a property's value, a class attribute."""
    method = fr.program.method(cls, name)
    value = held_by_class(fr, cls, name)
    if method is not None:
        if method.kind == "property":
            _need_class(fr, cls, name, receiver)
            from privlint.flow.calls import call_property

            return call_property(fr, method.function, receiver)
        if value is not None and method.decorators and any(isinstance(a, Func) for a in value.atoms):
            return Value(frozenset(Bound(a, receiver) if isinstance(a, Func) else a for a in value.atoms), value.marks)
        if value is not None and method.decorators and has_getter(fr, value):
            return bind_descriptors(fr, value, receiver, cls)
        func = Func(method.function, fr.solver.environment(method.function, fr))
        if method.kind == "static":
            return of(func)
        if method.kind == "class":
            return of(Bound(func, Cls(cls)))
        return of(Bound(func, receiver), *_overrides(fr, cls, name, receiver))
    if value is not None:
        _need_class(fr, cls, name, receiver)
        return bind_descriptors(fr, value, receiver, cls)
    for base in fr.program.external_bases(cls):
        if any(attribute == name for rule in fr.solver.library.type_order(base) for attribute, _ in rule.attributes):
            return instance_attribute(fr, base, name)
        if fr.catalog.calls_named(name) is not None and fr.solver.library.has_type(base):
            return of(Ext(f"{base}.{name}"))
    return None


def _need_class(fr: Frame, cls: int, name: str, receiver: Atom) -> None:
    """A caller that knows the receiver's class knows an attribute that classes below have for themselves."""
    if isinstance(receiver, Obj) and receiver.id[0] == "s" and fr.solver.overridden(cls, name):
        fr.need(of(receiver))


def _overrides(fr: Frame, cls: int, name: str, receiver: Atom) -> list[Bound]:
    """Methods of subclasses that a receiver of an only declared class may have instead."""
    exact = isinstance(receiver, Obj) and fr.exact(receiver.id)
    if exact or not (
        isinstance(receiver, Opaque) or fr.fn.cls < 0 or fr.fn.cls != cls or fr.solver.is_abstract(cls, name)
    ):
        _need_class(fr, cls, name, receiver)
        return []
    out: list[Bound] = []
    if isinstance(receiver, Obj) and (fr.program.subclasses.get(cls) or fr.solver.is_abstract(cls, name)):
        fr.need(of(receiver))  # a caller that knows the receiver's class knows the method
    for sub in fr.program.subclasses.get(cls, []):
        index = fr.program.classes[sub].methods.get(name)
        if index is not None and index.kind == "method":
            fn = fr.program.modules[fr.program.classes[sub].module].functions[index.index]
            if len(out) >= limits.OVERRIDES:
                limits.reached("overriding methods tried for one call")
                break
            out.append(Bound(Func(fn, None), receiver))
    return out


def bind_descriptors(fr: Frame, value: Value, receiver: Atom | None, cls: int) -> Value:
    """A class attribute read through an instance, or (None) the class: functions bind, ``__get__`` is called."""
    from privlint.flow.calls import call_dunder

    instance = NONE if receiver is None else of(receiver)
    atoms: set[Atom] = set()
    extra = UNKNOWN
    declared = receiver is not None and fr.solver.records.are_declared(cls)
    for atom in value.ordered:
        if declared and isinstance(atom, Obj) and (kept := _declaring(fr, atom)) is not None:
            atoms.add(kept)
            continue
        owner = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
        if isinstance(atom, Obj) and ".%method" in fr.object(atom.id).fields and receiver is not None:
            atoms.add(_bound_partial(fr, fr.object(atom.id), receiver))
            continue
        getter = fr.program.method(owner, "__get__") if owner >= 0 else None
        if getter is not None:
            extra = join(extra, call_dunder(fr, atom, "__get__", [instance, of(Cls(cls))]) or UNKNOWN)
        elif isinstance(atom, Func) and fr.program.functions[atom.fn].ir.kind == "lambda" and receiver is not None:
            atoms.add(Bound(atom, receiver))
        else:
            atoms.add(atom)
    return join(Value(frozenset(atoms), value.marks), extra)


def _declaring(fr: Frame, atom: Obj) -> Inst | None:
    """What an instance has in place of the library's object that declares a field: one such thing, of its own."""
    obj = fr.object(atom.id)
    return Inst(obj.type) if obj.type and obj.cls < 0 and obj.kind == "inst" else None


def _bound_partial(fr: Frame, obj: Object, receiver: Atom) -> Obj:
    """A ``partialmethod`` read through an instance."""
    fields = {label: value for label, value in obj.fields.items() if label != ".%method"}
    func = fields.get(".func", UNKNOWN)
    fields[".func"] = Value(frozenset(Bound(a, receiver) if isinstance(a, Func) else a for a in func.atoms))
    return fr.allocate(fr.solver.current_node, Object("partial", fields=fields), "bound partial")


def held_by_class(fr: Frame, cls: int, name: str, start: int = 0) -> Value | None:
    """An attribute that the body of a class, or a store, bound; by the order of bases."""
    value = fr.solver.class_attribute(cls, name, start)
    if value is not None and fr.classes:
        for base in fr.program.classes[cls].mro[start:]:
            here = fr.state.heap.get(("c", base))
            if here is not None and f".{name}" in here.fields:
                return here.fields[f".{name}"]
    return value


def class_attribute(fr: Frame, cls: int, name: str) -> Value | None:
    """An attribute read on a class of the program."""
    method = fr.program.method(cls, name)
    value = held_by_class(fr, cls, name)
    if method is not None and not (value is not None and method.decorators):
        func = Func(method.function, fr.solver.environment(method.function, fr))
        return of(Bound(func, Cls(cls))) if method.kind == "class" else of(func)
    if value is not None and value.atoms and fr.solver.records.is_enum(cls):
        return _as_member(fr, cls, name, value)
    if value is not None and _is_manager(fr, cls, value):
        return join(value, of(Inst(f"{QUERY}{cls}")))
    if fr.solver.records.kind(cls) == "model" and name in fr.solver.records.names(cls):
        return join(value or UNKNOWN, of(Inst(f"{COLUMN}{cls}:{name}:{name}")))
    if value is not None:
        return bind_descriptors(fr, value, None, cls) if has_getter(fr, value) else value
    inner = fr.program.member(Entity("class", cls), name)
    if inner is not None:
        from privlint.flow.attributes import entity_value

        return entity_value(fr, inner)
    from_meta = _of_metaclass(fr, cls, name)
    if from_meta is not None:
        return from_meta
    if name in MANAGERS and fr.solver.records.kind(cls) == "model":
        return of(Inst(f"{QUERY}{cls}"))
    bases = list(fr.program.external_bases(cls))
    if name in FINDERS and bases and fr.solver.records.kind(cls) == "model":
        return of(Ext(f"{bases[0]}.{name}"), Ext(f"{QUERY}{cls}.{name}"))
    return of(*(Ext(f"{base}.{name}") for base in bases[:3])) if bases else None


def _as_member(fr: Frame, cls: int, name: str, value: Value) -> Value:
    """What the body of an enum binds, as a member of it; of one that is no constant it is known which one it is."""
    if all(isinstance(atom, Lit) for atom in value.atoms):
        atoms = frozenset(Lit(f"{MEMBER}{cls}", atom.value) for atom in value.atoms if isinstance(atom, Lit))
        return Value(atoms, value.marks)
    if value.marks or any(isinstance(atom, Func | Bound | Cls | Wrapped) for atom in value.atoms):
        return value
    called = any(isinstance(atom, Inst | Ext) for atom in value.atoms)
    shown = all(isinstance(atom, Obj) and fr.object(atom.id).built_in == "tuple" for atom in value.atoms)
    return of(Lit(f"{MEMBER}{cls}?", name)) if called or shown else value


def member_attribute(fr: Frame, atom: Lit, name: str) -> Value | None:
    """An attribute of a member of an enum: its value, a method of the enum."""
    if name in ("value", "_value_"):
        held = held_by_class(fr, int(atom.kind[1:-1]), str(atom.value)) if atom.kind[-1] == "?" else None
        shown = [a for a in held.ordered if isinstance(a, Obj)] if held is not None else []
        return literal(atom.value) if atom.kind[-1] != "?" else of(*shown) if shown else SCALAR
    if name in ("name", "_name_"):
        return SCALAR
    return member_of_class(fr, int(atom.kind[1:].rstrip("?")), name, atom)


def enum_member(fr: Frame, cls: int, value: Value) -> Value | None:
    """The member that ``Enum(value)`` is, where the value is one constant; None where that is not known."""
    wanted = next(iter(value.atoms)) if len(value.atoms) == 1 and not value.marks else None
    for name in fr.solver.names_in_class(cls) if isinstance(wanted, Lit) else ():
        held = class_attribute(fr, cls, name)
        for atom in held.atoms if held is not None else ():
            if isinstance(atom, Lit) and isinstance(wanted, Lit) and (atom is wanted or atom.value == wanted.value):
                return held
    return None


def _of_metaclass(fr: Frame, cls: int, name: str) -> Value | None:
    """What a class finds in its metaclass: a method bound to it, a property's value."""
    meta, fn = fr.solver.metaclass_method(cls, name)
    if fn is None:
        return None
    method = fr.program.method(meta, name)
    if method is not None and method.kind == "property":
        from privlint.flow.calls import call_property

        return call_property(fr, fn, Cls(cls))
    return of(Bound(Func(fn, None), Cls(cls)))


def _is_manager(fr: Frame, cls: int, value: Value) -> bool:
    """Whether an attribute of a model is an object manager of its own making."""
    if fr.solver.records.kind(cls) != "model":
        return False
    owners = [
        fr.object(a.id).cls if isinstance(a, Obj) else a.cls for a in value.ordered if isinstance(a, Obj | Opaque)
    ]
    bases = {base.rpartition(".")[2] for owner in owners if owner >= 0 for base in fr.program.external_bases(owner)}
    return bool(bases & {"Manager", "QuerySet", "BaseManager", "UserManager", "BaseUserManager", "from_queryset()"})


def super_attribute(fr: Frame, atom: Super, name: str) -> Value | None:
    """``super().name``: the next class in the order of bases of the receiver's class."""
    receiver = atom.self
    start = atom.cls
    if isinstance(receiver, Obj):
        start = fr.object(receiver.id).cls
        if any(len(fr.program.classes[sub].mro) > 2 for sub in fr.program.subclasses.get(atom.cls, ())):
            fr.need(of(receiver))  # the next class depends on the receiver's
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
        if (held := fr.solver.own_attribute(base, name)) is not None:
            return held if isinstance(receiver, Cls) else bind_descriptors(fr, held, receiver, base)
    for base in rest or order:
        external = fr.program.classes[base].external_bases
        if external:
            return of(Ext(f"{external[0]}.{name}"))
    bases = list(fr.program.external_bases(atom.cls))
    if name == "__new__":
        return of(Ext("builtins.object.__new__"))
    return of(Ext(f"{bases[0]}.{name}")) if bases else of(Ext(f"builtins.object.{name}"))
