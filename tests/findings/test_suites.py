"""Every case of every suite, through the whole pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.model.project import Project
from privlint.model.report import Result

from .suite import FOLDER, Case, Expected, SuiteError, read

SUITES = sorted(FOLDER.glob("PRV*.md"))
CASES = [case for path in SUITES for case in read(path)]


def _results(case: Case, folder: Path) -> list[Result]:
    for name, text in case.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (folder / ".git").mkdir()
    report = engine.check(Project(paths=(folder,), root=folder, select=case.codes, jobs=1))
    return list(report.results)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    results = _results(case, tmp_path)
    found = {
        (result.location.path, result.location.span.line, result.code, data): result
        for result in results
        for data in result.data_types or ("",)
    }
    expected = {each.key: each for each in case.expected()}
    assert sorted(found) == sorted(expected)
    for key, each in expected.items():
        assert _said(each, found[key]) == each


def _said(expected: Expected, result: Result) -> Expected:
    """The expectation with what was really said, wherever it asks."""
    recipient = result.recipient.name if result.recipient else ""
    return expected._replace(
        recipient=recipient if expected.recipient is not None else None,
        form=result.protection if expected.form is not None else None,
        level=result.confidence if expected.level is not None else None,
    )


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_a_suite_has_cases_of_every_kind(path: Path) -> None:
    kinds = [case.kind for case in CASES if case.suite == path.stem]
    assert set(kinds) == {"true", "false", "fixed", "borderline"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## maybe: x\n", "begins with one of"),
        ("## true: x\n", "no files"),
        ("## true: x\n`a.py`:\n```python\npass\n```\n", "no expectations"),
        ("## false: x\n`a.py`:\n```python\nx  # expect: PRV301 a.b\n```\n", "expectations in a case that is false"),
        ("## true: x\n`a.py`:\n```python\nx  # expect: PRV302 a.b\n```\n", "not among its codes"),
        ("## true: x\n`a.py`:\n```python\nx  # expect: PRV3 a.b\n```\n", "not an expectation"),
        ("## true: x\n```python\nx\n```\n", "a path of its own"),
        ("## true: x\n`a.py`:\n```python\nx\n", "needs an end"),
    ],
)
def test_a_suite_that_is_badly_written(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "PRV301.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match=said):
        read(path)
