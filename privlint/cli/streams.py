"""Standard output and error: always UTF-8, whatever the locale says, and colour only where a person reads."""

from __future__ import annotations

import io
import os
import sys


def use_utf8() -> None:
    """Write UTF-8 with plain line ends; what cannot be encoded (broken file names) is written as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def wants_color(asked: bool | None) -> bool:
    """Whether to colour standard output: as asked, else on a terminal unless ``NO_COLOR`` is set."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """One line for people, on standard error; control characters (in hostile file names) are written as escapes."""
    from privlint.report.visible import visible

    print(f"privlint: {visible(text)}", file=sys.stderr)
