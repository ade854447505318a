"""What a function sees of objects: those of its heap, what modules hold, what its caller passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.heap import Object, State
from privlint.flow.summary import Context
from privlint.flow.values import (
    CHOSEN,
    CLASSES,
    IS,
    KEYS,
    NO_ATOMS,
    OF,
    SIZE,
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
    Path,
    Prefix,
    Symbol,
    Value,
    name_in,
    symbolic,
)
from privlint.ir import ops as o
from privlint.model.data import Protection
from privlint.resolve.program import Function

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

_MODULE = Object("module")  # a module none of whose variables was set by the call under way


class Memory:
    """The objects of one function in one context; ``state`` is the state at the op under way."""

    def __init__(self, solver: Solver, fn: Function, context: Context) -> None:
        self.solver = solver
        self.fn = fn
        self.context = {(param, path): what for param, path, what in context}
        self.state = State()
        self.types: dict[ObjId, tuple[int, o.TypeRef]] = {}  # symbolic object -> module and annotation
        self.symbols: dict[ObjId, Object] = {}  # symbolic objects as they are when the function begins
        self.initials: dict[tuple[ObjId, str], Value] = {}
        self.memo: dict[tuple[object, ...], tuple[object, Value]] = {}  # implicit calls, while no object changes

    # -- objects -------------------------------------------------------------------------------------------------

    def object(self, key: ObjId) -> Object:
        """The object under ``key`` as this point of the function sees it."""
        obj = self.state.heap.get(key)
        if obj is not None:
            return obj
        if key[0] == "s":
            obj = self.symbols.get(key)
            return obj if obj is not None else self.symbol(key)
        if key[0] == "g":
            return _MODULE
        shared = self.solver.read_shared(key)
        return shared if shared is not None else Object("inst")

    def library_type(self, atom: Atom) -> str:
        """The library type that an instance or an object is of; empty where it is of none."""
        return atom.type if isinstance(atom, Inst) else self.object(atom.id).type if isinstance(atom, Obj) else ""

    def variable(self, module: int, label: str) -> Value | None:
        """A variable of a module: as this call has set it, else as anybody has; None where nobody is known to."""
        held = self.state.heap.get(("g", module))
        value = held.fields.get(label) if held is not None else None
        return value if value is not None else self.solver.variable(module, label)

    def before(self, key: ObjId) -> Object:
        """A symbolic object, or the variables of a module, as the function finds them."""
        if key[0] == "s":
            found = self.symbols.get(key)
            return found if found is not None else self.symbol(key)
        return self.solver.read_shared(key) or Object("module")

    def put(self, key: ObjId, obj: Object) -> None:
        """Replace an object."""
        self.state.heap[key] = obj
        self.memo.clear()

    # -- symbolic objects ---------------------------------------------------------------------------------------

    def symbol(self, key: ObjId) -> Object:
        """A symbolic object as it is when the function begins."""
        found = self.symbols.get(key)
        if found is None:
            found = self.symbols[key] = self._symbolic(key)
            self._furnish(key, found)
        return found

    def _furnish(self, key: ObjId, obj: Object) -> None:
        """Give something that was made to be called, as the context says, the parts that it was made of."""
        path = key[2]
        assert isinstance(path, tuple)
        for what, detail in self.context.get((int(str(key[1])), path), ()):
            if what == "made" and isinstance(detail, tuple):
                obj.kind = detail[0]
                obj.fields.update({label: self.initial(key, label) for label in detail[1]})

    def _symbolic(self, key: ObjId) -> Object:
        param, path = symbolic(key)
        kind, cls, type_ = "sym", -1, ""
        if path and path[-1].startswith(OF):
            cls = int(path[-1].removeprefix(OF))
            return Object(self.solver.program.container(cls) or kind, cls)
        if path and path[-1].startswith(IS):
            of_type = path[-1].removeprefix(IS)
            return Object(kind, cls, of_type if self.solver.library.has_type(of_type) else "")
        known = self.context.get((param, path), ())
        for what, detail in sorted(known, key=repr) if len(known) > 1 else known:
            if what in ("of", "exact") and cls < 0:
                cls = int(str(detail))
            elif what == "type" and not type_:
                type_ = str(detail)
            elif what == "kind":
                kind = str(detail)
        if cls < 0 and not type_ and key in self.types:
            module, ref = self.types[key]
            cls, type_, kind = self.solver.annotations.object_type(module, ref)
        if cls >= 0 and kind == "sym":
            kind = self.solver.program.container(cls) or kind
        return Object(kind, cls, type_)

    def told_apart(self, param: int, path: Path) -> dict[int, bool]:
        """The classes that the context says the instances passed there are of, and whether exactly."""
        for what, detail in self.context.get((param, path), ()):
            if what == CLASSES and isinstance(detail, tuple):
                return dict(detail)
        return {}

    def exact(self, key: ObjId) -> bool:
        """Whether the object is known to be of its class, not of one below it."""
        if key[0] != "s":
            return True
        param, path = symbolic(key)
        if path and path[-1].startswith(OF):
            return self.told_apart(param, path[:-1]).get(int(path[-1].removeprefix(OF)), False)
        return any(what == "exact" for what, _ in self.context.get(symbolic(key), ()))

    def constant(self, key: ObjId) -> bool:
        """Whether what a symbolic object stands for is one constant, which the context tells."""
        if key[0] != "s":
            return False
        return any(what == "only" for what, _ in self.context.get(symbolic(key), ()))

    def only_kind(self, key: ObjId) -> bool:
        """Whether the kind of a symbolic object is all that the context says of it."""
        return [what for what, _ in self.context.get(symbolic(key), ()) if what != "size"] == ["kind"]

    def size(self, key: ObjId) -> int:
        """The number of items of a symbolic tuple that nobody has stored in, as the context tells it, or -1."""
        if key in self.state.heap:
            return -1
        param, path = symbolic(key)
        for what, detail in self.context.get((param, (*path, SIZE)), ()):
            return detail if what == "size" and isinstance(detail, int) else -1
        told = self.context.get((param, path), ())
        sizes = [detail for what, detail in told if what == "size"]
        return sizes[0] if len(sizes) == 1 and len(told) == 2 and isinstance(sizes[0], int) else -1

    def keys(self, key: ObjId) -> list[str] | None:
        """The labels of the items of a symbolic mapping that nobody has stored in, where the context tells them."""
        param, path = symbolic(key)
        if key not in self.state.heap:
            for what, detail in self.context.get((param, (*path, KEYS)), ()):
                return list(detail) if what == "keys" and isinstance(detail, tuple) else None
        return None

    def initial(self, key: ObjId, label: str) -> Value:
        """What a symbolic object has under ``label`` when the function begins: whatever the caller has there."""
        cached = self.initials.get((key, label))
        if cached is not None:
            return cached
        param, path = symbolic(key)
        if len(path) >= limits.PATH_DEPTH:
            limits.reached("depth of an access path")
            below = Mark(Symbol(param, path, 2, name_in(label)), Protection.CLEAR, 0, CHOSEN)  # a part of all there
            value = Value(NO_ATOMS, {below: None})
        else:
            value = self._begin(param, (*path, label), key, label)
        self.initials[(key, label)] = value
        return value

    def _begin(self, param: int, path: Path, parent: ObjId, label: str) -> Value:
        key: ObjId = ("s", param, path)
        known = self.solver.annotations.child(self, parent, label)
        if known is not None:
            self.types[key] = known
        atoms: set[Atom] = self.given(param, path)
        if not self.told_apart(param, path):
            atoms.add(Obj(key))
        if known is not None:
            atoms |= self.solver.annotations.extra_atoms(*known)
        obj = self.object(parent)
        if obj.cls >= 0 and label[0] == "." and (param, path) not in self.context:
            stored = self.solver.read_field(obj.cls, label[1:])
            atoms |= {a for a in stored.atoms if not isinstance(a, Obj) or a.id in self.solver.shared}
        return Value(frozenset(atoms), {Mark(Symbol(param, path, 0), Protection.CLEAR, 0): None})

    def given(self, param: int, path: Path) -> set[Atom]:
        """What the context says that a symbolic value is."""
        out: set[Atom] = set()
        for what, detail in self.context.get((param, path), ()):
            if what == "lit" and isinstance(detail, Lit):
                out.add(detail)
            elif what == "fn" and isinstance(detail, tuple):
                out.add(Func(detail[0], ("s", param, (*path, "^env")) if detail[1] else None))
            elif what == "bound" and isinstance(detail, tuple):
                env: ObjId | None = ("s", param, (*path, "^env")) if detail[1] else None
                out.add(Bound(Func(detail[0], env), Obj(("s", param, (*path, "^self")))))
            elif what == "class":
                out.add(Cls(int(str(detail))))
            elif what == "ext":
                out.add(Ext(str(detail)))
            elif what == "type":
                out.add(Inst(str(detail)))
            elif what == "at" and isinstance(detail, Address):
                out.add(detail)
            elif what == "begins":
                out.add(Prefix(str(detail)))
            elif what == CLASSES and isinstance(detail, tuple):
                out |= {Obj(("s", param, (*path, f"{OF}{cls}"))) for cls, _ in detail}
        return out
