"""What a mapping takes over from another one: its items, those that are not known one by one, pairs of a sequence."""

from __future__ import annotations

from collections.abc import Sequence

from privlint.flow import chosen, limits, sources
from privlint.flow.access import store
from privlint.flow.constants import is_number
from privlint.flow.frame import Frame
from privlint.flow.items import element, item, key_label, positions, steps_into
from privlint.flow.values import (
    BESIDE,
    REST,
    UNKNOWN,
    Atom,
    Lit,
    Mark,
    Marks,
    Obj,
    Opaque,
    Path,
    Symbol,
    Value,
    is_one_item,
    join,
    of,
    only_marks,
    text_key,
    with_marks,
)
from privlint.model.data import Protection


def known_items(fr: Frame, value: Value) -> list[Value] | None:
    """The items of one sequence in order, where all of them are known."""
    labels = positions(fr, value)
    return None if labels is None else [item(fr, value, label) for label in labels]


def copy_item(fr: Frame, receiver: Value, key: int) -> bool:
    """Store under a key, by its register, what the mapping has there that a loop goes through; whether it was done.

    Any item of the mapping may come by, and none has to.
    """
    found = fr.solver.copied_items(fr.fn).get(key)
    given = fr.get(found.mapping) if found is not None else UNKNOWN
    if found is None or not given.atoms or not all(_is_known_mapping(fr, a) for a in given.atoms):
        return False
    wanted = [texts for reg in found.alone if (texts := _keys_in(fr, fr.get(reg)))]
    if wanted:
        for text in sorted(set.intersection(*wanted)):
            store(fr, receiver, f"[{text!r}]", item(fr, given, f"[{text!r}]"), strong=False)
        return True
    left_out = sorted(set[str]().union(*(_keys_in(fr, fr.get(reg)) for reg in found.left_out)))
    merge(fr, receiver, given, sure=False, left_out=left_out)
    for atom in receiver.atoms if left_out else ():
        if isinstance(atom, Obj):
            for text in left_out:
                fr.put(atom.id, fr.object(atom.id).with_field(f"[{text!r}]", UNKNOWN))
    return True


def _keep_whole(fr: Frame, receiver: Value, given: Value, left_out: Sequence[str]) -> None:
    """What takes over all that a record has is that record still, but for the items that are left out."""
    whole = {
        m: w
        for m, w in given.marks.items()
        if m.whole and not isinstance(m.source, Symbol) and m.source.name not in left_out
    }
    if whole:
        store(fr, receiver, REST, only_marks(whole), strong=False)


def _is_known_mapping(fr: Frame, atom: Atom) -> bool:
    return isinstance(atom, Obj) and fr.object(atom.id).kind in _MAPPINGS


def _keys_in(fr: Frame, value: Value) -> set[str]:
    """The texts that a value is, or has as items, where it is nothing else and they are all known."""
    out: set[str] = set()
    for atom in value.atoms:
        items = [atom]
        if isinstance(atom, Obj):
            if atom.id[0] == "s":  # the caller knows what else is in it
                return set()
            obj = fr.object(atom.id)
            held = [obj.fields[label].atoms for label in obj.fields if label[0] == "["]
            items = [each for atoms in held for each in atoms] if obj.built_in in _COLLECTIONS else [atom]
            if not items or any(len(atoms) >= limits.ATOMS for atoms in held):
                return set()
        for each in items:
            if not isinstance(each, Lit) or not isinstance(each.value, str):
                return set()
            out.add(each.value)
    return out


_COLLECTIONS = frozenset(("list", "tuple", "set"))
_MAPPINGS = frozenset(("dict", "sym"))


