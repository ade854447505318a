"""Annotations as knowledge of types: what a parameter, variable or field may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.values import EACH, Atom, Cls, Inst, ObjId, Opaque
from privlint.ir.ops import TypeRef
from privlint.model.data import NameMatch
from privlint.resolve.program import Module

if TYPE_CHECKING:
    from privlint.flow.memory import Memory
    from privlint.flow.solve import Solver

_TRANSPARENT = frozenset(
    [
        "Optional",
        "Union",
        "Annotated",
        "Final",
        "ClassVar",
        "Required",
        "NotRequired",
        "ReadOnly",
        "Awaitable",
        "Coroutine",
        "Mapped",
        "InitVar",
    ]
)
_SEQUENCES = frozenset(
    [
        "list",
        "List",
        "set",
        "Set",
        "frozenset",
        "FrozenSet",
        "tuple",
        "Tuple",
        "Sequence",
        "Iterable",
        "Iterator",
        "Collection",
        "Generator",
        "AsyncIterator",
        "AsyncIterable",
        "AsyncGenerator",
        "deque",
        "Deque",
        "MutableSequence",
        "AbstractSet",
        "QuerySet",
        "Manager",
        "Page",
        "Paginated",
        "Stream",
    ]
)
_MAPPINGS = frozenset(
    ["dict", "Dict", "Mapping", "MutableMapping", "DefaultDict", "OrderedDict", "defaultdict", "TypedDict"]
)
_PLAIN = frozenset(
    [
        "str",
        "int",
        "float",
        "Any",
        "object",
        "None",
        "Union",
        "Optional",
        "Annotated",
        "bytes",
        "Decimal",
        "date",
        "datetime",
        "AnyStr",
        "Text",
        "EmailStr",
    ]
)
_ALIASES = 3  # names that stand for names that stand for an annotation
_SILENT = frozenset(["bool", "Callable", "Type", "type", "Logger"])


class Annotations:
    """Answers what an annotation means, in the module where it is written."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver
        self._cache: dict[tuple[int, TypeRef], frozenset[Atom]] = {}

    def atoms(self, module: Module, ref: TypeRef) -> frozenset[Atom]:
        """What a value so annotated may be: instances of classes of the program or of libraries."""
        return self.atoms_at(module.number, ref)

    def atoms_at(self, number: int, ref: TypeRef) -> frozenset[Atom]:
        """The same, the module by its number."""
        key = (number, ref)
        found = self._cache.get(key)
        if found is None:
            self._cache[key] = frozenset()
            found = frozenset(self._atoms(self._solver.program.modules[number], ref, 0))
            self._cache[key] = found
        return found

    def _atoms(self, module: Module, ref: TypeRef, depth: int) -> set[Atom]:
        if depth > 5 or not ref.name or ref.name in ("None", "..."):
            return set()
        last = ref.name.rpartition(".")[2]
        if last in _TRANSPARENT:
            out: set[Atom] = set()
            for arg in ref.args[: 1 if last == "Annotated" else 6]:
                out |= self._atoms(module, arg, depth + 1)
            return out
        if last in ("Type", "type") and ref.args:
            return {Cls(a.cls) for a in self._atoms(module, ref.args[0], depth + 1) if isinstance(a, Opaque)}
        entity = self._solver.program.lookup(module, ref.name)
        if entity is None:
            return set()
        if entity.kind == "class":
            return {Opaque(entity.number)}
        if entity.kind == "value":
            alias = self._solver.program.alias(entity)
            return self._atoms(self._solver.program.modules[entity.number], alias, depth + 1) if alias else set()
        if entity.kind == "external":
            path = entity.path.removeprefix("builtins.")
            return {Inst(path)} if last not in _PLAIN and last not in _SEQUENCES | _MAPPINGS | _SILENT else set()
        return set()

    def expanded(self, number: int, ref: TypeRef) -> tuple[int, TypeRef]:
        """What a name stands for that is an annotation by itself, and the module in which that is written."""
        for _ in range(_ALIASES):
            entity = self._solver.program.lookup(self._solver.program.modules[number], ref.name) if ref.name else None
            alias = self._solver.program.alias(entity) if entity is not None and entity.kind == "value" else None
            if entity is None or alias is None:
                break
            number, ref = entity.number, alias
        return number, ref

    def object_type(self, number: int, ref: TypeRef) -> tuple[int, str, str]:
        """Class, library type and kind of the object that stands for a value so annotated."""
        kind, cls, type_ = "sym", -1, ""
        for atom in sorted(self.atoms_at(number, ref), key=repr):
            if isinstance(atom, Opaque) and cls < 0:
                cls = atom.cls
            elif isinstance(atom, Inst) and not type_:
                type_ = atom.type
        number, ref = self.expanded(number, ref)
        inner = self._inside(ref)
        last = inner.name.rpartition(".")[2]
        if cls < 0 and last in _SEQUENCES:
            kind, type_ = "list", ""
        elif cls < 0 and last in _MAPPINGS:
            kind, type_ = "dict", ""
        return cls, type_, kind

    def elements(self, number: int, ref: TypeRef) -> frozenset[Atom]:
        """What the elements of a sequence so annotated may be; nothing for other annotations."""
        number, ref = self.expanded(number, ref)
        inner = self._inside(ref)
        sequence = inner.name.rpartition(".")[2] in _SEQUENCES
        return self.atoms_at(number, inner.args[0]) if sequence and inner.args else frozenset()

    def extra_atoms(self, number: int, ref: TypeRef) -> set[Atom]:
        """What else than the object a value so annotated may be: further classes of a union."""
        atoms = sorted(self.atoms_at(number, ref), key=repr)
        opaque = [a for a in atoms if isinstance(a, Opaque)]
        return {*(a for a in atoms if isinstance(a, Cls)), *opaque[1:]}

    def _inside(self, ref: TypeRef, depth: int = 0) -> TypeRef:
        last = ref.name.rpartition(".")[2]
        if last in _TRANSPARENT and ref.args and depth < 5:
            for arg in ref.args:
                if arg.name != "None":
                    return self._inside(arg, depth + 1)
        return ref

    def child(self, fr: Memory, parent: ObjId, label: str) -> tuple[int, TypeRef] | None:
        """The annotation of a part of a symbolic object: an element's, or a field's."""
        if label[0] == ".":
            cls = fr.object(parent).cls
            return self.field(cls, label[1:]) if cls >= 0 else None
        known = fr.types.get(parent)
        if known is None:
            return None
        number, ref = self.expanded(*known)
        inner = self._inside(ref)
        last = inner.name.rpartition(".")[2]
        if not inner.args:
            return None
        if last in _SEQUENCES:
            index = 0
            if last in ("tuple", "Tuple") and label[1:-1].isdigit():
                index = min(int(label[1:-1]), len(inner.args) - 1)
            return number, inner.args[index]
        if last in _MAPPINGS and len(inner.args) > 1:
            return number, inner.args[0 if label in ("[#]", EACH) else 1]
        return None

    def field(self, cls: int, name: str) -> tuple[int, TypeRef] | None:
        """The annotation of a class's field."""
        classes = self._solver.program.classes
        for base in classes[cls].mro:
            info = classes[base].fields.get(name)
            if info is not None and info.annotation is not None:
                return classes[base].module, info.annotation
        return None

    def personal(self, module: Module, ref: TypeRef | None) -> NameMatch | None:
        """The data type that an annotation itself names (``EmailStr``)."""
        if ref is None:
            return None
        number, ref = self.expanded(module.number, ref)
        module = self._solver.program.modules[number]
        inner = self._inside(ref)
        found = self._solver.catalog.classify_annotation(inner.name)
        if found is None and inner.name:
            entity = self._solver.program.lookup(module, inner.name)
            if entity is not None and entity.kind == "external":
                found = self._solver.catalog.classify_annotation(entity.path)
        return found

    def is_plain(self, module: Module, ref: TypeRef | None) -> bool:
        """Whether a parameter's name may say what it holds: no annotation, or that of plain data."""
        if ref is None:
            return True
        number, ref = self.expanded(module.number, ref)
        module = self._solver.program.modules[number]
        inner = self._inside(ref)
        last = inner.name.rpartition(".")[2]
        if last in _SILENT or last in ("Literal",):
            return False
        if last in _SEQUENCES:
            return bool(inner.args) and self.is_plain(module, inner.args[0])
        return last in _PLAIN

    def is_choice(self, module: Module, ref: TypeRef | None) -> bool:
        """Whether what is so annotated is one of several things that are listed: a ``Literal``, an ``Enum``."""
        if ref is None:
            return False
        number, ref = self.expanded(module.number, ref)
        inner = self._inside(ref)
        if inner.name.rpartition(".")[2] == "Literal":
            return len(inner.args) > 1
        entity = self._solver.program.lookup(self._solver.program.modules[number], inner.name) if inner.name else None
        return entity is not None and entity.kind == "class" and self._solver.records.is_enum(entity.number)
