"""The line that says how far a run has come."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from privlint.cli import progress as module
from privlint.cli.progress import Progress


class Terminal(io.StringIO):
    """Standard error of a person."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=stream))
    monkeypatch.setattr(module, "_DELAY", 0.0)
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    return stream


def test_a_line_is_drawn_and_taken_away(terminal: Terminal) -> None:
    with Progress(wanted=True) as told:
        told("reading", 1, 2)
        told("following the data", 0, 0)
    first, second, gone, end = terminal.getvalue().split("\r")[1:]
    assert first == "reading [############------------]  50%"
    assert second.rstrip() == "following the data" and len(second) == len(first)
    assert gone.strip() == "" and end == ""


def test_it_goes_when_a_run_is_interrupted(terminal: Terminal) -> None:
    with pytest.raises(KeyboardInterrupt), Progress(wanted=True) as told:
        told("reading", 3, 2)
        raise KeyboardInterrupt
    assert "100%" in terminal.getvalue()
    assert terminal.getvalue().endswith(" \r")


def test_nothing_is_drawn_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, wanted in ((Terminal(), False), (io.StringIO(), True)):
        monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=stream))
        with Progress(wanted=wanted) as told:
            told("reading", 1, 0)
        assert stream.getvalue() == ""


def test_a_run_that_is_over_at_once_draws_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DELAY", 60.0)
    with Progress(wanted=True) as told:
        told("reading", 1, 2)
    assert terminal.getvalue() == ""
