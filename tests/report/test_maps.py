"""The data map as a page, a diagram and JSON: all of it is there, and nothing in it is alive."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from privlint.model.datamap import DataMap
from privlint.report.maps import MAP_FORMATS, render_map
from tests.report.sample_map import HOSTILE, MAP

EMPTY = DataMap((), (), (), (), ())
_VOID = {"meta", "input", "br", "path", "rect"}


class Page(HTMLParser):
    """Takes a page apart and checks that what is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text.append(data)


@pytest.mark.parametrize("format", sorted(MAP_FORMATS))
@pytest.mark.parametrize("sample", [MAP, EMPTY, replace(MAP, declaration=None)], ids=["full", "empty", "undeclared"])
def test_the_same_map_is_the_same_text(format: str, sample: DataMap) -> None:
    text = render_map(sample, format)
    assert text.endswith("\n")
    assert text == render_map(sample, format)
    text.encode("utf-8")


def test_an_unknown_format() -> None:
    with pytest.raises(ValueError, match="choose one of html, json, mermaid"):
        render_map(MAP, "pdf")


def test_the_page_says_what_is_in_the_map() -> None:
    text = " ".join("".join(Page(render_map(MAP, "html")).text).split())
    for words in (
        "2 sharings whose recipient is not known",
        "1 of them not declared",
        "1 of them abroad",
        "1 sharings unprotected on the way",
        "standard-contract",
        "separate-consent",
        "app/views.py:20",
        "SignUp.email",
        "optional",
        "health (all)",
        "app/<broken>.py",
    ):
        assert words in text


def test_nothing_in_the_page_is_alive() -> None:
    text = render_map(MAP, "html")
    page = Page(text)
    assert [tag for tag, _ in page.tags if tag == "script"] == ["script"]
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("href", "src") for name in attributes), tag
    assert "\u202e" not in text
    assert not re.search(r"url\(|@import|https?://", text)
    policies = [attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes]
    assert policies and str(policies[0]).startswith("default-src 'none'; style-src 'sha256-")


def test_a_map_without_a_declaration_marks_nothing_as_undeclared() -> None:
    text = render_map(replace(MAP, declaration=None), "html")
    assert "not declared" not in text
    assert "linkStyle" not in render_map(replace(MAP, declaration=None), "mermaid")


def test_json() -> None:
    document = json.loads(render_map(MAP, "json"))
    assert document["version"] == 1
    assert document["summary"] == {
        "files": 3,
        "lines": 120,
        "dataTypes": 3,
        "recipients": 2,
        "undeclaredRecipients": 1,
        "sharingsWithUnknownRecipient": 2,
    }
    edge = next(each for each in document["shared"] if each["recipient"] == "partner")
    assert edge["provenance"] == "both"
    assert edge["forms"] == [
        {
            "value": "pseudonymised",
            "provenance": "both",
            "evidence": [
                {
                    "location": {"path": "privacy.yml", "line": 9, "column": 5, "endLine": 9, "endColumn": 9},
                    "text": "is declared",
                    "confidence": None,
                },
                {
                    "location": {"path": "app/views.py", "line": 20, "column": 5, "endLine": 20, "endColumn": 9},
                    "text": "requests.post",
                    "confidence": None,
                },
            ],
        }
    ]
    assert [step["location"]["line"] for step in edge["places"][0]["flow"]] == [1, 2, 20]
    assert document["recipients"][1]["name"] == HOSTILE


def test_the_diagram() -> None:
    lines = render_map(MAP, "mermaid").splitlines()
    assert lines[0] == "flowchart LR"
    node = r'n\d+(\(\[".*"\]\)|\[\(".*"\)\]|\[".*"\])'
    edge = r'n\d+ (-->|-\.->)(\|".*"\|)? n\d+'
    style = r"linkStyle [\d,]+ stroke:#c62828,stroke-width:2px"
    for line in lines[1:]:
        assert re.fullmatch(rf'\s+({node}|{edge}|subgraph \w+\["[\w ]+"\]|end|{style})', line), line
        for label in re.findall(r'"(.*?)"', line):
            assert not set(label) & set("<>\"`[]|'=\n"), label
    assert any('"Partner (US)"' in line for line in lines)
    assert any("pseudonymised" in line for line in lines)
    assert sum("linkStyle" in line for line in lines) == 1
