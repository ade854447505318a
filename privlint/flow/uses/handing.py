"""Which records are handed as wholes to code that is not there, noted while the interpreter runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from privlint.flow.items import picked
from privlint.flow.values import Bound, Cls, Func, Obj, Opaque, Value, only_marks
from privlint.model.location import Site

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.frame import Frame
    from privlint.flow.library import Callee, Verdict


class Handed(NamedTuple):
    """An instance of a record given to a library's function, or whose library method is called."""

    call: Site
    argument: Site  # of the instance; the call's own for a method
    name: str  # the last part of the callee
    method: bool


class Handing:
    """By class: where its instances leave the code that is seen."""

    def __init__(self) -> None:
        self._found: dict[int, set[Handed]] = {}

    def note(self, fr: Frame, callee: Callee, func: Value, args: Arguments, verdict: Verdict) -> None:
        """A call: are there records among its arguments, or is one of them its receiver?"""
        if "render" in callee.last:  # a page shows what its template names, and no whole
            verdict.marks = dict(picked(only_marks(verdict.marks)).marks)
        if func.atoms and all(isinstance(atom, Func | Bound | Cls) for atom in func.atoms):
            return
        for value, n in args.all():
            self._add(fr, value, callee, n, method=False)
        if callee.receiver is not None and callee.attribute:
            self._add(fr, callee.receiver, callee, callee.n, method=True)

    def _add(self, fr: Frame, value: Value, callee: Callee, n: int, *, method: bool) -> None:
        for atom in value.atoms:
            cls = atom.cls if isinstance(atom, Opaque) else fr.object(atom.id).cls if isinstance(atom, Obj) else -1
            if cls >= 0 and fr.solver.records.kind(cls) is not None:
                handed = Handed(fr.site(callee.n), fr.site(n), callee.last, method)
                self._found.setdefault(cls, set()).add(handed)

    def of(self, cls: int) -> list[Handed]:
        """Where instances of a class go, in the order of places."""
        return sorted(self._found.get(cls, ()))
