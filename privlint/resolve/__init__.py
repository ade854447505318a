"""Linking: which module, class or function a name means, over all files, without running any of them.

``link`` is the way in.  ``imports`` finds modules, ``scan`` reads the bindings off a lowered body, ``program`` holds
the linked whole, ``classes`` the order of bases.
"""

from __future__ import annotations

from privlint.resolve.program import link

__all__ = ["link"]
