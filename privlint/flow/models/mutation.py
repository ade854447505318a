"""Methods that change a container: what is put in, taken out, put in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.access import delete, shorten, store
from privlint.flow.frame import Frame
from privlint.flow.items import element, item, key_label, known_keys, positions
from privlint.flow.models.merging import count, known_items, merge, merge_pairs
from privlint.flow.values import ADDED, FAILED, NONE, UNKNOWN, Lit, Obj, Value, join, join_all, only_marks, step

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


_GIVEN = ("item", "obj", "value")  # what is put into a queue, or set as a result, by its name


def mutate(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments) -> Value:
    site = fr.site(callee.n)
    into = callee.receiver_name or "the container"
    values = [value for value, _ in args.positional]
    if not values and name != "update":
        values = [value for key, (value, _) in args.keywords.items() if key in _GIVEN]
    if name in ("update",):
        mapping = any(isinstance(a, Obj) and fr.object(a.id).kind == "dict" for a in receiver.atoms)
        for value in values:
            if not count(fr, receiver, value):
                merge_pairs(fr, receiver, value) if mapping else merge(fr, receiver, value)
        for key, (value, _) in args.keywords.items():
            store(fr, receiver, f"[{key!r}]", value)
        for value, _ in args.mappings:
            merge(fr, receiver, value)
        return NONE
    if name == "set_exception":
        store(fr, receiver, FAILED, join_all(values), strong=False)
        return NONE
    if name == "__setitem__" and len(values) == 2:
        store_under(fr, receiver, values[0], values[1])
        return NONE
    if name == "__delitem__":
        for label in [key_label(fr, key) for key in values]:
            if label is not None:
                delete(fr, receiver, label)
        return NONE
    if name == "setdefault":
        label = key_label(fr, values[0]) if values else None
        if values and label is None:
            fr.need(values[0])
        new = values[1] if len(values) > 1 else UNKNOWN
        if label is None:
            store(fr, receiver, ADDED, new, strong=False)
        elif label not in (known_keys(fr, receiver) or ()):
            store(fr, receiver, label, join(item(fr, receiver, label), new))
        return item(fr, receiver, label)
    if name in ("insert", "extend", "appendleft") and _placed(fr, receiver, name, values):
        return NONE
    if name in ("extend", "extendleft", "writelines"):
        given = join_all(element(fr, value) for value in values)
    elif name in ("insert", "add_header"):
        given = join_all(values[1:])
    else:
        given = join_all(values)
    if given:
        marks = step(given.marks, site, "into", into)
        labels = positions(fr, receiver) if name == "append" else None
        if labels is not None and len(labels) < limits.ITEMS:
            store(fr, receiver, f"[{len(labels)}]", Value(given.atoms, marks))
        else:
            store(fr, receiver, "[*]", Value(given.atoms, marks), strong=False)
    return NONE


def fail(fr: Frame, future: Value) -> None:
    """Who waits for a future gets the exception that was set, too."""
    for atom in future.ordered:
        failed = fr.object(atom.id).fields.get(FAILED) if isinstance(atom, Obj) else None
        if failed:
            fr.raised(failed)


def store_under(fr: Frame, receiver: Value, key: Value, value: Value) -> None:
    """``receiver[key] = value``."""
    label = key_label(fr, key)
    if label is None:
        fr.need(key)
    store(fr, receiver, label or "[*]", value, strong=label is not None)
    if key.marks:
        store(fr, receiver, "[#]", only_marks(key.marks), strong=False)


def _placed(fr: Frame, receiver: Value, name: str, values: list[Value]) -> bool:
    """Insert one item, or append those of another sequence, where all positions are known."""
    items = known_items(fr, receiver)
    if items is None:
        return False
    if name == "extend":
        return len(values) == 1 and extend_known(fr, receiver, values[0])
    if name == "appendleft":
        return len(values) == 1 and replace_items(fr, receiver, [values[0], *items])
    at = [a.value for a in values[0].ordered if isinstance(a, Lit)] if len(values) == 2 else []
    if len(at) != 1 or not isinstance(at[0], int) or len(values[0].atoms) != 1:
        return False
    items.insert(at[0], values[1])
    return replace_items(fr, receiver, items)


def extend_known(fr: Frame, receiver: Value, given: Value) -> bool:
    """Append the items of one sequence to another, where all of both are known; whether that could be done."""
    items, more = known_items(fr, receiver), known_items(fr, given)
    return items is not None and more is not None and replace_items(fr, receiver, [*items, *more])


def replace_items(fr: Frame, receiver: Value, items: list[Value]) -> bool:
    """Give a sequence of known items these instead; whether that could be done."""
    labels = positions(fr, receiver)
    if labels is None or len(items) > limits.ITEMS:
        return False
    for label in labels[len(items) :][::-1]:
        shorten(fr, receiver, label)
    for index, value in enumerate(items):
        store(fr, receiver, f"[{index}]", value)
    return True


def reordered(fr: Frame, receiver: Value, name: str, values: list[Value]) -> None:
    """``xs.reverse()``, ``xs.rotate(n)`` and ``xs.sort()`` of a sequence whose positions are known."""
    items = known_items(fr, receiver)
    by = [a.value for a in values[0].atoms if isinstance(a, Lit)] if values else [1]
    if items and name == "reverse":
        replace_items(fr, receiver, items[::-1])
    elif items and name == "rotate" and len(by) == 1 and isinstance(by[0], int):
        cut = -by[0] % len(items)
        replace_items(fr, receiver, items[cut:] + items[:cut])
    elif items:
        replace_items(fr, receiver, [join_all(items)] * len(items))
