"""A whole with all it holds: the marks that a value carries as text, or as a thing handed over."""

from __future__ import annotations

import re
from collections.abc import Iterable

from privlint.flow import limits, payloads, sources
from privlint.flow.chosen import but_for, names_of
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.origins import make
from privlint.flow.values import (
    REST,
    SCALAR,
    SLICED,
    UNKNOWN,
    Atom,
    Ext,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    ObjId,
    Opaque,
    Prefix,
    Symbol,
    Value,
    only_marks,
)

STORED = 4  # what this code put into a record; what came from the database goes back as it came
REFERRED = 5  # the same of what is put into a row: of other rows it has the keys alone
INSTANCES_CLOSED = 3  # code that is not there takes an instance for what it is, it seldom hands on what is in it

_CONTAINERS = frozenset(("dict", "list", "tuple", "set"))
SIGNATURE = "signature"  # the kind of an object that is a call of a task, still to be made

# Names of code that turns an object into something that has all it holds.
_OPENS = re.compile(
    r"(dump|serial|pack|encode|as_?dict|to_?(dict|json|list|row|xml|csv|string|str|text)|flatten|pickle)"
)

_ENCODES_TEXT = re.compile(r"url_?encode|url_?for|^reverse(_lazy)?$|quote")  # of an object they take its text
_RENDERS = re.compile(r"render")  # a page shows what its template names, and nobody knows what that is

# What shows an instance, by what is asked for: the first that its class defines.
_SHOWN = {
    "str": ("__str__", "__repr__"),
    "repr": ("__repr__",),
    "format": ("__format__", "__str__", "__repr__"),
}


def collect(fr: Frame, value: Value, deep: int, how: str = "str", but: str = "") -> dict[Mark, Hop | None]:
    """All marks that a value carries with what it holds.

    ``deep`` 1: as text shows it; 2: everything; 3: everything but what instances of classes hold; 4: what this code put
    into it, and a database does not encrypt; 5: that of what a row is given.

    ``how`` the text is made: ``str``, ``repr`` or ``format``.  ``but``: without the items of these names (``NOT``).
    """
    out: dict[Mark, Hop | None] = {}
    gone = names_of(but)
    _collect(fr, value, deep, out, set(), 0, how, gone)
    if gone:
        return {mark: way for mark, way in out.items() if not (mark.whole and _name(mark) in gone)}
    return out


def _collect(
    fr: Frame,
    value: Value,
    deep: int,
    out: dict[Mark, Hop | None],
    seen: set[ObjId | Opaque],
    level: int,
    how: str,
    gone: frozenset[str] = frozenset(),
) -> None:
    if deep == REFERRED and value.atoms and all(_is_key(fr, atom) for atom in value.atoms):
        return
    mappings: list[Object] | None = None
    for mark, way in value.marks.items():
        if mark.whole:
            mappings = _mappings(fr, value) if mappings is None else mappings
            if mappings and all(_replaced(obj, mark) for obj in mappings):
                continue
        source = mark.source
        if (
            isinstance(source, Symbol) and source.deep == 0 and not mark.weak
        ):  # what unknown code gave is itself, at most
            called = source.called or but_for(gone.union(_stored_here(fr, value, source)))
            mark = Mark(source._replace(deep=deep, called=called), mark.protection, mark.weak, mark.whole)
        elif gone:
            if not isinstance(source, Symbol):
                if source.name in gone and not mark.whole:
                    continue
            elif not source.called:
                mark = mark._replace(source=source._replace(called=but_for(gone)))
        if mark not in out and _full(out):
            return
        if mark not in out or ((old := out[mark]) is not None and (way is None or way.length < old.length)):
            out[mark] = way
    if level >= limits.COLLECT_DEPTH:
        return
    for atom in value.ordered:
        if _full(out):
            return
        if len(seen) >= limits.PARTS:
            limits.reached("objects in a whole")
            return
        if deep == 1:
            for mark, way in {**_shown_of_library(fr, atom), **payloads.shown(fr, atom)}.items():
                out.setdefault(mark, way)
        if deep in (1, 2):
            for mark, way in payloads.of_parameter(fr, atom).items():
                out.setdefault(mark, way)
        if isinstance(atom, Obj) and atom.id not in seen:
            seen.add(atom.id)
            _collect_object(fr, atom, deep, out, seen, level, how, gone, _row(value) if deep >= STORED else -1)
        elif isinstance(atom, Opaque) and deep < INSTANCES_CLOSED and atom not in seen:
            seen.add(atom)
            shown = shown_by_text(fr, atom, how) if deep == 1 else None
            if shown is not None:
                _collect(fr, shown, deep, out, seen, level + 2, "repr")
                continue
            for mark, way in fr.solver.records.whole(fr, atom.cls, deep).items():
                out.setdefault(mark, way)
        elif isinstance(atom, Opaque) and deep >= STORED and not level and ("r", atom.cls) in fr.state.heap:
            _collect_object(fr, Obj(("r", atom.cls)), deep, out, seen, level, how)
        elif deep == 1 and isinstance(atom, Inst):
            out.update(_of_library(fr, (atom.type,)))
        elif deep == 1 and isinstance(atom, Ext) and not fr.solver.library.has_type(atom.path):  # else the class
            out.update(_of_library(fr, (atom.path,)))


