"""Methods of containers: what goes in with ``append`` and ``update``, what comes out of ``get`` and ``pop``."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from privlint.flow import limits, sources
from privlint.flow.access import clear, delete, shorten, store
from privlint.flow.constants import key_texts, literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import CONTAINERS, element, is_there, item, key_label, keys_of, known_keys, positions
from privlint.flow.models.cloning import clone
from privlint.flow.models.merging import merge_pairs
from privlint.flow.models.mutation import fail, mutate, reordered
from privlint.flow.models.texts import CARRYING, QUESTIONS, SILENT, carry
from privlint.flow.values import (
    BESIDE,
    FALSE,
    MAYBE,
    NONE,
    SCALAR,
    TRUE,
    UNKNOWN,
    Atom,
    Func,
    Lit,
    Obj,
    Opaque,
    Prefix,
    Value,
    either,
    join,
    join_all,
    of,
    text_key,
    with_marks,
)

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

MUTATORS = frozenset(
    [
        "append",
        "add",
        "appendleft",
        "put",
        "put_nowait",
        "insert",
        "push",
        "extend",
        "update",
        "setdefault",
        "write",
        "writelines",
        "extendleft",
        "add_header",
        "send_nowait",
        "set_result",
        "set_exception",
        "__setitem__",
        "__delitem__",
    ]
)


_READERS = frozenset(
    [
        "get",
        "pop",
        "popitem",
        "items",
        "values",
        "keys",
        "copy",
        "popleft",
        "get_nowait",
        "iteritems",
        "itervalues",
        "most_common",
        "elements",
        "__iter__",
        "__next__",
        "__anext__",
        "send",
        "asend",
        "clear",
        "remove",
        "discard",
        "sort",
        "reverse",
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "getlist",
        "setlist",
        "result",
        "new_child",
        "rotate",
        "move_to_end",
        "__getitem__",
    ]
)


# What a query set still has once its rows are mappings or tuples: ``values().first()``, ``values_list().order_by()``.
_ONE_ROW = frozenset(("first", "last", "latest", "earliest", "afirst", "alast"))
_SAME_ROWS = frozenset(
    ("filter", "exclude", "order_by", "distinct", "iterator", "aiterator", "all", "using", "annotate")
)


METHODS = MUTATORS | _READERS | CARRYING | _ONE_ROW | _SAME_ROWS


def method(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A method of a container or string, told by its name; None where the receiver is known to be something else."""
    receiver = callee.receiver
    name = callee.attribute
    if receiver is None or not name:
        return None
    if len(receiver.atoms) > 1:
        receiver = _having(fr, receiver, name)
    kinds = {_kind(fr, atom) for atom in receiver.atoms} or {"unknown"}
    if kinds & {"container", "unknown"} and not (name in ("send", "asend") and _of_library(fr, receiver)):
        if name in MUTATORS:
            return mutate(fr, receiver, name, callee, args)
        if name in _READERS:
            return _read(fr, receiver, name, callee, args)
    if name in _ONE_ROW | _SAME_ROWS:
        if not receiver.atoms or not all(isinstance(a, Obj) and fr.object(a.id).kind == "iter" for a in receiver.atoms):
            return None
        return item(fr, receiver, None) if name in _ONE_ROW else receiver
    if name in QUESTIONS and "class" not in kinds:
        return SCALAR
    if name == "_make" and args.positional:
        return _made(fr, receiver, callee, args)
    if name in ("_asdict", "_replace") and kinds & {"container", "class"}:
        return _named_tuple(fr, receiver, name, callee, args)
    if name in SILENT and kinds & {"container", "unknown", "text"}:
        return SCALAR
    if name in CARRYING and (receiver.marks or "text" in kinds or name in ("join", "format", "format_map")):
        from privlint.flow.models.packing import still_packed

        text = carry(fr, receiver, name, callee, args)
        return Value(text.atoms | still_packed(fr, receiver, name), text.marks)
    return None


_BUILT_IN: dict[str, frozenset[str]] = {kind.__name__: frozenset(dir(kind)) for kind in (list, tuple, dict, set)}


def _having(fr: Frame, receiver: Value, name: str) -> Value:
    """Of several things those that have such a method: a dictionary cannot be appended to."""
    lacking = [
        atom
        for atom in receiver.ordered
        if isinstance(atom, Obj) and name not in _BUILT_IN.get(fr.object(atom.id).built_in, (name,))
    ]
    if not lacking or len(lacking) == len(receiver.atoms):
        return receiver
    return Value(receiver.atoms.difference(lacking), receiver.marks)


def _of_library(fr: Frame, receiver: Value) -> bool:
    """Whether a value can only be an object of a library: no generator, which ``send`` resumes."""
    return bool(receiver.atoms) and all(
        isinstance(a, Obj) and fr.object(a.id).type and fr.object(a.id).kind == "inst" for a in receiver.atoms
    )


