"""Data frames (pandas, polars) by column.

A frame is an instance of the library's type that has its known columns as items; which columns a file or table has is
not known, and is told by the keys that are asked for.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from privlint.flow import columns, rows, sources
from privlint.flow.columns import read as _read
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import COLUMN, element
from privlint.flow.items import item as item_of
from privlint.flow.values import (
    NO_MARKS,
    REST,
    SCALAR,
    UNKNOWN,
    Ext,
    Func,
    Inst,
    Lit,
    Mark,
    Marks,
    Obj,
    Symbol,
    Value,
    join,
    join_all,
    merge_marks,
    of,
    symbolic,
    with_marks,
)
from privlint.model.data import Protection

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

PANDAS, POLARS, SERIES = "pandas.DataFrame", "polars.DataFrame", "pandas.Series"
SPARK = "pyspark.sql.DataFrame"
_DATES = "pandas.Series.dt"
_OF_DATES = frozenset(("year", "month", "day", "date", "days", "total_seconds", "isocalendar"))
_TYPES = frozenset((PANDAS, POLARS, SPARK))
_GROUP = ".%group"  # label of what is grouped
Columns = dict[str, Value]  # by label: "['email']"

_SAME = frozenset(
    ["head", "toPandas", "orderBy", "dropDuplicates", "na", "persist", "cache", "repartition", "coalesce",
     "tail", "sample", "copy", "sort_values", "sort_index", "reset_index", "set_index", "dropna", "fillna",
     "drop_duplicates", "query", "astype", "round", "filter", "sort", "unique", "limit", "lazy",
     "convert_dtypes", "replace", "where", "mask", "nlargest", "nsmallest", "reindex", "explode", "slice",
     "reverse", "drop_nulls", "fill_null", "cast", "clone", "to_pandas", "rechunk", "interpolate", "clip",
     "transpose", "mode", "option", "options", "format", "partitionBy", "bucketBy", "sortBy", "distinct", "toDF",
     "checkpoint", "localCheckpoint", "hint", "alias", "sortWithinPartitions", "unpersist", "set_axis", "to_frame",
     "with_row_index", "with_row_count", "top_k", "bottom_k", "gather_every", "subtract", "intersect", "outputMode",
     "queryName", "trigger", "withWatermark"]
)  # fmt: skip
_ROWS = frozenset(
    ["iterrows", "itertuples", "iter_rows", "rows", "to_dicts", "to_records", "collect", "take", "toLocalIterator"]
)
_GROUPS = frozenset(["groupby", "groupBy", "group_by", "pivot_table", "resample"])
_COUNTS = frozenset(
    ["count", "describe", "nunique", "n_unique", "info", "mean", "median", "std", "var", "corr", "cov",
     "sum", "min", "max", "isna", "isnull", "notna", "notnull", "any", "all", "duplicated", "is_duplicated",
     "memory_usage", "quantile", "null_count", "is_empty", "estimated_size", "agg", "aggregate"]
)  # fmt: skip
_OTHER = frozenset(
    ["apply", "map", "pipe", "assign", "with_columns", "withColumn", "rename", "merge", "join", "append", "vstack",
     "hstack", "select", "drop", "items", "iteritems", "keys", "values", "get", "pop", "insert", "eval", "stack",
     "unstack", "melt", "pivot", "plot", "show", "display", "style", "isin", "T", "cumsum", "rank", "diff", "shift"]
)  # fmt: skip
_PLACES = frozenset(["loc", "iloc", "at", "iat", "write", "writeStream", "na"])
_ASKS = frozenset(["select", "groupby", "groupBy", "group_by", "withColumn", "with_columns"])
_FACTS = frozenset(
    ["columns", "shape", "dtypes", "index", "empty", "size", "ndim", "height", "width", "schema", "axes"]
)  # fmt: skip


def type_of(fr: Frame, value: Value) -> str:
    """The type of a frame that the value is, or ``""``."""
    for atom in value.ordered:
        if isinstance(atom, Obj):
            type_ = fr.object(atom.id).type
        elif isinstance(atom, Inst):
            type_ = atom.type
        else:
            continue
        if type_ and (found := _frame_type(fr, type_)):
            return found
    return ""


def _frame_type(fr: Frame, type_: str) -> str:
    known = fr.solver.library.frames
    found = known.get(type_)
    if found is None:
        named = (rule.name for rule in fr.solver.library.type_order(type_))
        found = known[type_] = next((name for name in named if name in _TYPES), "")
    return found


def made(fr: Frame, n: int, type_: str, columns: Columns, marks: Marks = NO_MARKS, rest: Value = UNKNOWN) -> Value:
    """A frame with these columns; ``marks``, ``rest``: what it has in columns that nobody or only the caller knows."""
    fields = {**columns, REST: rest} if rest else columns
    if rest:
        marks = {mark: way for mark, way in marks.items() if mark not in rest.marks}
    return Value(frozenset((fr.allocate(n, Object("inst", -1, type_, fields), "frame"),)), marks)


def columns_of(fr: Frame, value: Value) -> Columns:
    """The known columns of a frame, or the keys of a mapping."""
    out: Columns = {}
    for atom in value.ordered:
        for label, held in fr.object(atom.id).fields.items() if isinstance(atom, Obj) else ():
            if label[:2] == "['":
                out[label] = join(out.get(label, UNKNOWN), held)
    return out


def _listed(fr: Frame, value: Value) -> list[str]:
    """The names that a list, tuple or set of constants holds, or one constant; of ``pl.col("x")`` what it names."""
    out = strings(value)
    for atom in value.ordered:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            out += [text for held in obj.fields.values() for text in strings(held)]
            out += [text for held in obj.fields.values() for a in held.ordered for text in _expression(a)]
        out += _expression(atom)
    return list(dict.fromkeys(out))


def _expression(atom: object) -> list[str]:
    return [atom.type[len(COLUMN) :].split(":", 2)[1]] if _is_column(atom) and isinstance(atom, Inst) else []


def _is_column(atom: object) -> bool:
    return isinstance(atom, Inst) and atom.type.startswith(COLUMN)


def column(value: Value) -> Value:
    """What one column gives: a series."""
    return Value(value.atoms | {Inst(SERIES)}, value.marks)


# -- reading ------------------------------------------------------------------------------------------------------


def part(fr: Frame, value: Value, key: Value, owner: str, n: int) -> Value | None:
    """``frame[["email", "plan"]]``, ``frame[mask]``, ``frame.loc[mask, "email"]``; None for other keys."""
    type_ = type_of(fr, value)
    for atom in key.ordered:
        if not isinstance(atom, Obj):
            continue
        kind = fr.object(atom.id).kind
        if kind == "list" and (names := _listed(fr, of(atom))):
            return made(fr, n, type_ or PANDAS, {f"[{name!r}]": _read(fr, value, name, n, owner) for name in names})
        if kind == "tuple" and type_:
            return _placed(fr, value, fr.object(atom.id).fields.get("[1]", UNKNOWN), owner, n)
    names_column = any(isinstance(a, Lit) and not isinstance(a.value, int) for a in key.atoms)
    return value if type_ and not names_column else None  # a number is that of a row, which has all columns


def _placed(fr: Frame, value: Value, key: Value, owner: str, n: int) -> Value | None:
    names = _listed(fr, key)
    if not names:
        return value
    if strings(key):
        return column(_read(fr, value, names[0], n, owner))
    return made(fr, n, type_of(fr, value), {f"[{name!r}]": _read(fr, value, name, n, owner) for name in names})


def attribute(fr: Frame, value: Value, name: str) -> Value | None:
    """``frame.loc``, ``frame.shape``, a column as an attribute, parts of a series; None for everything else."""
    if not type_of(fr, value):
        of_column = columns.attribute(fr, value, name)
        return _of_series(fr, value, name) if of_column is None else of_column
    if name in _PLACES:
        return value
    if name in _FACTS:
        return SCALAR
    label = f"[{name!r}]"
    held = columns_of(fr, value).get(label)
    if held is None and any(isinstance(a, Obj) and a.id[0] == "s" for a in value.atoms) and not _is_method(name):
        held = item_of(fr, value, label)
    return column(held) if held is not None else None


def _is_method(name: str) -> bool:
    known = _SAME | _ROWS | _GROUPS | _COUNTS | _OTHER
    return name in known or name.startswith(("to_", "read_", "write_", "is_", "_"))


def _of_series(fr: Frame, value: Value, name: str) -> Value | None:
    """``series.iloc``, ``series.values``, ``series.str``, ``series.dt.year``: the same values; None for others."""
    if Ext(_DATES) in value.atoms:
        return Value(frozenset((Inst(SERIES),)), value.marks) if name in _OF_DATES else SCALAR
    known = Inst(SERIES) in value.atoms
    if name in ("str", "dt", "cat") and (known or _may_be_series(value)):
        from privlint.flow.wholes import collect

        marks = collect(fr, value, 1)  # a column of a caller's frame has none of its own
        return Value(frozenset((Ext(f"{SERIES}.{name}"),)), marks) if marks else None
    return value if known and value.marks and (name in _PLACES or name in ("values", "array", "T")) else None


def _may_be_series(value: Value) -> bool:
    """Whether a value is what a library made of data, or what was computed of it, or is a caller's."""
    if value.atoms and all(isinstance(atom, Obj) and atom.id[0] == "s" for atom in value.atoms):
        return True
    return bool(value.marks) and all(isinstance(atom, Inst) for atom in value.atoms)


