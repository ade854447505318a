"""Run privlint over one application, as a user would, and measure it: time, memory, findings, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage
from typing import Any

from tests.real.apps import ROOT, App

JOBS = 2
LIMIT = 1800  # seconds after which a run counts as not finished
UNFINISHED = -1


@dataclass(frozen=True, slots=True)
class Run:
    """One run over one application; ``findings`` are the results of privlint's JSON report."""

    app: App
    status: int  # exit status; UNFINISHED where it was stopped
    seconds: float
    mebibytes: float  # peak of the largest process
    files: int
    lines: int
    findings: tuple[dict[str, Any], ...]
    errors: str  # end of standard error

    @property
    def crashed(self) -> bool:
        """Whether the tool could not do what it was asked."""
        return self.status not in (0, 1)

    @property
    def by_code(self) -> Counter[str]:
        """How many findings of each code."""
        return Counter(finding["code"] for finding in self.findings)


def command(output: Path) -> list[str]:
    """The command line: cold, without a cache, with the rules that privlint brings along."""
    options = ["--format", "json", "--output", str(output), "--no-cache", "--jobs", str(JOBS)]
    return [sys.executable, "-m", "privlint", "check", ".", *options]


def run(app: App, source: Path, reports: Path) -> Run:
    """Analyse ``source`` in a process of its own; the report is kept in ``reports``."""
    reports.mkdir(parents=True, exist_ok=True)
    output, log = reports / f"{app.name}.json", reports / f"{app.name}.log"
    output.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("wb") as stream:
        began = time.monotonic()
        process = subprocess.Popen(command(output), cwd=source, env=environment, stdout=stream, stderr=stream)
        status, kibibytes = wait(process, began + LIMIT)
        seconds = time.monotonic() - began
    report = read_report(output)
    summary = report["summary"]
    return Run(
        app=app,
        status=status,
        seconds=seconds,
        mebibytes=kibibytes / 1024,
        files=summary["files"],
        lines=summary["lines"],
        findings=tuple(report["results"]),
        errors=log.read_text(encoding="utf-8", errors="replace")[-2000:],
    )


def wait(process: subprocess.Popen[bytes], deadline: float) -> tuple[int, int]:
    """Wait for a process, stopping it at the deadline; its exit status and peak memory in KiB."""
    status, usage = ended(process, deadline)
    return status, usage.ru_maxrss


def ended(process: subprocess.Popen[bytes], deadline: float) -> tuple[int, struct_rusage]:
    """Wait for a process, stopping it at the deadline; its exit status and what it used.

    ``wait4`` knows what this one process used, and those that it has waited for, where ``getrusage`` would mix all
    runs so far.
    """
    stopped = False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return (UNFINISHED if stopped else process.returncode), usage
        if not stopped and time.monotonic() > deadline:
            process.kill()
            stopped = True
        time.sleep(0.01)


def read_report(output: Path) -> dict[str, Any]:
    """The JSON report, or an empty one where the run has left none that can be read."""
    try:
        report = json.loads(output.read_text(encoding="utf-8"))
        if {"summary", "results"} <= report.keys():
            return dict(report)
    except (OSError, ValueError, AttributeError):
        pass
    return {"summary": {"files": 0, "lines": 0}, "results": []}
