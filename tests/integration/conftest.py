"""What the integration tests share: the checkout's files, and commands run as a user runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
# Git must neither see the checkout that the tests run in nor the person's own settings.
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "privlint",
    "GIT_AUTHOR_EMAIL": "privlint@localhost",
    "GIT_COMMITTER_NAME": "privlint",
    "GIT_COMMITTER_EMAIL": "privlint@localhost",
}


def run(command: Sequence[str | Path], cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; standard output and error come together."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**inherited, **GIT, **env},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def done(command: Sequence[str | Path], cwd: Path, **env: str) -> str:
    """Run a command that has to succeed; what it printed."""
    result = run(command, cwd, **env)
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with the files of the checkout as they are now, as a release would have them."""
    folder = tmp_path_factory.mktemp("release")
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], CHECKOUT).stdout
    for name in filter(None, listed.split("\0")):
        source, target = CHECKOUT / name, folder / name
        if source.is_file() and not name.startswith(("tests/", "fixtures/")):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "release"]):
        done(["git", *command], folder)
    return folder
