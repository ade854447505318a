"""Expressions over the columns of data frames: ``pl.col("email").str.to_lowercase().alias("mail")``.

An expression is an object that says of which columns it is made, what the result is called and how far that still
tells what the columns told; what the columns hold is known by the frame that the expression is used with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import masks, rows, sources
from privlint.flow.constants import is_constant, literal, strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import COLUMN
from privlint.flow.items import item as item_of
from privlint.flow.values import (
    SCALAR,
    UNKNOWN,
    Atom,
    Func,
    Inst,
    Lit,
    Obj,
    Value,
    join,
    join_all,
    of,
    protect,
    step,
    with_marks,
)
from privlint.model.data import Protection

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

EXPRESSION = "@expression"
_OPEN = f"{COLUMN}:"  # a column of whatever frame it is used with

# What is left of a column by these, as methods or as functions, tells nothing of anybody.
_DERIVED = frozenset(
    ["count", "len", "n_unique", "approx_n_unique", "null_count", "is_null", "is_not_null", "isNull", "isNotNull",
     "is_in", "isin", "is_between", "between", "eq", "ne", "gt", "ge", "lt", "le", "contains", "startswith",
     "endswith", "starts_with", "ends_with", "rlike", "like", "ilike", "len_chars", "len_bytes", "length", "mean",
     "avg", "sum", "std", "stddev", "var", "variance", "median", "min", "max", "quantile", "any", "all",
     "is_duplicated", "is_unique", "rank", "cum_count", "countDistinct", "count_distinct", "approx_count_distinct",
     "isnull", "isnan", "row_number", "dense_rank", "ntile", "percent_rank", "lit", "current_date",
     "current_timestamp", "monotonically_increasing_id", "rand", "uuid", "datediff", "months_between",
     "percentile_approx"]
)  # fmt: skip
_HASHES = frozenset(["md5", "sha1", "sha2", "sha", "hash", "xxhash64", "crc32"])
_SEALS = frozenset(["aes_encrypt"])
_CALLS = frozenset(["map_elements", "map_batches", "apply", "map"])
_NAMES = frozenset(["alias", "label", "name"])
_CUTS = frozenset(["slice", "head", "tail", "substr", "substring", "left", "right"])
_SPACES = frozenset(["str", "dt", "list", "struct", "cat", "arr", "bin"])
# Functions that take names of columns in all places, or behind the first one; the others have one in front.
_ALL = frozenset(["concat", "coalesce", "struct", "array", "greatest", "least", "concat_str", "first", "last", "col"])
_BEHIND = frozenset(["concat_ws", "format_string", "when", "format"])
_SPARK = frozenset(
    ["upper", "lower", "trim", "ltrim", "rtrim", "initcap", "split", "to_date", "to_timestamp", "date_format", "year",
     "month", "dayofmonth", "collect_list", "collect_set", "substring", "lpad", "rpad", "regexp_replace",
     "regexp_extract", "translate", "explode", "to_json", "base64", "unbase64", "reverse", "date_trunc", "encode",
     "decode", "when", "concat_ws", "format_string", "concat", "coalesce", "struct", "array", "greatest", "least",
     "first", "last"]
)  # fmt: skip
_POLARS = ("concat_str", "format", "coalesce", "struct", "lit", "when", "len", "count", "mean", "sum", "min", "max",
           "median", "first", "last")  # fmt: skip
_OF_SPARK = _SPARK | (_DERIVED - {"len", "any", "all"}) | _HASHES | _SEALS
FUNCTIONS: tuple[str, ...] = (
    *(f"pyspark.sql.functions.{name}" for name in sorted(_OF_SPARK)),
    *(f"polars.{name}" for name in _POLARS),
)


def is_expression(fr: Frame, atom: Atom) -> bool:
    """Whether a value is a column of any frame, or made of such."""
    if isinstance(atom, Obj):
        return fr.object(atom.id).type == EXPRESSION
    return isinstance(atom, Inst) and atom.type.startswith(_OPEN)


def attribute(fr: Frame, value: Value, name: str) -> Value | None:
    """``column.str``, ``column.dt``: the same column; None for everything else."""
    if name in _SPACES and value.atoms and all(is_expression(fr, atom) for atom in value.atoms):
        return value
    return None


def method(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A method of an expression; None for those of anything else."""
    if callee.receiver is None or not any(is_expression(fr, atom) for atom in callee.receiver.atoms):
        return None
    name = callee.attribute
    if name in _NAMES and (labels := [text for value, _ in args.positional[:1] for text in strings(value)]):
        return _called(fr, callee.receiver, labels[0], callee.n)
    given = [value for value, _ in args.positional]
    if name in _CALLS and given:
        return _made(fr, [callee.receiver], callee.n, by=given[0])
    if name in ("when", "then", "otherwise"):
        return _made(fr, [callee.receiver, *given[name == "when" :]], callee.n)
    return _made(fr, [callee.receiver], callee.n, how=_protection(fr, name, args, given))


