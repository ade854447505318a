"""What a change does to the flows of personal data: the difference of two data maps."""

from __future__ import annotations

from dataclasses import dataclass

from privlint.model.data import DataType
from privlint.model.datamap import DataMap, Receiver, Shared


@dataclass(frozen=True, slots=True)
class Weakened:
    """An edge that was there before and is less protected now."""

    edge: Shared  # as it is now, with the places that are less protected
    type: DataType
    receiver: Receiver
    before: str  # the form or transport that was seen before
    now: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new and what is gone, each a map of that alone: collected fields, edges, kinds of places where data is
    kept, and the receivers that they name."""

    revision: str  # as it was asked for
    commit: str
    added: DataMap
    removed: DataMap
    weakened: tuple[Weakened, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def adds(self) -> bool:
        """Whether anything was added or is less protected."""
        return bool(self.added.collected or self.added.shared or self.added.kept or self.weakened)

    @property
    def removes(self) -> bool:
        """Whether anything is gone."""
        return bool(self.removed.collected or self.removed.shared or self.removed.kept)