def _named_tuple(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments) -> Value | None:
    """``t._asdict()`` and ``t._replace(field=value)`` of tuples with named fields."""
    found = [a for a in receiver.ordered if isinstance(a, Obj) and _has_names(fr, a)]
    if not found:
        return None
    if name == "_replace":
        made = clone(fr, Value(frozenset(found), receiver.marks), callee.n)
        for atom in found:
            obj = fr.object(atom.id)
            made_of = [label[1:] for label in obj.fields if label[0] == "."]
            names = fr.solver.records.init_order(obj.cls) if obj.cls >= 0 else made_of
            for field, (value, _) in args.keywords.items():
                store(fr, made, f".{field}", value)
                if field in names:
                    store(fr, made, f"[{names.index(field)}]", value)
        return made
    fields: dict[str, Value] = {}
    for atom in found:
        for label, value in fr.object(atom.id).fields.items():
            if label[0] == "." and label[1] not in "%*":
                key = f"[{label[1:]!r}]"
                fields[key] = join(fields.get(key, UNKNOWN), value)
    return with_marks(of(fr.allocate(callee.n, Object("dict", fields=fields), "asdict")), receiver.marks)


def _made(fr: Frame, receiver: Value, callee: Callee, args: Arguments) -> Value | None:
    """``T._make(items)`` of a ``namedtuple``."""
    from privlint.flow.arguments import Arguments
    from privlint.flow.calls import call_value

    factories = [a for a in receiver.ordered if isinstance(a, Obj) and fr.object(a.id).kind == "namedtuple"]
    if not factories:
        return None
    given, n = args.positional[0]
    size = sum(label[0] == "[" for label in fr.object(factories[0].id).fields)
    parts = [(item(fr, given, f"[{index}]"), n) for index in range(size)]
    return call_value(fr, of(*factories), Arguments(parts), callee.n)


def _has_names(fr: Frame, atom: Obj) -> bool:
    obj = fr.object(atom.id)
    return (obj.cls >= 0 and fr.solver.records.is_tuple(obj.cls)) or (
        obj.kind == "tuple" and any(label[0] == "." for label in obj.fields)
    )


def _kind(fr: Frame, atom: Atom) -> str:
    if isinstance(atom, Obj):
        obj = fr.object(atom.id)
        if obj.kind in CONTAINERS or obj.kind == "dict":
            return "container"
        if obj.cls >= 0:
            return "container" if fr.solver.records.is_typed_dict(obj.cls) else "class"
        return "unknown"
    if isinstance(atom, Opaque) and fr.solver.records.is_typed_dict(atom.cls):
        return "container"
    return "text" if isinstance(atom, Lit | Prefix) else "other"


def _read(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments) -> Value | None:
    values = [value for value, _ in args.positional]
    if name in ("get", "pop") and (values or args.keywords):
        return _lookup(fr, receiver, name, callee, args, values)
    if name == "__getitem__":
        label = key_label(fr, values[0]) if values else None
        return item(fr, receiver, label, values[0]) if values else None
    if name in ("pop", "popleft"):
        return taken(fr, receiver, first=name == "popleft")
    if name == "result":  # a future holds it; a task is taken for what it gives
        fail(fr, receiver)
        futures = [a for a in receiver.ordered if isinstance(a, Obj) and fr.object(a.id).kind == "iter"]
        return join(receiver, item(fr, of(*futures), None)) if futures else receiver
    if name in ("send", "asend"):
        sent(fr, receiver, values)
    if name in ("get", "get_nowait", "__next__", "__anext__", "send", "asend", "getlist"):
        return item(fr, receiver, None)
    if name == "popitem" and (labels := known_keys(fr, receiver)):
        return _popped(fr, receiver, callee, args, labels)
    if name in ("items", "keys", "values") and (labels := known_keys(fr, receiver)) is not None:
        return _known(fr, receiver, name, labels, callee.n)
    if name in ("items", "iteritems", "most_common", "popitem"):
        pair = Object("tuple", fields={"[0]": keys_of(fr, receiver), "[1]": item(fr, receiver, None)})
        made = of(fr.allocate(callee.n, pair, "pair"))
        return made if name == "popitem" else of(fr.allocate(callee.n, Object("iter", fields={"[*]": made}), "items"))
    if name == "values" and (exact := _in_order(fr, receiver)) is not None:
        return of(fr.allocate(callee.n, Object("iter", fields=exact), "values"))
    if name == "elements":
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": keys_of(fr, receiver)}), "elements"))
    if name in ("values", "itervalues", "__iter__"):
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": item(fr, receiver, None)}), "values"))
    if name == "keys":
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": keys_of(fr, receiver)}), "keys"))
    if name in ("union", "intersection", "difference", "symmetric_difference"):
        others = values if name in ("union", "symmetric_difference") else []
        whole = join_all([element(fr, receiver), *(element(fr, value) for value in others)])
        return of(fr.allocate(callee.n, Object("set", fields={"[*]": whole}), "set"))
    if name in ("copy", "new_child"):
        made = clone(fr, receiver, callee.n)
        for value in values if name == "new_child" else ():
            merge_pairs(fr, made, value)
        return made
    if name == "move_to_end":
        _moved(fr, receiver, args)
        return NONE
    if name in ("reverse", "sort", "rotate"):
        reordered(fr, receiver, name, values)
        return NONE
    if name == "clear":
        clear(fr, receiver)
        return NONE
    return NONE


