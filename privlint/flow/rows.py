"""Rows of queries by column: of statements in SQL, of columns of models and tables that a query asks for.

A row is an object of kind ``tuple`` that has each column by position, by key and as an attribute; the rows of a query
are an object that yields it.  A cursor holds the row of its last statement as what iterating over it yields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from privlint.flow import neighbours, origins, sources, sql
from privlint.flow.access import delete, store
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import COLUMN, element, item
from privlint.flow.values import (
    SCALAR,
    UNKNOWN,
    Atom,
    Cls,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    Opaque,
    Prefix,
    Value,
    join,
    of,
    only_marks,
)
from privlint.model.data import Confidence

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee
    from privlint.flow.uses.tables import Columns

ROW = "@row"
ROWS = "@rows"
TABLE = "@table"

_ONE = frozenset(
    ["first", "one", "one_or_none", "fetchone", "fetchrow", "fetch_one", "single", "next", "one_or_404", "first_or_404"]
)
_VALUE = frozenset(["scalar", "scalar_one", "scalar_one_or_none", "fetchval", "fetch_val"])
_NUMBER = frozenset(["count", "rowcount", "exists", "close", "keys", "nextset"])
_FETCH = _ONE | _VALUE | {"fetchall", "fetchmany", "scalars", "all", "fetch", "fetch_all", "mappings", "partitions"}


# -- columns ------------------------------------------------------------------------------------------------------


def column(owner: str, name: str, label: str = "") -> Inst:
    """The atom of a column: ``owner`` is a class's number or a table's name."""
    return Inst(f"{COLUMN}{owner}:{name}:{label or name}")


_FRAMES = frozenset(("to_dataframe", "df", "fetchdf", "fetch_df", "to_pandas", "fetch_pandas_all", "pl", "to_polars"))
_SEVERAL = re.compile(r"[a-z]+[^su]s$", re.IGNORECASE)


def read(fr: Frame, owner: str, name: str, n: int, others: Sequence[str] = ()) -> Value:
    """The value that a row has in a column; ``owner`` is a class's number or a table's name, ``others`` what is
    selected beside it."""
    if owner.isdigit() and int(owner) < len(fr.program.classes):
        from privlint.flow.attributes import opaque_attribute

        atom = Opaque(int(owner))
        found = opaque_attribute(fr, atom, name) or UNKNOWN
        kept = frozenset(a for a in found.atoms if not isinstance(a, Inst))
        marks = sources.of_attribute(fr, of(atom), name, n, "")
        return Value(kept, {**found.marks, **marks})
    match = fr.catalog.classify(name, owner or None) if name.lower() not in ("id", "pk") else None
    if match is not None and _SEVERAL.match(name) and fr.catalog.is_counted(match.data_type):
        match = None  # what a person has several of is in another table: this is how many
    elif match is None:
        match = neighbours.match(fr.catalog, name, owner, others)
        if match is None and owner and fr.catalog.is_thing(owner):
            return SCALAR  # a shop's: whatever the name says by itself
    elif neighbours.of_company(match, others):
        return SCALAR
    return only_marks(origins.of_match(fr, n, match, name, "record", Confidence.HIGH, f"column `{name}` is read"))


def _row(fr: Frame, n: int, columns: list[tuple[str, Value]]) -> Value:
    fields: dict[str, Value] = {}
    for index, (label, value) in enumerate(columns):
        fields[f"[{index}]"] = value
        if label:
            fields[f"[{label!r}]"] = value
            fields[f".{label}"] = value
    return of(fr.allocate(n, Object("tuple", -1, ROW, fields), "row"))


def yielding(fr: Frame, n: int, row: Value) -> Value:
    """Rows, each of them this one."""
    return of(fr.allocate(n, Object("iter", -1, ROWS, {"[*]": row}), "rows"))


def asked_for(fr: Frame, args: Arguments, n: int) -> Value | None:
    """The rows of ``select(...)`` or ``query(...)`` of columns, of several models, or of a table; else None."""
    columns: list[tuple[str, Value]] = []
    classes = 0
    known = False
    for value, _ in args.positional[:20]:
        found: list[tuple[str, Value]] = []
        for atom in value.ordered:
            if isinstance(atom, Inst) and atom.type.startswith(COLUMN):
                owner, name, label = atom.type[len(COLUMN) :].split(":", 2)
                found.append((label, read(fr, owner, name, n)))
                known = True
            elif isinstance(atom, Obj) and fr.object(atom.id).type == TABLE:
                known = True
                found += _table_columns(fr, atom, n)
            elif isinstance(atom, Cls) and fr.solver.records.kind(atom.cls) == "model":
                classes += 1
                found.append((fr.program.classes[atom.cls].name, of(Opaque(atom.cls))))
        columns += found or [("", UNKNOWN)]
    if not known and (classes < 2 or classes < len(columns)):
        return None
    return yielding(fr, n, _row(fr, n, columns))


# -- tables -------------------------------------------------------------------------------------------------------


def table(fr: Frame, args: Arguments, n: int) -> Value:
    """``Table("users", metadata, Column("email", String), ...)``."""
    texts = [a.value for value, _ in args.positional[:1] for a in value.atoms if isinstance(a, Lit)]
    owner = next((str(text) for text in texts), "").rpartition(".")[2]
    fields: dict[str, Value] = {}
    for value, _ in args.positional[1:]:
        for atom in value.ordered:
            if isinstance(atom, Inst) and atom.type.startswith(COLUMN):
                name = atom.type[len(COLUMN) :].split(":", 2)[1]
                fields[f".{name}"] = fields[f"[{name!r}]"] = of(column(owner.replace(":", ""), name))
    columns = of(fr.allocate(n, Object("inst", -1, "@columns", fields), "columns"))
    return of(fr.allocate(n, Object("inst", -1, TABLE, {".c": columns, ".columns": columns}), "table"))


def _table_columns(fr: Frame, atom: Obj, n: int) -> list[tuple[str, Value]]:
    out: list[tuple[str, Value]] = []
    for held in fr.object(atom.id).fields.get(".c", UNKNOWN).ordered:
        for label, value in fr.object(held.id).fields.items() if isinstance(held, Obj) else ():
            for each in value.ordered if label[0] == "." else ():
                if isinstance(each, Inst) and each.type.startswith(COLUMN):
                    owner, name, _ = each.type[len(COLUMN) :].split(":", 2)
                    out.append((name, read(fr, owner, name, n)))
    return out


# -- statements ---------------------------------------------------------------------------------------------------


def texts_of(value: Value) -> list[str]:
    """The statements that a value may be, as far as they are known."""
    found = [a.value if isinstance(a, Lit) else a.text for a in value.ordered if isinstance(a, Lit | Prefix)]
    return [text for text in found if isinstance(text, str)]


def only_reads(fr: Frame, value: Value) -> bool:
    """Whether a statement stores nothing: a ``SELECT``, in SQL or as a query of the ORM."""
    if any(isinstance(a, Obj) and fr.object(a.id).type == ROWS for a in value.atoms):
        return True
    texts = texts_of(value)
    return bool(texts) and all(sql.only_reads(text) for text in texts)


def of_statement(fr: Frame, statement: Value, n: int) -> Value | None:
    """The row that a statement yields; None where its columns are not known."""
    out: Value | None = None
    for text in texts_of(statement)[:4]:
        columns = sql.selected(text)
        if columns:
            names = [c.name for c in columns]
            held = [(c.label, _selected(fr, c, n, names) if c.name else SCALAR) for c in columns]
            row: Value | None = _row(fr, n, held)
        else:
            row = _of_all_columns(fr, sql.starred(text), n)
        if row is not None:
            out = row if out is None else join(out, row)
    return out


def _of_all_columns(fr: Frame, name: str, n: int) -> Value | None:
    """A row of ``SELECT *``, which is a whole record of its table; None where nothing personal is known of that."""
    columns = fr.solver.tables.table(name) if name else None
    return of_columns(fr, columns, n, f"row of {name}") if columns is not None else None


def of_columns(fr: Frame, columns: Columns, n: int, what: str, key: str = "") -> Value:
    """A whole row that has these columns, and is somebody, who is told by that key."""
    fields: dict[str, Value] = {}
    somebody = fr.catalog.classify(key, "user") if key else None
    if somebody is not None:
        marks = origins.of_match(fr, n, somebody, key, "key", Confidence.MEDIUM, f"`{key}` is read")
        fields[f"[{key!r}]"] = only_marks(marks)
    whole: dict[Mark, Hop | None] = {}
    for each in columns.fields:
        words = f"column `{each.name}` is read"
        marks = origins.of_match(fr, n, each.match, each.name, "record", columns.confidence, words)
        fields[f"[{each.name!r}]"] = fields[f".{each.name}"] = only_marks(marks)
        whole.update({mark._replace(whole=what): way for mark, way in marks.items()})
    return Value(of(fr.allocate(n, Object("tuple", -1, ROW, fields), "row")).atoms, whole)


def _selected(fr: Frame, column: sql.Column, n: int, others: Sequence[str]) -> Value:
    value = read(fr, column.table.rpartition(".")[2], column.name, n, others)
    if not column.grouped:
        return value
    return join(sources.counted_by(fr, value), SCALAR)  # what it is called tells no more than that


def executed(fr: Frame, callee: Callee, args: Arguments, how: str) -> Value | None:
    """A statement is executed (``queries`` of a type says how its rows come out); None where nothing is known."""
    given = next(
        (found for name in ("query", "sql", "statement", "operation") if (found := args.at(fr, 0, name))), None
    )
    if given is None:
        return None
    for atom in given[0].ordered:
        if isinstance(atom, Obj) and fr.object(atom.id).type == ROWS:
            return of(atom)
    row = of_statement(fr, given[0], callee.n)
    if how == "self" and callee.receiver is not None:
        delete(fr, callee.receiver, "[*]")
        if row is not None:
            store(fr, callee.receiver, "[*]", row)
        return callee.receiver
    if row is None:
        return None
    rows = yielding(fr, callee.n, row)
    if how == "row":
        return row
    return item(fr, row, "[0]") if how == "value" else rows


def method(fr: Frame, callee: Callee) -> Value | None:
    """A method of rows, of a cursor that has some, of a column or of a table; None for anything else."""
    out: Value | None = None
    for atom in callee.receiver.ordered if callee.receiver is not None else ():
        found: Value | None = None
        if isinstance(atom, Inst) and atom.type.startswith(COLUMN):
            found = of(atom) if callee.attribute in ("label", "cast", "distinct", "op") else SCALAR
        elif isinstance(atom, Obj):
            obj = fr.object(atom.id)
            if obj.type == ROWS:
                found = _of_rows(fr, callee, atom)
            elif obj.type == TABLE:
                found = _of_table(fr, callee, atom)
            elif callee.attribute in _FETCH | _FRAMES and _has_row(fr, obj):
                found = _of_rows(fr, callee, atom)
        if found is not None:
            out = found if out is None else join(out, found)
    return out


def _has_row(fr: Frame, obj: Object) -> bool:
    held = obj.fields.get("[*]", UNKNOWN)
    return any(isinstance(a, Obj) and fr.object(a.id).type == ROW for a in held.atoms)


def _of_rows(fr: Frame, callee: Callee, atom: Obj) -> Value:
    row = element(fr, of(atom))
    name = callee.attribute
    if name in _ONE:
        return row
    if name in _VALUE:
        return item(fr, row, "[0]")
    if name == "group_by":
        return yielding(fr, callee.n, _grouped(fr, row, callee.n))
    if name in _FRAMES:
        from privlint.flow import frames  # late: frames read rows

        return frames.made(fr, callee.n, frames.PANDAS, frames.columns_of(fr, row))
    if name == "scalars":
        return yielding(fr, callee.n, item(fr, row, "[0]"))
    if name in _NUMBER:
        return SCALAR
    return of(atom) if fr.object(atom.id).type == ROWS else yielding(fr, callee.n, row)


def _grouped(fr: Frame, row: Value, n: int) -> Value:
    """A row that stands for a group: what its columns are called tells no more than that."""
    atoms: list[Atom] = []
    for atom in row.ordered:
        if isinstance(atom, Obj) and fr.object(atom.id).type == ROW:
            obj = fr.object(atom.id)
            fields = {label: sources.counted_by(fr, value) for label, value in obj.fields.items()}
            atom = fr.allocate(n, Object(obj.kind, obj.cls, obj.type, fields), "group")
        atoms.append(atom)
    return Value(frozenset(atoms), row.marks)


def _of_table(fr: Frame, callee: Callee, atom: Obj) -> Value:
    if callee.attribute == "select":
        return yielding(fr, callee.n, _row(fr, callee.n, _table_columns(fr, atom, callee.n)))
    return of(Inst("sqlalchemy.sql.expression.Insert"))
