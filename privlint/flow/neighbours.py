"""What a name says by those beside it: the columns of one statement, the keys that one variable is asked for.

``name`` beside ``email`` is a person's, ``diagnosis`` beside ``patient_name`` is that patient's, and ``street`` beside
``company_name`` is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from privlint.flow.origins import asked, beside, tells_person
from privlint.ir import ops as o
from privlint.model.data import Confidence, NameMatch

if TYPE_CHECKING:
    from privlint.catalog.catalog import Catalog
    from privlint.flow.frame import Frame

_FEW = 40  # names that are looked at
_OF_SOMEBODY = (
    "identity.full_name", "identity.first_name", "identity.last_name", "contact.email", "contact.phone",
)  # fmt: skip
_OWNED = frozenset(
    (
        "financial.bank_account",
        "financial.card_number",
        "identity.passport",
        "identity.ssn",
        "identity.driver_license",
        "account.third_party_id",
    )
)
# The number by which somebody is kept; an `_id` is as often the key of a row elsewhere.
_NUMBERED = frozenset(("work.employee_id", "education.student_id", "health.patient_id"))
_THEIRS = ("vehicle.", "device.", "online.ip_address")
_LITTLE = frozenset(("identity.id_document_type", "contact.country", "contact.website", "demographic.language"))
# Where `recipient_phone` lives, or is delivered to, is what a plain `address` beside it says; what stands beside the
# phone number of an owner or a manager is where their shop is.
_DELIVERED_TO = frozenset(("recipient", "customer", "patient", "student", "passenger", "donor", "citizen", "insured",
                           "user", "borrower", "employee", "subscriber"))  # fmt: skip
_WHERE = frozenset(("contact.postal_address", "contact.street", "contact.city", "contact.postal_code"))
_OF_BODIES = "health."  # a ``diagnosis`` beside a ``systolic_bp`` is of the same body
_OF_PLACES = ("contact.", "location.", "work.employer")
_COMPANY = frozenset(
    ("company_name", "companyname", "vat_id", "vat_no", "vat_number", "business_name", "firma", "siret")
)


def match(catalog: Catalog, name: str, owner: str, others: Iterable[str]) -> NameMatch | None:
    """What a name that says nothing by itself is taken for, beside ``others``; ``owner`` is what has all of them."""
    if owner and catalog.is_thing(owner):
        return None
    if beside(catalog, name) is None and asked(catalog, name) is None and _of_theirs(catalog, name) is None:
        return None
    found = None
    for other in list(others)[:_FEW]:
        if other == name:
            continue
        told = catalog.classify(other)
        if told is not None and catalog.is_credential(told.data_type):
            continue  # a worker has a name and a password, too
        if told is not None and (
            tells_person(told)
            or (told.data_type in _OWNED and "," not in told.reason)
            or (told.data_type in _NUMBERED and not other.lower().endswith("id"))
        ):
            found = beside(catalog, name) or asked(catalog, name) or _of_theirs(catalog, name)
        elif told is not None and told.data_type in _OF_SOMEBODY:
            found = asked(catalog, name) or _of_theirs(catalog, name)
            if found is None and told.subject in _DELIVERED_TO:
                where = beside(catalog, name)
                found = where if where is not None and where.data_type in _WHERE else None
        elif told is not None and told.data_type == "contact.street" and told.confidence is Confidence.HIGH:
            where = beside(catalog, name)
            found = where if where is not None and where.data_type in _WHERE else None
        elif told is not None and told.data_type.startswith(_OF_BODIES) and told.confidence is Confidence.HIGH:
            found = asked(catalog, name)
            found = found if found is not None and found.data_type.startswith(_OF_BODIES) else None
        if found is not None and not catalog.is_credential(found.data_type) and found.data_type not in _LITTLE:
            return found._replace(confidence=min(found.confidence, Confidence.MEDIUM))
    return None


def _of_theirs(catalog: Catalog, name: str) -> NameMatch | None:
    """What a name says of somebody's car, device or connection: `plate` beside the driver's e-mail address."""
    found = catalog.classify(name, "user")
    return found if found is not None and found.data_type.startswith(_THEIRS) else None


def of_company(named: NameMatch, others: Iterable[str]) -> bool:
    """Whether what a name says where somebody is, or answers, is said of a company: it stands beside its tax number."""
    return named.data_type.startswith(_OF_PLACES) and any(other.lower() in _COMPANY for other in others)


def keys(fr: Frame, owner: str) -> frozenset[str]:
    """The constant keys that a variable, or an attribute, of that name is asked for in the function."""
    return _all_keys(fr).get(owner, frozenset())


def of_payloads(fr: Frame) -> list[str]:
    """The same of whatever is called as what somebody sends is: ``data``, ``request.form``."""
    asked_for = _all_keys(fr)
    return sorted(key for owner in asked_for if fr.catalog.is_payload(owner) for key in asked_for[owner])


def _all_keys(fr: Frame) -> dict[str, frozenset[str]]:
    known = fr.solver.keys_asked.get(fr.fn.id)
    if known is None:
        known = fr.solver.keys_asked[fr.fn.id] = _asked(fr)
    return known


def _asked(fr: Frame) -> dict[str, frozenset[str]]:
    names: dict[int, str] = {}
    texts: dict[int, str] = {}
    methods: dict[int, int] = {}
    found: dict[str, set[str]] = {}
    for block in fr.ir.blocks:
        for op in block.ops:
            if isinstance(op, o.LoadName):
                names[op.dst] = op.slot.partition("@")[0]
            elif isinstance(op, o.LoadAttr):
                names[op.dst] = op.name
                if op.name == "get":
                    methods[op.dst] = op.obj
            elif isinstance(op, o.Const) and isinstance(op.value, str):
                texts[op.dst] = op.value
            elif isinstance(op, o.LoadItem) and op.key in texts and op.obj in names:
                found.setdefault(names[op.obj], set()).add(texts[op.key])
            elif isinstance(op, o.Call) and op.func in methods and op.args:
                key, owner = texts.get(op.args[0].reg), names.get(methods[op.func])
                if key is not None and owner is not None:
                    found.setdefault(owner, set()).add(key)
    return {owner: frozenset(each) for owner, each in found.items()}
