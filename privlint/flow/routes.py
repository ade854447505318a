"""Which parameters of a handler a route fills: those that its path names."""

from __future__ import annotations

import re

from privlint.catalog.paths import match_path
from privlint.flow.frame import Frame
from privlint.ir.module import Param

_PLACE = re.compile(r"<([^<>]+)>")
_ROUTERS = ["flask.**", "quart.**", "sanic.**", "bottle.**", "klein.**", "twisted.**"]
_REQUEST = frozenset({"request", "req", "_request"})


def filled(fr: Frame, param: Param) -> bool:
    """Whether the path given to the decorators of a handler fills a parameter, as far as that is known.

    Frameworks that take parameters from elsewhere too (``@router.get``) fill any.
    """
    ir = fr.ir
    texts = [text for text in fr.solver.decorator_texts(fr.fn) if "/" in text or "<" in text]
    if not texts or param.kind in ("*", "**") or param.name in _REQUEST:
        return True
    places = {name for text in texts for place in _PLACE.findall(text) for name in _ends(place)}
    routed = any(decorator.rpartition(".")[2] == "route" for decorator in ir.decorators) or any(
        match_path(pattern, path) for pattern in _ROUTERS for path in fr.solver.decorator_paths(fr.fn)
    )
    if not places and (not routed or any("{" in text or "/:" in text for text in texts)):
        return True
    return param.name in places


def _ends(place: str) -> tuple[str, str]:
    """Both sides of ``<int:name>`` and ``<name:int>``: which of them is the name depends on the framework."""
    first, _, rest = place.partition(":")
    return first.strip(), rest.rpartition(":")[2].strip()
