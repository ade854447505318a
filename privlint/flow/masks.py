"""Masking and salting by inference: a few characters of a text beside stars are masked; what is hashed with a salt is
no plain hash.

A ``Trait`` of a value says what a text was made of: ``cut`` is a few characters of another text, ``masked`` a text with
mask characters in it, ``salted`` one that a salt, pepper or key was put into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from privlint.flow.frame import Frame
from privlint.flow.values import (
    FRESH,
    Atoms,
    Ext,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    Prefix,
    Symbol,
    Trait,
    Value,
    protect,
)
from privlint.flow.wholes import collect
from privlint.model.data import NameMatch, Protection
from privlint.model.facts import Origin

CUT, MASKED, SALTED = Trait("cut"), Trait("masked"), Trait("salted")
_MASK = re.compile(r"\*|[•●█]|[xX#]{3,}|REDACTED|HIDDEN|MASKED", re.IGNORECASE)
_STARS = re.compile(r"[*•●█#xX]+\Z")
_CHARACTER = re.compile(r"char|mask|fill|star|symbol|(?:^|_)ch\Z", re.IGNORECASE)
_SALT = re.compile(r"salt|pepper|secret|hmac|(?:^|_|\.)key", re.IGNORECASE)
_FEW = 4  # characters that tell nobody who it is; beside stars a few more are usual (the area code)
_BESIDE = 6
_SHARED = 8  # of a hash
_FOR_ONE = frozenset(("record", "annotation", "name"))
SENT = "privlint.web."  # types of what is sent with a request
_FIELD = re.compile(r"(?<!Array)(?<!List)(?<!Many)(?<!Set)(?<!Map)(?<!JSON)Field\Z|(^|\.)(Column|mapped_column)\Z")
_MAPPINGS = (SENT, "privlint.grpc.", "privlint.oauth.", "privlint.cloud.")  # the same of other frameworks
_PLURAL = re.compile(r"(?<![sui])s\Z|list|rows|items|data", re.IGNORECASE)


def is_mask(value: Value) -> bool:
    """Whether a text has mask characters in it."""
    if MASKED in value.atoms:
        return True
    texts = (a.value if isinstance(a, Lit) else a.text for a in value.atoms if isinstance(a, Lit | Prefix))
    return any(isinstance(text, str) and _MASK.search(text) for text in texts)


def stars(value: Value) -> str:
    """The mask characters that a constant consists of, for ``"*" * n``."""
    texts = [a.value for a in value.atoms if isinstance(a, Lit) and isinstance(a.value, str)]
    return texts[0] * 3 if len(texts) == 1 and _STARS.match(texts[0]) else ""


def may_be_stars(name: str) -> bool:
    """Whether something is called as the character that a mask consists of is: ``mask_char``."""
    return bool(_CHARACTER.search(name))


def is_salt(fr: Frame, reg: int, value: Value) -> bool:
    """Whether an operand is salt: called so, and nobody's data."""
    if SALTED in value.atoms:
        return True
    called = fr.calls.get(reg)
    return names_salt(called.text if called is not None else fr.names.get(reg, ""), value)


def salted_at(fr: Frame, value: Value, n: int) -> bool:
    """Whether the argument at node ``n`` is salt or has some in it."""
    made = next((call.text for call in fr.calls.values() if call.n == n), "")
    return SALTED in value.atoms or names_salt(made, value)


def names_salt(name: str, value: Value) -> bool:
    """Whether something is called salt, pepper or key, and is nobody's data."""
    texts = [atom.value for atom in value.atoms if isinstance(atom, Lit)] if not value.marks else []
    if any(isinstance(text, str | bytes) and _SALT.search(str(text)) for text in texts):
        return True  # a constant that says so itself
    return bool(_SALT.search(name)) and all(isinstance(mark.source, Symbol) for mark in value.marks)


def few(bounds: tuple[int | None, int | None]) -> bool:
    """Whether a slice takes few enough characters to be no text of anybody, stars or not."""
    taken = _taken(bounds)
    return taken is not None and taken <= _FEW


def cut(bounds: tuple[int | None, int | None]) -> bool:
    """Whether a slice takes part of a text as masks show it: the beginning, the end, or what is behind the stars."""
    taken = _taken(bounds)
    if taken is None:
        return bounds[1] is None and bounds[0] is not None and bounds[0] >= _FEW
    return taken <= _BESIDE


