"""The linked program: modules, functions and classes with global numbers, and the meaning of dotted names."""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR, ModuleIR
from privlint.resolve.aliases import aliases
from privlint.resolve.classes import Class, Method, order_of_bases, read_class
from privlint.resolve.imports import ModuleIndex
from privlint.resolve.scan import Binding, Bindings, scan

_BUILTINS = frozenset(dir(builtins)) | {"reveal_type", "unicode", "basestring", "xrange", "long", "raw_input"}
_LOOKUP_DEPTH = 12
_CONTAINERS = {
    **dict.fromkeys(("dict", "UserDict", "OrderedDict", "TypedDict", "defaultdict"), "dict"),
    **dict.fromkeys(("list", "UserList", "deque"), "list"),
    **dict.fromkeys(("set", "frozenset"), "set"),
}  # the last names of bases whose instances are such containers
_SETTINGS = re.compile(r"(^|/)(settings/[^/]+|(\w+_)?settings(_\w+)?)\.py$")


class Entity(NamedTuple):
    """What a dotted name means: ``module``, ``class``, ``function`` (``number``), ``external`` (``path``: dotted),
    or ``value`` (a variable of module ``number``, ``path`` is its name)."""

    kind: str
    number: int = -1
    path: str = ""


@dataclass(slots=True)
class Function:
    """A function of the program."""

    id: int
    module: int
    ir: FunctionIR
    cls: int  # the class whose body it stands in directly, or -1
    parent: int  # the enclosing function (never a class body), or -1
    dotted: str
    _method_kind: str | None = None

    @property
    def method_kind(self) -> str:
        """``""`` outside a class, else ``method``, ``static`` or ``class``."""
        if self._method_kind is None:  # the class is known only when the whole module is linked
            kind = self._find_method_kind()
            if self.cls >= 0:
                self._method_kind = kind
            return kind
        return self._method_kind

    def _find_method_kind(self) -> str:
        if self.cls < 0:
            return ""
        last = {d.rpartition(".")[2] for d in self.ir.decorators}
        if "staticmethod" in last:
            return "static"
        if "classmethod" in last or self.ir.name in ("__new__", "__init_subclass__", "__class_getitem__"):
            return "class"
        return "method"


@dataclass(slots=True)
class Module:
    """A module of the program; ``functions`` maps an index in its IR to a function's number."""

    number: int
    name: str
    path: str
    ir: ModuleIR
    bindings: Bindings
    functions: list[int] = field(default_factory=list)
    classes: dict[int, int] = field(default_factory=dict)  # index of the class body -> class number
    names: dict[str, Entity | None] = field(default_factory=dict)  # cache of ``Program.name``


