"""Many files in many processes: same outcome, same order, accidents confined."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from privlint.lower import lower_all, pool
from privlint.model.source import SourceFile, Unreadable


def files(count: int) -> list[SourceFile]:
    return [SourceFile(f"m{i}.py", "", f"def f{i}(a):\n    return a.x{i}\n" * (i % 7 + 1), "") for i in range(count)]


def test_the_outcome_does_not_depend_on_the_number_of_processes() -> None:
    many = files(60)
    many[7] = SourceFile("broken.py", "", "def (\n", "")
    one, broken = lower_all(many, 1)
    two, also_broken = lower_all(many, 2)
    assert [module.path for module in one] == [file.path for file in many if file.path != "broken.py"]
    assert one == two
    assert broken == also_broken
    assert [(bad.path, bad.line) for bad in broken] == [("broken.py", 1)]


def test_nothing() -> None:
    assert lower_all([], 0) == ([], [])


def _deadly(file: SourceFile) -> object:
    if file.path == "deadly.py":
        os._exit(139)
    return _real(file)


_real = pool._lower


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the replacement reaches forked workers only")
def test_a_file_that_kills_its_worker_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_lower", _deadly)
    monkeypatch.setattr(pool, "_context", lambda: multiprocessing.get_context("fork"))  # the worker has to see it
    monkeypatch.setattr(pool, "_CHUNK", 200)
    many = files(50)
    many[3] = SourceFile("deadly.py", "", "x = 1\n", "")
    modules, unreadable = lower_all(many, 2)
    assert len(modules) == 49
    assert [bad.path for bad in unreadable] == ["deadly.py"]
    assert "crashed" in unreadable[0].reason


def test_an_internal_error_is_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: SourceFile) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(pool, "lower", fail)
    modules, unreadable = lower_all(files(2), 1)
    assert modules == []
    assert [type(bad) for bad in unreadable] == [Unreadable, Unreadable]
    assert "oops" in unreadable[0].reason
