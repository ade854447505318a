"""What a program costs grows as it does, whatever it has many of: models, schemas, handlers, private attributes."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import FrameType

import pytest

from privlint import engine
from privlint.model.project import Project

UNIT = """
import logging, requests
from django.db import models
from django.views.generic import DetailView
from fastapi import APIRouter
from flask import Blueprint, request, session
from marshmallow import Schema, fields
from pydantic import BaseModel

router = APIRouter()
pages = Blueprint("pages{n}", __name__)
logger = logging.getLogger(__name__)


class Person{n}(models.Model):
    email = models.EmailField()
    parent = models.ForeignKey("Person{n}", on_delete=models.CASCADE)


class PersonIn{n}(BaseModel):
    email: str
    nickname{n}: str


class PersonSchema{n}(Schema):
    email = fields.Email()
    birth_date = fields.Date()


class Base{n}:
    def __init__(self, user):
        self.__user = user
        self.name = user.name

    def save(self, value):
        self.data = value
        return self.__user


class Service{n}(Base{n}):
    def save(self, value):
        return super().save(value)

    def run(self, item):
        item.save(self)
        return self.data


class View{n}(DetailView):
    model = Person{n}

    def get(self, request, pk):
        row = Person{n}.objects.filter(email=request.GET["email"]).first()
        logger.info("found %s", row.email)
        return row.name


@router.post("/person{n}")
def create{n}(data: PersonIn{n}):
    Person{n}(email=data.email, name=data.nickname{n}).save()
    requests.post("https://mail.example.com/send", json={{"to": data.email}})


@pages.route("/schema{n}", methods=["POST"])
def load{n}():
    loaded = PersonSchema{n}().load(request.json)
    session["email"] = loaded["email"]
    Service{n}(Person{n}.objects.get(pk=request.form["pk"])).run(loaded)


def query{n}(cursor, email):
    cursor.execute("SELECT id, email FROM person{n} WHERE email = %s", [email])
    print(cursor.fetchone()[1])
    cursor.execute("DELETE FROM person{n} WHERE email = %s", [email])
"""


def calls(folder: Path, units: int) -> int:
    """How many functions, Python's own too, are called while a program of so many units is judged."""
    (folder / ".git").mkdir(parents=True)
    for number in range(units):
        (folder / f"unit{number}.py").write_text(UNIT.format(n=number), encoding="utf-8")
    called = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal called
        called += event in ("call", "c_call")

    threading.setprofile(count)
    sys.setprofile(count)
    try:
        engine.check(Project(paths=(folder,), root=folder, jobs=1))
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return called


@pytest.mark.skipif(sys.gettrace() is not None, reason="counts calls itself")
def test_twice_the_code_is_twice_the_work(tmp_path: Path) -> None:
    calls(tmp_path / "first", 1)  # what is made once and kept
    some = calls(tmp_path / "some", 15)
    more = calls(tmp_path / "more", 30)
    last = calls(tmp_path / "most", 45)
    assert last - more < 1.08 * (more - some)
