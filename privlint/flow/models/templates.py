"""Which of the values given to a template its text shows, and how: ``"%(plan)s" % row``, ``"{0!r}".format(x)``."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from privlint.flow import sources
from privlint.flow.access import at_label
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.items import item, positions
from privlint.flow.values import Lit, Value, with_marks

Shown = list[tuple[Value, str]]  # a value, and whether its ``str``, ``repr`` or ``format`` is shown

_CONVERSION = re.compile(r"%(?:\((\w+)\))?[#0 +-]*(\*|\d*)(?:\.(?:\*|\d+))?([a-zA-Z%])")
_PARTS = re.compile(r"\{\w*[.\[][^{}]*\}")
_PART = re.compile(r"\.(\w+)|\[([^\]]+)\]")
_CONVERSIONS = {None: "format", "": "format", "s": "str", "r": "repr", "a": "repr"}


def template(value: Value) -> str | None:
    """The template, where it is one constant and nothing else."""
    texts = strings(value)
    return texts[0] if len(texts) == 1 and len(value.atoms) == 1 and isinstance(next(iter(value.atoms)), Lit) else None


def by_percent(fr: Frame, value: Value, given: Value, n: int) -> Shown | None:
    """What ``value % given`` shows at a node; None where that cannot be told."""
    text = template(value)
    if text is None:
        return None
    found = [match for match in _CONVERSION.finditer(text) if match[3] != "%"]
    if any(match[2] == "*" for match in found):
        return None
    hows = ["repr" if match[3] in "ra" else "str" for match in found]
    if found and all(match[1] for match in found):
        return [(looked_up(fr, given, match[1], n), how) for match, how in zip(found, hows, strict=True)]
    labels = positions(fr, given)
    if labels is None or len(labels) != len(found):
        return [(given, hows[0])] if len(found) == 1 else None
    return [(item(fr, given, label), how) for label, how in zip(labels, hows, strict=True)]


def looked_up(fr: Frame, given: Value, name: str, n: int) -> Value:
    """What a template takes from a mapping under a name that it spells: ``"%(email)s" % request.form``."""
    found = item(fr, given, f"[{name!r}]")
    return with_marks(found, sources.of_item(fr, given, name, n, "", found, required=False))


def is_number(value: Value, position: int) -> bool:
    """Whether a message shows the argument at that position as a number: ``"%s has %d friends"``."""
    found = [match[3] for match in _CONVERSION.finditer(template(value) or "") if match[3] != "%"]
    return position < len(found) and found[position] in "di"


def by_format(fr: Frame, value: Value, get: Callable[[str | int], Value | None], n: int) -> Shown | None:
    """What ``value.format(...)`` shows at a node; ``get`` gives an argument by position or name."""
    text = template(value)
    return _fields(fr, text, get, [0], n) if text is not None else None


def reads_parts(value: Value) -> bool:
    """Whether a format string names parts of what it is given: ``"{user.email}"``, ``"{0[email]}"``."""
    text = template(value)
    return text is not None and _PARTS.search(text) is not None


def _fields(fr: Frame, text: str, get: Callable[[str | int], Value | None], counted: list[int], n: int) -> Shown | None:
    out: Shown = []
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:  # no format string
        return None
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        value = _field(fr, name, get, counted, n)
        inner = _fields(fr, spec, get, counted, n) if spec else []
        if value is None or inner is None:
            return None
        out += [(value, _CONVERSIONS.get(conversion, "str")), *inner]
    return out


def _field(fr: Frame, name: str, get: Callable[[str | int], Value | None], counted: list[int], n: int) -> Value | None:
    """The value of one replacement field: an argument, or a part of it."""
    first = re.split(r"[.\[]", name, maxsplit=1)[0]
    if not first:
        first, counted[0] = str(counted[0]), counted[0] + 1
    value = get(int(first) if first.isdigit() else first)
    if value is None:
        return None
    owner = "" if first.isdigit() else first
    for part in _PART.finditer(name):
        value = _part(fr, value, part[1] or "", part[2] or "", owner, n)
        owner = part[1] or part[2]
    return value


def by_path(fr: Frame, path: str, get: Callable[[str], Value | None], n: int) -> Value | None:
    """What a page's template shows of a name and its parts, which may be attributes or items: ``user.email``."""
    owner, *parts = path.split(".")
    value = get(owner)
    for part in parts if value is not None else ():
        assert value is not None
        read = _part(fr, value, part, "", owner, n)
        value, owner = (read if read else _part(fr, value, "", part, owner, n)), part
    return value


def _part(fr: Frame, value: Value, attribute: str, key: str, owner: str, n: int) -> Value:
    """An attribute or item that a replacement field names, read as if the code had read it."""
    if attribute:
        found = at_label(fr, value, f".{attribute}")
        return with_marks(found, sources.of_attribute(fr, value, attribute, n, owner, found))
    if key.isdigit():
        return at_label(fr, value, f"[{int(key)}]")
    found = at_label(fr, value, f"[{key!r}]")
    return with_marks(found, sources.of_item(fr, value, key, n, owner, found))
