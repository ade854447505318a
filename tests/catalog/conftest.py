"""The catalogue under test; its cache stays out of the home folder of whoever runs the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privlint.catalog import Catalog, load

Pack = Callable[[str], Path]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def catalog(_own_cache: Path) -> Catalog:
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
