"""Analyses the programs of ``fixtures/programs`` and writes the table in their README.

``python -m tests.programs.score`` prints what is wrong and writes the table; names behind it print only these.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from privlint import engine
from privlint.model.project import Project

FOLDER = Path(__file__).parents[2] / "fixtures" / "programs"
_README = FOLDER / "README.md"
_LABEL = re.compile(r"#\s*(?P<kind>expect|clean)\b:?\s*(?P<rest>.*)$")
_MISSING = re.compile(r"\s{2}missing: (?P<what>.+?) \((?P<why>.+)\)$")
_SPURIOUS = re.compile(r"\s*spurious: (?P<what>.+?) \((?P<why>.+)\)$")
# What is said of a program as a whole, not of a line: what nobody uses, and what nobody erases.
_ASIDE = ("PRV103", "PRV602")

Finding = tuple[int, str, str]  # line, code, data type


@dataclass
class Program:
    """One program: what it says of its lines, and what is found in it."""

    path: Path
    expected: set[Finding] = field(default_factory=set)
    clean: set[int] = field(default_factory=set)
    missing: set[Finding] = field(default_factory=set)  # expected, and marked as not found
    spurious: set[int] = field(default_factory=set)  # clean, and marked as flagged

    @property
    def name(self) -> str:
        """How tests and tables call it."""
        return f"{self.path.parent.name}/{self.path.name}"

    def found(self) -> set[Finding]:
        """What the default rules say of it."""
        project = Project(paths=(self.path,), root=self.path.parent, jobs=1, ignore=_ASIDE, respect_gitignore=False)
        report = engine.check(project)
        return {(each.location.span.line, each.code, kind) for each in report.results for kind in each.data_types}


def programs() -> Iterator[Program]:
    """All programs of the folder."""
    for path in sorted(FOLDER.glob("*/*.py")):
        yield read(path)


def read(path: Path) -> Program:
    """A program with its labels."""
    program = Program(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if (label := _LABEL.search(line)) is None:
            continue
        rest = label["rest"]
        if label["kind"] == "clean":
            program.clean.add(number)
            if _SPURIOUS.match(rest):
                program.spurious.add(number)
            continue
        if (mark := _MISSING.search(rest)) is not None:
            rest = rest[: mark.start()]
            program.missing |= _findings(number, mark["what"])
        program.expected |= _findings(number, rest)
    return program


def _findings(line: int, text: str) -> set[Finding]:
    found = set()
    for one in text.split(","):
        code, data_type = one.split()
        found.add((line, code, data_type))
    return found


@dataclass
class Row:
    """The figures of one folder."""

    expected: int = 0
    found: int = 0
    clean: int = 0
    flagged: int = 0
    beside: int = 0

    def add(self, program: Program, found: set[Finding]) -> None:
        """Count one program."""
        self.expected += len(program.expected)
        self.found += len(program.expected & found)
        self.clean += len(program.clean)
        self.flagged += len({line for line, _, _ in found} & program.clean)
        self.beside += len({each for each in found - program.expected if each[0] not in program.clean})

    def cells(self) -> str:
        """The figures as cells of a table."""
        return f"{self.expected} | {self.found} | {self.clean} | {self.flagged} | {self.beside}"


def main() -> None:
    """Print what is wrong, and write the table."""
    wanted = sys.argv[1:]
    rows: dict[str, Row] = {}
    total = Row()
    for program in programs():
        if wanted and not any(each in program.name for each in wanted):
            continue
        found = program.found()
        for row in (rows.setdefault(program.path.parent.name, Row()), total):
            row.add(program, found)
        for line, text in sorted(_wrong(program, found)):
            print(f"{program.name}:{line}: {text}")
    print(f"expected | found | clean | flagged | beside\n{total.cells()}")
    if not wanted:
        _write(rows, total)


def _wrong(program: Program, found: set[Finding]) -> Iterator[tuple[int, str]]:
    for line, code, data_type in program.expected - found:
        yield line, f"not found: {code} {data_type}"
    for line, code, data_type in found - program.expected:
        yield line, f"{'FLAGGED' if line in program.clean else 'beside'}: {code} {data_type}"


def _write(rows: dict[str, Row], total: Row) -> None:
    text = _README.read_text(encoding="utf-8")
    head = text[: text.index("<!-- score -->")]
    lines = [
        f"{total.expected} expected findings, of which {total.found} are found ({total.found / total.expected:.1%}); "
        f"{total.clean} clean lines, of which {total.flagged} are flagged ({total.flagged / total.clean:.1%}).",
        "",
        "| folder | expected | found | clean lines | flagged | found beside the labels |",
        "|---|---:|---:|---:|---:|---:|",
        *(f"| {name} | {row.cells()} |" for name, row in sorted(rows.items())),
    ]
    _README.write_text(head + "<!-- score -->\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
