"""The configuration file: ``[tool.privlint]`` of a ``pyproject.toml``, or ``privlint.toml``.

Keys are spelled as the options of ``privlint check``.  The first file found beside the analysed paths or above them,
up to the repository's root, holds; paths and globs in it are relative to its folder.  A repository may be hostile, so
a configuration cannot say where to write: ``output`` is for the command line alone, and ``cache-dir`` stays in the
folder of the configuration (where the cache believes nothing that came with the repository).
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privlint.cli.errors import CommandError, did_you_mean

_NAMES = ("privlint.toml", "pyproject.toml")
_MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """Checked values by key, in the form in which the options of the command line have them: paths and globs mean
    the same from the working directory as they did from the folder of the file."""

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def load(explicit: Path | None, paths: Iterable[Path]) -> Config:
    """The configuration in ``explicit``, or the one that holds for ``paths``; empty where there is none.

    Raises CommandError for a file that cannot be read, is not TOML, or has an unknown key or a value of the wrong type.
    """
    if explicit is not None:
        text = _read(explicit)
        table = _table(explicit, text)
        if table is None:
            raise CommandError(f"{explicit}: has no [tool.privlint]")
        return _checked(explicit, text, table)
    for folder in _folders(paths):
        for name in _NAMES:
            candidate = folder / name
            if candidate.is_file():
                text = _read(candidate)
                table = _table(candidate, text)
                if table is not None:
                    return _checked(candidate, text, table)
    return Config()


def _folders(paths: Iterable[Path]) -> Iterable[Path]:
    """The innermost folder that holds all ``paths``, and those above it up to the repository's root."""
    here = Path.cwd()
    absolute = [Path(os.path.abspath(path)) for path in paths]
    folders = [str(path if path.is_dir() else path.parent) for path in absolute] or [str(here)]
    start = Path(os.path.commonpath(folders))
    for folder in (start, *start.parents):
        yield folder.relative_to(here) if folder.is_relative_to(here) else folder
        if (folder / ".git").exists():
            return


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    if len(data) > _MAX_BYTES:
        raise CommandError(f"{path}: larger than {_MAX_BYTES} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CommandError(f"{path}:{line}: not valid UTF-8") from error


def _table(path: Path, text: str) -> dict[str, Any] | None:
    """The table of privlint in a file; None if a ``pyproject.toml`` has none."""
    import tomllib  # late: most folders on the way up have no such file

    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f":{place[1]}:{place[2]}" if place else f":{text.count(chr(10))}"
        raise CommandError(f"{path}{where}: not valid TOML: {str(error).partition(' (at ')[0]}") from error
    tool = content.get("tool")
    table = tool.get("privlint") if isinstance(tool, dict) else None
    if table is None and path.name != "pyproject.toml":
        table = content
    if table is not None and not isinstance(table, dict):
        raise CommandError(f"{path}: tool.privlint must be a table")
    return table


def _checked(path: Path, text: str, table: dict[str, Any]) -> Config:
    """The table with every key known and every value of its type."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        where = f"{path}{_line_of(key, text)}"
        if key == "output":
            raise CommandError(
                f"{where}: 'output' is for the command line alone: a configuration cannot say where to write"
            )
        if key == "cache-dir" and not _is_below(value, path.parent):
            raise CommandError(f"{where}: 'cache-dir' in a configuration must be below the folder of the configuration")
        if key not in KEYS:
            raise CommandError(f"{where}: no option is called {key!r}{did_you_mean(key, KEYS)}")
        try:
            values[key] = _from_here(KEYS[key], KEYS[key](value), path.parent)
        except ValueError as error:
            raise CommandError(f"{where}: {key!r} {error}") from error
    return Config(path, values)


def _is_below(value: object, folder: Path) -> bool:
    """Whether a path relative to ``folder`` stays in it, links included; what is no text is refused elsewhere."""
    if not isinstance(value, str):
        return True
    home = os.path.realpath(folder)
    return os.path.realpath(os.path.join(home, value)).startswith(home.rstrip(os.sep) + os.sep)


def _from_here(check: Callable[[object], Any], value: Any, folder: Path) -> Any:
    """A value whose paths or globs start in ``folder`` as one whose start in the working directory."""
    if check is _path:
        return folder / value
    if check is _paths:
        return tuple(folder / path for path in value)
    if check is _globs:
        return tuple(_rebased(pattern, folder) for pattern in value)
    if check is _ignores:
        return tuple((_rebased(pattern, folder), tuple(codes)) for pattern, codes in value.items())
    return value


def _rebased(pattern: str, folder: Path) -> str:
    """A glob relative to ``folder`` as one that means the same from the working directory."""
    base, cleaned = Path(os.path.abspath(folder)), pattern.removeprefix("./")
    if base == Path.cwd() or "/" not in cleaned.rstrip("/") or cleaned.startswith("/"):
        return pattern
    return f"{glob.escape(base.as_posix())}/{re.sub(r'^[*]/', '**/', cleaned)}"


def _line_of(key: str, text: str) -> str:
    """``:line`` of the key, as well as can be told without a parser that keeps lines."""
    own = re.search(r"(?m)^\s*\[\s*tool\s*\.\s*privlint\b", text)
    pattern = re.compile(rf"(?m)^[ \t]*(?:\[[\w.\s-]*\.)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    found = pattern.search(text, own.start() if own else 0)
    return f":{text.count(chr(10), 0, found.start()) + 1}" if found else ""


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("must be a number, 0 or more")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    return value


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of strings")
    return value


def _one_of(*known: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        word = _word(value).lower()
        if word not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return word

    return check


def _path(value: object) -> str:
    return _word(value)


def _paths(value: object) -> list[str]:
    return _words(value)


def _globs(value: object) -> list[str]:
    return _words(value)


def _ignores(value: object) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise ValueError("must be a table of globs with lists of codes")
    return {pattern: _words(codes) for pattern, codes in value.items()}


SEVERITIES = ("note", "warning", "error")
CONFIDENCES = ("low", "medium", "high")

KEYS: Mapping[str, Callable[[object], Any]] = {
    "baseline": _path,
    "cache-dir": _path,
    "color": _flag,
    "declaration": _path,
    "exclude": _globs,
    "exit-zero": _flag,
    "extend-ignore": _words,
    "extend-select": _words,
    "fail-on": _one_of(*SEVERITIES),
    "force-exclude": _flag,
    "format": _word,
    "ignore": _words,
    "jobs": _count,
    "min-confidence": _one_of(*CONFIDENCES),
    "no-cache": _flag,
    "no-color": _flag,
    "no-default-rules": _flag,
    "no-respect-gitignore": _flag,
    "per-file-ignores": _ignores,
    "quiet": _flag,
    "rules": _paths,
    "sarif-include-suppressed": _flag,
    "select": _words,
    "statistics": _flag,
    "verbose": _flag,
}
"""Every key of a configuration, and the check that its value passes through."""
