"""What a framework passes where a parameter says what it depends on: ``mailer: Annotated[Mailer, Depends()]``."""

from __future__ import annotations

from privlint.flow import routes
from privlint.flow.arguments import Arguments
from privlint.flow.documents import is_document
from privlint.flow.frame import Frame
from privlint.flow.items import element
from privlint.flow.values import UNKNOWN, Func, Obj, Value, only_marks
from privlint.ir.module import Param
from privlint.ir.ops import TypeRef


def depends(fr: Frame, param: Param) -> tuple[int, str] | None:
    """The module and the name of what a parameter depends on; None for all others, ``""`` where nothing is named."""
    if param.annotation is not None:
        number, ref = fr.solver.annotations.expanded(fr.fn.module, param.annotation)
        if ref.name.rpartition(".")[2] == "Annotated":
            for extra in ref.args[1:]:
                if extra.name.removesuffix("()").rpartition(".")[2] in routes.DEPENDENCIES:
                    return number, extra.args[0].name if extra.args else _first(ref)
    if param.default and fr.solver.default_text(fr.fn, param.name).rpartition(".")[2] in routes.DEPENDENCIES:
        given = fr.solver.default_argument(fr.fn, param.name)
        return fr.fn.module, given or (param.annotation.name if param.annotation is not None else "")
    return None


def _first(ref: TypeRef) -> str:
    return ref.args[0].name if ref.args else ""


def provided(fr: Frame, param: Param) -> Value:
    """What is made for a parameter: the services among it, which are instances of the program's classes, as they are
    made, and the data that a function gives that takes parts of the request itself.
    """
    from privlint.flow.attributes import entity_value
    from privlint.flow.calls import call_function, call_value
    from privlint.flow.construction import construct

    found = depends(fr, param)
    entity = fr.program.lookup(fr.program.modules[found[0]], found[1]) if found is not None and found[1] else None
    if entity is None:
        return UNKNOWN
    if entity.kind == "class":
        init = fr.program.method(entity.number, "__init__")
        if fr.solver.records.kind(entity.number) is not None or init is None or _is_sent(fr, init.function):
            return UNKNOWN
        made = construct(fr, entity.number, Arguments(), param.n)
    elif entity.kind == "function":
        function = fr.program.functions[entity.number]
        made = call_function(fr, Func(entity.number, None), Arguments(), param.n)
        made = element(fr, made) if function.ir.generator else made
    elif entity.kind == "value":  # an object that is called: a security scheme
        return only_marks(call_value(fr, entity_value(fr, entity), Arguments(), param.n).marks)
    else:
        return UNKNOWN
    kept = [atom for atom in made.atoms if is_document(fr, atom) or (isinstance(atom, Obj) and _is_service(fr, atom))]
    return Value(frozenset(kept), made.marks if entity.kind == "function" else {})


def _is_sent(fr: Frame, init: int) -> bool:
    """Whether the request fills what a class is made of: ``Paging(offset: int, limit: int = 20)``."""
    function = fr.program.functions[init]
    module = fr.program.modules[function.module]
    return any(fr.solver.annotations.is_plain(module, param.annotation) for param in function.ir.params[1:])


def _is_service(fr: Frame, atom: Obj) -> bool:
    cls = fr.object(atom.id).cls
    return cls >= 0 and fr.solver.records.kind(cls) is None
