"""``extends``: what is added, what is replaced, and what cannot be extended."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint.declaration import DeclarationError, load
from privlint.model.declaration import Declaration

COMPANY = """\
version: 1
controller: {name: Example Group, country: DE}
app_type: news
collects:
  - {data: contact.email, purposes: [login], basis: contract}
  - {data: contact.email, purposes: [newsletter], basis: consent}
  - {data: account.user_id}
recipients:
  - name: Mixpanel
    country: US
    receives: [{data: account.user_id}]
  - name: Courier
    match: {hosts: [courier.example]}
automated_decisions: [{data: account.user_id, purpose: ranking}]
internal: {hosts: ["*.corp.example"]}
consent: {checks: [a.check]}
"""
SHOP = """\
version: 1
extends: ../company/privacy.yml
controller: {name: Shop}
collects:
  - {data: contact.email, purposes: [orders]}
recipients:
  - {name: mixpanel, country: DE}
internal: {hosts: ["*.corp.example", "*.shop.example"]}
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/") / "privacy.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(folder: Path, name: str = "shop") -> Declaration:
    return load(folder / name / "privacy.yml", types=(), app_types=(), shown=f"{name}/privacy.yml")


def test_entries_replace_or_add(tmp_path: Path) -> None:
    write(tmp_path, company=COMPANY, shop=SHOP)
    found = read(tmp_path)
    assert (found.path, found.controller, found.country, found.app_type) == ("shop/privacy.yml", "Shop", "DE", "news")
    assert [(each.data, each.purposes) for each in found.collects] == [
        ("account.user_id", ()),
        ("contact.email", ("orders",)),  # in place of both of the company's
    ]
    assert [(each.name, each.country, len(each.receives)) for each in found.recipients] == [
        ("Courier", None, 0),
        ("mixpanel", "DE", 0),
    ]
    assert [each.purpose for each in found.automated_decisions] == ["ranking"]
    assert found.internal_hosts == ("*.corp.example", "*.shop.example")
    assert found.consent_checks == ("a.check",)
    assert found.laws == ("GDPR",)  # of the country that the company gives


def test_entries_know_their_own_file(tmp_path: Path) -> None:
    write(tmp_path, company=COMPANY, shop=SHOP)
    found = read(tmp_path)
    assert found.collects[0].location[:2] == ("company/privacy.yml", found.collects[0].location.span)
    assert (found.collects[1].location.path, found.collects[1].location.span.line) == ("shop/privacy.yml", 5)
    assert found.at("recipients").path == "shop/privacy.yml"
    assert found.at("app_type").path == "company/privacy.yml"
    assert found.at("exports").span.line == 1
    assert dict(found.files) == {name: str(tmp_path / name) for name in ("shop/privacy.yml", "company/privacy.yml")}


def test_of_several_the_later_wins_and_one_may_be_extended_twice(tmp_path: Path) -> None:
    write(
        tmp_path,
        base="version: 1\ncollects: [{data: contact, basis: contract}]\nlaws: [PIPL]\n",
        one="version: 1\nextends: [../base/privacy.yml]\ncollects: [{data: contact, basis: consent}]\n",
        two="version: 1\nextends: ../base/privacy.yml\nlaws: [CCPA]\n",
        shop="version: 1\nextends: [../two/privacy.yml, ../one/privacy.yml]\n",
    )
    found = read(tmp_path)
    assert [each.basis for each in found.collects] == ["consent"]
    assert found.laws == ("PIPL",)


@pytest.mark.parametrize(
    ("extends", "line", "said"),
    [
        ("privacy.yml", 2, "the declaration extends itself"),
        ("../absent/privacy.yml", 2, "'../absent/privacy.yml' is not there"),
        ("..", 2, "is not there"),
        ("/dev/null", 2, "is not there"),
        ("\n  - ../other/privacy.yml\n  - ../nowhere.yml", 4, "is not there"),
        ("''", 2, "'extends' is empty"),
        ("{a: b}", 2, "must be a list"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, extends: str, line: int, said: str) -> None:
    write(tmp_path, shop=f"version: 1\nextends: {extends}\n", other="version: 1\n")
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path)
    assert (caught.value.path, caught.value.line) == ("shop/privacy.yml", line)
    assert said in caught.value.message


def test_a_cycle_names_the_line_that_closes_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        shop="version: 1\nextends: ../one/privacy.yml\n",
        one="version: 1\nextends: ../two/privacy.yml\n",
        two="version: 1\n\nextends: [../shop/privacy.yml]\n",
    )
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path)
    assert (caught.value.path, caught.value.line, caught.value.column) == ("two/privacy.yml", 3, 11)
    assert "extends '../shop/privacy.yml', which extends this file" in caught.value.message


def test_an_error_in_an_extended_file_names_that_file(tmp_path: Path) -> None:
    write(tmp_path, shop=SHOP, company=COMPANY.replace("basis: contract", "basis: contrakt"))
    with pytest.raises(DeclarationError, match=r"company/privacy\.yml:5:.*did you mean 'contract'"):
        read(tmp_path)


def test_there_is_a_limit(tmp_path: Path) -> None:
    chain = {f"n{each}": f"version: 1\nextends: ../n{each + 1}/privacy.yml\n" for each in range(40)}
    write(tmp_path, **chain, n40="version: 1\n")
    with pytest.raises(DeclarationError, match="levels deep"):
        read(tmp_path, "n0")
