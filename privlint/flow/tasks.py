"""Tasks that are queued and run elsewhere: ``send_welcome.delay(email)`` runs ``send_welcome(email)`` some day.

The names are those of Celery (``delay``, ``apply_async``, signatures), Dramatiq (``send``), Huey (``schedule``),
Procrastinate (``defer``) and their likes, on a function of the program; what the queue itself keeps is a sink of the
rule packs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.arguments import Arguments
from privlint.flow.calls import call_function
from privlint.flow.frame import Frame
from privlint.flow.items import item, positions
from privlint.flow.values import UNKNOWN, Func, Inst, Value
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.library import Callee

_DIRECT = frozenset(
    ["delay", "s", "si", "signature", "subtask", "send", "defer", "defer_async", "kiq", "enqueue", "spawn", "submit"]
)
_PACKED = frozenset(
    ["apply_async", "send_with_options", "apply", "signature", "schedule", "message", "message_with_options"]
)
_SIGNATURE = "celery.canvas.Signature"


def run_later(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """What a call that queues a function gives; the function is run with the arguments.  None for other calls."""
    found = [a for a in callee.receiver.ordered if isinstance(a, Func)] if callee.receiver is not None else []
    packed = "args" in args.keywords or "kwargs" in args.keywords or callee.attribute == "apply_async"
    if not found or callee.attribute not in (_PACKED if packed else _DIRECT):
        return None
    given = _unpacked(fr, args) if packed else args
    for func in found:
        function = fr.program.functions[func.fn]
        params = function.ir.params
        bound = bool(params) and params[0].name in ("self", "task") and function.cls < 0
        positional = [(UNKNOWN, callee.n), *given.positional] if bound else given.positional
        call_function(fr, func, Arguments(positional, given.keywords, given.star, given.mappings), callee.n)
    if callee.attribute not in ("s", "si", "signature", "subtask"):
        return UNKNOWN
    marks = {m: w for value, _ in given.all() for m, w in collect(fr, value, 2).items()}
    return Value(frozenset((Inst(_SIGNATURE),)), marks)  # what it is given lies in the queue once it is sent


def _unpacked(fr: Frame, args: Arguments) -> Arguments:
    """``args=[...]`` and ``kwargs={...}`` as the arguments that they stand for."""
    listed = args.at(fr, 0, "args")
    positional: list[tuple[Value, int]] = []
    if listed is not None:
        value, n = listed
        labels = positions(fr, value)
        positional = [(item(fr, value, label), n) for label in labels or [f"[{index}]" for index in range(6)]]
    mapping = args.at(fr, 1, "kwargs")
    return Arguments(positional, {}, None, [mapping] if mapping is not None else [])
