"""A first declaration of a sample application: judged by it, the code does nothing that it does not say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from privlint import engine
from privlint.model.project import Project

from .test_apps import FOLDERS

# The rules that compare the code with the declaration; the others speak of the code alone.
COMPARING = ("PRV101", "PRV102", "PRV105", "PRV106", "PRV2", "PRV401", "PRV404", "PRV9")
OF_THE_CODE = {"PRV205", "PRV206"}  # a recipient that nobody can tell, an open transport: no declaration mends these


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_written_first_passes(folder: Path, tmp_path: Path) -> None:
    app = tmp_path / folder.name
    shutil.copytree(folder, app, ignore=shutil.ignore_patterns("privacy.yml"))
    place = app / "privacy.yml"
    place.write_text(engine.draft(Project(paths=(app,), root=app, jobs=1), place), encoding="utf-8")
    report = engine.check(Project(paths=(app,), root=app, jobs=1, select=COMPARING))
    assert [(r.code, r.message) for r in report.results if r.code not in OF_THE_CODE] == []
