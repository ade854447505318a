"""Texts that are put together of constants, as far as addresses need them: which host a request goes to.

What is computed here is a constant (``Lit``), or its beginning (``Prefix``) where the rest is not known.  A part of a
host's name that the code computes (``https://{tenant}.partner.example``) is written ``{}``: whose domain it is can be
told all the same.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from privlint.flow import limits
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.items import item, positions
from privlint.flow.values import UNSURE, Address, Atom, Lit, Prefix, Value

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments

_ALTERNATIVES = 4
_TRIMMING = frozenset(("strip", "lstrip", "rstrip", "lower", "upper", "casefold", "removeprefix", "removesuffix"))
_IN_HOST = re.compile(r"://[\w.-]*$")  # the text ends within a host's name, or before it
_DOMAIN = re.compile(r"[\w-]*(\.[\w-]+)+([/:?#]|$)")  # the rest of one
_CONVERSION = re.compile(r"%(?:\((\w+)\))?[#0 +-]*\d*(?:\.\d+)?([a-zA-Z%])")

Piece = str | Sequence[str]  # a constant, or what a part may be; nothing: not known


def beginnings(value: Value) -> list[str]:
    """The constants, beginnings of constants and addresses that a value may be."""
    found: list[str] = []
    for atom in value.ordered:
        if isinstance(atom, Lit):
            found.append(atom.value if isinstance(atom.value, str) else str(atom.value))
        elif isinstance(atom, Prefix) or (isinstance(atom, Address) and atom.text):
            found.append(atom.text)
    return sorted(found)[:_ALTERNATIVES]


def is_open(value: Value) -> bool:
    """Whether what is known of a text is its beginning alone."""
    return any(isinstance(atom, Prefix | Address) for atom in value.atoms)


def concatenated(parts: Sequence[Value]) -> frozenset[Atom]:
    """The text of these parts, one after the other, as far as it is known."""
    texts, complete = [""], True
    for index, value in enumerate(parts):
        heads = beginnings(value)
        if not heads:
            complete = False
            following = beginnings(parts[index + 1]) if index + 1 < len(parts) else []
            if not _gap(texts, following):
                break
            heads = ["{}"]
        texts = [text + head for text in texts for head in heads][: 2 * _ALTERNATIVES]
        if is_open(value):
            complete = False
            break
    return _atoms(texts, complete)


def _gap(texts: Iterable[str], following: Sequence[str]) -> bool:
    """Whether an unknown part is one of a host's name, the rest of which follows."""
    return all(_IN_HOST.search(text) for text in texts) and bool(following) and all(map(_DOMAIN.match, following))


def _atoms(texts: Iterable[str], complete: bool) -> frozenset[Atom]:
    kept = [text[: limits.LITERAL] for text in texts if text]
    return frozenset(Lit("str", text) if complete else Prefix(text) for text in kept)


def folded(fr: Frame, receiver: Value, name: str, args: Arguments) -> Value | None:
    """What a method of a text gives for constants; None where nothing is known."""
    atoms: set[Atom] = set()
    known = 0
    for atom in receiver.ordered:
        if isinstance(atom, Lit) and isinstance(atom.value, str):
            known += 1
            atoms |= _method(fr, atom.value, name, args) if known <= _ALTERNATIVES else set()
        elif isinstance(atom, Prefix):
            known += 1
            atoms |= _of_beginning(atom, name, args)
    if not atoms:
        return None
    if known < len(receiver.atoms):
        atoms |= UNSURE.atoms
    return Value(frozenset(atoms))


