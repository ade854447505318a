"""The programs of ``fixtures/programs`` come out as they are labelled, and the table in the README is true."""

from __future__ import annotations

import pytest

from .score import Program, programs

PROGRAMS = list(programs())


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_program(program: Program) -> None:
    found = program.found()
    assert program.expected - program.missing - found == set(), "not found"
    assert program.missing & found == set(), "found now: take the mark away"
    flagged = {line for line, _, _ in found} & program.clean
    assert flagged == program.spurious, "clean lines that are flagged, or no longer are"


def test_there_are_many_labels() -> None:
    assert len(PROGRAMS) >= 40
    assert sum(len(program.expected) + len(program.clean) for program in PROGRAMS) >= 250
