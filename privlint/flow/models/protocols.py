"""Built-in functions that call a special method of what they are given: ``abs(x)``, ``int(x)``, ``copy.copy(x)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.calls import call_dunder
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element
from privlint.flow.values import SCALAR, Value, join, of

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_METHODS = {
    "abs": ("__abs__",),
    "round": ("__round__",),
    "math.trunc": ("__trunc__",),
    "math.floor": ("__floor__",),
    "math.ceil": ("__ceil__",),
    "divmod": ("__divmod__",),
    "pow": ("__pow__",),
    "int": ("__int__", "__index__", "__trunc__"),
    "float": ("__float__", "__index__"),
    "complex": ("__complex__", "__float__", "__index__"),
    "bytes": ("__bytes__",),
    "dir": ("__dir__",),
    "len": ("__len__",),
    "hash": ("__hash__",),
    "bool": ("__bool__", "__len__"),
    "reversed": ("__reversed__",),
    "copy.copy": ("__copy__",),
    "copy.deepcopy": ("__deepcopy__",),
    "os.fspath": ("__fspath__",),
    "operator.index": ("__index__",),
}
_FURTHER = frozenset({"round", "divmod", "pow", "copy.deepcopy"})  # what else they are given goes to the method
_QUESTIONS = frozenset({"len", "hash", "bool"})  # they give a number of their own


def by_method(fr: Frame, callee: Callee, path: str, args: Arguments) -> Value | None:
    """What the class of the first argument makes of such a function; None where it has nothing to say."""
    path = path.removeprefix("builtins.")
    names = _METHODS.get(path)
    if names is None or not args.positional:
        return None
    given = [value for value, _ in args.positional[1:]] if path in _FURTHER else []
    out: Value | None = None
    for atom in args.positional[0][0].ordered:
        found = next((made for name in names if (made := call_dunder(fr, atom, name, given)) is not None), None)
        if found is not None:
            out = found if out is None else join(out, found)
    if out is None or path not in _QUESTIONS | {"reversed", "dir"}:
        return out
    if path in _QUESTIONS:
        return SCALAR
    kind = "iter" if path == "reversed" else "list"
    return of(fr.allocate(callee.n, Object(kind, fields={"[*]": element(fr, out)}), "of a method"))
