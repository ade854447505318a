"""Tests of what a value is: ``isinstance(x, C)`` in a condition narrows ``x`` on both ways."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import NamedTuple

from privlint.flow.frame import Frame
from privlint.flow.heap import Object, State
from privlint.flow.values import (
    IS,
    MEMBER,
    UNKNOWN,
    Atom,
    Cls,
    Ext,
    Inst,
    Lit,
    Mark,
    Marks,
    Obj,
    Opaque,
    Path,
    Prefix,
    Symbol,
    Value,
    symbolic,
)
from privlint.ir import ops as o

_SCALARS = frozenset(f"builtins.{name}" for name in ("str", "bytes", "int", "float", "complex", "bool"))
_KINDS = {"list": "list", "dict": "dict", "set": "set", "tuple": "tuple", "slice": "slice"}


# What no text is an instance of.
_NO_TEXT = frozenset(
    (
        *(f"builtins.{name}" for name in ("int", "float", "complex", "bool")),
        *(f"numbers.{name}" for name in ("Number", "Complex", "Real", "Rational", "Integral")),
        *("decimal.Decimal", "fractions.Fraction", "collections.abc.Callable", "typing.Callable"),
        *(f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta")),
    )
)


class TypeTest(NamedTuple):
    """``isinstance(x, kinds)``, maybe negated, of the variable ``slot`` or of a value that has no name.

    ``exact``: of no class below, so that nothing is known where it does not hold.
    """

    slot: str | None
    value: Value
    kinds: tuple[Atom, ...]
    negated: bool
    exact: bool = False


def test(fr: Frame, cond: int) -> TypeTest | None:
    """The test that a condition is, if it is one of a local variable for known classes."""
    negated = False
    while (combined := fr.tests.get(cond)) is not None and combined.op == "not":
        cond, negated = combined.args[0], not negated
    asked = _of_type(fr, combined) if combined is not None else _asked(fr, cond)
    if asked is None:
        return None
    subject, found = asked
    slot = fr.slots.get(subject)
    value = fr.state.env.get(slot) if slot is not None else fr.get(subject)
    if value is None or not found:
        return None
    fr.need(value)
    different = combined is not None and combined.op in _DIFFERENT
    return TypeTest(slot, value, found, negated != different, combined is not None)


_DIFFERENT = frozenset(("is not", "!="))
_COMPARING = _DIFFERENT | {"is", "=="}
_CALLABLE = (Ext("collections.abc.Callable"),)


def _asked(fr: Frame, cond: int) -> tuple[int, tuple[Atom, ...]] | None:
    """``isinstance(x, C)`` and ``callable(x)``: the register of what is asked about, and the classes."""
    call = fr.calls.get(cond)
    if call is None:
        return None
    if call.text == "isinstance" and len(call.args) == 2:
        return call.args[0].reg, classes(fr, fr.get(call.args[1].reg))
    return (call.args[0].reg, _CALLABLE) if call.text == "callable" and len(call.args) == 1 else None


def _of_type(fr: Frame, combined: o.Combine) -> tuple[int, tuple[Atom, ...]] | None:
    """``type(x) is C``."""
    if combined.op not in _COMPARING or len(combined.args) != 2:
        return None
    call = fr.calls.get(combined.args[0])
    if call is None or call.text != "type" or len(call.args) != 1:
        return None
    return call.args[0].reg, classes(fr, fr.get(combined.args[1]))


def _apart_from_texts(fr: Frame, marks: Marks, kinds: Iterable[Atom | str]) -> Marks:
    """The marks of what is an instance of one of these classes: if none of them is of texts, what is a text is not."""
    paths = [kind if isinstance(kind, str) else kind.path if isinstance(kind, Ext) else "" for kind in kinds]
    if not marks or not _NO_TEXT.issuperset(paths):
        return marks
    return {mark: way for mark, way in marks.items() if not _is_text(fr, mark)}


def _is_text(fr: Frame, mark: Mark) -> bool:
    source = mark.source
    return not isinstance(source, Symbol) and not mark.weak and not mark.whole and fr.catalog.is_text(source.data_type)


def classes(fr: Frame, value: Value) -> tuple[Atom, ...]:
    """The classes that the second argument of ``isinstance`` names; none where one of them is not known."""
    out: list[Atom] = []
    for atom in value.ordered:
        if isinstance(atom, Cls | Ext):
            out.append(atom)
        elif isinstance(atom, Obj) and fr.object(atom.id).kind == "tuple":
            for part in fr.object(atom.id).fields.values():
                if not part.atoms or not all(isinstance(a, Cls | Ext) for a in part.atoms):
                    return ()
                out.extend(part.atoms)
        else:
            return ()
    return tuple(out)


def instances(fr: Frame, value: Value, kinds: Value) -> Value:
    """What of a value is an instance of a class, in a state where it is known to be one."""
    wanted = classes(fr, kinds)
    if not wanted:
        return value
    kept = [a for a in value.ordered if any(is_instance(fr, a, kind) is not False for kind in wanted)]
    marks = _apart_from_texts(fr, value.marks, wanted)
    if value.atoms and not kept:
        return Value()
    for atom in kept:
        if isinstance(atom, Obj) and len(wanted) == 1 and is_instance(fr, atom, wanted[0]) is None:
            typed = _typed(fr, atom, wanted[0])
            if typed is not None:
                fr.put(atom.id, typed)
    return Value(frozenset(kept), marks)


def scalar(fr: Frame, value: Value, label: str) -> Value:
    """What of a value may be a text or a number of the classes that the label ``IS`` names.

    Of what a caller passes this is a part that the caller tells apart, without a context: it may pass a mapping, too,
    and a text with a key is none.  In texts and numbers nothing is ever stored, so that no way to them is lost.
    """
    classes = [Ext(path) for path in label.removeprefix(IS).split("|")]
    marks = _apart_from_texts(fr, value.marks, classes)
    kept: set[Atom] = set()
    parts: dict[tuple[int, Path], Path] = {}
    for atom in value.ordered:
        answers = [is_instance(fr, atom, kind) for kind in classes]
        if None in answers and isinstance(atom, Obj) and _is_open(fr, atom):
            param, path = symbolic(atom.id)
            parts[(param, path)] = (*path, label)
            kept.add(Obj(("s", param, (*path, label))))
        elif True in answers or None in answers:
            kept.add(atom)
    if value.atoms and not kept:
        return UNKNOWN
    return Value(frozenset(kept), {_part(mark, parts): way for mark, way in marks.items()})


def _is_open(fr: Frame, atom: Obj) -> bool:
    """Whether nothing is known of what a caller passes there."""
    obj = fr.object(atom.id)
    untyped = not obj.type or obj.type.endswith("()")
    return atom.id[0] == "s" and obj.kind == "sym" and obj.cls < 0 and untyped and not obj.written


def _part(mark: Mark, parts: dict[tuple[int, Path], Path]) -> Mark:
    source = mark.source
    if not isinstance(source, Symbol) or (path := parts.get((source.param, source.path))) is None:
        return mark
    return mark._replace(source=source._replace(path=path))


def _scalars(kinds: tuple[Atom, ...]) -> str | None:
    """The label of texts and numbers of these classes, where that is all they are."""
    paths = [kind.path for kind in kinds if isinstance(kind, Ext)]
    return IS + "|".join(sorted(paths)) if len(paths) == len(kinds) and _SCALARS.issuperset(paths) else None


def narrowed(fr: Frame, found: TypeTest, outcome: bool) -> State | None:
    """The state where the test came out so; None where it cannot."""
    wanted = outcome != found.negated
    value = found.value
    if found.exact and not wanted:
        return fr.state
    label = _scalars(found.kinds) if wanted and found.slot is not None else None
    if label is not None:
        value = scalar(fr, value, label)
    elif wanted and (marks := _apart_from_texts(fr, value.marks, found.kinds)) is not value.marks:
        value = Value(value.atoms, marks)
    if found.value.marks and not value.marks and all(_says_nothing(a) for a in value.atoms):
        return None
    kept: set[Atom] = set()
    typed: dict[tuple[object, ...], Object] = {}
    for atom in value.ordered:
        answers = [is_instance(fr, atom, kind) for kind in found.kinds]
        answer = True if True in answers else None if None in answers else False
        if answer is None or answer is wanted:
            kept.add(atom)
        if answer is None and wanted and isinstance(atom, Obj) and len(found.kinds) == 1:
            obj = _typed(fr, atom, found.kinds[0])
            if obj is not None:
                typed[atom.id] = obj
    if found.value.atoms and not kept:
        return None
    if len(kept) == len(value.atoms) and not typed and value is found.value:
        return fr.state
    state = fr.state.copy()
    if found.slot is not None:
        state.env[found.slot] = Value(frozenset(kept), value.marks)
    state.heap.update(typed)
    return state


def _says_nothing(atom: Atom) -> bool:
    """Whether an atom is of a call of which nothing is known but what it carried."""
    return isinstance(atom, Inst) and atom.type.endswith("()")


def _typed(fr: Frame, atom: Obj, kind: Atom) -> Object | None:
    """The symbolic object as one of the class that was tested for."""
    obj = fr.object(atom.id)
    if atom.id[0] != "s" or obj.cls >= 0 or obj.type or obj.kind != "sym":
        return None
    if isinstance(kind, Cls):
        return Object(obj.kind, kind.cls, "", obj.fields, obj.many, obj.written)
    if isinstance(kind, Ext) and fr.solver.library.has_type(kind.path):
        return Object(obj.kind, -1, kind.path, obj.fields, obj.many, obj.written)
    return None


def is_instance(fr: Frame, atom: Atom, kind: Atom) -> bool | None:
    """Whether what an atom stands for is an instance of a class; None where that is not known."""
    if isinstance(atom, Lit):
        if atom.kind[0] == MEMBER:
            return _of_class(fr, int(atom.kind[1:].rstrip("?")), kind, True)
        return _builtin(type(atom.value), kind)
    if isinstance(atom, Prefix):
        return _builtin(str, kind)
    if isinstance(atom, Opaque):
        return _of_class(fr, atom.cls, kind, False)
    if isinstance(atom, Inst) and atom.type == "builtins.str":
        return _builtin(str, kind)
    if not isinstance(atom, Obj):
        return None
    if atom.id[0] == "s" and (path := symbolic(atom.id)[1]) and path[-1].startswith(IS):
        return _of_scalars(path[-1], kind)
    obj = fr.object(atom.id)
    if obj.cls >= 0:
        return _of_class(fr, obj.cls, kind, fr.exact(atom.id))
    if obj.kind in _KINDS and (atom.id[0] != "s" or fr.only_kind(atom.id)):
        return _builtin(getattr(builtins, obj.kind), kind)
    if obj.kind == "inst" and obj.type and isinstance(kind, Ext):
        return raised_as(obj.type, kind.path)
    return None


def _of_scalars(label: str, kind: Atom) -> bool | None:
    known = [getattr(builtins, path.removeprefix("builtins.")) for path in label.removeprefix(IS).split("|")]
    answers = {_builtin(one, kind) for one in known}
    return answers.pop() if len(answers) == 1 else None


def may_catch(fr: Frame, atom: Atom, kind: Atom) -> bool:
    """Whether a handler of a class may catch it; what a library's class makes is of none of the program's."""
    answer = is_instance(fr, atom, kind)
    if answer is None and isinstance(kind, Cls) and isinstance(atom, Obj) and atom.id[0] == "o":
        obj = fr.object(atom.id)
        return not (obj.kind == "inst" and obj.cls < 0 and obj.type)
    return answer is not False


def _builtin(known: type, kind: Atom) -> bool | None:
    if isinstance(kind, Cls):
        return False
    if isinstance(kind, Ext) and kind.path.startswith("builtins."):
        other = getattr(builtins, kind.path.removeprefix("builtins."), None)
        return issubclass(known, other) if isinstance(other, type) else None
    return None


_CONTAINERS = frozenset(f"builtins.{name}" for name in ("dict", "list", "set", "frozenset", "tuple", "str", "bytes"))


def _of_class(fr: Frame, cls: int, kind: Atom, exact: bool) -> bool | None:
    if isinstance(kind, Cls):
        if kind.cls in fr.program.classes[cls].mro:
            return True
        below = any(kind.cls in fr.program.classes[sub].mro for sub in _below(fr, cls))
        return False if exact or not below else None
    bases = list(fr.program.external_bases(cls))
    if not isinstance(kind, Ext):
        return None
    answers = [raised_as(base, kind.path) for base in bases]
    if True in answers:
        return True
    if kind.path in _CONTAINERS and fr.solver.records.has_attributes_alone(cls):
        return False
    return None if None in answers or not exact else False


def _below(fr: Frame, cls: int) -> set[int]:
    out = {cls}
    todo = [cls]
    while todo:
        for sub in fr.program.subclasses.get(todo.pop(), ()):
            if sub not in out:
                out.add(sub)
                todo.append(sub)
    return out


def raised_as(path: str, kind: str) -> bool | None:
    """Whether a library's class is the other one or below it, as far as the language's own classes tell."""
    if path == kind:
        return True
    mine = getattr(builtins, path.removeprefix("builtins."), None) if path.startswith("builtins.") else None
    other = getattr(builtins, kind.removeprefix("builtins."), None) if kind.startswith("builtins.") else None
    if isinstance(mine, type) and isinstance(other, type):
        return issubclass(mine, other)
    if isinstance(mine, type) and not kind.startswith("builtins."):
        return None if issubclass(mine, OSError) else False  # which goes by other names: ``socket.timeout``
    return None
