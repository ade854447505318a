"""What names are taken for.

``names_that_match.txt`` and ``names_that_do_not.txt`` are the measure of the matcher: precision counts as much as
recall, so that a change that mends one list by breaking the other is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from privlint.catalog import Catalog
from privlint.catalog.words import tokens
from privlint.model.data import Confidence, Protection

HERE = Path(__file__).parent
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW


def labelled(file: str) -> Iterator[tuple[str, str]]:
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, _, names = line.partition(": ")
            for name in names.split():
                yield label, name


def split(text: str) -> tuple[str, str | None]:
    owner, _, name = text.rpartition(".")
    return name, owner or None


@pytest.mark.parametrize(("data_type", "text"), list(labelled("names_that_match.txt")))
def test_a_name_of_personal_data(catalog: Catalog, data_type: str, text: str) -> None:
    match = catalog.classify(*split(text))
    assert match is not None and match.data_type == data_type, catalog.explain(*split(text))


@pytest.mark.parametrize(("reason", "text"), list(labelled("names_that_do_not.txt")))
def test_a_name_of_something_else(catalog: Catalog, reason: str, text: str) -> None:
    assert catalog.classify(*split(text)) is None, (reason, catalog.explain(*split(text)))


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("email", HIGH), ("password", HIGH), ("access_token", HIGH), ("primary_email", HIGH), ("customer_phone", HIGH),
        ("ledger_email", MEDIUM), ("User.name", MEDIUM), ("Customer.city", MEDIUM), ("RegistrationForm.name", MEDIUM),
        ("row.EMAIL", MEDIUM), ("card.number", MEDIUM), ("request.META.REMOTE_ADDR", HIGH), ("user_id", LOW),
        ("account.user_id", LOW), ("request.company_phone", LOW), ("full_name", LOW), ("User.full_name", HIGH),
        ("profile.name", LOW), ("client.name", LOW),
    ],
)  # fmt: skip
def test_confidence(catalog: Catalog, text: str, confidence: Confidence) -> None:
    match = catalog.classify(*split(text))
    assert match is not None and match.confidence is confidence, catalog.explain(*split(text))


def test_an_extended_type_is_never_sure(catalog: Catalog) -> None:
    match = catalog.classify("landline", "User")
    assert match is not None
    assert catalog.data_types[match.data_type].tier == "extended"
    assert match.confidence is MEDIUM


@pytest.mark.parametrize(
    ("text", "protection"),
    [
        ("email", Protection.CLEAR), ("email_hash", Protection.PSEUDONYMISED), ("email_md5", Protection.PSEUDONYMISED_WEAK),
        ("hashed_password", Protection.PSEUDONYMISED_WEAK), ("phone_masked", Protection.MASKED),
        ("masked_phone", Protection.MASKED), ("redacted_email", Protection.MASKED), ("encrypted_ssn", Protection.ENCRYPTED),
        ("card_number_encrypted", Protection.ENCRYPTED), ("card_number_token", Protection.PSEUDONYMISED),
        ("anonymized_email", Protection.DERIVED), ("unmasked_phone", Protection.CLEAR),
    ],
)  # fmt: skip
def test_protection_in_the_name(catalog: Catalog, text: str, protection: Protection) -> None:
    match = catalog.classify(text)
    assert match is not None and match.protection is protection


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("email", None), ("user_email", "user"), ("customer_email", "customer"), ("Employee.email", "employee"),
        ("patient.phone", "patient"), ("buyerName", "customer"), ("user.patient_phone", "patient"),
        ("User.student_email", "student"), ("客户姓名", "customer"),
    ],
)  # fmt: skip
def test_whose_data_it_is(catalog: Catalog, text: str, subject: str | None) -> None:
    match = catalog.classify(*split(text))
    assert match is not None and match.subject == subject


def test_explanations_end_in_the_answer_and_give_the_reason(catalog: Catalog) -> None:
    assert catalog.explain("email_template")[-2:] == [
        "'email' (contact.email): no, the name is about 'template'",
        "'email_template' is taken for no personal data",
    ]
    assert "no person in sight" in catalog.explain("name")[-2]
    lines = catalog.explain("name", "Customer")
    assert "'Customer' speaks of a person" in lines[1]
    assert lines[-1] == "'name' is taken for identity.full_name, confidence medium, of: customer"


@pytest.mark.parametrize("name", ["", "_", "__", ".", "..", "a" * 10_000, "email_" * 50, "\u202e\x00", "💌", "1", "_1"])
def test_strange_names_are_no_trouble(catalog: Catalog, name: str) -> None:
    assert catalog.classify(name) is None
    assert catalog.classify(name, name) is None
    assert catalog.explain(name, name)


def test_a_strange_owner_is_no_trouble(catalog: Catalog) -> None:
    for owner in ("", ".", "()", "a" * 5_000, "[" * 500, "self"):
        match = catalog.classify("email", owner)
        assert match is not None and match.data_type == "contact.email"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("userEmail", ["user", "email"]), ("HTTPServer", ["http", "server"]), ("userIDs", ["user", "ids"]),
        ("X-Forwarded-For", ["x", "forwarded", "for"]), ("address1", ["address1"]), ("address_1", ["address", "1"]),
        ("user手机号2", ["user", "手机号", "2"]), ("SHA256Hash", ["sha256", "hash"]), ("2fa_code", ["2fa", "code"]),
        ("größe", ["grosse"]), ("prénom", ["prenom"]), ("fødselsdato", ["fodselsdato"]), ("ｅｍａｉｌ", ["email"]),
    ],
)  # fmt: skip
def test_how_names_fall_into_tokens(name: str, words: list[str]) -> None:
    assert list(tokens(name)) == words


@pytest.mark.parametrize(
    ("name", "owner", "expected"),
    [
        ("password", "User", "high"),
        ("password", "LoginForm", "high"),
        ("password", "LdapResolver", "low"),
        ("access_token", "Connector", "low"),
        ("openid", "request", "high"),
        ("dob", "row", "high"),
        ("geo_lat", "e", "low"),
    ],
)
def test_confidence_says_who_is_in_sight(catalog: Catalog, name: str, owner: str, expected: str) -> None:
    match = catalog.classify(name, owner)
    assert match is not None
    assert match.confidence.word == expected
