"""Statements in SQL: which columns a constant text selects, and which it writes.

The parser is loaded when the first statement is read.  A text of which only the beginning is known is read as far as it
goes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w*\}")
_READS = re.compile(
    r"[\s(]*(select|show|pragma|explain|describe|delete|create(?!\s*\()|drop|alter|truncate|begin|commit)\b", re.I
)
_STARRED = re.compile(r"\s*select\s+\*\s+from\s+[\"'`\[]?(?:\w+\.)?(\w+)", re.I)
_JOINED = re.compile(r"\bjoin\b|\bunion\b", re.I)
_LOOKS = re.compile(r"[\s(]*(select|with|insert|update|replace)\b", re.I)
_COLUMNS = 60  # of one statement


class Column(NamedTuple):
    """A column of a result: what it is called there, the column that it is taken from (``""``: none, a count), and
    the table, where it can be told; ``grouped``: rows are groups by it."""

    label: str
    name: str
    table: str
    grouped: bool = False


def only_reads(text: str) -> bool:
    """Whether a statement stores nothing of its arguments."""
    return _READS.match(text) is not None and not re.search(r"\binto\b", text, re.I)


def starred(text: str) -> str:
    """The one table of which a statement yields all columns (``SELECT * FROM users WHERE ...``), or an empty string."""
    found = _STARRED.match(text)
    return found[1] if found is not None and not _JOINED.search(text) else ""


@lru_cache(maxsize=2048)
def selected(text: str) -> tuple[Column, ...]:
    """The columns of the rows that a statement yields, in order; none where they cannot be told (``SELECT *``)."""
    if not _LOOKS.match(text):
        return ()
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ErrorLevel, SqlglotError

    try:
        tree = sqlglot.parse_one(_PLACEHOLDER.sub("?", text), error_level=ErrorLevel.IGNORE)
    except (SqlglotError, RecursionError, ValueError):
        return ()
    select = tree if isinstance(tree, exp.Select) else tree.find(exp.Select)
    returning = tree.args.get("returning") if not isinstance(tree, exp.Select) else None
    if returning is None and (select is None or isinstance(tree, exp.Insert | exp.Update)):
        return ()
    parts = returning.expressions if returning is not None else select.expressions if select is not None else []
    tables = [table for table in tree.find_all(exp.Table) if table.name]
    aliases = {table.alias_or_name: table.name for table in tables}
    only = tables[0].name if len({table.name for table in tables}) == 1 else ""
    out: list[Column] = []
    grouped = select is not None and select.args.get("group") is not None
    for part in parts[:_COLUMNS]:
        if part.find(exp.Star) is not None and part.find(exp.Count) is None:
            return ()
        out.append(_column(part, aliases, only)._replace(grouped=grouped))
    return tuple(out)


def _column(part: object, aliases: dict[str, str], only: str) -> Column:
    from sqlglot import exp

    assert isinstance(part, exp.Expression)
    inside = list(part.find_all(exp.Column))
    aggregate = part.find(
        exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Stddev, exp.Variance, exp.Exists, exp.Length
    )
    label = part.alias_or_name
    if aggregate is not None or not inside or part.find(exp.Predicate) is not None:
        return Column(label, "", "")
    named = inside[0]
    return Column(label, named.name, aliases.get(named.table, only))
