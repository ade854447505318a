"""The variables of a module stay apart, however many it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.flow import limits
from privlint.model.project import Project

AFTER = """
PLAN = "free"
MAIL = None


def remember(user):
    global MAIL, PLAN
    MAIL = user.email
    PLAN = user.plan


def show():
    print(PLAN)
    print(MAIL)  # this
"""


def test_variables_of_a_long_module_do_not_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"SETTING_{number} = {number}\n" for number in range(limits.FIELDS + 10)) + AFTER
    (tmp_path / "m.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = {result.location.span.line for result in engine.check(Project((Path(),), jobs=1)).results}
    assert found == {text[: text.index("# this")].count("\n") + 1}
