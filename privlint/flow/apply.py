"""Applying a summary at a call: symbols become what the caller passed, new objects become the caller's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privlint.flow import limits, told
from privlint.flow.access import at_label, clear, store
from privlint.flow.callable import MADE_CALLABLE
from privlint.flow.frame import Frame, objects_in
from privlint.flow.heap import Object, join_written
from privlint.flow.items import item, key_label, known_keys, positions
from privlint.flow.models.merging import merge
from privlint.flow.recency import is_last, set_back
from privlint.flow.sources import part_called
from privlint.flow.summary import Context, Description, Effect, Pending, Summary
from privlint.flow.values import (
    BY,
    CLASSES,
    CLEARED,
    EACH,
    KEYS,
    NO_MARKS,
    REST,
    SIZE,
    UNKNOWN,
    Address,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Hop,
    Inst,
    Lit,
    Mark,
    Marks,
    Obj,
    ObjId,
    Opaque,
    Path,
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


class Binding:
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
        self._wholes: dict[Symbol, dict[Mark, Hop | None]] = {}
        self._meant: dict[Mark, Marks] = {}
        self._hops: dict[Symbol, tuple[Site, str, str]] = {}
        self._crowd: Mapping[ObjId, Object] = {}  # what the callee makes, where it is too much to keep all apart
        self._renamed: dict[ObjId, ObjId] = {}
        self._substituted: dict[int, tuple[Value, Value]] = {}
        self._described: dict[tuple[int, Path], tuple[Description, ...]] = {}

    # -- symbols -------------------------------------------------------------------------------------------------

    def part(self, param: int, path: Path) -> Value:
        """What the caller has at an access path of a parameter."""
        found = self._parts.get((param, path))
        if found is None:
            if path and path[-1][:2] == BY:
                number, dot, name = path[-1][2:-1].partition(".")
                key = self.part(int(number), (f".{name}",) if dot else ())
                found = item(self.fr, self.part(param, path[:-1]), key_label(self.fr, key), key)
            elif path:
                found = at_label(self.fr, self.part(param, path[:-1]), path[-1])
            elif param == -1:
                found = of(Obj(self.env)) if self.env is not None else UNKNOWN
            else:
                found = self.values[param] if param < len(self.values) else UNKNOWN
            self._parts[(param, path)] = found
        return found

    def marks(self, symbol: Symbol) -> dict[Mark, Hop | None]:
        """The marks that a symbol stands for here."""
        found = self._wholes.get(symbol)
        if found is None:
            value = self.part(symbol.param, symbol.path)
            found = collect(self.fr, value, symbol.deep) if symbol.deep else dict(value.marks)
            if symbol.called:
                found = part_called(self.fr, found, symbol.called)
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
                found = self.sites[symbol.param], "pass", words
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
        summary = self._summary()
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

    def _summary(self) -> Summary | None:
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
            known = self._described[(param, path)] = self._words_of(param, path)
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


def describe(fr: Frame, atom: Atom) -> Description | None:
    """What an argument is, in words that a context is made of."""
    if type(atom) is Obj:
        return _describe_object(fr, atom)
    if isinstance(atom, Lit):
        return ("lit", atom) if isinstance(atom.value, str | bool | type(None)) or _is_index(atom) else None
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
