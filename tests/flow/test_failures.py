"""Code that once made the interpreter fail; and what is left when it does: everything but the one function."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.flow import solve
from privlint.flow.solve import Solver
from privlint.flow.summary import Key, Summary
from privlint.model.project import Project
from privlint.model.report import INTERNAL, Report

ENDS = {
    "an expression over columns that a function is passed": """\
import polars as pl

def both(left, right):
    left.alias("x")
    return left & right

def main():
    people = pl.read_csv("people.csv")
    print(people.filter(both(pl.col("email") + pl.col("a"), pl.col("phone") + pl.col("b"))))
""",
    # each partial holds the one before, and whoever wraps them is not known
    "partials of partials": """\
import functools

def run(wrappers, call, text):
    for wrapper in wrappers:
        call = functools.partial(wrapper, call)
    return call(text)

def view(request):
    print(run(request.app.wrappers, str, request.POST["email"]))
""",
}


def report(folder: Path, code: str) -> Report:
    (folder / ".git").mkdir()
    (folder / "app.py").write_text(code, encoding="utf-8")
    return engine.check(Project(paths=(folder,), root=folder, jobs=1))


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_nothing_fails_or_goes_too_deep(code: str, tmp_path: Path) -> None:
    limits = report(tmp_path, code).limits
    assert not [name for name in limits if name.startswith(INTERNAL) or name == "depth of the analysis"]


TWO = """\
def left(request):
    print(request.POST["email"])

def right(request):
    print(request.POST["phone"])
"""


def test_a_function_that_makes_it_fail_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse = Solver._analyse

    def failing(self: Solver, key: Key, depth: int) -> Summary:
        if self.program.functions[self.special.get(key, (key,))[0]].ir.name == "left":
            raise KeyError("x")
        return analyse(self, key, depth)

    monkeypatch.setattr(solve, "STRICT", False)
    monkeypatch.setattr(Solver, "_analyse", failing)
    got = report(tmp_path, TWO)
    assert {result.location.span.line for result in got.results} == {5}
    assert [name for name in got.limits if name.startswith(INTERNAL)] == [
        "internal error in app.py, left: KeyError: 'x'",
    ]
