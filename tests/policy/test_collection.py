"""PRV101 and PRV001."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privlint.catalog import Catalog
from privlint.model.data import Confidence
from privlint.model.declaration import Declaration
from privlint.model.facts import Facts, PayloadFact, UnusedFact
from privlint.model.location import Location, Site, Span
from privlint.model.source import Unreadable
from privlint.policy import judge
from privlint.policy.necessary import NecessarySet

from .made import collection, facts

Declare = Callable[[str], Declaration]


def test_undeclared_collection(catalog: Catalog, declare: Declare) -> None:
    taken = facts(collections=(collection(subject="customer"), collection("contact.phone", at=9, name="phone")))
    assert judge(taken, None, catalog) == []
    (found,) = judge(taken, declare("collects: [{data: contact.phone}]"), catalog)
    assert (found.code, found.place, found.sink_kind) == ("PRV101", Site("app.py", 5), "collection")
    assert (found.data_types, found.subject, found.recipient) == (("contact.email",), "customer", None)
    assert "[from request.form['email']]" in found.message
    assert found.flows[0][0].site == found.place


def test_a_category_covers_its_types(catalog: Catalog, declare: Declare) -> None:
    taken = facts(collections=(collection(), collection("contact.phone", at=9)))
    assert judge(taken, declare("collects: [{data: contact}]"), catalog) == []


def test_one_result_per_site(catalog: Catalog, declare: Declare) -> None:
    taken = facts(collections=(collection("contact.phone"), collection(), collection()))
    (found,) = judge(taken, declare(""), catalog)
    assert found.data_types == ("contact.email", "contact.phone")


def test_a_guess_is_no_breach(catalog: Catalog, declare: Declare) -> None:
    assert judge(facts(collections=(collection(confidence=Confidence.LOW),)), declare(""), catalog) == []


def test_a_broken_file_is_a_finding(catalog: Catalog) -> None:
    (found,) = judge(Facts(unreadable=[Unreadable("b.py", 3, 7, "invalid\nsyntax")]), None, catalog)
    assert (found.code, found.severity, found.data_types) == ("PRV001", "error", ())
    assert found.place == Location("b.py", Span(3, 7, 3, 8))
    assert found.message == "cannot be analysed: invalid syntax"


def test_beyond_the_necessary_set(catalog: Catalog, declare: Declare) -> None:
    taken = facts(
        collections=(
            collection("demographic.date_of_birth", name="birthday", owner="SignUp", how="body"),
            collection("contact.phone", at=9, name="phone", owner="SignUp", how="body"),
            collection("contact.email", at=11, name="email", owner="SignUp", how="body", required=False),
        )
    )
    found = [each for each in judge(taken, declare("app_type: online-shopping"), catalog) if each.code == "PRV102"]
    (one,) = found
    assert (one.data_types, one.place) == (("demographic.date_of_birth",), Site("app.py", 5))
    assert {"Scope39 4", "Scope39 5"} <= set(one.legal)
    for words in ("an online shopping app", "buying goods", "Scope39 5(6)", "(recipient)", "make it optional"):
        assert words in one.message


@pytest.mark.parametrize("app_type", ["online_shopping", "dating", "browser", "mobile_banking", "transport_ticketing"])
def test_the_sets_allow_what_they_name(app_type: str, catalog: Catalog) -> None:
    needed = NecessarySet(catalog.app_types[app_type], catalog)
    for need in needed.needs:
        for data_type in need.data:
            assert needed.refuses(data_type, frozenset(), frozenset(need.where)) is None
    assert needed.refuses("special.religion", frozenset(), frozenset()) == ""


def test_every_app_type_can_be_judged(catalog: Catalog) -> None:
    assert len(catalog.app_types) == 39
    for entry in catalog.app_types.values():
        needed = NecessarySet(entry, catalog)
        assert needed.name
        assert needed.function
        assert needed.article.startswith("5(")
        assert needed.allowed()
        assert all(need.where and need.elsewhere for need in needed.needs if need.when)
        known = {"contact.any_method", "financial.any_account", *catalog.data_types}
        assert {each for need in needed.needs for each in need.data} <= known


def test_sensitive_data_under_each_law(catalog: Catalog, declare: Declare) -> None:
    taken = facts(collections=(collection("financial.card_number"), collection("special.union_membership", at=9)))
    codes = {
        law: [each.data_types[0] for each in judge(taken, declare(f"laws: [{law}]"), catalog) if each.code == "PRV105"]
        for law in ("PIPL", "GDPR", "CCPA")
    }
    assert codes["PIPL"] == ["financial.card_number"]
    assert codes["GDPR"] == ["special.union_membership"]
    assert codes["CCPA"] == ["financial.card_number", "special.union_membership"]


def test_the_line_of_the_declaration_is_shown(catalog: Catalog, declare: Declare) -> None:
    taken = facts(collections=(collection("minor.child_data"),))
    declared = declare("collects:\n  - {data: minor, basis: consent}")
    (found,) = [each for each in judge(taken, declared, catalog) if each.code == "PRV106"]
    assert "the declared basis is consent" in found.message
    assert [each.place.path for each in found.related] == ["privacy.yml"]


def unused(fate: str, **more: object) -> UnusedFact:
    taken = collection("demographic.date_of_birth", name="birthday", owner="SignUp", how="form")
    return UnusedFact(taken, fate, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fate", "confidence", "severity"),
    [("unread", "high", "warning"), ("tested", "low", "note"), ("stored", "low", "note"), ("passed", "low", "note")],
)
def test_unused(fate: str, confidence: str, severity: str, catalog: Catalog) -> None:
    (found,) = judge(Facts(unused=[unused(fate)]), None, catalog)
    assert (found.code, found.confidence.word, found.severity) == ("PRV103", confidence, severity)
    assert "[from birthday]" in found.message
    assert "PIPL 6" in found.message


def test_a_declared_purpose_is_one(catalog: Catalog, declare: Declare) -> None:
    declared = declare("collects:\n  - {data: demographic.date_of_birth, purposes: [statistics]}")
    codes = {
        fate: [each.code for each in judge(Facts(unused=[unused(fate)]), declared, catalog)]
        for fate in ("stored", "unread")
    }
    assert "PRV103" not in codes["stored"]
    assert "PRV103" in codes["unread"]


def test_templates_show_it(catalog: Catalog) -> None:
    assert judge(Facts(unused=[unused("stored")], shown=("birthday", "user")), None, catalog) == []
    assert judge(Facts(unused=[unused("stored")], shown=("user",)), None, catalog) != []
    assert judge(Facts(unused=[unused("unread", rendered=True)]), None, catalog) == []  # templates are elsewhere


def test_a_payload_names_its_fields(catalog: Catalog) -> None:
    fields = (("email", "contact.email"), ("born", "demographic.date_of_birth"))
    fact = PayloadFact(
        Site("app.py", 5), "request", "User", "request.json", fields, "user", Confidence.HIGH, "app.add", ()
    )
    (found,) = judge(Facts(payloads=[fact]), None, catalog)
    assert (found.code, found.data_types) == ("PRV104", ("contact.email", "demographic.date_of_birth"))
    assert "[from email and born]" in found.message
    assert "request.json into User" in found.message


def test_a_record_without_personal_data_is_no_payload(catalog: Catalog) -> None:
    fact = PayloadFact(Site("app.py", 5), "fields", "OrderForm", "exclude", (), None, Confidence.MEDIUM, "app", ())
    assert judge(Facts(payloads=[fact]), None, catalog) == []