def _stored_here(fr: Frame, value: Value, source: Symbol) -> Iterable[str]:
    """The keys under which this function stored something in a mapping that its caller passes: it has that, and not
    what the caller put there."""
    atom = Obj(("s", source.param, source.path))
    obj = fr.object(atom.id) if atom in value.atoms else None
    if obj is None or obj.cls >= 0 or not obj.written:
        return ()
    return _texts(label for label in obj.fields if label in obj.written)


def _texts(labels: Iterable[str]) -> frozenset[str]:
    """The keys that are texts, by their labels."""
    return frozenset(label[2:-2] for label in labels if label[:2] == "['")


def _shown_of_library(fr: Frame, atom: Atom) -> dict[Mark, Hop | None]:
    """What the text of a library's object shows, where a rule says so: ``str(member)`` is a name."""
    type_ = fr.library_type(atom)
    rules = fr.solver.library.type_order(type_) if type_ else ()
    owner = type_.rpartition(".")[2]
    found: dict[Mark, Hop | None] = {}
    for name in [name for rule in rules if not rule.request_data for name in rule.shown]:
        found.update(sources.of_attribute(fr, Value(frozenset((atom,))), name, fr.solver.current_node, owner))
    return found


def _is_key(fr: Frame, atom: Atom) -> bool:
    """Whether of what is put into a row no more than a key is stored there."""
    if not isinstance(atom, Obj):
        return False
    obj = fr.object(atom.id)
    return fr.solver.records.stored_by_key(obj.cls, obj.type)


def _full(out: dict[Mark, Hop | None]) -> bool:
    """Whether as many marks are known as are taken along; what comes after them is left out, and that is counted."""
    if len(out) < limits.WHOLE:
        return False
    limits.reached("marks of a whole")
    return True


def _row(value: Value) -> int:
    """The class of the rows that a value may be one of (``request.user``); or -1."""
    classes = [atom.cls for atom in value.atoms if isinstance(atom, Opaque)]
    return classes[0] if len(classes) == 1 else -1


def _collect_object(
    fr: Frame,
    atom: Obj,
    deep: int,
    out: dict[Mark, Hop | None],
    seen: set[ObjId | Opaque],
    level: int,
    how: str,
    gone: frozenset[str] = frozenset(),
    row: int = -1,
) -> None:
    obj = fr.object(atom.id)
    row = obj.cls if obj.cls >= 0 else row
    if obj.kind in ("env", "module", SIGNATURE) or (
        deep == INSTANCES_CLOSED and obj.kind in ("inst", "sym") and obj.cls >= 0
    ):
        return
    if obj.cls >= 0 and deep == 1:
        shown = shown_by_text(fr, atom, how)
        if shown is not None:
            _collect(fr, shown, deep, out, seen, level + 2, "repr")
            return
        if obj.kind in ("inst", "sym") and not fr.solver.records.shows_all(obj.cls):
            if fr.program.is_exception(obj.cls):  # its text shows its arguments
                for label in (".args", "[*]"):
                    _collect(fr, obj.fields.get(label, UNKNOWN), deep, out, seen, level + 2, "repr")
            return
    if deep == REFERRED and _is_key(fr, atom):
        return
    if obj.cls < 0 and obj.type and deep == 1:
        out.update(_of_library(fr, (obj.type,)))
    if deep == STORED and (row >= 0 or obj.kind == "dict"):
        deep = REFERRED
    if deep == REFERRED and row >= 0:
        opaque = fr.solver.records.opaque(row)
        for label, field in obj.fields.items():
            if label == ".*":  # each under its own name
                field = Value(field.atoms, {m: w for m, w in field.marks.items() if _name(m) not in opaque})
            if label[:2] == "._" and fr.solver.records.is_kept_aside(row, label[1:]):
                continue
            if (label in obj.written or atom.id[0] != "s") and label[1:] not in opaque:
                _collect(fr, field, deep, out, seen, level + 2, "repr")
        return
    if obj.cls >= 0 and ".*" in obj.fields and atom.id[0] != "s":  # made of a mapping that is not known by its keys
        for mark, way in fr.solver.records.whole(fr, obj.cls, deep).items():
            out.setdefault(mark, way)
    elif obj.cls >= 0 and atom.id[0] != "s" and any(map(_says_nothing, obj.fields.values())):
        for mark, way in fr.solver.records.whole(fr, obj.cls, deep).items():
            if _says_nothing(obj.fields.get(f".{_name(mark)}", SCALAR)):  # the field says what it is
                out.setdefault(mark, way)
    hidden = fr.solver.records.hidden(obj.cls) if obj.cls >= 0 and deep == 1 else frozenset()
    listed = fr.solver.records.in_repr(obj.cls) if obj.cls >= 0 and deep == 1 else frozenset()
    exception = deep == 1 and obj.kind == "inst" and obj.type.startswith("builtins.")  # its text shows its arguments
    # A payload is nested deeper than objects are: containers count half.
    below = level + (1 if obj.cls < 0 and obj.kind in _CONTAINERS else 2)
    for label, field in obj.fields.items():
        if not field.marks and (below >= limits.COLLECT_DEPTH or not field.atoms):
            continue
        if atom.id[0] == "s" and label not in obj.written:
            continue
        if deep == 1 and label[0] == "." and obj.cls < 0 and obj.kind == "sym":
            continue
        if label[1:] in hidden or (exception and label[0] == "." and label != ".args"):
            continue
        if listed and label[0] == "." and label[1:].isidentifier() and label[1:] not in listed:
            continue
        if _full(out):
            return
        if label == REST:
            _collect_rest(fr, obj, deep, out, seen, below, gone)
        elif gone and label[:2] == "['" and label[2:-2] in gone:
            continue
        else:
            _collect(fr, field, deep, out, seen, below, "repr")


