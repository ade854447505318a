"""What every construct is lowered to: ``fixtures/ir/*.py`` against ``*.ir`` (``UPDATE_GOLDENS=1`` writes them)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from privlint.ir.codec import decode, encode
from privlint.ir.text import dump
from privlint.lower import locate, lower
from privlint.model.source import SourceFile

FOLDER = Path(__file__).parents[2] / "fixtures" / "ir"
SOURCES = sorted(FOLDER.glob("*.py"))


def read(path: Path) -> SourceFile:
    return SourceFile(path.name, str(path), path.read_text("utf-8"), "")


def test_there_are_goldens() -> None:
    assert len(SOURCES) >= 25


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    text = dump(lower(read(path)))
    golden = path.with_suffix(".ir")
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_round_trip_through_the_codec(path: Path) -> None:
    module = lower(read(path))
    again = decode(encode(module), module.path)
    assert again == module
    assert encode(again) == encode(module)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_ordinal_has_a_place(path: Path) -> None:
    file = read(path)
    module = lower(file)
    assert set(locate(file.text, range(module.nodes), module.nodes)) == set(range(module.nodes))
