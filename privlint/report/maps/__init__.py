"""The data map as text: a page, a diagram, an object for scripts; the lists that the law asks for are ``registers``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from privlint.model.datamap import DataMap
from privlint.report.maps import html, json, mermaid

__all__ = ["MAP_FORMATS", "render_map"]

MAP_FORMATS: Mapping[str, Callable[[DataMap], str]] = MappingProxyType(
    {"html": html.render, "json": json.render, "mermaid": mermaid.render}
)
"""The renderers of a whole map by the name of their format."""


def render_map(data_map: DataMap, format: str) -> str:
    """Write a map in the format of that name: same map, same bytes.  Raises ``ValueError`` for an unknown format."""
    try:
        render = MAP_FORMATS[format]
    except KeyError:
        raise ValueError(f"unknown format {format!r}: choose one of {', '.join(MAP_FORMATS)}") from None
    return render(data_map)