def _rest(value: Value, fr: Frame) -> Value:
    """What a frame has in columns that only the caller knows: that of the caller's frame which it is, or is made of."""
    out = UNKNOWN
    for atom in value.ordered:
        if isinstance(atom, Obj) and atom.id[0] == "s" and symbolic(atom.id)[0] >= 0:
            out = join(out, Value(frozenset((atom,)), {Mark(Symbol(*symbolic(atom.id), 0), Protection.CLEAR, 0): None}))
        elif isinstance(atom, Obj):
            out = join(out, fr.object(atom.id).fields.get(REST, UNKNOWN))
    return out


# -- methods ------------------------------------------------------------------------------------------------------


def of_named(fr: Frame, callee: Callee, args: Arguments, type_: str) -> Value | None:
    """Columns that something is asked for of which no more is known than that it is called as a frame is: ``df``."""
    if callee.attribute not in _ASKS or not (known := _frame_type(fr, type_)) or callee.receiver is None:
        return None
    fr.need(callee.receiver)
    return method(fr, callee, args, known)


def method(fr: Frame, callee: Callee, args: Arguments, type_: str = "") -> Value | None:
    """A method of a frame; None where the receiver is none, or the method is not known.  ``type_``: what it must be."""
    value = callee.receiver
    type_ = type_ or (type_of(fr, value) if value is not None else "")
    if value is not None and callee.attribute == "value_counts":
        return Value(frozenset((Inst(SERIES),)), sources.counted_by(fr, value).marks)
    if not type_ or value is None:
        return None
    name, n, known, rest = callee.attribute, callee.n, columns_of(fr, value), _rest(value, fr)
    if name == "collect" and type_ == POLARS:
        return made(fr, n, type_, known, value.marks)
    if name in _ROWS or (name == "to_dict" and _wants_records(args)):
        return _as_rows(fr, value, known, callee)
    if name == "to_dict":
        return with_marks(of(fr.allocate(n, Object("dict", fields=known), "dict")), value.marks)
    if name in _COUNTS:
        return _aggregated(fr, value, type_, known, callee, args) if _is_grouped(fr, value) else SCALAR
    if name in _GROUPS:
        keys = _named(fr, args, ("by", "index"))
        read = {f"[{key!r}]": _read(fr, value, key, n, callee.receiver_name) for key in keys}
        return _grouped(fr, n, type_, {label: sources.counted_by(fr, each) for label, each in read.items()})
    if name == "drop":
        dropped = {f"[{each!r}]": SCALAR for each in _named(fr, args, ("columns", "labels"))}
        left = {k: v for k, v in known.items() if k not in dropped}
        if rest:  # without what the caller's frame has in these columns
            return made(fr, n, type_, {**left, **dropped}, NO_MARKS, rest)
        return made(fr, n, type_, left, value.marks if not known else {})
    if name == "select" or (name == "filter" and "items" in args.keywords):
        return made(fr, n, type_, _given(fr, value, args, callee))
    if name == "withColumn" and len(args.positional) > 1:
        found = _evaluated(fr, value, args.positional[1][0], callee)
        given = {f"[{key!r}]": found for key in strings(args.positional[0][0])}
        return made(fr, n, type_, {**known, **given}, value.marks, rest)
    if name in ("assign", "with_columns", "withColumns"):
        return made(fr, n, type_, {**known, **_given(fr, value, args, callee)}, value.marks, rest)
    if name == "withColumnRenamed" and len(args.positional) > 1:
        names = [text for each, _ in args.positional[:2] for text in strings(each)]
        moved = {f"[{names[-1]!r}]": _read(fr, value, names[0], n, callee.receiver_name)} if len(names) == 2 else {}
        return made(fr, n, type_, {**known, **moved}, value.marks, rest)
    if name == "rename":
        return made(fr, n, type_, _renamed(fr, value, known, args, callee), value.marks, rest)
    if name in ("merge", "join", "append", "vstack", "hstack", "union", "unionAll", "unionByName", "crossJoin"):
        other = next((each for each, _ in args.positional[:1]), UNKNOWN)
        return made(fr, n, type_, {**columns_of(fr, other), **known}, merge_marks(value.marks, other.marks))
    if name in ("distinct", "unique") and len(known) == 1:  # the values that there are, and not who has them
        known = {label: sources.counted_by(fr, each) for label, each in known.items()}
    return made(fr, n, type_, known, value.marks, rest) if name in _SAME else None


