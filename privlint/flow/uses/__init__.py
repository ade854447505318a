"""What becomes of collected data, seen over the whole program once its flows are known.

``examine`` completes the facts: what of the data that is taken in nobody uses, what is taken as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.uses.handing import Handing
from privlint.flow.uses.payloads import payloads
from privlint.flow.uses.unused import demanded, unused
from privlint.model.facts import Facts

if TYPE_CHECKING:
    from privlint.flow.solve import Solver

__all__ = ["Handing", "examine"]


def examine(solver: Solver, facts: Facts) -> None:
    """Add to the facts what the uses of the collected data tell."""
    names = solver.names
    facts.collections = demanded(solver, names, facts.collections)
    facts.unused = unused(solver, names, facts.collections, facts.flows)
    facts.payloads = payloads(solver, names)
