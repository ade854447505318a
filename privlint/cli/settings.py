"""Options and configuration, merged into what the engine is asked to do.

The command line wins over the configuration.  ``--rules``, ``--extend-select`` and ``--extend-ignore`` add to it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privlint import cache
from privlint.cli import config
from privlint.cli.errors import CommandError, did_you_mean
from privlint.cli.streams import say
from privlint.model.data import Confidence
from privlint.model.project import Project

STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Settings:
    """A run as it will be done: the engine's input, and the merged values of the other options."""

    project: Project
    options: Mapping[str, Any]


def settle(options: Mapping[str, Any]) -> Settings:
    """Merge the options of a command (by parameter name; None or () is: not given) with the configuration.

    Raises CommandError for a configuration, a code or a combination of options that does not hold.
    """
    paths: tuple[Path, ...] = options["paths"] or (Path(),)
    stdin_name: Path | None = options.get("stdin_filename")
    from_stdin = paths == (STDIN,) or (stdin_name is not None and not options["paths"])
    if not from_stdin and (STDIN in paths or stdin_name is not None):
        raise CommandError("'-' and --stdin-filename stand alone: give no other paths")
    looked_at = paths if not from_stdin else (stdin_name or Path(),)
    found = config.load(options["config"], looked_at)
    merged = _merge(options, found)
    scope: tuple[Path, ...] = ()
    stdin = None
    if from_stdin:
        stdin = (str(stdin_name or STDIN), sys.stdin.buffer.read())
        paths, scope = (), ((_home(stdin_name, found),) if stdin_name else ())
        merged["declaration"] = merged["declaration"] or _declaration_beside(stdin_name or Path())
    elif options.get("changed"):
        paths, scope = _changed(paths), (_home(paths[0], found),)
    return Settings(_project(merged, paths, scope, stdin), merged)


def _merge(options: Mapping[str, Any], found: config.Config) -> dict[str, Any]:
    """Every option by its key, from the command line if it was given there, else from the configuration."""
    merged: dict[str, Any] = dict(found.values)
    for name, value in options.items():
        key = name.replace("_", "-")
        given = value is not None and value != () and value != []
        merged[key] = value if given else found.values.get(key, value)
    for key in ("extend-select", "extend-ignore", "rules"):
        merged[key] = [*found.values.get(key, ()), *options.get(key.replace("-", "_"), ())]
    for key in ("select", "ignore", "per-file-ignores"):  # commands that give out no findings have no such options
        merged.setdefault(key, ())
    if merged.get("color") is None and found.values.get("no-color"):
        merged["color"] = False
    return merged


def _project(
    merged: Mapping[str, Any], paths: tuple[Path, ...], scope: tuple[Path, ...], stdin: tuple[str, bytes] | None
) -> Project:
    cache.allow(not merged["no-cache"])
    select = codes(merged["select"])
    return Project(
        paths=paths,
        scope=scope,
        root=Path.cwd(),
        declaration=merged["declaration"],
        rule_packs=tuple(merged["rules"]),
        default_rules=not merged["no-default-rules"],
        exclude=tuple(merged["exclude"]),
        respect_gitignore=not merged["no-respect-gitignore"],
        force_exclude=bool(merged["force-exclude"]),
        select=(*select, *codes(merged["extend-select"])) if select else (),
        ignore=codes([*merged["ignore"], *merged["extend-ignore"]]),
        per_file_ignores=tuple((pattern, codes(listed)) for pattern, listed in merged["per-file-ignores"]),
        baseline=merged.get("baseline"),
        min_confidence=Confidence[(merged["min-confidence"] or "low").upper()],
        jobs=merged["jobs"] or 0,
        stdin=stdin,
        include_suppressed=bool(merged.get("sarif-include-suppressed")),
        cache_dir=None if merged["no-cache"] else merged["cache-dir"] or cache.user_folder(),
    )


def codes(values: Iterable[str]) -> tuple[str, ...]:
    """Code prefixes from lists that people write: ``PRV2,PRV301``, ``ALL``, names (``personal-data-in-log``).

    Raises CommandError for what is neither, naming the nearest.
    """
    words = [word for value in values for word in re.split(r"[,\s]+", value) if word]
    if not words:
        return ()
    from privlint.policy import rules

    names = {rule.name: rule.code for rule in rules()}
    known = sorted(names.values())
    result = []
    for word in words:
        code = "" if word.upper() == "ALL" else names.get(word.lower(), word.upper())
        if code and not re.fullmatch(r"PRV\d{0,3}|P|PR", code):
            raise CommandError(f"no finding code is called {word!r}{did_you_mean(word, [*known, *names])}")
        if not any(each.startswith(code) for each in known):
            say(f"warning: this version has no finding code {word!r}")
        result.append(code)
    return tuple(result)


def _changed(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The folders and Python files among changed paths; hooks pass whatever has changed."""
    return tuple(path for path in paths if not path.is_file() or path.suffix in (".py", ".pyi", ".pyw"))


def _declaration_beside(path: Path) -> Path | None:
    """The declaration of a file that is not among the paths, because its text comes from standard input."""
    from privlint.declaration import find

    return find((path,))


def _home(path: Path | None, found: config.Config) -> Path:
    """The project that a file belongs to: its repository, else the folder of the configuration, else here."""
    from privlint.source import repository

    start = (path or Path()).absolute()
    root = repository(str(start if start.is_dir() else start.parent))
    if root is not None:
        return Path(root)
    return found.path.parent if found.path is not None else Path.cwd()
