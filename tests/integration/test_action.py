"""The steps of ``action.yml`` as GitHub's runner would run them: bash, with the inputs in the environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
LEAK = 'import logging\n\n\ndef sign_up(email):\n    logging.info("welcome %s", email)\n'
BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None, reason="needs bash")


def step(name: str) -> str:
    """The script of a step."""
    return str(next(s["run"] for s in ACTION["runs"]["steps"] if s.get("name") == name))


class Runner:
    """A job's workspace and temporary folder, with privlint where the install step puts it."""

    def __init__(self, folder: Path) -> None:
        self.work, self.temp = folder / "work", folder / "temp"
        binary = self.temp / "privlint" / "bin" / "privlint"
        binary.parent.mkdir(parents=True)
        self.work.mkdir()
        binary.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m privlint "$@"\n')
        binary.chmod(0o755)

    def run(self, name: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a step as ``shell: bash`` does."""
        assert BASH is not None
        known = {
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "PYTHONPATH": str(ROOT),
        }
        command = [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)]
        return subprocess.run(
            command, cwd=self.work, env={**os.environ, **known, **env}, capture_output=True, text=True, check=False
        )

    @property
    def outputs(self) -> dict[str, str]:
        """What the steps gave out."""
        lines = (self.temp / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_findings_become_sarif_and_a_summary(runner: Runner) -> None:
    (runner.work / "app.py").write_text(LEAK)
    done = runner.run("Check", PATHS=".", ARGUMENTS="", FAIL_ON="never", ANNOTATE="false")
    assert done.returncode == 0, done.stderr
    assert "app.py:5" in done.stdout
    results = json.loads(Path(runner.outputs["sarif"]).read_text())["runs"][0]["results"]
    assert [r["ruleId"] for r in results] == ["PRV301"]
    assert "PRV301" in (runner.temp / "summary").read_text()
    assert runner.outputs["status"] == "0"


def test_annotations_where_code_scanning_is_not_to_be_had(runner: Runner) -> None:
    (runner.work / "app.py").write_text(LEAK)
    done = runner.run("Check", PATHS=".", ARGUMENTS="", FAIL_ON="never", ANNOTATE="true")
    assert done.stdout.startswith("::"), done.stdout
    assert "file=app.py" in done.stdout


def test_the_gate_fails_the_job_after_the_upload(runner: Runner) -> None:
    (runner.work / "app.py").write_text(LEAK)
    done = runner.run("Check", PATHS=".", ARGUMENTS="", FAIL_ON="note", ANNOTATE="false")
    assert done.returncode == 0, done.stderr  # the upload comes first
    assert runner.outputs["status"] == "1"
    assert runner.run("Gate", STATUS=runner.outputs["status"]).returncode == 1
    assert runner.run("Gate", STATUS="0").returncode == 0


def test_a_wrong_argument_fails_at_once(runner: Runner) -> None:
    done = runner.run("Check", PATHS="missing", ARGUMENTS="", FAIL_ON="never", ANNOTATE="false")
    assert done.returncode == 2
    assert "missing" in done.stderr


def test_inputs_are_no_part_of_the_script(runner: Runner) -> None:
    (runner.work / "app.py").write_text(LEAK)
    done = runner.run("Check", PATHS="$(touch pwned) ; touch pwned", ARGUMENTS="", FAIL_ON="never", ANNOTATE="false")
    assert done.returncode == 2
    assert not (runner.work / "pwned").exists()
