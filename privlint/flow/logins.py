"""Logging in: what code does so with itself, which is nobody's data; what an authorization header falls into."""

from __future__ import annotations

from privlint.flow import neighbours
from privlint.flow.frame import Frame
from privlint.flow.origins import make
from privlint.flow.values import Obj, Opaque, Value
from privlint.model.data import Confidence, NameMatch
from privlint.model.facts import Origin


def in_class(fr: Frame, value: Value, match: NameMatch) -> bool:
    """Whether an attribute that is taken for ``match`` is what a mailer, a connection, a build step logs in with."""
    if not fr.catalog.is_login(match.data_type):
        return False
    classes = [
        fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls
        for atom in value.ordered
        if isinstance(atom, Obj | Opaque)
    ]
    return bool(classes) and all(cls >= 0 and _connects(fr, cls) for cls in classes)


def _connects(fr: Frame, cls: int) -> bool:
    found = fr.solver.connecting.get(cls)
    if found is None:
        of_person = fr.catalog.is_person(fr.program.classes[cls].name)
        found = not of_person and fr.catalog.logs_in(sorted(fr.solver.assigned_names(cls)))
        fr.solver.connecting[cls] = found
    return found


def in_function(fr: Frame, match: NameMatch) -> bool:
    """Whether a parameter that is taken for ``match`` is given along with the server that it is for.

    What a command or a handler is given is somebody's: a function that is decorated.
    """
    if not fr.catalog.is_login(match.data_type) or (fr.ir.decorators and fr.fn.cls < 0):
        return False
    return fr.catalog.logs_in([param.name for param in fr.ir.params])


def in_keys(fr: Frame, match: NameMatch, owner: str) -> bool:
    """Whether an item that is taken for ``match`` is asked for along with the server that it is for."""
    return fr.catalog.is_login(match.data_type) and fr.catalog.logs_in(neighbours.keys(fr, owner))


# What a header that proves who somebody is falls into, by the names of its parts.
_PROOFS = frozenset(("authorization", "http_authorization", "proxy_authorization"))
_LOGINS = frozenset(("login", "user", "userid", "user_id", "uid", "name", "username"))
# The scheme, and programs that have names of their own, say of nobody who that is.
_SCHEMES = frozenset(
    (
        "client_id",
        "app_id",
        "consumer_key",
        "scheme",
        "auth_scheme",
        "auth_type",
        "type",
        "method",
        "kind",
        "realm",
        "prefix",
    )
)


def proved(fr: Frame, name: str, n: int, value: Value) -> Value:
    """What a part of an authorization header is kept as: a user name, a password, or the mere scheme."""
    proofs = {
        mark
        for mark in value.marks
        if isinstance(mark.source, Origin)
        and mark.source.data_type == "account.access_token"
        and mark.source.name.lower().replace("-", "_") in _PROOFS
    }
    if not proofs:
        return value
    match = fr.catalog.classify(name, "request")
    if name not in _LOGINS | _SCHEMES and (match is None or match.data_type != "account.password"):
        return value
    kept = {mark: way for mark, way in value.marks.items() if mark not in proofs}
    if name in _SCHEMES:
        return Value(value.atoms, kept)
    data_type = "account.username" if name in _LOGINS or match is None else match.data_type
    words = f"`{name}` is taken out of an authorization header"
    return Value(value.atoms, {**kept, **make(fr, n, data_type, name, "request", "user", Confidence.HIGH, words=words)})


__all__ = ["in_class", "in_function", "proved"]
