"""Which of several declarations speaks of which file."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint.declaration import Declarations, Parts
from privlint.model.declaration import Declaration

FILES = ("app.py", "services/a/app.py", "services/a/deep/er.py", "services/b/app.py", "libs/c.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


def declarations(
    root: Path, *names: str, paths: tuple[str, ...] = (".",), explicit: Path | None = None
) -> tuple[Declarations, dict[str, str | None]]:
    """What is found, and the path of the declaration of each file."""
    for name in names:
        (root / name).write_text("version: 1\n", encoding="utf-8")
    parts = Parts([str(root / name) for name in FILES], [Path(path) for path in paths], explicit, root)
    found = Declarations(parts, lambda path, shown: Declaration(path=shown))
    return found, {name: (each.path if (each := found.of(name)) else None) for name in FILES}


def test_the_nearest_holds_and_the_root_for_the_rest(project: Path) -> None:
    found, by_file = declarations(project, "privacy.yml", "services/a/privacy.yml", "services/b/privacy.yaml")
    assert by_file == {
        "app.py": "privacy.yml",
        "services/a/app.py": "services/a/privacy.yml",
        "services/a/deep/er.py": "services/a/privacy.yml",
        "services/b/app.py": "services/b/privacy.yaml",
        "libs/c.py": "privacy.yml",
    }
    paths = [each.path for each in found.all if each]
    assert paths == ["privacy.yml", "services/a/privacy.yml", "services/b/privacy.yaml"]
    assert None not in found.all
    assert found.main is found.all[0]


def test_files_without_one(project: Path) -> None:
    found, by_file = declarations(project, "services/a/privacy.yml")
    assert by_file["services/a/app.py"] == "services/a/privacy.yml"
    assert by_file["app.py"] is by_file["services/b/app.py"] is None
    assert [each.path if each else None for each in found.all] == ["services/a/privacy.yml", None]


def test_one_that_goes_with_the_paths_holds_for_files_that_have_none(project: Path) -> None:
    _, by_file = declarations(project, "services/a/privacy.yml", paths=("services/a", "libs"))
    assert by_file["libs/c.py"] == "services/a/privacy.yml"


def test_one_that_is_named_overrides_all(project: Path) -> None:
    found, by_file = declarations(
        project, "privacy.yml", "services/a/privacy.yml", explicit=project / "services/a/privacy.yml"
    )
    assert set(by_file.values()) == {"services/a/privacy.yml"}
    assert len(found.all) == 1
    assert found.main is found.all[0]


def test_without_any(project: Path) -> None:
    found, by_file = declarations(project)
    assert set(by_file.values()) == {None}
    assert found.all == (None,)
    assert found.main is None


def test_code_that_a_part_may_share(project: Path) -> None:
    found, _ = declarations(project, "privacy.yml", "services/a/privacy.yml", "services/b/privacy.yml")
    mine = found.of("services/a/app.py")
    shared = {name: found.above(name, mine) for name in FILES}
    assert shared == {
        "app.py": True,
        "services/a/app.py": True,
        "services/a/deep/er.py": True,
        "services/b/app.py": False,
        "libs/c.py": True,
    }
    assert not found.above("services/a/app.py", found.of("app.py"))