def function(fr: Frame, callee: Callee, args: Arguments) -> Value:
    """``F.sha2("email", 256)``, ``pl.concat_str(...)``: an expression of the columns that are named."""
    name = callee.last
    given = [value for value, _ in args.positional]
    if name in _DERIVED:
        return _made(fr, [], callee.n, how=Protection.DERIVED)
    named = given if name in _ALL else given[1:] if name in _BEHIND else given[:1]
    if name == "when":
        named = [value for value in named if not strings(value)]
    parts = [_as_column(fr, value) for value in named]
    how = _protection(fr, name, args, given[1:])
    if how is Protection.PSEUDONYMISED_WEAK and any(_is_salted(fr, value) for value in given):
        how = Protection.PSEUDONYMISED
    salted = name.startswith("concat") and any(_is_literal(fr, part) for part in parts)
    return _made(fr, parts, callee.n, how=how, salted=salted)


def combined(fr: Frame, token: str, values: list[Value], n: int) -> Value | None:
    """``pl.col("first") + " " + pl.col("last")``; None where no operand is an expression."""
    if not any(is_expression(fr, atom) for value in values for atom in value.atoms if isinstance(atom, Inst | Obj)):
        return None
    return _made(fr, values, n, how=Protection.DERIVED if token in ("&", "|", "~", "^") else Protection.CLEAR)


def evaluated(fr: Frame, frame: Value, given: Value, owner: str, n: int) -> list[tuple[str, Value]]:
    """The columns that an expression, or a list of them, makes of a frame: name and value."""
    out: list[tuple[str, Value]] = []
    for atom in given.ordered:
        if isinstance(atom, Lit) and isinstance(atom.value, str):
            out.append((atom.value, read(fr, frame, atom.value, n, owner)))
        elif isinstance(atom, Inst) and is_expression(fr, atom):
            _, name, label = atom.type[len(COLUMN) :].split(":", 2)
            out.append((label, read(fr, frame, name, n, owner)))
        elif isinstance(atom, Obj) and fr.object(atom.id).type == EXPRESSION:
            obj = fr.object(atom.id)
            value = _valued(fr, frame, obj, owner, n)
            out += [(label, value) for label in strings(obj.fields.get(".%label", UNKNOWN))]
        elif isinstance(atom, Obj) and fr.object(atom.id).kind in ("list", "tuple"):
            for held in fr.object(atom.id).fields.values():
                out += evaluated(fr, frame, held, owner, n)
    return out


def read(fr: Frame, value: Value, name: str, n: int, owner: str) -> Value:
    """One column of a frame."""
    found = item_of(fr, value, f"[{name!r}]")
    return with_marks(found, sources.of_item(fr, value, name, n, owner, found))


# -- making -------------------------------------------------------------------------------------------------------


def _as_column(fr: Frame, value: Value) -> Value:
    return join_all([value, *(of(rows.column("", text)) for text in strings(value))])


def _called(fr: Frame, value: Value, label: str, n: int) -> Value:
    atoms: set[Atom] = set()
    for atom in value.ordered:
        if isinstance(atom, Inst) and is_expression(fr, atom):
            name = atom.type[len(COLUMN) :].split(":", 2)[1]
            atoms.add(rows.column("", name, label))
        elif isinstance(atom, Obj) and is_expression(fr, atom):
            fields = {**fr.object(atom.id).fields, ".%label": literal(label)}
            atoms.add(fr.allocate(n, Object("inst", -1, EXPRESSION, fields), "expression"))
    return Value(frozenset(atoms))