def _given(fr: Frame, value: Value, args: Arguments, callee: Callee) -> Columns:
    """The columns that are asked for, or made: by name, as expressions, by keyword."""
    out: Columns = {}
    for each, _ in args.positional:
        for name, held in columns.evaluated(fr, value, each, callee.receiver_name, callee.n):
            out[f"[{name!r}]"] = held
        out.update((label, _evaluated(fr, value, held, callee)) for label, held in columns_of(fr, each).items())
    for name, (each, _) in args.keywords.items():
        if name == "items":
            for text in _listed(fr, each):
                out[f"[{text!r}]"] = _read(fr, value, text, callee.n, callee.receiver_name)
        else:
            out[f"[{name!r}]"] = _evaluated(fr, value, each, callee)
    return out


def _evaluated(fr: Frame, value: Value, given: Value, callee: Callee) -> Value:
    """What a column is made of: an expression, a function of the frame, or values."""
    if strings(given):
        return given
    found = columns.evaluated(fr, value, given, callee.receiver_name, callee.n)
    if found:
        return join_all(each for _, each in found)
    if given.atoms and all(isinstance(atom, Func) for atom in given.atoms):
        from privlint.flow.arguments import Arguments
        from privlint.flow.calls import call_value

        return call_value(fr, given, Arguments([(value, callee.n)], {}), callee.n)
    return given


