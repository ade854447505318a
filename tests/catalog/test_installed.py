"""Packs that installed distributions bring: entry points of the group ``privlint.rules``."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint.catalog import CatalogError, load

PACK = "version: 1\ndata_types:\n  - {id: contact.pager, label: Pager number, names: [pager number]}\n"


def install(site: Path, target: str, folder: str) -> None:
    """Lay out a distribution as an installer does."""
    info = site / "acme_rules-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[privlint.rules]\nacme = {target}\n", encoding="utf-8")
    (site / folder).mkdir(parents=True)
    (site / folder / "__init__.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    (site / folder / "pager.yml").write_text(PACK, encoding="utf-8")


@pytest.mark.parametrize(("target", "folder"), [("acme_rules", "acme_rules"), ("acme_rules.packs", "acme_rules/packs")])
def test_a_pack_of_an_installed_distribution(
    target: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, target, folder)
    assert "contact.pager" not in load().data_types
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "contact.pager" in load().data_types
    assert "contact.pager" not in load(default=False).data_types


def test_a_pack_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "acme_other", "acme_rules")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CatalogError, match="there is no folder for 'acme_other'"):
        load()
