"""``privlint map``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

APP = """\
import requests
from flask import request


def lead():
    requests.post("https://api.partner.example/leads", json={"email": request.form["email"]})
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that shares an address with a partner."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop.py").write_text(APP, encoding="utf-8")
    (tmp_path / "privacy.yml").write_text(
        "version: 1\ncontroller: {name: Shop, country: CN}\n"
        "collects:\n  - {data: contact.email, purposes: [leads], basis: consent}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_page_by_default(shop: Path, run: Run) -> None:
    ran = run("map")
    assert ran.status == 0
    assert ran.out.startswith("<!DOCTYPE html>")
    assert "Data map of Shop" in ran.out
    assert "1 type of personal data, 1 recipient in 1 file" in ran.err


def test_json_names_declaration_and_code_by_relative_paths(shop: Path, run: Run) -> None:
    document = json.loads(run("map", "-f", "json", "-q").out)
    (collected,) = document["collected"]
    assert collected["provenance"] == "both"
    assert collected["declared"][0]["location"]["path"] == "privacy.yml"
    (edge,) = document["shared"]
    assert (edge["data"], edge["recipient"], edge["provenance"]) == ("contact.email", "api.partner.example", "observed")
    assert edge["places"][0]["location"]["line"] == 6


def test_csv_is_the_record_of_processing(shop: Path, run: Run) -> None:
    ran = run("map", "--format", "csv", "--quiet")
    assert ran.out.startswith("controller,controller_provenance,")
    assert run("map", "--list", "ropa", "--format", "csv", "--quiet").out == ran.out
    assert ran.err == ""


@pytest.mark.parametrize(
    ("register", "heading"), [("collected", "已收集个人信息清单"), ("shared", "与第三方共享个人信息清单")]
)
def test_the_chinese_lists(shop: Path, run: Run, register: str, heading: str) -> None:
    assert run("map", "--list", register, "-f", "markdown").out.startswith(f"# {heading}")
    assert "personal_information" in run("map", "--list", register).out.splitlines()[0]


def test_files_by_format_and_by_ending(shop: Path, run: Run) -> None:
    ran = run("map", "-o", "out/ropa.csv", "-o", "mermaid:out/map.txt", "-o", "out/map.html")
    assert (ran.status, ran.out) == (0, "")
    assert (shop / "out/ropa.csv").read_text(encoding="utf-8").startswith("controller,")
    assert (shop / "out/map.txt").read_text(encoding="utf-8").startswith("flowchart LR")
    assert (shop / "out/map.html").read_text(encoding="utf-8").startswith("<!DOCTYPE")


def test_another_declaration(shop: Path, run: Run) -> None:
    (shop / "other.yml").write_text("version: 1\ncontroller: {name: Other}\n", encoding="utf-8")
    assert "Data map of Other" in run("map", "--declaration", "other.yml").out


def test_the_format_of_findings_in_the_configuration_is_not_meant(shop: Path, run: Run) -> None:
    (shop / "privlint.toml").write_text('format = "sarif"\nexclude = ["shop.py"]\n', encoding="utf-8")
    ran = run("map", "-f", "json")
    assert ran.status == 0
    assert json.loads(ran.out)["summary"]["files"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-f", "pdf"), "no output format is called 'pdf'"),
        (("-f", "htm"), "did you mean 'html'"),
        (("--list", "shared", "-f", "json"), "--list is for the formats csv and markdown"),
        (("--declaration", "missing.yml"), "missing.yml"),
        (("nowhere",), "nowhere"),
    ],
)
def test_what_cannot_be_done(shop: Path, run: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = run("map", *arguments)
    assert ran.status == 2
    assert words in ran.err
