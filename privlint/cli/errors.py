"""Errors that are the user's to mend: a message for each, and exit status 2."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable


class CommandError(Exception):
    """What was asked cannot be done; the message says why, and names the place where there is one."""


# Errors of the stages that name a place in a file of the user's, by the module that defines them.  A stage that was
# never imported cannot have raised one, so nothing is imported to find out.
_USER_ERRORS = (
    ("privlint.source.discover", "SourceError"),
    ("privlint.source.revision", "RevisionError"),
    ("privlint.catalog.errors", "CatalogError"),
    ("privlint.declaration", "DeclarationError"),
    ("privlint.policy.baseline", "BaselineError"),
)


def as_failure(error: Exception) -> str | None:
    """The message for an error that the user can mend, or None for one of privlint's own."""
    if isinstance(error, CommandError):
        return str(error)
    for module, name in _USER_ERRORS:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            return _placed(error)
    return None


def _placed(error: Exception) -> str:
    """``path:line:column: message`` for errors that carry these; their own text for others."""
    path, message = getattr(error, "path", None), getattr(error, "message", None)
    if path is None or message is None:
        return str(error)
    line, column = getattr(error, "line", 0), getattr(error, "column", 0)
    return f"{path}{f':{line}:{column}' if line else ''}: {message}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the known word nearest to ``word``, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
