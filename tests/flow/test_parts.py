"""Which parts of a whole are taken to hold the data that is somewhere in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.model.project import Project

CASES = {
    # The caller knows which data it passes, the function knows which part it takes.
    "a part with another name, read where the whole is a parameter": """\
import json
import logging
from flask import request

def model_of(text):
    return json.loads(text)["model"]

def email_of(text):
    return json.loads(text)["email"]

def view():
    text = json.dumps({"email": request.form["email"]})
    logging.info(model_of(text))
    logging.info(email_of(text))  # expect
""",
    # One row says who made a connection; it is not the address that another row holds.
    "a table of keys and values": """\
import logging
from flask import request
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()

class Config(db.Model):
    key = db.Column(db.Text, primary_key=True)
    value = db.Column(db.JSON)

class Person(db.Model):
    nick = db.Column(db.Text)

def save():
    db.session.add(Config(key="connections", value=[{"made_by": request.form["email"]}]))
    db.session.add(Person(nick=request.form["email"]))

def show(key):
    logging.info("limit %s", Config.query.get(key).value)
    logging.info("nick %s", Person.query.get(key).nick)  # expect
""",
    # Behind the @ of a login, or before its backslash, stands the name of a domain.
    "the domain of a login": """\
import logging

def taken_apart(login):
    user, realm = login.rsplit("@", 1)
    return user, realm

def by_windows(login):
    realm, user = login.split("\\\\", 1)
    logging.info(realm)
    logging.info(user)  # expect

def view(username):
    user, realm = taken_apart(username)
    logging.info(realm)
    logging.info(user)  # expect
    by_windows(username)
""",
    # A getter that is asked for more names than most functions have contexts, some calls down.
    "a getter that is asked for many names": """\
import logging
from flask import request

def get(mapping, key, default):
    value = mapping.get(key, default)
    return value

def required(mapping, key):
    value = get(mapping, key, None)
    if value is None:
        raise KeyError(key)
    return value

def checked(data):
    kind = required(data, "kind")
    logging.info(kind)
    realm = required(data, "realm")
    logging.info(realm)
    serial = required(data, "serial")
    logging.info(serial)
    agent = required(data, "agent")
    logging.info(agent)
    state = required(data, "state")
    logging.info(state)
    note = required(data, "note")
    logging.info(note)
    plan = required(data, "plan")
    logging.info(plan)
    zone = required(data, "zone")
    logging.info(zone)
    level = required(data, "level")
    logging.info(level)
    group = required(data, "group")
    logging.info(group)
    theme = required(data, "theme")
    logging.info(theme)

def stepped(data):
    checked(data)

def view(settings):
    data = dict(settings)
    data["login"] = request.form["email"]
    stepped(data)
    logging.info(required(data, "login"))  # expect
""",
    # A handler of a library's exceptions catches none of the language's own.
    "an exception that the handler is not for": """\
import logging
from flask import request
from sqlalchemy.exc import OperationalError

def find():
    raise ValueError("no user " + request.form["email"])

def show():
    try:
        find()
    except OperationalError as error:
        logging.info("down: %s", error)
    except (KeyError, ValueError) as error:
        logging.info("wrong: %s", error)  # expect
""",
    # Beyond the depth that is followed, a whole is asked for a part with the name that is read.
    "a part below the depth of access paths": """\
import logging
from django.db import models

class Order(models.Model):
    code = models.TextField()
    email = models.EmailField()

class View:
    def code(self):
        return self.context.request.event.order.code

    def email(self):
        return self.context.request.event.order.email

def show(view, context):
    view = View()
    context.request.event.order = Order.objects.get(pk=1)
    view.context = context
    logging.info("order %s", view.code())
    logging.info("order %s", view.email())  # expect
""",
    # Settings are unlike each other, and those that are changed by key are read by key.
    "a mapping of settings": """\
import logging
from flask import request

class Config:
    DEFAULTS = {"limit": 3, "connections": []}
    people = {}

    @staticmethod
    def put(updates):
        for key, value in updates.items():
            Config.DEFAULTS[key] = value

    @staticmethod
    def get(key):
        return Config.DEFAULTS.get(key)

def save():
    connections = Config.get("connections")
    connections.append({"made_by": request.form["email"]})
    Config.put({"connections": connections})
    Config.people[request.form["key"]] = request.form["email"]

def show(key):
    logging.info("limit %s", Config.get("limit"))
    logging.info("person %s", Config.people[key])  # expect
""",
    # Each call gives another object: what one was given is not in the next.
    "what is set on the result of an unknown call": """\
import logging
from elsewhere import make
from flask import request

def fill():
    card = make("card")
    card.info["title"] = request.form["email"]

def show():
    other = make("page")
    logging.info("title %s", other.info["title"])
""",
}


@pytest.mark.parametrize("name", CASES)
def test_parts(name: str, tmp_path: Path) -> None:
    text = CASES[name]
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    report = engine.check(Project(paths=(tmp_path,), root=tmp_path, jobs=1, select=("PRV301",)))
    expected = {n for n, line in enumerate(text.splitlines(), start=1) if line.endswith("# expect")}
    assert {result.location.span.line for result in report.results} == expected
