"""What a caller passes to a function, and the context that it makes of what it knows of that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from privlint.flow import limits, sources, told
from privlint.flow.access import at_label
from privlint.flow.callable import MADE_CALLABLE
from privlint.flow.frame import Frame
from privlint.flow.items import item, key_label, known_keys, positions
from privlint.flow.summary import Context, Description, Summary
from privlint.flow.values import (
    BY,
    CLASSES,
    KEYS,
    SIZE,
    UNKNOWN,
    Address,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Inst,
    Lit,
    Mark,
    Obj,
    ObjId,
    Opaque,
    Path,
    Prefix,
    Symbol,
    Value,
    of,
    symbolic,
    with_marks,
)
from privlint.model.location import Site

_HOST = re.compile(r"\w+://[^/?#]+(?:/|$)")  # all that matters of the beginning of an address: where it leads


def _type_of(mark: Mark) -> str:
    return "" if isinstance(mark.source, Symbol) else mark.source.data_type


class Passed:
    """A call of a function with bound parameters: ``values[i]`` is what parameter ``i`` gets, ``sites[i]`` where."""

    def __init__(
        self,
        fr: Frame,
        fn: int,
        values: Sequence[Value],
        sites: Sequence[Site],
        env: ObjId | None,
        call: Site,
        only: bool = False,
        wrapper: bool = False,
    ) -> None:
        self.fr = fr
        self.fn = fn
        self.ir = fr.program.functions[fn].ir
        self.values = values
        self.sites = sites
        self.env = env
        self.call = call
        self.only = only  # whether nothing else may be what is called
        self.wrapper = wrapper  # whether all that matters is which function is wrapped
        self._parts: dict[tuple[int, Path], Value] = {}
        self._described: dict[tuple[int, Path], tuple[Description, ...]] = {}

    def part(self, param: int, path: Path) -> Value:
        """What the caller has at an access path of a parameter."""
        found = self._parts.get((param, path))
        if found is None:
            skipped = self.fr.skipped
            if path and path[-1][:2] == BY:
                text = path[-1][2:-1]
                below = text.lstrip("-0123456789")
                key = self.part(int(text[: len(text) - len(below)]), (below,) if below else ())
                found = item(self.fr, self.part(param, path[:-1]), key_label(self.fr, key), key)
            elif path:
                owner = self.part(param, path[:-1])
                found = self._of_row(owner, param, path[-1], at_label(self.fr, owner, path[-1]))
            elif param == -1:
                found = of(Obj(self.env)) if self.env is not None else UNKNOWN
            else:
                found = self.values[param] if param < len(self.values) else UNKNOWN
            if self.fr.skipped == skipped:
                self._parts[(param, path)] = found
        return found

    def _of_row(self, owner: Value, param: int, label: str, found: Value) -> Value:
        """With what a column of a row holds, where the name of the callee's parameter does not say it."""
        rows = frozenset(atom for atom in owner.atoms if isinstance(atom, Opaque))
        if not rows or label[0] != "." or not label[1:].isidentifier() or not self._untyped(param):
            return found
        name = label[1:]
        marks = sources.of_attribute(self.fr, Value(rows), name, self.sites[param].node, "", found)
        if not marks:
            return found
        known = self.fr.catalog.classify(name, self.ir.params[param].name)
        told = known.data_type if known is not None else ""
        return with_marks(found, {mark: way for mark, way in marks.items() if _type_of(mark) != told})

    def _untyped(self, param: int) -> bool:
        """Whether the callee does not know itself what a parameter is."""
        if not 0 <= param < min(len(self.sites), len(self.ir.params)):
            return False
        of_method = not param and self.fr.program.functions[self.fn].method_kind in ("method", "class")
        return not of_method and self.ir.params[param].annotation is None

    def summary(self) -> Summary | None:
        """What is known of the function, in a context of its own where it matters what is passed."""
        solver = self.fr.solver
        summary = solver.summary(self.fn, (), self.fr)
        needs = summary.needs | {(0, ())} if self._inherited() else summary.needs
        says = told.answers(self.fr, summary.asked, self.values) if summary.asked and not self.wrapper else {}
        if not needs and not says:
            return solver.collector.generally(self.fr.key, self.fn, summary)
        context: list[tuple[int, Path, tuple[Description, ...]]] = []
        for param, path in sorted({*needs, *says}) if says or len(needs) > 1 else needs:
            what = self._describe(param, path) if (param, path) in needs else ()
            what = () if self._method(param, path, what) else what
            if what or (param, path) in says:
                context.append((param, path, (*what, *says.get((param, path), ()))))
        if self.wrapper:
            context = [(p, path, fns) for p, path, what in context if (fns := tuple(d for d in what if d[0] == "fn"))]
        if not context:
            return solver.collector.generally(self.fr.key, self.fn, summary)
        special = solver.summary(self.fn, tuple(context), self.fr)
        if self.wrapper:
            return special
        asked = {*needs, *says}
        for _ in range(limits.FURTHER):
            further = [
                need
                for need in sorted(special.needs - asked)
                if (what := self._describe(*need)) and not self._method(*need, what)
            ]
            if not further:
                break
            asked |= special.needs
            context += [(param, path, self._describe(param, path)) for param, path in further]
            special = solver.summary(self.fn, tuple(sorted(context, key=lambda c: (c[0], c[1]))), self.fr)
        return special

    def _inherited(self) -> bool:
        """Whether this is a class method, called on a class below the one that has it."""
        function = self.fr.program.functions[self.fn]
        if function.method_kind != "class" or not self.values:
            return False
        return any(isinstance(atom, Cls) and atom.cls != function.cls for atom in self.values[0].atoms)

    def _method(self, param: int, path: Path, what: tuple[Description, ...]) -> bool:
        """Whether this is nothing but a method of what the context tells the class of."""
        holder = self._describe(param, path[:-1]) if path and path[-1][0] == "." else ()
        if not holder or not what:
            return False
        return any(kind == "exact" for kind, _ in holder) and all(kind == "bound" for kind, _ in what)

    def _describe(self, param: int, path: Path) -> tuple[Description, ...]:
        """What the caller passes there, in words that a context is made of."""
        known = self._described.get((param, path))
        if known is None:
            before, self.fr.describing = self.fr.describing, True
            known = self._described[(param, path)] = self._words_of(param, path)
            self.fr.describing = before
        return known

    def _words_of(self, param: int, path: Path) -> tuple[Description, ...]:
        if path and path[-1] in (KEYS, SIZE):
            return self._parts_told(self.part(param, path[:-1]), path[-1])
        value = self.part(param, path)
        if not value.atoms:
            return ()
        if len(value.atoms) > 1 and (classes := self._classes(value)):
            return ((CLASSES, classes),)
        out: set[Description] = set()
        literals = 0
        for atom in value.ordered:
            if isinstance(atom, Obj):
                if atom.id[0] == "s":
                    self.fr.need_part(*symbolic(atom.id))
            elif isinstance(atom, Lit):
                literals += 1
            found = describe(self.fr, atom)
            if found is not None:
                out.add(found)
            if found == ("kind", "tuple") and len(value.atoms) == 1:
                labels = positions(self.fr, value)
                if labels is not None and len(labels) <= limits.SIZES:
                    out.add(("size", len(labels)))
        if literals == 1 and self._constant(value):
            out.add(("only", True))
        return tuple(sorted(out, key=repr)) if len(out) > 1 else tuple(out)

    def _parts_told(self, value: Value, label: str) -> tuple[Description, ...]:
        """Which keys a mapping has, or how many items a sequence, where that is known here."""
        if label == KEYS:
            keys = known_keys(self.fr, value)
            return (("keys", tuple(keys)),) if keys is not None else ()
        labels = positions(self.fr, value)
        if labels is None:
            self.fr.need_parts(value, SIZE)
        return (("size", len(labels)),) if labels is not None and len(labels) <= limits.SIZES else ()

    def _classes(self, value: Value) -> tuple[tuple[int, bool], ...]:
        """The classes of instances of which there are several kinds, and whether each is told exactly."""
        found: dict[int, bool] = {}
        for atom in value.atoms:
            cls = self.fr.object(atom.id).cls if isinstance(atom, Obj) else -1
            if not isinstance(atom, Obj) or cls < 0:
                return ()
            found[cls] = found.get(cls, True) and self.fr.exact(atom.id)
        return tuple(sorted(found.items())) if 1 < len(found) <= limits.OVERRIDES else ()

    def _constant(self, value: Value) -> bool:
        """Whether a value, of which one atom is a literal, is nothing else."""
        if len(value.atoms) == 1:
            return not value.marks
        return all(isinstance(a, Lit) or (isinstance(a, Obj) and self.fr.constant(a.id)) for a in value.atoms)


