"""Context managers: what ``with`` binds, and what happens when it is left."""

from __future__ import annotations

from privlint.flow.apply import happen
from privlint.flow.arguments import Arguments
from privlint.flow.calls import call_dunder, call_value
from privlint.flow.frame import CAUGHT, Frame
from privlint.flow.items import item
from privlint.flow.outcome import RAISED
from privlint.flow.summary import NO_CONTEXT
from privlint.flow.values import NONE, UNKNOWN, Atom, Lit, Obj, Opaque, Value, either, join, of, with_marks


def entered(fr: Frame, value: Value, asynchronous: bool) -> Value:
    """What ``with value as x`` binds."""
    out = UNKNOWN
    for atom in value.ordered:
        found = call_dunder(fr, atom, "__aenter__" if asynchronous else "__enter__", [])
        if found is not None:
            out = join(out, found)
        elif isinstance(atom, Obj) and fr.object(atom.id).kind == "gen":
            out = join(out, item(fr, of(atom), None))
        else:
            out = join(out, of(atom))
    return with_marks(out, value.marks)


def left(fr: Frame, value: Value) -> None:
    """The end of the block: the manager is given the exception that ends it, if one is known that may."""
    raised = join(fr.state.env.get(RAISED + "*", UNKNOWN), fr.state.env.get(CAUGHT, UNKNOWN))
    given = [UNKNOWN, either(raised, NONE), UNKNOWN] if raised else [NONE, NONE, NONE]
    for atom in value.ordered:
        _call_later(fr, atom)
        for effect in fr.after.get(atom.id, ()) if isinstance(atom, Obj) else ():
            happen(fr, effect, sure=len(value.atoms) == 1)
        if call_dunder(fr, atom, "__exit__", given) is None:
            call_dunder(fr, atom, "__aexit__", given)


LATER = ".%later "  # before a number, label of what a stack calls when it is left


def _call_later(fr: Frame, atom: Atom) -> None:
    fields = fr.object(atom.id).fields if isinstance(atom, Obj) else {}
    for label in [label for label in fields if label.startswith(LATER)][::-1]:
        call_value(fr, fields[label], Arguments(), fr.solver.current_node)


def may_swallow(fr: Frame, value: Value) -> bool:
    """Whether what is raised in the block of a manager may stay there, so that the program goes on behind it."""
    for atom in value.ordered:
        obj = fr.object(atom.id) if isinstance(atom, Obj) else None
        if obj is not None and obj.kind == "gen":
            return True  # a ``try`` around its ``yield`` may catch it
        cls = obj.cls if obj is not None else atom.cls if isinstance(atom, Opaque) else -1
        for name in ("__exit__", "__aexit__") if cls >= 0 else ():
            method = fr.program.method(cls, name)
            result = fr.solver.summary(method.function, NO_CONTEXT, fr).result if method is not None else NONE
            if not all(isinstance(a, Lit) and not a.value for a in result.atoms) or not result.atoms:
                return True
    return False
