"""The abstract domain: what a value may be (atoms) and whose data it carries (marks).

A ``Value`` is immutable.  Its *atoms* say what it may be: a literal, a function, a class, a library's symbol or
instance, an object of the abstract heap.  Its *marks* say which personal data it carries, each with the way it took.
A mark whose source is symbolic stands for whatever the caller passes (``Symbol``); a summary is written in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from privlint.flow import limits
from privlint.model.data import Protection
from privlint.model.facts import Origin
from privlint.model.location import Site

# -- where marks come from ---------------------------------------------------------------------------------------

Path = tuple[str, ...]  # labels: ".attr", "[key]", "[*]" (any item), "[#]" (a key), "^env", "^self", "^of 7"


class Symbol(NamedTuple):
    """Whatever the caller passes as parameter ``param`` (-1: the enclosing scope) at ``path``.

    ``deep`` 0: exactly there; 1: all that its text shows; 2: all that it holds; 3: the same without what instances of
    classes hold; 4: all that this code put into it. ``called``: of that, what a part of that name can be; behind
    ``NOT``, all but the parts of these names.
    """

    param: int
    path: Path
    deep: int
    called: str = ""


CHOSEN = "-"
NOT = "-"


class Mark(NamedTuple):
    """A source, in which form it is, and how many unknown calls it went through.

    ``whole``: the record with all of whose fields it travels; ``CHOSEN`` of a symbol: somebody has chosen the fields.
    """

    source: Origin | Symbol
    protection: Protection
    weak: int
    whole: str = ""


class Hop(NamedTuple):
    """One hop of a way, as a linked list; ``inner`` is the way inside a called function."""

    prev: Hop | None
    site: Site | None
    kind: str
    text: str
    inner: Hop | None
    length: int


_new = tuple.__new__  # makes a named tuple without going through its constructor, which takes twice as long


def hop(prev: Hop | None, site: Site | None, kind: str, text: str = "", inner: Hop | None = None) -> Hop:
    """A way with one more hop."""
    length = 1 if prev is None else prev.length + 1
    if inner is not None:
        length += inner.length
    return _new(Hop, (prev, site, kind, text, inner, length))


Marks = Mapping[Mark, Hop | None]
NO_MARKS: Marks = {}

OF = "^of "  # before the number of a class, a label of those of several instances that are of this class
IS = "^is "  # before the names of built-in classes that nothing is stored in: a label of what is of one of these
CLASSES = "classes"  # the word of a context for instances of several classes
REST = "[**]"  # label of the mappings that a mapping took over as they were: whose other items it has, too
ALL = ".**"  # label of the mappings whose items an object has as attributes
ADDED = "[+]"  # label of what was stored under unknown keys that were not there before
EACH = "[~]"  # label of what going through a parameter yields, of which it is not known whether it is a mapping
BY = "[="  # how the label of an item begins that is under the key which another parameter is: ``[=1]``
CLEARED = "[-]"  # label that says of a caller's container that nothing is left of what it held
# Labels of what was stored somewhere, beside all that was there before.
BESIDE = frozenset(("[*]", CLEARED, ADDED, ".*", REST, ALL))
MADE_CLASS = ".%class"  # label in the namespace that a metaclass gets: the class that is being made
MAYBE = ".%maybe"  # label of a dictionary that on some ways has not got all the keys that are known
FAILED = ".%failed"  # label of the exception that a future was given
VARS = ".%vars"  # label, in a mapping of its attributes, of the object whose they are
BASES = ".%bases"  # label of the bases of a class that a call of ``type`` made
KEYS = "^keys"  # label behind that of a mapping: which keys it has, where a context tells all of them
SIZE = "^size"  # label behind that of a sequence: how many items it has
REGISTERED = "%registered"  # the attribute of a generic function that holds its implementations

# -- what a value may be -----------------------------------------------------------------------------------------

# ("s", param, path) symbolic | ("o", ...) allocated | ("g", module) a module's names | ("c", class) what a class has
# here, ("r", class) what is put into its rows here
ObjId = tuple[object, ...]


def text_key(label: str | None) -> str | None:
    """The key of an item that a text names."""
    return label[2:-2] if label is not None and label[1:2] in ("'", '"') else None


def is_one_item(label: str) -> bool:
    """Whether a label is of the item at one key or position."""
    return label[0] == "[" and label not in BESIDE and label not in ("[#]", EACH) and label[:2] != BY


def name_in(label: str) -> str:
    """The name of the attribute or the key that a label is of; empty for a position, or where it is not known."""
    if label[0] == ".":
        return label[1:] if label[1:2] not in "*%" else ""
    return text_key(label) or ""


def symbolic(key: ObjId) -> tuple[int, Path]:
    """The parameter and the path that a symbolic object stands for."""
    return key[1], key[2]  # type: ignore[return-value]


MEMBER = "@"  # how the kind of a member of an enum begins, before the number of its class; "?" behind: of what value


class Lit(NamedTuple):
    """A constant; strings, numbers, None, bools; members of enums by their values."""

    kind: str
    value: Any


class Prefix(NamedTuple):
    """A string of which only the beginning is known."""

    text: str
    tag: tuple[str] = ("prefix",)  # two named tuples are equal where what is in them is


class Func(NamedTuple):
    """A function of the program; ``env`` is the object that holds the variables of the enclosing call."""

    fn: int
    env: ObjId | None


class Bound(NamedTuple):
    """A method with its receiver."""

    func: Func
    self: Atom


class Cls(NamedTuple):
    """A class of the program."""

    cls: int


class Wrapped(NamedTuple):
    """``property``, ``staticmethod`` or ``classmethod`` around a function, ``cached_property`` included."""

    kind: str
    func: Func


class Ext(NamedTuple):
    """A symbol of code that is not there, by dotted path: a module, function, class, or attribute of one."""

    path: str


class Inst(NamedTuple):
    """An instance of a library's type (or the result of a library's call, then the path ends in ``()``)."""

    type: str
    tag: tuple[str] = ("inst",)  # two named tuples are equal where what is in them is


class Obj(NamedTuple):
    """An object of the abstract heap."""

    id: ObjId


class Address(NamedTuple):
    """Something that talks to this address (``""``: not known which); not ``secure``: over an unprotected transport."""

    text: str
    secure: bool


class Trait(NamedTuple):
    """What a text is known to be made of (``masks.py``): ``cut``, ``masked``, ``salted``, ``fresh``."""

    name: str
    tag: tuple[str] = ("trait",)  # two named tuples are equal where what is in them is


class Opaque(NamedTuple):
    """Some instance of a class of the program that was made where the analysis did not see it."""

    cls: int
    tag: tuple[str] = ("opaque",)  # two named tuples are equal where what is in them is


class Super(NamedTuple):
    """``super()`` in a method of ``cls``, for the receiver ``self``."""

    cls: int
    self: Atom


class Unsure(NamedTuple):
    """Besides a constant, something of which nothing is known: what the constant says does not hold in every run."""


Atom = Unsure | Lit | Prefix | Address | Trait | Func | Bound | Cls | Wrapped | Ext | Inst | Obj | Opaque | Super
Atoms = frozenset[Atom]
_OPEN = (Obj, Func, Bound)
NO_ATOMS: Atoms = frozenset()


class Value:
    """An abstract value; compare by ``is`` first: joins give back an operand where nothing is added."""

    __slots__ = ("_closed", "_ordered", "atoms", "marks")

    def __init__(self, atoms: Atoms = NO_ATOMS, marks: Marks = NO_MARKS) -> None:
        self.atoms = atoms
        self.marks = marks
        self._ordered: Collection[Atom] | None = None
        self._closed: bool | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing in it depends on a caller: no symbols, no objects of a heap; not too many marks."""
        found = self._closed
        if found is None:
            found = self._closed = (
                len(self.marks) < limits.WIDTH
                and not any(isinstance(atom, _OPEN) for atom in self.atoms)
                and not any(isinstance(mark.source, Symbol) for mark in self.marks)
            )
        return found

    @property
    def ordered(self) -> Collection[Atom]:
        """The atoms in an order that is the same in every run."""
        found = self._ordered
        if found is None:
            atoms = self.atoms
            found = self._ordered = atoms if len(atoms) < 2 else in_order(atoms)
        return found

    def __repr__(self) -> str:
        return f"Value({set(self.atoms) or ''}, {list(self.marks) or ''})"

    def __bool__(self) -> bool:
        return bool(self.atoms or self.marks)

    def share(self, atoms: Atoms) -> None:
        """Take equal atoms, which others have, too, for its own."""
        self.atoms = atoms
        if len(atoms) < 2:
            self._ordered = atoms

    def same(self, other: Value) -> bool:
        """Equal up to the ways (which do not count for the fixpoint)."""
        return self is other or (self.atoms == other.atoms and self.marks.keys() == other.marks.keys())