def _made(
    fr: Frame,
    parts: list[Value],
    n: int,
    how: Protection = Protection.CLEAR,
    by: Value = UNKNOWN,
    salted: bool = False,
) -> Value:
    """An expression of the columns that others are made of; each keeps how far it was protected."""
    columns: list[Value] = []
    label = UNKNOWN
    for part in parts:
        for atom in part.ordered:
            if isinstance(atom, Inst) and is_expression(fr, atom):
                columns.append(of(atom))
                label = label or literal(atom.type[len(COLUMN) :].split(":", 2)[2])
            elif isinstance(atom, Obj) and is_expression(fr, atom):
                columns.append(of(atom))
                label = label or fr.object(atom.id).fields.get(".%label", UNKNOWN)
            elif isinstance(atom, Obj) and fr.object(atom.id).kind in ("list", "tuple"):
                for held in fr.object(atom.id).fields.values():
                    columns.append(_as_column(fr, held))
    fields = {f"[{index}]": value for index, value in enumerate(columns[:12])}
    fields |= {".%label": label or literal(""), ".%how": literal(int(how)), ".%by": by, ".%salted": literal(salted)}
    return of(fr.allocate(n, Object("inst", -1, EXPRESSION, fields), "expression"))


def _valued(fr: Frame, frame: Value, obj: Object, owner: str, n: int) -> Value:
    held = [value for label, value in obj.fields.items() if label[0] == "["]
    value = join_all(each for part in held for _, each in evaluated(fr, frame, part, owner, n))
    by = obj.fields.get(".%by", UNKNOWN)
    if by:
        from privlint.flow.arguments import Arguments
        from privlint.flow.calls import call_value

        value = call_value(fr, by, Arguments([(value, n)], {}), n) if value else value
        return value if value.marks or any(not isinstance(atom, Func) for atom in by.atoms) else join(value, SCALAR)
    levels = [atom.value for atom in obj.fields.get(".%how", UNKNOWN).atoms if isinstance(atom, Lit)]
    how = Protection(min((level for level in levels if isinstance(level, int)), default=0))
    if how is Protection.CLEAR:
        return value if held else SCALAR
    if how is Protection.DERIVED:
        return SCALAR
    return Value(SCALAR.atoms, step(protect(value.marks, how), fr.site(n), "protect", "an expression"))


def _is_literal(fr: Frame, value: Value) -> bool:
    """Whether a part of an expression is no column: ``lit(SALT)``, also in a list."""
    objects = [fr.object(atom.id) for atom in value.ordered if isinstance(atom, Obj)]
    if any(obj.type == EXPRESSION and not any(label[0] == "[" for label in obj.fields) for obj in objects):
        return True
    return any(_is_literal(fr, held) for obj in objects if obj.kind == "list" for held in obj.fields.values())


def _is_salted(fr: Frame, value: Value) -> bool:
    held = [
        fr.object(a.id).fields.get(".%salted", UNKNOWN)
        for a in value.atoms
        if isinstance(a, Obj) and is_expression(fr, a)
    ]
    return any(isinstance(atom, Lit) and atom.value is True for each in held for atom in each.atoms)


def _protection(fr: Frame, name: str, args: Arguments, given: list[Value]) -> Protection:
    """How far a method or function of that name protects what it makes of a column."""
    if name in _DERIVED:
        return Protection.DERIVED
    if name in _HASHES:
        return Protection.PSEUDONYMISED_WEAK
    if name in _SEALS:
        return Protection.ENCRYPTED
    if name.startswith(("replace", "regexp_replace", "translate")) and any(masks.is_mask(value) for value in given):
        return Protection.MASKED
    if name in _CUTS and given and all(map(is_constant, given)):
        numbers = [atom.value for atom in given[-1].atoms if isinstance(atom, Lit) and isinstance(atom.value, int)]
        if numbers and masks.few((0, abs(numbers[0]))):
            return Protection.MASKED
    return Protection.CLEAR
