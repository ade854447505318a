"""Texts taken apart of which a part is known: what stands before the data, or behind it, is nobody's.

Of ``f"id-1;{mail}"`` the beginning is a constant, so that ``split(";")[0]`` is one; ``os.path.join(root, mail, "a")``
remembers its parts, so that ``os.path.basename`` gives the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from privlint.flow.constants import literal, strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import positions
from privlint.flow.models.registry import function
from privlint.flow.values import ADDED, Hop, Lit, Mark, Obj, Prefix, Symbol, Trait, Value, of, only_marks, step
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_PARTS = ".%parts"  # label, in a path that was joined, of its parts
_SPLITS = frozenset({"split", "partition"})


def beginning(value: Value) -> str:
    """The constant with which a text begins in every run; empty where there is none, or no more than one knows."""
    known = [atom for atom in value.atoms if not isinstance(atom, Trait)]
    return known[0].text if len(known) == 1 and isinstance(known[0], Prefix) else ""


def split(fr: Frame, receiver: Value, carried: Value, callee: Callee, args: Arguments) -> Value | None:
    """``text.split(sep)`` and ``text.partition(sep)`` of a text that begins with a constant which has the separator."""
    text = beginning(receiver) if callee.attribute in _SPLITS and receiver.marks else ""
    if not text:
        return None
    given = args.at(fr, 0, "sep")
    separators = strings(given[0]) if given is not None else [""]
    if len(separators) != 1 or (given is not None and not separators[0]):
        return None
    pieces = text.split(separators[0] or None, _most(fr, callee, args))
    if not separators[0] and text[-1:].isspace():
        pieces.append("")
    if len(pieces) < 2:
        return None
    rest = Value(carried.atoms | {Prefix(pieces[-1])}, carried.marks) if pieces[-1] else carried
    if callee.attribute == "partition":
        items = {"[0]": literal(pieces[0]), "[1]": literal(separators[0]), "[2]": rest}
        return of(fr.allocate(callee.n, Object("tuple", fields=items), "pieces"))
    fields = {f"[{at}]": literal(piece) for at, piece in enumerate(pieces[:-1])}
    fields[f"[{len(fields)}]" if len(fields) == _most(fr, callee, args) else ADDED] = rest
    return of(fr.allocate(callee.n, Object("list", fields=fields), "pieces"))


def _most(fr: Frame, callee: Callee, args: Arguments) -> int:
    """How often a text is split at most, or -1."""
    if callee.attribute == "partition":
        return 1
    given = args.at(fr, 1, "maxsplit")
    numbers = [a.value for a in given[0].atoms if isinstance(a, Lit)] if given is not None else []
    return numbers[0] if len(numbers) == 1 and isinstance(numbers[0], int) else -1


# -- addresses -----------------------------------------------------------------------------------------------------

_COMPONENTS = ("scheme", "netloc", "path", "query", "fragment")


@function("urllib.parse.urlparse", "urllib.parse.urlsplit")
def _address(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The parts of an address whose host is known: those that end before the data begins are constants."""
    given = args.at(fr, 0, "url")
    text = beginning(given[0]) if given is not None and given[0].marks else ""
    if given is None or not any(mark in text.partition("://")[2] for mark in "/?#"):
        return None
    try:
        known = urlsplit(text)
    except ValueError:  # brackets that hold no address
        return None
    data = only_marks(step(given[0].marks, fr.site(callee.n), "through", callee.last))
    open_at = 4 if "#" in text else 3 if "?" in text else 2
    parts = [literal(part) if at < open_at else data for at, part in enumerate(known[:5])]
    fields = {f".{name}": part for name, part in zip(_COMPONENTS, parts, strict=True)}
    fields[".hostname"] = literal(known.hostname)
    if callee.last == "urlparse":
        fields[".params"] = parts[2]
        parts.insert(3, parts[2])
    fields.update({f"[{at}]": part for at, part in enumerate(parts)})
    return of(fr.allocate(callee.n, Object("inst", type_="urllib.parse.ParseResult", fields=fields), "lib"))


# -- paths ---------------------------------------------------------------------------------------------------------


@function("os.path.join", "posixpath.join")
def _join(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A path that is put together of somebody's data and constants, which remembers its parts."""
    values = [value for value, _ in args.positional]
    if args.star is not None or len(values) < 2 or not any(value.marks for value in values):
        return None
    return _joined(fr, callee, values)


def _joined(fr: Frame, callee: Callee, values: list[Value]) -> Value:
    """The path of these parts, in a value of its own."""
    marks: dict[Mark, Hop | None] = {}
    for value in values:
        marks.update(collect(fr, value, 1))
    carried: dict[Mark, Hop | None] = dict(step(marks, fr.site(callee.n), "through", callee.last + "()"))
    if len(values) == 1:
        return Value(values[0].atoms, carried)
    fields = {f"[{at}]": value for at, value in enumerate(values)}
    parts = of(fr.allocate(callee.n, Object("tuple", fields=fields), "parts"))
    return Value(frozenset((fr.allocate(callee.n, Object("joined", fields={_PARTS: parts}), "joined"),)), carried)


def _parts(fr: Frame, value: Value) -> list[Value]:
    """The parts of a path that was joined here."""
    (atom,) = value.atoms if len(value.atoms) == 1 else (None,)
    held = fr.object(atom.id).fields.get(_PARTS) if isinstance(atom, Obj) else None
    for inner in held.atoms if held is not None else ():
        if isinstance(inner, Obj):
            fields = fr.object(inner.id).fields
            return [fields[label] for label in positions(fr, of(inner)) or ()]
    return []


@function("os.path.basename", "os.path.dirname", "os.path.split", "os.path.splitext", "posixpath.basename")
def _taken_apart(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The last part of a path that was joined, its ending, and what stands before."""
    parts = _parts(fr, args.positional[0][0]) if args.positional else []
    last = strings(parts[-1]) if parts and not parts[-1].marks else []
    if not parts or (last and "/" in last[0]) or len(last) > 1:
        return None
    head, tail = _joined(fr, callee, parts[:-1]), _joined(fr, callee, parts[-1:])
    if callee.last == "splitext":
        if not last:
            return None
        stem, dot, ending = last[0].rpartition(".")
        whole = only_marks(_joined(fr, callee, parts).marks)
        halves = [whole, literal(dot + ending if stem else "")]
    elif not last and not _is_one_part(parts[-1]):
        return None
    else:
        halves = [head, tail]
    if callee.last in ("basename", "dirname"):
        return halves[callee.last == "basename"]
    fields = {f"[{at}]": half for at, half in enumerate(halves)}
    return of(fr.allocate(callee.n, Object("tuple", fields=fields), "halves"))


def _is_one_part(value: Value) -> bool:
    """Whether a part that is no constant is told from those before: somebody's data is, what a caller passes may be a
    path itself."""
    return bool(value.marks) and not any(isinstance(mark.source, Symbol) for mark in value.marks)
