"""A file as the LibCST nodes that the lowering reads, by way of Python's own parser.

LibCST parses a tenth as fast as Python does, and most of what it makes is white space and punctuation.  So a file is
parsed by Python, and its tree becomes the nodes that LibCST would have made, without anything that the lowering does
not look at (``nodes``).  Where Python's tree does not tell, or with a LibCST that was not tested, ``UnsureError`` is
raised and LibCST parses the file itself.  That both ways give the same IR is tested on real files.
"""

from __future__ import annotations

import ast
import warnings

import libcst as cst
from libcst import _version

from privlint.lower.quick.nodes import UnsureError

__all__ = ["TESTED", "UnsureError", "module_of"]

TESTED = frozenset({"1.9.0"})
"""Versions of LibCST with which the nodes were compared."""


def module_of(text: str) -> cst.Module:
    """The module; raises ``UnsureError``."""
    if _version.__version__ not in TESTED:
        raise UnsureError(f"LibCST {_version.__version__}")
    from privlint.lower.quick.converter import Converter  # late: its tables are of the classes of a tested LibCST

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        module: cst.Module = Converter(text).module(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError, KeyError, AttributeError) as error:
        raise UnsureError(f"{type(error).__name__}: {error}") from None
    return module
