"""The JSON Schema says of a file what the reader says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from privlint.declaration import DeclarationError, load, schema

TYPES = ("contact.phone", "contact.email")
BASE = "version: 1\n"


def valid(text: str) -> bool:
    content: Any = yaml.safe_load(text)
    return jsonschema.Draft202012Validator(schema(TYPES, ["news"])).is_valid(content)


def readable(folder: Path, text: str) -> bool:
    path = folder / "privacy.yml"
    path.write_text(text, encoding="utf-8")
    try:
        load(path, types=TYPES, app_types=["news"])
    except DeclarationError:
        return False
    return True


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator.check_schema(schema(TYPES, ["news"]))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (BASE, True),
        ("version: 2\n", False),
        ("{}\n", False),
        (BASE + "collects:\n", True),
        (BASE + "collects: [{data: contact, purposes: login, retention: P2Y}]\n", True),
        (BASE + "collects: [{data: contact, retention: P2}]\n", False),
        (BASE + "collects: [{purposes: [login]}]\n", False),
        (BASE + "collects: [{data: contact.fax}]\n", False),
        (BASE + "app_type: news\nlaws: [PIPL]\n", True),
        (BASE + "app_type: olds\n", False),
        (BASE + "laws: [XYZ]\n", False),
        (BASE + "recipients: [{name: A, receives: [{data: contact.email, form: masked}]}]\n", True),
        (BASE + "recipients: [{name: A, receives: [{data: contact.email, form: odd}]}]\n", False),
        (BASE + "recipients: [{name: A, country: CN, transfer: exempt, match: {hosts: [a.example]}}]\n", True),
        (BASE + "recipients: [{name: A, transfer: magic}]\n", False),
        (BASE + "recipients: [{match: {hosts: [a.example]}}]\n", False),
        (BASE + "automated_decisions: [{data: contact, purpose: x, basis: consent}]\n", True),
        (BASE + "internal: {hosts: ['*.a.example'], packages: [a]}\n", True),
        (BASE + "consent: {checks: [a]}\nexports: {access_controls: [b], audit: [c]}\n", True),
        (BASE + "consent: {check: [a]}\n", False),
        (BASE + "extra: 1\n", False),
    ],
)
def test_schema_and_reader_agree(tmp_path: Path, text: str, good: bool) -> None:
    assert valid(text) is good
    assert readable(tmp_path, text) is good
