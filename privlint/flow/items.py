"""Reading items and elements: of sequences, mappings, and what iterates."""

from __future__ import annotations

import ast

from privlint.flow import limits
from privlint.flow.chosen import part_called
from privlint.flow.constants import constant_label, literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.values import (
    ADDED,
    BY,
    CLEARED,
    EACH,
    KEYS,
    MAYBE,
    REST,
    SCALAR,
    UNKNOWN,
    UNSURE,
    Atom,
    Cls,
    Ext,
    Inst,
    Lit,
    Mark,
    Marks,
    Obj,
    ObjId,
    Opaque,
    Symbol,
    Trait,
    Value,
    is_one_item,
    join,
    join_all,
    of,
    only_marks,
    symbolic,
    text_key,
    with_marks,
)

CONTAINERS = frozenset({"list", "dict", "set", "tuple", "gen", "iter"})


def is_container(fr: Frame, atom: Atom) -> bool:
    """Whether this is a list, mapping, set, tuple or iterator made by the program, or a text."""
    return isinstance(atom, Lit) or (isinstance(atom, Obj) and fr.object(atom.id).kind in CONTAINERS)


def lacking(fr: Frame, value: Value, label: str) -> list[Atom]:
    """Of what a value may be, that which cannot have such an item: a list has no texts as keys, and where there is a
    list, a mapping whose keys are all texts is not meant by a position."""
    if label[1:2] in ("'", '"'):
        return [a for a in value.atoms if isinstance(a, Obj) and _is_sequence(fr.object(a.id))]
    if len(value.atoms) > 1 and label[1:2].isdigit():
        objects = [(a, fr.object(a.id)) for a in value.atoms if isinstance(a, Obj)]
        if any(_is_sequence(obj) for _, obj in objects):
            return [a for a, obj in objects if _has_texts_as_keys(obj)]
    return []


def _is_sequence(obj: Object) -> bool:
    return obj.built_in in ("list", "tuple", "set")


def _has_texts_as_keys(obj: Object) -> bool:
    known = [label for label in obj.fields if is_one_item(label)] if obj.built_in == "dict" else []
    return bool(known) and all(text_key(label) is not None for label in known)


QUERY = "@query:"
COLUMN = "@column:"  # the type of a column: of a model's class (by number) or of a table
DEFAULT = ".%default"  # the label of a mapping's default factory


def steps_into(mark: Mark, value: Value, known: bool) -> bool:
    """Whether an exact symbolic mark is taken over by the symbol of the part that is read."""
    if isinstance(mark.source, Symbol):
        return mark.source.deep == 0 and known
    return mark.whole != "" and known


def known_parts(fr: Frame, value: Value, label: str) -> bool:
    """Whether a value is an instance made here that has something under the label: it says what is there."""
    for atom in value.atoms:
        if not isinstance(atom, Obj) or atom.id[0] != "o":
            return False
        obj = fr.object(atom.id)
        if obj.cls < 0 or label not in obj.fields:
            return False
    return bool(value.atoms)


def picked(value: Value) -> Value:
    """What a value carries, as parts that are chosen and no whole."""
    if not any(mark.whole for mark in value.marks):
        return value
    return Value(value.atoms, {mark._replace(whole="") if mark.whole else mark: w for mark, w in value.marks.items()})


