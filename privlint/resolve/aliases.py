"""Names that stand for annotations: ``SessionDep = Annotated[AsyncSession, Depends(get_session)]``."""

from __future__ import annotations

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR

_DEPTH = 6


def aliases(body: FunctionIR) -> dict[str, o.TypeRef]:
    """The names that a module binds to what reads as an annotation with parts: ``X[...]``, ``X | Y``."""
    made: dict[int, o.Op] = {}
    out: dict[str, o.TypeRef] = {}
    for block in body.blocks:
        for op in block.ops:
            if isinstance(op, o.StoreName):
                value = made.get(op.src)
                name = op.slot.partition("@")[0]
                out.pop(name, None)
                if isinstance(value, o.LoadItem) or (isinstance(value, o.Combine) and value.op == "|"):
                    ref = _ref(made, op.src, 0)
                    if ref.name and ref.name != name:
                        out[name] = ref
            elif isinstance(op, o.LoadName | o.LoadAttr | o.LoadItem | o.Combine | o.Call | o.Const | o.Build):
                made[op.dst] = op
    return out


def _ref(made: dict[int, o.Op], reg: int, depth: int) -> o.TypeRef:
    op = made.get(reg)
    if depth > _DEPTH or op is None:
        return o.TypeRef("")
    if isinstance(op, o.LoadName):
        return o.TypeRef(op.slot.partition("@")[0])
    if isinstance(op, o.LoadAttr):
        owner = _ref(made, op.obj, depth + 1).name
        return o.TypeRef(f"{owner}.{op.name}" if owner else "")
    if isinstance(op, o.Const):
        return o.TypeRef("None" if op.value is None else op.value if isinstance(op.value, str) else "")
    if isinstance(op, o.Call):
        called = _ref(made, op.func, depth + 1).name
        return o.TypeRef(f"{called}()" if called else "", tuple(_ref(made, arg.reg, depth + 1) for arg in op.args))
    if isinstance(op, o.Combine):
        return _union([_ref(made, arg, depth + 1) for arg in op.args]) if op.op == "|" else o.TypeRef("")
    if isinstance(op, o.LoadItem):
        owner = _ref(made, op.obj, depth + 1).name
        key = made.get(op.key)
        several = isinstance(key, o.Build) and key.kind == "tuple"
        regs = [part.reg for part in key.parts] if several and isinstance(key, o.Build) else [op.key]
        args = [_ref(made, part, depth + 1) for part in regs]
        if owner.rpartition(".")[2] == "Optional":
            return _union([*args, o.TypeRef("None")])
        return o.TypeRef(owner, tuple(args))
    return o.TypeRef("")


def _union(parts: list[o.TypeRef]) -> o.TypeRef:
    flat = [each for part in parts for each in (part.args if part.name == "Union" else (part,))]
    return o.TypeRef("Union", tuple(flat))
