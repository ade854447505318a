"""What privlint knows of the world: rule packs as typed tables, and which data type a name is taken for.

``load`` reads ``rules/`` (and the packs of a user) into a ``Catalog``; the format is described in ``rules/README.md``.
"""

from privlint.catalog.catalog import Catalog
from privlint.catalog.errors import CatalogError
from privlint.catalog.examples import Example, examples
from privlint.catalog.index import CallRules, RuleIndex
from privlint.catalog.loader import load
from privlint.catalog.packs import shipped
from privlint.catalog.paths import match_path

__all__ = [
    "CallRules",
    "Catalog",
    "CatalogError",
    "Example",
    "RuleIndex",
    "examples",
    "load",
    "match_path",
    "shipped",
]
