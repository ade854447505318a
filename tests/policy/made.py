"""Short hand for facts."""

from __future__ import annotations

from typing import Any

from privlint.model.data import Confidence, Protection
from privlint.model.facts import CollectionFact, Facts, FlowFact, Origin, Step, Target
from privlint.model.location import Site


def flow(
    data: str = "contact.email",
    kind: str = "http",
    *,
    at: int = 100,
    call: int | None = None,
    path: str = "app.py",
    origin: int = 10,
    name: str = "request.form['email']",
    subject: str | None = None,
    steps: int = 2,
    protection: Protection = Protection.CLEAR,
    confidence: Confidence = Confidence.HIGH,
    **target: Any,
) -> FlowFact:
    """Data that enters at node ``origin`` and reaches the argument at node ``at`` of the call at node ``call``."""
    source, sink = Site(path, origin), Site(path, at)
    target.setdefault("callee", "requests.post" if kind == "http" else f"{kind}.sink")
    target.setdefault("function", "view")
    return FlowFact(
        origin=Origin(source, data, name, "request", subject, Confidence.HIGH),
        target=Target(site=sink, call=Site(path, at - 1 if call is None else call), kind=kind, **target),
        protection=protection,
        confidence=confidence,
        steps=(Step(source, "enters"), *(Step(source, "passes") for _ in range(steps - 2)), Step(sink, "leaves")),
    )


def collection(data: str = "contact.email", *, at: int = 5, path: str = "app.py", **more: Any) -> CollectionFact:
    """Data that is taken in at node ``at``."""
    values: dict[str, Any] = {
        "name": "request.form['email']",
        "owner": "request.form",
        "how": "request",
        "required": True,
        "subject": None,
        "confidence": Confidence.HIGH,
    }
    return CollectionFact(data_type=data, site=Site(path, at), **{**values, **more})


def facts(*flows: FlowFact, collections: tuple[CollectionFact, ...] = ()) -> Facts:
    """All that flow found."""
    return Facts(flows=list(flows), collections=list(collections))
