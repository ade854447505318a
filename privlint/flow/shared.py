"""The stores that all functions share: module variables, attributes of classes and of their instances, defaults.

They only grow; a function that read an entry is analysed again when the entry grows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from privlint.flow.heap import Object, objects_in
from privlint.flow.summary import Effect, Key, Summary
from privlint.flow.values import (
    ADDED,
    BESIDE,
    NONE,
    UNKNOWN,
    UNSURE,
    Address,
    Atom,
    Bound,
    Cls,
    Func,
    Inst,
    Lit,
    Mark,
    Obj,
    ObjId,
    Opaque,
    Super,
    Symbol,
    Value,
    join,
    of,
    weaken,
)
from privlint.flow.wholes import collect
from privlint.resolve.program import Program

if TYPE_CHECKING:
    from privlint.flow.frame import Frame


# Names of mappings of unlike things: what is under one key says nothing of the others.
_SETTINGS = re.compile(r"(^|_)(defaults?|config(uration)?s?|settings?|options?|preferences?)(_|$)", re.IGNORECASE)

_ADDED_TO = BESIDE | {"[#]"}  # labels at which nothing is ever overwritten


class Stores:
    """Entries by key, with their readers."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.shared: dict[ObjId, Object] = {}
        self.class_env: dict[int, ObjId] = {}  # class -> variables of the call that made it
        self.class_envs: set[ObjId] = set()
        self.function_attributes: dict[tuple[int, str], Value] = {}
        self._settings: dict[ObjId, bool] = {}  # mappings of settings, and (True) what they hold
        self._externals: dict[tuple[str, str, str], Value] = {}
        self._fields: dict[str, dict[int, Value]] = {}
        self._first_stored: dict[str, dict[int, int]] = {}  # attribute -> class -> its place among those that have it
        self._class_attributes: dict[str, dict[int, Value]] = {}  # name -> class -> value
        self._class_names: dict[int, list[str]] = {}  # class -> its attributes, in the order in which they were bound
        self.inner_defaults: set[tuple[int, str]] = set()  # those that depend on the call that makes the function
        self._defaults: dict[tuple[int, str], Value] = {}
        self._readers: dict[object, set[Key]] = {}
        self._field_readers: dict[str, dict[int, set[Key]]] = {}  # attribute -> class asked -> summaries
        self._class_readers: dict[str, dict[int, set[Key]]] = {}
        self._dirty: set[Key] = set()
        self._reading: Key | None = None  # the summary that is being made

    # -- who reads -----------------------------------------------------------------------------------------------

    def begin_reading(self, key: Key) -> Key | None:
        """A summary is made: what is read from now on is read for it.  Gives whose turn it was."""
        asking, self._reading = self._reading, key
        self._dirty.discard(key)
        return asking

    def end_reading(self, asking: Key | None) -> None:
        """It is made; the turn goes back."""
        self._reading = asking

    def forget_readers(self) -> None:
        """Nothing is to be analysed again."""
        for held in (self._readers, self._field_readers, self._class_readers):
            held.clear()

    def _read(self, key: object) -> None:
        if self._reading is not None:
            readers = self._readers.get(key)
            if readers is None:
                self._readers[key] = {self._reading}
            else:
                readers.add(self._reading)

    def _read_member(self, readers: dict[str, dict[int, set[Key]]], cls: int, name: str) -> None:
        if self._reading is not None:
            by_class = readers.get(name)
            if by_class is None:
                by_class = readers[name] = {}
            found = by_class.get(cls)
            if found is None:
                by_class[cls] = {self._reading}
            else:
                found.add(self._reading)

    def _grew(self, key: object) -> None:
        self._dirty |= self._readers.get(key, set())

    def _member_grew(self, readers: Mapping[str, Mapping[int, set[Key]]], cls: int, name: str) -> None:
        """Those who asked for the attribute of a class above or below are to look again."""
        asked = readers.get(name)
        for each in self._family(cls) if asked else ():
            if asked is not None and each in asked:
                self._dirty |= asked[each]

    def _family(self, cls: int) -> list[int]:
        """A class, those above it and those below."""
        return [*self.program.classes[cls].mro, *self.program.subclasses.get(cls, ())]

    def take_dirty(self) -> set[Key]:
        """The summaries for which an entry that they read grew since the last call."""
        out, self._dirty = self._dirty, set()
        return out

    # -- module variables and the objects they hold --------------------------------------------------------------

    def read_shared(self, key: ObjId) -> Object | None:
        """An object that a variable of a module holds."""
        self._read(key)
        return self.shared.get(key)

    def variable(self, module: int, label: str) -> Value | None:
        """A variable of a module; None where nothing is known to have set it."""
        self._read((module, label))
        held = self.shared.get(("g", module))
        return held.fields.get(label) if held is not None else None

    def variables(self, module: int) -> Mapping[str, Value]:
        """All variables of a module."""
        held = self.read_shared(("g", module))
        return held.fields if held is not None else {}

    def commit(self, summary: Summary, frame: Frame) -> None:
        """Publish what a function did to module variables and to the objects behind them.

        Whoever calls it finds that there; it is told only what it has to complete, and what is bound or overwritten.
        """
        for effect in summary.effects:
            if effect.object[0] == "g" or effect.object in self.shared:
                self._publish(effect.object, effect.label, effect.value, frame)
        summary.effects = [e for e in summary.effects if e.object not in self.shared or not self._is_told(e)]

    @staticmethod
    def _is_told(effect: Effect) -> bool:
        """Whether the stores have all of an effect on an object that a variable of a module holds."""
        value = effect.value
        return (
            effect.object[0] == "o"
            and effect.label in _ADDED_TO
            and not any(isinstance(mark.source, Symbol) for mark in value.marks)
            and all(key[0] != "s" for key in objects_in(value))
        )

    def _publish(self, key: ObjId, label: str, value: Value, frame: Frame) -> None:
        if key in self._settings and (self._settings[key] or label in BESIDE):
            return
        concrete = self._concrete(value)
        if key[0] == "g" and _SETTINGS.search(label[1:]):
            self._hold_settings(concrete, inner=False)
        obj = self.shared.get(key)
        if obj is None:
            obj = Object("module" if key[0] == "g" else "inst")
        label = obj.place_of(label)
        if label in ("[*]", ADDED) and obj.kind == "dict":  # whoever looks up another key gets something else
            concrete = Value(concrete.atoms, weaken(concrete.marks))
        old = obj.fields.get(label, UNKNOWN)
        own = key[0] == "g" and frame.ir.kind == "module" and key[1] == frame.fn.module
        new = concrete if own and label not in obj.fields else join(old, concrete)
        if label not in obj.fields or not new.same(old):
            fields = {**obj.fields, label: new}  # nothing of which whoever reads it has written
            self.shared[key] = Object(obj.kind, obj.cls, obj.type, fields, obj.many)
            self._grew(key)
            if key[0] == "g":
                self._grew((key[1], label))
        if key in self._settings:
            self._hold_settings(concrete, inner=True)
        for atom in concrete.ordered:
            self._share(atom, frame)

    def _hold_settings(self, value: Value, inner: bool) -> None:
        """Note the mappings that are settings, or the objects that these hold."""
        for atom in value.atoms:
            if isinstance(atom, Obj) and atom.id[0] == "o":
                self._settings[atom.id] = self._settings.get(atom.id, True) and inner

    def share(self, value: Value, frame: Frame) -> None:
        """What an attribute of a class holds is the same for all who read it."""
        for atom in value.ordered:
            self._share(atom, frame)

    def _share(self, atom: Atom, frame: Frame) -> None:
        """An object that is reachable from a module variable is shared too."""
        state = frame.exit
        keys: list[ObjId] = []
        if isinstance(atom, Obj):
            keys.append(atom.id)
        elif isinstance(atom, Func) and atom.env is not None:
            keys.append(atom.env)
        elif isinstance(atom, Bound):
            if isinstance(atom.self, Obj):
                keys.append(atom.self.id)
            if atom.func.env is not None:
                keys.append(atom.func.env)
        for key in keys:
            if key in self.shared or key[0] != "o" or state is None or key not in state.heap:
                continue
            obj = state.heap[key]
            if obj.kind == "packed":  # a text, for those who read it elsewhere
                continue
            fields = {label: self._concrete(value) for label, value in obj.fields.items()}
            self.shared[key] = Object(obj.kind, obj.cls, obj.type, fields, obj.many)
            for value in fields.values():
                if key in self._settings:
                    self._hold_settings(value, inner=True)
                for inner in value.ordered:
                    self._share(inner, frame)

    @staticmethod
    def _concrete(value: Value) -> Value:
        """A value without what only a caller could say."""
        marks = {m: w for m, w in value.marks.items() if not isinstance(m.source, Symbol)}
        atoms = frozenset(a for a in value.atoms if not (isinstance(a, Obj) and a.id[0] == "s"))
        return Value(atoms, marks)

    # -- attributes of instances ---------------------------------------------------------------------------------

    def write_field(self, cls: int, name: str, value: Value, frame: Frame) -> bool:
        """Store what any instance of ``cls`` may have as ``name``; whether the caller has to complete it."""
        if frame.solver.records.told_apart_by_key(cls, name):
            return False
        atoms: set[Atom] = set()
        symbolic = any(isinstance(m.source, Symbol) for m in value.marks)
        marks = {_single(m, name): w for m, w in value.marks.items() if not isinstance(m.source, Symbol)}
        for atom in value.ordered:
            if isinstance(atom, Obj):
                if atom.id[0] == "s":
                    symbolic = True
                obj = frame.object(atom.id)
                if obj.cls >= 0:
                    atoms.add(atom if atom.id in self.shared else Opaque(obj.cls))
                elif obj.type:
                    atoms.add(Inst(obj.type))
                elif atom.id[0] != "s":
                    inner = collect(frame, of(atom), 2)
                    symbolic = symbolic or any(isinstance(m.source, Symbol) for m in inner)
                    marks.update({m: w for m, w in inner.items() if not isinstance(m.source, Symbol)})
            elif isinstance(atom, Func):
                atoms.add(Func(atom.fn, None) if atom.env is None else atom)
            elif isinstance(atom, Lit) and not isinstance(atom.value, str):
                continue  # what an attribute was set to says nothing of what it is later
            elif not isinstance(atom, Super | Bound):
                atoms.add(atom)
        concrete = Value(frozenset(atoms), marks)
        if concrete and not self.program.is_exception(cls):  # an exception is followed to its handler itself
            held = self._fields.setdefault(name, {})
            old = held.get(cls, UNKNOWN)
            new = join(old, concrete)
            if not new.same(old):
                self._first_stored.setdefault(name, {}).setdefault(cls, len(held))
                held[cls] = new
                self._member_grew(self._field_readers, cls, name)
        return symbolic

    def read_field(self, cls: int, name: str, exact: bool = False) -> Value:
        """What any instance of ``cls``, its bases or (unless it is ``exact``) its subclasses may have as ``name``."""
        self._read_member(self._field_readers, cls, name)
        held = self._fields.get(name)
        if held is None:
            return UNKNOWN
        classes = self.program.classes
        related = classes[cls].mro if exact else self._family(cls)
        if len(held) <= len(related):
            above = classes[cls].mro
            owners = [owner for owner in held if owner in above or (not exact and cls in classes[owner].mro)]
        else:
            owners = [owner for owner in related if owner in held]
            if len(owners) > 1:
                owners.sort(key=self._first_stored[name].__getitem__)
        out = UNKNOWN
        for owner in owners:
            out = join(out, held[owner])
        return out

    # -- attributes of classes and functions ---------------------------------------------------------------------

    def write_class_attribute(self, cls: int, name: str, value: Value) -> None:
        """A class attribute is bound."""
        concrete = self._concrete(value)
        if _SETTINGS.search(name):
            self._hold_settings(concrete, inner=False)
        held = self._class_attributes.setdefault(name, {})
        old = held.get(cls)
        new = concrete if old is None else join(old, concrete)
        if old is None:
            self._class_names.setdefault(cls, []).append(name)
        if old is None or not new.same(old):
            held[cls] = new
            self._member_grew(self._class_readers, cls, name)

    def own_attribute(self, cls: int, name: str) -> Value | None:
        """An attribute of this very class; None where it has none of that name."""
        self._read_member(self._class_readers, cls, name)
        held = self._class_attributes.get(name)
        return held.get(cls) if held is not None else None

    def class_attribute(self, cls: int, name: str, start: int = 0) -> Value | None:
        """A class attribute by the order of bases, from number ``start``; None where no class has it."""
        self._read_member(self._class_readers, cls, name)
        held = self._class_attributes.get(name)
        if held is not None:
            order = self.program.classes[cls].mro
            for base in order[start:] if start else order:
                if base in held:
                    return held[base]
        return None

    def overridden(self, cls: int, name: str) -> bool:
        """Whether a class below has an attribute of that name of its own."""
        subclasses = self.program.subclasses.get(cls)
        if not subclasses:
            return False
        classes, held = self.program.classes, self._class_attributes.get(name, {})
        return any(sub in held or name in classes[sub].methods for sub in subclasses)

    def names_in_class(self, cls: int) -> list[str]:
        """The names that a class binds, in order."""
        return self._class_names.get(cls, [])

    def class_members(self, cls: int) -> Value:
        """Any member of an enum."""
        out = of(Opaque(cls))
        for name in self._class_names.get(cls, ()):
            if not name.startswith("_"):
                out = join(out, Value(frozenset(), self._class_attributes[name][cls].marks))
        return out

    def write_function_attribute(self, fn: int, name: str, value: Value) -> None:
        """An attribute is set on a function."""
        old = self.function_attributes.get((fn, name), UNKNOWN)
        self.function_attributes[(fn, name)] = join(old, self._concrete(value))

    def write_external(self, path: str, label: str, value: Value) -> None:
        """A part of an object of code that is not there: ``os.environ["X"] = value``, ``g.user = value``.

        What a call gives is another object each time, and nothing that is kept for all.
        """
        if "()" in path or (path[0] != "@" and (label in BESIDE or label == "[#]")):  # another key is another thing
            return
        key = ("external", path, label)
        concrete = self._concrete(value)
        old = self._externals.get(key, UNKNOWN)
        one = not any(isinstance(a, Obj) for a in value.atoms)  # one datum, no container of several
        sure = {m: w for m, w in concrete.marks.items() if one and m.weak == 0 and not m.whole}
        atoms = frozenset(a for a in concrete.atoms if isinstance(a, Lit | Opaque | Inst | Address))
        new = join(old, Value(atoms, sure))
        if not new.same(old):
            self._externals[key] = new
            self._grew(key)

    def read_external(self, path: str, label: str) -> Value:
        """What the program stored there."""
        key = ("external", path, label)
        self._read(key)
        found = self._externals.get(key, UNKNOWN)
        if any(isinstance(a, Lit) and a.kind in ("bool", "none") for a in found.atoms):  # or it was not, in this run
            return Value(found.atoms | UNSURE.atoms, found.marks)
        return found

    def class_value(self, cls: int) -> Value:
        """The value of a class's name."""
        return of(Cls(cls))

    def function_value(self, fn: int) -> Value:
        """The value of a function's name: what its decorators made of it, where they are known."""
        function = self.program.functions[fn]
        if function.ir.decorators and function.parent < 0 and function.cls < 0:
            held = self.variable(function.module, f".{function.ir.name}")
            if held is not None and any(isinstance(a, Func | Bound | Obj | Cls | Lit) for a in held.atoms - NONE.atoms):
                return held
        return of(Func(fn, None))

    def environment(self, fn: int, frame: Frame) -> ObjId | None:
        """The variables of the call in which a method's class was made."""
        function = self.program.functions[fn]
        if function.parent < 0:
            return None
        if function.cls == frame.fn.cls and frame.outer is not None:
            return frame.outer
        return self.class_env.get(function.cls)

    # -- defaults ------------------------------------------------------------------------------------------------

    def set_default(self, fn: int, name: str, value: Value) -> None:
        """The default of a parameter."""
        old = self._defaults.get((fn, name), UNKNOWN)
        self._defaults[(fn, name)] = join(old, self._concrete(value))

    def default_of(self, fn: int, name: str, frame: Frame) -> Value:
        """What a parameter is when nothing is passed."""
        value = self._defaults.get((fn, name), UNKNOWN)
        return Value(frozenset(a for a in value.atoms), value.marks)


def _single(mark: Mark, name: str) -> Mark:
    """What is kept under its own name is one thing, and no longer part of the whole that it came with."""
    alone = bool(mark.whole) and not isinstance(mark.source, Symbol) and mark.source.name == name
    return mark._replace(whole="") if alone else mark
