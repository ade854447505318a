"""Stores of personal data that no class describes: tables of SQL statements, collections of documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from privlint.catalog.catalog import Catalog
from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import Facts, Store
from privlint.model.location import Site

# What speaks of time in a function that deletes.
_IN_TIME = re.compile(
    r"timedelta|cutoff|cut_off|retention|older|expir|stale|threshold|purge|clean_?up|prune|__lte?\Z|_before|before_|"
    r"closed|kept|ttl|max_age|max_days|relativedelta|deadline|obsolete|inactive_since|days\Z",
    re.IGNORECASE,
)
_SQL_ERASES_ONE_OF = re.compile(r"\b(?:delete\s+from|truncate(?:\s+table)?)\s+[\"'`]?\Z", re.IGNORECASE)
_TABLE = re.compile(r"[A-Za-z_][\w.]*")
_SQL_ERASES = re.compile(r"\b(?:delete\s+from|truncate(?:\s+table)?)\s+[\"'`]?([\w.]+)", re.IGNORECASE)
_SQL_IN_TIME = re.compile(
    r"\b(?:delete\s+from|update)\b.*\bwhere\b.*(?:\binterval\b|\bnow\s*\(|\bcurrent_(?:date|timestamp)\b|"
    r"\b(?:date|datetime|date_sub|dateadd|datediff|age|unix_timestamp|getdate|julianday)\s*\(|"
    r"\b(?:\w+_)?(?:at|on|date|time|day|created|updated|timestamp|ts)\b[\"'`\s]*<)",
    re.IGNORECASE | re.DOTALL,
)
_TIMES = re.compile(r"(?:\A|_)(?:at|on|date|time|day|created|updated|timestamp|ts)\Z|mtime|ctime", re.IGNORECASE)
_OLDER = frozenset(("$lt", "$lte"))
_INDEXES = frozenset(("create_index", "create_indexes", "ensure_index"))
EXPIRES = "expireAfterSeconds"  # of an index of MongoDB
_SQL_BLANKS = re.compile(r"\bupdate\s+[\"'`]?([\w.]+)[\"'`]?\s+set\b.*?=\s*(?:null|'')", re.IGNORECASE | re.DOTALL)
_SQL_KEEPS = re.compile(
    r"\b(?:insert(?:\s+or\s+\w+)?|replace)\s+into\s+[\"'`]?([\w.]+)[\"'`]?\s*\(([^)]*)\)", re.IGNORECASE
)
_INSERTS = frozenset(("insert_one", "insert_many", "insert", "replace_one", "save", "bulk_write", "put_item"))
_DROPS = frozenset(("delete_one", "delete_many", "remove", "drop", "find_one_and_delete", "delete_item", "delete"))
REFERENCES = frozenset(("account.user_id", "account.nickname", "account.avatar"))


class Statements:
    """Looks through statements and calls."""

    def __init__(self, calls: Calls, catalog: Catalog) -> None:
        self._calls = calls
        self._program = calls.program
        self._catalog = catalog
        self._dropped_memo: set[str] | None = None
        self._expiring_memo: set[str] | None = None

    def tables_erased(self, functions: Iterable[int]) -> dict[str, set[int]]:
        """The tables that statements delete from, or blank, each with the functions that have them."""
        out: dict[str, set[int]] = {}
        for fn in functions:
            for text in self._texts(fn):
                found = (*_SQL_ERASES.findall(text), *_SQL_BLANKS.findall(text))
                for table in found or (self._named(fn) if _SQL_ERASES_ONE_OF.search(text) else ()):
                    out.setdefault(table.rpartition(".")[2].lower(), set()).add(fn)
        return out

    def _texts(self, fn: int) -> Iterator[str]:
        return (text for text in self._constants(fn) if len(text) > 11)

    def _named(self, fn: int) -> Iterator[str]:
        """What may be put into ``f"DELETE FROM {table}"``: all names written in the function, and in its module."""
        module = self._program.modules[self._program.functions[fn].module]
        for each in (fn, *module.functions[:1]):
            yield from (text for text in self._constants(each) if _TABLE.fullmatch(text))

    def _constants(self, fn: int) -> Iterator[str]:
        for block in self._program.functions[fn].ir.blocks:
            for op in block.ops:
                if type(op) is o.Const and isinstance(op.value, str):
                    yield op.value

    def by_statement(self, functions: Iterable[int], erased: dict[str, set[int]], known: set[str]) -> list[Store]:
        """``INSERT INTO people (...)`` for tables that no class describes."""
        out: list[Store] = []
        for fn in functions:
            body = self._calls.body(fn)
            for _, call in body.calls:
                for arg in call.args:
                    value = body.constant(arg.reg)
                    found = _SQL_KEEPS.search(value) if isinstance(value, str) else None
                    if found is None:
                        continue
                    table = found[1].rpartition(".")[2].lower()
                    matches = [
                        match
                        for column in found[2].split(",")
                        if (match := self._catalog.classify(column.strip(" \"'`\n"), table)) is not None
                        and match.confidence is not Confidence.LOW
                    ]
                    types = tuple(sorted({match.data_type for match in matches} - REFERENCES))
                    if types and table not in known:
                        subject = next((match.subject for match in matches if match.subject), None)
                        cleaned = any(in_time(self._calls, each) for each in erased.get(table, ()))
                        site = Site(self._program.modules[self._program.functions[fn].module].path, call.n)
                        out.append(Store(site, table, "database", types, subject, Confidence.MEDIUM, table in erased,
                                         cleaned, self._program.functions[fn].dotted))  # fmt: skip
        first: dict[str, Store] = {}
        for store in sorted(out, key=lambda store: store.site):
            first.setdefault(store.name, store)
        return list(first.values())

    def by_collection(self, facts: Facts) -> list[Store]:
        """``db.people.insert_one(...)`` of document stores."""
        dropped = self._dropped
        groups: dict[str, list[tuple[Site, str, str | None, str]]] = {}
        for flow in facts.flows:
            parts = flow.target.callee.split(".")
            of_record = flow.target.argument == "self"  # ``payment.save()``: a row, of a table that has a class
            if flow.target.kind == "database" and len(parts) > 1 and parts[-1] in _INSERTS and not of_record:
                name = parts[-2].removeprefix("self").strip("_")
                groups.setdefault(name, []).append(
                    (flow.target.call, flow.origin.data_type, flow.origin.subject, flow.target.function)
                )
        out: list[Store] = []
        for name, found in groups.items():
            types = tuple(sorted({each[1] for each in found} - REFERENCES))
            if types and name and name not in ("session", "db", "objects", "form", "serializer"):
                site, _, subject, function = min(found, key=lambda each: each[0])
                cleaned = name in self._expiring
                out.append(Store(site, name, "database", types, subject, Confidence.MEDIUM, name in dropped or cleaned,
                                 cleaned, function))  # fmt: skip
        return out

    @property
    def _dropped(self) -> set[str]:
        found = self._dropped_memo
        if found is None:
            found = self._dropped_memo = self._find_dropped()
        return found

    def _find_dropped(self) -> set[str]:
        return {name for _, name in self._drops()}

    def _drops(self) -> Iterator[tuple[int, str]]:
        """The collections that documents, or fields of documents, are taken out of, each with the function."""
        for function in self._program.functions:
            ops = [op for block in function.ir.blocks for op in block.ops]
            unsets = any(type(op) is o.Const and op.value == "$unset" for op in ops)
            for op in ops:
                parts = op.text.split(".") if type(op) is o.Call else []
                if len(parts) > 1 and (parts[-1] in _DROPS or (unsets and parts[-1].startswith("update_"))):
                    yield function.id, parts[-2].removeprefix("self").strip("_")

    @property
    def _expiring(self) -> set[str]:
        found = self._expiring_memo
        if found is None:
            found = self._expiring_memo = self._find_expiring()
        return found

    def _find_expiring(self) -> set[str]:
        """The collections with an index by which the database forgets what is older, or that are cleaned by time."""
        out = {name for fn, name in self._drops() if in_time(self._calls, fn)}
        for function in self._program.functions:
            if not any(expiring(op) for block in function.ir.blocks for op in block.ops if type(op) is o.Call):
                continue
            body = self._calls.body(function.id)
            for _, call in body.calls:
                parts = call.text.split(".")
                if parts[-1] in _INDEXES and self._given_expiry(body, call):
                    out.add(parts[-2].strip("_") if len(parts) > 1 else "")
        return out

    @staticmethod
    def _given_expiry(body: Body, call: o.Call) -> bool:
        """``create_index("at", expireAfterSeconds=60)``, also by an ``IndexModel`` among what is given."""
        given = [body.only(arg.reg) for arg in call.args]
        parts = [body.only(part.reg) for op in given if isinstance(op, o.Build) for part in op.parts]
        return any(isinstance(op, o.Call) and expiring(op) for op in (call, *given, *parts))


def expiring(call: o.Call) -> bool:
    """Whether a call says that a database forgets what is older."""
    return any(arg.label == EXPIRES for arg in call.args)


def _speaks_of_time(text: str) -> bool:
    return text in _OLDER or _SQL_IN_TIME.search(text) is not None


def in_time(calls: Calls, fn: int) -> bool:
    """Whether time has to do with what a function deletes."""
    ir = calls.program.functions[fn].ir
    if _IN_TIME.search(ir.name):
        return True
    dated = {op.dst for block in ir.blocks for op in block.ops if isinstance(op, o.LoadAttr) and _TIMES.search(op.name)}
    for block in ir.blocks:
        for op in block.ops:
            if isinstance(op, o.Const) and isinstance(op.value, str) and _speaks_of_time(op.value):
                return True
            if isinstance(op, o.Combine) and op.op in ("<", "<=", ">", ">=") and not dated.isdisjoint(op.args):
                return True
            if isinstance(op, o.LoadName) and _IN_TIME.search(op.slot):
                return True
            if isinstance(op, o.LoadAttr) and _IN_TIME.search(op.name):
                return True
            if isinstance(op, o.Call) and any(arg.label and _IN_TIME.search(arg.label) for arg in op.args):
                return True
    return False
