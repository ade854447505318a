"""Functions that are handed to code that is not there: they are called by it, with what stands beside them."""

from __future__ import annotations

from privlint.flow.arguments import Arguments
from privlint.flow.callable import MADE_CALLABLE
from privlint.flow.calls import call_value
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, known_keys
from privlint.flow.library import Callee
from privlint.flow.values import UNKNOWN, Bound, Ext, Func, Obj, Value, join, text_key

MAPS = frozenset({"map", "starmap", "imap", "imap_unordered", "map_async", "amap", "apply", "applymap"})


# Methods that run a function with the arguments beside it and give its result.
RUNNERS = MAPS | {
    *("submit", "run_in_executor", "apply_async", "run_sync", "run_in_threadpool", "add_task", "start_soon", "Timer"),
    *("call_later", "call_soon", "call_soon_threadsafe", "call_at", "spawn_later", "deferToThread", "callInThread"),
    *("start_background_task", "add_callback"),
}


def call_backs(fr: Frame, callee: Callee, args: Arguments) -> Value:
    """Functions that are handed to unknown code are called by it, with what stands beside them."""
    out = UNKNOWN
    for position, (value, n) in enumerate(args.positional):
        if is_called(fr, value) or (callee.last in RUNNERS and position < 2 and is_library(value)):
            rest = args.positional[position + 1 :]
            out = join(out, _call_back(fr, callee, args, value, rest, n))
    for name, (value, n) in args.keywords.items():
        if is_called(fr, value) or (name == "target" and is_library(value)):
            out = join(out, _call_back(fr, callee, args, value, [], n))
    return out


def is_library(value: Value) -> bool:
    return bool(value.atoms) and not value.marks and all(isinstance(a, Ext) for a in value.atoms)


def is_called(fr: Frame, value: Value) -> bool:
    return any(
        isinstance(a, Func | Bound) or (isinstance(a, Obj) and _has_call(fr, fr.object(a.id))) for a in value.ordered
    )


def _has_call(fr: Frame, obj: Object) -> bool:
    if obj.cls >= 0 and obj.kind == "inst":
        return fr.program.method(obj.cls, "__call__") is not None
    return obj.kind == "partial" or obj.kind in MADE_CALLABLE


def _call_back(
    fr: Frame, callee: Callee, args: Arguments, value: Value, rest: list[tuple[Value, int]], n: int
) -> Value:
    positional = rest
    text = next((a.path for a in value.ordered if isinstance(a, Ext)), "")
    keywords: dict[str, tuple[Value, int]] = {}
    if callee.last in MAPS:
        positional = [(element(fr, given), at) for given, at in rest]
        if not positional and callee.receiver is not None:
            positional = [(element(fr, callee.receiver), n)]
    elif callee.last in ("add_done_callback", "append") and callee.receiver is not None:
        positional = [(callee.receiver, n)]
    elif callee.last in ("apply_async", "Timer") and len(rest) == 1:
        positional = [(item(fr, rest[0][0], f"[{i}]"), n) for i in range(6)]
    elif "args" in args.keywords:
        given, at = args.keywords["args"]
        positional = [(item(fr, given, f"[{i}]"), at) for i in range(6)]
    if "kwargs" in args.keywords:
        given, at = args.keywords["kwargs"]
        labels = known_keys(fr, given)
        if labels:  # each under its name
            named = {str(text_key(label)): (item(fr, given, label), at) for label in labels}
            return call_value(fr, value, Arguments(positional, named), callee.n, text=text)
        return call_value(fr, value, Arguments(positional, keywords, None, [(given, at)]), callee.n, text=text)
    keywords = {k: v for k, v in args.keywords.items() if v[0] is not value and k not in ("args", "kwargs", "target")}
    return call_value(fr, value, Arguments(positional, keywords), callee.n, text=text)
