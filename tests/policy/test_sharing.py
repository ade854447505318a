"""PRV201 to PRV206: declared against actual."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privlint.catalog import Catalog
from privlint.model.data import Confidence, Protection
from privlint.model.declaration import Declaration
from privlint.model.facts import FlowFact, Scrubber
from privlint.model.finding import Finding
from privlint.model.location import Location, Site
from privlint.policy import judge

from .made import facts, flow

Declare = Callable[[str], Declaration]
PARTNER = ("api.partner.example",)
MIXPANEL = """\
controller: {name: Shop, country: CN}
recipients:
  - name: mix panel
    transfer: standard-contract
    receives:
      - {data: contact.email, form: pseudonymised}
      - {data: account}
"""


def sdk(data: str = "contact.email", **more: object) -> FlowFact:
    values: dict[str, object] = {"recipient": "mixpanel", "package": "mixpanel", "callee": "mp.track", **more}
    return flow(data, "sdk", **values)  # type: ignore[arg-type]


def codes(found: list[Finding]) -> list[str]:
    """The codes, without those of stale declarations: facts made by hand mention nothing else."""
    return [each.code for each in found if not each.code.startswith("PRV9")]


def test_without_a_declaration_each_pair_once(catalog: Catalog) -> None:
    flows = [
        flow("contact.email", at=500, hosts=PARTNER),
        flow("contact.phone", at=500, hosts=PARTNER),
        flow("contact.email", at=300, hosts=PARTNER),
        flow("contact.email", at=100, path="b.py", hosts=PARTNER),
        sdk(at=700),
    ]
    found = judge(facts(*flows), None, catalog)
    assert [(each.place, each.data_types, each.recipient.name if each.recipient else "") for each in found] == [
        (Site("app.py", 300), ("contact.email",), "api.partner.example"),
        (Site("app.py", 500), ("contact.phone",), "api.partner.example"),
        (Site("app.py", 700), ("contact.email",), "Mixpanel"),
    ]
    assert codes(found) == ["PRV201"] * 3
    assert [each.place for each in found[0].related] == [Site("app.py", 500), Site("b.py", 100)]


def test_with_a_declaration_every_place(catalog: Catalog, declare: Declare) -> None:
    flows = [flow(at=at, hosts=PARTNER) for at in (100, 200)]
    found = judge(facts(*flows), declare(""), catalog)
    assert codes(found) == ["PRV201", "PRV201"]
    assert "which privacy.yml does not declare" in found[0].message


def test_undeclared_data_for_a_declared_recipient(catalog: Catalog, declare: Declare) -> None:
    found = judge(facts(sdk("contact.phone"), sdk("account.user_id", at=200)), declare(MIXPANEL), catalog)
    assert codes(found) == ["PRV202"]
    assert found[0].recipient is not None
    assert (found[0].recipient.name, found[0].recipient.country) == ("Mixpanel", "US")
    place = found[0].related[0].place
    assert isinstance(place, Location)
    assert (place.path, place.span.line) == ("privacy.yml", 4)


@pytest.mark.parametrize(
    ("protection", "found"),
    [
        (Protection.CLEAR, ["PRV203"]),
        (Protection.MASKED, ["PRV203"]),
        (Protection.PSEUDONYMISED_WEAK, []),
        (Protection.PSEUDONYMISED, []),
        (Protection.ENCRYPTED, []),
        (Protection.DERIVED, []),
    ],
)
def test_the_declared_form(catalog: Catalog, declare: Declare, protection: Protection, found: list[str]) -> None:
    assert codes(judge(facts(sdk(protection=protection)), declare(MIXPANEL), catalog)) == found


def test_the_most_specific_entry_gives_the_form(catalog: Catalog, declare: Declare) -> None:
    text = "recipients: [{name: Mixpanel, receives: [{data: contact}, {data: contact.email, form: encrypted}]}]"
    flows = [sdk(), sdk("contact.phone", at=200)]
    found = judge(facts(*flows), declare(text), catalog)
    assert [(each.code, each.data_types) for each in found] == [("PRV203", ("contact.email",))]


def test_a_wider_type_covers_what_satisfies_it(catalog: Catalog, declare: Declare) -> None:
    text = "recipients: [{name: Mixpanel, receives: [{data: identity.full_name}]}]"
    assert judge(facts(sdk("identity.first_name")), declare(text), catalog) == []
    text = "recipients: [{name: Mixpanel, receives: [{data: identity.first_name}]}]"
    assert codes(judge(facts(sdk("identity.full_name")), declare(text), catalog)) == ["PRV202"]


def test_protected_data_is_still_shared_and_says_its_form(catalog: Catalog) -> None:
    (found,) = judge(facts(flow(hosts=PARTNER, protection=Protection.PSEUDONYMISED_WEAK)), None, catalog)
    assert (found.code, found.protection.word) == ("PRV201", "pseudonymised")
    assert "can be reversed" in found.message


@pytest.mark.parametrize(
    ("home", "entry", "expected"),
    [
        ("CN", "name: Mixpanel", ["PRV204"]),
        ("CN", "name: Mixpanel, country: CN", []),
        ("CN", "name: Mixpanel, transfer: exempt", []),
        ("US", "name: Mixpanel", []),
        ("DE", "name: Mixpanel, country: FR", []),
        ("DE", "name: Mixpanel, country: GB", ["PRV204"]),
        ("NO", "name: Mixpanel, country: DE", []),
    ],
)
def test_transfers(catalog: Catalog, declare: Declare, home: str, entry: str, expected: list[str]) -> None:
    text = f"controller: {{country: {home}}}\nrecipients: [{{{entry}, receives: [{{data: contact}}]}}]"
    assert codes(judge(facts(sdk()), declare(text), catalog)) == expected


def test_an_undeclared_recipient_abroad_is_both(catalog: Catalog, declare: Declare) -> None:
    assert codes(judge(facts(sdk()), declare("controller: {country: CN}"), catalog)) == ["PRV201", "PRV204"]
    assert codes(judge(facts(flow(hosts=PARTNER)), declare("controller: {country: CN}"), catalog)) == ["PRV201"]


def test_the_laws_of_the_declaration(catalog: Catalog, declare: Declare) -> None:
    (found,) = judge(facts(flow(hosts=PARTNER)), declare("laws: [CCPA]"), catalog)
    assert found.legal
    assert all(each.startswith("CCPA 1798.") for each in found.legal)
    (found,) = judge(facts(flow(hosts=PARTNER)), declare("controller: {country: CN}"), catalog)
    assert "PIPL 23" in found.legal
    assert "CSL 42 (44 since 2026)" in found.legal
    assert not any(each.startswith("GDPR") for each in found.legal)


def test_an_unknown_recipient(catalog: Catalog, declare: Declare) -> None:
    for declared in (None, declare("")):
        (found,) = judge(facts(flow(), flow(kind="url", at=200, protection=Protection.MASKED)), declared, catalog)
        assert (found.code, found.recipient) == ("PRV205", None)


def test_unprotected_transport_adds_up(catalog: Catalog) -> None:
    found = judge(facts(flow(hosts=PARTNER, secure=False)), None, catalog)
    assert codes(found) == ["PRV201", "PRV206"]
    assert judge(facts(flow(hosts=("localhost",), secure=False)), None, catalog) == []


def test_a_parameter_in_a_url_is_sharing_and_exposure(catalog: Catalog) -> None:
    flows = [flow(kind=kind, hosts=PARTNER, callee="requests.get") for kind in ("http", "url")]
    found = judge(facts(*flows), None, catalog)
    assert [(each.code, each.sink_kind) for each in found] == [("PRV201", "http"), ("PRV304", "url")]


def test_several_hosts_are_several_recipients(catalog: Catalog) -> None:
    found = judge(facts(flow(hosts=("api.mixpanel.com", "api.partner.example", "localhost"))), None, catalog)
    assert [each.recipient.name for each in found if each.recipient] == ["Mixpanel", "api.partner.example"]


@pytest.mark.parametrize(
    ("kind", "recipient", "code"),
    [("object-storage", "aws_s3", "PRV307"), ("telemetry", "datadog", "PRV311"), ("queue", "aws_sqs", "PRV309")],
)
def test_infrastructure_is_a_recipient_once_there_is_a_declaration(
    catalog: Catalog, declare: Declare, kind: str, recipient: str, code: str
) -> None:
    found = flow(kind=kind, recipient=recipient)
    assert codes(judge(facts(found), None, catalog)) == [code]
    assert codes(judge(facts(found), declare(""), catalog)) == ["PRV201", code]
    name = catalog.recipients[recipient].name
    text = f"recipients: [{{name: {name}, receives: [{{data: contact}}]}}]"
    assert codes(judge(facts(found), declare(text), catalog)) == [code]


def test_a_request_to_an_object_store_is_object_storage(catalog: Catalog) -> None:
    (found,) = judge(facts(flow(hosts=("shop.s3.amazonaws.com",))), None, catalog)
    assert (found.code, found.sink_kind) == ("PRV307", "object-storage")


def test_a_message_says_what_such_a_recipient_does_not_usually_need(catalog: Catalog) -> None:
    id_number = flow("identity.national_id", "sdk", at=100, recipient="stripe")
    email = flow("contact.email", "sdk", at=100, recipient="stripe")
    both = [each.message for each in judge(facts(id_number, email), None, catalog) if each.code == "PRV201"]
    assert len(both) == 1
    assert "a payment service does not usually need the national identity number" in both[0]
    only_email = [each.message for each in judge(facts(email), None, catalog) if each.code == "PRV201"]
    assert "usually" not in only_email[0]


def test_a_configured_filter_lowers_the_confidence_and_is_named(catalog: Catalog) -> None:
    found = facts(flow("contact.email", "log"))
    plain = [each for each in judge(found, None, catalog) if each.code == "PRV301"]
    found.scrubbers.append(Scrubber(Site("app.py", 3), "RedactFilter", ("log",)))
    behind = [each for each in judge(found, None, catalog) if each.code == "PRV301"]
    assert (plain[0].confidence, behind[0].confidence) == (Confidence.HIGH, Confidence.MEDIUM)
    assert "RedactFilter may take it out before" in behind[0].message
    found.scrubbers[0] = Scrubber(Site("app.py", 3), "strip", recipient="sentry")
    assert [each.confidence for each in judge(found, None, catalog)] == [Confidence.HIGH]
