"""The configuration file: where it is looked for, what it may say, how it meets the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint.cli.check import check
from privlint.cli.config import KEYS
from privlint.cli.options import analysis

from .conftest import Run


def configure(folder: Path, *lines: str, name: str = "privlint.toml") -> None:
    """Writes a configuration with the project's own rules and these lines."""
    head = ["[tool.privlint]"] if name == "pyproject.toml" else []
    head += ["no-default-rules = true", f'rules = ["{"" if (folder / "pack.yml").exists() else "../"}pack.yml"]']
    (folder / name).write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


def codes(run: Run, *arguments: str) -> list[str]:
    """The codes that ``check`` reports."""
    return [line.split()[1] for line in run("check", *arguments).lines]


def test_pyproject_without_a_section_is_passed_over(project: Path, run: Run) -> None:
    (project / "app/pyproject.toml").write_text("[tool.other]\nselect = 1\n", encoding="utf-8")
    assert codes(run, "app") == ["PRV301", "PRV302"]


def test_own_file_wins_over_pyproject(project: Path, run: Run) -> None:
    configure(project, 'select = ["PRV301"]', name="pyproject.toml")
    assert codes(run) == ["PRV301", "PRV302"]
    (project / "privlint.toml").unlink()
    assert codes(run) == ["PRV301"]


def test_nearest_file_holds_and_the_repository_is_the_limit(project: Path, run: Run) -> None:
    configure(project / "app", 'select = ["PRV302"]')
    assert codes(run, "app") == ["PRV302"]
    assert codes(run, ".") == ["PRV301", "PRV302"]
    (project / "app/privlint.toml").unlink()
    (project / "app/.git").mkdir()
    assert codes(run, "app", "--rules", "pack.yml", "--no-default-rules") == ["PRV301", "PRV302"]


def test_command_line_wins(project: Path, run: Run) -> None:
    configure(project, 'select = ["PRV301"]', 'extend-ignore = "PRV301"', 'format = "json"', "exit-zero = true")
    ran = run("check", "--select", "PRV3", "-f", "text")
    assert [line.split()[1] for line in ran.lines] == ["PRV302"]
    assert ran.status == 0


def test_paths_and_globs_are_relative_to_the_file(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(project, 'exclude = ["app/data.py"]', "[per-file-ignores]", '"app/views.py" = ["PRV302"]')
    assert codes(run) == []  # without data.py only PRV302 is left, and that is ignored
    monkeypatch.chdir(project / "app")
    assert codes(run) == []
    configure(project, 'exclude = ["*/views.py"]')
    assert codes(run) == []
    monkeypatch.chdir(project / "app")
    configure(project, 'baseline = "base.json"')
    assert run("baseline").status == 0
    assert (project / "base.json").is_file()
    assert codes(run) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("selct = []", "privlint.toml:3: no option is called 'selct'; did you mean 'select'?"),
        ("select = 3", "privlint.toml:3: 'select' must be a list of strings"),
        ("quiet = 1", "privlint.toml:3: 'quiet' must be true or false"),
        ("jobs = -1", "privlint.toml:3: 'jobs' must be a number, 0 or more"),
        ('fail-on = "high"', "privlint.toml:3: 'fail-on' must be one of note, warning, error"),
        ("per-file-ignores = []", "'per-file-ignores' must be a table"),
        ('output = "x"', "privlint.toml:3: 'output' is for the command line alone"),
        ('format = "serif"', "did you mean 'sarif'?"),
        ("select = [", "privlint.toml:3:"),
        ('select = ["X1"]', "no finding code is called 'X1'"),
    ],
)
def test_mistakes_name_file_line_and_the_nearest_word(project: Path, run: Run, line: str, words: str) -> None:
    configure(project, line)
    ran = run("check")
    assert ran.status == 2
    assert words in ran.err


def test_explicit_file(project: Path, run: Run) -> None:
    (project / "other.toml").write_text('rules = "pack.yml"\nno-default-rules = true\nignore = ["PRV302"]\n', "utf-8")
    assert codes(run, "--config", "other.toml") == ["PRV301"]
    (project / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    ran = run("check", "--config", "pyproject.toml")
    assert ran.status == 2
    assert "has no [tool.privlint]" in ran.err


def test_every_key_is_an_option_and_every_option_a_key() -> None:
    spellings = {name for option in check.params for name in (*option.opts, *option.secondary_opts)}
    options = {name.removeprefix("--") for name in spellings if name.startswith("--")}
    not_configured = {"config", "output", "changed", "stdin-filename"}
    assert set(KEYS) == options - not_configured
    assert analysis is not None
