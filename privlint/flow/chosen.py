"""Which data of a whole, whose parts are not told apart, a part of a certain name can be."""

from __future__ import annotations

from privlint.flow.frame import Frame
from privlint.flow.values import (
    NOT,
    Hop,
    Mark,
    Marks,
    Symbol,
)
from privlint.model.facts import Origin

_FEW = 4  # sources of a whole beyond which any of them is hardly the part that is asked for


# What a thing that is read calls what is in it: `field.value`, `element.text`.
_ITSELF = frozenset({"value", "data", "text", "string"})


def but_for(keys: frozenset[str]) -> str:
    """How a symbol says that it stands for all but the items under these keys."""
    return NOT + ",".join(sorted(keys)) if keys else ""


def names_of(called: str) -> frozenset[str]:
    """The keys that such a word leaves out."""
    return frozenset(called.removeprefix(NOT).split(",")) if called else frozenset()


def part_called(fr: Frame, marks: Marks, name: str) -> dict[Mark, Hop | None]:
    """The marks that a part of that name can have of those on something whose parts are not told apart.

    What a rule says is believed whatever the part is called, unless it is one of many.  What a caller passes is judged
    there: it keeps the name.
    """
    if name.startswith(NOT):
        return _but(marks, name)
    out: dict[Mark, Hop | None] = {}
    few = len(marks) <= _FEW or len({m.source for m in marks if not isinstance(m.source, Symbol)}) <= _FEW
    for mark, way in marks.items():
        source = mark.source
        if isinstance(source, Symbol):
            out[mark if source.called == name else mark._replace(source=source._replace(called=name))] = way
        elif _can_be(fr, source, mark.whole, name, few):
            out[mark._replace(whole="") if mark.whole and source.name == name else mark] = way  # one field is no whole
    return out


def _but(marks: Marks, names: str) -> dict[Mark, Hop | None]:
    """The marks but for those of parts that were taken out: columns that were dropped."""
    gone = names_of(names)
    out: dict[Mark, Hop | None] = {}
    for mark, way in marks.items():
        source = mark.source
        if isinstance(source, Symbol):
            out[mark if source.called else mark._replace(source=source._replace(called=names))] = way
        elif source.name not in gone:
            out[mark] = way
    return out


def _can_be(fr: Frame, source: Origin, whole: str, name: str, few: bool) -> bool:
    if few and (source.evidence == "rule" or (name in _ITSELF and not whole)):
        return True
    return source.name == name if whole else fr.catalog.akin(source.name, source.data_type, name)
