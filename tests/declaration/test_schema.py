"""The JSON Schema says of a file what the reader says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from privlint.declaration import DeclarationError, load, schema

ROOT = Path(__file__).resolve().parents[2]
TYPES = {"contact.phone": "Phone number", "contact.email": "Email address", "account.user_id": "User id"}
APP_TYPES = {"news": "News", "online_shopping": "Online shopping"}
BASE = "version: 1\n"


def content(text: str) -> Any:
    """What an editor makes of the text: YAML 1.2, where ``NO`` is a text."""
    return YAML(typ="safe", pure=True).load(text)


def valid(text: str) -> bool:
    checked = schema(TYPES, APP_TYPES, {"Mixpanel": "analytics"})
    return jsonschema.Draft202012Validator(checked).is_valid(content(text))


def readable(folder: Path, text: str) -> bool:
    path = folder / "privacy.yml"
    path.write_text(text, encoding="utf-8")
    try:
        load(path, types=TYPES, app_types=APP_TYPES)
    except DeclarationError:
        return False
    return True


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator.check_schema(schema(TYPES, APP_TYPES))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (BASE, True),
        ("version: '1'\n", True),
        ("version: 2\n", False),
        ("version:\n", False),
        ("{}\n", False),
        (BASE + "collects:\n", True),
        (BASE + "controller:\n", True),
        (BASE + "controller: {name: 360, country: no}\n", True),
        (BASE + "controller: {name: true}\n", False),
        (BASE + "controller: {name: ' '}\n", False),
        (BASE + "controller: {country: UK}\n", False),
        (BASE + "controller: {}\n", True),
        (BASE + "controller: []\n", False),
        (BASE + "collects: {}\n", False),
        (BASE + "collects: [{data: contact, purposes: login, retention: P2Y}]\n", True),
        (BASE + "collects: [{data: contact, purposes: [], basis: , retention: ~}]\n", True),
        (BASE + "collects: [{data: contact, purposes: [~]}]\n", False),
        (BASE + "collects: [{data: contact, purposes: {a: b}}]\n", False),
        (BASE + "collects: [{data: contact, basis: Contract}]\n", False),
        (BASE + "collects: [{data: contact, retention: P2}]\n", False),
        (BASE + "collects: [{data: contact, retention: 2}]\n", False),
        (BASE + "collects: [{data: contact}, {data: contact}]\n", False),
        (BASE + "collects: [{data: contact, purposes: a}, {data: contact, purposes: b}]\n", True),
        (BASE + "collects: [{purposes: [login]}]\n", False),
        (BASE + "collects: [{data: }]\n", False),
        (BASE + "collects: [{data: contact.fax}]\n", False),
        (BASE + "collects: [contact.phone]\n", False),
        (BASE + "app_type: news\nlaws: [PIPL]\n", True),
        (BASE + "app_type: Online-Shopping\nlaws: gdpr\n", True),
        (BASE + "app_type: olds\n", False),
        (BASE + "laws: [XYZ]\n", False),
        (BASE + "laws: {a: b}\n", False),
        (BASE + "recipients: [{name: A, receives: [{data: contact.email, form: masked}]}]\n", True),
        (BASE + "recipients: [{name: A, receives: [{data: contact.email, form: odd}]}]\n", False),
        (BASE + "recipients: [{name: A, receives: {data: contact.email}}]\n", False),
        (BASE + "recipients: [{name: A, receives: [{data: contact}, {data: contact}]}]\n", False),
        (BASE + "recipients: [{name: A, country: CN, transfer: exempt, match: {hosts: [a.example]}}]\n", True),
        (BASE + "recipients: [{name: A, country: CN}, {name: A, country: US}]\n", True),
        (BASE + "recipients: [{name: A}, {name: A}]\n", False),
        (BASE + "recipients: [{name: A, transfer: magic}]\n", False),
        (BASE + "recipients: [{name: A, match: {hosts: ['https://a.example/']}}]\n", False),
        (BASE + "recipients: [{name: A, match: {hosts: '*.a.example', packages: [a-b.c]}}]\n", True),
        (BASE + "recipients: [{name: A, match: {packages: ['a b']}}]\n", False),
        (BASE + "recipients: [{name: A, match: a.example}]\n", False),
        (BASE + "recipients: [{name: A, match: {host: a.example}}]\n", False),
        (BASE + "recipients: [{match: {hosts: [a.example]}}]\n", False),
        (BASE + "recipients: [{name: [A]}]\n", False),
        (BASE + "automated_decisions: [{data: contact, purpose: x, basis: consent}]\n", True),
        (BASE + "automated_decisions: [{data: contact, reason: x}]\n", False),
        (BASE + "internal: {hosts: ['*.a.example'], packages: [a]}\n", True),
        (BASE + "internal: [a.example]\n", False),
        (BASE + "consent: {checks: [a]}\nexports: {access_controls: [b], audit: [c]}\n", True),
        (BASE + "consent: {check: [a]}\n", False),
        (BASE + "exports: [a]\n", False),
        (BASE + "extends: []\n", True),
        (BASE + "extends: {a: b}\n", False),
        (BASE + "extra: 1\n", False),
    ],
)
def test_schema_and_reader_agree(tmp_path: Path, text: str, good: bool) -> None:
    assert valid(text) is good
    assert readable(tmp_path, text) is good


def _declarations() -> Iterator[tuple[str, str]]:
    """Every declaration of the fixtures and of the documentation."""
    for path in sorted(ROOT.glob("fixtures/**/privacy.yml")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted(ROOT.glob("fixtures/findings/*.md"))]:
        for block in re.finditer(r"```yaml\n(version: 1\n.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            yield f"{path.name}:{path.read_text(encoding='utf-8')[: block.start()].count(chr(10)) + 1}", block[1]


DECLARATIONS = dict(_declarations())


def test_there_are_declarations_to_check() -> None:
    assert len(DECLARATIONS) > 20


@pytest.fixture(scope="module")
def real() -> dict[str, Any]:
    """The schema and the vocabulary of the rules that ship with privlint."""
    from privlint.catalog import load as load_catalog

    known = load_catalog()
    types = {each.id: each.label for each in known.data_types.values()}
    apps = dict.fromkeys(known.app_types, "")
    names = {each.name: each.kind for each in known.recipients.values()}
    return {"validator": jsonschema.Draft202012Validator(schema(types, apps, names)), "types": types, "apps": apps}


@pytest.mark.parametrize("name", DECLARATIONS)
def test_declarations_are_valid_and_readable(name: str, real: dict[str, Any], tmp_path: Path) -> None:
    text = DECLARATIONS[name]
    assert [error.message for error in real["validator"].iter_errors(content(text))] == []
    if "extends" not in text:
        path = tmp_path / "privacy.yml"
        path.write_text(text, encoding="utf-8")
        load(path, types=real["types"], app_types=real["apps"])


FULL = """\
version: 1
controller: {name: Example Shop, country: CN}
app_type: online_shopping
laws: [PIPL, GDPR]
collects:
  - {data: contact.phone, purposes: [registration, delivery], basis: contract, retention: P2Y}
