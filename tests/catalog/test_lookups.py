"""Recipients, coverage, annotations, and patterns of dotted paths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privlint.catalog import Catalog, load, match_path
from privlint.catalog.paths import Patterns

Pack = Callable[[str], Path]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("requests.post", "requests.post", True),
        ("requests.post", "requests.posts", False),
        ("requests.*", "requests.get", True),
        ("requests.*", "requests.api.get", False),
        ("requests.**", "requests.api.get", True),
        ("requests.**", "requests", True),
        ("requests.**", "requestsx", False),
        ("a.**.z", "a.z", True),
        ("a.**.z", "a.b.c.z", True),
        ("*.route", "app.route", True),
        ("*.route", "self.app.route", True),
        ("*.route", "route", False),
        ("*", "route", True),
        ("*", "app.route", False),
        ("django.db.models.*Field", "django.db.models.EmailField", True),
        ("django.db.models.*Field", "django.db.models.Model", False),
        ("a.(b)", "a.(b)", True),
    ],
)
def test_match_path(pattern: str, path: str, expected: bool) -> None:
    assert match_path(pattern, path) is expected
    assert Patterns(("other.path", pattern)).mean(path) is expected


def test_starred_calls_are_found_by_their_last_part(pack: Pack) -> None:
    found = load([pack("version: 1\nsinks:\n  - {function: 'acme.send_*', kind: http}\n")], default=False)
    assert found.calls_named("send_mail") is not None
    assert found.calls_named("receive") is None


RECIPIENTS = """\
version: 1
recipients:
  - {id: big, name: Big, packages: [big], hosts: [big.example]}
  - {id: ads, name: Big Ads, packages: [big.ads], hosts: [ads.big.example, "*.adcdn.example", "oss-*.cloud.example"]}
"""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("big.example", "big"), ("API.Big.example", "big"), ("ads.big.example:443", "ads"), ("x.ads.big.example", "ads"),
        ("eu.adcdn.example", "ads"), ("bucket.oss-eu.cloud.example", "ads"), ("notbig.example", None), ("example", None),
        ("", None),
    ],
)  # fmt: skip
def test_recipient_for_host(pack: Pack, host: str, expected: str | None) -> None:
    recipient = load([pack(RECIPIENTS)], default=False).recipient_for_host(host)
    assert (recipient.id if recipient else None) == expected


@pytest.mark.parametrize(
    ("dotted", "expected"), [("big", "big"), ("big.core.send", "big"), ("big.ads.send", "ads"), ("bigger", None)]
)
def test_recipient_for_package(pack: Pack, dotted: str, expected: str | None) -> None:
    recipient = load([pack(RECIPIENTS)], default=False).recipient_for_package(dotted)
    assert (recipient.id if recipient else None) == expected


def test_covers(pack: Pack) -> None:
    text = """\
version: 1
data_types:
  - {id: x.wide, satisfies: [x.middle]}
  - {id: x.middle, satisfies: [y.narrow, x.wide]}
  - {id: y.narrow}
"""
    found = load([pack(text)])
    assert found.covers("x.wide", "x.wide")
    assert found.covers("x", "x.wide")
    assert found.covers("x.wide", "y.narrow"), "over two steps, in spite of the circle"
    assert not found.covers("y.narrow", "x.wide")
    assert not found.covers("y", "yy.narrow")


def test_annotations(catalog: Catalog) -> None:
    match = catalog.classify_annotation("pydantic.EmailStr")
    assert match is not None and match.data_type == "contact.email"
    assert catalog.classify_annotation("EmailStr") == match._replace(reason="annotated as EmailStr")
    assert catalog.classify_annotation("str") is None
