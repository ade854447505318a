"""What operations, packages and requests of frameworks do with data (``fixtures/steps``, ``inputs``, ``requests``, ``exposed``)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from privlint import engine
from privlint.model.project import Project

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = sorted(
    path for folder in ("steps", "inputs", "requests", "exposed") for path in (FIXTURES / folder).glob("*.py")
)
_COMMENT = re.compile(r"# (flow|sent|clean)(, not so)?$")


def expectations(path: Path) -> dict[int, bool]:
    """The lines that say what is expected of them: whether something is found there."""
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if match := _COMMENT.search(line):
            found[number] = (match[1] != "clean") != bool(match[2])
    return found


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_data_is_followed(path: Path) -> None:
    pack = path.parent / "rules.yml"
    project = Project(
        paths=(path,),
        root=path.parent,
        rule_packs=(pack,) if pack.exists() else (),
        select=("PRV001", "PRV301") if pack.exists() else ("PRV001", "PRV3"),
        respect_gitignore=False,
        jobs=1,
    )
    results = engine.check(project).results
    assert not any(result.code == "PRV001" for result in results)
    found = {
        result.location.span.line
        for result in results
        if not pack.exists() or any(data.startswith("test.") for data in result.data_types)
    }
    assert found == {line for line, is_found in expectations(path).items() if is_found}
