"""Which fields a table, a model or a record has, by its class, its name in SQL, or what is read of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from privlint.flow import limits
from privlint.flow.sources import OF_ROWS
from privlint.flow.uses import words
from privlint.flow.uses.code import Code, Names
from privlint.ir import ops as o
from privlint.model.data import Confidence, NameMatch
from privlint.resolve.program import Function

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

_CREATE = re.compile(r"create\s+table\s+(?:if\s+not\s+exists\s+)?[\"'`\[]?(?:\w+\.)?(\w+)[\"'`\]]?\s*\(", re.IGNORECASE)
_NAMED = re.compile(  # INSERT INTO users (email, ...), SELECT email, ... FROM users, UPDATE users SET email = ...
    r"\binsert\s+into\s+[\"`\[]?(?:\w+\.)?(?P<into>\w+)[\"`\]]?\s*\((?P<put>[\w\s,\"`]+)\)|"
    r"\bselect\s+(?P<read>\w[\w.\s,\"`]*?)\s+from\s+[\"`\[]?(?:\w+\.)?(?P<of>\w+)|"
    r"\bupdate\s+[\"`\[]?(?:\w+\.)?(?P<in>\w+)[\"`\]]?\s+set\s+(?P<set>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SET = re.compile(r"[\"`\[]?(\w+)[\"`\]]?\s*=")
_COLUMN = re.compile(r"\s*[\"'`\[]?(\w+)")
_NO_COLUMN = frozenset({"primary", "foreign", "unique", "check", "constraint", "key", "index"})
_NESTED = 4  # displays and variables in each other that keys are looked for in
_SHORTEST = 15  # characters of a statement
_USER = "django.contrib.auth.models.AbstractUser"
_USERS = ("AbstractUser", "AbstractBaseUser")
_FULL_USERS = frozenset(("AbstractUser", "User"))  # which have a name, a login name and an address already


class Column(NamedTuple):
    """A field that holds personal data."""

    name: str
    match: NameMatch


class Columns(NamedTuple):
    """The fields of a table or record that hold personal data, and how sure it is that they are all."""

    name: str
    fields: tuple[Column, ...]
    confidence: Confidence

    def without(self, names: frozenset[str]) -> Columns:
        """The same without some fields."""
        return self._replace(fields=tuple(each for each in self.fields if each.name not in names))


class Tables:
    """Answers for one program; None where nothing personal is known of a table."""

    def __init__(self, solver: Solver, names: Names) -> None:
        self._solver = solver
        self._program = solver.program
        self._names = names
        self._by_name: dict[str, Columns] | None = None
        self._by_collection: dict[str, Columns] | None = None

    def of_class(self, cls: int) -> Columns | None:
        """The fields of a class of the program, those of its library bases included."""
        info = self._program.classes[cls]
        found = [Column(name, field.match) for name, field in self._solver.records.fields(cls).items()]
        bases = {base.rpartition(".")[2] for base in self._program.external_bases(cls)}
        if bases & _FULL_USERS:
            found += [each for each in self._library_user() if each.name not in {f.name for f in found}]
        kept = tuple(each for each in found if each.match.confidence is not Confidence.LOW)
        return Columns(info.name, kept, Confidence.HIGH) if kept else None

    def _library_user(self) -> list[Column]:
        """The fields that the user class of Django has, as the rule packs tell."""
        out = []
        for rule in self._solver.catalog.rules.sources:
            if rule.at == "attribute" and rule.owner == _USER and not rule.data.startswith("$"):
                match = self._solver.catalog.classify(rule.name, "User")
                if match is not None:
                    out.append(Column(rule.name, match._replace(data_type=rule.data, confidence=Confidence.HIGH)))
        return out

    def named(self, function: Function, code: Code, reg: int) -> Columns | None:
        """The fields of the class that a register holds."""
        return self.at(function, code.text(reg))

    def at(self, function: Function, text: str) -> Columns | None:
        """The fields of the class that a text names in a function's module."""
        if not text:
            return None
        if text.rpartition(".")[2] == "get_user_model()":
            return self._own_user()
        entity = self._program.lookup(self._program.modules[function.module], text)
        if entity is None:
            return None
        if entity.kind == "class":
            return self.of_class(entity.number)
        if entity.kind == "external" and entity.path.startswith("django.contrib.auth") and entity.path.endswith("User"):
            return Columns("User", tuple(self._library_user()), Confidence.HIGH)
        return None

    def _own_user(self) -> Columns | None:
        """The class that ``get_user_model()`` gives: the one that derives from Django's, else Django's."""
        for cls in self._program.classes:
            if any(base.rpartition(".")[2] in _USERS for base in self._program.external_bases(cls.id)):
                return self.of_class(cls.id)
        return Columns("User", tuple(self._library_user()), Confidence.MEDIUM)

    def made_by(self, function: Function, code: Code, op: o.Call) -> Columns | None:
        """The fields of what a call makes or keeps: ``User(...)``, ``User.objects.create()``, ``users.insert()``."""
        text = code.callee(op)
        head, _, rest = text.partition(".")
        last = text.rpartition(".")[2]
        entity = self._program.lookup(self._program.modules[function.module], text) if text else None
        if entity is not None and entity.kind == "class":
            described = self._solver.records.kind(entity.number) in ("body", "form", "serializer")
            return None if described else self.of_class(entity.number)
        if last in words.WRITERS and rest:
            found = self.at(function, head)
            if found is not None:
                return found
        if last in words.DOCUMENTS and rest:
            table = text.split(".")[-2].removesuffix("()")
            return self.table(table) or self.read_from(code, table)
        return None

    # -- tables by name ------------------------------------------------------------------------------------------

    def table(self, name: str) -> Columns | None:
        """The fields of a table of that name, by the class that is stored in it or the statement that creates it."""
        if self._by_name is None:
            self._by_name = self._known()
        key = name.lower()
        return self._by_name.get(key) or self._by_name.get(key.removesuffix("s"))

    def documents(self, name: str) -> Columns | None:
        """The fields of the documents that the program puts into a collection of that name."""
        if self._by_collection is None:
            self._by_collection = self._collected()
        return self._by_collection.get(name)

    def _collected(self) -> dict[str, Columns]:
        keys: dict[str, dict[str, None]] = {}
        for function in self._program.functions:
            ops = (op for block in function.ir.blocks for op in block.ops if isinstance(op, o.Call) and op.args)
            for op in [op for op in ops if op.text.rpartition(".")[2] in words.COLLECTING]:
                *_, name, method = ("", *op.text.split("."))
                given = op.args[1:2] if method in words.CHANGING else op.args[:1]
                for arg in given:
                    keys.setdefault(name, {}).update(dict.fromkeys(_keys_of(self._names.code(function.id), arg.reg, 0)))
        return {name: found for name, each in keys.items() if (found := self._document(name, each)) is not None}

    def _document(self, name: str, keys: Iterable[str]) -> Columns | None:
        """What is personal in a document; beside an address, what stands for somebody's name is one."""
        columns = [column for key in keys if (column := self._column(key, name)) is not None and self._sure(column)]
        if any(column.match.data_type.startswith("contact.") for column in columns):
            known = {column.name for column in columns}
            columns += [each for key in keys if key not in known and (each := self._column(key, "user")) is not None]
        return Columns(name, tuple(columns), Confidence.MEDIUM) if columns else None

    def _sure(self, column: Column) -> bool:
        """Whether a key says by itself what it holds: the `job` of an applicant is one that is applied for."""
        return column.match.data_type.startswith(OF_ROWS) or self._solver.catalog.classify(column.name) is not None

    def _known(self) -> dict[str, Columns]:
        out: dict[str, Columns] = {}
        for cls in self._program.classes:
            if self._solver.records.kind(cls.id) != "model":
                continue
            columns = self.of_class(cls.id)
            if columns is None:
                continue
            snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.name).lower()
            app = self._program.modules[cls.module].name.split(".")[-2:][0]
            given = cls.listings.get("__tablename__", ())
            for key in (*given, snake, f"{app}_{cls.name.lower()}", cls.name.lower()):
                out.setdefault(key.lower(), columns)
        spoken: dict[str, dict[str, Column]] = {}
        for function in self._program.functions:
            for op in self._names.code(function.id).made.values():
                if isinstance(op, o.Const) and isinstance(op.value, str) and len(op.value) > _SHORTEST:
                    for columns in self._created(op.value):
                        out.setdefault(columns.name.lower(), columns)
                    for table, column in self._spoken_of(op.value):
                        spoken.setdefault(table, {}).setdefault(column.name, column)
        for table, found in spoken.items():  # statements that name some columns of a table
            out.setdefault(table, Columns(table, tuple(found.values()), Confidence.MEDIUM))
        return out

    def _spoken_of(self, statement: str) -> Iterator[tuple[str, Column]]:
        for match in _NAMED.finditer(statement[: limits.TEXT]):
            table = (match["into"] or match["of"] or match["in"]).lower()
            named = _SET.findall(match["set"]) if match["set"] else (match["put"] or match["read"]).split(",")
            for name in named:
                column = self._column(name.strip(' "`\n').rpartition(".")[2], table)
                if column is not None:
                    yield table, column

    def _created(self, statement: str) -> list[Columns]:
        out = []
        for match in _CREATE.finditer(statement[: limits.TEXT]):
            names = _columns(statement[match.end() : limits.TEXT])
            found = tuple(column for name in names if (column := self._column(name, match[1])) is not None)
            if found:
                out.append(Columns(match[1], found, Confidence.HIGH))
        return out

    def _column(self, name: str, table: str) -> Column | None:
        for owner in dict.fromkeys((table, table.removesuffix("s"))):  # a table of members is one of each member
            match = self._solver.catalog.classify(name, owner)
            if match is not None and match.confidence is not Confidence.LOW:
                return Column(name, match)
        return None

    def read_from(self, code: Code, table: str) -> Columns | None:
        """The fields of a table of people that a function reads from its rows, where nothing else is known of it."""
        if self._solver.catalog.classify("name", table) is None:
            return None
        keys = [
            str(code.constant(op.key))
            for op in code.made.values()
            if isinstance(op, o.LoadItem) and isinstance(code.constant(op.key), str)
        ]
        found = [column for key in dict.fromkeys(keys) if (column := self._column(key, table)) is not None]
        return Columns(table, tuple(found), Confidence.LOW) if found else None