def _grouped(fr: Frame, n: int, type_: str, keys: Columns) -> Value:
    """Groups of a frame's rows, with what tells them apart."""
    return of(fr.allocate(n, Object("inst", -1, type_, {**keys, _GROUP: SCALAR}), "groups"))


def _is_grouped(fr: Frame, value: Value) -> bool:
    return any(isinstance(atom, Obj) and _GROUP in fr.object(atom.id).fields for atom in value.atoms)


def _aggregated(fr: Frame, value: Value, type_: str, keys: Columns, callee: Callee, args: Arguments) -> Value:
    """A frame with a row for each group: what tells it apart, and aggregates, which say nothing of anybody."""
    found: Columns = {}
    for each, _ in args.positional:
        found |= {f"[{name!r}]": held for name, held in columns.evaluated(fr, UNKNOWN, each, "", callee.n)}
    found |= {f"[{name!r}]": SCALAR for name in args.keywords}
    made_of = {**found, **keys, "[*]": SCALAR}
    return of(fr.allocate(callee.n, Object("inst", -1, type_, made_of), "aggregate"))


def _wants_records(args: Arguments) -> bool:
    given = [value for value, _ in args.positional[:1]] + [v for k, (v, _) in args.keywords.items() if k == "orient"]
    return any("records" in strings(value) for value in given)


def _named(fr: Frame, args: Arguments, keywords: tuple[str, ...]) -> list[str]:
    given = [value for value, _ in args.positional] + [v for k, (v, _) in args.keywords.items() if k in keywords]
    return [name for value in given for name in _listed(fr, value)]


