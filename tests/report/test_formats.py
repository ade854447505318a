"""Every format: found, deterministic, safe with hostile text; goldens of those that people and services read.

After a wanted change, run with ``PRIVLINT_UPDATE_GOLDENS=1`` and read the difference.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from privlint.model.location import Location, Span
from privlint.model.report import Report
from privlint.report import FORMATS, render

from .sample import HOSTILE, LOG, REPORT, RULES, SHARING

GOLDEN = Path(__file__).parent / "golden"
EMPTY = Report(results=(), rules=RULES, files=2, lines=30, version="0.1.0")
ALL = ["csv", "full", "github", "gitlab", "html", "json", "junit", "markdown", "sarif", "text"]


def test_formats_are_discovered() -> None:
    assert list(FORMATS) == ALL
    assert all(chosen.summary for chosen in FORMATS.values())


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown format 'yaml'.*sarif"):
        render(REPORT, "yaml")


@pytest.mark.parametrize("name", ["full", "text", "github", "gitlab", "markdown", "junit", "csv"])
def test_golden(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    actual = render(REPORT, name)
    if os.environ.get("PRIVLINT_UPDATE_GOLDENS"):
        path.write_text(actual, encoding="utf-8", newline="")
    assert actual == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("report", [REPORT, HOSTILE, EMPTY, Report((), ())], ids=["sample", "hostile", "empty", "bare"])
def test_same_bytes_whatever_the_order_and_the_clock(name: str, report: Report) -> None:
    other = replace(
        report,
        results=report.results[::-1],
        rules=report.rules[::-1],
        seconds=99.0,
        root="/elsewhere",
        texts=dict(reversed(list(report.texts.items()))),
    )
    assert render(report, name) == render(report, name) == render(other, name)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("report", [REPORT, HOSTILE, EMPTY], ids=["sample", "hostile", "empty"])
def test_output_is_utf8_and_holds_no_active_character(name: str, report: Report) -> None:
    text = render(report, name)
    text.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert text == "" or text.endswith("\n")
    assert "/home/somebody" not in text


@pytest.mark.parametrize("name", ALL)
def test_suppressed_findings_are_only_told_to_programs(name: str) -> None:
    assert ("agreed" in render(REPORT, name)) == (name in ("json", "sarif"))


def test_text_is_sorted_by_place_and_one_line_each() -> None:
    lines = render(REPORT, "text").splitlines()
    places = [(line.split(":")[0], int(line.split(":")[1]), int(line.split(":")[2])) for line in lines]
    assert places == sorted(places)
    assert len(lines) == 5
    assert len(render(HOSTILE, "text").splitlines()) == 1


def test_colour_only_if_asked_for() -> None:
    for name in ALL:
        assert "\x1b" not in render(REPORT, name)
    coloured = render(REPORT, "full", color=True)
    assert "\x1b[1;31merror[PRV202]\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == render(REPORT, "full")
    assert re.sub("\x1b\\[[0-9;]*m", "", render(REPORT, "text", color=True)) == render(REPORT, "text")


def test_json_has_the_properties_of_the_contract() -> None:
    document = json.loads(render(REPORT, "json"))
    assert document["version"] == 1
    assert document["summary"]["findings"] == 5
    assert document["summary"]["byCode"] == {"PRV001": 1, "PRV202": 1, "PRV301": 2, "PRV902": 1}
    sharing = next(result for result in document["results"] if result["code"] == "PRV202")
    assert sharing["properties"] == {
        "dataTypes": ["contact.email", "contact.phone"],
        "subject": "customer",
        "sinkKind": "sdk",
        "recipient": {"name": "Mixpanel", "kind": "analytics", "country": "US"},
        "protection": "clear",
        "confidence": "medium",
        "legal": ["PIPL 23", "GDPR 13"],
    }
    assert sharing["location"] == {"path": "app/views.py", "line": 13, "column": 29, "endLine": 16, "endColumn": 6}
    assert [len(flow) for flow in sharing["flows"]] == [3, 3]
    assert sharing["related"][0]["location"]["path"] == "privacy.yml"


def test_json_and_sarif_have_the_same_properties() -> None:
    own = [result["properties"] for result in json.loads(render(REPORT, "json"))["results"]]
    standard = [result["properties"] for result in json.loads(render(REPORT, "sarif"))["runs"][0]["results"]]
    assert own == standard


def many(number: int) -> Report:
    """A report of ``number`` warnings and one error, which comes last."""
    results = tuple(replace(LOG, location=Location("app/views.py", Span(1, 1 + n, 1, 2 + n))) for n in range(number))
    last = replace(SHARING, location=Location("z.py", Span(1, 1, 1, 2)))
    return replace(REPORT, results=(*results, last))


def test_github_keeps_to_ten_of_a_kind_and_says_so() -> None:
    lines = render(many(30), "github").splitlines()
    assert lines[0].startswith("::error ")
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert (
        lines[-1] == "privlint: 31 findings: 1 error, 30 warnings; 20 not annotated (GitHub shows 10 of a kind a step)"
    )
    assert len(lines) == 12


def test_github_escapes_what_would_end_a_property_or_a_command() -> None:
    command, summary = render(HOSTILE, "github").splitlines()
    properties, message = command.removeprefix("::warning ").split("::", 1)
    fields = dict(field.split("=", 1) for field in properties.split(","))
    assert list(fields) == ["title", "file", "line", "endLine", "col", "endColumn"]
    assert fields["file"].endswith("%3A%3Aerror%3A%3A%250A&\"'=cmd@x%2Cy%3Az]]>.py")
    assert "x%250A" in message
    assert summary == "privlint: 1 finding: 1 warning"


def test_gitlab_fingerprints_differ() -> None:
    entries = json.loads(render(many(30), "gitlab"))
    assert len({entry["fingerprint"] for entry in entries}) == 31
    assert {entry["severity"] for entry in entries} == {"critical", "major"}
    assert all(entry["location"]["positions"]["begin"]["line"] == 1 for entry in entries)


@pytest.mark.parametrize(("report", "failures"), [(REPORT, 5), (HOSTILE, 1), (EMPTY, 0)])
def test_junit_is_wellformed(report: Report, failures: int) -> None:
    root = ElementTree.fromstring(render(report, "junit"))
    assert int(root.attrib["failures"]) == failures == len(root.findall("testsuite/testcase/failure"))
    assert root.find("testsuite/testcase") is not None


def test_csv_has_no_formulas() -> None:
    for report in (REPORT, HOSTILE):
        for row in list(csv.DictReader(io.StringIO(render(report, "csv"))))[:]:
            assert not any(value.lstrip().startswith(("=", "+", "-", "@")) for value in row.values())
    row = next(csv.DictReader(io.StringIO(render(HOSTILE, "csv"))))
    assert row["message"].startswith("'=cmd")
    assert row["sink"] == "'=sink()"


class Tags(HTMLParser):
    """Collects the tags and attributes of a page, and whether what is open is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_takes_no_markup_from_the_code() -> None:
    page, hostile = Tags(), Tags()
    page.feed(render(REPORT, "html"))
    hostile.feed(render(HOSTILE, "html"))
    assert hostile.tags <= page.tags
    assert hostile.attributes <= page.attributes
    assert not page.open
    assert not hostile.open
    assert "alert(2)" in hostile.text
    assert render(HOSTILE, "html").count("<script>") == 1
    assert "http" not in re.sub(r"http-equiv|http://x", "", render(HOSTILE, "html"))  # nothing is loaded


def test_html_policy_names_the_style_and_script_of_the_page() -> None:
    import base64
    import hashlib

    page = render(REPORT, "html")
    for tag in ("style", "script"):
        content = page.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in page


def test_markdown_shows_hostile_text_as_text() -> None:
    markdown = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    page = Tags()
    page.feed(markdown.render(render(HOSTILE, "markdown")))
    assert page.tags <= {
        "h2",
        "h3",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "ol",
        "li",
        "p",
        "strong",
        "code",
        "br",
    } | {
        "details",
        "summary",
    }
    assert "<script>alert(1)</script>" in page.text
    assert "@someone" not in render(HOSTILE, "markdown").replace("`|@someone", "")  # in a code span it mentions nobody


def test_markdown_stays_below_the_length_of_a_comment() -> None:
    text = render(many(500), "markdown")
    assert len(text) < 65_536
    assert re.search(r"\d+ findings more: run `privlint check`", text)
    assert text.index("PRV202") < text.index("PRV301")


def test_learning_the_formats_does_not_import_sarif_om() -> None:
    code = "import sys, privlint.report; sys.exit('sarif_om' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
