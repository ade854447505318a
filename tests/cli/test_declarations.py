"""Declarations end to end: several in one repository, ``extends``, what findings point at, the schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from .conftest import Run

SEND = """\
import requests
from flask import request


def send():
    requests.post("https://api.partner.example/x", json={"phone": request.form["phone"]})
"""
PARTNER = """\
version: 1
controller: {country: DE}
collects:
  - {data: contact.phone}
recipients:
  - name: Partner
    match: {hosts: [partner.example]}
    receives:
      - {data: contact.phone}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    for name in ("app.py", "services/a/app.py", "services/b/app.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SEND, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / name.replace("__", "/")).with_suffix(".yml").write_text(text, encoding="utf-8")


def codes(out: str) -> list[str]:
    return [" ".join(line.split(" ")[:2]) for line in out.splitlines()]


def test_each_part_has_its_own(repository: Path, run: Run) -> None:
    write(repository, privacy="version: 1\ncollects: [{data: contact.phone}]\n", services__a__privacy=PARTNER)
    found = codes(run("check", "--select", "PRV101,PRV2,PRV9").out)
    assert found == ["app.py:6:57: PRV201", "services/b/app.py:6:57: PRV201"]


def test_files_without_one_are_listed(repository: Path, run: Run) -> None:
    write(repository, services__a__privacy="version: 1\n")
    out = run("check", "--select", "PRV1,PRV2").out
    assert ": PRV101" in out
    assert "services/a/app.py:6:57: PRV201" in out and "which privacy.yml does not declare" in out
    assert out.count("no declaration says so") == 1  # of the two others, the first place


def test_one_that_is_named_judges_all(repository: Path, run: Run) -> None:
    write(repository, privacy="version: 1\n", services__a__privacy=PARTNER)
    ran = run("check", "--select", "PRV101,PRV2,PRV9", "--declaration", "services/a/privacy.yml")
    assert (ran.status, ran.out) == (0, "")


def test_stale_entries_need_the_whole_of_a_part(repository: Path, run: Run) -> None:
    stale = PARTNER.replace("collects:", "collects:\n  - {data: health.fitness}")
    write(repository, services__a__privacy=stale)
    assert codes(run("check", "--select", "PRV9").out) == ["services/a/privacy.yml:4:5: PRV901"]
    assert codes(run("check", "--select", "PRV9", "services/a").out) == ["services/a/privacy.yml:4:5: PRV901"]
    assert run("check", "--select", "PRV9", "--changed", "app.py").out == ""
    assert run("check", "--select", "PRV9", "services/b/app.py").out == ""
    (repository / "services/a/other.py").write_text("", encoding="utf-8")
    assert run("check", "--select", "PRV9", "services/a/app.py").out == ""


def test_what_findings_point_at(repository: Path, run: Run) -> None:
    body = "collects: [{data: contact.email}]\nrecipients:\n  - {name: Other, match: {hosts: [other.example]}}\n"
    write(repository, privacy="version: 1\n" + body)
    report = json.loads(run("check", "--format", "sarif", "--select", "PRV101,PRV201", "app.py").out)
    lines = {
        result["ruleId"]: [
            (each["physicalLocation"]["artifactLocation"]["uri"], each["physicalLocation"]["region"]["startLine"])
            for each in result["relatedLocations"]
        ]
        for result in report["runs"][0]["results"]
    }
    assert lines == {"PRV101": [("privacy.yml", 2)], "PRV201": [("privacy.yml", 3)]}


def test_findings_about_collection_point_at_the_list_and_the_app_type(repository: Path, run: Run) -> None:
    view = (
        "from flask import request\n\n\ndef view():\n    keep(request.form['religion'], request.form['child_name'])\n"
    )
    (repository / "app.py").write_text(view, encoding="utf-8")
    write(repository, privacy="version: 1\napp_type: news\ncollects:\n  - {data: contact.email}\n")
    report = json.loads(run("check", "--format", "sarif", "--select", "PRV102,PRV105,PRV106", "app.py").out)
    lines = {
        result["ruleId"]: [each["physicalLocation"]["region"]["startLine"] for each in result["relatedLocations"]]
        for result in report["runs"][0]["results"]
    }
    assert lines == {"PRV102": [2], "PRV105": [3], "PRV106": [3]}


@pytest.mark.parametrize(
    ("code", "old", "new", "lines"),
    [
        ("PRV202", "receives:\n      - {data: contact.phone}", "country: DE", [6]),
        ("PRV203", "- {data: contact.phone}\n", "- {data: contact.phone, form: encrypted}\n", [9]),
        ("PRV204", "receives", "country: US\n    receives", [6, 2]),
    ],
)
def test_they_point_into_the_entry(repository: Path, run: Run, code: str, old: str, new: str, lines: list[int]) -> None:
    position = PARTNER.rindex(old)
    write(repository, privacy=PARTNER[:position] + PARTNER[position:].replace(old, new, 1))
    (result,) = json.loads(run("check", "--format", "sarif", "--select", code, "app.py").out)["runs"][0]["results"]
    where = [each["physicalLocation"] for each in result["relatedLocations"]]
    assert [(each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in where] == [
        ("privacy.yml", line) for line in lines
    ]


def test_a_finding_in_the_declaration_is_located_and_can_be_suppressed(repository: Path, run: Run) -> None:
    entry = "  - {data: health.fitness}  # don't\n  - {data: vehicle}  # privlint: ignore[PRV901] later\n"
    write(repository, privacy=PARTNER.replace("collects:\n", f"collects:\n{entry}"))
    ran = run("check", "--select", "PRV901", "--format", "full")
    assert "privacy.yml:4:5" in ran.out and "- {data: health.fitness}" in ran.out
    assert "vehicle" not in ran.out.replace("PRV901", "") and "1 suppressed" in ran.out + ran.err


def test_an_error_in_a_declaration_of_a_part(repository: Path, run: Run) -> None:
    write(repository, services__b__privacy="version: 1\ncollects: [{data: contact.fone}]\n")
    ran = run("check")
    assert ran.status == 2
    assert "services/b/privacy.yml:2:" in ran.err and "did you mean 'contact.phone'?" in ran.err


def test_extended_declarations(repository: Path, run: Run) -> None:
    write(repository, company=PARTNER, services__a__privacy="version: 1\nextends: [../../company.yml]\n")
    assert run("check", "--select", "PRV101,PRV2,PRV9", "services/a").out == ""
    write(repository, services__a__privacy="version: 1\nextends: [../../compny.yml]\n")
    ran = run("check")
    assert ran.status == 2 and "services/a/privacy.yml:2:11: '../../compny.yml' is not there" in ran.err


def test_the_schema(repository: Path, run: Run) -> None:
    ran = run("schema")
    schema = json.loads(ran.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    data = schema["$defs"]["data"]
    described = dict(zip(data["enum"], data["enumDescriptions"], strict=True))
    assert described["contact.email"] == "Email address"
    assert "contact" in described
    assert "online_shopping" in schema["$defs"]["app_type"]["anyOf"][0]["enum"]
    content = YAML(typ="safe", pure=True).load(PARTNER)
    assert jsonschema.Draft202012Validator(schema).is_valid(content)
    assert run("schema", "-o", "out/schema.json").out == ""
    assert (repository / "out/schema.json").read_text(encoding="utf-8") == ran.out


def test_the_schema_knows_the_types_of_a_pack(repository: Path, run: Run) -> None:
    pack = "version: 1\ndata_types:\n  - {id: gaming.score, label: Score in a game}\n"
    (repository / "pack.yml").write_text(pack, encoding="utf-8")
    data = json.loads(run("schema", "--rules", "pack.yml").out)["$defs"]["data"]
    assert data["enumDescriptions"][data["enum"].index("gaming.score")] == "Score in a game"
    assert run("schema", "--rules", "none.yml").status == 2


def test_what_is_remembered_depends_on_all_files_of_a_declaration(repository: Path, run: Run) -> None:
    write(repository, company=PARTNER, services__a__privacy="version: 1\nextends: ../../company.yml\n")
    select = ("check", "--select", "PRV1,PRV2", "services/a")
    assert run(*select).out == run(*select).out == ""
    write(repository, company="version: 1\n")
    assert "PRV201" in run(*select).out
    write(repository, company=PARTNER)
    assert run(*select).out == ""
    (repository / "services/privacy.yml").write_text(PARTNER, encoding="utf-8")
    (repository / "services/a/privacy.yml").unlink()
    assert run(*select).out == ""
    (repository / "services/privacy.yml").unlink()
    assert "no declaration says so" in run(*select).out


def test_an_entry_that_two_declarations_share_is_stale_for_both_or_not_at_all(repository: Path, run: Run) -> None:
    shared = "version: 1\ncollects: [{data: contact.phone}, {data: health.fitness}]\n"
    write(
        repository,
        company=shared,
        services__a__privacy="version: 1\nextends: ../../company.yml\n",
        services__b__privacy="version: 1\nextends: ../../company.yml\n",
    )
    (repository / "services/b/app.py").write_text("", encoding="utf-8")
    assert codes(run("check", "--select", "PRV9").out) == ["company.yml:2:35: PRV901"]


def test_the_map_joins_each_part_with_its_own(repository: Path, run: Run) -> None:
    write(repository, privacy="version: 1\ncollects: [{data: contact.phone}]\n", services__a__privacy=PARTNER)
    found = json.loads(run("map", "--format", "json").out)
    names = {each["key"]: each["name"] for each in found["recipients"]}
    edges = {names[each["recipient"]]: (each["provenance"], len(each["places"])) for each in found["shared"]}
    assert edges == {"Partner": ("both", 1), "api.partner.example": ("observed", 2)}
    (collected,) = found["collected"]
    assert (collected["provenance"], len(collected["places"]), len(collected["declared"])) == ("both", 3, 2)
    only = json.loads(run("map", "--format", "json", "services/a").out)
    assert [each["provenance"] for each in only["shared"]] == ["both"]
