"""The IR for people: what goldens and ``--verbose`` show.

1 f(a, b=): function, n1
  0: handler 3
    %0 = local a                      n4
    branch %0 ? 1 : 2                 n4
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from privlint.ir import ops
from privlint.ir.module import FunctionIR, ModuleIR, Param
from privlint.ir.ops import Arg, TypeRef

_COLUMN = 60  # where the node's ordinal stands


def dump(module: ModuleIR) -> str:
    """The whole module as text."""
    lines = [f"module, {module.nodes} nodes" + ("" if module.exports is None else f", exports {list(module.exports)}")]
    for function in module.functions:
        lines += ["", *_function(function)]
    return "\n".join(lines) + "\n"


def type_text(ref: TypeRef) -> str:
    """A type as one would write it."""
    name = ref.name or "?"
    return f"{name}[{', '.join(map(type_text, ref.args))}]" if ref.args else name


def _function(function: FunctionIR) -> Iterator[str]:
    words = [function.kind]
    words += ["async"] if function.asynchronous else []
    words += ["generator"] if function.generator else []
    words += [f"in {function.parent}"] if function.parent >= 0 else []
    words += [f"cells {' '.join(sorted(function.cells))}"] if function.cells else []
    words += [f"@{name}" for name in function.decorators]
    params = ", ".join(map(_param, function.params))
    returns = f" -> {type_text(function.returns)}" if function.returns is not None else ""
    yield f"{function.index} {function.qualname}({params}){returns}: {', '.join(words)}, n{function.n}"
    for index, block in enumerate(function.blocks):
        yield f"  {index}:" + (f" handler {block.handler}" if block.handler >= 0 else "")
        for op in block.ops:
            yield _line(op_text(op), op.n)
        end: Any = block.end
        yield _line(end_text(end), getattr(end, "n", -1))


def _param(param: Param) -> str:
    text = {"*": "*", "**": "**"}.get(param.kind, "") + param.name
    text += f": {type_text(param.annotation)}" if param.annotation is not None else ""
    text += "=" if param.default else ""
    return text if param.kind in ("pos", "*", "**") else f"{param.kind} {text}"


def _line(text: str, n: int) -> str:
    line = f"    {text}"
    return f"{line:<{_COLUMN}} n{n}" if n >= 0 else line


def _args(args: tuple[Arg, ...]) -> str:
    return ", ".join(f"%{arg.reg}" if arg.label is None else f"{arg.label} %{arg.reg}" for arg in args)


def _variable(op: Any) -> str:
    return f"{op.scope}{op.depth or ''} {op.slot}"


def _call(op: ops.Call) -> str:
    return f"%{op.dst} = call %{op.func}({_args(op.args)})" + (f" {op.text}" if op.text else "")


def _import(op: ops.Import) -> str:
    module = "." * op.level + op.module
    if op.name:
        return f"%{op.dst} = import {op.name} from {module}"
    return f"%{op.dst} = import {module}" + (" top" if op.top else "")


_TEXT: dict[type, Any] = {
    ops.Const: lambda op: f"%{op.dst} = {op.value!r}",
    ops.LoadName: lambda op: f"%{op.dst} = {_variable(op)}",
    ops.StoreName: lambda op: f"{_variable(op)} = %{op.src}",
    ops.DelName: lambda op: f"del {_variable(op)}",
    ops.Move: lambda op: f"%{op.dst} = %{op.src}",
    ops.LoadAttr: lambda op: f"%{op.dst} = %{op.obj}.{op.name}",
    ops.StoreAttr: lambda op: f"%{op.obj}.{op.name} = %{op.src}",
    ops.DelAttr: lambda op: f"del %{op.obj}.{op.name}",
    ops.LoadItem: lambda op: f"%{op.dst} = %{op.obj}[%{op.key}]",
    ops.StoreItem: lambda op: f"%{op.obj}[%{op.key}] = %{op.src}",
    ops.DelItem: lambda op: f"del %{op.obj}[%{op.key}]",
    ops.Build: lambda op: f"%{op.dst} = {op.kind}({_args(op.parts)})",
    ops.Combine: lambda op: f"%{op.dst} = {op.op} {' '.join(f'%{reg}' for reg in op.args)}",
    ops.Iterate: lambda op: f"%{op.dst} = element of %{op.src}",
    ops.Unpack: lambda op: (
        ", ".join(f"{'*' if i == op.star else ''}%{reg}" for i, reg in enumerate(op.dsts)) + f" = unpack %{op.src}"
    ),
    ops.Call: _call,
    ops.Await: lambda op: f"%{op.dst} = await %{op.src}",
    ops.Yield: lambda op: f"%{op.dst} = yield {'from ' if op.delegate else ''}%{op.src}",
    ops.Enter: lambda op: f"%{op.dst} = enter {'async ' if op.asynchronous else ''}%{op.src}",
    ops.Exit: lambda op: f"exit %{op.src}",
    ops.Caught: lambda op: f"%{op.dst} = caught" + (f" %{op.type}" if op.type >= 0 else ""),
    ops.MakeFunction: lambda op: f"%{op.dst} = function {op.index}({_args(op.defaults)})",
    ops.MakeClass: lambda op: f"%{op.dst} = class {op.index}({_args(op.bases)})",
    ops.Import: _import,
    ops.Annotate: lambda op: f"annotate {f'%{op.obj}.' if op.obj >= 0 else ''}{op.name}: {type_text(op.type)}",
}


def op_text(op: ops.Op) -> str:
    """One op as text."""
    text: str = _TEXT[type(op)](op)
    return text


def end_text(end: ops.End) -> str:
    """A block's end as text."""
    if isinstance(end, ops.Jump):
        return f"jump {end.target}"
    if isinstance(end, ops.Branch):
        return f"branch %{end.cond} ? {end.then} : {end.orelse}"
    if isinstance(end, ops.Choose):
        return f"choose {' '.join(map(str, end.targets))}" + (f" by %{end.cond}" if end.cond >= 0 else "")
    if isinstance(end, ops.Return):
        return "return" + (f" %{end.src}" if end.src >= 0 else "")
    return "raise" + (f" %{end.src}" if end.src >= 0 else "") + (f" from %{end.cause}" if end.cause >= 0 else "")
