"""Every rule pack's own ``examples:``, run through the whole pipeline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from privlint import engine
from privlint.catalog import examples
from privlint.catalog.packs import shipped
from privlint.model.project import Project

EXAMPLES = examples([shipped()])
_EXPECT = re.compile(r"#\s*expect:\s*(.+)$")
_GAPS = Path(__file__).with_name("known_gaps.txt")


def _key(example: object) -> str:
    path = Path(getattr(example, "path")).resolve()  # noqa: B009
    return f"{path.parent.name}/{path.name}: {getattr(example, 'name')}"  # noqa: B009


KNOWN_GAPS = {line.strip() for line in _GAPS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"}


def run(example: object, folder: Path) -> tuple[set[tuple[str, int, str, str]], set[tuple[str, int, str, str]]]:
    """Expected and found: path, line, code, data type."""
    files = dict(getattr(example, "files")) or {"example.py": getattr(example, "code")}  # noqa: B009
    expected: set[tuple[str, int, str, str]] = set()
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            match = _EXPECT.search(line)
            for one in match[1].split(",") if match else ():
                code, data = one.split()[:2]
                expected.add((name, number, code, data))
    if declaration := getattr(example, "declaration"):  # noqa: B009
        (folder / "privacy.yml").write_text(declaration, encoding="utf-8")
    (folder / ".git").mkdir()
    report = engine.check(Project(paths=(folder,), root=folder, jobs=1))
    found = {(r.location.path, r.location.span.line, r.code, d) for r in report.results for d in r.data_types}
    return expected, found


@pytest.mark.parametrize("example", EXAMPLES, ids=_key)
def test_example(example: object, tmp_path: Path) -> None:
    expected, found = run(example, tmp_path)
    if _key(example) in KNOWN_GAPS:
        if expected == found:
            pytest.fail("works now: take it out of known_gaps.txt")
        pytest.xfail("a known gap")
    assert found == expected
