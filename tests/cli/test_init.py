"""``privlint init``: a declaration from the code that the code then keeps to, and what is new in one that there is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from fideslang.models import Dataset, System
from ruamel.yaml import YAML

from .conftest import Run

APP = Path(__file__).resolve().parents[2] / "fixtures/apps/cloud_signup"
COMPARING = ("check", "--select", "PRV1,PRV201,PRV202,PRV203,PRV204,PRV9", "--no-cache")
CODE = """\
import requests
from flask import request
from mixpanel import Mixpanel

mp = Mixpanel("token")


def register():
    requests.post("https://api.partner.example/x", json={"phone": request.form["phone"]})
    mp.track(request.form["email"], "registered")
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def content(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return found


def test_the_sample_application_keeps_to_what_is_written(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(APP, tmp_path / "app")
    (tmp_path / "app/privacy.yml").unlink()
    monkeypatch.chdir(tmp_path / "app")
    assert run("init").status == 0
    ran = run(*COMPARING)
    assert (ran.status, ran.out) == (0, "")
    assert run("init", "--update").err.endswith("already says all that was found\n")


def test_what_is_written(shop: Path, run: Run) -> None:
    run("init")
    assert content(shop / "privacy.yml") == {
        "version": 1,
        "controller": None,
        "collects": [
            {"data": "contact.email", "purposes": ["registration"]},
            {"data": "contact.phone", "purposes": ["registration"]},
        ],
        "recipients": [
            {
                "name": "api.partner.example",
                "match": {"hosts": ["api.partner.example"]},
                "receives": [{"data": "contact.phone", "form": "clear", "purpose": "registration"}],
            },
            {
                "name": "Mixpanel",
                "country": "US",
                "receives": [{"data": "contact.email", "form": "clear", "purpose": "analytics"}],
            },
        ],
    }
    text = (shop / "privacy.yml").read_text(encoding="utf-8")
    assert "# to be reviewed: Mobile or telephone number; seen at shop.py:9 (phone)" in text
    assert "purposes: [registration]  # guess" in text
    assert run(*COMPARING).out == ""


def test_nothing_is_overwritten(shop: Path, run: Run) -> None:
    (shop / "privacy.yml").write_text("version: 1\n", encoding="utf-8")
    ran = run("init")
    assert ran.status == 2 and "--update adds what is new" in ran.err
    assert (shop / "privacy.yml").read_text(encoding="utf-8") == "version: 1\n"
    assert run("init", "--force").status == 0
    assert "api.partner.example" in (shop / "privacy.yml").read_text(encoding="utf-8")
    assert run("init", "--force", "--update").status == 2


def test_to_standard_output_or_elsewhere(shop: Path, run: Run) -> None:
    printed = run("init", "-o", "-").out
    assert printed.startswith("# The declaration of personal data")
    run("init", "-o", "out/privacy.yml")
    assert (shop / "out/privacy.yml").read_text(encoding="utf-8") == printed
    assert not (shop / "privacy.yml").exists()
    assert run("init", ".", "-q").err == ""
    assert (shop / "privacy.yml").read_text(encoding="utf-8") == printed


def test_an_update_adds_and_changes_nothing_else(shop: Path, run: Run) -> None:
    mine = """\
# Our notice of May.
version: 1
controller: {name: Shop, country: DE}   # us
collects:
    - data: contact.phone      # agreed with legal
      purposes: [orders]
      # and nothing else

# Who gets what
recipients:
  - {name: Partner, match: {hosts: [partner.example]}, country: DE, receives: []}
"""
    (shop / "privacy.yml").write_text(mine, encoding="utf-8")
    run("init", "--update")
    written = (shop / "privacy.yml").read_text(encoding="utf-8")
    kept = [line for line in written.split("\n") if line in mine.split("\n")]
    assert [line for line in kept if line.strip()] == [
        line for line in mine.split("\n") if line.strip() and "Partner" not in line
    ]
    assert "receives: [{data: contact.phone, form: clear, purpose: registration}]}" in written
    found = content(shop / "privacy.yml")
    assert [each["data"] for each in found["collects"]] == ["contact.phone", "contact.email"]
    assert [each["name"] for each in found["recipients"]] == ["Partner", "Mixpanel"]
    assert written.index("# and nothing else") < written.index("contact.email") < written.index("# Who gets what")
    assert [line.split(" ")[1] for line in run(*COMPARING).out.splitlines()] == ["PRV204"]  # Mixpanel's is for people
    run("init", "--update")
    assert (shop / "privacy.yml").read_text(encoding="utf-8") == written


def test_there_must_be_something_to_update(shop: Path, run: Run) -> None:
    ran = run("init", "--update")
    assert ran.status == 2 and "there is no declaration yet" in ran.err


def test_a_declaration_in_braces_cannot_be_added_to(shop: Path, run: Run) -> None:
    (shop / "privacy.yml").write_text("{version: 1}\n", encoding="utf-8")
    ran = run("init", "--update")
    assert ran.status == 2 and "privacy.yml:1:1: entries can be added" in ran.err


def test_names_from_hostile_code_stay_comments(shop: Path, run: Run) -> None:
    (shop / "shop.py").unlink()
    name = "a\nversion: 2 #.py"
    (shop / name).write_text(CODE.replace("api.partner.example", "api.'x: y.example"), encoding="utf-8")
    assert run("init").status == 0
    assert content(shop / "privacy.yml")["version"] == 1


def test_sensitive_data_and_children_get_the_basis_that_the_law_asks_for(shop: Path, run: Run) -> None:
    code = (
        "from flask import request\n\n\ndef apply():\n    keep(request.form['passport_number'])\n\n\n"
        "def school():\n    keep(request.form['child_name'], request.form['diagnosis'])\n"
    )
    (shop / "shop.py").write_text(code, encoding="utf-8")
    run("init")
    text = (shop / "privacy.yml").read_text(encoding="utf-8")
    assert "basis: separate-consent  # guess" in text and "basis: guardian-consent  # guess" in text
    assert run(*COMPARING).out == ""


FIDES = """\
dataset:
  - fides_key: shop_db
    collections:
      - name: users
        fields:
          - {name: email, data_categories: [user.contact.email]}
          - name: nested
            fields: [{name: birthday, data_categories: [user.provided.identifiable.date_of_birth]}]
          - {name: x, data_categories: [system.operations, user.unheard_of.thing]}
system:
  - fides_key: shop
    name: The Shop
    system_type: Application
    egress: [{fides_key: crm, type: system}]
    privacy_declarations:
      - name: Orders
        data_categories: [user.contact.phone_number]
        data_use: essential.service.payment_processing
        legal_basis_for_processing: Contract
        retention_period: 2 years
        third_parties: Courier; Bank
      - name: Ads
        data_categories: [user.device.ip_address]
        data_use: advertising
  - {fides_key: crm, name: Our CRM, system_type: Service, privacy_declarations: []}
"""


def test_from_fides(shop: Path, run: Run) -> None:
    (shop / ".fides").mkdir()
    (shop / ".fides/all.yml").write_text(FIDES, encoding="utf-8")
    assert run("init", "--from-fides", ".fides").status == 0
    found = content(shop / "privacy.yml")
    collects = {each["data"]: each for each in found["collects"]}
    assert set(collects) >= {"contact.email", "demographic.date_of_birth", "contact.phone", "online.ip_address"}
    assert collects["contact.phone"] == {
        "data": "contact.phone", "purposes": ["payment"], "basis": "contract", "retention": "P2Y",
    }  # fmt: skip
    assert collects["online.ip_address"]["purposes"] == ["advertising"]
    names = [each["name"] for each in found["recipients"]]
    assert names == ["Our CRM", "Courier", "Bank"]
    text = (shop / "privacy.yml").read_text(encoding="utf-8")
    assert "# data category user.provided.identifiable.date_of_birth: read as user.demographic.date_of_birth" in text
    assert "# data category user.unheard_of.thing: not known, and left out" in text
    assert "# data use advertising: read as marketing.advertising" in text
    assert run("init", "--from-fides", ".fides").status == 2  # it is there now
    assert run("check").status in (0, 1)


WHOLE = """\
version: 1
controller: {name: Shop, country: CN, contact: "privacy@shop.example", dpo: Li Wei}
app_type: online_shopping
laws: [PIPL, GDPR]
collects:
- {data: contact.phone, purposes: [delivery], basis: contract, retention: P2Y}
recipients:
- name: Courier
  match: {hosts: [api.courier.example]}
  country: CN
  receives:
  - {data: contact.phone, form: masked, purpose: delivery, basis: contract}
automated_decisions:
- {data: behavior.purchase_history, purpose: recommendations, basis: consent}
internal: {hosts: ["*.shop.internal"], packages: [shop_common]}
consent: {checks: ["*.has_consented"]}
exports: {access_controls: ["*.permission_required"], audit: [audit.record]}
security: [encryption at rest]
"""


def test_to_fides_and_back(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(APP / "privacy.yml", tmp_path / "privacy.yml")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    manifest = YAML(typ="safe", pure=True).load(run("init", "--to-fides").out)
    systems = [System(**each) for each in manifest["system"]]
    names = ["Harbour Cloud", "Yunpian", "Postroad Mail", "Letterbird", "Sensors Data"]
    assert [each.name for each in systems] == names
    named = {each.name: each for each in systems[0].privacy_declarations}
    assert named["identity.full_name for billing"].data_categories == ["user.name"]
    assert named["identity.full_name for billing"].data_use == "essential.service.payment_processing"
    if manifest.get("dataset"):
        Dataset(**manifest["dataset"][0])
    run("init", "--to-fides", "-o", "fides/system.yml")
    before = content(tmp_path / "privacy.yml")
    assert run("init", "--from-fides", "fides", "--force").status == 0
    after = content(tmp_path / "privacy.yml")
    assert after["controller"] == before["controller"]
    assert after["collects"] == before["collects"]
    shown = list(before["recipients"])
    for each in shown:
        each["receives"] = [{"form": "clear", **one} for one in each["receives"]]
    assert after["recipients"] == shown
    rest = [key for key in before if key != "recipients"]
    assert {key: after.get(key) for key in rest} == {key: before[key] for key in rest}


def test_all_of_a_declaration_comes_back_from_fides(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "privacy.yml").write_text(WHOLE, encoding="utf-8")
    before = content(tmp_path / "privacy.yml")
    run("init", "--to-fides", "-o", "system.yml")
    assert run("init", "--from-fides", "system.yml", "--force").status == 0
    assert content(tmp_path / "privacy.yml") == before


def test_what_is_no_manifest(shop: Path, run: Run) -> None:
    (shop / "x.yml").write_text("- a\n", encoding="utf-8")
    assert "x.yml:1:1: a Fides manifest is a mapping" in run("init", "--from-fides", "x.yml").err
    (shop / "x.yml").write_text("version: 1\n", encoding="utf-8")
    assert "no Fides manifest" in run("init", "--from-fides", "x.yml").err
    assert run("init", "--from-fides", "absent").status == 2
    assert run("init", "--to-fides").status == 2


def test_parts_with_a_declaration_of_their_own_are_left_to_it(shop: Path, run: Run) -> None:
    (shop / "services/a").mkdir(parents=True)
    code = CODE.replace("partner", "other").replace('"phone"', '"passport_number"')
    (shop / "services/a/app.py").write_text(code, encoding="utf-8")
    (shop / "services/a/privacy.yml").write_text("version: 1\n", encoding="utf-8")
    run("init")
    assert "other.example" not in (shop / "privacy.yml").read_text(encoding="utf-8")
    run("init", "--update", "services/a")
    assert "other.example" in (shop / "services/a/privacy.yml").read_text(encoding="utf-8")
    assert run(*COMPARING).out == ""


def test_a_basis_of_consent_is_not_guessed_where_nobody_asks(shop: Path, run: Run) -> None:
    (shop / "shop.py").write_text(CODE.replace('"phone"', '"passport_number"'), encoding="utf-8")
    run("init")
    text = (shop / "privacy.yml").read_text(encoding="utf-8")
    assert "form: clear, purpose: registration, basis: contract}  # guess: no check of a consent was seen" in text
    assert run("check", "--select", "PRV1,PRV2,PRV4,PRV9").out == ""


def test_decisions_about_people_are_listed(shop: Path, run: Run) -> None:
    code = "from scoring import credit_score\n\n\ndef limit(customer):\n    return 10 * credit_score(customer.income)\n"
    (shop / "shop.py").write_text(code, encoding="utf-8")
    assert "PRV404" in run("check", "--declaration", str(_empty(shop)), "--select", "PRV404").out
    run("init")
    assert content(shop / "privacy.yml")["automated_decisions"][0]["data"] == "work.salary"
    assert run("check", "--select", "PRV404").out == ""
    before = (shop / "privacy.yml").read_text(encoding="utf-8")
    run("init", "--update")
    assert (shop / "privacy.yml").read_text(encoding="utf-8") == before


def _empty(folder: Path) -> Path:
    path = folder / "empty.yml"
    path.write_text("version: 1\n", encoding="utf-8")
    return path
