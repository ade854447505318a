"""Every rule pack's own ``examples:``, run through the whole pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import selftest
from privlint.catalog import Example, examples
from privlint.catalog.packs import shipped

EXAMPLES = examples([shipped()])
_GAPS = Path(__file__).with_name("known_gaps.txt")


def _key(example: Example) -> str:
    path = Path(example.path).resolve()
    return f"{path.parent.name}/{path.name}: {example.name}"


KNOWN_GAPS = {line.strip() for line in _GAPS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"}


@pytest.mark.parametrize("example", EXAMPLES, ids=_key)
def test_example(example: Example) -> None:
    expected, found = selftest.run(example)
    if _key(example) in KNOWN_GAPS:
        if expected == found:
            pytest.fail("works now: take it out of known_gaps.txt")
        pytest.xfail("a known gap")
    assert found == expected