def _renamed(fr: Frame, value: Value, known: Columns, args: Arguments, callee: Callee) -> Columns:
    """The columns by their new names; one that is renamed is there, though nobody knew of it."""
    names: dict[str, str] = {}
    given = [v for k, (v, _) in args.keywords.items() if k == "columns"] + [value for value, _ in args.positional[:1]]
    for each in given:
        for label, held in columns_of(fr, each).items():
            names.update((label, f"[{text!r}]") for text in strings(held))
    fresh = {
        new: _read(fr, value, old[2:-2], callee.n, callee.receiver_name)
        for old, new in names.items()
        if old not in known
    }
    return {
        **{new: held for new, held in fresh.items() if held.marks},
        **{names.get(label, label): held for label, held in known.items()},
    }


def _as_rows(fr: Frame, value: Value, known: Columns, callee: Callee) -> Value:
    """The rows of a frame; those of a caller's frame are taken for the frame itself, which tells columns apart."""
    if passed := [a for a in value.ordered if isinstance(a, Obj) and a.id[0] == "s"]:
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": _numbered(fr, of(*passed), callee)}), "rows"))
    fields = {**known, **{f".{label[2:-2]}": held for label, held in known.items()}}
    if rest := _rest(value, fr):
        fields[REST] = rest
    row = with_marks(of(fr.allocate(callee.n, Object("dict", fields=fields), "row")), value.marks)
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": _numbered(fr, row, callee)}), "rows"))


def _numbered(fr: Frame, row: Value, callee: Callee) -> Value:
    """A row as a method yields it: ``iterrows`` with its number."""
    if callee.attribute != "iterrows":
        return row
    return of(fr.allocate(callee.n, Object("tuple", fields={"[0]": SCALAR, "[1]": row}), "pair"))


# -- making -------------------------------------------------------------------------------------------------------


def of_data(fr: Frame, type_: str, args: Arguments, n: int) -> Value:
    """``DataFrame(data, columns=[...])``: of a mapping of columns, of rows as mappings, of rows in order."""
    given = args.at(fr, 0, "data")
    if given is None:
        return made(fr, n, type_, {})
    data = given[0]
    known = {label: _held(fr, value) for label, value in columns_of(fr, data).items()}
    row = element(fr, data)
    if not known:
        known = columns_of(fr, row)
    names = args.at(fr, 1, "columns") or args.at(fr, -1, "schema")
    for index, name in enumerate(_listed(fr, names[0]) if names is not None and not known else ()):
        known[f"[{name!r}]"] = item_of(fr, row, f"[{index}]")
    marks = dict(data.marks)
    if not known:
        from privlint.flow.wholes import collect

        marks = dict(collect(fr, data, 2))
    return made(fr, n, type_, known, marks)


def _held(fr: Frame, value: Value) -> Value:
    """What a column given as a sequence holds."""
    inside = element(fr, value)
    return inside if inside else value


def together(fr: Frame, args: Arguments, n: int) -> Value:
    """``concat([a, b])``, ``merge(a, b)``: the columns of all."""
    values = [value for value, _ in args.positional[:2]]
    values += [element(fr, value) for value in values if any(isinstance(a, Obj) for a in value.atoms)]
    known: Columns = {}
    marks: Marks = NO_MARKS
    type_ = ""
    for value in values:
        if type_of(fr, value):
            type_ = type_of(fr, value)
            marks = merge_marks(marks, value.marks)
            for label, held in columns_of(fr, value).items():
                known[label] = join(known.get(label, UNKNOWN), held)
    return made(fr, n, type_ or PANDAS, known, marks)


def of_query(fr: Frame, args: Arguments, n: int, type_: str = PANDAS) -> Value | None:
    """``read_sql("SELECT email ...", connection)``: the columns that the statement selects."""
    given = args.at(fr, 0, "sql") or args.at(fr, 0, "query") or args.at(fr, 0, "sqlQuery")
    row = rows.of_statement(fr, given[0], n) if given is not None else None
    return made(fr, n, type_, columns_of(fr, row)) if row is not None else None


def of_file(fr: Frame, type_: str, args: Arguments, n: int) -> Value | None:
    """``read_csv("people.csv", usecols=["email"])``: the columns that are asked for; None where none are."""
    given = args.keywords.get("usecols") or args.keywords.get("names") or args.keywords.get("columns")
    names = _listed(fr, given[0]) if given is not None else []
    if not names:
        return None
    path = next((text for value, _ in args.positional[:1] for text in strings(value)), "")
    owner = PurePosixPath(path).stem
    return made(fr, n, type_, {f"[{name!r}]": column(rows.read(fr, owner, name, n, names)) for name in names})
