"""Exceptions of the language: what they are made of, and under which names they have it."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element
from privlint.flow.values import Value, moved, of

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

# Attributes that are one of the arguments, by position.
_NAMED = {
    "StopIteration": ("value",),
    "StopAsyncIteration": ("value",),
    "SystemExit": ("code",),
    "SyntaxError": ("msg",),
    "ImportError": ("msg",),
    "UnicodeDecodeError": ("encoding", "object", "start", "end", "reason"),
    "UnicodeEncodeError": ("encoding", "object", "start", "end", "reason"),
    "ExceptionGroup": ("message", "exceptions"),
    "BaseExceptionGroup": ("message", "exceptions"),
}
_OF_SYSTEM = ("errno", "strerror", "filename", "", "filename2")


def make(fr: Frame, callee: Callee, path: str, args: Arguments) -> Value:
    """A new exception: it holds its arguments."""
    given = [moved(value, fr.site(n), "into", callee.last) for value, n in args.positional]
    items = {f"[{index}]": value for index, value in enumerate(given)}
    if args.star is not None:
        items["[*]"] = element(fr, args.star[0])
    fields = {".args": of(fr.allocate(callee.n, Object("tuple", fields=items), "args"))}
    last = path.rpartition(".")[2]
    for name, value in zip(_NAMED.get(last) or _of_system(last, len(given)), given, strict=False):
        if name:
            fields[f".{name}"] = value
    for name, (value, _) in args.keywords.items():
        fields[f".{name}"] = value
    return of(fr.allocate(callee.n, Object("inst", type_=path, fields=fields), "lib"))


def _of_system(name: str, given: int) -> tuple[str, ...]:
    known = getattr(builtins, name, None)
    return _OF_SYSTEM if given > 1 and isinstance(known, type) and issubclass(known, OSError) else ()
