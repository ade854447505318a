"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from privlint import catalog
from privlint.flow import solve


@pytest.fixture(scope="session", autouse=True)
def _one_catalogue() -> Iterator[None]:
    """Build privlint's own catalogue once for all runs of the engine, not for each: it is most of a small run's time.

    Only runs without packs of their own share it; loading itself is tested through ``privlint.catalog.loader``.
    """
    load = catalog.load
    shared = cache(load)

    def once(packs: Sequence[Path] = (), default: bool = True) -> catalog.Catalog:
        return load(packs, default) if packs or catalog.packs.installed() else shared((), default)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "load", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _strict() -> Iterator[None]:
    """An error of privlint's own is an error, and not a function less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "STRICT", True)
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the cache out of the home folder of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
