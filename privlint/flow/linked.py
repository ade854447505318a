"""What framework classes name, and give: a view's ``model``, a form's ``Meta.model``, the ``form`` of ``form_valid``.

The rule packs say it (``linked`` of a type): which attributes, methods (``get_object()``; ``get_queryset()[]``: many)
and parameters of methods (``form_valid(form)``, ``*(queryset)[]``) are of the class that an attribute of it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from privlint.catalog.paths import match_path
from privlint.flow.items import QUERY
from privlint.flow.values import UNKNOWN, Bound, Inst, Obj, Opaque, Super, Value, join, of

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.frame import Frame
    from privlint.flow.library import Callee
    from privlint.flow.solve import Solver
    from privlint.ir.module import Param
    from privlint.resolve.program import Function

_REGISTER = "@register"  # instead of an attribute: the class that the decorator is given


def _links(solver: Solver, cls: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    for base in solver.program.external_bases(cls):
        for rule in solver.library.type_order(base):
            yield from rule.linked


def _target(solver: Solver, cls: int, paths: tuple[str, ...]) -> int:
    """The class that the first of these attributes names; -1 if none does."""
    for path in paths:
        found = _registered(solver, cls) if path == _REGISTER else solver.records.linked(cls, path)
        if found >= 0:
            return found
    return -1


def _registered(solver: Solver, cls: int) -> int:
    info = solver.program.classes[cls]
    module = solver.program.modules[info.module]
    for _, text in info.decorated_by:
        entity = solver.program.lookup(module, text)
        if entity is not None and entity.kind == "class":
            return entity.number
    return -1


def _value(solver: Solver, cls: int, key: str) -> Value | None:
    """What the key of a link gives for a class: one instance, or many; None where no link has it."""
    for known, paths in _links(solver, cls):
        if known.removesuffix("[]") == key:
            found = _target(solver, cls, paths)
            if found >= 0:
                return of(Inst(f"{QUERY}{found}")) if known.endswith("[]") else of(Opaque(found))
    return None


def attribute(fr: Frame, cls: int, name: str) -> Value | None:
    """An attribute of an instance whose class names what it is; None where it does not."""
    return _named(fr.solver, cls, name) if cls >= 0 else None


def _named(solver: Solver, cls: int, name: str) -> Value | None:
    """What an attribute of a class refers to."""
    known = solver.links
    try:
        return known[(cls, name)]
    except KeyError:
        found = _value(solver, cls, name) if solver.records.kind(cls) != "model" else _relation(solver, cls, name)
        known[(cls, name)] = found
        return found


def _relation(solver: Solver, cls: int, name: str) -> Value | None:
    referred, many = solver.records.relation(cls, name)
    if referred < 0:
        return None
    return of(Inst(f"{QUERY}{referred}")) if many else of(Opaque(referred))


def call(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The result of a method whose class names what it is; None where it does not."""
    out: Value | None = None
    for atom in callee.receiver.ordered if callee.receiver is not None else ():
        inner = atom.self if isinstance(atom, Bound | Super) else atom
        cls = fr.object(inner.id).cls if isinstance(inner, Obj) else inner.cls if isinstance(inner, Opaque) else -1
        found = _value(fr.solver, cls, f"{callee.attribute}()") if cls >= 0 else None
        if found is not None:
            out = join(out or UNKNOWN, found)
    return out


def parameter(solver: Solver, function: Function, param: Param) -> tuple[int, bool]:
    """The class of what a parameter of a method, or of a signal's receiver, gets, and whether it gets many; or -1."""
    if function.cls < 0:
        return (_sender(solver, function) if param.name == "instance" else -1), False
    for known, paths in _links(solver, function.cls):
        method, _, name = known.removesuffix("[]").rstrip(")").partition("(")
        if name == param.name and match_path(method, function.ir.name):
            return _target(solver, function.cls, paths), known.endswith("[]")
    return -1, False


def _sender(solver: Solver, function: Function) -> int:
    """The model of ``@receiver(post_save, sender=Customer)``."""
    if not any(text.rpartition(".")[2] == "receiver" for text in function.ir.decorators):
        return -1
    module = solver.program.modules[function.module]
    for binding in module.bindings.names.get(function.ir.name, ()):
        for label, text in binding.decorated_by:
            entity = solver.program.lookup(module, text) if label == "sender" else None
            if entity is not None and entity.kind == "class":
                return entity.number
    return -1
