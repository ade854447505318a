"""``privacy.yml``: looked up, read, and turned into a ``Declaration`` whose entries know their lines."""

from privlint.declaration.errors import DeclarationError
from privlint.declaration.lookup import find
from privlint.declaration.reading import load
from privlint.declaration.schema import schema

__all__ = ["DeclarationError", "find", "load", "schema"]
