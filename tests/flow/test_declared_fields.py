"""What a class assigns to a field to declare it is no value that its instances share."""

from __future__ import annotations

from pathlib import Path

from privlint import engine
from privlint.model.project import Project

TABLE = """\
import logging

from flask import request
from sqlalchemy import JSON, Column, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Setting(Base):
    __tablename__ = "setting"
    key = Column(String, primary_key=True)
    value = Column(JSON, nullable=False)


def keep(session):
    row = session.get(Setting, request.args["key"])
    row.value[request.args["part"]] = request.form["email"]


def show(session):
    row = session.get(Setting, "theme")
    logging.info("theme %s", row.value[request.args["colour"]])
"""


def test_what_is_put_into_one_row_is_not_in_another(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(TABLE, encoding="utf-8")
    report = engine.check(Project(paths=(tmp_path,), root=tmp_path, jobs=1, select=("PRV301",)))
    assert [r.location.span.line for r in report.results] == []
