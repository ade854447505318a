"""A small project and a way to run the command line in it, in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from privlint.cli import main

RULES = """\
version: 1
sources:
  - {name: current_email, data: contact.email}
  - {name: current_phone, data: contact.phone}
sinks:
  - {name: to_log, kind: log, args: [0]}
  - {name: to_console, kind: console, args: [0]}
data_types:
  - {id: contact.email, label: Email address}
  - {id: contact.phone, label: Phone number}
"""


class Ran(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """``path:line:column code`` of each finding in the ``text`` format."""
        return [" ".join(line.split(" ")[:2]).replace(": ", " ") for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two findings, over two files, and with rules of its own in its configuration."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "pack.yml").write_text(RULES, encoding="utf-8")
    (tmp_path / "privlint.toml").write_text('rules = ["pack.yml"]\nno-default-rules = true\n', encoding="utf-8")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/data.py").write_text("def email():\n    return current_email()\n", encoding="utf-8")
    (tmp_path / "app/views.py").write_text(
        "from app.data import email\n\n\ndef view():\n    to_log(email())\n    to_console(current_phone())\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``privlint`` with these arguments."""

    def call(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = main(list(arguments))
        sys.stderr.flush()
        captured = capfd.readouterr()
        return Ran(status, captured.out, captured.err)

    return call
