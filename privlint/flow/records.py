"""Records: classes whose fields are data, and what a whole instance carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from privlint.catalog.paths import Patterns, match_path
from privlint.flow.bodies import Bodies
from privlint.flow.fields import KEYS_OF_ROWS, RELATIONS, Field, Fields, is_bool, plain_names, says_by_being_true
from privlint.flow.sealing import seals
from privlint.flow.values import UNKNOWN, Hop, Inst, Mark, Obj, Opaque, Value, hop, of
from privlint.ir import ops as o
from privlint.model.data import Confidence, NameMatch
from privlint.model.facts import CollectionFact, Origin
from privlint.model.rules import RecordRule
from privlint.resolve.classes import FieldInfo
from privlint.resolve.program import Module

if TYPE_CHECKING:
    from privlint.flow.frame import Frame
    from privlint.flow.solve import Solver

_ENUM = frozenset(("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "TextChoices", "IntegerChoices", "Choices"))
# How a serializer takes all fields of its model.
_ALL = frozenset(("__all__", "*", "ALL_FIELDS"))

# Fields of a serializer that a method computes: what the model has by that name does not go out.
_COMPUTED = frozenset(("SerializerMethodField", "MethodField"))
_QUERY = "@query:"
_NONE: frozenset[str] = frozenset()
_TUPLE = frozenset(("NamedTuple", "typing.NamedTuple"))

# The columns of tables whose rows are settings or the like.
_KEYS = frozenset(("key", "setting", "option", "config_key", "setting_key", "option_name"))
_VALUES = frozenset(("value", "val", "setting_value", "config_value", "option_value"))

_ENCRYPTED = re.compile(r"encrypt|cipher|passwordtype|hashed?field|hashedtype|synonym", re.IGNORECASE)


def _declared_as(declared: FieldInfo) -> list[str]:
    """The names in the declaration of a field: of its call, of what that is given, of its annotation."""
    given = [value for _, value in declared.keywords if isinstance(value, str)]
    return [declared.call, *given, *(plain_names(declared.annotation) if declared.annotation else ())]


_USERS = re.compile(r"AUTH_USER_MODEL$|^get_user_model|(^|\.)User$")  # what a profile belongs to


class Records:
    """Which classes are records, by the rule packs, and what their fields are taken for."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver
        self._rules: dict[int, RecordRule | None] = {}
        self._recognised = [
            (rule, Patterns(rule.bases), Patterns(rule.decorators)) for rule in solver.catalog.index.records
        ]
        self._hidden: dict[int, frozenset[str]] = {}
        self._own: dict[str, int] = {}  # a library's type -> the table that extends it
        self._by_name: dict[str, list[int]] | None = None
        self._profiles: dict[str, int] | None = None
        self._opaque: dict[int, frozenset[str]] = {}
        self._init_only: dict[int, list[str]] = {}
        self._excluded: dict[int, frozenset[str]] = {}
        self._fields: dict[int, dict[str, Field]] = {}
        self._columns: dict[int, dict[str, Field]] = {}
        self._judge = Fields(solver)
        self._sent = Bodies(solver)

    def rule(self, cls: int) -> RecordRule | None:
        """The record rule that a class falls under."""
        if cls not in self._rules:
            self._rules[cls] = None
            self._rules[cls] = self._find(cls)
        return self._rules[cls]

    def _find(self, cls: int) -> RecordRule | None:
        program = self._solver.program
        bases = set(program.external_bases(cls))
        library = self._solver.library
        for base in list(bases):
            for known in library.type_order(base):
                bases.update((known.name, *known.aliases))
        decorators: set[str] = set()
        for number in program.classes[cls].mro:
            info = program.classes[number]
            for text in info.decorators:
                entity = program.lookup(program.modules[info.module], text)
                decorators.add(entity.path if entity is not None and entity.kind == "external" else text)
        for rule, of_bases, of_decorators in self._recognised:
            if any(map(of_bases.mean, bases)) or any(map(of_decorators.mean, decorators)):
                taken_in = rule.kind == "record" and cls in self._sent.taken
                return replace(rule, kind="body", collects=True) if taken_in else rule
        return None

    def kind(self, cls: int) -> str | None:
        """``model``, ``form``, ``serializer``, ``body``, ``record``, or None for other classes."""
        rule = self.rule(cls)
        return rule.kind if rule is not None else None

    def is_answer(self, cls: int) -> bool:
        """Whether what is put into an instance is given out, and nothing of it is taken in."""
        return cls in self._sent.answers

    def is_enum(self, cls: int) -> bool:
        """Whether calling the class looks a member up."""
        return any(base.rpartition(".")[2] in _ENUM for base in self._solver.program.external_bases(cls))

    def is_tuple(self, cls: int) -> bool:
        """Whether instances are tuples with named fields."""
        return any(base in _TUPLE for base in self._solver.program.external_bases(cls))

    def is_typed_dict(self, cls: int) -> bool:
        """Whether instances are plain mappings with declared keys."""
        return any(base.rpartition(".")[2] == "TypedDict" for base in self._solver.program.external_bases(cls))

    def has_attributes_alone(self, cls: int) -> bool:
        """Whether instances are records that are read by attribute alone: no mappings, no tuples."""
        program = self._solver.program
        special = self.is_tuple(cls) or self.is_typed_dict(cls) or self.is_enum(cls)
        ways = any(program.method(cls, name) is not None for name in ("keys", "__getitem__"))
        return self.rule(cls) is not None and not special and not ways

    def are_declared(self, cls: int) -> bool:
        """Whether what the class assigns to its fields declares them: a column, and no value of any instance."""
        rule = self.rule(cls)
        return rule is not None and rule.fields == "assigned"

    def shows_all(self, cls: int) -> bool:
        """Whether ``str()`` of an instance shows its fields."""
        rule = self.rule(cls)
        bases = {base.rpartition(".")[2] for base in self._solver.program.external_bases(cls)}
        return (rule is not None and rule.shown == "all") or bool(bases & {"dict", "list", "NamedTuple", "UserDict"})

    def shows_text(self, cls: int) -> bool:
        """Whether ``repr()`` of an instance shows what ``str()`` does: ``<User: ada>``."""
        rule = self.rule(cls)
        return rule is not None and rule.shown == "text"

    def stored_by_key(self, cls: int, type_: str) -> bool:
        """Whether a row of a class, or of a library's type, is no more than a key in a field of another row."""
        if cls >= 0:
            rule = self.rule(cls)
            return rule is not None and rule.by_key
        names = {type_}.union(*((each.name, *each.aliases) for each in self._solver.library.type_order(type_)))
        return any(rule.by_key and any(map(of_bases.mean, names)) for rule, of_bases, _ in self._recognised)

    def told_apart_by_key(self, cls: int, name: str) -> bool:
        """Whether that is the value in a table of keys and values: what one row has says nothing of the others."""
        if name.lower() not in _VALUES or self.kind(cls) != "model":
            return False
        classes = self._solver.program.classes
        return any(field.lower() in _KEYS for base in classes[cls].mro for field in classes[base].fields)

    # -- fields --------------------------------------------------------------------------------------------------

    def fields(self, cls: int) -> dict[str, Field]:
        """The fields that hold personal data, bases first."""
        if cls not in self._fields:
            self._fields[cls] = {}
            rule = self.rule(cls)
            out: dict[str, Field] = {}
            if rule is not None and not self._is_settings(cls):
                out.update(self._of_model(cls, rule))
                for number in reversed(self._solver.program.classes[cls].mro):
                    info = self._solver.program.classes[number]
                    for name, declared in info.fields.items():
                        found = self._judge.judge(info, declared, rule)
                        if found is not None:
                            out[name] = found
                        elif declared.call.rpartition(".")[2] in _COMPUTED:
                            out.pop(name, None)
            self._fields[cls] = out
        return self._fields[cls]

    def _is_settings(self, cls: int) -> bool:
        """Whether a class is settings: what the program logs in with, and how it is reached, is nobody's."""
        program = self._solver.program
        names = [program.classes[base].name for base in program.classes[cls].mro]
        return any(self._solver.catalog.is_setting(name) for name in names if not name.endswith("Mixin"))

    def _of_model(self, cls: int, rule: RecordRule) -> dict[str, Field]:
        """The fields that an inner class takes over from a model: ``class Meta: model = Customer; fields = [...]``."""
        for name in rule.meta:
            model = self.linked(cls, f"{name}.model")
            meta = self._member(cls, name)
            if model < 0 or meta < 0:
                continue
            known = self.fields(model)
            listed = self._solver.program.classes[meta].listings
            wanted = listed.get("fields") or listed.get("model_fields") or ()
            left_out = listed.get("exclude") or listed.get("model_exclude") or ()
            if wanted and not set(wanted) & _ALL:
                return {each: known[each] for each in wanted if each in known}
            return {each: field for each, field in known.items() if each not in left_out}
        return {}

    def names_fields(self, cls: int) -> bool:
        """Whether a serializer says itself which fields it has, and does not take all that a table has."""
        rule = self.rule(cls)
        if rule is None or rule.kind != "serializer":
            return False
        for name in rule.meta:
            meta = self._member(cls, name)
            if meta >= 0:
                listed = self._solver.program.classes[meta].listings
                wanted = set(listed.get("fields") or listed.get("model_fields") or ())
                return bool(wanted) and not wanted & _ALL
        return bool(self.fields(cls))

    def _member(self, cls: int, name: str) -> int:
        """The inner class of that name, by the order of bases; -1 if there is none."""
        program = self._solver.program
        for base in program.classes[cls].mro:
            info = program.classes[base]
            if name in info.inner:
                return program.modules[info.module].classes[info.inner[name]]
        return -1

    def relation(self, cls: int, name: str) -> tuple[int, bool]:
        """The class that a field refers to (a foreign key, a relationship), and whether to many; -1 if to none."""
        program = self._solver.program
        for base in program.classes[cls].mro:
            info = program.classes[base]
            declared = info.fields.get(name)
            if declared is None:
                continue
            call = declared.call.rpartition(".")[2]
            if call not in RELATIONS:
                return -1, False
            given = [value for label, value in declared.keywords if label in ("", "to", "argument", "model")]
            text = given[0] if given and isinstance(given[0], str) else ""
            many = ("Many" in call and call != "Many2one") or (call in ("relationship", "Set") and name.endswith("s"))
            return self._referred(program.modules[info.module], text), many
        return -1, False

    def profile(self, name: str) -> int:
        """The table with one row for each user that an attribute of a user leads to (``user.profile``); or -1."""
        if self._profiles is None:
            self._profiles = dict(self._one_to_one())
        return self._profiles.get(name, -1)

    def _one_to_one(self) -> Iterator[tuple[str, int]]:
        """The names under which users have a row of another table: ``related_name``, else that of the class."""
        for info in self._solver.program.classes:
            for declared in info.fields.values():
                given = dict(declared.keywords)
                target = given.get("", given.get("to", ""))
                if declared.call.rpartition(".")[2] != "OneToOneField" or not isinstance(target, str):
                    continue
                if _USERS.search(target):
                    name = given.get("related_name")
                    yield (name if isinstance(name, str) else info.name.lower()), info.id

    def own_class(self, type_: str) -> int:
        """The one table of the program whose class extends a library's type, or that it is looked up in; or -1."""
        found = self._own.get(type_)
        if found is None:
            tables = [
                cls.id
                for cls in self._solver.program.classes
                if not self._solver.program.subclasses.get(cls.id)
                and any(self._extends(base, type_) for base in self._solver.program.external_bases(cls.id))
                and self.kind(cls.id) == "model"
            ]
            tables = tables or self._loaded(type_)
            found = self._own[type_] = tables[0] if len(tables) == 1 else -1
        return found

    def _loaded(self, type_: str) -> list[int]:
        """The tables that functions look somebody up in which a library asks for that: ``@login.user_loader``."""
        wanted = [path for rule in self._solver.library.type_order(type_) for path in rule.loaders]
        out: dict[int, None] = {}
        for function in self._solver.program.functions if wanted else ():
            if any(match_path(path, text) for path in wanted for text in function.ir.decorators):
                module = self._solver.program.modules[function.module]
                names = [op.slot for block in function.ir.blocks for op in block.ops if isinstance(op, o.LoadName)]
                found = [self._class_named(module, name) for name in names]
                out.update(dict.fromkeys(cls for cls in found if cls >= 0 and self.kind(cls) == "model"))
        return list(out)

    def _extends(self, base: str, type_: str) -> bool:
        return any(rule.name == type_ for rule in self._solver.library.type_order(base))

    def _referred(self, module: Module, text: str) -> int:
        """The class that a reference names: by a name of the module, or as a text, ``"shop.Customer"``."""
        found = self._class_named(module, text) if text else -1
        last = text.rpartition(".")[2]
        if found >= 0 or not last:
            return found
        if self._by_name is None:
            self._by_name = {}
            for cls in self._solver.program.classes:
                self._by_name.setdefault(cls.name, []).append(cls.id)
        named = [each for each in self._by_name.get(last, ()) if self.kind(each) == "model"]
        if last == "AUTH_USER_MODEL" or text.startswith("get_user_model"):
            named = self._solver.user_classes()
        return named[0] if len(named) == 1 else -1

    def linked(self, cls: int, path: str) -> int:
        """The class that a class names in an attribute: ``model``, ``Meta.model``, ``form_class.Meta.model``; or -1."""
        head, _, rest = path.partition(".")
        inner = self._member(cls, head)
        if inner >= 0 and rest:
            return self.linked(inner, rest)
        program = self._solver.program
        for base in program.classes[cls].mro:
            info = program.classes[base]
            if head in info.aliases:
                found = self._class_named(program.modules[info.module], info.aliases[head])
                return self.linked(found, rest) if rest and found >= 0 else found
        return -1

    def _class_named(self, module: Module, text: str) -> int:
        """The class that a dotted text begins with: ``Customer``, ``models.Customer.objects.all()``."""
        parts = text.split(".")
        for end in range(1, min(len(parts), 4) + 1):
            entity = self._solver.program.lookup(module, ".".join(parts[:end]))
            if entity is not None and entity.kind == "class":
                return entity.number
        return -1

    def match(self, value: Value, name: str, fr: Frame) -> tuple[str, NameMatch] | None:
        """The record field that ``value.name`` reads, if it reads one."""
        for atom in value.ordered:
            cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
            if isinstance(atom, Inst) and atom.type.startswith(_QUERY) and atom.type[len(_QUERY) :].isdigit():
                cls = int(atom.type[len(_QUERY) :])  # of a method of its own, that gives one as well as many
            for each in (cls, *self._below(cls, name)) if cls >= 0 else ():
                found = self.fields(each).get(name)
                if found is not None:
                    return fr.program.classes[each].name, found.match
        return None

    def _below(self, cls: int, name: str) -> Iterator[int]:
        """The classes below one that alone have an attribute: ``row: Base`` has it only if it is one of these."""
        program = self._solver.program
        below = program.subclasses.get(cls, ())
        if below and not any(name in program.classes[base].fields for base in program.classes[cls].mro):
            yield from (sub for sub in below if name in program.classes[sub].fields)

    def is_flag(self, value: Value, name: str, fr: Frame) -> bool:
        """Whether ``value.name`` is a field that by its type holds no data: a flag, a count."""
        for atom in value.ordered:
            cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
            if cls >= 0:
                self.fields(cls)
                program = self._solver.program
                classes = [program.classes[base] for base in program.classes[cls].mro]
                if any((each.dotted, name) in self._judge.flags for each in classes):
                    return True
                owner = program.classes[cls].name
                if any(is_bool(each.fields.get(name)) for each in classes) and not says_by_being_true(
                    self._solver.catalog, name, owner
                ):
                    return True
        return False

    def is_of_organisation(self, value: Value, name: str) -> bool:
        """Whether ``value.name`` is a field of a row of shops, stations and the like, and as such nobody's data."""
        program = self._solver.program
        rows = [program.classes[atom.cls] for atom in value.ordered if isinstance(atom, Opaque)]
        return bool(rows) and all(
            name not in self.fields(row.id)
            and self._solver.catalog.is_of_organisation(row.name)
            and any(name in program.classes[base].fields for base in row.mro)
            for row in rows
        )

    def whole(self, fr: Frame, cls: int, deep: int) -> dict[Mark, Hop | None]:
        """What an instance carries as a whole: all its fields, or nothing where its text does not show them."""
        if deep == 1 and not self.shows_all(cls):
            return {}
        out: dict[Mark, Hop | None] = {}
        name = fr.program.classes[cls].name
        hidden = self.hidden(cls) if deep == 1 else frozenset()
        for found in self.columns(cls).values():
            if found.name in hidden:
                continue
            origin = Origin(
                found.site, found.match.data_type, found.name, "record", found.match.subject, found.match.confidence
            )
            out[Mark(origin, found.match.protection, 0, name)] = hop(
                None, found.site, "source", f"`{found.name}` of `{name}`"
            )
        return out

    def columns(self, cls: int) -> dict[str, Field]:
        """The fields that hold personal data, those of a library's class that it is made from among them."""
        if cls not in self._columns:
            inherited = self._judge.inherited(cls) if self.kind(cls) == "model" else ()
            self._columns[cls] = {**{each.name: each for each in inherited}, **self.fields(cls)}
        return self._columns[cls]

    def hidden(self, cls: int) -> frozenset[str]:
        """The fields that ``repr()`` of an instance leaves out (``repr=False``)."""
        if cls not in self._hidden:
            self._hidden[cls] = self._with_keyword(cls, "repr", False)
        return self._hidden[cls]

    def in_repr(self, cls: int) -> frozenset[str]:
        """The fields of a record whose ``repr()`` shows them and no other attribute; none where that is not known."""
        rule = self.rule(cls)
        told = rule is not None and (rule.shown, rule.kind) == ("all", "record")
        return frozenset(self.names(cls)).difference(self.init_only(cls)) if told else _NONE

    def names(self, cls: int) -> list[str]:
        """All declared fields of a record, bases first, whatever they hold."""
        out: dict[str, None] = {}
        for number in reversed(self._solver.program.classes[cls].mro):
            out.update(dict.fromkeys(self._solver.program.classes[number].fields))
        return [*out, *(name for name in self.columns(cls) if name not in out)]

    def excluded(self, cls: int) -> frozenset[str]:
        """The fields that a mapping of an instance leaves out (``exclude=True``)."""
        if cls not in self._excluded:
            self._excluded[cls] = self._with_keyword(cls, "exclude", True)
        return self._excluded[cls]

    def opaque(self, cls: int) -> frozenset[str]:
        """The fields that tell nothing in the clear by what they are declared as: encrypted or hashed ones
        (``EncryptedCharField``, a class of the program that seals), and keys of other rows (``ForeignKey``)."""
        if cls not in self._opaque:
            self._opaque[cls] = frozenset(
                name
                for number in self._solver.program.classes[cls].mro
                for name, declared in self._solver.program.classes[number].fields.items()
                if declared.call.rpartition(".")[2] in KEYS_OF_ROWS
                or any(_ENCRYPTED.search(text) or self._seals(number, text) for text in _declared_as(declared))
            )
        return self._opaque[cls]

    def is_kept_aside(self, cls: int, name: str) -> bool:
        """Whether an attribute of a row is no column of it, but what its class notes for itself: ``_password``."""
        if cls < 0 or self.kind(cls) != "model":
            return False
        classes = self._solver.program.classes
        return not any(name in classes[number].fields for number in classes[cls].mro)

    def _seals(self, cls: int, text: str) -> bool:
        return seals(self._solver.program, self._solver.program.classes[cls].module, text)

    def _with_keyword(self, cls: int, keyword: str, value: bool) -> frozenset[str]:
        return frozenset(
            name
            for number in self._solver.program.classes[cls].mro
            for name, declared in self._solver.program.classes[number].fields.items()
            if dict(declared.keywords).get(keyword) is value
        )

    # -- construction --------------------------------------------------------------------------------------------

    def init_order(self, cls: int) -> list[str]:
        """The fields in the order in which a made ``__init__`` takes them."""
        out: list[str] = []
        classes = self._solver.program.classes
        for number in reversed(classes[cls].mro):
            for name, info in classes[number].fields.items():
                made = info.call.rpartition(".")[2] in ("ib", "attrib")
                if (info.annotation is not None or made) and name not in out:
                    out.append(name)
        return out

    def init_only(self, cls: int) -> list[str]:
        """The fields that only ``__init__`` has, which hands them to ``__post_init__``: ``InitVar[str]``."""
        found = self._init_only.get(cls)
        if found is None:
            classes = self._solver.program.classes
            found = self._init_only[cls] = [
                name
                for number in reversed(classes[cls].mro)
                for name, info in classes[number].fields.items()
                if info.annotation is not None and info.annotation.name.rpartition(".")[2] == "InitVar"
            ]
        return found

    def never_passed(self, cls: int) -> frozenset[str]:
        """The fields that ``__init__`` does not take: ``field(init=False)``."""
        return self._with_keyword(cls, "init", False)

    def is_plain(self, cls: int) -> bool:
        """Whether nothing makes a record of a class: no decorator, no base or metaclass that is not of the program."""
        classes = self._solver.program.classes
        made = [classes[each] for each in classes[cls].mro]
        return not any(each.decorators or each.external_bases or each.keywords for each in made)

    def defaults(self, cls: int) -> dict[str, Value]:
        """The values of fields that a class body gives."""
        out: dict[str, Value] = {}
        for name in self.init_order(cls):
            value = self._solver.class_attribute(cls, name)
            if value is not None and value.marks:
                out[name] = value
        return out

    def collections(self) -> list[CollectionFact]:
        """What records take in, field by field, for the records that are an intake."""
        out: list[CollectionFact] = []
        for cls in self._solver.program.classes:
            rule = self.rule(cls.id)
            if rule is None or not rule.collects or (rule.kind == "body" and self.is_answer(cls.id)):
                continue
            for name, found in sorted(self.fields(cls.id).items()):
                if name in cls.fields and found.match.confidence is not Confidence.LOW:
                    out.append(
                        CollectionFact(
                            found.match.data_type,
                            found.site,
                            name,
                            cls.name,
                            rule.kind,
                            found.required,
                            found.match.subject,
                            found.match.confidence,
                            cls.dotted,
                        )
                    )
        return out


__all__ = ["UNKNOWN", "Field", "Records", "of"]