def fits_many(bounds: tuple[int | None, int | None]) -> bool:
    """Whether a slice of a hash is so short that it is that of many people, too: the prefix that one asks by."""
    taken = _taken(bounds)
    return taken is not None and taken <= _SHARED


def _taken(bounds: tuple[int | None, int | None]) -> int | None:
    lower, upper = bounds
    if upper is None:
        return -lower if lower is not None and lower < 0 else None
    if lower is None:
        return upper if upper > 0 else None
    return upper - lower if (lower >= 0) == (upper > 0) and upper > lower else None


def is_text(value: Value) -> bool:
    """Whether a value is one datum, not several: told by what holds it, or by what it is called."""
    for atom in value.atoms:
        if isinstance(atom, Obj) and atom.id[0] == "s":
            continue
        if isinstance(atom, Inst) and (atom.type == "builtins.str" or atom.type.startswith(_MAPPINGS)):
            continue  # what is sent under a name is a text, unless the name says that it is several
        if isinstance(atom, Inst) and _FIELD.search(atom.type):
            continue  # of a table, with one text in each row
        if isinstance(atom, Obj | Inst | Ext):
            return False
    names = [mark.source.name for mark in value.marks if not isinstance(mark.source, Symbol)]
    return bool(names) and not any(_PLURAL.search(name) for name in names)


def called_one(fr: Frame, value: Value) -> NameMatch | None:
    """What a caller passes, where its name says that it is one datum: ``full_name``, ``self.phone``."""
    found: NameMatch | None = None
    for mark in value.marks:
        symbol = mark.source
        if not isinstance(symbol, Symbol) or not (symbol.path or 0 <= symbol.param < len(fr.ir.params)):
            return None
        name = symbol.path[-1].lstrip(".") if symbol.path else fr.ir.params[symbol.param].name
        found = fr.catalog.classify(name) if name.isidentifier() and not _PLURAL.search(name) else None
        if found is None:
            return None
    return found if all(isinstance(atom, Obj) and atom.id[0] == "s" for atom in value.atoms) else None


def is_one_name(fr: Frame, value: Value) -> bool:
    """Whether a value is surely one datum, whose first letter is an initial, and no list of them."""
    known = [mark.source for mark in value.marks if isinstance(mark.source, Origin)]
    if not known:
        called = called_one(fr, value)
        return called is not None and called.data_type.startswith("identity.")
    return (
        bool(known)
        and is_text(value)
        and all(
            each.evidence in _FOR_ONE or (each.evidence == "attribute" and each.data_type.startswith("identity."))
            for each in known
        )
    )


def mask(fr: Frame, parts: Sequence[Value], marks: Mapping[Mark, Hop | None]) -> dict[Mark, Hop | None] | None:
    """The marks of a text that shows only cuts of somebody's data beside mask characters; None where it does not."""
    cuts = [value for value in parts if CUT in value.atoms or MASKED in value.atoms]
    if not cuts or not any(map(is_mask, parts)):
        return None
    roots = {_root(mark) for value in cuts for mark in collect(fr, value, 1)}
    out: dict[Mark, Hop | None] = {}
    for mark, way in marks.items():
        out.update(protect({mark: way}, Protection.MASKED) if _root(mark) in roots else {mark: way})
    return out


def traits(parts: Sequence[Value], masked: bool, salted: bool) -> Atoms:
    """What a text that is put together of ``parts`` is known to be."""
    found = {MASKED} if masked else set()
    if salted or any(SALTED in value.atoms for value in parts):
        found.add(SALTED)
    if any(FRESH in value.atoms for value in parts) and all(map(_is_fresh_or_constant, parts)):
        found.add(FRESH)
    return frozenset(found)


def _is_fresh_or_constant(value: Value) -> bool:
    return FRESH in value.atoms or (bool(value.atoms) and all(isinstance(a, Lit | Prefix) for a in value.atoms))


def kept(value: Value) -> Atoms:
    """The traits of a text that stay when it is changed in case, stripped or encoded."""
    return frozenset(atom for atom in value.atoms if isinstance(atom, Trait))


def _root(mark: Mark) -> object:
    return mark.source.param if isinstance(mark.source, Symbol) else mark.source