def item(fr: Frame, value: Value, label: str | None, key: Value | None = None) -> Value:
    """``value[key]``; ``label`` None where the key is not one constant."""
    several = one_of(key) if label is None and key is not None else ()
    if several:
        return join_all(item(fr, value, constant_label(each), each) for each in several)
    out = UNKNOWN
    known = shown = blank = False
    without = lacking(fr, value, label) if label is not None else ()
    for atom in value.ordered:
        part: Value | None = None
        if atom in without:
            continue
        if isinstance(atom, Obj):
            part = object_item(fr, atom.id, label, key)
        elif isinstance(atom, Opaque):
            part = _own_item(fr, atom, label, key)
        elif isinstance(atom, Inst):
            part = instance_item(fr, atom, label)
        elif isinstance(atom, Ext) and label is not None:
            part = fr.solver.read_external(atom.path, label) or None
        if part is not None:
            known = True
            shown |= isinstance(atom, Obj)
            out = join(out, part)
        else:
            blank |= isinstance(atom, Inst) and atom.type.endswith("()")
    if shown and blank:  # `load(path) or {"people": []}`: what is there may be something else as well
        out = join(out, UNSURE)
    if value.marks and label is not None and known_parts(fr, value, label):
        return out
    carried: Marks = {m: w for m, w in value.marks.items() if not steps_into(m, value, known)}
    text = text_key(label)
    return with_marks(out, carried if text is None else part_called(fr, carried, text))


def one_of(key: Value) -> list[Value]:
    """The keys, where a key is one of several constant texts: ``for name in ("email", "phone"): row[name]``.

    What a caller's object may have beside them (``for name in self.FIELDS``) is taken for the same texts.
    """
    texts = [a for a in key.ordered if isinstance(a, Lit) and isinstance(a.value, str)]
    others = [a for a in key.ordered if a not in texts and not _is_held_by_caller(a)]
    return [of(atom) for atom in texts] if texts and len(key.atoms) > 1 and not others else []


def _is_held_by_caller(atom: Atom) -> bool:
    return isinstance(atom, Obj) and atom.id[0] == "s" and any(label[:1] == "." for label in symbolic(atom.id)[1][:1])


def _has_unknown_keys(obj: Object) -> bool:
    return "[*]" in obj.fields or ADDED in obj.fields


def _under_any_key(fr: Frame, obj: Object, label: str) -> Value:
    """What was stored under a key that is not known and may be this one, as far as names tell."""
    found = obj.fields.get("[*]", UNKNOWN)
    if ADDED in obj.fields and not obj.fields.get(label):
        found = join(found, obj.fields[ADDED])
    key = text_key(label)
    return Value(found.atoms, part_called(fr, found.marks, key)) if found.marks and key is not None else found


def _own_item(fr: Frame, atom: Obj | Opaque, label: str | None, key: Value | None) -> Value | None:
    """What the class of an instance gives for a key; None where it has no method for that."""
    from privlint.flow.calls import call_dunder

    if key is None:
        key = UNKNOWN if label is None else _constant_key(label)
    return call_dunder(fr, atom, "__getitem__", [key])


def _constant_key(label: str) -> Value:
    try:
        return literal(ast.literal_eval(label[1:-1]))
    except (ValueError, SyntaxError):
        return UNKNOWN


def object_item(fr: Frame, key: ObjId, label: str | None, given: Value | None = None) -> Value | None:
    """An item of a heap object; ``given`` is the key as a value."""
    obj = fr.object(key)
    if obj.cls >= 0:
        called = _own_item(fr, Obj(key), label, given)
        if called is not None:
            return called
    if obj.type and obj.kind not in CONTAINERS:
        typed = instance_item(fr, Inst(obj.type), label)
        fields = obj.fields.get("[*]", UNKNOWN)
        if label is not None:
            fields = join(_under_any_key(fr, obj, label), obj.fields.get(label, UNKNOWN))
            if REST in obj.fields and label not in obj.fields:
                fields = join(fields, taken_over(fr, obj.fields[REST], label))
        held = obj.type.startswith("@row") or fr.solver.library.has_type(obj.type)  # by a caller, who knows its parts
        if typed is not None or fields or key[0] != "s" or not held:
            return join(typed, fields) if typed is not None else fields
    if label is not None and label[1:2] == "-":
        known = positions(fr, of(Obj(key)))
        label = known[int(label[1:-1])] if known and -int(label[1:-1]) <= len(known) else None
    if label is None:
        found = any_item(fr, key, obj, "[*]" if given is None else _by_parameter(given))
        if obj.cls >= 0 and obj.kind == "dict" and given is not None:
            found = join(found, _missing(fr, key, given) or UNKNOWN)
        if DEFAULT not in obj.fields:
            return found
        if given is not None and key[0] == "o":  # the key that was looked up is one that the mapping has from now on
            from privlint.flow.sources import counted_by  # late: sources read items

            obj = fr.object(key)
            fr.put(key, obj.with_field("[#]", join(obj.fields.get("[#]", UNKNOWN), counted_by(fr, given))))
        return found or join(found, _by_default(fr, key, fr.object(key), "[*]"))
    if label in obj.fields:
        found = obj.fields[label]
        return join(found, _under_any_key(fr, obj, label)) if _has_unknown_keys(obj) else found
    if key[0] == "s" and CLEARED not in obj.fields:
        first = fr.initial(key, label)
        if REST in obj.fields:
            first = join(first, taken_over(fr, obj.fields[REST], label))
        return join(first, _under_any_key(fr, obj, label)) if _has_unknown_keys(obj) else first
    found = _under_any_key(fr, obj, label)
    if REST in obj.fields:
        found = join(found, taken_over(fr, obj.fields[REST], label))
    if DEFAULT in obj.fields:
        return join(found, _by_default(fr, key, obj, label))
    if obj.cls >= 0 and obj.kind == "dict":
        missing = _missing(fr, key, literal(label[1:-1].strip("'")))
        return found if missing is None else join(found, missing)
    return found


