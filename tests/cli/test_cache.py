"""What a second run recalls: the same findings, and none that somebody has planted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from privlint import lower, recall
from privlint.cache import user_folder

from .conftest import Run

LOG = "app/views.py:5:12 PRV301"
CONSOLE = "app/views.py:6:16 PRV302"


class Stages:
    """Which stages a run came to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lowered: list[str] = []
        self.traced = 0
        encode_all, trace = lower.encode_all, __import__("privlint.flow.solve", fromlist=["trace"]).trace

        def counting_lower(files, jobs, *told):  # type: ignore[no-untyped-def]
            self.lowered += [file.path for file in files]
            return encode_all(files, jobs, *told)

        def counting_trace(*arguments):  # type: ignore[no-untyped-def]
            self.traced += 1
            return trace(*arguments)

        monkeypatch.setattr("privlint.lower.encode_all", counting_lower, raising=False)
        monkeypatch.setattr("privlint.flow.trace", counting_trace)

    def take(self) -> tuple[list[str], int]:
        """The files lowered and the traces made since the last call."""
        taken = sorted(self.lowered), self.traced
        self.lowered, self.traced = [], 0
        return taken


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Stages:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))
    return Stages(monkeypatch)


def test_a_second_run_does_nothing_again(project: Path, run: Run, stages: Stages) -> None:
    cold = run("check", "-f", "json")
    assert stages.take() == (["app/data.py", "app/views.py"], 1)
    assert run("check", "-f", "json") == cold
    assert stages.take() == ([], 0)
    assert run("check", "-f", "json", "--no-cache") == cold
    assert stages.take() == (["app/data.py", "app/views.py"], 1)


def test_only_what_has_changed_is_parsed(project: Path, run: Run, stages: Stages) -> None:
    run("check")
    stages.take()
    (project / "app/views.py").write_text("from app.data import email\nto_log(email())\n", encoding="utf-8")
    assert run("check").lines == ["app/views.py:2:8 PRV301"]
    assert stages.take() == (["app/views.py"], 1)


def test_a_comment_changes_lines_and_no_fact(project: Path, run: Run, stages: Stages) -> None:
    run("check")
    stages.take()
    text = (project / "app/views.py").read_text(encoding="utf-8")
    (project / "app/views.py").write_text("# a comment\n" + text, encoding="utf-8")
    assert run("check").lines == ["app/views.py:6:12 PRV301", "app/views.py:7:16 PRV302"]
    assert stages.take() == (["app/views.py"], 0)


def test_a_declaration_is_judged_without_tracing_again(project: Path, run: Run, stages: Stages) -> None:
    run("check")
    stages.take()
    (project / "privacy.yml").write_text("version: 1\n", encoding="utf-8")
    assert "no privacy.yml" not in run("check").err
    (project / "privacy.yml").write_text("version: 2\n", encoding="utf-8")
    assert run("check").status == 2
    assert stages.take() == ([], 0)


def test_rules_are_part_of_the_input(project: Path, run: Run, stages: Stages) -> None:
    run("check")
    stages.take()
    pack = project / "pack.yml"
    pack.write_text(pack.read_text(encoding="utf-8").replace("to_console", "elsewhere"), encoding="utf-8")
    assert run("check").lines == [LOG]
    assert stages.take() == ([], 1)


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (("--select", "PRV301"), [LOG]),
        (("--ignore", "PRV301"), [CONSOLE]),
        (("app/data.py", "--changed"), []),
        (("app/views.py", "--changed"), [LOG, CONSOLE]),
        (("--per-file-ignores", "views.py:PRV301"), [CONSOLE]),
        (("--min-confidence", "high"), [LOG, CONSOLE]),
    ],
)
def test_options_choose_from_what_is_recalled(
    project: Path, run: Run, stages: Stages, options: tuple[str, ...], lines: list[str]
) -> None:
    run("check")
    stages.take()
    assert run("check", *options).lines == lines
    assert stages.take() == ([], 0)


