"""Hand-made facts: what flow would have found, without any code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privlint import declaration
from privlint.catalog import Catalog, load
from privlint.model.declaration import Declaration


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalogue of the project's own rules."""
    return load()


@pytest.fixture
def declare(tmp_path: Path, catalog: Catalog) -> Callable[[str], Declaration]:
    """Reads a declaration; ``version`` goes without saying."""

    def read(text: str) -> Declaration:
        path = tmp_path / "privacy.yml"
        path.write_text("version: 1\n" + text, encoding="utf-8")
        return declaration.load(path, types=catalog.data_types, app_types=catalog.app_types, shown="privacy.yml")

    return read
