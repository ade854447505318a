"""Conditions of rules on arguments: ``when`` and ``unless``, and settings that switch protection off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from privlint.catalog.paths import match_path
from privlint.flow import settings
from privlint.flow.frame import Frame
from privlint.flow.values import UNKNOWN, Atom, Ext, Lit, Obj, Opaque, Value, join_all
from privlint.model.rules import Condition

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments


_SETTINGS = "settings."  # in front of an argument: a setting of a Django project
OWN = "analysed code"  # in a condition: an instance of a class that the analysed code defines
WRITES_TO = ".%buffer"  # label: what a writer writes to


def hold(
    fr: Frame, receiver: Value | None, args: Arguments, when: tuple[Condition, ...], unless: tuple[Condition, ...]
) -> bool:
    """Whether a rule with these conditions means the call."""
    if any(not _holds(fr, receiver, args, each) for each in when):
        return False
    return not any(_holds(fr, receiver, args, each) for each in unless)


def _holds(fr: Frame, receiver: Value | None, args: Arguments, condition: Condition) -> bool:
    if condition.argument.startswith(_SETTINGS):
        given = settings.of_django(fr, condition.argument.removeprefix(_SETTINGS))
        return any(matches(fr, given, value) for value in condition.values)
    if condition.argument == "self":
        if receiver is None:
            return False
        into = setting(fr, receiver, WRITES_TO[1:])
        fr.need(into)
        return any(matches(fr, held, value) for held in (receiver, into) for value in condition.values)
    position = int(condition.argument) if condition.argument.isdigit() else -1
    found = args.at(fr, position, None if position >= 0 else condition.argument)
    if found is None:
        return False
    if any(isinstance(value, str) and "." in value for value in condition.values):
        fr.need(found[0])  # a type or a symbol: a caller may pass it
    return any(matches(fr, found[0], value) for value in condition.values)


def matches(fr: Frame, value: Value, wanted: object) -> bool:
    """Whether a value may be what a rule asks for: ``"*"`` anything that is not None, a constant (texts without
    regard to case), a library's symbol or an instance of a type by dotted path."""
    if isinstance(wanted, str) and len(wanted) > 2 and wanted[0] == wanted[-1] == "/":
        return any(isinstance(a, Lit) and re.search(wanted[1:-1], str(a.value)) for a in value.atoms)
    if wanted == "*":
        return not value.atoms or any(not (isinstance(a, Lit) and a.value is None) for a in value.atoms)
    for atom in value.ordered:
        if isinstance(atom, Lit):
            if _equal(atom.value, wanted):
                return True
        elif isinstance(wanted, str) and wanted and _named(fr, atom, wanted):
            return True
    return False


def setting(fr: Frame, receiver: Value, name: str) -> Value:
    """What was stored as an attribute of an object that this function knows."""
    objects = [fr.object(atom.id) for atom in receiver.ordered if isinstance(atom, Obj)]
    return join_all(obj.fields.get(f".{name}", UNKNOWN) for obj in objects)


def _equal(value: object, wanted: object) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return value.lower() == wanted.lower()
    return type(value) is type(wanted) and value == wanted


def _named(fr: Frame, atom: Atom, wanted: str) -> bool:
    if isinstance(atom, Ext):
        return match_path(wanted, atom.path)
    if wanted == OWN:
        return (fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1) >= 0
    type_ = fr.library_type(atom)
    if not type_:
        return False
    known = {name for rule in fr.solver.library.type_order(type_) for name in (rule.name, *rule.aliases)}
    return any(match_path(wanted, name) for name in known | {type_})
