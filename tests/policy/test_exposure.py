"""PRV301 to PRV311: which kind of sink is which code, and which form is no finding."""

from __future__ import annotations

import pytest

from privlint.catalog import Catalog
from privlint.model.data import Confidence, Protection
from privlint.model.location import Site
from privlint.policy import judge

from .made import facts, flow

CODES = {
    "log": "PRV301", "console": "PRV302", "exception": "PRV303", "url": "PRV304", "cookie": "PRV305",
    "file": "PRV307", "object-storage": "PRV307", "cache": "PRV309", "queue": "PRV309", "process": "PRV310",
    "telemetry": "PRV311",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_kinds_and_codes(catalog: Catalog, kind: str, code: str) -> None:
    (found,) = judge(facts(flow(kind=kind)), None, catalog)
    assert (found.code, found.sink_kind, found.data_types) == (code, kind, ("contact.email",))
    assert found.place == Site("app.py", 100)
    assert found.recipient is None
    assert found.legal[0].startswith("PIPL ")
    assert any(each.startswith("GDPR ") for each in found.legal)


@pytest.mark.parametrize("kind", sorted(CODES))
@pytest.mark.parametrize(
    "protection", [Protection.MASKED, Protection.PSEUDONYMISED, Protection.ENCRYPTED, Protection.DERIVED]
)
def test_protected_data_is_no_exposure(catalog: Catalog, kind: str, protection: Protection) -> None:
    assert judge(facts(flow(kind=kind, protection=protection)), None, catalog) == []


def test_a_plain_hash_can_be_reversed(catalog: Catalog) -> None:
    (found,) = judge(facts(flow("contact.phone", "log", protection=Protection.PSEUDONYMISED_WEAK)), None, catalog)
    assert found.protection.word == "pseudonymised"
    assert "can be reversed" in found.message


def test_databases_are_for_ordinary_data(catalog: Catalog) -> None:
    ordinary = flow("contact.email", "database", at=50)
    secret = flow("account.password", "database", at=60)
    sensitive = flow("health.condition", "database", at=70)
    hashed = flow("account.password", "database", at=80, protection=Protection.PSEUDONYMISED)
    found = judge(facts(ordinary, secret, sensitive, hashed), None, catalog)
    assert [(each.code, each.place) for each in found] == [
        ("PRV308", Site("app.py", 60)),
        ("PRV308", Site("app.py", 70)),
    ]


def test_sensitive_data_is_graver(catalog: Catalog) -> None:
    found = judge(facts(flow(kind="log"), flow("health.condition", "log", at=200)), None, catalog)
    assert [each.severity for each in found] == ["warning", "error"]


def test_one_result_for_a_call_with_one_flow_per_type(catalog: Catalog) -> None:
    flows = [
        flow("contact.phone", "log", at=101, call=99, origin=30, name="phone", steps=3, confidence=Confidence.LOW),
        flow("contact.email", "log", at=100, call=99, origin=20, name="email", steps=5, subject="customer"),
        flow("contact.email", "log", at=100, call=99, origin=10, name="mail", steps=4),
    ]
    (found,) = judge(facts(*flows), None, catalog)
    assert found.data_types == ("contact.email", "contact.phone")
    assert found.place == Site("app.py", 100)
    assert [len(steps) for steps in found.flows] == [3, 4]  # the shortest of each type, shortest first
    assert found.confidence is Confidence.HIGH
    assert found.subject == "customer"
    assert [each.place for each in found.related] == [Site("app.py", 20)]
    assert "email address (contact.email) and " in found.message


def test_arguments_on_lines_of_their_own_are_results_of_their_own(catalog: Catalog) -> None:
    flows = [
        flow("contact.phone", "log", at=102, call=99),
        flow("contact.email", "log", at=101, call=99),
        flow("identity.full_name", "log", at=100, call=99),
        flow("contact.email", "log", at=200, call=199),
    ]
    asked: list[set[Site]] = []

    def lines(sites: object) -> dict[Site, int]:
        asked.append(set(sites))  # type: ignore[call-overload]
        return {Site("app.py", 100): 7, Site("app.py", 101): 8, Site("app.py", 102): 8}

    found = judge(facts(*flows), None, catalog, lines)
    assert [(each.place, each.data_types) for each in found] == [
        (Site("app.py", 100), ("identity.full_name",)),
        (Site("app.py", 101), ("contact.email", "contact.phone")),
        (Site("app.py", 200), ("contact.email",)),
    ]
    assert asked == [{Site("app.py", node) for node in (100, 101, 102)}]  # only where a call has several


def test_the_weakest_form_counts(catalog: Catalog) -> None:
    flows = [flow(kind="log", protection=Protection.PSEUDONYMISED_WEAK), flow(kind="log", origin=12)]
    (found,) = judge(facts(*flows), None, catalog)
    assert found.protection is Protection.CLEAR


def test_subjects_that_differ_are_left_open(catalog: Catalog) -> None:
    flows = [flow(kind="log", subject="customer"), flow("contact.phone", "log", subject="employee")]
    (found,) = judge(facts(*flows), None, catalog)
    assert found.subject is None


def test_messages_are_one_line_whatever_names_hold(catalog: Catalog) -> None:
    name = "form['a\nb\x1b[31m'" + "x" * 500
    (found,) = judge(facts(flow(kind="log", name=name, callee="log\r.info")), None, catalog)
    assert found.message.isprintable()
    assert len(found.message) < 250


def test_order_does_not_depend_on_the_order_of_facts(catalog: Catalog) -> None:
    flows = [flow(data, kind, at=at) for at in (300, 100, 200) for data in ("contact.phone", "contact.email")
             for kind in ("log", "http")]  # fmt: skip
    assert judge(facts(*flows), None, catalog) == judge(facts(*reversed(flows)), None, catalog)


@pytest.mark.parametrize("kind", ["file", "process", "telemetry"])
def test_a_users_key_alone_is_a_remark(catalog: Catalog, kind: str) -> None:
    (found,) = judge(facts(flow("account.user_id", kind)), None, catalog)
    assert (found.code, found.severity, found.confidence) == (CODES[kind], "note", Confidence.LOW)


@pytest.mark.parametrize("kind", ["url", "cookie", "cache", "queue", "log", "console", "exception"])
def test_a_users_key_is_what_these_are_for(catalog: Catalog, kind: str) -> None:
    assert judge(facts(flow("account.user_id", kind, callee="redirect")), None, catalog) == []
    (found,) = judge(facts(flow("contact.email", kind, callee="redirect")), None, catalog)
    assert found.code == CODES[kind]


def test_a_users_key_beside_other_data_counts_as_that_data(catalog: Catalog) -> None:
    flows = [flow("account.user_id", "file"), flow("contact.email", "file", origin=12)]
    (found,) = judge(facts(*flows), None, catalog)
    assert found.data_types == ("account.user_id", "contact.email")
    assert (found.severity, found.confidence) == ("warning", Confidence.HIGH)


ORDINARY = ["account.user_id", "account.username", "account.nickname", "account.avatar", "behavior.browsing_history"]
REDIRECTS = [
    "redirect",
    "shortcuts.redirect",
    "HttpResponseRedirect",
    "RedirectResponse",
    "web.HTTPFound",
    "HTTPSeeOther",
]


@pytest.mark.parametrize("data", ORDINARY)
def test_what_redirects_carry_as_a_matter_of_course(catalog: Catalog, data: str) -> None:
    for callee in REDIRECTS:
        assert judge(facts(flow(data, "url", callee=callee)), None, catalog) == []
    party = flow(data, "url", callee="requests.get", hosts=("api.partner.example",))
    assert [each.code for each in judge(facts(party), None, catalog)] == ["PRV201", "PRV304"]


@pytest.mark.parametrize("data", ["contact.email", "contact.phone", "identity.full_name", "identity.national_id",
                                  "account.access_token", "online.session_id"])  # fmt: skip
def test_what_no_redirect_should_carry(catalog: Catalog, data: str) -> None:
    for callee in REDIRECTS:
        (found,) = judge(facts(flow(data, "url", callee=callee)), None, catalog)
        assert found.code == "PRV304"


def test_a_login_name_in_a_request_to_somewhere(catalog: Catalog) -> None:
    (found,) = judge(facts(flow("account.username", "url", callee="requests.get")), None, catalog)
    assert (found.code, found.severity) == ("PRV304", "warning")