def _columns(text: str) -> list[str]:
    """The names of the columns in the parentheses of a ``CREATE TABLE``."""
    out: list[str] = []
    depth, start = 0, 0
    for at, letter in enumerate(text):
        if letter == "(":
            depth += 1
        elif letter == ")" or (letter == "," and depth == 0):
            if letter == ")" and depth > 0:
                depth -= 1
                continue
            match = _COLUMN.match(text, start, at)
            if match is not None and match[1].lower() not in _NO_COLUMN:
                out.append(match[1])
            start = at + 1
            if letter == ")":
                break
    return out


def _keys_of(code: Code, reg: int, depth: int) -> Iterator[str]:
    """The keys of the documents that a register holds: of a display, of each of a list, of what ``$set`` sets."""
    op = code.made.get(reg)
    if isinstance(op, o.LoadName) and depth < _NESTED:
        for store in code.stores.get(op.slot, ())[:2]:
            yield from _keys_of(code, store.src, depth + 1)
    elif isinstance(op, o.Build) and op.kind == "list" and depth < _NESTED:
        for part in op.parts[:2]:
            yield from _keys_of(code, part.reg, depth + 1)
    elif isinstance(op, o.Build) and op.kind == "dict":
        parts = iter(op.parts)
        for key in parts:
            value = None if key.label == "**" else next(parts, None)
            name = code.constant(key.reg)
            if value is None:
                yield from _keys_of(code, key.reg, depth + 1) if depth < _NESTED else ()
            elif name in ("$set", "$setOnInsert") and depth < _NESTED:
                yield from _keys_of(code, value.reg, depth + 1)
            elif isinstance(name, str) and not name.startswith("$"):
                yield name.partition(".")[0]
