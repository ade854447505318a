"""The ops and block ends of the IR.

Every op is an immutable named tuple (cheap to make, with slots, safe to share) whose last field ``n`` is the node
it stands for: the ordinal of a CST node in the lowering walk.  Registers are integers and live inside one
function; a register that is written on several branches (``x if c else y``, ``and``, ``or``) is simply written in
each of them.  Names that the program spells stand in ``LoadName`` and ``StoreName`` only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Reg = int


class Arg(NamedTuple):
    """One argument of a call or one part of a literal.

    ``label``: None = by position, a string = keyword (for a dict display: see ``Build``), ``"*"`` and ``"**"`` =
    unpacked.  ``n`` is the node of the argument's value.
    """

    label: str | None
    reg: Reg
    n: int


class Const(NamedTuple):
    """dst = a constant: str, bytes, int, float, complex, bool, None or Ellipsis (bytes as str, kind in ``type``)."""

    dst: Reg
    value: Any
    n: int


class LoadName(NamedTuple):
    """dst = the variable ``slot``.

    ``scope``: ``local`` | ``cell`` (a local that an inner function uses) | ``free`` (a cell of an enclosing
    function, ``depth`` >= 1 function levels up) | ``global`` (module variable, else builtin) | ``class`` (class
    body: its own name, else global).  ``slot`` is the name, with ``@ordinal`` behind it for the variables of a
    comprehension, which are inlined; the name as written is ``slot.partition("@")[0]``.
    """

    dst: Reg
    slot: str
    scope: str
    depth: int
    n: int


class StoreName(NamedTuple):
    """The variable ``slot`` = src; scopes as in LoadName."""

    slot: str
    scope: str
    depth: int
    src: Reg
    n: int


class DelName(NamedTuple):
    """``del slot``."""

    slot: str
    scope: str
    depth: int
    n: int


class Move(NamedTuple):
    """dst = src (joins of conditional expressions, walrus)."""

    dst: Reg
    src: Reg
    n: int


class LoadAttr(NamedTuple):
    """dst = obj.name"""

    dst: Reg
    obj: Reg
    name: str
    n: int


class StoreAttr(NamedTuple):
    """obj.name = src"""

    obj: Reg
    name: str
    src: Reg
    n: int


class DelAttr(NamedTuple):
    """del obj.name"""

    obj: Reg
    name: str
    n: int


class LoadItem(NamedTuple):
    """dst = obj[key]; a slice is a Build of kind ``slice``."""

    dst: Reg
    obj: Reg
    key: Reg
    n: int


class StoreItem(NamedTuple):
    """obj[key] = src"""

    obj: Reg
    key: Reg
    src: Reg
    n: int


class DelItem(NamedTuple):
    """del obj[key]"""

    obj: Reg
    key: Reg
    n: int


class Build(NamedTuple):
    """dst = a value made of parts.

    ``kind`` ``str``: f-string, implicit concatenation of f-strings (literal parts are Const registers; a replacement
    field is a part with label None, or ``"!r"``, ``"!s"``, ``"!a"`` for its conversion; a format spec's own fields are
    further parts); ``list`` ``set`` ``tuple``: parts in order, label ``"*"`` for a starred one; ``dict``: parts
    alternate key, value (both label None), label ``"**"`` for an unpacked one (no key before it); ``slice``: lower,
    upper, step (a missing one is a Const None register).
    """

    dst: Reg
    kind: str
    parts: tuple[Arg, ...]
    n: int


class Combine(NamedTuple):
    """dst = an operator applied to args.

    ``op``: the Python token: ``+ - * / // % @ ** << >> & | ^`` (binary; augmented assignment has ``=`` behind it:
    ``+=``), ``u+ u- ~ not`` (unary), ``== != < <= > >= is`` ``is not`` ``in`` ``not in`` (comparison; a chain is a
    ``compare`` with all operands).

    ``nonempty``, ``items==2``, ``items>=1``, ``keys``: whether the first operand, of which a loop or a pattern wants to
    know it, has items at all, so many of them, or these keys (the other operands).

    ``falsy``: the left side of ``and`` where it is the result; ``isinstance``: the first operand, which a class pattern
    found to be an instance of the second.
    """

    dst: Reg
    op: str
    args: tuple[Reg, ...]
    n: int


class Iterate(NamedTuple):
    """dst = an element of src (``for``, ``async for``, comprehensions)."""

    dst: Reg
    src: Reg
    n: int


class Unpack(NamedTuple):
    """dsts = src taken apart; ``star`` is the index of the starred target, or -1."""

    dsts: tuple[Reg, ...]
    src: Reg
    star: int
    n: int


class Call(NamedTuple):
    """dst = func(args); ``text`` is the callee as written when it is a dotted name (``self.client.post``), else ""."""

    dst: Reg
    func: Reg
    args: tuple[Arg, ...]
    text: str
    n: int


class Await(NamedTuple):
    """dst = await src"""

    dst: Reg
    src: Reg
    n: int


class Yield(NamedTuple):
    """dst = (yield src); ``delegate`` for ``yield from``."""

    dst: Reg
    src: Reg
    delegate: bool
    n: int


class Enter(NamedTuple):
    """dst = the value that ``with src as dst`` binds; ``asynchronous`` for ``async with``."""

    dst: Reg
    src: Reg
    asynchronous: bool
    n: int


class Exit(NamedTuple):
    """The context manager src is left."""

    src: Reg
    n: int


class Caught(NamedTuple):
    """dst = the exception that a handler caught; ``type`` is the register of its class expression, or -1."""

    dst: Reg
    type: Reg
    n: int


class MakeFunction(NamedTuple):
    """dst = the function ``index`` of this module; ``defaults``: label = parameter name.  Decorators are Calls."""

    dst: Reg
    index: int  # type: ignore[assignment]  # a field, over tuple.index
    defaults: tuple[Arg, ...]
    n: int


class MakeClass(NamedTuple):
    """dst = the class whose body is the function ``index``; ``bases``: label None, ``"*"``, or the keyword
    (``metaclass``, ``table``)."""

    dst: Reg
    index: int  # type: ignore[assignment]  # a field, over tuple.index
    bases: tuple[Arg, ...]
    n: int


class Import(NamedTuple):
    """dst = a module or a name of one.

    ``import a.b`` binds ``a``: module ``a.b``, name "", ``top`` true; ``import a.b as c``: name "", ``top`` false;
    ``from ..a import b``: module ``a``, level 2, name ``b``; ``from a import *``: name ``*`` (dst unused).
    """

    dst: Reg
    module: str
    level: int
    name: str
    top: bool
    n: int


class Annotate(NamedTuple):
    """A variable, or an attribute of register ``obj``, is annotated (``obj`` -1: the variable ``name``)."""

    obj: Reg
    name: str
    type: TypeRef
    n: int


class TypeRef(NamedTuple):
    """An annotation as written, made uniform.

    ``X | None`` and ``Optional[X]`` are both ``TypeRef("Union", (X, None))``; strings are parsed; ``name`` is a
    dotted name, or ``"None"``, or ``"..."``, or the literal's source in ``Literal[...]``, or ``f()`` for a call in
    ``Annotated[T, f(...)]`` (its args are the names that it is given).  A part that is none of these has the name
    ``""``.
    """

    name: str
    args: tuple[TypeRef, ...] = ()


class Jump(NamedTuple):
    """Go on in block ``target``."""

    target: int


class Branch(NamedTuple):
    """Go on in ``then`` if the register is true, else in ``orelse``."""

    cond: Reg
    then: int
    orelse: int
    n: int


class Choose(NamedTuple):
    """Go on in any of ``targets`` (exception dispatch, loop heads, patterns); the register ``cond`` (-1: none) may tell
    that it is the first (true) or the last (false)."""

    targets: tuple[int, ...]
    cond: Reg = -1


class Return(NamedTuple):
    """Leave the function with a register (-1: None, at the end of the body)."""

    src: Reg
    n: int


class Raise(NamedTuple):
    """Raise ``src`` (-1: re-raise) from ``cause`` (-1: none)."""

    src: Reg
    cause: Reg
    n: int


Op = (
    Const
    | LoadName
    | StoreName
    | DelName
    | Move
    | LoadAttr
    | StoreAttr
    | DelAttr
    | LoadItem
    | StoreItem
    | DelItem
    | Build
    | Combine
    | Iterate
    | Unpack
    | Call
    | Await
    | Yield
    | Enter
    | Exit
    | Caught
    | MakeFunction
    | MakeClass
    | Import
    | Annotate
)
End = Jump | Branch | Choose | Return | Raise
