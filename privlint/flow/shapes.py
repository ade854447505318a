"""What a loop or a pattern asks of a value: whether it has items, how many, which keys."""

from __future__ import annotations

from privlint.flow.frame import Frame
from privlint.flow.items import DEFAULT, is_there, key_label, positions
from privlint.flow.values import BESIDE, FALSE, SCALAR, TRUE, Atom, Lit, Obj, Prefix, Value
from privlint.ir import ops as o

_SEQUENCES = frozenset({"list", "tuple"})
_OTHERS = frozenset({"dict", "set", "gen", "iter", "slice"})  # kinds that no sequence pattern matches


def asked(op: str) -> bool:
    """Whether an operator is such a question."""
    return op == "nonempty" or op == "keys" or op.startswith("items")


def answer(fr: Frame, op: o.Combine, values: list[Value]) -> Value:
    """True or false where that is known, else a value that says nothing."""
    known = _nonempty(fr, op, values[0]) if op.op == "nonempty" else _matches(fr, op.op, values)
    return SCALAR if known is None else TRUE if known else FALSE


def _nonempty(fr: Frame, op: o.Combine, value: Value) -> bool | None:
    """An empty sequence counts where it is written in place: what has a name may be filled elsewhere."""
    labels = positions(fr, value)
    if labels is None:
        texts = [a.value for a in value.atoms if isinstance(a, Lit)]
        return True if len(texts) == len(value.atoms) == 1 and isinstance(texts[0], str) and texts[0] else None
    call = fr.calls.get(op.args[0])
    in_place = op.args[0] not in fr.slots and op.args[0] not in fr.settings and (not call or call.text == "range")
    return True if labels else False if in_place else None


def _matches(fr: Frame, question: str, values: list[Value]) -> bool | None:
    fr.need(values[0])
    answers = {_matches_atom(fr, question, atom, values) for atom in values[0].atoms}
    return answers.pop() if len(answers) == 1 else None


def _matches_atom(fr: Frame, question: str, atom: Atom, values: list[Value]) -> bool | None:
    if isinstance(atom, Lit | Prefix):
        return False
    if not isinstance(atom, Obj) or fr.object(atom.id).cls >= 0:
        return None
    obj = fr.object(atom.id)
    if atom.id[0] == "s" and not fr.only_kind(atom.id):
        return None
    if question == "keys":
        if obj.kind in _SEQUENCES or obj.kind in _OTHERS - {"dict"}:
            return False
        if obj.kind == "dict" and _lacks(fr, atom, values[1:]):
            return False
        labels = [key_label(fr, key) for key in values[1:]]
        found = Value(frozenset((atom,)))
        return True if all(label is not None and is_there(fr, found, label) for label in labels) else None
    if obj.kind in _OTHERS:
        return False
    places = positions(fr, Value(frozenset((atom,)))) if obj.kind in _SEQUENCES else None
    wanted = int(question[7:])
    if places is None:
        return None
    return len(places) == wanted if question[5:7] == "==" else len(places) >= wanted


def _lacks(fr: Frame, atom: Obj, keys: list[Value]) -> bool:
    """Whether a mapping is known not to have one of the keys."""
    obj = fr.object(atom.id)
    if atom.id[0] == "s" or obj.many or atom.id in fr.solver.shared or DEFAULT in obj.fields:
        return False
    if any(label in BESIDE or label == "[#]" for label in obj.fields):
        return False
    labels = [key_label(fr, key) for key in keys]
    return any(label is not None and label not in obj.fields for label in labels)
