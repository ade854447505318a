"""Scrubbers: filters that a program configures to take personal data out of what it logs or reports.

What such a filter really takes out is its own affair; that one is there makes findings behind it less sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.values import Atom, Bound, Cls, Ext, Func, Inst, Lit, Obj, Value
from privlint.model.facts import Scrubber
from privlint.model.rules import ScrubberRule

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_DEPTH = 5  # of containers in which a filter's name is looked for


def configured(fr: Frame, callee: Callee, args: Arguments, rule: ScrubberRule) -> None:
    """A call that configures a filter; with ``named`` only one whose name says that it scrubs."""
    from privlint.flow.library import chosen

    for value, _, words in chosen(fr, callee, args, rule.args):
        if any(isinstance(atom, Lit) and atom.value in (None, False) for atom in value.atoms):
            continue
        names = sorted(set(_names(fr, value, _DEPTH)))
        if rule.named:
            names = [name for name in names if any(fnmatchcase(name.lower(), each) for each in rule.named)]
            if not names:
                continue
        shown = min(names, key=len) if names else words
        fr.solver.scrubber(Scrubber(fr.site(callee.n), shown, rule.kinds, rule.recipient))


def _names(fr: Frame, value: Value, depth: int) -> Iterator[str]:
    """What the functions, classes and texts in a value are called."""
    for atom in value.ordered:
        name = _name(fr, atom)
        if name:
            yield name.rpartition(".")[2]
        if isinstance(atom, Obj) and depth > 0 and atom.id[0] != "s":
            for label, field in fr.object(atom.id).fields.items():
                if label[:2] == "['":
                    yield label[2:-2]
                yield from _names(fr, field, depth - 1)


def _name(fr: Frame, atom: Atom) -> str:
    if isinstance(atom, Lit):
        return atom.value if isinstance(atom.value, str) else ""
    if isinstance(atom, Func | Bound):
        return fr.program.functions[atom.func.fn if isinstance(atom, Bound) else atom.fn].ir.name
    if isinstance(atom, Obj):
        obj = fr.object(atom.id)
        return fr.program.classes[obj.cls].name if obj.cls >= 0 else obj.type
    if isinstance(atom, Cls):
        return fr.program.classes[atom.cls].name
    if isinstance(atom, Inst):
        return atom.type.removesuffix("()")
    return atom.path if isinstance(atom, Ext) else ""
