"""What really happens: the cases under CPython, in a process of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from .cases import FOLDER, Unit


class Origin(NamedTuple):
    """A call of ``source``."""

    label: str
    path: Path
    line: int


Truth = dict[tuple[Path, int], set[Origin]]  # sinks that ran -> the sources whose data was in their arguments


def python_for(minor: int) -> str | None:
    """A CPython that can run what needs 3.``minor``: this one, or a newer one on the path."""
    if sys.version_info >= (3, minor):
        return sys.executable
    for newer in range(minor, minor + 4):
        found = shutil.which(f"python3.{newer}")
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return None


def observe(unit: Unit, python: str) -> Truth:
    """Run a unit and tell which sinks saw what."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        command = [python, str(FOLDER / "run.py"), str(unit.main), str(record)]
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise AssertionError(f"{unit.name} does not run:\n{done.stderr}")
        seen = json.loads(record.read_text(encoding="utf-8"))
    return {
        (Path(path), line): {Origin(label, Path(source), at) for label, source, at in origins}
        for path, line, origins in seen
    }
