"""Context managers: what ``with`` binds, and what happens when it is left."""

from __future__ import annotations

from privlint.flow.calls import call_dunder
from privlint.flow.frame import Frame
from privlint.flow.items import item
from privlint.flow.values import UNKNOWN, Obj, Value, join, of, with_marks


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
    """The end of the block."""
    for atom in value.ordered:
        if call_dunder(fr, atom, "__exit__", [UNKNOWN, UNKNOWN, UNKNOWN]) is None:
            call_dunder(fr, atom, "__aexit__", [UNKNOWN, UNKNOWN, UNKNOWN])
