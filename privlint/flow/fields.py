"""Fields of records: which of them hold personal data, by their names, their types and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from privlint.catalog.paths import match_path
from privlint.flow import neighbours
from privlint.flow.origins import asked, beside, tells_person
from privlint.ir.ops import TypeRef
from privlint.model.data import Confidence, NameMatch, Protection
from privlint.model.location import Site
from privlint.model.rules import RecordRule
from privlint.resolve.classes import Class, FieldInfo

if TYPE_CHECKING:
    from privlint.catalog.catalog import Catalog
    from privlint.flow.solve import Solver

# Fields that hold the key of a row of another table.
KEYS_OF_ROWS = frozenset(
    ("ForeignKey", "OneToOneField", "ForeignKeyField", "ParentalKey", "TreeForeignKey", "Many2one")
)
RELATIONS = KEYS_OF_ROWS | {
    *("relationship", "relation", "ManyToManyField", "ReferenceField", "LazyReferenceField", "Relationship"),
    "ManyToManyRelation",
}
_ASKING = frozenset(("form", "body", "serializer"))


# Kinds of data that people choose from a list.
_CHOSEN = frozenset({"demographic", "special", "health", "education", "work", "financial", "minor", "identity"})
_SOMEBODY = frozenset({"identity.full_name", "identity.first_name", "identity.last_name", "demographic.date_of_birth",
                       "demographic.gender", "demographic.marital_status", "identity.national_id"})  # fmt: skip
_NAMES = frozenset({"identity.full_name", "identity.first_name", "identity.last_name"})
_JOB = frozenset({"work.employer", "work.job_title", "work.history"})
_WORD = re.compile(r"[^\W\d_]+")
_INTERFACE = re.compile(
    r"(?:\A|_)(?:endpoint|webhook|api|callback|jiekou)(?:_?(?:url|uri|address|base))?\Z", re.IGNORECASE
)
_LEDGER = re.compile(r"(?:Audit|Access|Activity|Export|Download|Disclosure)\w*$|\w*(?:Audit|Trail|Journal)")


# Annotations and fields of numbers.
_NUMBER = frozenset(
    ("int", "Integer", "BigInteger", "SmallInteger", "IntegerField", "PositiveIntegerField", "SmallIntegerField",
     "BigIntegerField", "PositiveSmallIntegerField", "IntField")
)  # fmt: skip


def plain_names(ref: TypeRef, depth: int = 0) -> list[str]:
    """The last parts of the names in an annotation: ``SecretStr`` in ``SecretStr | None``."""
    out = [ref.name.rpartition(".")[2]]
    if out[0] in ("Optional", "Union", "Annotated", "Mapped") and depth < 3:
        out += [name for arg in ref.args for name in plain_names(arg, depth + 1)]
    return out


def _is_somebody(match: NameMatch | None) -> bool:
    """Whether a field of that name says that a row is a person, and no organisation."""
    return match is not None and match.data_type in _SOMEBODY and match.confidence is not Confidence.LOW


def is_bool(declared: FieldInfo | None) -> bool:
    """Whether a field is annotated as one that is true or false."""
    if declared is None or declared.annotation is None:
        return False
    names = set(plain_names(declared.annotation))
    return "bool" in names and names <= {"bool", "None", "Optional", "Union", "Annotated", "Mapped"}


# Of what a flag says all there is to say: `union_member`, `severely_disabled`.
_STATES = frozenset({"special.union_membership", "special.criminal_record", "demographic.disability",
                     "health.condition", "health.reproductive", "health.mental"})  # fmt: skip


def says_by_being_true(catalog: Catalog, name: str, owner: str) -> bool:
    """Whether a field is data though it is only true or false."""
    match = catalog.classify(name, owner)
    return match is not None and match.confidence is not Confidence.LOW and match.data_type in _STATES


class Field(NamedTuple):
    """A field of a record that holds personal data."""

    name: str
    match: NameMatch
    site: Site
    required: bool


def _may_be_none(annotation: TypeRef) -> bool:
    """``X | None``, also as the argument of ``Mapped`` or ``Annotated``."""
    if annotation.name == "Union":
        return any(part.name == "None" for part in annotation.args)
    wraps = annotation.name.rpartition(".")[2] in ("Mapped", "Annotated", "NotRequired", "Required")
    return wraps and bool(annotation.args) and _may_be_none(annotation.args[0])


def _defaulted(declared: FieldInfo) -> bool:
    """``Field(None)``: the first argument by position is the default; ``Field(...)`` has none."""
    first = next((value for name, value in declared.keywords if not name), ...)
    return first is not ...


def _is_whose(call: str, named: NameMatch) -> bool:
    """Whether a relation says whose row it is: ``account = OneToOneField(User)`` is no login name."""
    return call in RELATIONS and named.data_type == "account.username"


class Fields:
    """The judge of single fields; ``flags`` are the classes and fields that, by their type, are no data."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver
        self.flags: set[tuple[str, str]] = set()

    def inherited(self, cls: int) -> Iterator[Field]:
        """The columns that a table has of a library's class, as the rule packs tell: those of Django's users."""
        program, catalog = self._solver.program, self._solver.catalog
        info = program.classes[cls]
        of_library = {
            name
            for base in program.external_bases(cls)
            for known in self._solver.library.type_order(base)
            for name in (known.name, *known.aliases)
        }
        for rule in catalog.rules.sources if of_library else ():
            if rule.at == "attribute" and rule.owner in of_library and not rule.data.startswith("$"):
                match = catalog.classify(rule.name, "User")
                if match is not None:
                    match = match._replace(data_type=rule.data, confidence=Confidence.HIGH)
                    yield Field(rule.name, match, Site(program.modules[info.module].path, info.n), False)

    def judge(self, info: Class, declared: FieldInfo, rule: RecordRule) -> Field | None:
        """What a field of a record holds; None where that is no personal data."""
        if any(name.removesuffix("()").rpartition(".")[2] in RELATIONS for name in declared.given):
            return None  # Column(ForeignKey("employee.id")): a row of another table
        program = self._solver.program
        module = program.modules[info.module]
        types = dict(rule.field_types)
        call = declared.call
        entity = program.lookup(module, call) if call else None
        path = entity.path if entity is not None and entity.kind == "external" else call
        if rule.fields == "assigned":
            is_field = any(match_path(p, path) or match_path(p, call) for p in rule.field_calls)
            if not is_field and declared.annotation is None:
                return None
        elif declared.annotation is None:
            return None
        last = path.rpartition(".")[2]
        written = [last, *(plain_names(declared.annotation) if declared.annotation else ())]
        if entity is not None and entity.kind == "class":  # a program's own kind of field is one of its base's
            written += [base.rpartition(".")[2] for base in program.external_bases(entity.number)]
        match: NameMatch | None = None
        state = says_by_being_true(self._solver.catalog, declared.name, info.name)
        for name in written:
            if name in types and (types[name] or not state):
                if not types[name]:
                    self.flags.add((info.dotted, declared.name))
                    return None
                match = self._by_type(info, declared.name, name)
        named = self._solver.catalog.classify(declared.name, info.name)
        if named is not None and _NUMBER.intersection(written) and self._solver.catalog.is_counted(named.data_type):
            self.flags.add((info.dotted, declared.name))
            return None  # orders: int
        if named is None and rule.kind in _ASKING and self._asks_people(info):
            named = beside(self._solver.catalog, declared.name) or asked(self._solver.catalog, declared.name)
        if named is None and rule.kind == "record" and not self._solver.catalog.logs_in(info.fields):
            named = neighbours.match(self._solver.catalog, declared.name, info.name, info.fields)
        if named is None and rule.kind == "model":
            named = self._of_somebody(info, declared.name)
        if named is not None and rule.kind in ("model", "body"):
            named = self._in_context(info, declared.name, named, rule.kind)
        elif named is None and (rule.kind == "model" or rule.kind in _ASKING):
            named = self._of_work(info, declared.name)
        if named is not None and (self._titled_otherwise(declared) or _is_whose(last, named)):
            named = None
        if declared.annotation is not None and match is None:
            match = self._solver.annotations.personal(module, declared.annotation)
            known = state or match is not None or any(name in rule.protected for name in written)
            if not known and not self._solver.annotations.is_plain(module, declared.annotation):
                chosen = named is not None and named.data_type.partition(".")[0] in _CHOSEN
                if not chosen or not self._solver.annotations.is_choice(module, declared.annotation):
                    return None
        if named is not None and match is not None and named.data_type == "contact.postal_address":
            named = None  # address = EmailField()
        found = named or (None if self._solver.catalog.is_thing(info.name) else match)
        if found is None:
            return None
        if any(name in rule.protected for name in written):
            found = found._replace(protection=max(found.protection, Protection.MASKED))
        return Field(declared.name, found, Site(module.path, declared.n), self._required(declared, rule))

    def _by_type(self, info: Class, name: str, written: str) -> NameMatch | None:
        """What the type of a field says, unless its name or its class gives it another meaning: the address of a
        queue of tickets."""
        catalog = self._solver.catalog
        match = catalog.classify_annotation(written)
        if match is None or catalog.is_never(name, match.data_type):
            return None
        return None if catalog.means_other(name, match.data_type, info.name, machines=True) else match

    def _titled_otherwise(self, declared: FieldInfo) -> bool:
        """Whether its label says that a name is a thing's: ``name = StringField("Project name")``."""
        words = _WORD.findall(declared.title.lower())
        if not 1 < len(words) <= 4 or words[-1] != declared.name.lower():
            return False
        catalog = self._solver.catalog
        return catalog.classify(declared.name) is None and catalog.classify("_".join(words), "user") is None

    def _of_somebody(self, info: Class, name: str) -> NameMatch | None:
        """What a name says in a table whose rows are somebody, or belong to somebody: `id` of a profile with an
        address, `diagnosis` of a visit with a patient, the text of a message with a sender."""
        catalog = self._solver.catalog
        if info.id in self._solver.user_classes():
            return catalog.classify(name, "user")
        if name in ("id", "pk"):
            known = catalog.is_person(info.name) and any(tells_person(catalog.classify(each)) for each in info.fields)
            return catalog.classify(name, "user") if known else None
        match = asked(catalog, name)
        if match is None and catalog.classify(name) is not None and self._asks_people(info):
            return beside(catalog, name)  # `full_name` beside an address
        if match is None and self._is_reached(info):
            own = catalog.classify(name, "user")
            return own if own is not None and own.data_type.startswith("contact.") else None
        match = match or catalog.classify_owned(name)
        if match is None or catalog.is_of_organisation(info.name) or catalog.is_animal(info.name):
            return None
        belongs = any(
            catalog.is_person(other.removesuffix("_id"))
            and (other.endswith("_id") or any(each in declared.call for each in RELATIONS))
            for other, declared in info.fields.items()
        )
        health = match.data_type.startswith("health.")  # the rest means other things, too: the race that a runner is in
        return match._replace(confidence=Confidence.MEDIUM if health else Confidence.LOW) if belongs else None

    def _in_context(self, info: Class, name: str, named: NameMatch, rule_kind: str) -> NameMatch | None:
        """What a name says by what stands beside it: `address` of a tenant with a birthday, `company` of nobody."""
        catalog = self._solver.catalog
        if named.data_type in _NAMES and catalog.is_maker(info.name) and not self._tells_of_people(info):
            return None  # the authors of a library's books: whose works these are is no secret
        if named.confidence is Confidence.LOW and any(map(_INTERFACE.search, info.fields)):
            return None  # a company, which has an interface
        thing = catalog.may_be_thing(info.name) and named.confidence is Confidence.LOW
        if thing and named.data_type in _NAMES and not self._tells_of_people(info):
            return None  # an account of a ledger, a client of a server: nothing says that it is somebody
        if named.data_type == "work.employee_id" and name.lower().endswith("_id") and _LEDGER.search(info.name):
            return None  # who did it: that is what an audit record is there for
        if named.confidence is Confidence.LOW and catalog.is_person(info.name):
            of_users = info.id in self._solver.user_classes()
            somebody = of_users or any(_is_somebody(catalog.classify(e, info.name)) for e in info.fields)
            match = catalog.classify(name, "user") if somebody else None
            surely = match is not None and match.data_type == named.data_type and match.confidence > Confidence.LOW
            surely = surely and (of_users or named.data_type.startswith(("contact.", "identity.")))
            return named._replace(confidence=Confidence.MEDIUM) if surely else named
        if named.data_type == "work.employer" and rule_kind == "model" and catalog.classify(name) is None:
            others = (catalog.classify(each, info.name) for each in info.fields if each != name)
            if not any(each is not None and each.data_type != "account.user_id" for each in others):
                return named._replace(confidence=Confidence.LOW)  # a company that a landlord is
        return named

    def _of_work(self, info: Class, name: str) -> NameMatch | None:
        """`net_income` beside an employer."""
        catalog = self._solver.catalog
        match = catalog.classify(name, "user")
        if match is None or match.data_type != "work.salary" or catalog.is_of_organisation(info.name):
            return None
        others = (catalog.classify(each) for each in info.fields if each != name)
        beside_it = any(each is not None and each.data_type in _JOB for each in others)
        return match._replace(confidence=Confidence.MEDIUM, subject=None) if beside_it else None

    def _asks_people(self, info: Class) -> bool:
        """Whether a form asks for data by which a person is reached: then its `name` is a person's, too."""
        if self._solver.catalog.is_of_organisation(info.name):
            return False
        return any(tells_person(self._solver.catalog.classify(name, info.name)) for name in info.fields)

    def _tells_of_people(self, info: Class) -> bool:
        """Whether rows have data by which people are told apart or reached, or belong to somebody."""
        catalog = self._solver.catalog
        return any(catalog.tells_of_people(each) or catalog.is_person(each) for each in info.fields)

    def _is_reached(self, info: Class) -> bool:
        """Whether rows are people by what they have, a name and how they are reached: then their address is theirs."""
        named = (self._solver.catalog.classify(each) for each in info.fields)
        return any(m is not None and m.data_type in _NAMES for m in named) and self._asks_people(info)

    @staticmethod
    def _required(declared: FieldInfo, rule: RecordRule) -> bool:
        keywords = dict(declared.keywords)
        for name, value in rule.required_when:
            if name in keywords and keywords[name] == value:
                return True
        if any(name.removesuffix("()").rpartition(".")[2] in rule.required_by for name in declared.given):
            return True
        for name, value in rule.optional_when:
            if name in keywords and (value == "*" or keywords[name] == value):
                return False
        if declared.annotation is not None:
            if _may_be_none(declared.annotation):
                return False
            if rule.fields == "annotated" and declared.default and (not declared.call or _defaulted(declared)):
                return False
            if rule.fields == "assigned" and declared.annotation.name.rpartition(".")[2] == "Mapped":
                return True
        if "required" in keywords:
            return bool(keywords["required"])
        return rule.required
