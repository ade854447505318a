"""The ways to a sink, as facts: where they begin, which calls they take, what is checked on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privlint import catalog, flow, lower, resolve
from privlint.model.facts import FlowFact, Way
from privlint.model.source import SourceFile

Trace = Callable[[str], list[FlowFact]]


@pytest.fixture
def trace() -> Trace:
    def run(text: str) -> list[FlowFact]:
        module = lower.lower(SourceFile("app.py", "/app.py", text, ""))
        return [each for each in flow.trace(resolve.link([module]), catalog.load()).flows if each.target.kind == "http"]

    return run


VIEWS = """
import requests
from flask import Flask, request
from flask_login import login_required
app = Flask(__name__)
def send(mail):
    requests.post("https://api.partner.example", json={"mail": mail})
@app.route("/a")
@login_required
def guarded():
    send(request.form["email"])
@app.route("/b")
def open_to_all():
    send(request.form["email"])
"""


def ways(found: list[FlowFact]) -> dict[str, Way]:
    return {way.name: way for each in found for way in each.ways}


def test_a_way_begins_where_the_program_is_entered(trace: Trace) -> None:
    found = ways(trace(VIEWS))
    assert found["open_to_all"].entry == "view"
    assert len(found["open_to_all"].calls) == 2
    assert not found["open_to_all"].checks


def test_data_of_many_people_says_why(trace: Trace) -> None:
    (fact,) = trace(
        "import requests\n"
        "def push(users):\n"
        "    requests.post('https://api.partner.example', json=[user.email for user in users])\n"
        "push(everybody())\n"
    )
    assert fact.many is not None
    assert fact.many.text == "users"
    assert not fact.many.each
    assert [way.entry for way in fact.many.ways] == ["script"]


def test_one_person_is_not_many(trace: Trace) -> None:
    (fact,) = trace(
        "import requests\n"
        "def push(user):\n"
        "    requests.post('https://api.partner.example', json={'mail': user.email})\n"
    )
    assert fact.many is None


def test_recursion_ends(trace: Trace) -> None:
    (fact,) = trace(
        "import requests\n"
        "def a(user, n):\n"
        "    if user.consent:\n"
        "        b(user, n)\n"
        "def b(user, n):\n"
        "    a(user, n - 1)\n"
        "    requests.post('https://api.partner.example', json={'mail': user.email})\n"
    )
    assert all(check.kind == "consent" for way in fact.ways for check in way.checks)
