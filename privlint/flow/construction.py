"""Making instances of classes of the program: ``__new__``, ``__init__``, or fields filled in order."""

from __future__ import annotations

from privlint.flow.arguments import Arguments
from privlint.flow.attributes import load_attribute
from privlint.flow.constants import is_constant
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, steps_into, taken_over
from privlint.flow.members import enum_member
from privlint.flow.values import REST, UNKNOWN, Cls, Func, Obj, Value, moved, of, protect, step, text_key, with_marks
from privlint.flow.wholes import collect
from privlint.model.data import Protection

_VALUES = frozenset(f"builtins.{name}" for name in ("str", "bytes", "int", "float"))


def construct(fr: Frame, cls: int, args: Arguments, n: int) -> Value:
    """``C(...)``: a new instance, its ``__init__`` called or its fields filled."""
    from privlint.flow.calls import call_function

    _, calling = fr.solver.metaclass_method(cls, "__call__")
    if calling is not None:
        return call_function(fr, Func(calling, None), args, n, of(Cls(cls)))
    if fr.solver.records.is_enum(cls):
        known = enum_member(fr, cls, args.positional[0][0]) if args.positional else None
        return fr.solver.class_members(cls) if known is None else known
    return instantiate(fr, cls, args, n)


def instantiate(fr: Frame, cls: int, args: Arguments, n: int) -> Value:
    """What ``type.__call__`` does: ``__new__``, then ``__init__``."""
    from privlint.flow.calls import call_function

    new = fr.program.method(cls, "__new__")
    made: Value
    if new is not None:
        made = call_function(fr, Func(new.function, None), args, n, of(Cls(cls)))
        if not any(isinstance(a, Obj) for a in made.atoms):
            made = of(new_instance(fr, cls, n))
        elif not any(isinstance(a, Obj) and _is_of(fr, a, cls) for a in made.atoms):
            return made  # something else: it is not initialised
    else:
        made = of(new_instance(fr, cls, n))
    init = fr.program.method(cls, "__init__")
    if init is not None:
        func = Func(init.function, fr.solver.environment(init.function, fr))
        call_function(fr, func, args, n, made)
    elif new is None or fr.solver.records.init_order(cls):
        _fill_fields(fr, cls, made, args, n)
    return made if new is not None else _as_value(fr, cls, made, args, n)


def _as_value(fr: Frame, cls: int, made: Value, args: Arguments, n: int) -> Value:
    """An instance of a class below ``str`` or a number is the value that it is made of, too."""
    if not args.positional or not any(base in _VALUES for base in fr.program.external_bases(cls)):
        return made
    return with_marks(made, step(collect(fr, args.positional[0][0], 1), fr.site(n), "through", "()"))


def _is_of(fr: Frame, atom: Obj, cls: int) -> bool:
    own = fr.object(atom.id).cls
    return cls in fr.program.classes[own].mro if own >= 0 else atom.id[0] == "s"


def new_instance(fr: Frame, cls: int, n: int) -> Obj:
    """A new instance of a class of the program; one of a library's container is a container too."""
    kind, type_ = fr.program.container(cls), ""
    for base in () if kind else fr.program.external_bases(cls):
        if fr.solver.library.has_type(base) and not type_:
            type_ = base
    return fr.allocate(n, Object(kind or "inst", cls, type_), ("new", cls))


