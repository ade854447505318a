"""Class statements: the body, what metaclasses and bases do with it; ``super()``."""

from __future__ import annotations

from privlint.flow.arguments import Arguments
from privlint.flow.calls import call_dunder, call_function
from privlint.flow.constants import literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object, State
from privlint.flow.summary import NO_CONTEXT
from privlint.flow.values import MADE_CLASS, UNKNOWN, Cls, Func, Obj, Opaque, Super, Value, of
from privlint.ir import ops as o


def make_class(fr: Frame, cls: int, op: o.MakeClass) -> Value:
    """Run a class body; what it binds become the class's attributes."""
    info = fr.program.classes[cls]
    body = fr.program.functions[fr.module.functions[info.body]]
    frame = Frame(fr.solver, body, fr.key, NO_CONTEXT, fr.depth)
    frame.env, frame.outer, frame.classes = fr.env, fr.env, fr.classes
    frame.symbols, frame.initials, frame.types = fr.symbols, fr.initials, fr.types
    if fr.env is not None:
        fr.solver.class_env[cls] = fr.env
        fr.solver.class_envs.add(fr.env)
    frame.run(State({}, dict(fr.state.heap)))
    state = frame.exit
    if state is not None:
        fr.state.heap = state.heap
        fr.classes |= frame.classes
        bound = {n: value for n, value in state.env.items() if "@" not in n and not n.startswith("%")}
        _set_names(fr, cls, bound)
        for name, value in bound.items():
            fr.write_class_attribute(cls, name, value)
            if frame.fn.parent < 0:
                fr.solver.share(value, frame)
    fr.made.update(frame.made)
    fr.called |= set(frame.made)
    for sink, flow in frame.summary.sinks.items():
        fr.summary.sinks.setdefault(sink, flow)
    fr.summary.needs |= frame.summary.needs
    _subclassed(fr, cls, op)
    return of(Cls(cls))


def _set_names(fr: Frame, cls: int, bound: dict[str, Value]) -> None:
    """Tell descriptors under which names the class has them."""
    for name, value in bound.items():
        for atom in value.ordered:
            if isinstance(atom, Obj):
                call_dunder(fr, atom, "__set_name__", [of(Cls(cls)), literal(name)])


def _subclassed(fr: Frame, cls: int, op: o.MakeClass) -> None:
    """The metaclass's ``__new__`` and the hook of the base classes, with the keywords of the class statement."""
    given = {arg.label: (fr.get(arg.reg), arg.n) for arg in op.bases if arg.label not in (None, "*", "metaclass")}
    meta, new = fr.solver.metaclass_method(cls, "__new__")
    if new is not None:
        namespace = of(fr.allocate(op.n, Object("dict", fields={MADE_CLASS: of(Cls(cls))}), "namespace"))
        name = literal(fr.program.classes[cls].name)
        positional = [(value, op.n) for value in (name, UNKNOWN, namespace)]
        arguments = Arguments(positional, {str(label): value for label, value in given.items()})
        call_function(fr, Func(new, None), arguments, op.n, of(Cls(meta)))
    meta, init = fr.solver.metaclass_method(cls, "__init__")
    if init is not None:
        positional = [(value, op.n) for value in (literal(fr.program.classes[cls].name), UNKNOWN, UNKNOWN)]
        arguments = Arguments(positional, {str(label): value for label, value in given.items()})
        call_function(fr, Func(init, None), arguments, op.n, of(Cls(cls)))
    for base in fr.program.classes[cls].mro[1:]:
        index = fr.program.classes[base].methods.get("__init_subclass__")
        if index is not None:
            fn = fr.program.modules[fr.program.classes[base].module].functions[index.index]
            keywords = {str(label): value for label, value in given.items()}
            call_function(fr, Func(fn, None), Arguments([], keywords), op.n, of(Cls(cls)))
            return


def super_value(fr: Frame, args: Arguments) -> Value:
    """``super()`` or ``super(C, self)``."""
    cls = fr.fn.cls
    receiver: Value = UNKNOWN
    function = fr.fn
    while cls < 0 and function.parent >= 0:
        function = fr.program.functions[function.parent]
        cls = function.cls
    if len(args.positional) == 2:
        cls = next((a.cls for a in args.positional[0][0].ordered if isinstance(a, Cls)), cls)
        receiver = args.positional[1][0]
    elif fr.ir.params:
        receiver = fr.state.env.get(fr.ir.params[0].name, UNKNOWN)
    if cls < 0:
        return UNKNOWN
    found = [a for a in receiver.ordered if isinstance(a, Obj | Opaque | Cls)]
    return of(*(Super(cls, a) for a in found)) if found else of(Super(cls, Opaque(cls)))