def test_suppressions_and_the_baseline_are_applied_to_what_is_recalled(project: Path, run: Run, stages: Stages) -> None:
    text = (project / "app/views.py").read_text(encoding="utf-8")
    (project / "app/views.py").write_text(text.replace("email())", "email())  # noqa: PRV301"), encoding="utf-8")
    for _ in range(2):
        ran = run("check")
        assert (ran.lines, "1 suppressed" in ran.err) == ([CONSOLE], True)
    run("baseline", "-o", "known.json", "-q")
    stages.take()
    assert run("check", "--baseline", "known.json").lines == []
    assert stages.take() == ([], 0)


def test_broken_files_are_recalled_and_reported_where_asked(project: Path, run: Run, stages: Stages) -> None:
    (project / "app/broken.py").write_text("def (\n", encoding="utf-8")
    cold = run("check")
    assert "app/broken.py:1:5 PRV001" in cold.lines
    assert run("check") == cold
    assert run("check", "app/views.py", "--changed").lines == [LOG, CONSOLE]


def test_a_checkout_that_is_moved_still_hits(
    project: Path, run: Run, stages: Stages, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cold = run("check", "-f", "json")
    stages.take()
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "clone"
    shutil.copytree(project, elsewhere)
    monkeypatch.chdir(elsewhere)
    assert run("check", "-f", "json") == cold
    assert stages.take() == ([], 0)


def test_a_planted_cache_neither_hides_nor_forges(
    project: Path, run: Run, stages: Stages, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Somebody runs privlint on harmless code, forges what it kept, and puts it into the repository of another."""
    monkeypatch.setattr(recall, "_tool", lambda: "the same on both machines")
    honest = run("check", "--no-cache").lines
    kept = recall.Recall._read

    def nothing_found(self, kind, key, form):  # type: ignore[no-untyped-def]
        found = kept(self, kind, key, form)
        if kind == "report" and found is None:
            self._write(kind, key, form, recall.Outcome((), (), {}, {}, True))
        return found

    with monkeypatch.context() as attacker:
        attacker.setattr(recall.Recall, "_read", nothing_found)
        attacker.setattr(recall.Recall, "keep_outcome", lambda *_: None)
        attacker.setattr("privlint.cache.trust.user_folder", lambda: project / ".privlint_cache")
        run("check", "--cache-dir", ".privlint_cache")
        attacker.undo()
        attacker.setattr("privlint.cache.trust.user_folder", lambda: project / ".privlint_cache")
        assert run("check", "--cache-dir", ".privlint_cache").lines == [], "the forgery works on who made it"
    monkeypatch.setattr(recall, "_tool", lambda: "the same on both machines")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("victim")))
    assert run("check", "--cache-dir", ".privlint_cache").lines == honest
    with (project / "privlint.toml").open("a", encoding="utf-8") as file:
        file.write('cache-dir = ".privlint_cache"\n')
    assert run("check").lines == honest


def test_a_configuration_keeps_its_cache_at_home(project: Path, run: Run) -> None:
    (project / "link").symlink_to(project.parent)
    for value in ("..", "/tmp", "link/x", "."):
        (project / "privlint.toml").write_text(f"cache-dir = {json.dumps(value)}\n", encoding="utf-8")
        ran = run("check")
        assert (ran.status, "'cache-dir' in a configuration must be below" in ran.err) == (2, True)


def test_without_a_cache_nothing_is_written(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("home")))
    run("check", "--no-cache")
    assert not user_folder().exists()
    run("check", "--cache-dir", "kept")
    assert (project / "kept" / "report").is_dir()
    monkeypatch.setenv("PRIVLINT_CACHE_DIR", "elsewhere")
    run("check")
    assert (project / "elsewhere" / "report").is_dir()


def test_an_interrupted_run_leaves_the_cache_sound(
    project: Path, run: Run, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = run("check", "--no-cache").lines
    for moment in ("os.replace", "privlint.cache.prune._note", "privlint.policy.judge_parts"):

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(moment, interrupted)
            assert run("check").status == 130
        assert run("check").lines == honest
        shutil.rmtree(user_folder())
