"""Linking: which module, class or function a name means, over all files, without running any of them.

``link`` is the way in.  ``imports`` finds modules, ``scan`` reads the bindings off a lowered body, ``program`` holds
the linked whole, ``classes`` the order of bases, ``testcode`` tells which files are a program's tests.
"""

from __future__ import annotations

from privlint.resolve.program import link
from privlint.resolve.testcode import without_tests

__all__ = ["link", "without_tests"]
