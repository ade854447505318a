"""Tasks that are queued and run elsewhere: ``send_welcome.delay(email)`` runs ``send_welcome(email)`` some day.

The names are those of Celery (``delay``, ``apply_async``, signatures), Dramatiq (``send``), Huey (``schedule``),
Procrastinate (``defer``) and their likes, on a function of the program; what the queue itself keeps is a sink of the
rule packs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from privlint.flow.arguments import Arguments
from privlint.flow.calls import call_function
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, positions
from privlint.flow.models.registry import function
from privlint.flow.values import UNKNOWN, Func, Inst, Obj, Value, join, join_all, of
from privlint.flow.wholes import SIGNATURE, collect

if TYPE_CHECKING:
    from privlint.flow.library import Callee

_DIRECT = frozenset(
    [
        "delay",
        "s",
        "si",
        "signature",
        "subtask",
        "send",
        "defer",
        "defer_async",
        "kiq",
        "enqueue",
        "spawn",
        "submit",
        "map",
    ]
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
    if callee.attribute == "map":  # Prefect: a run for each
        given = Arguments([(element(fr, value), n) for value, n in args.positional], args.keywords)
    result = join_all(_run(fr, func, given, callee.n) for func in found)
    if callee.attribute not in ("s", "si", "signature", "subtask"):
        if "link" in args.keywords:
            _go_on(fr, args.keywords["link"][0], result, callee.n)
        if callee.attribute == "map":
            return of(fr.allocate(callee.n, Object("list", fields={"[*]": result}), "runs"))
        return result if callee.attribute == "submit" else UNKNOWN  # a future, whose ``result()`` is waited for
    fields = {".%result": result}
    if callee.attribute != "si":  # which takes nothing from what runs before it
        fields[".%task"] = of(*found)
        fields.update((f".%given{index}", value) for index, (value, _) in enumerate(given.positional))
    marks = {m: w for value, _ in given.all() for m, w in collect(fr, value, 2).items()}
    return Value(frozenset((Inst(_SIGNATURE), _signature(fr, callee.n, fields))), marks)


def _signature(fr: Frame, n: int, fields: dict[str, Value]) -> Obj:
    """A call that is still to be made; what it is given lies in the queue once it is sent."""
    return fr.allocate(n, Object(SIGNATURE, fields=fields), "signature")


def _run(fr: Frame, func: Func, given: Arguments, n: int) -> Value:
    function = fr.program.functions[func.fn]
    params = function.ir.params
    bound = bool(params) and params[0].name in ("self", "task") and function.cls < 0
    positional = [(UNKNOWN, n), *given.positional] if bound else given.positional
    return call_function(fr, func, Arguments(positional, given.keywords, given.star, given.mappings), n)


def _go_on(fr: Frame, signature: Value, before: Value, n: int) -> Value:
    """Run what a signature stands for with the result of what ran before it; its own result."""
    out = UNKNOWN
    for atom in signature.ordered:
        fields = fr.object(atom.id).fields if isinstance(atom, Obj) and fr.object(atom.id).kind == SIGNATURE else {}
        given = [before, *(value for label, value in fields.items() if label.startswith(".%given"))]
        tasks = [each for each in fields.get(".%task", UNKNOWN).ordered if isinstance(each, Func)]
        ran = join_all(_run(fr, func, Arguments([(value, n) for value in given]), n) for func in tasks)
        out = join(out, ran if tasks else fields.get(".%result", UNKNOWN))
    return out


def in_line(fr: Frame, parts: Sequence[Value], n: int) -> Value | None:
    """``chain(a.s(x), b.s())`` and ``a.s(x) | b.s()``: each gets what the one before gives; None otherwise."""
    if len(parts) < 2 or not all(Inst(_SIGNATURE) in part.atoms for part in parts):
        return None
    result = UNKNOWN
    for atom in parts[0].ordered:
        if isinstance(atom, Obj):
            result = join(result, fr.object(atom.id).fields.get(".%result", UNKNOWN))
    for part in parts[1:]:
        result = _go_on(fr, part, result, n)
    marks = {m: w for part in parts for m, w in part.marks.items()}
    return Value(frozenset((Inst(_SIGNATURE), _signature(fr, n, {".%result": result}))), marks)


@function("celery.chain", "celery.canvas.chain")
def _chain(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    parts = [value for value, _ in args.positional]
    if len(parts) == 1 and (labels := positions(fr, parts[0])):
        parts = [item(fr, parts[0], label) for label in labels]
    return in_line(fr, parts, callee.n)


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
