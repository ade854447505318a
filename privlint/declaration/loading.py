"""A whole declaration: a file with all that it ``extends``, merged into one.

Files are merged in the order in which they are named, the extending file last.  What a later one says of a kind of
data (``collects``, ``automated_decisions``) or of a recipient (by name) takes the place of all that earlier ones say
of it, other entries are added.  Of the controller, the app type and the laws the last word holds; patterns of one's
own (``internal``, ``consent``, ``exports``) add up.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from privlint.declaration.errors import DeclarationError
from privlint.declaration.reading import Extended, Known, read_one
from privlint.declaration.vocabulary import LAWS, default_laws
from privlint.model.declaration import Declaration
from privlint.model.location import Location

MAX_FILES = 64
MAX_DEPTH = 16

_Entry = TypeVar("_Entry")


def load(
    path: Path,
    shown: str | None = None,
    *,
    types: Collection[str],
    app_types: Collection[str],
    recipients: Collection[str] = (),
    laws: Collection[str] = tuple(LAWS),
    text: str | None = None,
) -> Declaration:
    """Read a declaration and what it extends.

    Args:
        path: the file.
        shown: how results and messages call the file, by default as in ``path``.
        types: ids of all data types that may be named; their categories may be, too.  Empty: any id goes.
        app_types: ids of all app types.  Empty: any id goes.
        recipients: names and ids of the recipients that need no ``match``; used to notice a misspelled one.
        laws: the laws whose articles can be cited.
        text: stands for what is in the file.

    Raises:
        DeclarationError: a file cannot be read, says something that privlint does not understand, or extends itself.
    """
    name = shown if shown is not None else path.as_posix()
    known = Known(frozenset(types) | {each.partition(".")[0] for each in types}, app_types, recipients, laws)
    found = _Loader(known).load(path, name, (), text)
    return replace(found, laws=found.laws or default_laws(found.country))


class _Loader:
    """Reads each file once, however often it is extended."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._done: dict[str, Declaration] = {}

    def load(self, path: Path, shown: str, below: tuple[str, ...], text: str | None = None) -> Declaration:
        """The declaration in ``path``; ``below`` are the files on the way that extend it."""
        identity = os.path.realpath(path)
        if identity not in self._done:
            own, extends = read_one(path, shown, self._known, text)
            for each in reversed(extends):
                own = merged(self._extended(each, path, shown, (*below, identity)), own)
            self._done[identity] = own
        return self._done[identity]

    def _extended(self, each: Extended, path: Path, shown: str, below: tuple[str, ...]) -> Declaration:
        target = path.parent / each.path
        identity = os.path.realpath(target)
        if identity in below:
            what = "itself" if identity == below[-1] else f"{each.path!r}, which extends this file"
            raise _error(each, f"the declaration extends {what}")
        if not target.is_file():
            raise _error(each, f"{each.path!r} is not there (paths are relative to this file)")
        if len(below) > MAX_DEPTH or len(self._done) + len(below) > MAX_FILES:
            raise _error(each, f"extends more than {MAX_FILES} files, or more than {MAX_DEPTH} levels deep")
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(shown), Path(each.path).as_posix()))
        return self.load(target, inside, below)


def merged(base: Declaration, own: Declaration) -> Declaration:
    """``base`` with what ``own``, which extends it, says otherwise or besides."""
    keys = dict(base.keys)
    keys.update(own.keys)
    return Declaration(
        path=own.path,
        controller=own.controller or base.controller,
        country=own.country or base.country,
        app_type=own.app_type or base.app_type,
        laws=own.laws or base.laws,
        collects=_overlaid(base.collects, own.collects, lambda each: each.data),
        recipients=_overlaid(base.recipients, own.recipients, lambda each: each.name.casefold()),
        automated_decisions=_overlaid(base.automated_decisions, own.automated_decisions, lambda each: each.data),
        internal_hosts=_both(base.internal_hosts, own.internal_hosts),
        internal_packages=_both(base.internal_packages, own.internal_packages),
        consent_checks=_both(base.consent_checks, own.consent_checks),
        access_controls=_both(base.access_controls, own.access_controls),
        audit=_both(base.audit, own.audit),
        contact=own.contact or base.contact,
        representative=own.representative or base.representative,
        dpo=own.dpo or base.dpo,
        security=_both(base.security, own.security),
        keys=tuple(keys.items()),
        files=tuple(dict.fromkeys((*own.files, *base.files))),
    )


def _overlaid(base: Iterable[_Entry], own: tuple[_Entry, ...], key: Callable[[_Entry], str]) -> tuple[_Entry, ...]:
    """The entries of ``base`` that ``own`` says nothing of, and all of ``own``."""
    known = {key(each) for each in own}
    return (*(each for each in base if key(each) not in known), *own)


def _both(base: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*base, *own)))


def _error(each: Extended, message: str) -> DeclarationError:
    place: Location = each.location
    return DeclarationError(place.path, place.span.line, place.span.column, message)
