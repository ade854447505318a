"""Colours for a terminal: plain ANSI, and nothing at all unless asked for."""

from __future__ import annotations

_CODES = {"bold": "1", "red": "1;31", "yellow": "1;33", "blue": "1;34", "cyan": "1;36", "dim": "2"}

SEVERITY_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}


class Paint:
    """Called with a text and a style's name; returns the text as it is where colours are off."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, style: str) -> str:
        """``text`` in ``style`` (``bold``, ``red``, ``yellow``, ``blue``, ``cyan`` or ``dim``)."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._on and text else text
