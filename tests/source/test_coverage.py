"""How much of a folder a run looks at."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint.model.project import Project
from privlint.source import coverage

FILES = ("app.py", "shop/a.py", "shop/b.py", "tests/t.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "folder", "reported", "expected"),
    [
        (["."], "", FILES, "whole"),
        (["."], "shop", FILES, "whole"),
        (["shop"], "shop", FILES[1:3], "whole"),
        (["shop"], "", FILES[1:3], "part"),
        (["shop/a.py"], "", FILES[1:2], "files"),
        (["shop/a.py", "shop/b.py"], "shop", FILES[1:3], "whole"),
        (["shop/a.py"], "shop", FILES[1:2], "files"),
        (["app.py", "shop", "tests"], "", FILES, "whole"),
        ([], "", FILES[:1], "files"),
    ],
)
def test_by_paths(root: Path, paths: list[str], folder: str, reported: tuple[str, ...], expected: str) -> None:
    project = Project(paths=tuple(root / path for path in paths), root=root)
    assert coverage(project, root / folder, reported, lambda path: True) == expected


def test_files_that_another_declaration_speaks_of_do_not_count(root: Path) -> None:
    project = Project(paths=(root / "app.py", root / "tests"), root=root)
    reported = ("app.py", "tests/t.py")
    assert coverage(project, root, reported, lambda path: not path.startswith("shop/")) == "whole"
    assert coverage(project, root, reported, lambda path: True) == "part"


def test_excluded_files_do_not_count(root: Path) -> None:
    project = Project(paths=(root / "app.py", root / "shop"), root=root, exclude=("tests",))
    assert coverage(project, root, FILES[:3], lambda path: True) == "whole"


def test_a_declaration_that_is_named_speaks_of_what_is_analysed(root: Path) -> None:
    declaration = root / "elsewhere/privacy.yml"
    assert (
        coverage(Project((root / "shop",), root=root, declaration=declaration), root, (), lambda path: True) == "whole"
    )
