"""The modules that the compiled wheel is made of; ``.ci/compiled`` builds it and compares what it finds."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from tests.integration.conftest import CHECKOUT

_TARGETS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
HOOK = _TARGETS["wheel"]["hooks"]["mypyc"]


def _modules(patterns: list[str]) -> set[Path]:
    return {path for pattern in patterns for path in CHECKOUT.glob(pattern)}


def test_pure_python_is_the_default() -> None:
    assert HOOK["enable-by-default"] is False


@pytest.mark.parametrize("pattern", HOOK["include"])
def test_every_pattern_means_a_module(pattern: str) -> None:
    assert _modules([pattern])


def test_nothing_that_is_compiled_has_a_cached_property() -> None:
    """Mypyc takes one for a property, which is computed each time it is read."""
    compiled = _modules(HOOK["include"])
    trees = {path: ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for path in compiled}
    names = {
        path.name for path, nodes in trees.items() for node in nodes if getattr(node, "id", "") == "cached_property"
    }
    assert names == set()
