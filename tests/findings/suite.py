"""Reads the suites of ``fixtures/findings`` (their README is the format)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "fixtures" / "findings"
KINDS = ("true", "false", "fixed", "borderline")

_PATH = re.compile(r"`([^`]+)`:?\s*\Z")
_FENCE = re.compile(r"```+")
_EXPECT = re.compile(r"#\s*expect:\s*(.+?)\s*\Z")
_ONE = re.compile(
    r"(?P<code>PRV\d{3})(?:\s+(?P<data>[\w.]+))?(?:\s+->\s+(?P<recipient>.+?))?"
    r"(?:\s+as\s+(?P<form>\w+))?(?:\s+at\s+(?P<level>\w+))?\Z"
)


class SuiteError(Exception):
    """A suite that is not written as its README says."""


class Expected(NamedTuple):
    """One finding of one data type; None stands for anything."""

    path: str
    line: int
    code: str
    data: str
    recipient: str | None = None
    form: str | None = None
    level: str | None = None

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What two findings are compared by."""
        return self.path, self.line, self.code, self.data


@dataclass
class Case:
    """One case: its files and what is to be found in them."""

    suite: str
    line: int
    kind: str
    title: str
    codes: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How a test run calls it."""
        return f"{self.suite}:{self.line} {self.kind}: {self.title}"

    def expected(self) -> list[Expected]:
        """All expectations, in order."""
        found = []
        for path, text in self.files.items():
            for number, line in enumerate(text.split("\n"), 1):
                match = _EXPECT.search(line)
                found += [_one(self, path, number, part) for part in match[1].split(",")] if match else []
        return found


def read(path: Path) -> list[Case]:
    """The cases of one suite.

    Raises:
        SuiteError: it is not written as the README says.
    """
    cases: list[Case] = []
    codes: tuple[str, ...] = (path.stem,)
    lines = path.read_text(encoding="utf-8").split("\n")
    name, number = "", 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.startswith("## "):
            cases.append(_case(path, number, line[3:], codes))
        elif line.startswith("codes:"):
            named = tuple(re.findall(r"PRV\d{3}", line))
            codes, cases[-1:] = (codes, [_with(cases[-1], named)]) if cases else (named, [])
        elif (fence := _FENCE.match(line)) and cases:
            end = next((at for at in range(number, len(lines)) if lines[at] == fence[0]), -1)
            if end < 0 or not name or name in cases[-1].files:
                raise SuiteError(f"{path.name}:{number}: a block needs an end and a path of its own before it")
            cases[-1].files[name] = "\n".join([*lines[number:end], ""])
            name, number = "", end + 1
        elif match := _PATH.match(line):
            name = match[1]
    for case in cases:
        _check(case)
    return cases


def _case(path: Path, line: int, heading: str, codes: tuple[str, ...]) -> Case:
    kind, _, title = heading.partition(":")
    if kind not in KINDS or not title.strip():
        raise SuiteError(f"{path.name}:{line}: a case begins with one of {', '.join(KINDS)}")
    return Case(path.stem, line, kind, title.strip(), codes)


def _with(case: Case, codes: tuple[str, ...]) -> Case:
    case.codes = codes
    return case


def _check(case: Case) -> None:
    expected = case.expected()
    if not case.files:
        raise SuiteError(f"{case.name}: no files")
    if (case.kind in ("false", "fixed") and expected) or (case.kind == "true" and not expected):
        raise SuiteError(f"{case.name}: {'no ' if not expected else ''}expectations in a case that is {case.kind}")
    for each in expected:
        if each.code not in case.codes:
            raise SuiteError(f"{case.name}: {each.code} is not among its codes")


def _one(case: Case, path: str, number: int, text: str) -> Expected:
    match = _ONE.match(text.strip())
    if match is None:
        raise SuiteError(f"{case.name}: {path}:{number}: not an expectation: {text.strip()!r}")
    return Expected(path, number, match["code"], match["data"] or "", match["recipient"], match["form"], match["level"])