class Program:
    """All modules, linked.  Build it with ``link``."""

    def __init__(self, modules: Sequence[ModuleIR]) -> None:
        self.index = ModuleIndex([m.path for m in modules])
        self.modules: list[Module] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        for number, ir in enumerate(modules):
            self._add(number, ir)
        self.subclasses: dict[int, list[int]] = {}
        self._methods: dict[tuple[int, str], Method | None] = {}
        self._exceptions: dict[int, bool] = {}
        self._containers: dict[int, str] = {}
        self._aliases: dict[int, dict[str, o.TypeRef]] = {}
        self._external: dict[int, tuple[str, ...]] = {}
        for cls in self.classes:
            self._link_bases(cls)
        for cls in self.classes:
            cls.mro = order_of_bases(cls.id, self.classes)
        # Where a Django project has its settings: modules called so, or in a package that is.
        self.settings_modules = [m.number for m in self.modules if _SETTINGS.search(m.path)]
        for cls in self.classes:
            for base in cls.mro[1:]:
                self.subclasses.setdefault(base, []).append(cls.id)

    def _add(self, number: int, ir: ModuleIR) -> None:
        name = self.index.name(number)
        module = Module(number, name, ir.path, ir, scan(ir.functions[0]))
        self.modules.append(module)
        for fir in ir.functions:
            module.functions.append(len(self.functions))
            dotted = name if fir.index == 0 else f"{name}.{fir.qualname.replace('.<locals>', '')}"
            self.functions.append(Function(len(self.functions), number, fir, -1, -1, dotted))
        for fir in ir.functions:
            if fir.kind == "class":
                cls = read_class(
                    len(self.classes), number, fir, scan(fir), f"{name}.{fir.qualname.replace('.<locals>', '')}"
                )
                module.classes[fir.index] = cls.id
                self.classes.append(cls)
        for bound in module.bindings.names.values():
            for binding in bound:
                if binding.kind == "class" and binding.decorated_by:
                    self.classes[module.classes[binding.index]].decorated_by = binding.decorated_by
        for fir in ir.functions:
            parent = fir.parent
            if parent >= 0 and ir.functions[parent].kind == "class":
                self.functions[module.functions[fir.index]].cls = module.classes[parent]
            while parent >= 0 and ir.functions[parent].kind == "class":
                parent = ir.functions[parent].parent
            if parent > 0:
                self.functions[module.functions[fir.index]].parent = module.functions[parent]

    def _link_bases(self, cls: Class) -> None:
        module = self.modules[cls.module]
        fir = module.ir.functions[cls.body]
        holder = module.ir.functions[fir.parent] if fir.parent > 0 else None
        written = (scan(holder) if holder is not None else module.bindings).bases.get(cls.body, [])
        for label, text in written:
            if label not in (None, "*"):
                cls.keywords.append((label or "", text))
                continue
            entity = self.lookup(module, text) if text else None
            if entity is not None and entity.kind == "class":
                cls.bases.append(entity.number)
            elif entity is not None and entity.kind == "external":
                cls.external_bases.append(entity.path)
            elif text:
                cls.external_bases.append(text)

    # -- names ---------------------------------------------------------------------------------------------------

    def lookup(self, module: Module, dotted: str, depth: int = 0) -> Entity | None:
        """What a dotted name, as written in ``module``, means; None where nothing is known of it."""
        head, _, rest = dotted.partition(".")
        called = head.endswith("()")
        entity = self.name(module, head.removesuffix("()"), depth)
        if entity is not None and called:
            entity = self._called(entity)
        while entity is not None and rest:
            head, _, rest = rest.partition(".")
            entity = self.member(entity, head.removesuffix("()"), depth)
            if entity is not None and head.endswith("()"):
                entity = self._called(entity)
        return entity

    @staticmethod
    def _called(entity: Entity) -> Entity | None:
        return Entity("external", path=f"{entity.path}()") if entity.kind == "external" else None

    def name(self, module: Module, name: str, depth: int = 0) -> Entity | None:
        """What a name means at the top level of a module (builtins included)."""
        if name in module.names:
            return module.names[name]
        if depth > _LOOKUP_DEPTH:
            return None
        module.names[name] = None  # a cycle of imports ends here
        found = self._find_name(module, name, depth + 1)
        module.names[name] = found
        return found

    def _find_name(self, module: Module, name: str, depth: int) -> Entity | None:
        bindings = module.bindings.names.get(name)
        if bindings:
            found = [e for b in bindings if (e := self._entity(module, name, b, depth)) is not None]
            solid = [e for e in found if e.kind != "value"]
            inside = [e for e in solid if e.kind != "external"]
            if len(bindings) == len(found) and len(set(found)) == 1:
                return found[0]
            if len(set(inside)) > 1 and all(b.kind == "import" for b in bindings):
                return Entity("value", module.number, name)  # imported on two ways: either
            if solid and all(b.kind in ("import", "function", "class") for b in bindings):
                return (inside or solid)[-1]  # try: import a except ImportError: a = ...
            return Entity("value", module.number, name)
        for star in module.bindings.stars:
            entity = self._from_star(module, star, name, depth)
            if entity is not None:
                return entity
        child = self.index.child(module.number, name)
        if child is not None:
            return Entity("module", child)
        if name in _BUILTINS:
            return Entity("external", path=f"builtins.{name}")
        return None

    def _from_star(self, module: Module, star: o.Import, name: str, depth: int) -> Entity | None:
        target, dotted = self._module_of(module, star)
        if target is None:
            known = name in _BUILTINS or name in module.bindings.names
            return None if known else Entity("external", path=f"{dotted}.{name}")
        exports = self.modules[target].ir.exports
        if name.startswith("_") and (exports is None or name not in exports):
            return None
        if exports is not None and name not in exports:
            return None
        entity = self.name(self.modules[target], name, depth)
        if entity is not None and entity.kind == "external" and entity.path.startswith("builtins."):
            return None
        return entity

    def _entity(self, module: Module, name: str, binding: Binding, depth: int) -> Entity | None:
        if binding.kind == "function":
            return Entity("function", module.functions[binding.index])
        if binding.kind == "class":
            return Entity("class", module.classes[binding.index])
        if binding.kind == "import" and binding.op is not None:
            return self.imported(module, binding.op, depth)
        if binding.kind == "alias" and binding.text.partition(".")[0] != name:
            found = self.lookup(module, binding.text, depth)
            if found is not None and "()" in found.path:  # what a library's call gives: known where it is stored
                return Entity("value", module.number, name)
            return found if found is not None and found.kind != "value" else Entity("value", module.number, name)
        return Entity("value", module.number, name)

    def imported(self, module: Module, op: o.Import, depth: int = 0) -> Entity:
        """What an import binds."""
        target, dotted = self._module_of(module, op)
        if not op.name:
            if op.top and not op.level:
                top = op.module.partition(".")[0]
                number = self.index.find(module.number, top)
                return Entity("module", number) if number is not None else Entity("external", path=top)
            return Entity("module", target) if target is not None else Entity("external", path=dotted)
        if target is not None:
            found = self.name(self.modules[target], op.name, depth + 1)
            if found is not None and not found.path.startswith("builtins."):
                return found
            child = self.index.child(target, op.name)
            return Entity("module", child) if child is not None else Entity("external", path=f"{dotted}.{op.name}")
        number = self.index.find(module.number, f"{dotted}.{op.name}") if not op.level else None
        if number is None and op.level:
            number, _ = self.index.relative(module.number, f"{op.module}.{op.name}".strip("."), op.level)
        return Entity("module", number) if number is not None else Entity("external", path=f"{dotted}.{op.name}")

    def _module_of(self, module: Module, op: o.Import) -> tuple[int | None, str]:
        if op.level:
            return self.index.relative(module.number, op.module, op.level)
        number = self.index.find(module.number, op.module)
        return number, self.modules[number].name if number is not None and number < len(self.modules) else op.module

    def member(self, entity: Entity, name: str, depth: int = 0) -> Entity | None:
        """What an attribute of a named thing means."""
        if entity.kind == "external":
            return Entity("external", path=f"{entity.path}.{name}")
        if entity.kind == "module":
            found = self.name(self.modules[entity.number], name, depth + 1)
            if found is not None and not found.path.startswith("builtins."):
                return found
            child = self.index.child(entity.number, name)
            return Entity("module", child) if child is not None else None
        if entity.kind == "class":
            cls = self.classes[entity.number]
            if name in cls.inner:
                return Entity("class", self.modules[cls.module].classes[cls.inner[name]])
            method = self.method(entity.number, name)
            return Entity("function", method.function) if method is not None else None
        return None

    def alias(self, entity: Entity) -> o.TypeRef | None:
        """The annotation that a name of a module stands for; None for all other values."""
        known = self._aliases.get(entity.number)
        if known is None:
            known = self._aliases[entity.number] = aliases(self.modules[entity.number].ir.functions[0])
        return known.get(entity.path)

    # -- classes -------------------------------------------------------------------------------------------------

    def method(self, cls: int, name: str) -> Method | None:
        """The method that an instance of ``cls`` has under ``name``, by the order of bases."""
        try:
            return self._methods[(cls, name)]
        except KeyError:
            found = self._methods[(cls, name)] = self._method(cls, name)
            return found

    def _method(self, cls: int, name: str) -> Method | None:
        for base in self.classes[cls].mro:
            index = self.classes[base].methods.get(name)
            if index is not None:
                owner = self.classes[base]
                return Method(self.modules[owner.module].functions[index.index], base, index.kind, index.decorators)
        return None

    def external_bases(self, cls: int) -> tuple[str, ...]:
        """The library classes that ``cls`` derives from, in the order of bases."""
        found = self._external.get(cls)
        if found is None:
            every = [path for base in self.classes[cls].mro for path in self.classes[base].external_bases]
            found = self._external[cls] = tuple(every)
        return found

    def container(self, cls: int) -> str:
        """The kind of built-in container that instances of a class are: ``dict``, ``list``, ``set``; else ``""``."""
        found = self._containers.get(cls)
        if found is None:
            lasts = (_CONTAINERS.get(base.rpartition(".")[2], "") for base in self.external_bases(cls))
            found = self._containers[cls] = next((kind for kind in lasts if kind), "")
        return found

    def wraps_container(self, cls: int) -> bool:
        """Whether instances of a class below a built-in container have what they hold in their ``data``, too."""
        return any(base.rpartition(".")[2] in ("UserDict", "UserList") for base in self.external_bases(cls))

    def is_exception(self, cls: int) -> bool:
        """Whether instances of a class are raised: a library base says so by its name."""
        found = self._exceptions.get(cls)
        if found is None:
            lasts = [base.rpartition(".")[2] for base in self.external_bases(cls)]
            found = any(last.endswith(("Exception", "Error", "Warning")) for last in lasts)
            self._exceptions[cls] = found
        return found

    def resolve_type(self, module: Module, text: str) -> Entity | None:
        """What an annotation's dotted name means."""
        return self.lookup(module, text) if text else None


def link(modules: Sequence[ModuleIR]) -> Program:
    """Link lowered modules: number functions and classes, find bases, order them."""
    return Program(modules)
