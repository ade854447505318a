"""Tests of a program: their people are invented, and what they do is not followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.model.project import Project
from privlint.model.report import Report

APP = """
import logging

def send(email, text):
    logging.info("mail to %s", email)

def save(name, record):
    logging.info("saved %s", record)
"""
CALLS = """
import pytest
from app import save

def test_save():
    email = "kim@example.org"
    save("kim", email)
    print(email)
"""
HELPER = """
def shown(email):
    print(email)
"""


def _check(folder: Path, files: dict[str, str], *paths: str) -> Report:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    named = tuple(folder / path for path in paths) or (folder,)
    return engine.check(Project(paths=named, root=folder, jobs=1, select=("PRV3",)))


def _found(report: Report) -> list[tuple[str, int]]:
    return [(result.location.path, result.location.span.line) for result in report.results]


@pytest.mark.parametrize("name", ["test_app.py", "app_test.py", "tests/test_app.py", "shop/tests/unit/test_app.py"])
def test_what_tests_do_is_not_followed(tmp_path: Path, name: str) -> None:
    report = _check(tmp_path, {"app.py": APP, name: CALLS})
    assert _found(report) == [("app.py", 5)]
    assert report.files == 2
    assert report.notes[0].startswith("1 file of tests not followed")


def test_helpers_beside_tests_are_tests(tmp_path: Path) -> None:
    report = _check(tmp_path, {"app.py": APP, "tests/test_app.py": CALLS, "tests/support/helper.py": HELPER})
    assert _found(report) == [("app.py", 5)]


@pytest.mark.parametrize("name", ["tests/helper.py", "tests.py", "test_results.py", "testing/helper.py"])
def test_a_name_alone_makes_no_test(tmp_path: Path, name: str) -> None:
    assert (name, 3) in _found(_check(tmp_path, {"app.py": APP, name: HELPER}))


def test_what_is_tested_below_a_folder_of_tests_is_no_test(tmp_path: Path) -> None:
    files = {"tests/fixtures/app.py": APP, "tests/fixtures/tests/test_app.py": CALLS}
    assert _found(_check(tmp_path, files)) == [("tests/fixtures/app.py", 5)]


def test_an_application_called_tests_is_none_for_its_own_tests(tmp_path: Path) -> None:
    files = {"tests/views.py": APP, "tests/tests.py": CALLS.replace("pytest", "django.test")}
    assert _found(_check(tmp_path, files)) == [("tests/views.py", 5)]


def test_tests_that_are_named_alone_are_followed(tmp_path: Path) -> None:
    report = _check(tmp_path, {"app.py": APP, "tests/test_app.py": f"import pytest\n{HELPER}"}, "tests")
    assert _found(report) == [("tests/test_app.py", 4)]


def test_a_folder_of_tests_that_everything_lies_in_does_not_count(tmp_path: Path) -> None:
    files = {"tests/cases/test_app.py": f"import pytest\n{HELPER}", "tests/cases/helper.py": HELPER}
    assert _found(_check(tmp_path, files, "tests")) == [("tests/cases/helper.py", 3), ("tests/cases/test_app.py", 4)]
