"""``privlint catalogue``: search, show, check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

PACK = """\
version: 1
data_types:
  - id: contact.pager
    label: Pager number
    names: [pager, pager number]
    examples: {match: [pager_number], no_match: [pager_colour]}
sinks:
  - {function: acme.announce, kind: sdk, recipient: mixpanel, args: [0]}
examples:
  - name: a pager that is announced
    code: |
      import acme
      def register(request):
          acme.announce(request.pager_number)  # expect: PRV201 contact.pager
          acme.announce("nobody")
"""


@pytest.mark.parametrize(
    ("terms", "first"),
    [
        (["mixpanel"], "recipient  mixpanel "),
        (["contact.phone"], "data type  contact.phone "),
        (["phone", "number"], "data type  contact.phone "),
        (["网络约车"], "app type  ride_hailing "),
        (["requests.post"], "sink  requests.post "),
        (["PIPL"], "law  PIPL "),
    ],
)
def test_search_shows_what_is_called_so_first(terms: list[str], first: str, run: Run) -> None:
    ran = run("catalogue", "search", *terms)
    assert ran.status == 0
    assert " ".join(ran.out.splitlines()[0].split()).startswith(" ".join(first.split()))


def test_search_says_what_it_leaves_out(run: Run) -> None:
    ran = run("catalogue", "search", "email", "--most", "2")
    assert len(ran.out.splitlines()) == 3
    assert "more (--most" in ran.out.splitlines()[2]


def test_search_for_what_is_not_known(run: Run) -> None:
    ran = run("catalogue", "search", "zzzyx")
    assert (ran.status, ran.out) == (0, "")
    assert "nothing is known" in ran.err
    assert json.loads(run("catalogue", "search", "zzzyx", "-f", "json").out) == []


def test_show_a_data_type_a_recipient_and_a_call(run: Run) -> None:
    phone = run("catalogue", "show", "contact.phone")
    assert phone.status == 0
    assert "手机号" in phone.out and "user.contact.phone_number" in phone.out
    recipient = run("catalogue", "show", "Mixpanel").out
    assert "api.mixpanel.com" in recipient and "mixpanel.Mixpanel.track (every argument)" in recipient
    assert "http: arguments" in run("catalogue", "show", "requests.post").out
    assert json.loads(run("catalogue", "show", "ride-hailing", "-f", "json").out)[0]["id"] == "ride_hailing"


def test_show_names_the_nearest(run: Run) -> None:
    ran = run("catalogue", "show", "contact.phon")
    assert ran.status == 2
    assert "contact.phone" in ran.err


def test_check_runs_the_examples_of_a_pack(project: Path, run: Run) -> None:
    (project / "mine.yml").write_text(PACK, encoding="utf-8")
    ran = run("catalogue", "check", "mine.yml")
    assert (ran.status, ran.out) == (0, "1 example and 2 names tried: all come out\n")


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        (
            "args: [0]",
            "args: [1]",
            "mine.yml:10: a pager that is announced: example.py:3: expected PRV201 contact.pager",
        ),
        ('announce("nobody")', "announce(request.email)", "example.py:4: found PRV201 contact.email, not expected"),
        (
            "no_match: [pager_colour]",
            "no_match: [pager]",
            "mine.yml:6: pager: expected not to be taken for contact.pager",
        ),
        ("match: [pager_number]", "match: [beeper]", "mine.yml:6: beeper: expected to be taken for contact.pager"),
    ],
)
def test_check_says_what_does_not_come_out(right: str, wrong: str, reason: str, project: Path, run: Run) -> None:
    (project / "mine.yml").write_text(PACK.replace(right, wrong), encoding="utf-8")
    ran = run("catalogue", "check", "mine.yml")
    assert ran.status == 1
    assert reason in ran.out
    assert "1 failure" in ran.out


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("args: [0]", "argz: [0]", "mine.yml:8:"),
        ("recipient: mixpanel", "recipient: mixpannel", "did you mean 'mixpanel'"),
    ],
)
def test_check_of_a_pack_that_cannot_be_used(right: str, wrong: str, reason: str, project: Path, run: Run) -> None:
    (project / "mine.yml").write_text(PACK.replace(right, wrong), encoding="utf-8")
    ran = run("catalogue", "check", "mine.yml")
    assert ran.status == 2
    assert reason in ran.err


@pytest.mark.parametrize("path", ["../outside.py", "/outside.py", "a/../../outside.py", "..\\outside.py"])
def test_an_example_cannot_write_outside(path: str, project: Path, run: Run) -> None:
    example = f"version: 1\nexamples:\n  - {{name: out, files: {{'{path}': 'x = 1'}}}}\n"
    (project / "mine.yml").write_text(example, encoding="utf-8")
    ran = run("catalogue", "check", "mine.yml")
    assert ran.status == 2
    assert "leads out of it" in ran.err


def test_check_notes_what_is_odd(project: Path, run: Run) -> None:
    rule = "version: 1\nsinks:\n  - {method: logging.Logger.info, kind: log, args: ['*', extra]}\n"
    (project / "mine.yml").write_text(rule, encoding="utf-8")
    ran = run("catalogue", "check", "mine.yml")
    assert ran.status == 0
    assert "note: mine.yml: has rules and no example of them" in ran.out
