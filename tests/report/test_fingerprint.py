"""Fingerprints: GitHub's algorithm to the letter, and stability when a file changes around a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privlint.model.location import Location, Span
from privlint.report.fingerprint import line_hashes, own_fingerprints

from .sample import LOG, SHARING, VIEWS


def rolling(text: str) -> dict[int, str]:
    """GitHub's description of the algorithm, unit by unit: the window of 100 units at each line's first unit."""
    encoded = text.encode("utf-16-le")
    units = [int.from_bytes(encoded[n : n + 2], "little") for n in range(0, len(encoded), 2)]
    kept: list[int] = []
    starts = [0]
    previous = 0
    for unit in units:
        skip = unit in (0x20, 0x09) or (unit == 0x0A and previous == 0x0D)
        previous = unit
        if skip:
            continue
        kept.append(0x0A if unit == 0x0D else unit)
        if kept[-1] == 0x0A:
            starts.append(len(kept))
    kept += [0xFFFF] + [0] * 100
    counts: dict[int, int] = {}
    hashes = {}
    for line, start in enumerate(starts, 1):
        value = 0
        for unit in kept[start : start + 100]:
            value = (value * 37 + unit) % 2**64
        counts[value] = counts.get(value, 0) + 1
        hashes[line] = f"{value:x}:{counts[value]}"
    return hashes


KNOWN = [
    ("", ["c129715d7a2bc9a3:1"]),
    (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
    ("same words in every line here\n" * 3, None),
    (VIEWS, None),
    (VIEWS.replace("\n", "\r\n"), None),
    ("a\r\rb\r\n\n \tc", None),
    ("𝄞 = '电话'\n" * 30, None),
    ("\n" * 250, None),
]


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_line_hashes_are_those_of_github(text: str, expected: list[str] | None) -> None:
    wanted = rolling(text)
    if expected is not None:
        assert list(wanted.values()) == expected
    assert line_hashes(text, range(1, len(wanted) + 5)) == wanted


def test_only_the_wanted_lines_are_hashed() -> None:
    everything = rolling(VIEWS)
    assert line_hashes(VIEWS, {12, 999}) == {12: everything[12]}
    assert line_hashes(VIEWS, set()) == {}


def test_line_hash_stays_when_lines_are_inserted_above() -> None:
    below = "# something new\n\n" + VIEWS
    assert line_hashes(VIEWS, {13})[13] == line_hashes(below, {15})[15]
    assert line_hashes(VIEWS, {13})[13] != line_hashes(VIEWS.replace("mp.track", "mp.send"), {13})[13]


def test_own_fingerprint_does_not_depend_on_place_or_words() -> None:
    moved = replace(LOG, location=Location("app/views.py", Span(99, 1, 99, 2)), message="other words", flows=())
    assert own_fingerprints([LOG]) == own_fingerprints([moved])
    for other in (
        replace(LOG, code="PRV302"),
        replace(LOG, data_types=("contact.phone",)),
        replace(LOG, function="app.views.other"),
        replace(LOG, sink="print"),
        replace(LOG, recipient=SHARING.recipient),
    ):
        assert own_fingerprints([other]) != own_fingerprints([LOG])


def test_own_fingerprints_of_equal_findings_are_numbered_by_place() -> None:
    later = replace(LOG, location=Location("app/views.py", Span(99, 1, 99, 2)))
    first, second = own_fingerprints([LOG, later])
    assert own_fingerprints([later, LOG]) == [second, first]
    assert (first[:-1], first[-2:], second[-2:]) == (second[:-1], ":1", ":2")


def test_code_outside_of_functions_is_told_apart_by_file() -> None:
    here = replace(LOG, function="")
    there = replace(here, location=Location("app/other.py", LOG.location.span))
    assert own_fingerprints([here]) != own_fingerprints([there])
