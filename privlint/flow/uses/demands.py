"""Look-ups that are optional as written, and demanded in effect: the request is refused where the value is missing."""

from __future__ import annotations

from privlint.flow.uses import words
from privlint.flow.uses.code import Code
from privlint.ir import ops as o
from privlint.ir.module import Block

_REFUSALS = words.of(
    """
    abort HTTPException BadRequest HttpResponseBadRequest ValidationError HTTPBadRequest Http404 bad_request
    error_response api_error flash error
    """
)
_STATUS = frozenset(["status", "status_code", "code"])
_EMPTY = ("", None)
_FOLLOWED = 3  # blocks behind the test in which the refusal is looked for


def is_demanded(code: Code, reg: int, key: str, holder: str) -> bool:
    """Whether a function refuses what it is asked where a value is missing.

    Args:
        code: the function.
        reg: the register of the look-up's result.
        key: the key that is looked up.
        holder: the text of the mapping that it is looked up in.
    """
    values, missing, present = _tests(code, reg)
    for op in code.made.values():
        if isinstance(op, o.Combine) and op.op in ("in", "not in") and _is_about(code, op, key, holder):
            (present if op.op == "in" else missing).add(op.dst)
    for block in code.ir.blocks:
        end = block.end
        if isinstance(end, o.Branch):
            if end.cond in values | present and _refuses(code, end.orelse):
                return True
            if end.cond in missing and _refuses(code, end.then):
                return True
    return False


def _tests(code: Code, reg: int) -> tuple[set[int], set[int], set[int]]:
    """The registers that hold the value, those that say it is missing, those that say it is there."""
    values, missing, present = {reg}, set[int](), set[int]()
    todo = [reg]
    while todo and len(values) < 100:
        for op in code.uses.get(todo.pop(), ()):
            found: list[int] = []
            if isinstance(op, o.Move):
                found = [op.dst]
            elif isinstance(op, o.StoreName) and op.scope == "local":
                found = [load.dst for load in code.loads.get(op.slot, ())]
            elif isinstance(op, o.Combine) and op.op == "not":
                missing.add(op.dst)
            elif isinstance(op, o.Combine) and op.op in ("is", "==", "is not", "!=") and _is_emptiness(code, op):
                (missing if op.op in ("is", "==") else present).add(op.dst)
            new = [each for each in found if each not in values]
            values.update(new)
            todo.extend(new)
    return values, missing, present


def _is_about(code: Code, op: o.Combine, key: str, holder: str) -> bool:
    """``"phone" in data``."""
    return len(op.args) == 2 and code.constant(op.args[0]) == key and code.origin(op.args[1]) == holder


def _is_emptiness(code: Code, op: o.Combine) -> bool:
    """``x is None``, ``x == ""``."""
    return any(code.constant(each) in _EMPTY and isinstance(code.made.get(each), o.Const) for each in op.args)


def _refuses(code: Code, number: int) -> bool:
    """Whether a block ends the request with an error."""
    for _ in range(_FOLLOWED):
        block = code.ir.blocks[number]
        if isinstance(block.end, o.Raise) or any(_is_refusal(code, op) for op in block.ops):
            return True
        if isinstance(block.end, o.Return):
            return _is_error(code, block)
        if not isinstance(block.end, o.Jump):
            return False
        number = block.end.target
    return False


def _is_refusal(code: Code, op: o.Op) -> bool:
    if not isinstance(op, o.Call):
        return False
    if code.callee(op).rpartition(".")[2] in _REFUSALS:
        return True
    return any(arg.label in _STATUS and _is_status(code.constant(arg.reg)) for arg in op.args)


def _is_error(code: Code, block: Block) -> bool:
    """``return "no phone", 400``."""
    made = code.made.get(block.end.src) if isinstance(block.end, o.Return) else None
    return (
        isinstance(made, o.Build)
        and made.kind == "tuple"
        and any(_is_status(code.constant(part.reg)) for part in made.parts)
    )


def _is_status(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 500
