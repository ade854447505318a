"""Templates of the library: which of the values that they are given ``string.Template`` and ``Formatter`` show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item
from privlint.flow.making import build_text
from privlint.flow.models.registry import function
from privlint.flow.models.templates import by_format, by_path, template
from privlint.flow.values import UNKNOWN, Obj, Value, of, with_marks

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_NAMED = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")
# What a page's template shows, and over what it goes: ``{{ user.email }}``, ``{% for user in users %}``.
_SHOWN = re.compile(r"\{\{-?\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(\|\s*(?:length|count)\b)?")
_LOOPS = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+([A-Za-z_]\w*(?:\.\w+)*)")


@function("string.Template")
def _template(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = args.at(fr, 0, "template")
    if given is None:
        return None
    made = fr.allocate(callee.n, Object("inst", type_="string.Template", fields={".template": given[0]}), "template")
    return with_marks(of(made), given[0].marks)


@function("string.Template.substitute", "string.Template.safe_substitute")
def _substituted(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The values of the names that the template has; all where it is no constant."""
    made = [a for a in callee.receiver.atoms if isinstance(a, Obj)] if callee.receiver is not None else []
    text = template(fr.object(made[0].id).fields.get(".template", UNKNOWN)) if len(made) == 1 else None
    if text is None or args.star is not None or args.mappings:
        held = [fr.object(atom.id).fields.get(".template", UNKNOWN) for atom in made]
        return build_text(fr, [*(value for value, *_ in args.all()), *held, of()], callee.n)
    names = [match[1] or match[2] for match in _NAMED.finditer(text) if match[1] or match[2]]
    given = args.positional[0][0] if args.positional else UNKNOWN
    found = [args.keywords[name][0] if name in args.keywords else item(fr, given, f"[{name!r}]") for name in names]
    return build_text(fr, [*found, of()], callee.n)


@function("jinja2.Template", "jinja2.Environment.from_string")
def _page(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = args.at(fr, 0, "source")
    if given is None or template(given[0]) is None:
        return None
    made = fr.allocate(callee.n, Object("inst", type_="jinja2.Template", fields={".template": given[0]}), "template")
    return with_marks(of(made), given[0].marks)


@function("jinja2.Template.render", "jinja2.Template.render_async")
def _rendered(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """What a template that is a constant shows of what it is given; None for other templates."""
    made = [a for a in callee.receiver.atoms if isinstance(a, Obj)] if callee.receiver is not None else []
    text = template(fr.object(made[0].id).fields.get(".template", UNKNOWN)) if len(made) == 1 else None
    if text is None or args.star is not None or args.mappings:
        return None
    return build_text(fr, [*_shown_by(fr, text, args, callee.n), of()], callee.n)


def _shown_by(fr: Frame, text: str, args: Arguments, n: int) -> list[Value]:
    loops = dict(_LOOPS.findall(text))
    given = args.positional[0][0] if args.positional else None

    def get(name: str, seen: frozenset[str] = frozenset()) -> Value | None:
        if name in loops and name not in seen:
            over = by_path(fr, loops[name], lambda inner: get(inner, seen | {name}), n)
            return element(fr, over) if over is not None else None
        if name in args.keywords:
            return args.keywords[name][0]
        return item(fr, given, f"[{name!r}]") if given is not None else None

    found = [by_path(fr, path, get, n) for path, counted in _SHOWN.findall(text) if not counted]
    return [value for value in found if value is not None]


@function("string.Formatter.format", "string.Formatter.vformat")
def _formatted(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The values of the fields that the format has; all where that is not told."""

    def get(key: str | int) -> Value | None:
        if callee.last == "vformat":
            given = args.positional[1 if isinstance(key, int) else 2 :][:1]
            return item(fr, given[0][0], f"[{key!r}]") if given else None
        if isinstance(key, int):
            return args.positional[key + 1][0] if key + 1 < len(args.positional) else None
        return args.keywords[key][0] if key in args.keywords else None

    told = args.positional and args.star is None and not args.mappings
    shown = by_format(fr, args.positional[0][0], get, callee.n) if told else None
    if shown is None:
        return build_text(fr, [*(value for value, *_ in args.all()), of()], callee.n)
    return build_text(fr, [value for value, _ in shown] + [of()], callee.n, [how for _, how in shown] + ["str"])