def _known(fr: Frame, receiver: Value, name: str, labels: list[str], n: int) -> Value:
    """The items, keys or values of a dictionary of which every key is known, in order."""
    keys = [literal(text_key(label)) for label in labels]
    parts = [item(fr, receiver, label) for label in labels] if name != "keys" else keys
    if name == "items":
        pairs = [Object("tuple", fields={"[0]": key, "[1]": part}) for key, part in zip(keys, parts, strict=True)]
        parts = [of(fr.allocate(n, pair, ("pair", at))) for at, pair in enumerate(pairs)]
    return of(fr.allocate(n, Object("iter", fields={f"[{at}]": part for at, part in enumerate(parts)}), name))


def _popped(fr: Frame, receiver: Value, callee: Callee, args: Arguments, labels: list[str]) -> Value:
    """The last item of a dictionary of which every key is known, or the first, with its key: it is taken out."""
    last = args.at(fr, 0, "last")
    label = labels[0] if last is not None and last[0].same(FALSE) else labels[-1]
    pair = Object("tuple", fields={"[0]": literal(text_key(label)), "[1]": item(fr, receiver, label)})
    delete(fr, receiver, label)
    return of(fr.allocate(callee.n, pair, "pair"))


def _moved(fr: Frame, receiver: Value, args: Arguments) -> None:
    """``ordered.move_to_end(key)``: in which order the items are then."""
    label = key_label(fr, args.positional[0][0]) if args.positional else None
    last = args.at(fr, 1, "last")
    for atom in receiver.ordered:
        obj = fr.object(atom.id) if isinstance(atom, Obj) and atom.id[0] != "s" else None
        if not isinstance(atom, Obj) or obj is None:
            continue
        if label not in obj.fields:
            fields = {**obj.fields, MAYBE: TRUE}  # of the keys that are known any may be the last
        else:
            moved = {label: obj.fields[label]}
            rest = {at: value for at, value in obj.fields.items() if at != label}
            fields = {**moved, **rest} if last is not None and last[0].same(FALSE) else {**rest, **moved}
        fr.put(atom.id, Object(obj.kind, obj.cls, obj.type, fields, obj.many, obj.written))


def sent(fr: Frame, receiver: Value, values: list[Value]) -> None:
    """``generator.send(value)``: its ``yield`` gives it, in every call of that generator."""
    for atom in receiver.ordered:
        for made in fr.object(atom.id).fields.get(".%of", UNKNOWN).ordered if isinstance(atom, Obj) else ():
            if isinstance(made, Func) and values:
                fr.solver.write_external(f"@sent:{made.fn}", "[*]", values[0])


def _in_order(fr: Frame, receiver: Value) -> dict[str, Value] | None:
    """The values of a dictionary of which every key is known, in the order in which they were stored."""
    found = [fr.object(a.id) for a in receiver.ordered if isinstance(a, Obj) and a.id[0] != "s"]
    if len(found) != 1 or len(receiver.atoms) != 1 or receiver.marks or found[0].kind != "dict" or found[0].many:
        return None
    fields = {label: value for label, value in found[0].fields.items() if label[0] == "["}
    if (
        MAYBE in found[0].fields
        or "[#]" in fields
        or not BESIDE.isdisjoint(fields)
        or not all(fields.values())
        or len(fields) > limits.ITEMS
    ):
        return None
    return {f"[{index}]": value for index, value in enumerate(fields.values())}


def taken(fr: Frame, receiver: Value, first: bool) -> Value:
    """The first or last item, which is removed where every item of the sequence is known."""
    labels = positions(fr, receiver)
    if not labels:
        return item(fr, receiver, None)
    found = item(fr, receiver, labels[0] if first else labels[-1])
    if first:
        for before, behind in pairwise(labels):
            store(fr, receiver, before, item(fr, receiver, behind))
    shorten(fr, receiver, labels[-1])
    return found


def _lookup(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments, values: list[Value]) -> Value:
    key = values[0] if values else UNKNOWN
    label = key_label(fr, key)
    if label is None:
        fr.need(key)  # a caller that knows the key knows the item
    if name == "pop" and label in ("[0]", "[-1]") and positions(fr, receiver):
        return taken(fr, receiver, first=label == "[0]")
    found = item(fr, receiver, label, key)
    there = label is not None and is_there(fr, receiver, label, callee.receiver_name)
    if label is not None:
        for text in key_texts(key)[:1]:
            needed = name == "pop" and len(values) < 2
            marks = sources.of_item(fr, receiver, text, callee.n, callee.receiver_name, found, required=needed)
            found = with_marks(found, marks)
    if name == "pop" and label is not None:
        found = Value(found.atoms, found.marks)
        delete(fr, receiver, label)
    default = values[1] if len(values) > 1 else args.keywords.get("default", (UNKNOWN, 0))[0]
    return found if there else either(found, default)