def _fill_fields(fr: Frame, cls: int, made: Value, args: Arguments, n: int) -> None:
    """Fields by position and name, for classes whose ``__init__`` is made for them (or lies in a library)."""
    from privlint.flow.access import at_label, store

    names = fr.solver.records.init_order(cls)
    for name, value in fr.solver.records.defaults(cls).items():
        store(fr, made, f".{name}", value)
    if not fr.solver.records.is_plain(cls):
        given = args.mappings or args.star is not None  # what is spread may have them: what they hold is not known
        own = [each for each in names if not (given and fr.solver.records.match(made, each, fr))]
        _fill_containers(fr, cls, made, own, n)
        for name in () if given else names[len(args.positional) :]:
            if name in args.keywords:
                continue
            default = fr.solver.class_attribute(cls, name)
            if default is not None and is_constant(default):
                store(fr, made, f".{name}", default)
                if fr.solver.records.is_tuple(cls):
                    store(fr, made, f"[{names.index(name)}]", default)
    shown = fr.program.classes[cls].name
    for index, (value, at) in enumerate(args.positional):
        if index < len(names):
            value = moved(value, fr.site(at), "attribute", f"{shown}.{names[index]}")
            store(fr, made, f".{names[index]}", value)
            if fr.solver.records.is_tuple(cls):
                store(fr, made, f"[{index}]", value)
        elif not names and not _fill_container(fr, made, value):
            store(fr, made, "[*]", value)
    if args.star is not None:
        for index, name in enumerate(names[len(args.positional) :]):
            store(fr, made, f".{name}", item(fr, args.star[0], f"[{index}]"))
    mapping = any(fr.object(a.id).kind == "dict" for a in made.atoms if isinstance(a, Obj))
    for name, (value, at) in args.keywords.items():
        value = moved(value, fr.site(at), "attribute", f"{shown}.{name}") if not mapping else value
        store(fr, made, f"[{name!r}]" if mapping else f".{name}", value)
        if fr.solver.records.is_tuple(cls) and name in names:
            store(fr, made, f"[{names.index(name)}]", value)
    for value, _at in args.mappings:
        _spread(fr, made, value)
    _hide(fr, cls, made)
    post = fr.program.method(cls, "__post_init__")
    if post is not None:
        from privlint.flow.calls import call_method

        only = [at_label(fr, made, f".{name}") for name in fr.solver.records.init_only(cls)]
        call_method(fr, post.function, next(iter(made.atoms)), only, n)


def _hide(fr: Frame, cls: int, made: Value) -> None:
    """Fields whose type shows its value masked: ``SecretStr``."""
    from privlint.flow.access import store

    for name, field in fr.solver.records.fields(cls).items():
        if field.match.protection is not Protection.MASKED:
            continue
        held = load_attribute(fr, made, name)
        if held.marks:
            store(fr, made, f".{name}", Value(held.atoms, protect(held.marks, Protection.MASKED)))


def _fill_container(fr: Frame, made: Value, given: Value) -> bool:
    """Give an instance of a class below a built-in container what that is made of; whether it is one."""
    from privlint.flow.access import store
    from privlint.flow.models.merging import merge_pairs

    kinds = {fr.object(atom.id).kind for atom in made.atoms if isinstance(atom, Obj)}
    if kinds == {"dict"}:
        merge_pairs(fr, made, given)
    elif kinds <= {"list", "set"}:
        store(fr, made, "[*]", element(fr, given), strong=False)
    else:
        return False
    return True


def _fill_containers(fr: Frame, cls: int, made: Value, names: list[str], n: int) -> None:
    """Fields that are declared as containers and have a default are empty ones, each instance its own."""
    from privlint.flow.access import store

    for name in names:
        declared = fr.solver.annotations.field(cls, name)
        if declared is None or declared[1].name.endswith("ClassVar") or fr.solver.class_attribute(cls, name) is None:
            continue
        kind = fr.solver.annotations.object_type(*declared)[2]
        if kind in ("list", "dict"):
            store(fr, made, f".{name}", of(fr.allocate(n, Object(kind), ("field", cls, name))))


def _spread(fr: Frame, made: Value, mapping: Value) -> None:
    from privlint.flow.access import store
    from privlint.flow.models.reflection import set_all

    for atom in mapping.ordered:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            for label, value in obj.fields.items():
                key = text_key(label)
                if key is not None:
                    store(fr, made, f".{key}", value, strong=False)
                elif label == "[*]":
                    store(fr, made, ".*", value)
            if atom.id[0] == "s":  # each attribute is the item of its name
                set_all(fr, made, of(atom))
            if REST in obj.fields:
                store(fr, made, ".*", taken_over(fr, obj.fields[REST], "[*]"))
    if mapping.marks:
        known = any(isinstance(atom, Obj) for atom in mapping.atoms)
        carried = {m: w for m, w in mapping.marks.items() if not steps_into(m, mapping, known)}
        store(fr, made, ".*", with_marks(UNKNOWN, carried))
