"""Finding the Python files of a project, decoding them, and reading the comments that suppress findings.

The files under analysis may be hostile: nothing here follows a symbolic link out of a tree, opens anything but a
regular file, or reads without a bound.
"""

from privlint.source.coverage import coverage
from privlint.source.decode import MAX_BYTES, decode, decoded
from privlint.source.discover import Found, Listing, SourceError, discover, find
from privlint.source.gitignore import repository
from privlint.source.globs import Globs
from privlint.source.suppress import suppression
from privlint.source.templates import Templates
from privlint.source.texts import Texts

__all__ = [
    "MAX_BYTES",
    "Found",
    "Globs",
    "Listing",
    "SourceError",
    "Templates",
    "Texts",
    "coverage",
    "decode",
    "decoded",
    "discover",
    "find",
    "repository",
    "suppression",
]