recipients:
  - name: SF Express
    match: {hosts: [api.sf-express.com], packages: [sf_express]}
    country: CN
    transfer: standard-contract
    receives:
      - {data: contact.phone, form: clear, purpose: delivery, basis: separate-consent}
automated_decisions:
  - {data: account.user_id, purpose: recommendations, basis: consent}
internal: {hosts: ["*.corp.example"], packages: [shop_common]}
consent: {checks: ["*.has_consented"]}
exports: {access_controls: ["*.permission_required"], audit: [audit.record]}
"""
ODD: tuple[Any, ...] = (
    "",
    "odd one",
    "https://a.example/x",
    7,
    2.5,
    True,
    None,
    [],
    ["x"],
    [None],
    [[1]],
    {},
    {"x": 1},
)


def _mutants(value: Any) -> Iterator[Any]:
    """The value with one place in it replaced by something odd, left out, or doubled."""
    if isinstance(value, dict):
        for key in value:
            rest = {other: each for other, each in value.items() if other != key}
            yield rest
            yield {**value, f"{key}x": value[key]}
            for odd in (*ODD, *_mutants(value[key])):
                yield {**value, key: odd}
    elif isinstance(value, list):
        yield [*value, *value]
        for index, each in enumerate(value):
            for odd in (*ODD, *_mutants(each)):
                yield [*value[:index], odd, *value[index + 1 :]]


def test_schema_and_reader_agree_on_every_small_change(tmp_path: Path) -> None:
    """Each place of a full declaration, spoilt in a dozen ways: both accept it, or both reject it."""
    import json

    validator = jsonschema.Draft202012Validator(schema(TYPES, APP_TYPES, {"Mixpanel": "analytics"}))
    seen = set()
    for mutant in _mutants(content(FULL)):
        text = json.dumps(mutant)  # which is YAML as well
        if text not in seen:
            seen.add(text)
            assert validator.is_valid(mutant) is readable(tmp_path, text), text
    assert len(seen) > 500
