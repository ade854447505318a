"""Conditions on what a caller passes: a function asks, and a caller that passes a constant answers by a context."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from privlint.flow.frame import Frame
from privlint.flow.summary import Description, Question
from privlint.flow.values import Lit, Obj, Path, Value, symbolic

SAYS = "says"  # the word of a context for an answer
TRUE = "true"  # the question whether a value counts as true

_TESTS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ORDERED = frozenset(("<", "<=", ">", ">="))


def ordered(left: Lit, test: str, right: Lit) -> bool | None:
    """Whether two constants stand in this order; None where they have none."""
    try:
        return bool(_TESTS[test](left.value, right.value))
    except TypeError:
        return None


def is_true(fr: Frame, reg: int, value: Value) -> bool | None:
    """Whether what a caller passes counts as true, where the context tells; else callers are asked."""
    return _answer(fr, reg, value, TRUE, None)


def compares(fr: Frame, reg: int, value: Value, test: str, other: Lit, *, turned: bool) -> bool | None:
    """The same of an order: what is passed ``test`` a constant, or ``turned`` the other way round."""
    return _answer(fr, reg, value, _TURNED[test] if turned else test, other)


def _answer(fr: Frame, reg: int, value: Value, test: str, other: Lit | None) -> bool | None:
    symbols = [a for a in value.atoms if isinstance(a, Obj)]
    if len(symbols) != 1 or symbols[0].id[0] != "s" or reg in fr.joined:
        return None
    param, path = symbolic(symbols[0].id)
    others = [a for a in value.atoms if a is not symbols[0] and not isinstance(a, Lit)]
    if others and not _as_passed(fr, param, path, value):
        return None
    if not _askable(fr, param, path):
        return None
    for word, detail in fr.context.get((param, path), ()):
        if word == SAYS and isinstance(detail, tuple) and detail[:2] == (test, other):
            return bool(detail[2])
    fr.summary.asked.add((param, path, test, other))
    return None


def _as_passed(fr: Frame, param: int, path: Path, value: Value) -> bool:
    """Whether a value is what the caller's object has, beside what others of its class have, and nothing else."""
    return bool(path) and value.atoms == fr.initial(("s", param, path[:-1]), path[-1]).atoms


def _askable(fr: Frame, param: int, path: Path) -> bool:
    """Whether this is a parameter, or an attribute of one."""
    return 0 <= param < len(fr.ir.params) and (not path or (len(path) == 1 and path[0][0] == "."))


def answers(fr: Frame, asked: set[Question], values: Sequence[Value]) -> dict[tuple[int, Path], list[Description]]:
    """What a call says to the questions of the callee: of each parameter and path the words of a context.

    What the caller is passed itself, it asks its own callers.
    """
    out: dict[tuple[int, Path], list[Description]] = {}
    for param, path, test, other in sorted(asked, key=repr) if len(asked) > 1 else asked:
        value = _part(fr, values, param, path)
        if value is None:
            continue
        told: bool | None = None
        if len(value.atoms) == 1 and not value.marks:
            (atom,) = value.atoms
            if isinstance(atom, Lit) and _settles(atom, path, other):
                told = bool(atom.value) if other is None else ordered(atom, test, other)
        if told is None and (test == TRUE or _is_none(test, other)) and is_instance(fr, value):
            told = test == TRUE
        if told is None:
            told = _answer(fr, -1, value, test, other)
        if told is not None:
            out.setdefault((param, path), []).append((SAYS, (test, other, told)))
    return out


def _is_none(test: str, other: Lit | None) -> bool:
    return test == "==" and other is not None and other.value is None


def is_instance(fr: Frame, value: Value) -> bool:
    """Whether a value is an instance of classes of the program in every run: not None, and it counts as true."""
    return bool(value.atoms) and all(isinstance(atom, Obj) and _counts_as_true(fr, atom) for atom in value.atoms)


def _counts_as_true(fr: Frame, atom: Obj) -> bool:
    obj = fr.object(atom.id)
    if obj.kind not in ("inst", "sym") or obj.cls < 0 or not fr.exact(atom.id) or fr.program.external_bases(obj.cls):
        return False
    return all(fr.program.method(obj.cls, name) is None for name in ("__bool__", "__len__"))


def _part(fr: Frame, values: Sequence[Value], param: int, path: Path) -> Value | None:
    """What the caller passes there, if that is plain to see."""
    if param >= len(values):
        return None
    value = values[param]
    if not path:
        return value
    if len(value.atoms) != 1:
        return None
    (atom,) = value.atoms
    if not isinstance(atom, Obj) or (atom.id[0] != "s" and fr.object(atom.id).many):
        return None
    held = fr.object(atom.id).fields.get(path[0])
    return fr.initial(atom.id, path[0]) if held is None and atom.id[0] == "s" else held


def _settles(atom: Lit, path: Path, other: Lit | None) -> bool:
    """Whether a constant answers: an empty text is often filled in later, by code that is not seen to do so."""
    return other is not None or isinstance(atom.value, bool) or (not path and not isinstance(atom.value, str | bytes))
