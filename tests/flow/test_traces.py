"""The way that a finding shows: every hop that a person would point at, from where the data enters to the sink."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.model.project import Project

FILES = {
    "app/shaping.py": """\
def build(user):
    return {"mail": user["email"], "plan": "free"}
""",
    "app/client.py": """\
import requests


class Client:
    def __init__(self, payload):
        self.payload = payload

    def flush(self):
        requests.post("https://api.segment.io/v1/track", json=self.payload)
""",
    "app/views.py": """\
from flask import request

from app.client import Client
from app.shaping import build


def view():
    email = request.form["email"]
    payload = build({"email": email})
    client = Client(payload)
    client.flush()
""",
}


@pytest.fixture
def ways(tmp_path: Path) -> list[list[str]]:
    """The steps of the only finding, as ``path:line words``, one list for each way."""
    (tmp_path / ".git").mkdir()
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    report = engine.check(Project(paths=(tmp_path,), root=tmp_path, jobs=1, select=("PRV201",)))
    (result,) = report.results
    return [[f"{s.location.path}:{s.location.span.line} {s.text}" for s in flow] for flow in result.flows]


def test_a_way_over_three_files(ways: list[list[str]]) -> None:
    # The look-up of a key in a helper is a stage of the way, not where the data enters.
    assert ways == [
        [
            "app/views.py:8 `email` is read from the request",
            "app/views.py:8 assigned to `email`",
            "app/views.py:9 stored under `'email'`",
            "app/views.py:9 passed as `user['email']`",
            "app/shaping.py:2 stored under `'mail'`",
            "app/views.py:9 returned by `build()`",
            "app/views.py:11 passed as `self.payload`",
            "app/client.py:9 sent by `requests.post`",
        ]
    ]


def test_a_text_of_the_receiver_is_made_where_the_method_is(tmp_path: Path) -> None:
    # Nobody calls the method: what its receiver is says its class, and no call of `__str__` is in the code.
    (tmp_path / ".git").mkdir()
    text = """\
import logging

from django.db import models


class Cached(models.Model):
    email = models.EmailField()


class Person:
    def __init__(self, key):
        self.mail = Cached.objects.get(pk=key).email

    def __str__(self):
        return "person " + self.mail

    def remove(self):
        logging.info(f"removing {self}")
"""
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    report = engine.check(Project(paths=(tmp_path,), root=tmp_path, jobs=1, select=("PRV301",)))
    (result,) = report.results
    assert [f"{step.location.span.line} {step.text}" for step in result.flows[0]] == [
        "12 `email` of `Cached`",
        "12 stored in `self.mail`",
        "17 read from `Person.mail`",
        "15 put into a string",
        "17 returned by `__str__()`",
        "17 passed as `self`",
        "18 written to the log by `logging.info`",
    ]


def test_a_way_says_where_a_stored_attribute_is_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    text = """\
import logging


class Session:
    pass


def begin(session: Session, request_user):
    session.owner = request_user.email.replace("x", "").replace("y", "")


def show(session: Session):
    owner = session.owner
    logging.info("by %s", owner)
"""
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    report = engine.check(Project(paths=(tmp_path,), root=tmp_path, jobs=1, select=("PRV301",)))
    (result,) = report.results
    assert [f"{step.location.span.line} {step.text}" for step in result.flows[0]] == [
        "9 `request_user.email` is read",
        "9 passed through `.replace()`",
        "9 stored in `session.owner`",
        "12 read from `Session.owner`",
        "13 assigned to `owner`",
        "14 written to the log by `logging.info`",
    ]
