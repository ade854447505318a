"""``privlint check``: what is analysed, what is reported, how it exits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from privlint.cli.options import FORMATS_HELP
from privlint.report import FORMATS

from .conftest import Run

LOG = "app/views.py:5:12 PRV301"
CONSOLE = "app/views.py:6:16 PRV302"


def test_findings_are_flake8_lines_and_exit_with_1(project: Path, run: Run) -> None:
    ran = run("check")
    assert (ran.status, ran.lines) == (1, [LOG, CONSOLE])
    assert "2 findings in 1 of 2 files" in ran.err


def test_nothing_to_report_exits_with_0(project: Path, run: Run) -> None:
    assert run("check", "app/data.py")[:2] == (0, "")


def test_a_file_that_cannot_be_read_counts_as_a_file(project: Path, run: Run) -> None:
    (project / "app" / "broken.py").write_bytes(b"\x00")
    assert "3 findings in 2 of 3 files" in run("check").err


def test_quiet_prints_findings_alone(project: Path, run: Run) -> None:
    ran = run("check", "-q")
    assert (len(ran.lines), ran.err) == (2, "")


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select", "PRV301"], ["PRV301"]),
        (["--select", "PRV2,PRV302"], ["PRV302"]),
        (["--select", "all"], ["PRV301", "PRV302"]),
        (["--select", "personal-data-in-log"], ["PRV301"]),
        (["--select", "PRV301", "--extend-select", "PRV302"], ["PRV301", "PRV302"]),
        (["--extend-select", "PRV302"], ["PRV301", "PRV302"]),
        (["--ignore", "PRV3"], []),
        (["--ignore", "PRV3", "--select", "PRV301"], ["PRV301"]),
        (["--extend-ignore", "PRV301"], ["PRV302"]),
        (["--per-file-ignores", "app/*:PRV301"], ["PRV302"]),
        (["--per-file-ignores", "views.py:PRV3"], []),
        (["--exclude", "views.py"], []),
    ],
)
def test_select_and_ignore(project: Path, run: Run, options: list[str], codes: list[str]) -> None:
    ran = run("check", *options)
    assert [line.split()[1] for line in ran.lines] == codes
    assert ran.status == (1 if codes else 0)


def test_exit_zero_and_fail_on(project: Path, run: Run) -> None:
    assert run("check", "--exit-zero").status == 0
    severities = {each["severity"] for each in json.loads(run("check", "-f", "json").out)["results"]}
    assert severities == {"warning"}
    assert [run("check", "--fail-on", level).status for level in ("note", "warning", "error")] == [1, 1, 0]


def test_comments_suppress(project: Path, run: Run) -> None:
    views = project / "app/views.py"
    text = views.read_text(encoding="utf-8")
    text = text.replace("to_log(email())", "to_log(email())  # privlint: ignore[PRV301] own log")
    views.write_text(text.replace("current_phone())", "current_phone())  # noqa: PRV302"), encoding="utf-8")
    ran = run("check")
    assert (ran.status, ran.out) == (0, "")
    assert "2 suppressed" in ran.err
    results = json.loads(run("check", "-f", "sarif").out)["runs"][0]["results"]
    assert results == []
    kept = run("check", "-f", "sarif", "--sarif-include-suppressed")
    assert kept.status == 0
    results = json.loads(kept.out)["runs"][0]["results"]
    assert [result["suppressions"][0]["justification"] for result in results] == ["own log", "# noqa: PRV302"]


def test_baseline_leaves_old_findings_out(project: Path, run: Run) -> None:
    recorded = run("baseline", "-o", "known/base.json")
    assert (recorded.status, recorded.out) == (0, "")
    assert "2 findings recorded" in recorded.err
    assert run("check", "--baseline", "known/base.json").status == 0
    views = project / "app/views.py"
    text = views.read_text(encoding="utf-8")
    views.write_text("\n\n" + text + "    to_log(current_phone())\n", encoding="utf-8")
    assert run("check", "--baseline", "known/base.json").lines == ["app/views.py:9:12 PRV301"]


def test_changed_analyses_the_project_and_reports_on_what_changed(project: Path, run: Run) -> None:
    (project / "README.md").write_text("# not Python\n", encoding="utf-8")
    assert run("check", "app/views.py").lines == [CONSOLE]  # alone, the other file's e-mail address is not known
    assert run("check", "--changed", "app/views.py", "README.md").lines == [LOG, CONSOLE]
    assert run("check", "--changed", "app/data.py")[:2] == (0, "")
    assert run("check", "--changed", "README.md")[:2] == (0, "")
    assert run("check", "--changed", "--force-exclude", "--exclude", "app", "app/views.py")[:2] == (0, "")


def test_standard_input_stands_for_a_file_of_its_project(project: Path, run: Run) -> None:
    text = b"from app.data import email\nto_log(email())\n"
    assert run("check", "--stdin-filename", "app/views.py", "-", stdin=text).lines == ["app/views.py:2:8 PRV301"]
    assert run("check", "-", stdin=b"to_log(current_email())\n").lines == ["-:1:8 PRV301"]
    assert run("check", "-", stdin=b"x = '\xff'\n").lines == ["-:1:6 PRV001"]
    assert run("check", "-", "app").status == 2
    assert run("check", "--stdin-filename", "x.py", "app").status == 2


def test_broken_file_is_a_finding_and_hides_nothing(project: Path, run: Run) -> None:
    (project / "app/broken.py").write_text("def f(:\n", encoding="utf-8")
    (project / "app/bytes.py").write_bytes(b"\xff\xfe")
    ran = run("check")
    assert [line.split()[1] for line in ran.lines] == ["PRV001", "PRV001", "PRV301", "PRV302"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing"], "missing: no such file or folder"),
        (["--format", "serif"], "did you mean 'sarif'"),
        (["--output", "serif:x"], "did you mean 'sarif'"),
        (["--select", "E501"], "'E501'"),
        (["--select", "personal-data-in-logs"], "did you mean 'personal-data-in-log'"),
        (["--fail-on", "high"], "--fail-on"),
        (["--min-confidence", "sure"], "--min-confidence"),
        (["--jobs", "-1"], "--jobs"),
        (["--per-file-ignores", "x"], "GLOB:CODES"),
        (["--config", "missing.toml"], "missing.toml: no such file"),
        (["--rules", "missing.yml"], "missing.yml"),
        (["--declaration", "missing.yml"], "missing.yml"),
        (["--baseline", "pack.yml"], "pack.yml: not a baseline"),
        (["--output", "app"], "app: cannot be written"),
        (["--no-such-option"], "--no-such-option"),
    ],
)
def test_what_cannot_be_done_exits_with_2(project: Path, run: Run, arguments: list[str], words: str) -> None:
    ran = run("check", *arguments)
    assert ran.status == 2
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_broken_declaration_and_rule_pack_name_the_line(project: Path, run: Run) -> None:
    (project / "privacy.yml").write_text("version: 1\ncolects: []\n", encoding="utf-8")
    ran = run("check")
    assert ran.status == 2
    assert re.search(r"privacy\.yml:2:1: .*colects.*collects", ran.err)
    (project / "privacy.yml").unlink()
    (project / "pack.yml").write_text("version: 1\nsinks: 3\n", encoding="utf-8")
    ran = run("check")
    assert ran.status == 2
    assert re.search(r"pack\.yml:2:\d+: ", ran.err)


def test_empty_folder_exits_with_0_and_says_so(project: Path, run: Run) -> None:
    (project / "empty").mkdir()
    ran = run("check", "empty")
    assert ran.status == 0
    assert "no Python files found under empty" in ran.err


def test_internal_error_is_short_unless_verbose(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr("privlint.engine.check", fail)
    ran = run("check")
    assert ran.status == 2
    assert ran.err.startswith("privlint: internal error: RuntimeError: first line second line")
    assert "Traceback" not in ran.err
    assert "Traceback" in run("check", "--verbose").err


def test_outputs(project: Path, run: Run) -> None:
    ran = run("check", "-o", "sarif:out/a.sarif", "-o", "json:out/a.json")
    assert ran.lines == [LOG, CONSOLE]
    assert json.loads((project / "out/a.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert json.loads((project / "out/a.json").read_text(encoding="utf-8"))
    redirected = run("check", "-f", "text", "-o", "plain.txt")
    assert (redirected.out, redirected.status) == ("", 1)
    assert (project / "plain.txt").read_text(encoding="utf-8") == ran.out
    assert json.loads(run("check", "-o", "json:-").out)
    assert run("check", "-o", "-", "-o", "json:-").status == 2


def test_statistics_never_mix_with_a_format_for_programs(project: Path, run: Run) -> None:
    ran = run("check", "--statistics")
    assert re.findall(r"^1 +(PRV30\d) ", ran.out, re.M) == ["PRV301", "PRV302"]
    ran = run("check", "--statistics", "-f", "json")
    assert json.loads(ran.out)
    assert re.findall(r"^1 +(PRV30\d) ", ran.err, re.M) == ["PRV301", "PRV302"]


def test_verbose_says_what_could_not_be_followed(project: Path, run: Run) -> None:
    (project / "app/data.py").write_text(
        "import mystery\n\n\ndef email():\n    return mystery.stir(current_email())\n", encoding="utf-8"
    )
    err = run("check", "-v").err
    assert re.search(r"\d+ lines in \d+\.\d\d s", err)
    assert "mystery.stir" in err


def test_color(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in run("check", "--color").out
    assert "\x1b[" not in run("check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check").out
    assert "\x1b[" not in run("check", "--color", "-o", "plain.txt").out + (project / "plain.txt").read_text("utf-8")


def test_same_bytes_whatever_the_jobs(project: Path, run: Run) -> None:
    assert run("check", "-f", "json", "-j", "1").out == run("check", "-f", "json", "-j", "2").out


def test_control_characters_in_file_names_do_not_reach_the_terminal(project: Path, run: Run) -> None:
    ran = run("check", "evil\x1b[31m.py")
    assert ran.status == 2
    assert "\x1b" not in ran.err
    assert "\\x1b[31m" in ran.err


def test_help_names_every_format() -> None:
    named = set(re.findall(r"[a-z]+", FORMATS_HELP.replace("(default)", ""))) - {"or"}
    assert named == set(FORMATS)


def test_sharing_with_nobody_knows_whom_is_counted_whatever_is_selected(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import os\nimport requests\nfrom flask import request\n\n\ndef f():\n"
        '    requests.post(os.environ["HOOK"], json={"email": request.form["email"]})\n',
        encoding="utf-8",
    )
    ran = run("check", str(tmp_path), "--select", "PRV301")
    assert ran.status == 0
    assert "no findings in 1 file; the recipient of 1 sharing is not known" in ran.err
    assert json.loads(run("check", str(tmp_path), "-f", "json").out)["summary"]["unknownRecipients"] == 1