UNKNOWN = Value()
NONE = Value(frozenset((Lit("none", None),)))
TRUE = Value(frozenset((Lit("bool", True),)))
FALSE = Value(frozenset((Lit("bool", False),)))
UNSURE = Value(frozenset((Unsure(),)))
FRESH = Trait("fresh")  # made by chance
SLICED = Trait("sliced")  # cut out of something of which nothing is known: of a text, or of a list
SCALAR = Value(frozenset((Inst("builtins.int"),)))  # a value that says nothing of its operands


def of(*atoms: Atom) -> Value:
    """A value that may be these."""
    return Value(frozenset(atoms))


def merge_marks(left: Marks, right: Marks) -> Marks:
    """The union; of two ways to the same mark the shorter stays."""
    if not right or left is right:
        return left
    if not left:
        return right
    out: dict[Mark, Hop | None] | None = None
    for mark, way in right.items():
        if mark in left:
            old = left[mark]
            if old is not None and (way is None or way.length < old.length):
                out = dict(left) if out is None else out
                out[mark] = way
        elif len(left if out is None else out) < limits.WIDTH:
            out = dict(left) if out is None else out
            out[mark] = way
        elif len(told := weakest({**(left if out is None else out), mark: way})) <= limits.WIDTH:
            out = told
        else:
            limits.reached("marks on one value")
            break
    return left if out is None else out


