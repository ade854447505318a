"""Context managers: what ``with`` binds, and what happens when it is left."""

from __future__ import annotations

from privlint.flow.calls import call_dunder
from privlint.flow.frame import CAUGHT, RAISED, Frame
from privlint.flow.items import item
from privlint.flow.values import NONE, UNKNOWN, Obj, Value, either, join, of, with_marks


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
    """The end of the block: the manager is given the exception that ends it, if one does."""
    raised = join(fr.state.env.get(RAISED + "*", UNKNOWN), fr.state.env.get(CAUGHT, UNKNOWN))
    given = [UNKNOWN, either(raised, NONE) if raised else UNKNOWN, UNKNOWN]
    for atom in value.ordered:
        if call_dunder(fr, atom, "__exit__", given) is None:
            call_dunder(fr, atom, "__aexit__", given)
