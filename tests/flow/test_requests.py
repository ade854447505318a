"""Whatever is sent with a request: every attribute, method and parameter of the frameworks (``fixtures/requests``)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from privlint import engine
from privlint.model.project import Project

FOLDER = Path(__file__).parents[2] / "fixtures" / "requests"
HANDLERS = sorted(FOLDER.glob("*.py"))
_COMMENT = re.compile(r"# (sent|clean)(, not found)?$")


def expectations(path: Path) -> dict[int, bool]:
    """The lines that say what is expected of them: whether something is found there."""
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if match := _COMMENT.search(line):
            found[number] = match[1] == "sent" and not match[2]
    return found


@pytest.mark.parametrize("path", HANDLERS, ids=[path.stem for path in HANDLERS])
def test_handlers(path: Path) -> None:
    project = Project(
        paths=(path,),
        root=FOLDER,
        rule_packs=(FOLDER / "rules.yml",),
        select=("PRV001", "PRV301"),
        respect_gitignore=False,
        jobs=1,
    )
    results = engine.check(project).results
    found = {result.location.span.line for result in results if "test.sent" in result.data_types}
    expected = expectations(path)
    assert found == {line for line, is_found in expected.items() if is_found}
    assert not any(result.code == "PRV001" for result in results)
