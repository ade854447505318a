"""Where the declaration is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint.declaration import find


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository in a folder that has a declaration of its own."""
    (tmp_path / "privacy.yml").write_text("version: 1\n", encoding="utf-8")
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "shop" / "views").mkdir(parents=True)
    (root / "shop" / "views" / "a.py").write_text("", encoding="utf-8")
    return root


def test_it_stops_at_the_repositorys_root(repository: Path) -> None:
    assert find([repository / "shop" / "views" / "a.py"]) is None


def test_upwards_from_a_file(repository: Path) -> None:
    (repository / "privacy.yaml").write_text("version: 1\n", encoding="utf-8")
    assert find([repository / "shop" / "views" / "a.py"]) == repository / "privacy.yaml"


def test_the_nearest_wins_and_yml_comes_first(repository: Path) -> None:
    for path in ("privacy.yml", "shop/privacy.yaml", "shop/privacy.yml"):
        (repository / path).write_text("version: 1\n", encoding="utf-8")
    assert find([repository / "shop" / "views"]) == repository / "shop" / "privacy.yml"
    assert find([repository]) == repository / "privacy.yml"


def test_a_folder_of_that_name_is_none(repository: Path) -> None:
    (repository / "shop" / "privacy.yml").mkdir()
    assert find([repository / "shop"]) is None


def test_relative_paths(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "privacy.yml").write_text("version: 1\n", encoding="utf-8")
    monkeypatch.chdir(repository / "shop")
    assert find([Path()]) == repository / "privacy.yml"
    assert find([]) is None


def test_a_file_named_git_is_a_root_too(repository: Path) -> None:
    (repository / "shop" / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")
    (repository / "privacy.yml").write_text("version: 1\n", encoding="utf-8")
    assert find([repository / "shop" / "views"]) is None