def _missing(fr: Frame, key: ObjId, given: Value) -> Value | None:
    """What the class of a mapping gives for a key that it does not have; None where it says nothing."""
    from privlint.flow.calls import call_dunder

    return call_dunder(fr, Obj(key), "__missing__", [given])


def _by_parameter(key: Value) -> str:
    """The label of an item under a key that is a parameter, an item of one, or a variable around the function, as it
    was passed: callers know which one that is."""
    found = [a.id for a in key.atoms if isinstance(a, Obj)]
    if len(found) != 1 or found[0][0] != "s" or not all(isinstance(a, Obj) or a in _KEYS for a in key.atoms):
        return "[*]"
    param, path = symbolic(found[0])
    if not path:
        return f"{BY}{param}]" if param >= 0 else "[*]"
    told = path[0][0] == "." if param < 0 else path[0][1:2].isdigit()
    return f"{BY}{param}{path[0]}]" if len(path) == 1 and told else "[*]"


_KEYS = (Inst("builtins.str"), Inst("builtins.int"))


def taken_over(fr: Frame, rest: Value, label: str) -> Value:
    """What mappings that were copied had under a label when they were; ``[*]``: under any."""
    marks: Marks = {m: w for m, w in rest.marks.items() if not isinstance(m.source, Symbol)} if label != "[#]" else {}
    key = text_key(label)
    out = only_marks(marks if key is None else part_called(fr, marks, key))
    for atom in rest.ordered:
        if isinstance(atom, Obj):
            out = join(out, fr.initial(atom.id, label) if atom.id[0] == "s" else item(fr, of(atom), label))
    return out


def _by_default(fr: Frame, key: ObjId, obj: Object, label: str) -> Value:
    """What the factory of a ``defaultdict`` makes for a key that is looked up: it stays in the mapping."""
    from privlint.flow.arguments import Arguments
    from privlint.flow.calls import call_value

    if ("default", key) in fr.implicit_keys:
        return UNKNOWN
    fr.implicit_keys.add(("default", key))
    try:
        made = call_value(fr, obj.fields[DEFAULT], Arguments(), fr.solver.current_node)
    finally:
        fr.implicit_keys.discard(("default", key))
    if made:
        current = fr.object(key)
        fr.put(key, current.with_field(label, made))
    return made


