"""Records as mappings: ``body.model_dump()``, ``asdict(customer)``, ``form.cleaned_data``, ``schema.load(...)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import sources
from privlint.flow.arguments import Arguments
from privlint.flow.attributes import load_attribute
from privlint.flow.construction import construct
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.lookups import said_by_rule
from privlint.flow.origins import CHECKED
from privlint.flow.values import Cls, Hop, Lit, Mark, Obj, Opaque, Super, Value, join, of, only_marks, with_marks
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.library import Callee

Instance = Obj | Opaque
_MANY = frozenset({"many"})
_SAVING = ("save", "create", "update", "clean", "validate")  # with one of them a class sees itself to what is stored


def class_of(fr: Frame, atom: object) -> int:
    """The number of the class of the program that an atom is an instance of, or -1."""
    return fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1


def fields_of(
    fr: Frame, atom: Instance, n: int, only: frozenset[str] | None = None, without: frozenset[str] = frozenset()
) -> tuple[dict[str, Value], dict[Mark, Hop | None]]:
    """The fields of a record by key of a mapping, and what it carries as a whole.

    Args:
        atom: an instance of a record class.
        n: the node where the mapping is made.
        only: the fields that are taken, if not all.
        without: the fields that are left out.
    """
    cls = class_of(fr, atom)
    records = fr.solver.records
    hidden = records.excluded(cls)
    fields: dict[str, Value] = {}
    for name in records.names(cls):
        if name in hidden or name in without or (only is not None and name not in only):
            continue
        value = load_attribute(fr, of(atom), name)
        value = with_marks(value, sources.of_attribute(fr, of(atom), name, n, fr.program.classes[cls].name, value))
        if value:
            fields[f"[{name!r}]"] = value
    marks: dict[Mark, Hop | None] = {}
    if isinstance(atom, Opaque) or atom.id[0] == "s":
        kept = {label[2:-2] for label in fields}
        marks = {m: w for m, w in records.whole(fr, cls, 2).items() if getattr(m.source, "name", "") in kept}
    return fields, marks


def as_text_or_mapping(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A method of a record that gives all its fields (``whole`` and ``sent`` of the rule packs), or None."""
    if callee.receiver is None:
        return None
    out: Value | None = None
    for given in callee.receiver.ordered:
        atom = given.self if isinstance(given, Super) else given  # ``super().clean()``: of the same record
        cls = class_of(fr, atom)
        rule = fr.solver.records.rule(cls) if cls >= 0 else None
        if rule is None or not isinstance(atom, Obj | Opaque):
            continue
        if callee.attribute in rule.sent:
            part = sent(fr, atom, callee.n, callee.attribute)
            many = any(name in _MANY for name in args.keywords)
            if part is not None and many:
                part = of(fr.allocate(callee.n, Object("list", fields={"[*]": part}), "many"))
        elif callee.attribute in rule.whole and fr.program.method(cls, callee.attribute) is None:
            part = _whole(fr, atom, callee, args)
        else:
            part = None
        if part is not None:
            out = part if out is None else join(out, part)
    return out if out is None else with_marks(out, said_by_rule(callee.receiver))


def made_of(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """An instance that a class method of a record makes of what it is given (``makes`` of the rule packs), or None."""
    out: Value | None = None
    for atom in callee.receiver.ordered if callee.receiver is not None else ():
        rule = fr.solver.records.rule(atom.cls) if isinstance(atom, Cls) else None
        if rule is None or not isinstance(atom, Cls) or callee.attribute not in rule.makes:
            continue
        given = args.positional[0] if args.positional else next(iter(args.keywords.values()), None)
        mapping = given is not None and any(
            isinstance(a, Obj) and fr.object(a.id).kind == "dict" for a in given[0].atoms
        )
        if given is not None and mapping:
            made = construct(fr, atom.cls, Arguments(mappings=[given]), callee.n)
        else:
            made = of(Opaque(atom.cls))
        out = made if out is None else join(out, made)
    return out


def _whole(fr: Frame, atom: Instance, callee: Callee, args: Arguments) -> Value | None:
    only = texts(fr, args, "include")
    fields, marks = fields_of(fr, atom, callee.n, only, texts(fr, args, "exclude") or frozenset())
    if not fields and not fr.solver.records.fields(class_of(fr, atom)):
        return None
    made = of(fr.allocate(callee.n, Object("dict", fields=fields), "whole"))
    if "json" in callee.attribute or callee.attribute == "export":
        return with_marks(only_marks(collect(fr, made, 2)), marks)
    return with_marks(made, marks)


def texts(fr: Frame, args: Arguments, name: str) -> frozenset[str] | None:
    """The names that an argument lists, in a set, a sequence or as keys of a mapping; None where it is not given."""
    given = args.keywords.get(name)
    if given is None:
        return None
    out: set[str] = set()
    for atom in given[0].ordered:
        if isinstance(atom, Obj):
            for label, value in fr.object(atom.id).fields.items():
                out.update(a.value for a in value.atoms if isinstance(a, Lit) and isinstance(a.value, str))
                if label[:2] == "['":
                    out.add(label[2:-2])
    return frozenset(out)


def sent(fr: Frame, atom: Instance, n: int, name: str) -> Value | None:
    """What a form, serializer or schema was sent, or gives out, by its fields; None where it declares none."""
    cls = class_of(fr, atom)
    fields: dict[str, Value] = {}
    whole = fr.solver.records.whole(fr, cls, 2)
    if name == "data" and fr.solver.records.names_fields(cls):  # given out: somebody has decided about each
        whole = {mark._replace(whole=""): way for mark, way in whole.items()}
    for key, field in fr.solver.records.fields(cls).items():
        fields[f"[{key!r}]"] = only_marks(
            {m._replace(whole=""): w for m, w in whole.items() if getattr(m.source, "site", None) == field.site}
        )
    if not fields:
        return None
    made = of(fr.allocate(n, Object("inst", type_=CHECKED, fields=fields), "sent"))
    return with_marks(made, whole)


def sent_attribute(fr: Frame, atom: object, name: str) -> Value | None:
    """An attribute of a form or serializer that gives what it was sent (``form.cleaned_data``), or None."""
    cls = class_of(fr, atom)
    rule = fr.solver.records.rule(cls) if cls >= 0 else None
    if rule is None or name not in rule.sent or not isinstance(atom, Obj | Opaque):
        return None
    if isinstance(atom, Obj) and f".{name}" in fr.object(atom.id).fields:
        return None
    return sent(fr, atom, fr.solver.current_node, name)


def saved(fr: Frame, value: Value) -> dict[Mark, Hop | None] | None:
    """What a form or serializer of a model puts into the table as it was sent; None where the value is none.

    What the class does to a field itself (``clean_email``, ``create``) is left to where it does it.
    """
    records, program = fr.solver.records, fr.program
    out: dict[Mark, Hop | None] | None = None
    for atom in value.ordered:
        cls = class_of(fr, atom)
        if cls < 0 or records.kind(cls) not in ("form", "serializer"):
            continue
        out = {} if out is None else out
        model = records.linked(cls, "Meta.model")
        if model < 0 or any(program.method(cls, name) is not None for name in _SAVING):
            continue
        for mark, way in records.whole(fr, cls, 2).items():
            name = getattr(mark.source, "name", "")
            if name not in records.names(model):
                continue  # a field that the form has of itself
            own = any(program.method(cls, f"{how}_{name}") is not None for how in ("clean", "validate"))
            if name not in records.opaque(model) and not own:
                out[mark._replace(whole="")] = way
    return out
