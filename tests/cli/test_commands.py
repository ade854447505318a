"""The other commands, and what holds for all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from privlint import __version__
from privlint.policy import rules

from .conftest import Run

COMMANDS = ["check", "baseline", "map", "diff", "rule", "rules", "explain-name", "catalogue"]
HEAVY = {"libcst", "yaml", "sarif_om", "privlint.engine"}


def process(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs ``python -m privlint`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "privlint", *arguments],
        capture_output=True,
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
        timeout=120,
    )


def test_rule_explains_by_code_and_by_name(run: Run) -> None:
    by_code = run("rule", "prv301")
    assert by_code.status == 0
    assert by_code.out.startswith("# PRV301 personal-data-in-log\n")
    assert run("rule", "personal-data-in-log").out == by_code.out
    assert json.loads(run("rule", "PRV301", "--format", "json").out)["code"] == "PRV301"


def test_rule_that_is_unknown(run: Run) -> None:
    ran = run("rule", "PRV3001")
    assert ran.status == 2
    assert "did you mean 'PRV301'" in ran.err


def test_rules_lists_every_code(run: Run) -> None:
    listed = [line.split()[0] for line in run("rules").out.splitlines()]
    assert listed == sorted(rule.code for rule in rules())
    assert run("rule").out == run("rules").out
    assert [each["code"] for each in json.loads(run("rules", "-f", "json").out)] == listed


def test_explain_name(run: Run) -> None:
    ran = run("explain-name", "User.email")
    assert ran.status == 0
    assert "contact.email" in ran.out
    assert run("explain-name", "email", "--context", "User").out == ran.out
    assert "is taken for no personal data" in run("explain-name", "email_template").out
    assert run("explain-name", "x", "--rules", "missing.yml").status == 2


def test_version(run: Run) -> None:
    assert run("--version")[:2] == (0, f"privlint {__version__}\n")


def test_unknown_command(run: Run) -> None:
    ran = run("chek")
    assert ran.status == 2
    assert "chek" in ran.err


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from privlint.cli import main; status = main(sys.argv[1:]);"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr); sys.exit(status)"
    )
    ran = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr.decode().strip()) == (0, "[]")


def test_output_is_utf8_whatever_the_locale(project: Path) -> None:
    (project / "app/data.py").write_text('to_log(f"电话 {current_phone()}")\n', encoding="utf-8")
    ran = process("check", "-f", "full", cwd=project, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert 'to_log(f"电话 {current_phone()}")' in ran.stdout.decode("utf-8")
    assert ran.returncode == 1


def test_reader_that_goes_away_is_no_error(project: Path) -> None:
    (project / "app/many.py").write_text("to_log(current_email())\n" * 3000, encoding="utf-8")
    command = f'"{sys.executable}" -m privlint check --quiet | head -n 1'
    ran = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, check=False, timeout=120)
    assert ran.stdout.count(b"\n") == 1
    assert ran.stderr == b""
