"""Who receives: hosts, packages, names, and what the declaration says they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privlint.catalog import Catalog
from privlint.model.declaration import Declaration
from privlint.policy.recipients import Resolver, clean_host, host_matches, nearby

from .made import flow

Declare = Callable[[str], Declaration]


def names(catalog: Catalog, declaration: Declaration | None = None, **target: object) -> list[str]:
    kind = str(target.pop("kind", "http"))
    reached = Resolver(catalog, declaration).resolve(flow(kind=kind, **target).target)  # type: ignore[arg-type]
    return ["internal"] if reached.internal else [party.info.name for party in reached.parties]


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("API.Partner.Example", "api.partner.example"),
        ("api.partner.example:8443", "api.partner.example"),
        ("user:secret@api.partner.example:8443", "api.partner.example"),
        ("api.partner.example.", "api.partner.example"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("{tenant}.partner.example", "partner.example"),
        ("*.eu.partner.example", "eu.partner.example"),
        ("{host}", ""),
        ("{host}.example", ""),
        ("api.{region}.partner.example", ""),
        ("接口.例子.cn", "接口.例子.cn"),
        ("", ""),
    ],
)
def test_clean_hosts(given: str, clean: str) -> None:
    assert clean_host(given) == clean


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "10.1.2.3", "192.168.0.4", "backend", "a.local", "db.internal", "x.svc"]
)
def test_nearby(host: str) -> None:
    assert nearby(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "api.partner.example", "internal.example", "localhost.example"])
def test_not_nearby(host: str) -> None:
    assert not nearby(host)


@pytest.mark.parametrize(
    ("pattern", "host", "matches"),
    [
        ("partner.example", "partner.example", True),
        ("partner.example", "api.partner.example", True),
        ("partner.example", "notpartner.example", False),
        ("*.partner.example", "api.partner.example", True),
        ("*.partner.example", "partner.example", False),
        ("api-*.partner.example", "api-eu.partner.example", True),
        ("API.Partner.example:443", "api.partner.example", True),
        ("", "api.partner.example", False),
    ],
)
def test_host_patterns(pattern: str, host: str, matches: bool) -> None:
    assert host_matches(pattern, host) is matches


def test_without_a_declaration(catalog: Catalog) -> None:
    assert names(catalog, hosts=("api.mixpanel.com",)) == ["Mixpanel"]
    assert names(catalog, hosts=("api.partner.example",)) == ["api.partner.example"]
    assert names(catalog, hosts=("localhost",)) == ["internal"]
    assert names(catalog, recipient="mixpanel") == ["Mixpanel"]
    assert names(catalog, kind="sdk", package="mixpanel") == ["Mixpanel"]
    assert names(catalog, kind="sdk", package="partner_sdk") == ["partner_sdk"]
    assert names(catalog, package="requests") == []
    assert names(catalog) == []


def test_internal_hosts_and_packages(catalog: Catalog, declare: Declare) -> None:
    own = declare('internal: {hosts: ["*.corp.example"], packages: [shop_common]}')
    assert names(catalog, own, hosts=("crm.corp.example",)) == ["internal"]
    assert names(catalog, own, hosts=("crm.corp.example", "api.partner.example")) == ["api.partner.example"]
    assert names(catalog, own, kind="sdk", package="shop_common.events") == ["internal"]
    # An SDK that talks to a server of one's own, or to one on this machine.
    assert names(catalog, own, kind="sdk", recipient="sentry", hosts=("sentry.corp.example",)) == ["internal"]
    assert names(catalog, own, kind="sdk", recipient="sentry", hosts=("localhost",)) == ["internal"]
    assert names(catalog, own, kind="sdk", recipient="sentry") == ["Sentry"]


@pytest.mark.parametrize("name", ["Mixpanel", "mixpanel", "Mix Panel", "MIX-PANEL"])
def test_a_known_recipient_by_name(catalog: Catalog, declare: Declare, name: str) -> None:
    resolver = Resolver(catalog, declare(f"recipients: [{{name: {name}}}]"))
    (party,) = resolver.resolve(flow(hosts=("api.mixpanel.com",)).target).parties
    assert [each.name for each in party.declared] == [name]
    assert party.info.country == "US"


def test_a_company_covers_its_services_unless_one_is_named(catalog: Catalog, declare: Declare) -> None:
    company = declare("recipients: [{name: Twilio, country: DE}]")
    (party,) = Resolver(catalog, company).resolve(flow(recipient="sendgrid").target).parties
    assert (party.info.name, party.info.country) == ("SendGrid", "DE")
    both = declare("recipients: [{name: Twilio}, {name: SendGrid, country: FR}]")
    (party,) = Resolver(catalog, both).resolve(flow(recipient="sendgrid").target).parties
    assert [each.name for each in party.declared] == ["SendGrid"]


@pytest.mark.parametrize(
    ("name", "recipient"),
    [
        ("Amazon Web Services", "aws_s3"),
        ("AWS", "aws_sqs"),
        ("Amazon S3", "aws_s3"),
        ("Google Cloud", "google_pubsub"),
        ("Google BigQuery", "bigquery"),
        ("Pub/Sub", "google_pubsub"),
        ("Mailchimp", "mailchimp"),
        ("Alibaba Cloud", "aliyun_sms"),
        ("神策数据", "sensors_data"),
        ("极光推送", "jpush"),
        ("友盟", "umeng"),
        ("阿里云", "aliyun_sms"),
        ("阿里云短信", "aliyun_sms"),
        ("Google Analytics", "google_analytics_4"),
        ("高德地图", "amap"),
    ],
)
def test_a_cloud_covers_its_services_and_brands_go_by_all_their_names(
    catalog: Catalog, declare: Declare, name: str, recipient: str
) -> None:
    resolver = Resolver(catalog, declare(f"recipients: [{{name: {name}}}]"))
    (party,) = resolver.resolve(flow(recipient=recipient).target).parties
    assert [each.name for each in party.declared] == [name]


@pytest.mark.parametrize(
    ("name", "recipient"), [("AWS", "google_pubsub"), ("短信服务", "aliyun_sms"), ("Amazon SQS", "aws_s3")]
)
def test_names_that_mean_another(catalog: Catalog, declare: Declare, name: str, recipient: str) -> None:
    resolver = Resolver(catalog, declare(f"recipients: [{{name: {name}}}]"))
    (party,) = resolver.resolve(flow(recipient=recipient).target).parties
    assert not party.declared


def test_declared_hosts_and_packages_come_first(catalog: Catalog, declare: Declare) -> None:
    text = """\
recipients:
  - {name: Our Analytics, match: {hosts: [mixpanel.com]}}
  - {name: Courier, match: {hosts: ["*.courier.example"], packages: [courier_sdk]}, country: CN}
"""
    declared = declare(text)
    assert names(catalog, declared, hosts=("api.mixpanel.com",)) == ["Our Analytics"]
    assert names(catalog, declared, kind="sdk", recipient="mixpanel") == ["Our Analytics"]  # by the hosts of its SDK
    assert names(catalog, declared, hosts=("a.courier.example", "b.courier.example")) == ["Courier"]
    assert names(catalog, declared, kind="sdk", package="courier_sdk.client") == ["Courier"]
    assert names(catalog, declared, kind="sdk", package="courier_sdk2") == ["courier_sdk2"]


def test_a_host_by_its_bare_name(catalog: Catalog, declare: Declare) -> None:
    declared = declare("recipients: [{name: api.partner.example}]")
    (party,) = Resolver(catalog, declared).resolve(flow(hosts=("api.partner.example",)).target).parties
    assert party.declared
