"""Which files a project consists of."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from privlint.model.project import Project
from privlint.source import MAX_BYTES, SourceError, discover

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file (its path as its text, in a comment) below the project's root."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n", encoding="utf-8")
        return path

    return make


def found(root: Path, *paths: str, **options: object) -> list[str]:
    """The displayed paths that discovery gives."""
    project = Project(tuple(map(Path, paths or (".",))), root=root, **options)  # type: ignore[arg-type]
    return [file.path for file in discover(project).files]


def ignore(folder: Path, *lines: str, name: str = ".gitignore") -> None:
    """Writes an ignore file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_walk_takes_python_files_in_sorted_order(tmp_path: Path, write: Write) -> None:
    for name in ("b.py", "a/z.py", "a.py", "a/__init__.py", "notes.txt", "stub.pyi", "script"):
        write(name)
    assert found(tmp_path) == ["a.py", "a/__init__.py", "a/z.py", "b.py"]


@pytest.mark.parametrize("folder", [".git", ".venv", "venv", "node_modules", "build", "dist", "lib/site-packages"])
def test_usual_folders_are_left_out(tmp_path: Path, write: Write, folder: str) -> None:
    write("app.py")
    write(f"{folder}/x.py")
    assert found(tmp_path) == ["app.py"]


def test_virtual_environment_by_another_name_is_left_out(tmp_path: Path, write: Write) -> None:
    write("app.py")
    write("env311/lib/x.py")
    write("env311/pyvenv.cfg")
    assert found(tmp_path) == ["app.py"]


def test_usual_folder_is_analysed_when_named_or_above_the_root(tmp_path: Path, write: Write) -> None:
    write("build/pkg/x.py")
    assert found(tmp_path, "build") == ["build/pkg/x.py"]
    assert found(tmp_path / "build") == ["pkg/x.py"]


def test_gitignore_nested_and_negated(tmp_path: Path, write: Write) -> None:
    for name in ("app.py", "gen_a.py", "sub/gen_b.py", "sub/keep/gen_c.py", "out/x.py", "sub/only_here.py"):
        write(name)
    ignore(tmp_path, "gen_*.py", "/out/")
    ignore(tmp_path / "sub", "only_here.py")
    ignore(tmp_path / "sub/keep", "!gen_c.py")
    assert found(tmp_path) == ["app.py", "sub/keep/gen_c.py"]
    assert found(tmp_path, respect_gitignore=False) == [
        "app.py",
        "gen_a.py",
        "out/x.py",
        "sub/gen_b.py",
        "sub/keep/gen_c.py",
        "sub/only_here.py",
    ]


def test_gitignore_above_holds_up_to_the_repository_alone(tmp_path: Path, write: Write) -> None:
    write("repo/pkg/a.py")
    write("repo/pkg/b.py")
    ignore(tmp_path, "a.py")
    assert found(tmp_path / "repo/pkg") == ["a.py", "b.py"]
    (tmp_path / "repo/.git/info").mkdir(parents=True)
    ignore(tmp_path / "repo", "b.py")
    assert found(tmp_path / "repo/pkg") == ["a.py"]
    ignore(tmp_path / "repo/.git/info", "a.py", name="exclude")
    assert found(tmp_path / "repo/pkg") == []


def test_ignored_folder_is_analysed_when_named(tmp_path: Path, write: Write) -> None:
    (tmp_path / ".git").mkdir()
    write("generated/x.py")
    ignore(tmp_path, "generated/")
    assert found(tmp_path) == []
    assert found(tmp_path, "generated") == ["generated/x.py"]


def test_named_file_is_analysed_unless_excludes_are_forced(tmp_path: Path, write: Write) -> None:
    for name in ("ignored.py", "excluded/x.py", "build/y.py", "ok.py"):
        write(name)
    ignore(tmp_path, "ignored.py")
    named = ("ignored.py", "excluded/x.py", "build/y.py", "ok.py")
    assert found(tmp_path, *named, exclude=("excluded",)) == sorted(named)
    assert found(tmp_path, *named, exclude=("excluded",), force_exclude=True) == ["ok.py"]


@pytest.mark.parametrize(
    "glob", ["migrations", "*/migrations/*", "app/migrations", "app/**/0001.py", "./app/migrations/", "0001.*"]
)
def test_exclude(tmp_path: Path, write: Write, glob: str) -> None:
    write("app/migrations/0001.py")
    write("app/views.py")
    assert found(tmp_path, exclude=(glob,)) == ["app/views.py"]