def _method(fr: Frame, text: str, name: str, args: Arguments) -> frozenset[Atom]:
    given = [strings(value) for value, _ in args.positional]
    if name in _TRIMMING:
        if len(given) > 1 or any(len(each) != 1 for each in given) or args.star is not None:
            return frozenset()
        try:
            return _atoms([getattr(text, name)(*(each[0] for each in given))], True)
        except TypeError:  # the code is wrong: "text".removeprefix()
            return frozenset()
    if name == "replace" and len(given) > 1 and len(given[0]) == 1:
        old, new = given[0][0], given[1]
        if old and old in text and len(new) != 1:
            return _atoms([text.partition(old)[0]], False)
        return _atoms([text.replace(old, new[0]) if old and new else text], True)
    if name == "format":
        return _formatted(text, lambda key: _argument(fr, args, key))
    if name == "format_map" and args.positional:
        mapping = args.positional[0][0]
        return _formatted(text, lambda key: item(fr, mapping, f"[{key!r}]"))
    if name == "join" and args.positional:
        return _joined(fr, text, args.positional[0][0])
    return frozenset()


def _of_beginning(atom: Prefix, name: str, args: Arguments) -> frozenset[Atom]:
    """Of a text whose end is not known: what changes its end alone leaves it as it is."""
    given = [strings(value) for value, _ in args.positional]
    if name in ("rstrip", "removesuffix"):
        return frozenset((atom,))
    if name in ("lower", "casefold", "upper"):
        return frozenset((Prefix(atom.text.upper() if name == "upper" else atom.text.lower()),))
    if name in ("strip", "lstrip") and not given:
        return _atoms([atom.text.lstrip()], False)
    if name == "replace" and len(given) > 1 and len(given[0]) == 1 and given[0][0]:
        return _atoms([atom.text.partition(given[0][0])[0]], False)
    return frozenset()


def _argument(fr: Frame, args: Arguments, key: str | int) -> Value | None:
    found = args.at(fr, key) if isinstance(key, int) else args.at(fr, -1, key)
    return found[0] if found is not None else None


def _formatted(text: str, argument: Callable[[str | int], Value | None]) -> frozenset[Atom]:
    """``text.format(...)``; ``argument`` gives what a replacement field stands for."""
    parts: list[Value] = []
    try:
        for number, (literal, field, _, _) in enumerate(string.Formatter().parse(text)):
            parts.append(Value(frozenset((Lit("str", literal),))))
            if field is not None:
                key = number if field == "" else int(field) if field.isdigit() else field
                parts.append((argument(key) if isinstance(key, int) or key.isidentifier() else None) or Value())
    except ValueError:  # no format string
        return frozenset()
    return concatenated(parts)


def percent(fr: Frame, texts: Iterable[str], given: Value | None) -> frozenset[Atom]:
    """``text % given``."""
    atoms: set[Atom] = set()
    labels = positions(fr, given) if given is not None else None
    for text in texts:
        parts: list[Value] = []
        end = number = 0
        for match in _CONVERSION.finditer(text):
            parts.append(Value(frozenset((Lit("str", text[end : match.start()]),))))
            end = match.end()
            if match[2] == "%":
                parts.append(Value(frozenset((Lit("str", "%"),))))
            elif given is None:
                parts.append(Value())
            elif match[1]:
                parts.append(item(fr, given, f"[{match[1]!r}]"))
            else:
                parts.append(item(fr, given, labels[number]) if labels and number < len(labels) else Value())
                if not labels and number == 0:
                    parts[-1] = given
                number += 1
        parts.append(Value(frozenset((Lit("str", text[end:]),))))
        atoms |= concatenated(parts)
    return frozenset(atoms)


def _joined(fr: Frame, separator: str, sequence: Value) -> frozenset[Atom]:
    labels = positions(fr, sequence)
    if not labels:
        return frozenset()
    between = Value(frozenset((Lit("str", separator),)))
    parts: list[Value] = []
    for label in labels:
        parts += [between, item(fr, sequence, label)] if parts else [item(fr, sequence, label)]
    return concatenated(parts)


def address_of(parts: Sequence[Value]) -> frozenset[Atom]:
    """``scheme://host/`` of the parts of an address: scheme, host, path."""
    slashes = Value(frozenset((Lit("str", "://"),)))
    return concatenated([parts[0], slashes, parts[1]]) if len(parts) > 1 else frozenset()


__all__ = ["address_of", "beginnings", "concatenated", "folded", "is_open", "percent"]
