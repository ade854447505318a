"""The catalogue under test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privlint.catalog import Catalog, load

Pack = Callable[[str], Path]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalogue of the project's own rules."""
    return load()


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Writes a rule pack and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "pack.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
