"""Taint analysis: an abstract interpreter with summaries over the linked program.

``trace`` is the way in, and ``mentions`` for what is named without flowing; ``values`` is the abstract domain,
``heap`` the abstract memory, ``transfer`` the meaning of the ops, ``calls`` and ``apply`` what happens at calls,
``library`` the meaning of code that is not there,
``solve`` the order in which functions are analysed, ``steps`` the words of a trace.
"""

from __future__ import annotations

from privlint.flow.mentions import mentions
from privlint.flow.solve import trace

__all__ = ["mentions", "trace"]