def merge(fr: Frame, receiver: Value, given: Value, *, sure: bool = True, left_out: Sequence[str] = ()) -> None:
    """Let a mapping have the items of another one; not ``sure``: it may keep what it has under the same keys."""
    _keep_whole(fr, receiver, given, left_out)
    for atom in given.ordered:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            if atom.id[0] == "s" and not _take_over(fr, receiver, atom):
                store(fr, receiver, "[*]", fr.initial(atom.id, "[*]"), strong=False)
            if REST in obj.fields:
                store(fr, receiver, REST, obj.fields[REST], strong=False)
            for label, value in obj.fields.items():
                if label[0] == "[" and label != REST:
                    store(fr, receiver, label, value, strong=sure and label not in BESIDE)
        elif not isinstance(atom, Lit) and not (isinstance(atom, Opaque) and not _is_mapping(fr, atom.cls)):
            store(fr, receiver, "[*]", of(atom), strong=False)
    marks = {
        m: w for m, w in given.marks.items() if not steps_into(m, given, any(isinstance(a, Obj) for a in given.atoms))
    }
    if marks:
        _take_over_marks(fr, receiver, marks)


def _take_over_marks(fr: Frame, receiver: Value, marks: Marks) -> None:
    """Let a mapping have the data of one of which no more is known: any key of its own may be replaced, those that are
    stored later are not."""
    symbols = {m: w for m, w in marks.items() if isinstance(m.source, Symbol)}
    others = {m: w for m, w in marks.items() if m not in symbols}
    for atom in receiver.ordered if others else ():
        if not isinstance(atom, Obj) or fr.object(atom.id).kind != "dict":
            symbols = dict(marks)
            continue
        for label, value in fr.object(atom.id).fields.items():
            if is_one_item(label):
                key = text_key(label)
                kept = others if key is None else chosen.part_called(fr, others, key)
                store(fr, of(atom), label, with_marks(value, kept))
        store(fr, of(atom), REST, only_marks(others), strong=False)
    if symbols:
        store(fr, receiver, "[*]", only_marks(symbols), strong=False)


_SEQUENCES = frozenset({"list", "tuple", "iter", "gen", "set"})


def merge_pairs(fr: Frame, receiver: Value, given: Value) -> None:
    """Put into a dictionary what another mapping has, or a sequence of keys with their values."""
    rest: set[Atom] = set()
    for atom in given.ordered:
        if not isinstance(atom, Obj) or fr.object(atom.id).kind not in _SEQUENCES:
            rest.add(atom)
            continue
        for pair in known_items(fr, of(atom)) or [element(fr, of(atom))]:
            label = key_label(fr, item(fr, pair, "[0]"))
            key, held = item(fr, pair, "[0]"), item(fr, pair, "[1]")
            store(fr, receiver, label or "[*]", held, strong=label is not None)
            if label is None:
                store(fr, receiver, "[#]", sources.counted_by(fr, key) if is_number(held) else key, strong=False)
    if rest or given.marks:
        merge(fr, receiver, Value(frozenset(rest), given.marks))


def count(fr: Frame, receiver: Value, given: Value) -> bool:
    """``counter.update(words)``: they are its keys; whether it is a counter."""
    counters = [a for a in receiver.ordered if isinstance(a, Obj) and fr.object(a.id).type == "collections.Counter"]
    if counters:
        store(fr, of(*counters), "[#]", sources.counted_by(fr, element(fr, given)), strong=False)
    return bool(counters)


def _is_mapping(fr: Frame, cls: int) -> bool:
    """Whether instances of a class can be spread: a library's mapping is among its bases, or it has ``keys``."""
    bases = [base.rpartition(".")[2] for base in fr.program.external_bases(cls)]
    return fr.program.method(cls, "keys") is not None or any(b.lower().endswith(("dict", "mapping")) for b in bases)


def _take_over(fr: Frame, receiver: Value, given: Obj) -> bool:
    """Let a mapping made here have the items of one that the caller knows; whether that could be done."""
    targets = [a for a in receiver.ordered if isinstance(a, Obj)]
    if any(a == given or fr.object(a.id).kind not in ("dict", "sym") for a in targets):
        return False
    for atom in targets:
        obj = fr.object(atom.id)
        for label, value in obj.fields.items():  # what was there before may be replaced
            if is_one_item(label):
                store(fr, of(atom), label, join(value, fr.initial(given.id, label)))
        symbol = Mark(Symbol(int(str(given.id[1])), _path(given), 0), Protection.CLEAR, 0)
        store(fr, of(atom), REST, Value(frozenset((given,)), {symbol: None}), strong=False)
    return True


def _path(symbolic: Obj) -> Path:
    path = symbolic.id[2]
    assert isinstance(path, tuple)
    return path
