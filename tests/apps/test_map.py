"""The map of a sample application and its findings tell the same story."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.model.datamap import DataMap, Provenance
from privlint.model.project import Project

from .test_apps import FOLDERS


def _edges(found: DataMap, *, declared_recipient: bool) -> set[tuple[str, str]]:
    """What is shared and not declared, with recipients that are, or are not."""
    receivers = {each.key: each for each in found.receivers if each.role in ("third-party", "infrastructure")}
    return {
        (edge.data, receivers[edge.receiver].name)
        for edge in found.shared
        if edge.provenance is Provenance.OBSERVED
        and edge.receiver in receivers
        and receivers[edge.receiver].provenance.is_declared is declared_recipient
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_the_map_marks_is_what_is_found(folder: Path) -> None:
    project = Project(paths=(folder,), root=folder, jobs=1)
    found = engine.survey(project)
    results = engine.check(project).results
    told: dict[str, set[tuple[str, str]]] = {}
    for result in results:
        name = result.recipient.name if result.recipient else ""
        told.setdefault(result.code, set()).update((data, name) for data in result.data_types)
    assert _edges(found, declared_recipient=False) == told.get("PRV201", set())
    assert _edges(found, declared_recipient=True) == told.get("PRV202", set())
    unknown = {each.key for each in found.receivers if each.role == "unknown"}
    assert {(edge.data, "") for edge in found.shared if edge.receiver in unknown} == told.get("PRV205", set())
