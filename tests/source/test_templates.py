"""The names that templates show."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from privlint.model.project import Project
from privlint.source.templates import Templates, names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("<p>{{ user.birthday|date }}</p>", {"user", "birthday", "date"}),
        ("{% if customer.phone %}call{% endif %}", {"customer", "phone"}),
        ("${order.email}", {"email"}),
        ("{{ row['gender'] }}", {"gender"}),
        ("birthday of a user", set()),
    ],
)
def test_names_in_expressions(text: str, names: set[str]) -> None:
    assert names <= names_in(text)
    assert names or not names_in(text)


def test_asking_for_something_is_no_use() -> None:
    assert "birthday" not in names_in("{{ form.birthday() }} {{ signup_form.birthday.label }}")
    assert "birthday" in names_in("{{ form.birthday() }} {{ user.birthday }}")


def test_templates_of_a_project(tmp_path: Path) -> None:
    project = Project(paths=(tmp_path,), root=tmp_path)
    assert Templates(project).shown() is None
    (tmp_path / "templates").mkdir()
    page = tmp_path / "templates/page.html"
    page.write_text("{{ user.phone }}", encoding="utf-8")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/other.html").write_text("{{ user.gender }}", encoding="utf-8")
    first = Templates(project)
    state = first.state
    assert first.shown() == ("phone", "user")
    page.write_text("{{ user.phone }} {{ user.email }}", encoding="utf-8")
    assert Templates(project).state != state


def test_hostile_templates(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("{{ outside }}", encoding="utf-8")
    inside = tmp_path / "app"
    inside.mkdir()
    os.symlink(tmp_path / "secret.txt", inside / "link.html")
    os.mkfifo(inside / "pipe.html")
    (inside / "odd.html").write_bytes(b"\xff\xfe{{ \xff }}" + b"{{" * 50_000)
    assert "outside" not in (Templates(Project(paths=(inside,), root=inside)).shown() or ())
