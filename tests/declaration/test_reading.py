"""``privacy.yml`` to a Declaration: every key of the contract, and errors that name the line and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint.declaration import DeclarationError, load
from privlint.model.declaration import Declaration
from privlint.model.location import Span

TYPES = ("contact.phone", "contact.email", "account.user_id", "behavior.purchase_history")
FULL = """\
version: 1
controller: {name: Example Shop, country: CN}
app_type: online-shopping
laws: [PIPL, gdpr]
collects:
  - data: contact.phone
    purposes: [registration, delivery]
    basis: contract
    retention: P2Y
recipients:
  - name: SF Express
    match: {hosts: [api.sf-express.com], packages: [sf_express]}
    country: NO
    receives:
      - {data: contact.phone, form: masked, purpose: delivery, basis: separate-consent}
  - name: Mixpanel
    country: us
    transfer: standard-contract
    receives:
      - {data: account}
automated_decisions:
  - {data: behavior.purchase_history, purpose: recommendations, basis: consent}
internal:
  hosts: ["*.corp.example"]
  packages: [shop_common]
consent:
  checks: ["*.has_consented"]
exports:
  access_controls: ["*.permission_required"]
  audit: audit.record
"""


def read(folder: Path, text: str | bytes) -> Declaration:
    path = folder / "privacy.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(
        path, types=TYPES, app_types=["online_shopping", "news"], recipients=["Mixpanel", "Stripe"], shown="privacy.yml"
    )


def test_every_key(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert (found.controller, found.country, found.app_type) == ("Example Shop", "CN", "online_shopping")
    assert found.laws == ("PIPL", "GDPR")
    (phone,) = found.collects
    assert (phone.data, phone.purposes, phone.basis) == ("contact.phone", ("registration", "delivery"), "contract")
    assert phone.retention == "P2Y"
    sf, mixpanel = found.recipients
    assert (sf.hosts, sf.packages, sf.transfer) == (("api.sf-express.com",), ("sf_express",), None)
    assert sf.country == "NO"  # not the false of YAML 1.1
    assert (sf.receives[0].form, sf.receives[0].purpose, sf.receives[0].basis) == (
        "masked",
        "delivery",
        "separate-consent",
    )
    assert (mixpanel.country, mixpanel.transfer, mixpanel.receives[0].form) == ("US", "standard-contract", "clear")
    assert found.automated_decisions[0].purpose == "recommendations"
    assert (found.internal_hosts, found.internal_packages) == (("*.corp.example",), ("shop_common",))
    assert found.consent_checks == ("*.has_consented",)
    assert (found.access_controls, found.audit) == (("*.permission_required",), ("audit.record",))


def test_entries_know_their_lines(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert found.collects[0].location.path == "privacy.yml"
    assert found.collects[0].location.span == Span(6, 5, 6, 24)
    assert found.recipients[0].location.span.line == 11
    assert found.recipients[0].receives[0].location.span[:2] == (15, 9)
    assert found.automated_decisions[0].location.span.line == 22


def test_only_the_version_is_mandatory(tmp_path: Path) -> None:
    found = read(tmp_path, "version: 1\ncollects:\nrecipients: []\n")
    assert found == Declaration(path="privacy.yml")


@pytest.mark.parametrize(
    ("country", "first"), [("CN", "PIPL"), ("DE", "GDPR"), ("NO", "GDPR"), ("GB", "GDPR"), ("US", "CCPA"), ("JP", None)]
)
def test_laws_follow_the_controllers_country(tmp_path: Path, country: str, first: str | None) -> None:
    laws = read(tmp_path, f"version: 1\ncontroller: {{country: {country}}}\n").laws
    assert (laws[0] if laws else None) == first


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("collects:", "collect:", 5, "unknown key 'collect' in the declaration: did you mean 'collects'?"),
        ("basis: contract", "base: contract", 8, "did you mean 'basis'?"),
        ("data: contact.phone\n", "data: contact.fone\n", 6, "did you mean 'contact.phone'?"),
        ("data: contact.phone\n", "data: phone\n", 6, "did you mean 'contact.phone'?"),
        ("data: contact.phone\n", "data: contcat\n", 6, "did you mean 'contact'?"),
        ("basis: contract", "basis: contrakt", 8, "unknown basis 'contrakt': did you mean 'contract'?"),
        ("form: masked", "form: mask", 15, "unknown form 'mask': did you mean 'masked'?"),
        ("country: NO", "country: UK", 13, "did you mean 'GB'?"),
        ("country: NO", "country: Norwey", 13, "did you mean 'NO'?"),
        ("country: NO", "country: XX", 13, "no ISO 3166-1 country code: did you mean"),
        ("standard-contract", "standard-contracts", 18, "did you mean 'standard-contract'?"),
        ("online-shopping", "online-shoping", 3, "did you mean 'online_shopping'?"),
        ("gdpr", "GPDR", 4, "did you mean 'GDPR'?"),
        ("P2Y", "2 years", 9, "'2 years' is no ISO 8601 duration: did you mean 'P2Y'?"),
        ("P2Y", "90d", 9, "did you mean 'P90D'?"),
        ("P2Y", "p2y", 9, "did you mean 'P2Y'?"),
        ("P2Y", "P12H", 9, "did you mean 'PT12H'?"),
        ("P2Y", "两年", 9, "no ISO 8601 duration such as"),
        ("P2Y", "3年", 9, "did you mean 'P3Y'?"),
        ("P2Y", "[P2Y]", 9, "'retention' must be a single value, not a list"),
        ("name: SF Express", "name: true", 11, "'name' must be a text, not true"),
        ("[registration, delivery]", "[registration, ~]", 7, "'purposes' is empty"),
        ("packages: [sf_express]", "packages: [sf_express, 'sf express']", 12, "'sf express' is no package"),
        ("match: {hosts", "match: [] #", 12, "'match' must be a mapping, not a list"),
        (
            "      - {data: contact.phone, form",
            "      {data: contact.phone, form",
            15,
            "begin each of its entries with '- '",
        ),
        ("data: contact.phone\n", "data:\n", 6, "an entry of 'collects' needs 'data'"),
        ("receives:\n      - {data: account}", "receives: account", 19, "'receives' must be a list"),
        ("{data: account}", "account", 20, "an entry of 'receives' must be a mapping, not a single value"),
        (
            "recipients:",
            "  - {data: contact.phone, purposes: delivery}\nrecipients:",
            10,
            "contact.phone for 'delivery' is declared twice (first on line 6)",
        ),
        (
            "      - {data: account}",
            "      - {data: account}\n      - {data: account, form: clear}",
            21,
            "account in the form 'clear' is declared twice (first on line 20)",
        ),
        (
            "automated",
            "  - {name: mixpanel, country: US}\nautomated",
            21,
            "the recipient 'mixpanel' is declared twice (first on line 16)",
        ),
        (
            "internal:",
            "  - {data: behavior.purchase_history, purpose: recommendations}\ninternal:",
            23,
            "behavior.purchase_history for 'recommendations' is declared twice",
        ),
        ("version: 1", "version: 2", 1, "version '2' is not known"),
        ("version: 1\n", "", 1, "the declaration needs 'version'"),
        ("name: Mixpanel", "name: Mixpanle", 16, "did you mean 'Mixpanel'?"),
        ("  - name: Mixpanel\n    country", "  - country", 16, "needs 'name'"),
        ("[registration, delivery]", "{a: b}", 7, "'purposes' must be a list, not a mapping"),
        ("collects:\n", "collects: {}\nx:\n", 6, "unknown key 'x'"),
        ("basis: contract", "basis: consent\n    basis: contract", 9, "the key 'basis' occurs twice"),
        ("[api.sf-express.com]", "[https://api.sf-express.com/v1]", 12, "leave out the scheme"),
        ("[api.sf-express.com]", "[a.example,\n      me@b.example]", 13, "'me@b.example' is no host"),
        ("controller: {name: Example Shop, country: CN}", "controller: Shop", 2, "must be a mapping"),
        ("purposes: [registration", "purposes: [registration]]", 7, "not valid YAML"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in FULL
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path, FULL.replace(old, new, 1))
    assert caught.value.path == "privacy.yml"
    assert caught.value.line == line
    assert said in caught.value.message
    assert str(caught.value).startswith(f"privacy.yml:{line}:")


@pytest.mark.parametrize("good", ["P2Y", "P1Y6M", "P30D", "P2W", "PT12H", "P1DT2H30M", "P0.5Y"])
def test_durations(tmp_path: Path, good: str) -> None:
    text = f"version: 1\ncollects: [{{data: contact, retention: {good}}}]\n"
    assert read(tmp_path, text).collects[0].retention == good


@pytest.mark.parametrize("bad", ["P", "PT", "P1H", "2Y", "P2Y3W", "PT1D", "p2y", "P1YT"])
def test_no_durations(tmp_path: Path, bad: str) -> None:
    with pytest.raises(DeclarationError, match="duration"):
        read(tmp_path, f"version: 1\ncollects: [{{data: contact, retention: {bad}}}]\n")


def test_a_hyphen_in_a_package_is_read_as_an_underscore(tmp_path: Path) -> None:
    text = "version: 1\nrecipients: [{name: A, match: {packages: [sentry-sdk]}}]\ninternal: {packages: shop-common.a}\n"
    found = read(tmp_path, text)
    assert (found.recipients[0].packages, found.internal_packages) == (("sentry_sdk",), ("shop_common.a",))


def test_entries_that_only_look_like_the_same(tmp_path: Path) -> None:
    text = """\
