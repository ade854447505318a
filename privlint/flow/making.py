"""The meaning of the ops that make values: strings, containers, iteration, unpacking."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from privlint.flow import bynames, limits, masks, sources
from privlint.flow.access import store
from privlint.flow.calls import defines
from privlint.flow.constants import is_number, strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, iterated, key_label, positions
from privlint.flow.models.folding import concatenated
from privlint.flow.values import (
    SIZE,
    UNKNOWN,
    Hop,
    Mark,
    Obj,
    Value,
    join,
    moved,
    of,
    only_marks,
    step,
    symbolic,
    with_marks,
)
from privlint.flow.wholes import collect
from privlint.ir import ops as o


def build(fr: Frame, op: o.Build) -> None:
    """A display: list, dict, set, tuple, slice or formatted string."""
    if op.kind == "str":
        fr.put_register(
            op.dst,
            build_text(
                fr,
                [fr.get(part.reg) for part in op.parts],
                op.n,
                [_shown(part.label) for part in op.parts],
                [part.reg for part in op.parts],
            ),
        )
    elif op.kind == "dict":
        fr.put_register(op.dst, _build_dict(fr, op))
    elif op.kind == "slice":
        bounds = {f".{name}": fr.get(part.reg) for name, part in zip(("start", "stop", "step"), op.parts, strict=False)}
        fr.put_register(op.dst, of(fr.allocate(op.n, Object("slice", fields=bounds), "slice object")))
    else:
        fr.put_register(op.dst, _build_sequence(fr, op))


def _shown(conversion: str | None) -> str:
    """How a replacement field shows its value."""
    return {"!s": "str", "!r": "repr", "!a": "repr"}.get(conversion or "", "format")


_ADDRESS = re.compile(r"ur[li]|host|base|endpoint|server|domain|root", re.IGNORECASE)


def build_text(fr: Frame, parts: list[Value], n: int, shown: Sequence[str] = (), regs: Sequence[int] = ()) -> Value:
    """A string put together of parts, each shown as ``shown`` says."""
    marks: dict[Mark, Hop | None] = {}
    for value, how in zip_longest(parts, shown, fillvalue="str"):
        assert isinstance(value, Value)
        for mark, way in collect(fr, value, 1, str(how)).items():
            marks.setdefault(mark, way)
    if parts:
        _ask_for_address(fr, parts[0], parts)
    atoms = concatenated(parts)
    masked = masks.mask(fr, parts, marks)
    salted = any(masks.is_salt(fr, reg, value) for reg, value in zip(regs, parts, strict=False))
    atoms |= masks.traits(parts, masked is not None, salted)
    return Value(atoms, step(marks if masked is None else masked, fr.site(n), "format"))


def _ask_for_address(fr: Frame, value: Value, parts: list[Value]) -> None:
    """``f"{base}/path"`` with a parameter: what the caller passes may be an address."""
    following = [t for part in parts[1:2] for t in strings(part)]
    before_a_path = any(t.startswith("/") for t in following)
    for atom in value.ordered:
        if isinstance(atom, Obj) and atom.id[0] == "s":
            symbol = symbolic(atom.id)
            if before_a_path or (symbol[1] and _ADDRESS.search(symbol[1][-1])):
                fr.need_address(symbol)


def _build_dict(fr: Frame, op: o.Build) -> Value:
    from privlint.flow.models.merging import copy_item, merge

    parts = iter(op.parts)
    if fr.alone and _is_its_own(op):
        made = fr.get(op.dst)
        next(parts)
    else:
        made = of(fr.allocate(op.n, Object("dict"), "dict"))
    for part in parts:
        if part.label == "**":
            merge(fr, made, fr.get(part.reg))
            continue
        value_part = next(parts)
        key, value = fr.get(part.reg), fr.get(value_part.reg)
        texts = strings(key)
        if value.marks:
            value = moved(value, fr.site(value_part.n), "item", repr(texts[0])) if texts else value
        if texts and sources.says_little(value):
            value = with_marks(value, bynames.keyed(fr, texts[0], value_part.n, "", _keys(fr, op)))
        label = key_label(fr, key)
        if label is None and not _is_its_own(op):
            fr.need(key)  # a caller that knows the key knows the item
        if label is not None or not copy_item(fr, made, part.reg):
            store(fr, made, label or "[*]", value, strong=label is not None)
        if key.marks:
            keys = sources.counted_by(fr, key) if is_number(value) else key
            store(fr, made, "[#]", only_marks(keys.marks), strong=False)
    return made


def _keys(fr: Frame, op: o.Build) -> list[str]:
    """The constant keys of a display."""
    out: list[str] = []
    parts = iter(op.parts)
    for part in parts:
        if part.label != "**" and next(parts, None) is not None:
            out += strings(fr.get(part.reg))
    return out


def _is_its_own(op: o.Build) -> bool:
    """Whether a display is what a comprehension has so far, with one more item."""
    return bool(op.parts) and op.parts[0].label in ("*", "**") and op.parts[0].reg == op.dst


def _grown(fr: Frame, op: o.Build) -> Value | None:
    """What a comprehension has after one more turn; None where its items are not all known."""
    value = fr.get(op.dst)
    labels = positions(fr, value) if op.kind == "list" else None
    if labels is None or len(labels) >= limits.ITEMS:
        return None
    store(fr, value, f"[{len(labels)}]", fr.get(op.parts[1].reg))
    return value


def _build_sequence(fr: Frame, op: o.Build) -> Value:
    if fr.alone and _is_its_own(op) and (grown := _grown(fr, op)) is not None:
        return grown
    fields: dict[str, Value] = {}
    exact = True
    for part in op.parts:
        value = iterated(fr, fr.get(part.reg)) if part.label == "*" else fr.get(part.reg)
        labels = positions(fr, value) if part.label == "*" and exact and op.kind != "set" else None
        if labels is not None and len(fields) + len(labels) <= limits.ITEMS:
            fields.update((f"[{len(fields)}]", item(fr, value, label)) for label in labels)
            continue
        if part.label == "*":
            exact = False
            value = element(fr, value)
        label = f"[{len(fields)}]" if exact and op.kind != "set" else "[*]"
        fields[label] = join(fields.get(label, UNKNOWN), value)
    return of(fr.allocate(op.n, Object(op.kind, fields=fields), op.kind))


def iterate(fr: Frame, op: o.Iterate) -> None:
    """One item of what is iterated over."""
    fr.names[op.dst] = fr.names.get(op.src, "")
    value = fr.items.get(op.src)
    if value is None:
        value = element(fr, fr.get(op.src))
    fr.put_register(op.dst, sources.if_sent(fr, value, op.n, fr.names[op.dst]))


def unpack(fr: Frame, op: o.Unpack) -> None:
    """``a, *b = src``."""
    value = iterated(fr, fr.get(op.src))
    whole = None
    kinds = {fr.object(a.id).kind for a in value.atoms if isinstance(a, Obj)}
    if (kinds & {"iter", "gen", "set", "dict"} and not positions(fr, value)) or not any(
        isinstance(a, Obj) and not defines(fr, a, "__iter__") for a in value.atoms
    ):
        whole = element(fr, value)
    count = len(op.dsts)
    for index, dst in enumerate(op.dsts):
        if op.star >= 0 and index == op.star:
            fields = _starred(fr, value, whole, index, count - index - 1)
            fr.put_register(dst, of(fr.allocate(op.n, Object("list", fields=fields), "rest")))
        elif whole is not None:
            fr.put_register(dst, whole)
        elif op.star >= 0 and index > op.star:
            fr.put_register(dst, _from_end(fr, value, count - index))
        else:
            fr.put_register(dst, item(fr, value, f"[{index}]"))


def _length(fr: Frame, value: Value) -> int:
    """The length of a sequence whose items are all known, or -1."""
    sizes = set()
    for atom in value.ordered:
        if not isinstance(atom, Obj) or "[*]" in fr.object(atom.id).fields:
            return -1
        if atom.id[0] == "s":
            if (known := fr.size(atom.id)) < 0:
                fr.need_parts(value, SIZE)
                return -1
            sizes.add(known)
            continue
        sizes.add(sum(label[0] == "[" for label in fr.object(atom.id).fields))
    return sizes.pop() if len(sizes) == 1 else -1


def _starred(fr: Frame, value: Value, whole: Value | None, start: int, behind: int) -> dict[str, Value]:
    size = _length(fr, value) if whole is None else -1
    if size >= 0:
        return {f"[{i - start}]": item(fr, value, f"[{i}]") for i in range(start, size - behind)}
    rest = whole if whole is not None else item(fr, value, None)
    return {"[*]": rest} if rest else {}


def _from_end(fr: Frame, value: Value, back: int) -> Value:
    size = _length(fr, value)
    return item(fr, value, None) if size < 0 else item(fr, value, f"[{size - back}]")
