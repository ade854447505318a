"""Sinks: what of a call's arguments leaves or is exposed, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from privlint.flow.frame import Frame
from privlint.flow.values import Hop, Lit, Mark, Obj, Prefix, Value, hop
from privlint.flow.wholes import collect
from privlint.model.data import Confidence
from privlint.model.facts import Target
from privlint.model.rules import ArgSpec, SinkRule

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

TEXTUAL = frozenset({"log", "console", "exception", "url"})
_LOCAL = ("localhost", "127.", "0.0.0.0", "[::1]", "::1")


def report_call(fr: Frame, callee: Callee, args: Arguments, rule: SinkRule, confidence: Confidence) -> None:
    """What reaches a sink that is a call."""
    from privlint.flow.library import chosen

    given = chosen(fr, callee, args, rule.args)
    if not given:
        return
    hosts, secure = _address(fr, callee, args, rule)
    seen: set[int] = set()
    for value, n, words in given:
        if n in seen and words.isdigit() is False and words not in ("*", "**"):
            continue
        seen.add(n)
        marks = collect(fr, value, 1 if rule.kind in TEXTUAL else 2)
        if not marks:
            continue
        site = fr.site(n)
        target = Target(
            site,
            fr.site(callee.n),
            rule.kind,
            callee.shown or callee.last,
            fr.fn.dotted,
            rule.recipient,
            hosts,
            _package(fr, callee),
            secure,
            words,
            confidence,
        )
        fr.sink(arriving(marks, fr, n, callee.shown or callee.last, rule.kind), target)


def arriving(marks: dict[Mark, Hop | None], fr: Frame, n: int, callee: str, kind: str) -> dict[Mark, Hop | None]:
    """The marks with the sink as their last hop."""
    return {mark: hop(way, fr.site(n), f"sink {kind}", callee) for mark, way in marks.items()}


def _package(fr: Frame, callee: Callee) -> str | None:
    head = callee.text.partition(".")[0]
    return head or None


def _address(fr: Frame, callee: Callee, args: Arguments, rule: SinkRule) -> tuple[tuple[str, ...], bool | None]:
    secure: bool | None = None
    for name, bad in rule.insecure_when:
        found = args.at(fr, -1, name)
        if found is not None and any(isinstance(a, Lit) and a.value == bad for a in found[0].atoms):
            secure = False
    if rule.url is None:
        return (), secure
    hosts: set[str] = set()
    for value, _, _ in _url_arguments(fr, callee, args, rule.url):
        for text in address_texts(fr, value):
            host, plain = host_of(text)
            if host:
                hosts.add(host)
                if plain and not host.startswith(_LOCAL):
                    secure = False
    return tuple(sorted(hosts)), secure


def _url_arguments(fr: Frame, callee: Callee, args: Arguments, spec: ArgSpec) -> list[tuple[Value, int, str]]:
    from privlint.flow.library import chosen

    return chosen(fr, callee, args, spec)


def address_texts(fr: Frame, value: Value) -> list[str]:
    """The strings, or beginnings of strings, that an address may be; a parameter's is asked of the caller."""
    out: list[str] = []
    for atom in value.ordered:
        if isinstance(atom, Lit) and isinstance(atom.value, str):
            out.append(atom.value)
        elif isinstance(atom, Prefix):
            if "/" in atom.text.partition("://")[2]:  # else the host itself may go on
                out.append(atom.text)
        elif isinstance(atom, Obj) and atom.id[0] == "s":
            path = atom.id[2]
            assert isinstance(path, tuple)
            fr.summary.needs.add((int(str(atom.id[1])), path))
    return out


def host_of(text: str) -> tuple[str, bool]:
    """The host of an address of which at least the beginning is known, and whether its transport is unprotected."""
    if "://" not in text:
        return "", False
    scheme, _, rest = text.partition("://")
    cut = min((rest.find(c) for c in "/?#" if c in rest), default=-1)
    try:
        host = urlsplit(f"{scheme}://{rest[:cut] if cut >= 0 else rest}").hostname or ""
    except ValueError:
        return "", False
    return host, scheme.lower() in ("http", "ftp", "ws")