def test_exclude_by_absolute_path(tmp_path: Path, write: Write) -> None:
    write("app/a.py")
    write("b.py")
    assert found(tmp_path, exclude=(f"{tmp_path.as_posix()}/app",)) == ["b.py"]


def test_overlapping_paths_give_each_file_once(tmp_path: Path, write: Write) -> None:
    write("app/a.py")
    assert found(tmp_path, "app", "app/a.py", "./app/../app", str(tmp_path / "app")) == ["app/a.py"]


def test_scope_is_analysed_and_not_reported(tmp_path: Path, write: Write) -> None:
    write("app/a.py")
    write("app/b.py")
    (tmp_path / "app/bad.py").write_bytes(b"\xff")
    result = discover(Project((Path("app/a.py"),), scope=(Path(),), root=tmp_path))
    assert [(file.path, file.reported) for file in result.files] == [("app/a.py", True), ("app/b.py", False)]
    assert result.unreadable == []


def test_symbolic_links_are_not_followed(tmp_path: Path, write: Write) -> None:
    outside = tmp_path / "outside"
    write("outside/secret.py")
    write("app/a.py")
    (tmp_path / "app/loop").symlink_to(tmp_path / "app", target_is_directory=True)
    (tmp_path / "app/away").symlink_to(outside, target_is_directory=True)
    (tmp_path / "app/file.py").symlink_to(outside / "secret.py")
    (tmp_path / "app/broken.py").symlink_to(tmp_path / "nowhere.py")
    assert found(tmp_path, "app") == ["app/a.py"]
    assert found(tmp_path, "app/away") == ["app/away/secret.py"]


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path, write: Write) -> None:
    write("a.py")
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / ".gitignore")
    assert found(tmp_path) == ["a.py"]
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        found(tmp_path, "pipe.py")


@pytest.mark.parametrize("path", ["missing", "missing/x.py", "a.py/x.py"])
def test_missing_path(tmp_path: Path, write: Write, path: str) -> None:
    write("a.py")
    with pytest.raises(SourceError, match="no such file or folder") as caught:
        found(tmp_path, "a.py", path)
    assert caught.value.path == path


def test_no_python_files_is_said(tmp_path: Path, write: Write) -> None:
    write("readme.md")
    assert discover(Project((Path(),), root=tmp_path)).notes == ["no Python files found under ."]


@pytest.mark.parametrize(
    ("name", "first", "said"), [("a.md", "# Title", True), ("tool", "#!/usr/bin/env python3", False)]
)
def test_named_file_that_does_not_look_like_python(tmp_path: Path, name: str, first: str, said: bool) -> None:
    (tmp_path / name).write_text(f"{first}\n", encoding="utf-8")
    result = discover(Project((Path(name),), root=tmp_path))
    assert [file.path for file in result.files] == [name]
    assert bool(result.notes) == said


def test_file_that_is_too_large_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_bytes(b"#" * (MAX_BYTES + 1))
    result = discover(Project((Path(),), root=tmp_path))
    assert not result.files
    assert "not analysed" in result.unreadable[0].reason


def test_stdin_stands_for_a_file(tmp_path: Path, write: Write) -> None:
    write("app/a.py")
    write("app/b.py")
    result = discover(Project((), scope=(Path(),), root=tmp_path, stdin=("app/a.py", b"x = 1\n")))
    assert [(f.path, f.text, f.reported) for f in result.files] == [
        ("app/a.py", "x = 1\n", True),
        ("app/b.py", "# app/b.py\n", False),
    ]
    bad = discover(Project((), root=tmp_path, stdin=("-", b"\xff")))
    assert [u.path for u in bad.unreadable] == ["-"]


def test_path_outside_the_root_is_shown_whole(tmp_path: Path, write: Write) -> None:
    outside = write("elsewhere/x.py")
    (tmp_path / "here").mkdir()
    assert found(tmp_path / "here", str(outside)) == [outside.as_posix()]


@pytest.mark.parametrize("lines", [["*a*a*a*a*a*a*b"], ["**/a/**/a/**/a/**/a/**/b"], ["[", "\\"]])
def test_hostile_ignore_files_do_no_harm(tmp_path: Path, write: Write, lines: Sequence[str]) -> None:
    name = "a" * 200 + ".py"
    write(name)
    write("ignored.py")
    ignore(tmp_path, *lines, "ignored.py")
    assert found(tmp_path) == [name]
