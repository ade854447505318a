"""What privlint knows of the world: rule packs as typed tables, and which data type a name is taken for.

``load`` reads ``rules/`` (and the packs of a user) into a ``Catalog``; the format is described in ``rules/README.md``.
"""

from privlint.catalog.catalog import Catalog
from privlint.catalog.entries import Entry, entries, find, search
from privlint.catalog.errors import CatalogError
from privlint.catalog.examples import Example, NameExample, examples, name_examples, without_examples
from privlint.catalog.index import CallRules, RuleIndex
from privlint.catalog.loader import load
from privlint.catalog.packs import shipped
from privlint.catalog.paths import match_path

__all__ = [
    "CallRules",
    "Catalog",
    "CatalogError",
    "Entry",
    "Example",
    "NameExample",
    "RuleIndex",
    "entries",
    "examples",
    "find",
    "load",
    "match_path",
    "name_examples",
    "search",
    "shipped",
    "without_examples",
]
