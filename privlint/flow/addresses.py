"""Addresses: to which host something is sent, and whether over a protected transport.

An address is an argument of the sending call, or it was given when a client was made: then the client is an
``Address`` as well as what else it is (``httpx.Client(base_url=...)``), and so is what is read off the client.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from privlint.flow.access import store
from privlint.flow.conditions import matches, setting
from privlint.flow.frame import Frame
from privlint.flow.items import element
from privlint.flow.values import TRUE, Address, Atom, Inst, Lit, Obj, Prefix, Value, of, symbolic
from privlint.model.rules import ArgSpec, ConnectionRule, SinkRule

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_PLAIN = frozenset({"http", "ftp", "ws", "smtp", "tcp"})
# A beginning of an address that tells the host: a path follows, or what is there ends as a host's name does
# (``https://api.partner.example`` + path); of ``https://eu`` and ``https://api.eu-`` more of the host is to come.
_HOST_ENDS = re.compile(r"://([^/]+/|[^/?#]+\.[a-z]{2,}(:\d*)?$)", re.IGNORECASE)
_LOCAL = ("localhost", "127.", "0.0.0.0", "[::1]", "::1")
_HELD, _SECURED = ".%address", ".%secured"  # labels of an object: its address, and that its transport is protected now


def connected(fr: Frame, callee: Callee, args: Arguments, rule: ConnectionRule) -> frozenset[Address]:
    """The addresses that the call's result has by a rule; those of its receiver are kept with the receiver."""
    if rule.secures:
        if callee.receiver is not None:
            store(fr, callee.receiver, _SECURED, TRUE)
        return frozenset()
    found: set[Address] = set()
    for value in _given(fr, callee, args, rule.address):
        texts = address_texts(fr, value)
        if rule.scheme == "url":  # it is made of an address, not of a host's name
            texts = [text for text in texts if "://" in text]
        found |= {Address(_with_scheme(text, rule.scheme), True) for text in texts}
        found |= {atom for atom in value.atoms if isinstance(atom, Address)}
    if _insecure(fr, None, args, rule.insecure_when):
        found.add(Address("", False))
    if rule.receiver and callee.receiver is not None and found:
        store(fr, callee.receiver, _HELD, Value(frozenset(found)), strong=False)
    return frozenset() if rule.receiver else frozenset(found)


def answered(fr: Frame, callee: Callee, args: Arguments, url: ArgSpec) -> frozenset[Inst]:
    """What a request is answered with by what its address says: somebody's profile by ``/oauth2/v3/userinfo``."""
    texts = [text for value in _given(fr, callee, args, url) for text in address_texts(fr, value)]
    return frozenset(Inst(name) for pattern, name in fr.catalog.index.answers if any(map(pattern.match, texts)))


def hosts_of(fr: Frame, callee: Callee, args: Arguments, rule: SinkRule) -> tuple[tuple[str, ...], bool | None]:
    """The hosts that a sink sends to, and False where the transport is known to be unprotected."""
    secure: bool | None = False if _insecure(fr, callee.receiver, args, rule.insecure_when) else None
    if rule.url is None:
        return (), secure
    hosts: set[str] = set()
    for value in (*_given(fr, callee, args, rule.url), *_addressed(fr, callee, args, rule)):
        for text in address_texts(fr, value):
            host, plain = host_of(text)
            if host:
                hosts.add(host)
            if host and plain and not host.startswith(_LOCAL) and not _secured(fr, value, text):
                secure = False
        if any(not atom.secure for atom in _addresses(fr, value)):
            secure = False
    return tuple(sorted(hosts)), secure


def _addressed(fr: Frame, callee: Callee, args: Arguments, rule: SinkRule) -> list[Value]:
    """What a message says itself of whom it is for."""
    if not rule.sent_to:
        return []
    messages = [
        fr.object(a.id) for value in _given(fr, callee, args, rule.args) for a in value.ordered if isinstance(a, Obj)
    ]
    return [
        message.fields[label]
        for message in messages
        for name in rule.sent_to
        if (label := f"[{name!r}]") in message.fields
    ]


def address_texts(fr: Frame, value: Value) -> list[str]:
    """The strings, or beginnings of strings, that an address may be; a parameter's is asked of the caller."""
    out: list[str] = []
    for atom in value.ordered:
        if isinstance(atom, Lit) and isinstance(atom.value, str):
            out.append(atom.value)
        elif isinstance(atom, Prefix):
            if _HOST_ENDS.search(atom.text):
                out.append(atom.text)
        elif isinstance(atom, Obj) and atom.id[0] == "s":
            fr.need_address(symbolic(atom.id))
        elif isinstance(atom, Obj) and fr.object(atom.id).kind in ("list", "tuple", "set"):
            out += [a.value for a in element(fr, value).atoms if isinstance(a, Lit) and isinstance(a.value, str)]
    out += [atom.text for atom in _addresses(fr, value) if atom.text]
    return sorted(out)


def host_of(text: str) -> tuple[str, bool]:
    """The host of an address of which at least the beginning is known, and whether its transport is unprotected.

    An e-mail address is at its domain.
    """
    if "://" not in text:
        _, at, domain = text.strip(" >").rpartition("@")
        return (domain.lower(), False) if at and "." in domain and not set(domain) & set(" /{%") else ("", False)
    scheme, _, rest = text.partition("://")
    cut = min((rest.find(c) for c in "/?#" if c in rest), default=-1)
    try:
        host = urlsplit(f"{scheme}://{rest[:cut] if cut >= 0 else rest}").hostname or ""
    except ValueError:
        return "", False
    return host, scheme.lower() in _PLAIN


def _addresses(fr: Frame, value: Value) -> set[Address]:
    found = {atom for atom in value.atoms if isinstance(atom, Address)}
    for atom in value.ordered:
        if isinstance(atom, Obj) and (held := fr.object(atom.id).fields.get(_HELD)) is not None:
            found |= {inner for inner in held.atoms if isinstance(inner, Address)}
    return found


def _secured(fr: Frame, value: Value, text: str) -> bool:
    """Whether a transport that begins in the clear was protected since, or may have been where nobody looked."""
    if not text.lower().startswith("smtp://"):
        return False
    objects = [atom for atom in value.ordered if isinstance(atom, Obj)]
    return not objects or any(a.id[0] == "s" or _SECURED in fr.object(a.id).fields for a in objects)


def _insecure(fr: Frame, receiver: Value | None, args: Arguments, bad: tuple[tuple[str, object], ...]) -> bool:
    """Whether an argument, or a setting of the receiver (``session.verify = False``), switches protection off."""
    for name, value in bad:
        found = args.at(fr, -1, name)
        if found is not None:
            held = found[0]
        elif receiver is not None:
            held = setting(fr, receiver, name)
        else:
            continue
        if matches(fr, held, value) and not any(_leaves_on(fr, atom, value) for atom in held.atoms):
            return True
    return False


def _leaves_on(fr: Frame, atom: Atom, bad: object) -> bool:
    """Whether one of the things that a setting may be is another than what switches protection off."""
    known = not isinstance(atom, Obj) or atom.id[0] == "o"  # what a caller passes is not known
    return known and not matches(fr, of(atom), bad)


def _with_scheme(text: str, scheme: str) -> str:
    """A bare host becomes an address; where nothing says how it is reached, protected."""
    return text if "://" in text else f"{scheme or 'https'}://{text}/"


def _given(fr: Frame, callee: Callee, args: Arguments, spec: ArgSpec) -> list[Value]:
    from privlint.flow.library import chosen

    return [value for value, _, _ in chosen(fr, callee, args, spec)]
