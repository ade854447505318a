"""Whole records: PRV104 where they are passed on, PRV306 in responses."""

from __future__ import annotations

from dataclasses import replace

from privlint.catalog import Catalog
from privlint.model.data import Protection
from privlint.model.facts import FlowFact
from privlint.policy import judge

from .made import facts, flow


def whole(data: str, name: str, kind: str, **more: object) -> FlowFact:
    """A field of a record that travels with all the others."""
    made = flow(data, kind, origin=10 + len(name), name=name, **more)  # type: ignore[arg-type]
    return replace(made, whole="User")


def codes(*flows: FlowFact, catalog: Catalog) -> list[str]:
    return [each.code for each in judge(facts(*flows), None, catalog)]


def test_a_whole_person_in_a_response(catalog: Catalog) -> None:
    email, phone = whole("contact.email", "email", "response"), whole("contact.phone", "phone", "response")
    (found,) = judge(facts(email, phone), None, catalog)
    assert (found.code, found.data_types) == ("PRV306", ("contact.email", "contact.phone"))
    assert "a whole User" in found.message
    assert "[from email and phone]" in found.message


def test_fields_that_are_chosen_are_no_whole(catalog: Catalog) -> None:
    email, phone = flow("contact.email", "response"), flow("contact.phone", "response")
    assert codes(email, phone, catalog=catalog) == []


def test_one_field_is_no_person(catalog: Catalog) -> None:
    assert codes(whole("contact.email", "email", "response"), catalog=catalog) == []


def test_protected_fields_do_not_count(catalog: Catalog) -> None:
    email = whole("contact.email", "email", "response")
    phone = whole("contact.phone", "phone", "response", protection=Protection.MASKED)
    assert codes(email, phone, catalog=catalog) == []


def test_a_page_is_no_response_of_data(catalog: Catalog) -> None:
    fields = [
        whole(data, name, "response", callee="render_template")
        for data, name in (("contact.email", "email"), ("contact.phone", "phone"))
    ]
    assert codes(*fields, catalog=catalog) == []


def test_a_whole_person_passed_on(catalog: Catalog) -> None:
    fields = [
        whole(data, name, "http", hosts=("api.example.com",))
        for data, name in (("contact.email", "email"), ("contact.phone", "phone"))
    ]
    assert "PRV104" in codes(*fields, catalog=catalog)
    assert "PRV306" not in codes(*fields, catalog=catalog)