def positions(fr: Frame, value: Value) -> list[str] | None:
    """The labels of the items of one sequence, in order, where all of them are known; else None."""
    if len(value.atoms) != 1:
        return None
    (atom,) = value.atoms
    if value.marks and not (isinstance(atom, Obj) and atom.id[0] == "s"):
        return None
    if not isinstance(atom, Obj):
        return None
    if atom.id[0] == "s":
        return [f"[{index}]" for index in range(size)] if (size := fr.size(atom.id)) >= 0 else None
    obj = fr.object(atom.id)
    if obj.kind not in ("list", "tuple", "iter", "gen") or obj.many or obj.cls >= 0:
        return None
    if obj.kind != "tuple" and atom.id in fr.solver.shared:
        return None
    labels = [label for label in obj.fields if label[0] == "["]
    expected = [f"[{index}]" for index in range(len(labels))]
    return expected if set(labels) == set(expected) else None


def known_keys(fr: Frame, value: Value) -> list[str] | None:
    """The labels of the items of a dictionary of which every key is known, in order, where they are few."""
    if len(value.atoms) != 1:
        return None
    (atom,) = value.atoms
    if not isinstance(atom, Obj):
        return None
    if atom.id[0] == "s":
        fr.need_parts(value, KEYS)
        return fr.keys(atom.id)
    if atom.id[0] != "o" or value.marks:
        return None
    obj = fr.object(atom.id)
    fields = obj.fields
    if obj.many or obj.built_in != "dict" or len(fields) > limits.ITEMS or MAYBE in fields:
        return None
    labels = [label for label, held in fields.items() if label[0] == "[" and held]
    if len(labels) > limits.SIZES or any(text_key(label) is None for label in labels):
        return None
    return labels if all(label[0] == "[" or label[1] == "%" for label in fields) else None


def is_there(fr: Frame, receiver: Value, label: str, name: str = "") -> bool:
    """Whether a dictionary that was made here, or one whose ``name`` is that of a constant, has an item under a key,
    whatever way led here."""
    for atom in receiver.atoms:
        obj = fr.object(atom.id) if isinstance(atom, Obj) and atom.id[0] == "o" else None
        if obj is None or obj.built_in != "dict" or obj.many or MAYBE in obj.fields or not obj.fields.get(label):
            return False
        if atom.id in fr.solver.shared and not name.isupper():  # type: ignore[union-attr]
            return False
    return bool(receiver.atoms) and not receiver.marks


def any_item(fr: Frame, key: ObjId, obj: Object, initial: str = "[*]") -> Value:
    """All that an item of the object may be; ``initial`` is the label of those which the caller's object has."""
    out = UNKNOWN
    for label, value in obj.fields.items():
        if label[0] == "[" and label not in ("[#]", REST, CLEARED):
            out = join(out, value)
    if REST in obj.fields:
        out = join(out, taken_over(fr, obj.fields[REST], "[*]"))
    if key[0] == "s" and CLEARED not in obj.fields:
        out = join(out, fr.initial(key, initial))
    return out


def queried(type_: str) -> int:
    """The class of the program whose rows a query set, or a method of one, is about; -1 for every other type."""
    return int(type_[len(QUERY) :].partition(".")[0]) if type_.startswith(QUERY) else -1


def instance_item(fr: Frame, atom: Inst, label: str | None = None) -> Value | None:
    """An item of a library type's instance."""
    cls = queried(atom.type)
    if cls >= 0:
        return of(Opaque(cls))
    if atom in SCALAR.atoms:
        return SCALAR
    for rule in fr.solver.library.type_order(atom.type):
        if rule.items:
            return of(Inst(rule.items))
        if rule.request_data:
            return of(atom)
        if rule.shared and label is not None:
            return fr.solver.read_external(rule.name, label) or None
    return None


def keys_of(fr: Frame, value: Value) -> Value:
    """What iterating over a mapping yields."""
    out = UNKNOWN
    for atom in value.ordered:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            out = join(out, obj.fields.get("[#]", UNKNOWN))
            if REST in obj.fields:
                out = join(out, taken_over(fr, obj.fields[REST], "[#]"))
            if atom.id[0] == "s" and CLEARED not in obj.fields:
                out = join(out, fr.initial(atom.id, "[#]"))
            literals = [label for label in obj.fields if label[0] == "[" and label[1] in "'\"" and len(label) < 80]
            out = join(out, of(*(Lit("str", label[2:-2]) for label in literals[: limits.ATOMS])))
    return out


