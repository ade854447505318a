"""PRV101 and PRV001."""

from __future__ import annotations

from collections.abc import Callable

from privlint.catalog import Catalog
from privlint.model.data import Confidence
from privlint.model.declaration import Declaration
from privlint.model.facts import Facts
from privlint.model.location import Location, Site, Span
from privlint.model.source import Unreadable
from privlint.policy import judge

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