def describe(fr: Frame, atom: Atom) -> Description | None:
    """What an argument is, in words that a context is made of."""
    if type(atom) is Obj:
        return _describe_object(fr, atom)
    if isinstance(atom, Lit):
        return ("lit", atom) if isinstance(atom.value, str | bool | type(None)) or _is_index(atom) else None
    if isinstance(atom, Prefix):
        begins = _HOST.match(atom.text)
        return ("begins", begins[0]) if begins else None
    if isinstance(atom, Func):
        return ("fn", (atom.fn, atom.env is not None))
    if isinstance(atom, Bound):
        return ("bound", (atom.func.fn, atom.func.env is not None))
    if isinstance(atom, Cls):
        return ("class", atom.cls)
    if isinstance(atom, Ext):
        return ("ext", atom.path)
    if isinstance(atom, Inst):
        return ("type", atom.type)
    if isinstance(atom, Opaque):
        return ("of", atom.cls)
    if isinstance(atom, Address):
        return ("at", atom)
    return None


def _describe_object(fr: Frame, atom: Obj) -> Description | None:
    obj = fr.object(atom.id)
    if obj.cls >= 0:
        return ("exact" if fr.exact(atom.id) else "of", obj.cls)
    if obj.type:
        return ("type", obj.type)
    if obj.kind == "sym":
        return None
    if obj.kind in ("list", "dict", "set", "tuple", "gen", "slice"):
        return ("kind", obj.kind)
    if obj.kind == "partial" or obj.kind in MADE_CALLABLE:
        return ("made", (obj.kind, tuple(sorted(label for label in obj.fields if label[1:2] != "%"))))
    return None


def _is_index(atom: Lit) -> bool:
    """Whether a number is likely one that items are told apart by."""
    return isinstance(atom.value, int) and -limits.ITEMS <= atom.value <= limits.ITEMS


def context_key(context: Context) -> Context:
    """A context in canonical order."""
    if len(context) < 2:
        return context
    return tuple(sorted(context, key=lambda c: (c[0], c[1])))
