"""The engine's map of a whole project."""

from __future__ import annotations

from pathlib import Path

from privlint import engine
from privlint.model.datamap import Provenance
from privlint.model.project import Project

APP = """\
import requests
from flask import request

def lead():
    email = request.form["email"]
    requests.post(
        "https://api.partner.example/leads",
        json={"email": email},
    )
"""


def test_the_map_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    found = engine.survey(Project(paths=(tmp_path,), root=tmp_path, jobs=1))
    (collected,) = found.collected
    (intake,) = collected.intakes
    assert (collected.data, intake.location.path, intake.location.span.line) == ("contact.email", "app.py", 5)
    (shared,) = found.shared
    (passage,) = shared.passages
    assert (shared.receiver, passage.location.span.line, passage.function) == ("api.partner.example", 8, "app.lead")
    assert passage.steps[0].location.span.line == 5
    assert passage.steps[-1].location == passage.location
    assert found.receivers[0].provenance is Provenance.OBSERVED
    assert (found.files, found.unreadable) == (2, ("broken.py",))


def test_the_map_reads_the_declaration(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "privacy.yml").write_text(
        "version: 1\nrecipients:\n  - name: Partner\n    match: {hosts: [partner.example]}\n"
        "    receives: [{data: contact.email, purpose: leads}]\n",
        encoding="utf-8",
    )
    found = engine.survey(Project(paths=(tmp_path,), root=tmp_path, jobs=1))
    assert found.declaration is not None
    assert [(each.data, each.receiver, each.provenance) for each in found.shared] == [
        ("contact.email", "Partner", Provenance.BOTH)
    ]
