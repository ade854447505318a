"""Reads the cases of ``fixtures/lang`` (its README is the format)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "fixtures" / "lang"

_COMMENT = re.compile(r"#\s*(?P<text>(?:flow:|clean\b|dead\b).*?)\s*\Z")
_PART = re.compile(
    r"(?P<key>flow|not|missing|spurious):\s*(?P<labels>\w+(?:, ?\w+)*)\s*(?:\((?P<reason>[^()]*)\))?\s*(?=\Z|not:|missing:|spurious:)"
)
_REQUIRES = re.compile(r"^# requires: 3\.(\d+)$", re.MULTILINE)

_TITLE = re.compile(r'^"""(.+?)\.?(?:"""|$)', re.MULTILINE)

TOOLS = {"recorder.py", "run.py"}


class CaseError(Exception):
    """A case that is not written as the README says."""


@dataclass
class Expectation:
    """What one line with a sink expects: the labels that arrive, those that do not, and what the engine gets wrong."""

    path: Path
    line: int
    kind: str  # flow | clean | dead
    flow: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    spurious: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)  # missing | spurious -> why

    @property
    def flows(self) -> int:
        """How many flows are expected here."""
        return len(self.flow)

    @property
    def non_flows(self) -> int:
        """How many non-flows are expected here."""
        return len(self.without) if self.kind == "flow" else 1

    @property
    def flagged(self) -> int:
        """How many of the non-flows are marked as reported all the same."""
        return len(self.spurious) if self.kind == "flow" else min(1, len(self.spurious))

    @property
    def reported(self) -> set[str]:
        """The labels that the engine reports if all marks are true."""
        return set(self.flow) - set(self.missing) | set(self.spurious)

    def comment(self) -> str:
        """The expectation as it is written, without the number sign."""
        parts = [f"flow: {', '.join(self.flow)}" if self.kind == "flow" else self.kind]
        if self.without:
            parts.append(f"not: {', '.join(self.without)}")
        for key in ("missing", "spurious"):
            if labels := getattr(self, key):
                parts.append(f"{key}: {', '.join(labels)} ({self.reasons[key]})")
        return "  ".join(parts)


@dataclass(frozen=True)
class Unit:
    """What is run and analysed as one: a file, or a folder that holds a ``main.py``."""

    path: Path

    @property
    def name(self) -> str:
        """How tests and tables call it."""
        return self.path.name

    @property
    def main(self) -> Path:
        """The file that is run."""
        return self.path / "main.py" if self.path.is_dir() else self.path

    @cached_property
    def files(self) -> list[Path]:
        """Its Python files."""
        return sorted(self.path.rglob("*.py")) if self.path.is_dir() else [self.path]

    @cached_property
    def title(self) -> str:
        """The first line of its docstring."""
        match = _TITLE.search(self.main.read_text(encoding="utf-8"))
        return match[1] if match else ""

    @cached_property
    def requires(self) -> int:
        """The minor version of the oldest CPython 3 that can run it."""
        match = _REQUIRES.search(self.main.read_text(encoding="utf-8"))
        return int(match[1]) if match else 11

    @cached_property
    def expectations(self) -> list[Expectation]:
        """All its expectations, in order."""
        return [each for path in self.files for each in read(path)]


def units() -> list[Unit]:
    """All units of the folder."""
    found = [path for path in FOLDER.glob("*.py") if path.name not in TOOLS]
    found += [path.parent for path in FOLDER.glob("*/main.py")]
    return [Unit(path) for path in sorted(found, key=lambda path: [_natural(part) for part in path.stem.split("_")])]


def _natural(part: str) -> tuple[int, str]:
    digits = re.search(r"\d+", part)
    return (int(digits[0]) if digits else 99, part)


def read(path: Path) -> list[Expectation]:
    """The expectations of one file.

    Raises:
        CaseError: a comment is not written as the README says.
    """
    lines = path.read_text(encoding="utf-8").split("\n")
    found = [(number, _COMMENT.search(line)) for number, line in enumerate(lines, 1)]
    return [parse(path, number, match["text"]) for number, match in found if match]


def parse(path: Path, line: int, text: str) -> Expectation:
    """One comment."""
    where = f"{path.name}:{line}"
    kind = text.partition(":")[0].split()[0]
    rest = text if kind == "flow" else text[len(kind) :].strip()
    labels: dict[str, tuple[str, ...]] = {}
    reasons: dict[str, str] = {}
    at = 0
    while at < len(rest):
        match = _PART.match(rest, at)
        if match is None:
            raise CaseError(f"{where}: not an expectation: {rest[at:]!r}")
        key, at = match["key"], match.end()
        labels[key] = tuple(label.strip() for label in match["labels"].split(","))
        if (key in ("missing", "spurious")) != bool(match["reason"]):
            raise CaseError(f"{where}: `{key}` {'needs' if key in ('missing', 'spurious') else 'has no'} reason")
        if match["reason"]:
            reasons[key] = match["reason"]
    flow, without, missing, spurious = (labels.get(key, ()) for key in ("flow", "not", "missing", "spurious"))
    each = Expectation(path, line, kind, flow, without, missing, spurious, reasons)
    _check(each, where)
    return each


def _check(each: Expectation, where: str) -> None:
    if set(each.missing) - set(each.flow):
        raise CaseError(f"{where}: what is missing must be expected")
    if each.kind == "flow" and set(each.spurious) - set(each.without):
        raise CaseError(f"{where}: what is spurious must be named behind `not:`")
    if set(each.flow) & set(each.without) or (each.kind != "flow" and each.without):
        raise CaseError(f"{where}: `not:` names what does not arrive where something else does")
