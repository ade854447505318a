"""The data map: observed joined with declared, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest

from privlint.catalog import Catalog
from privlint.model.data import Confidence, Protection
from privlint.model.datamap import Cell, DataMap, Provenance, Shared
from privlint.model.declaration import Declaration
from privlint.model.facts import Facts
from privlint.model.location import Location, Site, Span
from privlint.policy.datamap import INTERNAL, UNKNOWN, survey
from tests.policy.made import collection, facts, flow

Declare = Callable[[str], Declaration]

PARTNER = ("api.partner.example",)
MIXPANEL: dict[str, Any] = {"kind": "sdk", "recipient": "mixpanel", "package": "mixpanel", "callee": "mp.track"}


def located(sites: Collection[Site]) -> dict[Site, Location]:
    """Every node on a line of its own."""
    return {site: Location(site.path, Span(site.node, 1, site.node, 9)) for site in sites}


def mapped(
    catalog: Catalog, found: Facts, declaration: Declaration | None = None, min_confidence: Confidence = Confidence.LOW
) -> DataMap:
    return survey(found, declaration, catalog, located, min_confidence)


def edge(result: DataMap, data: str, receiver: str) -> Shared:
    (found,) = [each for each in result.shared if (each.data, each.receiver) == (data, receiver)]
    return found


def told(cells: tuple[Cell, ...]) -> list[tuple[str, str]]:
    return [(cell.value, cell.provenance.value) for cell in cells]


def lines(cell: Cell) -> list[tuple[str, int]]:
    return [(each.location.path, each.location.span.line) for each in cell.evidence]


def test_an_edge_that_is_declared_and_observed(catalog: Catalog, declare: Declare) -> None:
    declaration = declare(
        "controller: {name: Shop, country: CN}\n"
        "recipients:\n"
        "  - name: Partner\n"
        "    match: {hosts: [api.partner.example]}\n"
        "    country: DE\n"
        "    transfer: standard-contract\n"
        "    receives:\n"
        "      - {data: contact.email, form: pseudonymised, purpose: delivery, basis: contract}\n"
    )
    result = mapped(catalog, facts(flow(hosts=PARTNER, subject="customer"), flow(at=200, hosts=PARTNER)), declaration)
    found = edge(result, "contact.email", "Partner")
    assert found.provenance is Provenance.BOTH
    assert told(found.forms) == [("pseudonymised", "declared"), ("clear", "observed")]
    assert lines(found.forms[0]) == [("privacy.yml", 9)]
    assert lines(found.forms[1]) == [("app.py", 100), ("app.py", 200)]
    assert told(found.purposes) == [("delivery", "declared")]
    assert told(found.bases) == [("contract", "declared")]
    assert told(found.transports) == [("protected", "observed")]
    assert told(found.manners) == [("http", "observed")]
    assert told(found.subjects) == [("customer", "observed")]
    receiver = result.receiver("Partner")
    assert (receiver.name, receiver.role, receiver.provenance) == ("Partner", "third-party", Provenance.BOTH)
    assert told(receiver.countries) == [("DE", "declared")]
    assert told(receiver.transfers) == [("standard-contract", "declared")]
    assert told(receiver.hosts) == [("api.partner.example", "both")]
    assert receiver.abroad is True


def test_the_country_of_a_known_recipient_is_observed_unless_the_declaration_has_another(
    catalog: Catalog, declare: Declare
) -> None:
    found = facts(flow(**MIXPANEL))
    assert told(mapped(catalog, found).receiver("mixpanel").countries) == [("US", "observed")]
    same = declare("recipients:\n  - {name: Mixpanel, country: US}\n")
    assert told(mapped(catalog, found, same).receiver("mixpanel").countries) == [("US", "both")]
    other = declare("recipients:\n  - {name: Mixpanel, country: DE}\n")
    receiver = mapped(catalog, found, other).receiver("mixpanel")
    assert ("DE", "declared") in told(receiver.countries)
    assert ("US", "observed") not in told(receiver.countries)
    assert receiver.kind == "analytics"
    assert told(receiver.packages) == [("mixpanel", "observed")]


def test_a_country_within_the_eea_is_not_abroad(catalog: Catalog, declare: Declare) -> None:
    declaration = declare(
        "controller: {country: DE}\n"
        "recipients:\n  - {name: Partner, country: FR, match: {hosts: [api.partner.example]}}\n"
    )
    assert mapped(catalog, facts(flow(hosts=PARTNER)), declaration).receiver("Partner").abroad is False


def test_what_is_declared_and_not_seen_is_there_as_well(catalog: Catalog, declare: Declare) -> None:
    declaration = declare(
        "collects:\n"
        "  - {data: contact.email, purposes: [registration], basis: contract, retention: P2Y}\n"
        "  - {data: health, purposes: [advice]}\n"
        "recipients:\n"
        "  - name: Mixpanel\n"
        "    receives:\n"
        "      - {data: account.user_id, purpose: analytics}\n"
        "      - {data: contact, purpose: analytics}\n"
        "  - name: Nobody\n"
    )
    result = mapped(catalog, facts(flow(**MIXPANEL), collections=(collection(subject="customer"),)), declaration)
    assert [(each.data, each.provenance.value) for each in result.collected] == [
        ("contact.email", "both"),
        ("health", "declared"),
    ]
    email = result.collected[0]
    assert told(email.retention) == [("P2Y", "declared")]
    assert told(email.subjects) == [("customer", "observed")]
    assert [(each.data, each.receiver, each.provenance.value) for each in result.shared] == [
        ("account.user_id", "mixpanel", "declared"),
        ("contact.email", "mixpanel", "both"),
    ]
    assert [(each.key, each.provenance.value) for each in result.receivers] == [
        ("mixpanel", "both"),
        ("Nobody", "declared"),
    ]
    assert [each.id for each in result.types] == ["account.user_id", "contact.email"]


def test_declared_recipient_that_the_catalogue_knows_and_no_code_reaches(catalog: Catalog, declare: Declare) -> None:
    declaration = declare("recipients:\n  - {name: Mixpanel, receives: [{data: contact.email}]}\n")
    receiver = mapped(catalog, facts(), declaration).receiver("mixpanel")
    assert (receiver.kind, receiver.provenance) == ("analytics", Provenance.DECLARED)
    assert receiver.countries == ()  # nobody said so, and nothing is seen


def test_nobody_knows_whom_and_ones_own(catalog: Catalog, declare: Declare) -> None:
    declaration = declare("internal: {hosts: ['*.corp.example']}\n")
    found = facts(flow(), flow(at=200, hosts=("api.corp.example",)), flow(at=300, hosts=("127.0.0.1",)))
    result = mapped(catalog, found, declaration)
    assert [(each.receiver, len(each.passages)) for each in result.shared] == [(INTERNAL, 2), (UNKNOWN, 1)]
    assert [each.role for each in result.receivers] == ["unknown", "internal"]


@pytest.mark.parametrize("kind", ["log", "database", "file", "cache", "response"])
def test_what_is_kept(catalog: Catalog, kind: str) -> None:
    result = mapped(catalog, facts(flow(kind=kind, protection=Protection.MASKED)))
    (kept,) = result.kept
    assert (kept.data, kept.kind, kept.receiver) == ("contact.email", kind, None)
    assert told(kept.forms) == [("masked", "observed")]
    assert not result.shared


def test_a_table_keeps_what_it_has_a_field_for(catalog: Catalog) -> None:
    result = mapped(catalog, facts(collections=(collection(how="model", owner="Customer", name="email"),)))
    (kept,) = result.kept
    assert (kept.kind, [intake.name for intake in kept.intakes]) == ("database", ["email"])


def test_a_provider_of_infrastructure_receives_and_keeps(catalog: Catalog) -> None:
    result = mapped(catalog, facts(flow(kind="object-storage", recipient="aws_s3")))
    assert [(each.data, each.receiver) for each in result.shared] == [("contact.email", "aws_s3")]
    assert [(each.kind, each.receiver) for each in result.kept] == [("object-storage", "aws_s3")]
    assert result.receiver("aws_s3").role == "infrastructure"


def test_what_is_less_sure_than_asked_for_is_left_out(catalog: Catalog) -> None:
    found = facts(
        flow(hosts=PARTNER, confidence=Confidence.LOW), collections=(collection(confidence=Confidence.MEDIUM),)
    )
    assert mapped(catalog, found).shared
    sure = mapped(catalog, found, min_confidence=Confidence.MEDIUM)
    assert not sure.shared
    assert sure.collected


def test_a_hash_that_can_be_reversed_says_so(catalog: Catalog) -> None:
    result = mapped(catalog, facts(flow(hosts=PARTNER, protection=Protection.PSEUDONYMISED_WEAK)))
    (cell,) = edge(result, "contact.email", "api.partner.example").forms
    assert cell.value == "pseudonymised"
    assert "can be reversed" in cell.evidence[0].text
