"""Entries are put into a declaration, and everything else in it stays as it was."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from privlint.declaration import DeclarationError
from privlint.declaration.entries import scalar
from privlint.declaration.writing import added, begun
from privlint.model.declaration import DeclaredRecipient
from privlint.model.draft import Draft, DraftCollects, DraftReceives, DraftRecipient
from privlint.model.location import Location, Span

PHONE = DraftCollects("contact.phone", "Phone", ("orders",), None, "a.py:1 (phone)")
RECEIVES = (DraftReceives("contact.email", "masked", "analytics", "b.py:2 (f)"),)
ACME = DraftRecipient("Acme: #1", "sms", "NO", ("*.acme.example",), (), RECEIVES)
BOTH = Draft((PHONE,), (ACME,))
NEW_PHONE = {"data": "contact.phone", "purposes": ["orders"]}
NEW_ACME = {
    "name": "Acme: #1",
    "match": {"hosts": ["*.acme.example"]},
    "country": "NO",
    "receives": [{"data": "contact.email", "form": "masked", "purpose": "analytics"}],
}


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\n",
        "version: 1",
        "version: 1\ncollects:\nrecipients:\n",
        "version: 1\ncollects: []   # none yet\nrecipients: ~\ninternal: {hosts: [a.example]}\n",
        "version: 1\nrecipients: [{name: Old}]\ncollects: [{data: contact.email}] # old\n",
        "version: 1\ncollects:\n- data: contact.email\n  # of the login\n\n# next\nrecipients:\n- {name: Old} # x\n",
        "version: 1\ncollects:\n      - data: contact.email\n        purposes:\n          - a\n          - b  # c\n      # d\n# e\n",
        "version: 1\r\ncollects:\r\n  - data: contact.email\r\nrecipients:\r\n  - name: Old\r\n",
        "version: 1\nrecipients:\n  - name: Old\n    receives:\n      - data: contact.email\n        purpose: |\n          long\n\ncollects:\n  [\n    {data: contact.email},\n  ]\n",
        "version: 1\ninternal: &a {hosts: [x.example]}\ncollects:\n  - &b {data: contact.email}\n  - *b\nrecipients: [&c {name: A}, *c]\n",
        "version: 1\ncollects: [\n  {data: contact.email},\n  {data: account.user_id}\n]\n",
    ],
)
def test_entries_are_added_and_the_rest_stays(text: str) -> None:
    read = YAML(typ="safe", pure=True).load
    before = read(text)
    written = added(text, BOTH, "privacy.yml")
    after = read(written)
    assert after["collects"] == [*(before.get("collects") or []), NEW_PHONE]
    assert after["recipients"] == [*(before.get("recipients") or []), NEW_ACME]
    assert {key: value for key, value in after.items() if key not in ("collects", "recipients")} == {
        key: value for key, value in before.items() if key not in ("collects", "recipients")
    }
    end = "\r\n" if "\r\n" in text else "\n"
    for line in text.split(end):
        comment = line.partition("#")[2]
        assert not comment or comment in written
    assert written.count("\n") == written.count(end)


@pytest.mark.parametrize(
    "recipients",
    [
        "  - name: Acme\n",
        "  - name: Acme\n    receives:\n",
        "  - name: Acme\n    receives: []\n    country: DE\n",
        "  - name: Acme\n    receives:\n      - data: contact.phone  # why\n    country: DE\n  - name: Other\n",
        "  - name: Acme\n    receives: [{data: contact.phone}]\n  - name: Other\n",
        "  - {name: Acme}\n",
        "  - {name: Acme, receives: []}\n  - {name: Other}\n",
        "  - {name: Acme, receives: [{data: contact.phone}], country: DE}\n",
    ],
)
def test_what_a_recipient_receives_is_added_to(recipients: str) -> None:
    text = f"version: 1\nrecipients:\n{recipients}# end\n"
    column = 5
    place = Location("privacy.yml", Span(3, column, 3, 9))
    known = DeclaredRecipient("Acme", (), (), None, None, (), place)
    draft = Draft((), (DraftRecipient("Acme", None, None, (), (), RECEIVES, known=known),))
    read = YAML(typ="safe", pure=True).load
    before, after = read(text)["recipients"], read(added(text, draft, "privacy.yml"))["recipients"]
    assert after[0]["receives"] == [*(before[0].get("receives") or []), *NEW_ACME["receives"]]
    assert [{k: v for k, v in each.items() if k != "receives"} for each in after] == [
        {k: v for k, v in each.items() if k != "receives"} for each in before
    ]
    assert after[1:] == before[1:]


def test_an_entry_of_another_file_is_left_alone() -> None:
    known = DeclaredRecipient("Acme", (), (), None, None, (), Location("company.yml", Span(3, 5, 3, 9)))
    draft = Draft((), (DraftRecipient("Acme", None, None, (), (), RECEIVES, known=known),))
    text = "version: 1\nrecipients:\n  - name: Acme\n"
    assert added(text, draft, "privacy.yml") == text


def test_a_first_one() -> None:
    text = begun(Draft((PHONE,), (ACME,), ("x.py:3 (send): contact.email\nversion: 9",)))
    found = YAML(typ="safe", pure=True).load(text)
    assert found == {"version": 1, "controller": None, "collects": [NEW_PHONE], "recipients": [NEW_ACME]}
    assert "#   x.py:3 (send): contact.email version: 9" in text or "# x.py:3 (send): contact.email version: 9" in text


def test_in_braces_nothing_can_be_added() -> None:
    with pytest.raises(DeclarationError, match="in lines only"):
        added("{version: 1}", BOTH, "privacy.yml")


@pytest.mark.parametrize(
    "text",
    ["a", "NO", "no", "true", "null", "~", "1", "1.5", "- a", "a: b", "a #b", "*x", "&x", "é", "神策", "'", '"', "\\", "a\tb", "[", "@a", "%", " a", "a ", "0x1f", "1e3", "2020-01-01", "\u2028", "a\x07"],
)  # fmt: skip
def test_scalars_are_read_back(text: str) -> None:
    assert YAML(typ="safe", pure=True).load(f"x: [{scalar(text)}]")["x"] == [text]
