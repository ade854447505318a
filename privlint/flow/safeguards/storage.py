"""Tables, collections and files that hold personal data, and what the program does to get rid of it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from privlint.catalog.catalog import Catalog
from privlint.catalog.words import tokens
from privlint.flow.safeguards.bodies import Body
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.filed import Filed
from privlint.flow.safeguards.statements import EXPIRES, REFERENCES, Statements, expiring, in_time
from privlint.ir import ops as o
from privlint.model.data import Confidence
from privlint.model.facts import Facts, Store
from privlint.model.location import Site

if TYPE_CHECKING:
    from privlint.flow.fields import Field
    from privlint.flow.records import Records

# Functions that make data of a person say nothing any more.
FORGETTING = re.compile(
    r"anonymi[sz]|erase|forget|scrub|redact|wipe|purge|pseudonymi[sz]|gdpr|"
    r"(?:delete|remove|close|clear|destroy)_?(?:user|account|customer|profile|member|me\b|my|personal|patient|person)",
    re.IGNORECASE,
)
SQL = re.compile(r"\b(?:delete\s+from|truncate|insert|replace|update)\b", re.IGNORECASE)
_ERASING_VIEW = re.compile(
    r"Delete|Destroy|ModelViewSet|ModelAdmin|ModelView\Z|CRUD|InlineModelAdmin|TabularInline|StackedInline"
)
_REGISTERS = re.compile(
    r"(?:^|\.)(register|ModelView|ModelAdmin|ModelRestApi|add_model|create_admin)\Z|CRUD|ModelView\Z"
)
_LINKS = frozenset(("ForeignKey", "OneToOneField", "ForeignKeyField", "ParentalKey", "ReferenceField", "Reference"))
# What says who is in a table.
_WHO = ("contact.email", "contact.phone", "contact.im_account", "identity.", "financial.", "health.", "biometric.",
        "special.", "minor.", "communication.")  # fmt: skip


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
        self._statements = Statements(calls, catalog)
        self._by_class: dict[int, set[int]] = {}
        for cls, fn, _ in erasures:
            if not calls.in_tests(fn):
                self._by_class.setdefault(cls, set()).add(fn)
        self._unknown = {(name, fn) for name, fn, _ in unknown if not calls.in_tests(fn)}
        self._erasing_views_memo: set[int] | None = None
        self._models_memo: tuple[dict[str, int], dict[str, int]] | None = None

    def find(self, facts: Facts, hinted: Iterable[int], function_at: Callable[[Site], int | None]) -> list[Store]:
        """All stores of personal data, in order."""
        hinted = [fn for fn in hinted if not self._calls.in_tests(fn)]
        tables = self._statements.tables_erased(hinted)
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
        out += self._statements.by_statement(hinted, tables, known)
        out += self._statements.by_collection(facts)
        out += Filed(self._calls).find(facts, function_at, _WHO)
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
        """The fields that hold personal data; names of people that alone would be anybody's stand beside others."""
        found = {
            name: field for name, field in self._records.fields(cls).items() if field.match.data_type not in REFERENCES
        }
        sure = {name: field for name, field in found.items() if field.match.confidence is not Confidence.LOW}
        who = {name: field for name, field in found.items() if field.match.data_type.startswith(_WHO)}
        return {name: field for name, field in found.items() if name in sure or name in who} if sure else {}

    def _table(self, cls: int, erasers: set[int] | None, unsure: bool) -> Store:
        info = self._program.classes[cls]
        fields = self._personal(cls)
        types = tuple(sorted({field.match.data_type for field in fields.values()}))
        subjects = {field.match.subject for field in fields.values()} - {None}
        confidence = min(Confidence.MEDIUM, max(field.match.confidence for field in fields.values()))
        cleaned = any(in_time(self._calls, fn) for fn in erasers or ()) or self._expires(cls)
        site = Site(self._program.modules[info.module].path, info.n)
        subject = subjects.pop() if len(subjects) == 1 else None
        if unsure and erasers is None:
            confidence = Confidence.LOW
        people = bool(subjects) or any(each.startswith(_WHO) for each in types)
        erased = erasers is not None or self._expires(cls)
        return Store(site, info.name, "database", types, subject, confidence, erased, cleaned, info.dotted, people)

    def _expires(self, cls: int) -> bool:
        """Whether a document class declares an index by which the database forgets what is older."""
        info = self._program.classes[cls]
        module = self._program.modules[info.module]
        inner = [self._body_of(module.classes[number]) for number in info.inner.values()]
        return any(
            (isinstance(op, o.Const) and op.value == EXPIRES) or (isinstance(op, o.Call) and expiring(op))
            for fn in (self._body_of(cls), *inner)
            for block in self._program.functions[fn].ir.blocks
            for op in block.ops
        )

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
        names, ending = self._table_names(cls), f"_{info.name}".lower()
        for table, deleting in tables.items():
            found |= deleting if table in names or table.endswith(ending) else set()
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

    @property
    def _erasing_views(self) -> set[int]:
        """The models of views and admin pages that let somebody delete."""
        found = self._erasing_views_memo
        if found is None:
            found = self._erasing_views_memo = self._find_erasing_views()
        return found

    def _find_erasing_views(self) -> set[int]:
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
            serialized = self._records.linked(info.id, "serializer_class.Meta.model")
            if serialized >= 0:
                out.add(serialized)
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
        by_name, by_table = self._models
        return min((cls for cls in (by_name.get(last), by_table.get(table)) if cls is not None), default=None)

    @property
    def _models(self) -> tuple[dict[str, int], dict[str, int]]:
        """The first model of each name, and of each name of a table."""
        if self._models_memo is None:
            by_name: dict[str, int] = {}
            by_table: dict[str, int] = {}
            for info in self._program.classes:
                if self._records.kind(info.id) == "model":
                    by_name.setdefault(info.name, info.id)
                    for table in self._table_names(info.id):
                        by_table.setdefault(table, info.id)
            self._models_memo = by_name, by_table
        return self._models_memo

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
