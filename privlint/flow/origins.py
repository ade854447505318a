"""Making sources, and what a user sent: the look-ups in a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from privlint.flow.values import Hop, Mark, hop
from privlint.ir import ops as o
from privlint.model.data import Confidence, NameMatch, Protection
from privlint.model.facts import CollectionFact, Origin

if TYPE_CHECKING:
    from privlint.catalog.catalog import Catalog
    from privlint.flow.frame import Frame

Found = dict[Mark, Hop | None]

_APART = ("contact.website", "contact.country")  # a form has these of itself, too
_BESIDE = ("identity.", "contact.", "demographic.")
_OF_PEOPLE = "registration.request"  # an owner in which weak names (`name`, `city`) are a person's
_DOUBTED = frozenset(  # what other things than people have as often: nodes, hosts, services
    ("identity.full_name", "account.nickname", "demographic.family", "minor.child_data", "health.condition",
     "health.fitness", "location.wifi", "online.ip_address")
)  # fmt: skip
_OF_HOUSES = frozenset(("contact.street", "contact.city", "contact.region", "contact.postal_code", "contact.country"))
_TELLING = frozenset(
    ("contact.email", "contact.phone", "account.password", "demographic.date_of_birth", "identity.national_id")
)


def make(
    fr: Frame,
    n: int,
    data_type: str,
    name: str,
    evidence: str,
    subject: str | None,
    confidence: Confidence,
    protection: Protection = Protection.CLEAR,
    words: str = "",
) -> Found:
    """A new source at node ``n``."""
    site = fr.site(n)
    origin = Origin(site, data_type, name, evidence, subject, confidence)
    return {Mark(origin, protection, 0): hop(None, site, "source", words or name)}


def of_match(
    fr: Frame, n: int, match: NameMatch | None, name: str, evidence: str, cap: Confidence, words: str
) -> Found:
    """The source that a name is taken for, if it is."""
    if match is None or match.protection is Protection.DERIVED:
        return {}
    return make(
        fr, n, match.data_type, name, evidence, match.subject, min(match.confidence, cap), match.protection, words
    )


def collected(fr: Frame, n: int, match: NameMatch, name: str, owner: str, required: bool) -> None:
    """Personal data is taken in from a request."""
    fr.solver.collect(
        CollectionFact(
            match.data_type, fr.site(n), name, owner, "request", required, match.subject, match.confidence, fr.fn.dotted
        )
    )


CHECKED = "privlint.web.Checked"  # what a form or schema let through: what is taken in, its fields say


_OPTIONS = ("options", "opts")  # what somebody typed who started a command


def of_request_key(fr: Frame, key: str, n: int, owner: str, holder: str, required: bool) -> Found:
    """An item or attribute of what a user sent, or of the part of it that ``holder`` names."""
    match = fr.catalog.classify(key, "request") or fr.catalog.classify(key, f"request.{holder}")
    if match is None and (len(holder) < 3 or fr.catalog.is_payload(holder)) and asks_people(fr):
        match = beside(fr.catalog, key)
    if match is None or (match.data_type.startswith("health.") and _is_of_animals(fr)):
        return {}
    if fr.catalog.means_other(key, match.data_type, holder, machines=True):  # event["repository"]["full_name"]
        return {}
    words = f"`{key}` is given as an option" if holder in _OPTIONS else f"`{key}` is read from the request"
    found = of_match(fr, n, match, key, "request", Confidence.HIGH, words)
    if found and owner != CHECKED:
        collected(fr, n, match, key, owner.rpartition(".")[2], required)
    return found


def asks_people(fr: Frame) -> bool:
    """Whether a function asks somebody for data by which a person is reached: then its `name` is a person's, too."""
    known = fr.solver.asking.get(fr.fn.id)
    if known is None:
        known = fr.solver.asking[fr.fn.id] = _asks_people(fr)
    return known


