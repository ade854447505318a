"""A line on the terminal that says how far a run has come, and goes when it is over."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_WIDTH = 24
_DELAY = 0.5  # seconds: what takes less needs no line
_PAUSE = 0.1  # between two drawings


class Progress:
    """Draws on standard error where that is a terminal, else does nothing; a context manager."""

    def __init__(self, wanted: bool) -> None:
        self._drawn = 0
        self._wanted = wanted and sys.stderr.isatty()
        self._next = time.monotonic() + _DELAY

    def __call__(self, what: str, done: int, total: int) -> None:
        """Some of what is to be done is done; ``total`` 0: nobody knows how much it is."""
        now = time.monotonic()
        if not self._wanted or (now < self._next and total):
            return
        self._next = now + _PAUSE
        text = what
        if total:
            filled = min(done * _WIDTH // total, _WIDTH)
            text = f"{what} [{'#' * filled}{'-' * (_WIDTH - filled)}] {min(done * 100 // total, 100):3d}%"
        self._draw(text)

    def _draw(self, text: str) -> None:
        sys.stderr.write(f"\r{text}{' ' * (self._drawn - len(text))}")
        sys.stderr.flush()
        self._drawn = len(text)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._draw("")
            sys.stderr.write("\r")
            sys.stderr.flush()
