"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from privlint import catalog


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