def _is_of_animals(fr: Frame) -> bool:
    """Whether a function is about animals, by its name, its parameters and its variables: of whom a `diagnosis` is."""
    known = fr.solver.of_animals.get(fr.fn.id)
    if known is None:
        ops = (op for block in fr.ir.blocks for op in block.ops)
        stored = (op.slot.partition("@")[0] for op in ops if isinstance(op, o.StoreName))
        names = (fr.ir.name, *(param.name for param in fr.ir.params), *stored)
        known = fr.solver.of_animals[fr.fn.id] = any(map(fr.catalog.is_animal, names))
    return known


def _asks_people(fr: Frame) -> bool:
    if fr.catalog.is_of_organisation(fr.ir.qualname):
        return False
    for block in fr.ir.blocks:
        for op in block.ops:
            text = op.value if isinstance(op, o.Const) else None
            if isinstance(text, str) and text.isidentifier() and tells_person(fr.catalog.classify(text, "request")):
                return True
    return False


def is_doubted(fr: Frame, match: NameMatch) -> bool:
    """Whether a name that says little means something else here.

    What may be somebody's (`profile.name`, `parent.name`, `health_status`) stands in a module that knows nobody; the
    `address` of somebody, in a program whose addresses are those of mail.
    """
    if match.data_type == "contact.postal_address" and match.confidence is not Confidence.HIGH:
        known = fr.solver.mailing
        if known is None:
            known = fr.solver.mailing = _addresses_are_of_mail(fr)
        return known
    if match.confidence is not Confidence.LOW or match.data_type not in _DOUBTED:
        return False
    module = fr.fn.module
    known = fr.solver.peopled.get(module)
    if known is None:
        known = fr.solver.peopled[module] = any(map(fr.catalog.tells_of_people, _spelled(fr, module)))
    return not known


def _addresses_are_of_mail(fr: Frame) -> bool:
    """Whether what is called an address is asked for its e-mail (`member.address.email`), and never for its city."""
    parts: set[str] = set()
    for function in fr.program.functions:
        addresses: set[int] = set()
        for block in function.ir.blocks:
            for op in block.ops:
                if isinstance(op, o.LoadAttr):
                    if op.obj in addresses:
                        parts.add(op.name)
                    if op.name.endswith("address"):
                        addresses.add(op.dst)
                elif isinstance(op, o.LoadName) and op.slot.partition("@")[0].endswith("address"):
                    addresses.add(op.dst)
    told = {match.data_type for part in parts if (match := fr.catalog.classify(part, "user")) is not None}
    return "contact.email" in told and told.isdisjoint(_OF_HOUSES)


def _spelled(fr: Frame, module: int) -> Iterator[str]:
    """The names that a module spells: of variables, attributes, parameters, keywords and keys."""
    for number in fr.program.modules[module].functions:
        ir = fr.program.functions[number].ir
        yield from (param.name for param in ir.params)
        for block in ir.blocks:
            for op in block.ops:
                if isinstance(op, o.LoadAttr | o.StoreAttr):
                    yield op.name
                elif isinstance(op, o.StoreName):
                    yield op.slot.partition("@")[0]
                elif isinstance(op, o.Call):
                    yield from (arg.label for arg in op.args if arg.label)
                elif isinstance(op, o.Const) and isinstance(op.value, str) and op.value.isidentifier():
                    yield op.value


def beside(catalog: Catalog, name: str) -> NameMatch | None:
    """What a name says where somebody is asked for data beside it by which a person is reached."""
    match = catalog.classify(name, _OF_PEOPLE)
    kept = match is not None and match.data_type.startswith(_BESIDE) and match.data_type not in _APART
    return match if kept else None


def asked(catalog: Catalog, name: str) -> NameMatch | None:
    """What a name that people are asked for says where it is about somebody, if it is sensitive: `diagnosis`."""
    match = catalog.classify(name, "request")
    return match if match is not None and catalog.is_sensitive(match.data_type) else None


def tells_person(match: NameMatch | None) -> bool:
    """Whether it is a name like `email` by itself, which belongs to whom the names beside it are about."""
    if match is None or match.data_type not in _TELLING or match.confidence is not Confidence.HIGH:
        return False
    return "," not in match.reason
