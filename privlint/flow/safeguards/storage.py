"""Tables and collections that hold personal data, and what the program does to get rid of it again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from privlint.catalog.catalog import Catalog
from privlint.catalog.words import tokens
from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import Facts, Store
from privlint.model.location import Site

if TYPE_CHECKING:
    from privlint.flow.records import Field, Records

# Functions that make data of a person say nothing any more.
FORGETTING = re.compile(
    r"anonymi[sz]|erase|forget|scrub|redact|wipe|purge|pseudonymi[sz]|gdpr|"
    r"(?:delete|remove|close|clear|destroy)_?(?:user|account|customer|profile|member|me\b|my|personal|patient|person)",
    re.IGNORECASE,
)
# What speaks of time in a function that deletes.
_IN_TIME = re.compile(
    r"timedelta|cutoff|cut_off|retention|older|expir|stale|threshold|purge|clean_?up|prune|__lte?\Z|_before|before_|"
    r"closed|kept|ttl|max_age|max_days|relativedelta|deadline|obsolete|inactive_since|days\Z",
    re.IGNORECASE,
)
_SQL_ERASES = re.compile(r"\b(?:delete\s+from|truncate(?:\s+table)?)\s+[\"'`]?([\w.]+)", re.IGNORECASE)
_SQL_BLANKS = re.compile(r"\bupdate\s+[\"'`]?([\w.]+)[\"'`]?\s+set\b.*?=\s*(?:null|'')", re.IGNORECASE | re.DOTALL)
_SQL_KEEPS = re.compile(
    r"\b(?:insert(?:\s+or\s+\w+)?|replace)\s+into\s+[\"'`]?([\w.]+)[\"'`]?\s*\(([^)]*)\)", re.IGNORECASE
)
SQL = re.compile(r"\b(?:delete\s+from|truncate|insert|replace|update)\b", re.IGNORECASE)
_ERASING_VIEW = re.compile(
    r"Delete|Destroy|ModelViewSet|ModelAdmin|ModelView\Z|CRUD|InlineModelAdmin|TabularInline|StackedInline"
)
_REGISTERS = re.compile(
    r"(?:^|\.)(register|ModelView|ModelAdmin|ModelRestApi|add_model|create_admin)\Z|CRUD|ModelView\Z"
)
_LINKS = frozenset(("ForeignKey", "OneToOneField", "ForeignKeyField", "ParentalKey", "ReferenceField", "Reference"))
_INSERTS = frozenset(("insert_one", "insert_many", "insert", "replace_one", "save", "bulk_write", "put_item"))
_DROPS = frozenset(("delete_one", "delete_many", "remove", "drop", "find_one_and_delete", "delete_item", "delete"))
_REFERENCES = frozenset(("account.user_id", "account.nickname", "account.avatar"))


class Storage:
    """Looks for tables, and for whoever deletes from them."""

    def __init__(
        self,
        calls: Calls,
        records: Records,
        catalog: Catalog,
        erasures: Iterable[tuple[int, int, int]],
        unknown: Iterable[tuple[str, int, int]],
    ) -> None:
        self._calls = calls
        self._program = calls.program
        self._records = records
        self._catalog = catalog
        self._by_class: dict[int, set[int]] = {}
        for cls, fn, _ in erasures:
            if not calls.in_tests(fn):
                self._by_class.setdefault(cls, set()).add(fn)
        self._unknown = {(name, fn) for name, fn, _ in unknown if not calls.in_tests(fn)}

    def find(self, facts: Facts, hinted: Iterable[int]) -> list[Store]:
        """All stores of personal data, in order."""
        hinted = [fn for fn in hinted if not self._calls.in_tests(fn)]
        tables = self._tables_erased(hinted)
        blanked = self._blanked(hinted)
        models = [cls.id for cls in self._program.classes if self._holds(cls.id)]
        erasers: dict[int, set[int]] = {}
        for cls in models:
            found = self._erasers(cls, tables, blanked)
            if found is not None:
                erasers[cls] = found
        self._cascade(erasers)
        unsure = any(name in ("obj", "instance", "object", "self", "item", "row", "record", "entity", "") for name, _ in
                     self._unknown)  # fmt: skip
        out = [self._table(cls, erasers.get(cls), unsure) for cls in models if self._personal(cls)]
        known = {table for cls in models for table in self._table_names(cls)}
        out += self._by_statement(hinted, tables, known)
        out += self._by_collection(facts)
        return sorted(set(out), key=lambda store: (store.site, store.name))

    # -- models --------------------------------------------------------------------------------------------------

    def _holds(self, cls: int) -> bool:
        info = self._program.classes[cls]
        path = f"/{self._program.modules[info.module].path}"
        if self._records.kind(cls) != "model" or "/migrations/" in path or self._calls.in_tests(self._body_of(cls)):
            return False
        return not self._is_abstract(cls)

    def _body_of(self, cls: int) -> int:
        info = self._program.classes[cls]
        return self._program.modules[info.module].functions[info.body]

    def _is_abstract(self, cls: int) -> bool:
        info = self._program.classes[cls]
        if "__abstract__" in info.fields or info.name in ("Base", "Model", "BaseModel"):
            return True
        if "Meta" in info.inner:
            number = self._program.modules[info.module].classes[info.inner["Meta"]]
            body = self._calls.body(self._body_of(number))
            stored = [*body.stores.get("abstract", ()), *body.stores.get("managed", ())]
            return any((body.constant(store.src) is True) is (store.slot == "abstract") for _, store in stored)
        return False

    def _personal(self, cls: int) -> dict[str, Field]:
        own = self._records.fields(cls)
        return {
            name: field
            for name, field in own.items()
            if field.match.confidence is not Confidence.LOW and field.match.data_type not in _REFERENCES
        }

    def _table(self, cls: int, erasers: set[int] | None, unsure: bool) -> Store:
        info = self._program.classes[cls]
        fields = self._personal(cls)
        types = tuple(sorted({field.match.data_type for field in fields.values()}))
        subjects = {field.match.subject for field in fields.values()} - {None}
        confidence = min(Confidence.MEDIUM, max(field.match.confidence for field in fields.values()))
        cleaned = any(self._in_time(fn) for fn in erasers or ())
        site = Site(self._program.modules[info.module].path, info.n)
        subject = subjects.pop() if len(subjects) == 1 else None
        if unsure and erasers is None:
            confidence = Confidence.LOW
        return Store(site, info.name, "database", types, subject, confidence, erasers is not None, cleaned, info.dotted)

    def _erasers(self, cls: int, tables: dict[str, set[int]], blanked: dict[str, set[int]]) -> set[int] | None:
        """The functions that delete from a table (an empty set: a framework does); None if nothing does."""
        info = self._program.classes[cls]
        family = {cls, *info.mro, *self._program.subclasses.get(cls, ())}
        found: set[int] = set()
        for other in family:
            if other == cls or not self._is_root(other):
                found |= self._by_class.get(other, set())
        words = tokens(info.name)
        for name, fn in self._unknown:
            own = tokens(name)
            if own and (own == words or (own[-1] == words[-1] and len(own) == 1)):
                found.add(fn)
        for table in self._table_names(cls):
            found |= tables.get(table, set())
        for name in self._personal(cls):
            found |= blanked.get(name, set())
        by_framework = self._by_framework(cls)
        return found if found or by_framework else None

    def _is_root(self, cls: int) -> bool:
        """Whether many unrelated models derive from a class."""
        return len(self._program.subclasses.get(cls, ())) > 6

    def _table_names(self, cls: int) -> set[str]:
        info = self._program.classes[cls]
        snake = "_".join(tokens(info.name))
        names = {snake, f"{snake}s", f"{snake[:-1]}ies" if snake.endswith("y") else f"{snake}es"}
        body = self._calls.body(self._body_of(cls))
        bodies = [body]
        for inner in ("Meta", "__meta__"):
            if inner in info.inner:
                number = self._program.modules[info.module].classes[info.inner[inner]]
                bodies.append(self._calls.body(self._body_of(number)))
        for each in bodies:
            for slot in ("__tablename__", "db_table", "table_name"):
                for _, store in each.stores.get(slot, ()):
                    value = each.constant(store.src)
                    if isinstance(value, str):
                        names.add(value.lower())
        return names

    def _by_framework(self, cls: int) -> bool:
        """Whether an admin site, a generic view or a view set lets somebody delete."""
        if any(_REGISTERS.search(handed.into) for handed in self._calls.handed_class(cls)):
            return True
        return any(model == cls for model in self._erasing_views)

    @cached_property
    def _erasing_views(self) -> set[int]:
        """The models of views and admin pages that let somebody delete."""
        out: set[int] = set()
        for info in self._program.classes:
            bases = [self._program.classes[base].name for base in info.mro[1:]]
            bases += [base.rpartition(".")[2] for base in self._program.external_bases(info.id)]
            if not any(_ERASING_VIEW.search(base) for base in bases):
                continue
            body = self._calls.body(self._body_of(info.id))
            module = self._program.modules[info.module]
            for slot in ("model", "queryset", "datamodel"):
                for _, store in body.stores.get(slot, ()):
                    text = body.words(store.src).text.partition(".objects")[0].partition(".query")[0]
                    entity = self._program.lookup(module, text.replace("()", "")) if text else None
                    if entity is not None and entity.kind == "class":
                        out.add(entity.number)
        return out

    def _cascade(self, erasers: dict[int, set[int]]) -> None:
        """What goes with the row that it belongs to."""
        links: dict[int, list[tuple[int | None, str]]] = {}
        owned: dict[int, set[int]] = {}
        for info in self._program.classes:
            if self._records.kind(info.id) == "model":
                links[info.id] = list(self._links(info.id))
                owned[info.id] = set(self._owned(info.id))
        for _ in range(8):
            before = len(erasers)
            for cls, found in links.items():
                if cls in erasers:
                    continue
                for target, name in found:
                    if target is None and name:  # a table of a library: django.contrib.auth's users
                        erasers[cls] = set()
                    elif target is not None and target in erasers:
                        erasers[cls] = set(erasers[target])
            for cls in list(erasers):
                for child in owned.get(cls, ()):
                    erasers.setdefault(child, set(erasers[cls]))
            if len(erasers) == before:
                return

    def _links(self, cls: int) -> Iterator[tuple[int | None, str]]:
        """The tables with whose rows this one's go: by class, or by name where it is a library's."""
        body = self._calls.body(self._body_of(cls))
        for base in self._program.classes[cls].mro:
            body = self._calls.body(self._body_of(base))
            for _, call in body.calls:
                if body.words(call.func).last not in _LINKS:
                    continue
                rules = [arg for arg in call.args if arg.label in ("on_delete", "ondelete", "reverse_delete_rule")]
                shown = [body.words(arg.reg).text or str(body.constant(arg.reg)) for arg in rules]
                if not any("CASCADE" in text.upper() for text in shown):
                    continue
                first = next((arg for arg in call.args if arg.label in (None, "to")), None)
                if first is None:
                    continue
                value = body.constant(first.reg)
                name = value if isinstance(value, str) else body.words(first.reg).text
                yield self._named(cls, name), name

    def _named(self, cls: int, name: str) -> int | None:
        if name == "self":
            return cls
        if "AUTH_USER_MODEL" in name or name.lower() == "auth.user":
            users = [each.id for each in self._program.classes if self._is_user(each.id)]
            return users[0] if users else None
        table = name.partition(".")[0].lower()
        last = name.rpartition(".")[2]
        for info in self._program.classes:
            if self._records.kind(info.id) == "model" and (info.name == last or table in self._table_names(info.id)):
                return info.id
        return None

    def _is_user(self, cls: int) -> bool:
        return any(base.rpartition(".")[2] in ("AbstractUser", "AbstractBaseUser") for base in
                   self._program.external_bases(cls)) and not self._is_abstract(cls)  # fmt: skip

    def _owned(self, cls: int) -> Iterator[int]:
        """``relationship("Order", cascade="all, delete-orphan")``."""
        body = self._calls.body(self._body_of(cls))
        for _, call in body.calls:
            if body.words(call.func).last not in ("relationship", "backref"):
                continue
            rules = [str(body.constant(arg.reg)) for arg in call.args if arg.label == "cascade"]
            if any("delete" in rule or "all" in rule for rule in rules):
                first = next((arg for arg in call.args if arg.label is None), None)
                name = body.constant(first.reg) if first is not None else self._annotated(cls, body, call)
                target = self._named(cls, str(name)) if isinstance(name, str) else None
                if target is not None:
                    yield target

    def _annotated(self, cls: int, body: Body, call: o.Call) -> str:
        """``orders: Mapped[list[Order]] = relationship(...)``."""
        slot = next((slot for slot, stored in body.stores.items() if any(s.src == call.dst for _, s in stored)), "")
        field = self._program.classes[cls].fields.get(slot)
        ref = field.annotation if field is not None else None
        while ref is not None and ref.args:
            ref = ref.args[0]
        return ref.name if ref is not None else ""

    # -- statements and collections ------------------------------------------------------------------------------

    def _tables_erased(self, functions: Iterable[int]) -> dict[str, set[int]]:
        out: dict[str, set[int]] = {}
        for fn in functions:
            for text in self._texts(fn):
                for table in (*_SQL_ERASES.findall(text), *_SQL_BLANKS.findall(text)):
                    out.setdefault(table.rpartition(".")[2].lower(), set()).add(fn)
        return out

    def _texts(self, fn: int) -> Iterator[str]:
        for block in self._program.functions[fn].ir.blocks:
            for op in block.ops:
                if type(op) is o.Const and isinstance(op.value, str) and len(op.value) > 12:
                    yield op.value

    def _blanked(self, functions: Iterable[int]) -> dict[str, set[int]]:
        """Attributes that functions overwrite which are there to forget people."""
        out: dict[str, set[int]] = {}
        for fn in functions:
            ir = self._program.functions[fn].ir
            if not FORGETTING.search(ir.qualname):
                continue
            for block in ir.blocks:
                for op in block.ops:
                    if isinstance(op, o.StoreAttr):
                        out.setdefault(op.name, set()).add(fn)
                    elif isinstance(op, o.Call) and op.args:
                        for arg in op.args:
                            if arg.label not in (None, "*", "**"):
                                out.setdefault(str(arg.label), set()).add(fn)
        return out

    def _in_time(self, fn: int) -> bool:
        ir = self._program.functions[fn].ir
        if _IN_TIME.search(ir.name):
            return True
        for block in ir.blocks:
            for op in block.ops:
                if isinstance(op, o.LoadName) and _IN_TIME.search(op.slot):
                    return True
                if isinstance(op, o.LoadAttr) and _IN_TIME.search(op.name):
                    return True
                if isinstance(op, o.Call) and any(arg.label and _IN_TIME.search(arg.label) for arg in op.args):
                    return True
        return False

    def _by_statement(self, functions: Iterable[int], erased: dict[str, set[int]], known: set[str]) -> list[Store]:
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
                    types = tuple(sorted({match.data_type for match in matches} - _REFERENCES))
                    if types and table not in known:
                        subject = next((match.subject for match in matches if match.subject), None)
                        cleaned = any(self._in_time(each) for each in erased.get(table, ()))
                        site = Site(self._program.modules[self._program.functions[fn].module].path, call.n)
                        out.append(Store(site, table, "database", types, subject, Confidence.MEDIUM, table in erased,
                                         cleaned, self._program.functions[fn].dotted))  # fmt: skip
        first: dict[str, Store] = {}
        for store in sorted(out, key=lambda store: store.site):
            first.setdefault(store.name, store)
        return list(first.values())

    def _by_collection(self, facts: Facts) -> list[Store]:
        """``db.people.insert_one(...)`` of document stores."""
        dropped = self._dropped
        groups: dict[str, list[tuple[Site, str, str | None, str]]] = {}
        for flow in facts.flows:
            parts = flow.target.callee.split(".")
            if flow.target.kind == "database" and len(parts) > 1 and parts[-1] in _INSERTS:
                name = parts[-2].removeprefix("self").strip("_")
                groups.setdefault(name, []).append(
                    (flow.target.call, flow.origin.data_type, flow.origin.subject, flow.target.function)
                )
        out: list[Store] = []
        for name, found in groups.items():
            types = tuple(sorted({each[1] for each in found} - _REFERENCES))
            if types and name and name not in ("session", "db", "objects", "form", "serializer"):
                site, _, subject, function = min(found, key=lambda each: each[0])
                cleaned = name in self._expiring
                out.append(Store(site, name, "database", types, subject, Confidence.MEDIUM, name in dropped or cleaned,
                                 cleaned, function))  # fmt: skip
        return out

    @cached_property
    def _dropped(self) -> set[str]:
        return {parts[-2].removeprefix("self").strip("_") for parts in self._method_calls() if parts[-1] in _DROPS}

    @cached_property
    def _expiring(self) -> set[str]:
        out: set[str] = set()
        for function in self._program.functions:
            for block in function.ir.blocks:
                for op in block.ops:
                    if type(op) is o.Call and any(arg.label == "expireAfterSeconds" for arg in op.args):
                        parts = op.text.split(".")
                        out.add(parts[-2].strip("_") if len(parts) > 1 else "")
        return out

    def _method_calls(self) -> Iterator[list[str]]:
        for function in self._program.functions:
            for block in function.ir.blocks:
                for op in block.ops:
                    if type(op) is o.Call and "." in op.text:
                        yield op.text.split(".")
