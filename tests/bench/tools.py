"""What is run: privlint in its several states, the bare parse, and the peers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.real.apps import BUILD as REAL
from tests.real.apps import ROOT

HERE = Path(__file__).resolve().parent
BUILD = REAL.parent / "bench"
PEERS = BUILD / "peers"
COMPILED = REAL.parent / "compiled" / "venv" / "bin" / "python"  # `.ci/compiled` makes it
CHANGED = "# a comment of the benchmark\n"
STAGED = "# another comment of the benchmark\n"  # which no earlier run has seen
ADDED = "\n\ndef _added_by_the_benchmark(value):\n    return value\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one application is measured: a copy of its own, its cache, and three files of a middling size, the first
    of which is changed."""

    source: Path
    cache: Path
    files: tuple[Path, ...]

    @property
    def file(self) -> Path:
        """The file that is changed."""
        return self.files[0]

    @classmethod
    def of(cls, name: str, source: Path) -> Place:
        """A fresh copy of an application."""
        work = BUILD / "work" / name
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(source, work / "source")
        files = sorted((work / "source").rglob("*.py"), key=lambda path: (path.stat().st_size, str(path)))
        middle = len(files) * 3 // 4
        return cls(work / "source", work / "cache", tuple(files[middle : middle + 3]))


Prepare = Callable[[Place], None]


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that is timed: its command, and what makes ready for it."""

    name: str
    about: str
    command: tuple[str, ...]
    prepare: Prepare = lambda place: None
    peer: bool = False
    compiled: bool = False


def _privlint(place: Place) -> list[str]:
    return [sys.executable, "-P", "-m", "privlint", "check", ".", "--jobs", "2", "--cache-dir", str(place.cache), "-q"]


def _cold(place: Place) -> None:
    shutil.rmtree(place.cache, ignore_errors=True)


def _warm(place: Place) -> None:
    _restore(place)
    run_quietly(_privlint(place), place.source)


def _comment(place: Place) -> None:
    _warm(place)
    place.file.write_text(CHANGED + _original(place), encoding="utf-8")


def _hook(place: Place) -> None:
    _warm(place)
    place.file.write_text(STAGED + _original(place), encoding="utf-8")


def _function(place: Place) -> None:
    _warm(place)
    place.file.write_text(_original(place) + ADDED, encoding="utf-8")


def _original(place: Place) -> str:
    return place.file.read_text(encoding="utf-8")


def _restore(place: Place) -> None:
    """Take back what an earlier run has changed."""
    data = place.file.read_bytes()
    place.file.write_bytes(
        data.removeprefix(CHANGED.encode()).removeprefix(STAGED.encode()).removesuffix(ADDED.encode())
    )


def command_of(tool: Tool, place: Place) -> list[str]:
    """The command line of a tool for an application."""
    if tool.compiled:
        return [str(COMPILED), *_privlint(place)[1:]]
    if tool.name.startswith("privlint"):
        more = (
            ["--changed", *(str(path.relative_to(place.source)) for path in place.files)]
            if tool.name == "privlint hook"
            else []
        )
        command = _privlint(place)
        return [*command[:5], *more, *command[6:]] if more else command
    if tool.name == "bare":
        return [sys.executable, "-P", "-m", "tests.bench.bare", "2"]
    if tool.name == "start":
        return [sys.executable, "-c", "import click, yaml"]
    return [str(PEERS / "bin" / tool.command[0]), *tool.command[1:]]


SEMGREP = ("semgrep", "scan", "--config", str(HERE / "semgrep.yml"), "--metrics", "off", "--disable-version-check")

TOOLS = (
    Tool("bare", "libcst.parse_module of every file, two processes", ()),
    Tool("start", "python -c 'import click, yaml'", ()),
    Tool("privlint cold", "nothing kept from earlier runs", (), _cold),
    Tool(
        "privlint compiled",
        "the same by the compiled wheel, where `.ci/compiled` has built it",
        (),
        _cold,
        compiled=True,
    ),
    Tool("privlint warm", "nothing changed since the last run", (), _warm),
    Tool("privlint comment", "a comment added to one file", (), _comment),
    Tool("privlint function", "a function added to one file", (), _function),
    Tool("privlint hook", "three staged files, a comment added to one", (), _hook),
    Tool(
        "semgrep", "an equivalent taint rule", (*SEMGREP, "--jobs", "2", "--no-git-ignore", "--quiet", "."), peer=True
    ),
    Tool("bandit", "all its rules", ("bandit", "--quiet", "--recursive", "."), peer=True),
    Tool("flake8", "all its rules", ("flake8", "--jobs", "2", "--isolated", "."), peer=True),
    Tool("pylint", "all its rules", ("pylint", "--jobs", "2", "--rcfile=", "--recursive=y", "."), peer=True),
    Tool("ruff", "all its rules", ("ruff", "check", "--isolated", "--no-cache", "--select", "ALL", "."), peer=True),
)


def chosen(names: list[str]) -> list[Tool]:
    """The tools whose name is given, or begins with it; all where none is given.

    Raises ValueError for a name that is none.
    """
    for name in names:
        if not any(tool.name.split()[0] == name or tool.name == name for tool in TOOLS):
            raise ValueError(f"no tool is called {name!r}: {', '.join(tool.name for tool in TOOLS)}")
    there = [tool for tool in TOOLS if not tool.compiled or COMPILED.is_file()]
    return [tool for tool in there if not names or tool.name in names or tool.name.split()[0] in names]


_NOT_KEPT = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")


def environment(tool: Tool | None = None) -> dict[str, str]:
    """The environment of a run: the checkout's privlint, but for the wheel's, and no home for a peer's cache."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_KEPT}
    home = BUILD / "home"
    home.mkdir(parents=True, exist_ok=True)
    path = {} if tool is not None and tool.compiled else {"PYTHONPATH": str(ROOT)}
    return {**kept, **path, "XDG_CACHE_HOME": str(home), "PYLINTHOME": str(home)}


def run_quietly(command: list[str], cwd: Path) -> None:
    """Run something that is not timed."""
    subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, check=False)


def install_peers() -> None:
    """The peers in an environment of their own; raises CalledProcessError where the index does not have them."""
    wanted = (HERE / "requirements.txt").read_text(encoding="utf-8")
    stamp = PEERS / "installed.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--requirement", str(HERE / "requirements.txt")], check=True)
    stamp.write_text(wanted, encoding="utf-8")


def versions() -> list[str]:
    """Names and versions of the peers, as they are pinned."""
    lines = (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("==", " ") for line in lines if "==" in line]