version: 1
collects:
  - {data: contact.phone, purposes: [login, login]}
  - {data: contact.phone, purposes: [delivery]}
  - {data: contact}
recipients:
  - {name: Cloud, country: CN, receives: [{data: contact, form: clear}, {data: contact, form: encrypted}]}
  - {name: Cloud, country: US}
  - {name: Cloud, country: US, match: {hosts: [cloud.example]}}
"""
    found = read(tmp_path, text)
    assert (len(found.collects), len(found.recipients), len(found.recipients[0].receives)) == (3, 3, 2)


def test_a_recipient_of_ones_own_name_is_no_slip(tmp_path: Path) -> None:
    text = "version: 1\nrecipients:\n  - {name: Mixpanle, match: {hosts: [mixpanle.example]}}\n  - {name: STRIPE}\n"
    assert [each.name for each in read(tmp_path, text).recipients] == ["Mixpanle", "STRIPE"]


def test_without_known_types_any_id_goes(tmp_path: Path) -> None:
    path = tmp_path / "privacy.yml"
    path.write_text("version: 1\napp_type: own\ncollects: [{data: own.kind}]\n", encoding="utf-8")
    assert load(path, types=(), app_types=()).collects[0].data == "own.kind"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nlaws: " + "[" * 60 + "]" * 60, "levels deep"),
        ("version: 1\nlaws: &a [*a]\n", "complete before it"),
        ("a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [{', '.join(['*a'] * 400)}]\n" for i in range(200)), "values"),
        ("version: 1\n---\nversion: 1\n", "one YAML document"),
        ("? [a, b]\n: c\n", "a key must be plain text"),
        ("- version: 1\n", "must be a mapping"),
        ("# nothing\n", "is empty"),
        ("", "is empty"),
        (b"version: 1\n# \xff\n", "UTF-8"),
        ("version: !!python/object/apply:os.system [echo]\n", "'version' must be a single value"),
        ("version: 1\nlaws: \x00\n", "not valid YAML"),
        ("x" * (1024 * 1024 + 1), "larger than"),
    ],
    ids=lambda value: str(value)[:16],
)
def test_hostile_files_are_errors(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        read(tmp_path, text)


def test_a_bomb_of_aliases_costs_no_memory(tmp_path: Path) -> None:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(DeclarationError, match="aliases expanded"):
        read(tmp_path, "\n".join(lines))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="cannot be read"):
        load(tmp_path / "privacy.yml", types=TYPES, app_types=())


def test_what_the_record_of_processing_states_besides(tmp_path: Path) -> None:
    path = tmp_path / "privacy.yml"
    path.write_text(
        "version: 1\ncontroller: {name: Shop, contact: privacy@shop.example, representative: Shop EU, dpo: A. Person}\n"
        "security: [encryption at rest, four-eyes principle]\n",
        encoding="utf-8",
    )
    found = load(path, types=(), app_types=())
    assert (found.contact, found.representative, found.dpo) == ("privacy@shop.example", "Shop EU", "A. Person")
    assert found.security == ("encryption at rest", "four-eyes principle")
