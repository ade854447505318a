"""Entries of a declaration as YAML text: in lines, with comments, or in braces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from privlint.model.draft import DraftCollects, DraftDecision, DraftReceives, DraftRecipient

_PLAIN = re.compile(r"[^\W\d_][\w./@+-]*( [\w./@+-]+)*\Z")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_REVIEW = "to be reviewed"


def collects_lines(entry: DraftCollects) -> list[str]:
    """One entry of ``collects``, in lines without indentation."""
    label = f": {entry.label}" if entry.label else ""
    lines = [comment(f"{_REVIEW}{label}; seen at {entry.evidence}"), f"- data: {scalar(entry.data)}"]
    if entry.purposes:
        lines.append(f"  purposes: {flow_list(entry.purposes)}  # guess")
    else:
        lines.append("  # purposes: to be filled in")
    if entry.basis:
        lines.append(f"  basis: {entry.basis}  # guess: what the law asks for such data; do you have it?")
    return lines


def collects_flow(entry: DraftCollects) -> str:
    """One entry of ``collects``, in braces."""
    purposes = f", purposes: {flow_list(entry.purposes)}" if entry.purposes else ""
    basis = f", basis: {entry.basis}" if entry.basis else ""
    return f"{{data: {scalar(entry.data)}{purposes}{basis}}}"


def recipient_lines(entry: DraftRecipient) -> list[str]:
    """One entry of ``recipients``, in lines without indentation."""
    kind = f": {entry.kind.replace('-', ' ')}" if entry.kind else ""
    own = "" if entry.catalogued else "; one of your own belongs under 'internal' instead"
    lines = [comment(f"{_REVIEW}{kind}{own}"), f"- name: {scalar(entry.name)}"]
    if entry.hosts or entry.packages:
        lines.append(f"  match: {_match(entry)}")
    if entry.country:
        lines.append(f"  country: {entry.country}  # where the company is at home; where is the data?")
    else:
        lines.append("  # country: to be filled in")
    lines.append("  receives:")
    lines += [f"    {line}" for each in entry.receives for line in receives_lines(each)]
    return lines


def recipient_flow(entry: DraftRecipient) -> str:
    """One entry of ``recipients``, in braces."""
    match = f", match: {_match(entry)}" if entry.hosts or entry.packages else ""
    country = f", country: {entry.country}" if entry.country else ""
    receives = ", ".join(receives_flow(each) for each in entry.receives)
    return f"{{name: {scalar(entry.name)}{match}{country}, receives: [{receives}]}}"


def decision_lines(entry: DraftDecision) -> list[str]:
    """One entry of ``automated_decisions``, in lines without indentation."""
    guess = "  # guess" if entry.purpose else ""
    return [comment(f"{_REVIEW}; seen at {entry.evidence}"), f"- {decision_flow(entry)}{guess}"]


def decision_flow(entry: DraftDecision) -> str:
    """One entry of ``automated_decisions``, in braces."""
    purpose = f", purpose: {scalar(entry.purpose)}" if entry.purpose else ""
    return f"{{data: {scalar(entry.data)}{purpose}}}"


def receives_lines(entry: DraftReceives) -> list[str]:
    """One entry of ``receives``, in lines without indentation."""
    guess = "  # guess" if entry.purpose else ""
    if entry.basis:
        guess = "  # guess: no check of a consent was seen on the way; does the law ask for one?"
    return [comment(f"seen at {entry.evidence}"), f"- {receives_flow(entry)}{guess}"]


def receives_flow(entry: DraftReceives) -> str:
    """One entry of ``receives``, in braces."""
    purpose = f", purpose: {scalar(entry.purpose)}" if entry.purpose else ""
    basis = f", basis: {entry.basis}" if entry.basis else ""
    return f"{{data: {scalar(entry.data)}, form: {entry.form}{purpose}{basis}}}"


def _match(entry: DraftRecipient) -> str:
    parts = [(key, values) for key, values in (("hosts", entry.hosts), ("packages", entry.packages)) if values]
    return "{" + ", ".join(f"{key}: {flow_list(values)}" for key, values in parts) + "}"


def flow_list(values: Iterable[str]) -> str:
    """``[a, b]``."""
    return f"[{', '.join(map(scalar, values))}]"


def scalar(text: str) -> str:
    """A text as YAML reads it back; in quotes where it might be read as something else."""
    if _PLAIN.match(text) and text.isascii() and text.casefold() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def comment(text: str) -> str:
    """A comment of one line; what comes from the analysed code may be anything."""
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f"# {flat}"
