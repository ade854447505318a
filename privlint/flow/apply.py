"""Applying a summary at a call: symbols become what the caller passed, new objects become the caller's."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from privlint.flow import limits
from privlint.flow.access import clear, store
from privlint.flow.chosen import part_called
from privlint.flow.frame import Frame
from privlint.flow.heap import Object, join_written, objects_in
from privlint.flow.models.merging import merge
from privlint.flow.passed import Passed
from privlint.flow.recency import is_last, set_back
from privlint.flow.summary import Effect, Pending, Summary
from privlint.flow.values import (
    BY,
    CLEARED,
    EACH,
    NO_MARKS,
    NOT,
    REST,
    UNKNOWN,
    Atom,
    Bound,
    Cls,
    Func,
    Hop,
    Lit,
    Mark,
    Marks,
    Obj,
    ObjId,
    Symbol,
    Value,
    endurance,
    hop,
    is_one_item,
    join,
    moved,
    of,
    only_marks,
    order,
    symbolic,
    weakest,
    whole_of,
)
from privlint.flow.wholes import collect
from privlint.model.data import Protection
from privlint.model.facts import Target
from privlint.model.location import Site

_UNTOLD = frozenset(("[*", EACH[:2], BY))  # how the labels begin that say nothing to a reader


class Binding(Passed):
    """A call of a function with bound parameters, whose summary is applied to what the caller knows."""

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
        super().__init__(fr, fn, values, sites, env, call, only, wrapper)
        self._wholes: dict[Symbol, dict[Mark, Hop | None]] = {}
        self._meant: dict[Mark, Marks] = {}
        self._hops: dict[Symbol, tuple[Site, str, str]] = {}
        self._crowd: Mapping[ObjId, Object] = {}  # what the callee makes, where it is too much to keep all apart
        self._renamed: dict[ObjId, ObjId] = {}
        self._substituted: dict[int, tuple[Value, Value]] = {}

    # -- symbols -------------------------------------------------------------------------------------------------

    def marks(self, symbol: Symbol) -> dict[Mark, Hop | None]:
        """The marks that a symbol stands for here."""
        found = self._wholes.get(symbol)
        if found is None:
            if symbol.called[:1] == NOT and symbol.deep:
                found = collect(self.fr, self.part(symbol.param, symbol.path), symbol.deep, but=symbol.called)
            elif symbol.called:
                found = part_called(self.fr, self.marks(symbol._replace(called="")), symbol.called)
            elif symbol.deep:
                found = collect(self.fr, self.part(symbol.param, symbol.path), symbol.deep)
            else:
                found = dict(self.part(symbol.param, symbol.path).marks)
            self._wholes[symbol] = found
        return found

    def _passing(self, symbol: Symbol) -> tuple[Site, str, str]:
        """The hop into the callee: where, of what kind, in which words."""
        found = self._hops.get(symbol)
        if found is None:
            if symbol.param < 0 or symbol.param >= len(self.sites):
                found = self.call, "enter", self.ir.name
            else:
                name = self.ir.params[symbol.param].name if symbol.param < len(self.ir.params) else ""
                words = name + "".join(at for at in symbol.path if at[0] in ".[" and at[:2] not in _UNTOLD)
                found = self.sites[symbol.param], "pass", sys.intern(words)
            self._hops[symbol] = found
        return found

    def substitute_mark(self, mark: Mark, way: Hop | None) -> Marks:
        """What a mark of the callee is in the caller."""
        if not isinstance(mark.source, Symbol):
            return {mark: way}
        actuals = self._stands_for(mark)
        if not actuals:
            return NO_MARKS
        site, kind, words = self._passing(mark.source)
        return {actual: hop(before, site, kind, words, way) for actual, before in actuals.items()}

    def _stands_for(self, mark: Mark) -> Marks:
        """The marks that one of the callee, of a symbol, stands for here, with their ways up to the call."""
        found = self._meant.get(mark)
        if found is None:
            assert isinstance(mark.source, Symbol)
            actuals = self.marks(mark.source)
            if mark.protection is Protection.CLEAR and not mark.weak and not mark.whole:
                found = {m: w for m, w in actuals.items() if m.protection is not Protection.DERIVED}
            else:
                found = {}
                for actual, way in actuals.items():
                    weak = actual.weak + mark.weak
                    protection = max(mark.protection, actual.protection)
                    if weak <= endurance(actual.source) and protection is not Protection.DERIVED:
                        found[Mark(actual.source, protection, weak, whole_of(actual, mark))] = way
            self._meant[mark] = found
        return found

    # -- values --------------------------------------------------------------------------------------------------

    def substitute(self, value: Value, returned: bool = False) -> Value:
        """What a value of the callee is in the caller."""
        if value.closed and not (returned and value.marks):
            return value
        known = self._substituted.get(id(value))
        if known is not None:
            return known[1]
        marks = self._substitute_marks(value.marks, returned) if value.marks else NO_MARKS
        atoms: set[Atom] = set()
        for atom in value.ordered:
            if type(atom) is Obj:
                if atom.id[0] == "s":
                    atoms |= self.part(*symbolic(atom.id)).atoms
                else:
                    atoms.add(Obj(self.rename(atom.id)))
            elif isinstance(atom, (Func, Bound)):
                atoms |= self._atom(atom)
            else:
                atoms.add(atom)
        out = Value(frozenset(atoms), marks)
        self._substituted[id(value)] = (value, out)
        return out

    def _substitute_marks(self, marks: Marks, returned: bool) -> Marks:
        out: dict[Mark, Hop | None] = {}
        for mark, way in marks.items():
            symbol = mark.source if isinstance(mark.source, Symbol) else None
            for new, before in ((mark, way),) if symbol is None else self._stands_for(mark).items():
                if new in out:
                    continue
                if symbol is not None:
                    before = hop(before, *self._passing(symbol), inner=way)
                out[new] = hop(before, self.call, "return", self.ir.name) if returned else before
                if len(out) > limits.WIDTH:
                    out = weakest(out)
                if len(out) > limits.WIDTH:
                    limits.reached("marks on one value")
                    del out[new]
                    if all(known.protection is Protection.CLEAR for known in out):
                        return out  # none of these gives way to another
                    break
        return out

    def _atom(self, atom: Atom) -> set[Atom]:
        if isinstance(atom, Obj):
            if atom.id[0] == "s":
                return set(self.part(*symbolic(atom.id)).atoms)
            return {Obj(self.rename(atom.id))}
        if isinstance(atom, Func) and atom.env is not None:
            return {Func(atom.fn, env) for env in self._environments(atom.env)}
        if isinstance(atom, Bound):
            envs = self._environments(atom.func.env) if atom.func.env is not None else [None]
            return {Bound(Func(atom.func.fn, env), me) for env in envs for me in self._atom(atom.self)}
        return {atom}

    def _environments(self, env: ObjId) -> list[ObjId | None]:
        found: list[ObjId | None] = [a.id for a in sorted(self._atom(Obj(env)), key=order) if isinstance(a, Obj)]
        return found[: limits.ATOMS] or [None]

    def rename(self, key: ObjId) -> ObjId:
        """The caller's name of an object that the callee made."""
        if key[0] != "o" or key in self.fr.solver.shared or key in self.fr.solver.class_envs:
            return key
        found = self._renamed.get(key)
        if found is None:
            found = ("o", self.fr.fn.id, self.call.node, _made_at(key, self._crowd.get(key)))
            self._renamed[key] = found
        return found

    # -- the call ------------------------------------------------------------------------------------------------

    def run(self) -> Value:
        """Apply the callee's summary to the caller's state; the call's result."""
        summary = self.summary()
        if summary is None:
            return UNKNOWN
        if len(summary.heap) > limits.OBJECTS:
            limits.reached("objects from calls of one function that are kept apart")
            self._crowd = summary.heap
        if summary.heap:
            self._set_back(summary)
        self.fr.solver.work += len(summary.sinks) + len(summary.heap) + len(summary.effects)
        effects = [self._pending(effect) for effect in summary.effects]
        after = [self._pending(effect) for effect in summary.after]
        result = self.substitute(summary.result, returned=True)
        yields = self.substitute(summary.yields, returned=True)
        raises = self.substitute(summary.raises, returned=True)
        for (mark, into), way in summary.sinks.items():
            self.sink(mark, into, way)
        for index, site in self.fr.solver.sourced.get(self.fn, {}).items():
            self.fr.solver.collector.passed(self.fr.key, self.call, site, self.part(index, ()))
        for (cls, name), value in summary.fields.items():
            self.fr.write_field(self._owner(cls), name, self.substitute(value))
        self._bring_objects(summary)
        for (cls, name), value in summary.class_fields.items():
            classes = [a.cls for a in self.part(0, ()).ordered if isinstance(a, Cls)] if cls < 0 else [cls]
            store(self.fr, of(*(Cls(known) for known in classes)), f".{name}", self.substitute(value))
        for effect in effects:
            happen(self.fr, effect)
        for effect in after:
            happen(self.fr, effect, sure=False)  # it may be left somewhere else than at the end of a block
        if raises:
            self.fr.raised(raises)
            self.fr.failed[self.call.node] = raises
        if not summary.returns and self.only:
            self.fr.stopped = True
        if self.ir.generator:
            steps = summary.steps or []
            held = {f"[{i}]": self.substitute(step, returned=True) for i, step in enumerate(steps)}
            fields = {**(held or {"[*]": yields}), ".%return": result, ".%of": of(Func(self.fn, None))}
            made = self.fr.allocate(self.call.node, Object("gen", fields=fields), "gen")
            if after:
                self.fr.after[made.id] = after
            return of(made)
        return result

    def _set_back(self, summary: Summary) -> None:
        """Tell what the callee makes from what it made for this call before."""
        heap = self.fr.state.heap
        keys: dict[ObjId, None] = {}  # in an order that is the same in every run
        for key in summary.heap:
            new = self.rename(key)
            old = heap.get(new)
            if old is not None and new is not key and new != self.env and is_last(self.fr, new, old):
                keys[new] = None
        if not keys:
            return
        passed = {key for value in self.values for key in objects_in(value)}
        set_back(self.fr, [key for key in keys if key not in passed])
        self._parts.clear()
        self._wholes.clear()
        self._meant.clear()

    def _pending(self, effect: Effect) -> Pending:
        key = effect.object
        target = self.part(*symbolic(key)) if key[0] == "s" else of(Obj(key))
        return Pending(target, effect.label, self.substitute(effect.value), self.substitute(effect.stored))

    def _bring_objects(self, summary: Summary) -> None:
        heap = self.fr.state.heap
        returned = summary.returned() if summary.heap else frozenset()
        for key, obj in summary.heap.items():
            if key in self.fr.solver.shared:
                continue
            new = self.rename(key)
            self.fr.fresh.add(new)
            fields = self._fields(obj.fields, key in returned)
            old = heap.get(new)
            if old is None:
                same = fields is obj.fields
                heap[new] = obj if same else Object(obj.kind, obj.cls, obj.type, fields, obj.many, obj.written)
            else:
                self._join_object(new, old, obj, fields)

    def _fields(self, given: dict[str, Value], returned: bool) -> dict[str, Value]:
        """What the fields of an object of the callee are here; the same ones where nothing is another."""
        fields = given
        for label, value in given.items():
            new = self.substitute(value)
            if returned:
                new = moved(new, self.call, "return", self.ir.name)
            if new is not value:
                fields = dict(given) if fields is given else fields
                fields[label] = new
        if REST in fields:
            fields = dict(given) if fields is given else fields
            self._lay_out(fields, returned)
        return fields

    def _lay_out(self, fields: dict[str, Value], returned: bool) -> None:
        """Give a copy of mappings that are known here their items: those that it has none of its own for."""
        rest = fields.pop(REST)
        own = {label for label in fields if is_one_item(label)}
        kept = [a for a in rest.ordered if isinstance(a, Obj) and a.id[0] == "s"]
        for atom in rest.ordered:
            if isinstance(atom, Obj):
                for label, value in self.fr.object(atom.id).fields.items():
                    if label[0] == "[" and label not in own:
                        given = moved(value, self.call, "return", self.ir.name) if returned else value
                        fields[label] = join(fields.get(label, UNKNOWN), given)
            elif not isinstance(atom, Lit):
                fields["[*]"] = join(fields.get("[*]", UNKNOWN), of(atom))
        symbols = {m: w for m, w in rest.marks.items() if isinstance(m.source, Symbol) and m.source.deep == 0}
        others = {m: w for m, w in rest.marks.items() if m not in symbols}
        if kept:
            fields[REST] = join(fields.get(REST, UNKNOWN), Value(frozenset(kept), symbols))
        else:
            others |= symbols
        if others:
            fields["[*]"] = join(fields.get("[*]", UNKNOWN), only_marks(others))

    def _join_object(self, key: ObjId, old: Object, obj: Object, fields: dict[str, Value]) -> None:
        """The callee made the object again: it stands for many."""
        joined = dict(old.fields)
        for label, value in fields.items():
            joined[label] = join(joined[label], value) if label in joined else value
        same = joined.keys() == old.fields.keys() and all(value.same(old.fields[at]) for at, value in joined.items())
        if not same or not old.many:
            self.fr.put(key, Object(obj.kind, obj.cls, obj.type, joined, True, join_written(old.written, obj.written)))

    def sink(self, mark: Mark, target: Target, way: Hop | None) -> None:
        """What the caller passes, if anything, reaches a sink inside."""
        marks = self.substitute_mark(mark, way)
        if marks:
            self.fr.sink(marks, target, self.call.node, self.fn)

    def _owner(self, cls: int) -> int:
        """Whose attributes an ``__init__`` sets: those of the class that is made, and not of the base that has it."""
        program = self.fr.program
        if program.functions[self.fn].ir.name != "__init__":
            return cls
        made = {self.fr.object(atom.id).cls for atom in self.part(0, ()).ordered if isinstance(atom, Obj)}
        below = made.pop() if len(made) == 1 else -1
        return below if below >= 0 and cls in program.classes[below].mro else cls


def happen(fr: Frame, effect: Pending, *, sure: bool = True) -> None:
    """Write what an effect says; not ``sure``: what was there before may stay."""
    target, label, value, stored = effect
    if label == CLEARED:
        if sure:
            clear(fr, target)
    elif label == REST:
        merge(fr, target, value, sure=sure)
    else:
        store(fr, target, label, value, strong=sure, stored=stored)


def _made_at(key: ObjId, one_of_many: Object | None) -> ObjId:
    """Where an object was made; one that comes from two calls below is no longer told by what called that.

    Of many objects those of one kind that a call of the callee made are one: its lists, its instances of a class.
    """
    calls: list[ObjId] = [key]
    while isinstance(inner := calls[-1][-1], tuple) and inner[0] == "o":
        calls.append(inner)
    if len(calls) < 3:
        return key
    if one_of_many is None:
        return calls[-2]
    return key[0], key[1], key[2], f"{one_of_many.kind}{one_of_many.cls}"
