"""What is analysed again when the shared stores grow, and what need not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from privlint import engine
from privlint.flow import solve
from privlint.flow.summary import Key, Summary
from privlint.model.project import Project
from privlint.model.report import Report

Analysed = Counter[str]


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Analysed]:
    """How often each function was analysed in the general context, by name."""
    found: Analysed = Counter()
    analyse = solve.Solver._analyse

    def counting(self: solve.Solver, key: Key, depth: int) -> Summary:
        if key not in self.special:
            found[self.program.functions[key].ir.name] += 1
        return analyse(self, key, depth)

    monkeypatch.setattr(solve.Solver, "_analyse", counting)
    yield found


def checked(folder: Path, **files: str) -> Report:
    (folder / ".git").mkdir()
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return engine.check(Project(paths=(folder,), root=folder, jobs=1, select=("PRV3",)))


def test_a_module_is_not_a_reader_of_the_variables_that_it_sets_itself(tmp_path: Path, analysed: Analysed) -> None:
    checked(tmp_path, app="import logging\n\nlogger = logging.getLogger()\nSIZE = 3\n\nclass Page:\n    size = SIZE\n")
    assert analysed == {"<module>": 1}


def test_whoever_reads_a_variable_before_it_is_set_reads_it_again(tmp_path: Path, analysed: Analysed) -> None:
    report = checked(
        tmp_path,
        app="import held\n\ndef show():\n    print(held.current)\n\ndef other():\n    print(held.limit)\n",
        held="limit = 3\ncurrent = None\n\ndef keep(email):\n    global current\n    current = email\n\n"
        "def start(request):\n    keep(request.POST['email'])\n",
    )
    assert [result.code for result in report.results if result.location.path == "app.py"] == ["PRV302"]
    assert analysed["show"] == 2
    assert analysed["other"] == 1


def test_a_call_into_unknown_code_is_counted_once(tmp_path: Path) -> None:
    report = checked(
        tmp_path,
        app="def work(job, seen):\n    for each in job.parts():\n        seen = each.next_of(seen)\n    work(job, seen)\n",
    )
    assert report.unresolved == {"?.next_of": 1, "?.parts": 1}
