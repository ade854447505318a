"""Rule packs put to the test: the examples that they carry, run through the whole pipeline.

Behind ``privlint catalogue check``, and behind the test of privlint's own rules.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from privlint import catalog, engine
from privlint.catalog import Catalog, CatalogError, Example
from privlint.declaration import DeclarationError
from privlint.model.project import Project

_OF_CALLS = ("source", "sink", "protection", "step")
_EXPECT = re.compile(r"#\s*expect:\s*(.+)$")


class Expectation(NamedTuple):
    """A finding at a line of an example's file."""

    path: str
    line: int
    code: str
    data_type: str


class Failure(NamedTuple):
    """An example that does not come out: where it stands, what it is called, what is wrong."""

    path: str
    line: int
    name: str
    reason: str


class Outcome(NamedTuple):
    """What testing a pack gave: how many examples and names were tried, what failed, and what is merely odd."""

    examples: int
    names: int
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]


def check(packs: Sequence[Path], default: bool = True) -> Outcome:
    """Read rule packs and try everything that they show.

    Args:
        packs: files and folders.
        default: whether privlint's own rules hold beside them.

    Raises:
        CatalogError: a pack is missing, unreadable, or breaks the format; or an example cannot be laid out.
    """
    known = catalog.load(packs, default)
    shown = catalog.examples(packs)
    failures: list[Failure] = []
    for example in shown:
        expected, found = run(example, packs, default)
        if reasons := [*_differences(expected, found)]:
            failures.append(Failure(example.path, example.line, example.name, "; ".join(reasons)))
    names = catalog.name_examples(packs)
    for each in names:
        if (reason := _misread(known, each)) is not None:
            failures.append(Failure(each.path, each.line, each.name, reason))
    return Outcome(len(shown), len(names), tuple(failures), _notes(packs, default))


# What these say is that something stands nowhere in a program; an example is a piece of one.
_OF_WHOLE_PROGRAMS = frozenset(("PRV602",))


def run(
    example: Example, packs: Sequence[Path] = (), default: bool = True
) -> tuple[set[Expectation], set[Expectation]]:
    """The findings that an example expects, and those it has.

    Raises:
        CatalogError: a file of the example has a name that leads out of it, or its declaration cannot be used.
    """
    files = dict(example.files) or {"example.py": example.code}
    with tempfile.TemporaryDirectory(prefix="privlint-example-") as name:
        folder = Path(name).resolve()
        (folder / ".git").mkdir()
        _lay_out(example, files, folder)
        # What becomes of data is no matter of the few lines of an example, unless it says so.
        aside = () if any("PRV103" in text for text in files.values()) else ("PRV103",)
        project = Project(
            paths=(folder,), root=folder, rule_packs=tuple(packs), default_rules=default, jobs=1, ignore=aside
        )
        try:
            report = engine.check(project)
        except DeclarationError as error:
            raise CatalogError(example.path, example.line, 0, f"example {example.name!r}: {error}") from None
    expected = expected_in(files)
    asked = {each.code for each in expected}
    found = {
        Expectation(each.location.path, each.location.span.line, each.code, kind)
        for each in report.results
        for kind in each.data_types
        if each.code in asked or each.code not in _OF_WHOLE_PROGRAMS
    }
    return expected, found


def expected_in(files: Mapping[str, str]) -> set[Expectation]:
    """What ``# expect: CODE data.type, ...`` comments in files (path -> text) say."""
    return {
        Expectation(path, number, *one.split()[:2])
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := _EXPECT.search(line)) is not None
        for one in match[1].split(",")
        if len(one.split()) >= 2
    }


def _lay_out(example: Example, files: Mapping[str, str], folder: Path) -> None:
    for path, text in files.items():
        parts = PurePosixPath(path.replace("\\", "/")).parts
        if not parts or ".." in parts or PurePosixPath(path).is_absolute() or ":" in path:
            raise CatalogError(example.path, example.line, 0, f"example {example.name!r}: {path!r} leads out of it")
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    if example.declaration:
        (folder / "privacy.yml").write_text(example.declaration, encoding="utf-8")


def _differences(expected: set[Expectation], found: set[Expectation]) -> Iterator[str]:
    for each in sorted(expected - found):
        yield f"{each.path}:{each.line}: expected {each.code} {each.data_type}, not found"
    for each in sorted(found - expected):
        yield f"{each.path}:{each.line}: found {each.code} {each.data_type}, not expected"


def _misread(known: Catalog, example: catalog.NameExample) -> str | None:
    owner, _, name = example.name.rpartition(".")
    match = known.classify(name, owner or None)
    taken = match.data_type if match is not None else None
    if (taken == example.data_type) == example.matches:
        return None
    wanted = f"to be taken for {example.data_type}" if example.matches else f"not to be taken for {example.data_type}"
    return f"expected {wanted}; {known.explain(name, owner or None)[-1]}"


def _notes(packs: Sequence[Path], default: bool) -> tuple[str, ...]:
    """What is no error, and yet not what a pack should be."""
    notes = [f"{path}: has rules and no example of them" for path in catalog.without_examples(packs)]
    if default:
        ours = {(entry.kind, entry.id): entry.title for entry in catalog.entries(catalog.load())}
        for entry in catalog.entries(catalog.load(packs, default=False)):
            if entry.kind in _OF_CALLS and ours.get((entry.kind, entry.id)) == entry.title:
                notes.append(f"{entry.kind} {entry.id}: privlint has the same rule already")
    return tuple(notes)
