"""The sample applications: what stands in their ``# expect:`` comments is found, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import pytest

from privlint.engine import check
from privlint.model.project import Project
from privlint.model.report import Report

APPS = Path(__file__).resolve().parents[2] / "fixtures" / "apps"
FOLDERS = sorted(path.parent for path in APPS.glob("*/privacy.yml"))

COMMENT = re.compile(r"#\s*(?P<kind>expect|missing|spurious):\s*(?P<entries>[^#]*)")
FOUND = ("expect", "spurious")
ENTRY = re.compile(r"(?P<code>PRV\d{3})(?: (?P<data>[a-z_]+\.[a-z_0-9]+))?")


class Expected(NamedTuple):
    """One finding: where, which code, which data type."""

    path: str
    line: int
    code: str
    data: str


def expectations_of(path: str, text: str, kinds: Collection[str] = FOUND) -> set[Expected]:
    """The entries of all comments of a file that are of some kinds; a malformed one fails the test that reads it."""
    found = set()
    for number, line in enumerate(text.splitlines(), start=1):
        for comment in COMMENT.finditer(line):
            for entry in comment["entries"].split(",") if comment["kind"] in kinds else ():
                match = ENTRY.fullmatch(entry.strip())
                assert match, f"{path}:{number}: not an expectation: {entry.strip()!r}"
                found.add(Expected(path, number, match["code"], match["data"] or ""))
    return found


def expected_in(folder: Path, kinds: Collection[str] = FOUND) -> set[Expected]:
    """All that is found in an application, or all entries of other kinds."""
    found: set[Expected] = set()
    for file in [*sorted(folder.rglob("*.py")), folder / "privacy.yml"]:
        found |= expectations_of(file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8"), kinds)
    return found


def found_in(report: Report) -> set[Expected]:
    """All that was found, one entry for each data type."""
    return {
        Expected(result.location.path, result.location.span.line, result.code, data)
        for result in report.results
        for data in result.data_types or ("",)
    }


def listing(entries: set[Expected]) -> str:
    """The entries as lines, for a failure that can be read."""
    return "".join(f"\n  {entry.path}:{entry.line}: {entry.code} {entry.data}" for entry in sorted(entries))


def analyse(folder: Path) -> Report:
    """One run over an application."""
    return check(Project(paths=(folder,), root=folder, declaration=folder / "privacy.yml", jobs=1))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_findings_are_those_written_beside_the_code(folder: Path) -> None:
    expected, found = expected_in(folder), found_in(analyse(folder))
    missing, surplus = expected - found, found - expected
    assert not missing and not surplus, f"missing:{listing(missing)}\nnot expected:{listing(surplus)}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_application_is_python_and_tells_its_story(folder: Path) -> None:
    assert expected_in(folder), "an application without an expectation tests nothing"
    assert (folder / "README.md").is_file()
    for file in folder.rglob("*.py"):
        compile(file.read_text(encoding="utf-8"), str(file), "exec", dont_inherit=True)


def test_sharing_with_partners_is_traced_over_all_its_files() -> None:
    report = analyse(APPS / "cloud_signup")
    handed_over = [
        result
        for result in report.results
        if result.code == "PRV201" and result.recipient and result.recipient.name == "crm.partner-a.example"
    ]
    assert handed_over
    on_the_way = {step.location.path for result in handed_over for flow in result.flows for step in flow}
    assert {
        "harbour/sales/serializers.py",
        "harbour/sales/service.py",
        "harbour/integrations/partners.py",
    } <= on_the_way


def test_recipients_that_no_notice_names() -> None:
    report = analyse(APPS / "cloud_signup")
    undeclared = {result.recipient.name for result in report.results if result.code == "PRV201" and result.recipient}
    assert undeclared == {
        "crm.partner-a.example",
        "api.partner-b.example",
        "leads.partner-c.example",
        "pixel.adreach.example",
    }


def test_expectations_are_read_by_line_code_and_type() -> None:
    text = "import os\nsend(x)  # expect: PRV201 contact.email, PRV304 contact.email\n"
    assert expectations_of("a.py", text) == {
        Expected("a.py", 2, "PRV201", "contact.email"),
        Expected("a.py", 2, "PRV304", "contact.email"),
    }


def test_what_is_missed_is_written_down_and_not_asked_for() -> None:
    text = (
        "send(x)  # expect: PRV201 contact.email  # missing: PRV304 contact.email  # spurious: PRV205 contact.email\n"
    )
    assert {each.code for each in expectations_of("a.py", text)} == {"PRV201", "PRV205"}
    assert {each.code for each in expectations_of("a.py", text, ("expect", "missing"))} == {"PRV201", "PRV304"}


def test_a_malformed_expectation_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"a\.py:1"):
        expectations_of("a.py", "send(x)  # expect: PRV20 contact.email\n")
