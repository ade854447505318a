"""What earlier runs found out, by the content of what they looked at.

Three levels, from the end of the pipeline to its beginning:

- the outcome (all findings, located): holds while no file, declaration, rule pack or privlint itself changes;
- the facts: hold while the lowered files and the rules are the same, whatever the declaration says and however
  comments and white space are changed;
- a lowered file: holds while its bytes are the same.

Options that only choose among findings (codes, confidence, paths reported on, baseline, suppression) are in no key:
they are applied to what is recalled.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from privlint import cache, rules_folder
from privlint.model.plain import PlainError, from_plain, to_plain
from privlint.model.project import Project
from privlint.model.report import Result, RuleInfo
from privlint.model.source import RawFile, Unreadable

if TYPE_CHECKING:
    from privlint.model.facts import Facts

T = TypeVar("T")
_MOST = 1 << 29  # bytes of an entry, inflated


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, before anybody chooses: every finding in every file, sorted."""

    results: tuple[Result, ...]
    rules: tuple[RuleInfo, ...]
    unresolved: Mapping[str, int]
    limits: Mapping[str, int]
    declared: bool
    reads: tuple[tuple[str, str, str], ...] = ()  # the declarations' files: shown and absolute paths, digests
    tests: int = 0  # how many files were left out as tests
    passing: bool = False  # something went wrong that may go well next time


class Recall:
    """The memory of one run; without a store it knows nothing and keeps nothing."""

    def __init__(self, store: cache.Store | None, project: Project, files: Sequence[RawFile], beside: str = "") -> None:
        self._store = store
        self._beside = beside
        self._project = project
        self._files = files
        self._tool = ""
        self._rules = ""
        if store is not None:
            try:
                self._tool = _tool()
                self._rules = _rules(project)
            except OSError:
                self._store = None

    @classmethod
    def of(cls, project: Project, files: Sequence[RawFile], beside: str = "") -> Recall:
        """The memory that ``project`` asks for; ``beside``: the state of what else its findings depend on."""
        store = None
        if project.cache_dir is not None:
            store = cache.open_store(project.cache_dir, _analysed(project))
        return cls(store, project, files, beside)

    @property
    def active(self) -> bool:
        """Whether anything is kept."""
        return self._store is not None

    def outcome(self, declared: Mapping[Path, str]) -> Outcome | None:
        """What an earlier run over the very same input found; ``declared``: the declarations, each with what else
        decides of it."""
        found = self._read("report", self._outcome_key(declared), Outcome)
        if found is not None and all(_digest_of(path) == digest for _, path, digest in found.reads):
            return found
        return None

    def keep_outcome(self, declared: Mapping[Path, str], outcome: Outcome) -> None:
        """Keep what this run found."""
        if not outcome.passing:
            self._write("report", self._outcome_key(declared), Outcome, outcome)

    def facts(self, lowered: Mapping[str, bytes], asked: str) -> Facts | None:
        """The facts of a program that consists of these lowered files, by displayed path.

        ``asked``: what else the trace was given, as text.
        """
        from privlint.model.facts import Facts

        return self._read("facts", self._facts_key(lowered, asked), Facts)

    def keep_facts(self, lowered: Mapping[str, bytes], asked: str, facts: Facts) -> None:
        """Keep the facts of this program."""
        from privlint.model.facts import Facts

        self._write("facts", self._facts_key(lowered, asked), Facts, facts)

    def lowered(self, file: RawFile) -> bytes | None:
        """The file, lowered and encoded, from an earlier run."""
        return self._store.get("ir", self._file_key(file)) if self._store is not None else None

    def keep_lowered(self, file: RawFile, data: bytes) -> None:
        """Keep a lowered file."""
        if self._store is not None:
            self._store.put("ir", self._file_key(file), data)

    def close(self) -> None:
        """The run is over: have the store drop what it has no room for."""
        if self._store is not None:
            self._store.close(os.path.realpath(self._project.root), sum(len(file.data) for file in self._files))

    # -- keys ----------------------------------------------------------------------------------------------------

    def _file_key(self, file: RawFile) -> str:
        return cache.digest("ir", self._tool, file.digest)

    def _facts_key(self, lowered: Mapping[str, bytes], asked: str) -> str:
        parts: list[str | bytes] = [asked]
        for path, data in lowered.items():
            parts += (path, hashlib.sha256(data).digest())
        return cache.digest("facts", self._tool, self._rules, *parts)

    def _outcome_key(self, declared: Mapping[Path, str]) -> str:
        said = [part for path, more in declared.items() for part in (str(path), _digest_of(str(path)), more)]
        parts = [part for file in self._files for part in (file.path, file.digest)]
        return cache.digest("report", self._tool, self._rules, str(len(said)), *said, self._beside, *parts)

    # -- entries -------------------------------------------------------------------------------------------------

    def _read(self, kind: str, key: str, form: type[T]) -> T | None:
        data = self._store.get(kind, key) if self._store is not None else None
        if data is None:
            return None
        try:
            return from_plain(form, json.loads(_inflated(data)))
        except (PlainError, ValueError, RecursionError, zlib.error):
            return None

    def _write(self, kind: str, key: str, form: type[T], value: T) -> None:
        if self._store is not None:
            text = json.dumps(to_plain(form, value), separators=(",", ":"))
            self._store.put(kind, key, zlib.compress(text.encode("ascii"), 1))


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _MOST)


def _digest_of(path: str) -> str:
    """The digest of a file's bytes; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return ""


def reads_of(files: Iterable[tuple[str, str]]) -> tuple[tuple[str, str, str], ...]:
    """These files, by shown and absolute path, with the digests that they have now."""
    return tuple((shown, path, _digest_of(path)) for shown, path in files)


def _tool() -> str:
    """What decides beside the input: privlint's own code and rules, Python, LibCST; raises OSError."""
    from importlib.machinery import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec("libcst")  # which finds it and does not load it
    origin = os.path.dirname(spec.origin) if spec is not None and spec.origin else ""
    return cache.digest(
        sys.version,
        cache.digest_of_tree(here, (".py",)),
        cache.digest_of_tree(rules_folder(), (".yml", ".yaml")),
        _digest_of(os.path.join(origin, "_version.py")),
    )


def _rules(project: Project) -> str:
    """The rule packs of a run, as far as they are not privlint's own; raises OSError."""
    parts = [str(project.default_rules)]
    for pack in (*(_installed_packs() if project.default_rules else ()), *project.rule_packs):
        if pack.is_dir():
            parts.append(cache.digest_of_tree(str(pack), (".yml", ".yaml")))
        else:
            parts.append(_digest_of(str(pack)))
    return cache.digest(*parts)


def _installed_packs() -> list[Path]:
    """The packs of installed distributions; what finds them is loaded where some distribution may have one."""
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                names = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
        except OSError:
            continue
        for name in names:
            try:
                with open(os.path.join(name, "entry_points.txt"), "rb", buffering=0) as file:
                    offers = b"privlint.rules" in file.read()
            except OSError:
                continue
            if offers:
                from privlint.catalog.packs import installed

                return installed()
    return []


def _analysed(project: Project) -> list[Path]:
    """The folders that may be hostile: what is analysed, and the repository around it."""
    from privlint.source.gitignore import repository

    paths = [project.root, *(project.root / path for path in (*project.paths, *project.scope))]
    roots = [repository(os.path.abspath(path)) for path in paths]
    return [path for path in paths if path.is_dir()] + [Path(root) for root in roots if root is not None]


def lasting(broken: Iterable[Unreadable]) -> bool:
    """Whether files that could not be read will stay so."""
    return not any(each.passing for each in broken)