def weakest(marks: Marks) -> dict[Mark, Hop | None]:
    """The marks without those protected ones whose data is there in the clear, too: where ways meet, that counts."""
    clear = Protection.CLEAR
    return {m: w for m, w in marks.items() if m.protection is clear or m._replace(protection=clear) not in marks}


def join(left: Value, right: Value) -> Value:
    """The least value that is both."""
    if left is right:
        return left
    more, marks = right.atoms, right.marks
    if not more and not marks:
        return left
    atoms, mine = left.atoms, left.marks
    if not atoms and not mine:
        return right
    if more and more is not atoms and not more <= atoms:
        both = atoms | more
        if len(both) > limits.ATOMS:
            both = cap_atoms(both)
            both = atoms if both == atoms else both
        atoms = both
    marks = merge_marks(mine, marks) if marks and marks is not mine else mine
    if atoms is left.atoms and marks is mine:
        return left
    return Value(atoms, marks)


def either(left: Value, right: Value) -> Value:
    """The join of what two ways give; a constant on one of them and nothing known on the other is no constant."""
    both = join(left, right)
    if bool(left.atoms) != bool(right.atoms) and any(isinstance(a, Lit) for a in both.atoms):
        return Value(both.atoms | UNSURE.atoms, both.marks)
    return both


def cap_atoms(atoms: Atoms) -> Atoms:
    """At most ``limits.ATOMS`` atoms; literals go first."""
    if len(atoms) <= limits.ATOMS:
        return atoms
    limits.reached("things one value may be")
    rest = [a for a in atoms if not isinstance(a, Lit | Prefix)]
    return frozenset(rest) if len(rest) <= limits.ATOMS else frozenset(sorted(rest, key=order)[: limits.ATOMS])


_TEXTS: dict[Atom, str] = {}
_ORDERS: dict[Atoms, tuple[Atom, ...]] = {}


def order(atom: Atom) -> str:
    """A text to sort atoms by, the same in every run."""
    try:
        return _TEXTS[atom]
    except KeyError:
        text = _TEXTS[atom] = repr(atom)
        return text


def in_order(atoms: Atoms) -> tuple[Atom, ...]:
    """The atoms, sorted."""
    try:
        return _ORDERS[atoms]
    except KeyError:
        found = _ORDERS[atoms] = tuple(sorted(atoms, key=order))
        return found


def forget() -> None:
    """Drop what is kept for speed, at the end of a run."""
    _TEXTS.clear()
    _ORDERS.clear()


def join_all(values: Iterable[Value]) -> Value:
    """The join of any number of values."""
    out = UNKNOWN
    for value in values:
        out = join(out, value)
    return out


def with_marks(value: Value, marks: Marks) -> Value:
    """The value with these marks added."""
    if not marks:
        return value
    merged = merge_marks(value.marks, marks)
    return value if merged is value.marks else Value(value.atoms, merged)


def only_marks(marks: Marks) -> Value:
    """A value of which only the marks are known."""
    return Value(NO_ATOMS, marks) if marks else UNKNOWN


def step(marks: Marks, site: Site, kind: str, text: str = "") -> Marks:
    """The marks, each with one more hop on its way."""
    if not marks:
        return marks
    return {mark: hop(way, site, kind, text) for mark, way in marks.items()}


def moved(value: Value, site: Site, kind: str, text: str = "") -> Value:
    """The value with one more hop on the way of each mark."""
    return Value(value.atoms, step(value.marks, site, kind, text)) if value.marks else value


def weaken(marks: Marks) -> Marks:
    """The marks after an unknown call; what was a guess before does not outlast it."""
    if not marks:
        return marks
    return {
        Mark(mark.source, mark.protection, mark.weak + 1, mark.whole): way
        for mark, way in marks.items()
        if mark.weak < endurance(mark.source)
    }


def endurance(source: Origin | Symbol) -> int:
    """How many unknown calls the data of a source is believed to go through: two, less if the source is a guess."""
    return limits.UNKNOWN_CALLS if isinstance(source, Symbol) else limits.UNKNOWN_CALLS - (3 - source.confidence)


def chosen_fields(mark: Mark) -> Mark:
    """The mark where somebody has named the fields that travel: no whole any more."""
    return mark._replace(whole=CHOSEN if isinstance(mark.source, Symbol) else "")


def whole_of(actual: Mark, mark: Mark) -> str:
    """The record as a whole that travels where ``mark``, of a symbol, stands for ``actual``."""
    if mark.whole == CHOSEN:
        return chosen_fields(actual).whole
    return actual.whole or mark.whole


def protect(marks: Marks, protection: Protection) -> dict[Mark, Hop | None]:
    """The marks after a call that protects; what is better protected already stays so."""
    out: dict[Mark, Hop | None] = {}
    for mark, way in marks.items():
        keeps = mark.protection >= protection and protection is not Protection.CLEAR  # decrypted is clear again
        stronger = mark if keeps else mark._replace(protection=protection)
        if stronger.protection is not Protection.DERIVED:
            out[stronger] = way
    return out
