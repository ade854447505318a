"""Made-up programs of any size: how time and memory grow with the code.

``python -m tests.bench.growth [--lines N ...] [--write FOLDER]``.  A program consists of units of about a hundred
lines, each in files of its own: a chain of calls that hands personal data to a sink, a chain of classes that inherit
from each other, a function that many call, functions that call each other in a circle, and filling without any data.
Units know their neighbours, so that the whole is one program and the number of edges grows with its size.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.tools import environment
from tests.real.measure import ended

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000)
LIMIT = 3600.0
FOLDER = 200  # units in one folder


@dataclass(frozen=True, slots=True)
class Point:
    """One size: what it took."""

    lines: int
    files: int
    wall: float
    processor: float
    mebibytes: float
    status: int


def unit(number: int) -> str:
    """One unit as a module; it imports the one before."""
    lines = ["import logging", "", "logger = logging.getLogger(__name__)"]
    if number % FOLDER:
        lines.append(f"from .unit{number - 1} import Base{number - 1}, chain{number - 1}_0, shared{number - 1}")
    lines += ["", *_chain(number), *_classes(number), *_fan(number), *_circle(number), *_filling(number)]
    return "\n".join(lines) + "\n"


def _chain(number: int) -> Iterator[str]:
    """Six functions, each of which calls the next; the last one logs every tenth time."""
    for step in range(6):
        yield f"\n\ndef chain{number}_{step}(user, value):"
        if step < 5:
            yield f"    return chain{number}_{step + 1}(user, value + {step})"
        elif number % 10 == 0:
            yield '    logger.info("seen %s", user.email)'
            yield "    return value"
        else:
            yield "    return [value, user]"


def _classes(number: int) -> Iterator[str]:
    """A class that derives from the one of the unit before, up to thirty deep."""
    base = f"Base{number - 1}" if number % FOLDER % 30 else "object"
    yield f"\n\nclass Base{number}({base}):"
    yield "    def __init__(self, user):"
    yield f"        self.user{number} = user"
    yield ""
    yield "    def describe(self):"
    yield f"        return str(self.user{number}.id)"
    for step in range(4):
        yield f"\n    def method{number}_{step}(self, item):"
        yield f"        self.last{step} = item"
        yield f"        return self.method{number}_{(step + 1) % 4}(item) if item else self.describe()"


def _fan(number: int) -> Iterator[str]:
    """A function that five others of this unit and one of the next call."""
    yield f"\n\ndef shared{number}(text):"
    yield "    return text.strip().lower()"
    for step in range(5):
        yield f"\n\ndef caller{number}_{step}(text):"
        yield f'    return shared{number}(text + "{step}")'
    if number % FOLDER:
        yield f"\n\ndef across{number}(user):"
        yield f"    thing = Base{number}(user)"
        yield f"    chain{number - 1}_0(user, 1)"
        yield f"    return shared{number - 1}(thing.describe())"


def _circle(number: int) -> Iterator[str]:
    """Three functions that call each other."""
    for step in range(3):
        yield f"\n\ndef circle{number}_{step}(data, depth):"
        yield "    if depth:"
        yield f"        return circle{number}_{(step + 1) % 3}(data, depth - 1)"
        yield "    return data"


def _filling(number: int) -> Iterator[str]:
    """Code that has to do with nobody."""
    yield f"\n\nTABLE{number} = {{"
    yield from (f'    "key{step}": [{step}, {step * number % 97}, "text {step}"],' for step in range(10))
    yield "}"
    for step in range(3):
        yield f"\n\ndef compute{number}_{step}(values, limit={step}):"
        yield "    total = 0"
        yield "    for index, value in enumerate(values):"
        yield "        if value > limit and index % 2:"
        yield "            total += value * index"
        yield "        else:"
        yield "            total -= limit"
        yield '    return {"total": total, "limit": limit}'


def write(folder: Path, lines: int) -> tuple[int, int]:
    """Write a program of about so many lines; its lines and files."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    written = files = 0
    while written < lines:
        package = folder / f"part{files // FOLDER}"
        if files % FOLDER == 0:
            package.mkdir(exist_ok=True)
            (package / "__init__.py").write_text("", encoding="utf-8")
        text = unit(files)
        (package / f"unit{files}.py").write_text(text, encoding="utf-8")
        written += text.count("\n")
        files += 1
    return written, files


def measure(lines: int, limit: float = LIMIT) -> Point:
    """Write a program of that size and run privlint over it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written, files = write(folder, lines)
        command = [sys.executable, "-P", "-m", "privlint", "check", ".", "--jobs", "2", "--no-cache", "-q"]
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL)
        status, usage = ended(process, began + limit)
        wall = time.monotonic() - began
    return Point(written, files, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, status)


def main(arguments: list[str]) -> int:
    """Measure sizes, or write one program."""
    parser = argparse.ArgumentParser(description="run privlint over made-up programs of growing size")
    parser.add_argument("--lines", nargs="+", type=int, default=SIZES, metavar="N")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the first size here and run nothing")
    options = parser.parse_args(arguments)
    if options.write is not None:
        lines, files = write(options.write, options.lines[0])
        print(f"{lines} lines in {files} files")
        return 0
    for lines in options.lines:
        point = measure(lines)
        print(
            f"{point.lines} lines: {point.processor:.1f} s of CPU, {point.mebibytes:.0f} MiB, exit {point.status}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
