"""What a program costs grows as it does, even where all its functions hand the same large objects on to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.flow import solve
from privlint.model.project import Project
from privlint.model.report import Report

CALLED = 3  # functions that each function calls


def tangled(functions: int) -> str:
    """Functions each of which makes an object, keeps it with its caller's, and gives it to the next few."""
    lines = ["class Frame:", "    def __init__(self, name):", "        self.name = name", "        self.state = {}"]
    for step in range(functions):
        lines += [
            f"class Part{step}:",
            "    def __init__(self, left, right, name):",
            "        self.left = left",
            "        self.right = right",
            "        self.name = name",
            "        self.items = [left, right]",
            f"def step{step}(frame, value, args):",
            f"    made = Part{step}(value, args, frame.name)",
            f"    frame.state['k{step}'] = made",
        ]
        names = ["made"]
        for place, callee in enumerate(range(step + 1, min(step + 1 + CALLED, functions))):
            lines.append(f"    made{place} = step{callee}(frame, {names[-1]}, [value, made])")
            names.append(f"made{place}")
        lines.append(f"    return Part{step}({names[-1]}, [{', '.join(names)}], frame.name)")
    lines += [
        "def start(request):",
        "    made = step0(Frame('first'), request.POST['email'], [])",
        "    print(made.right[0].left)",
    ]
    return "\n".join(lines) + "\n"


def traced(folder: Path, functions: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Report]:
    """The work that such a program takes, and what is found."""
    work: list[int] = []
    release = solve.Solver._release

    def told(self: solve.Solver) -> None:
        work.append(self.work)
        release(self)

    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "app.py").write_text(tangled(functions), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(solve.Solver, "_release", told)
        report = engine.check(Project(paths=(folder,), root=folder, jobs=1, select=("PRV3",)))
    return work[0], report


def test_objects_that_all_hand_on_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, _ = traced(tmp_path / "few", 20, monkeypatch)
    many, report = traced(tmp_path / "many", 40, monkeypatch)
    assert many < 2.5 * few
    assert [result.code for result in report.results] == ["PRV302"]