_WILD = frozenset(("[*]", EACH))  # data that nests has no end: below these, keys and items are one


def element(fr: Frame, value: Value) -> Value:
    """What iterating over a value yields."""
    out = UNKNOWN
    for atom in value.ordered:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            if obj.kind == "sym" and obj.cls < 0 and not obj.type:
                fr.need(of(atom))  # of a mapping it yields the keys
            if obj.kind == "dict" or (obj.kind == "sym" and _is_mapping(fr, atom, obj)):
                out = join(out, keys_of(fr, of(atom)))
            elif obj.cls >= 0 and obj.kind in ("inst", "sym"):
                out = join(out, _iterated(fr, atom))
            elif atom.id[0] == "s" and not obj.type and _WILD.isdisjoint(symbolic(atom.id)[1]):
                out = join(out, any_item(fr, atom.id, obj, EACH))
            else:
                out = join(out, item(fr, Value(frozenset((atom,))), None))
        elif isinstance(atom, Inst):
            part = instance_item(fr, atom)
            out = join(out, part) if part is not None else out
        elif isinstance(atom, Opaque):
            out = join(out, _iterated(fr, atom))
        elif isinstance(atom, Cls):  # an enum: its members
            out = join(out, fr.solver.class_members(atom.cls))
    known = any(isinstance(a, Obj) for a in value.atoms)
    carried = {m: w for m, w in value.marks.items() if not steps_into(m, value, known)}
    return with_marks(out, carried)


def _is_mapping(fr: Frame, atom: Obj, obj: Object) -> bool:
    """Whether the function takes what it is passed for a mapping, as far as its own code says."""
    if obj.type == "builtins.dict":
        return True
    param, path = atom.id[1], atom.id[2]
    if path or obj.cls >= 0 or obj.type or not isinstance(param, int) or not 0 <= param < len(fr.ir.params):
        return False
    return fr.ir.params[param].name in fr.solver.used_as_mappings(fr.fn)


def iterated(fr: Frame, value: Value) -> Value:
    """What is gone through for a value: the iterator that its class gives, where its items are known one by one."""
    from privlint.flow.calls import call_dunder

    for atom in value.atoms if len(value.atoms) == 1 else ():
        made = call_dunder(fr, atom, "__iter__", []) if isinstance(atom, Obj | Opaque) else None
        if made is not None and positions(fr, made):
            return made
    return value


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
    for made in iterator.ordered:
        following = call_dunder(fr, made, "__next__", []) if isinstance(made, Obj | Opaque) else None
        if following is None and isinstance(made, Obj | Opaque):
            following = call_dunder(fr, made, "__anext__", [])
        if following is not None:
            out = join(out, following)
        elif made != atom:
            out = join(out, element(fr, Value(frozenset((made,)))))
    return with_marks(out, iterator.marks)


def key_label(fr: Frame, value: Value) -> str | None:
    """The label that an item under this key has, or None for an unknown key.

    A parameter counts as the constant that the context says it is.
    """
    if len(value.atoms) == 2:
        rest = [a for a in value.atoms if not isinstance(a, Trait) and not (isinstance(a, Obj) and fr.constant(a.id))]
        if len(rest) == 1:
            return constant_label(of(rest[0]))
    return constant_label(value) or _of_tuple(fr, value)


def _of_tuple(fr: Frame, value: Value) -> str | None:
    """The label of an item under a tuple of constants: ``prices["de", "pro"]``."""
    (atom,) = value.atoms if len(value.atoms) == 1 else (None,)
    if not isinstance(atom, Obj) or atom.id[0] == "s" or value.marks or fr.object(atom.id).built_in != "tuple":
        return None
    labels = [constant_label(item(fr, value, label)) for label in positions(fr, value) or ()]
    known = [label[1:-1] for label in labels if label is not None]
    return f"[({', '.join(known)},)]" if known and len(known) == len(labels) else None
