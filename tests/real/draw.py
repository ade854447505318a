"""Draw findings at random, and lay them out for a person to judge.

A finding's rank is a hash of the seed, the application and the finding's fingerprint, and the lowest ranks are drawn.
That is as random as a draw from the list, and steadier: a finding that appears or disappears moves one place of the
draw and leaves the others, so that judgements stay useful while privlint changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

AROUND = 4  # lines of code above and below


class Drawn(NamedTuple):
    """One finding of the draw."""

    app: str
    finding: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """What names the finding, whatever happens to the lines around it."""
        return str(self.finding["fingerprint"])

    @property
    def place(self) -> str:
        """``path:line``."""
        location = self.finding["location"]
        return f"{location['path']}:{location['line']}"


def rank(seed: str, drawn: Drawn) -> str:
    """The finding's place in the order that the seed makes."""
    return hashlib.sha256("\0".join((seed, drawn.app, drawn.fingerprint)).encode()).hexdigest()


def draw(findings: Iterable[Drawn], seed: str, count: int) -> list[Drawn]:
    """``count`` of the findings, or all where there are fewer; files that cannot be parsed are no findings to judge."""
    candidates = [drawn for drawn in findings if drawn.finding["code"] != "PRV001"]
    return sorted(candidates, key=lambda drawn: rank(seed, drawn))[:count]


def sheet(drawn: Iterable[Drawn], seed: str) -> dict[str, Any]:
    """The draw as ``sample.json`` keeps it: the findings and their ways, without any of the applications' code."""
    return {
        "seed": seed,
        "findings": [
            {
                "app": one.app,
                "fingerprint": one.fingerprint,
                "code": one.finding["code"],
                "place": one.place,
                "message": one.finding["message"],
                "dataTypes": one.finding["properties"]["dataTypes"],
                "confidence": one.finding["properties"]["confidence"],
                "flows": [[step_of(step) for step in flow] for flow in one.finding["flows"]],
            }
            for one in drawn
        ],
    }


def step_of(step: Mapping[str, Any]) -> str:
    """One hop of a flow in a line."""
    location = step["location"]
    return f"{location['path']}:{location['line']}: {step['message']}"


def excerpt(source: Path, path: str, line: int, around: int = AROUND) -> str:
    """The lines around a place, numbered, the place itself marked; empty where the file is not to be had."""
    file = (source / path).resolve()
    if not file.is_relative_to(source.resolve()) or not file.is_file():
        return ""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    first, last = max(line - around, 1), min(line + around, len(lines))
    return "\n".join(f"{'>' if n == line else ' '} {n:5} {lines[n - 1]}" for n in range(first, last + 1))


def worksheet(drawn: Iterable[Drawn], sources: Mapping[str, Path]) -> str:
    """The draw with the code around each hop, to read while judging; not kept under version control."""
    parts = ["# Findings to judge\n"]
    for number, one in enumerate(drawn, start=1):
        finding, source = one.finding, sources[one.app]
        parts.append(f"## {number}. {one.app} {one.place} {finding['code']}\n")
        parts.append(f"`{one.fingerprint}`\n\n{finding['message']}\n")
        parts.append(fenced(excerpt(source, finding["location"]["path"], finding["location"]["line"])))
        for flow in finding["flows"]:
            parts.append(f"Flow of {len(flow)} steps:\n")
            for step in flow:
                where = step["location"]
                parts.append(f"- {step_of(step)}\n")
                parts.append(fenced(excerpt(source, where["path"], where["line"], around=1)))
    return "\n".join(parts)


def fenced(text: str) -> str:
    """A block of code in Markdown; the fence is longer than any in the text."""
    fence = "`" * 3
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}\n"