def _says_nothing(value: Value) -> bool:
    """Whether nothing is known of a value, not even that a caller gives it."""
    return not value.marks and (not value.atoms or SLICED in value.atoms)


def _collect_rest(
    fr: Frame,
    obj: Object,
    deep: int,
    out: dict[Mark, Hop | None],
    seen: set[ObjId | Opaque],
    level: int,
    gone: frozenset[str],
) -> None:
    """What a copy has of the mapping or frame that it was made of: all but what it has something of its own for."""
    found: dict[Mark, Hop | None] = {}
    gone = gone.union(_texts(obj.fields))
    _collect(fr, obj.fields[REST], deep, found, seen, level, "repr", gone)
    for mark, way in found.items():
        if not (mark.whole and _replaced(obj, mark)):
            out.setdefault(mark, way)


def _mappings(fr: Frame, value: Value) -> list[Object]:
    """The mappings that a value may be; none where it may be some other object."""
    out: list[Object] = []
    for atom in value.atoms:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            if obj.kind != "dict":
                return []
            out.append(obj)
    return out


def _replaced(obj: Object, mark: Mark) -> bool:
    """Whether a mapping that was made of a record has nothing where the record had this, or has it protected."""
    held = obj.fields.get(f"[{_name(mark)!r}]")
    return held is not None and all(m.protection > mark.protection for m in held.marks)


def _name(mark: Mark) -> str:
    return "" if isinstance(mark.source, Symbol) else mark.source.name


def taken_along(callee: str) -> int:
    """How deep code of that name looks into what it is given (see ``collect``)."""
    if _ENCODES_TEXT.search(callee):
        return 1
    return 2 if _OPENS.search(callee) and not _RENDERS.search(callee) else INSTANCES_CLOSED


def shown_by_text(fr: Frame, atom: Atom, how: str) -> Value | None:
    """What the text of an instance shows, where its class says so."""
    from privlint.flow.calls import call_dunder

    cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
    both = how == "repr" and cls >= 0 and fr.solver.records.shows_text(cls)
    for name in ("__repr__", "__str__") if both else _SHOWN[how]:
        shown = call_dunder(fr, atom, name, [])
        if shown is not None:
            return only_marks(shown.marks)
    marks = _of_library(fr, fr.program.external_bases(cls)) if cls >= 0 else {}
    return only_marks(marks) if marks else None


def _of_library(fr: Frame, types: Iterable[str]) -> dict[Mark, Hop | None]:
    """What the text of a library's object shows, as rules say: of a user of Django's, the login name."""
    out: dict[Mark, Hop | None] = {}
    for rule_type, rule in ((type_, rule) for type_ in types for rule in fr.solver.library.texts(type_)):
        words = f"the text of `{rule_type.rpartition('.')[2]}`"
        out.update(
            make(
                fr,
                fr.solver.current_node,
                rule.data,
                "str()",
                rule.evidence,
                rule.subject,
                rule.confidence,
                words=words,
            )
        )
    return out


def text_of(value: Value) -> str | None:
    """The beginning of the string that the value is, where it is one constant or prefix."""
    found = [a.value if isinstance(a, Lit) else a.text for a in value.ordered if isinstance(a, Lit | Prefix)]
    texts = [t for t in found if isinstance(t, str)]
    return texts[0] if len(texts) == 1 and len(value.atoms) == 1 else None
