"""What a function knows of its parameters when it begins."""

from __future__ import annotations

from privlint.flow import dependencies, linked, parameters, sources
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import QUERY
from privlint.flow.values import (
    UNKNOWN,
    Atom,
    Cls,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    ObjId,
    Opaque,
    Symbol,
    Value,
    of,
    with_marks,
)
from privlint.ir.module import Param
from privlint.model.data import Protection


def enter(frame: Frame, index: int, param: Param) -> None:
    """A parameter as the function finds it: whatever is passed, and what the code and the rules say of it."""
    solver = frame.solver
    key: ObjId = ("s", index, ())
    atoms: set[Atom] = frame.given(index, ())
    if not frame.told_apart(index, ()):
        atoms.add(Obj(key))
    if param.annotation is not None and param.kind not in ("*", "**"):
        frame.types[key] = (frame.fn.module, param.annotation)
        atoms |= solver.annotations.extra_atoms(frame.fn.module, param.annotation)
    if param.default and not frame.context.get((index, ())):  # the address that holds for want of another
        default = solver.default_of(frame.fn.id, param.name, frame)
        atoms |= {a for a in default.atoms if isinstance(a, Cls) or (isinstance(a, Lit) and "://" in str(a.value))}
    kind = frame.fn.method_kind
    if index == 2 and kind == "method" and frame.ir.name == "__set_name__":
        frame.summary.needs.add((index, ()))  # a constant of the class statement, of which further names are made
    if index == 0 and kind == "method" and (0, ()) not in frame.context:
        frame.symbols[key] = Object(solver.program.container(frame.fn.cls) or "sym", frame.fn.cls)
    elif index == 0 and kind == "class":
        atoms = set(frame.given(0, ())) or {Cls(frame.fn.cls)}
    given = dependencies.provided(frame, param) if (index, ()) not in frame.context else UNKNOWN
    if given.atoms:
        atoms = set(given.atoms)
    if param.kind == "*":
        frame.symbols[key] = Object("tuple")
    elif param.kind == "**":
        frame.symbols[key] = Object("dict")
    marks: dict[Mark, Hop | None] = {Mark(Symbol(index, (), 0), Protection.CLEAR, 0): None}
    value = Value(frozenset(atoms), marks)
    value = with_marks(value, given.marks)
    value = with_marks(value, parameters.of_parameter(frame, param, index))
    cls, many = linked.parameter(solver, frame.fn, param)
    if cls >= 0:
        frame.symbols[key] = Object("sym", -1 if many else cls, f"{QUERY}{cls}" if many else "")
    typed = _type_of(frame, param, index)
    if typed:
        value = with_marks(value, sources.if_sent(frame, of(Inst(typed)), param.n, param.name).marks)
    if typed and param.kind == "**":
        frame.symbols[key] = Object("sym", -1, typed)
    if typed and not (index == 0 and kind):
        frame.symbols.setdefault(key, Object("sym", -1, typed))
    if param.name in frame.ir.cells and frame.env is not None:
        env = frame.state.heap[frame.env]
        frame.state.heap[frame.env] = env.with_field(f".{param.name}", value)
    frame.state.env[param.name] = value


def _type_of(frame: Frame, param: Param, index: int) -> str:
    """The library type of a parameter that a rule gives it, or its name where nothing else is known."""
    if param.annotation is not None and frame.solver.annotations.atoms(frame.module, param.annotation):
        return ""
    typed = parameters.parameter_type(frame, param, index)
    if typed or param.annotation is not None:
        return typed
    typed = frame.catalog.index.named.get(param.name, "")
    rules = frame.solver.library.type_order(typed)
    return typed if any(rule.request_data or rule.attributes or rule.queries for rule in rules) else ""


def declared(frame: Frame, index: int, param: Param) -> Value:
    """What a parameter is, by what is declared of it: an instance of a class of the program, or a list of such."""
    function = frame.fn
    if index == 0 and function.method_kind == "method":
        return of(Opaque(function.cls))
    if (cls := linked.parameter(frame.solver, function, param)[0]) >= 0:
        return of(Opaque(cls))
    if param.annotation is None:
        return UNKNOWN
    module = function.module
    found = [a for a in frame.solver.annotations.atoms_at(module, param.annotation) if isinstance(a, Opaque)]
    inside = [a for a in frame.solver.annotations.elements(module, param.annotation) if isinstance(a, Opaque)]
    if not found and inside:
        return of(frame.allocate(param.n, Object("list", fields={"[*]": of(*inside)}), "declared"))
    return of(*found)
