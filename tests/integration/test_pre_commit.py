"""The hooks, with the real ``pre-commit`` in a real git repository.

The hook's own environment is made from the package index, as for every user; where there is none, set
``PRIVLINT_NO_INDEX=1`` to leave these tests out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.conftest import done, run

pytestmark = pytest.mark.skipif(bool(os.environ.get("PRIVLINT_NO_INDEX")), reason="needs the package index")

HELPER = "import logging\n\n\ndef record(value):\n    logging.info('seen: %s', value)\n"
CALLER = "from helper import record\n\n\ndef sign_up(request):\n    email = request.form['email']\n    record(email)\n    return email\n"
OTHER = "import logging\n\n\ndef greet(phone_number):\n    logging.info(phone_number)\n"
CLEAN = "def add(a, b):\n    return a + b\n"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pre-commit's store: the hook's environment is made once for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def repository(release: Path, tmp_path: Path) -> Path:
    """A repository that uses the hook, with a leak committed before it was there."""
    folder = tmp_path / "app"
    folder.mkdir()
    revision = done(["git", "rev-parse", "HEAD"], release).strip()
    config = f"repos:\n- repo: {release}\n  rev: {revision}\n  hooks:\n  - id: privlint\n"
    _write(folder, {".pre-commit-config.yaml": config, "other.py": OTHER, "helper.py": CLEAN})
    done(["git", "init", "-q", "-b", "main"], folder)
    done(["git", "add", "-A"], folder)
    done(["git", "commit", "-q", "-m", "before"], folder)
    return folder


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _hook(repository: Path, home: Path, *staged: str) -> subprocess.CompletedProcess[str]:
    done(["git", "add", *staged], repository)
    return run([sys.executable, "-m", "pre_commit", "run"], repository, PRE_COMMIT_HOME=str(home))


def test_a_leak_through_another_file_stops_the_commit(repository: Path, home: Path) -> None:
    _write(repository, {"helper.py": HELPER, "caller.py": CALLER})
    result = _hook(repository, home, "helper.py", "caller.py")
    assert result.returncode == 1, result.stdout
    assert "helper.py:5:" in result.stdout  # the sink; its source is in the other file
    assert "PRV301" in result.stdout
    assert "other.py" not in result.stdout  # not part of the commit


def test_only_the_changed_files_are_reported_but_all_are_followed(repository: Path, home: Path) -> None:
    _write(repository, {"caller.py": CALLER})
    done(["git", "add", "caller.py"], repository)
    done(["git", "commit", "-q", "-m", "the caller"], repository)
    _write(repository, {"helper.py": HELPER})
    result = _hook(repository, home, "helper.py")
    assert result.returncode == 1, result.stdout
    assert "helper.py:5:" in result.stdout


@pytest.mark.parametrize(
    "line",
    [
        "logging.info('seen: %s', value)  # noqa: PRV301",
        "logging.info('seen: %s', value)  # privlint: ignore[PRV301] the log is the audit trail",
        "logging.info('seen')",
    ],
)
def test_a_commit_passes(repository: Path, home: Path, line: str) -> None:
    _write(repository, {"helper.py": f"import logging\n\n\ndef record(value):\n    {line}\n", "caller.py": CALLER})
    result = _hook(repository, home, "helper.py", "caller.py")
    assert result.returncode == 0, result.stdout
    assert "Passed" in result.stdout
