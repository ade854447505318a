"""The words of a trace: a way through the program as the steps that a person would point at."""

from __future__ import annotations

from privlint.flow import limits
from privlint.flow.values import Hop
from privlint.model.facts import Step

_WORDS = {
    "source": "{} enters here",
    "assign": "assigned to `{}`",
    "attribute": "stored in `{}`",
    "item": "stored under `{}`",
    "into": "put into `{}`",
    "pass": "passed as `{}`",
    "enter": "used in `{}`",
    "return": "returned by `{}()`",
    "format": "put into a string",
    "through": "passed through `{}`",
    "protect": "protected by `{}`",
    "unknown": "passed to unknown code `{}` and on",
    "iterate": "taken out one by one",
    "yield": "yielded",
    "combine": "combined by `{}`",
    "global": "stored in the module variable `{}`",
    "raise": "raised",
    "caught": "caught as `{}`",
    "field": "read from `{}`",
    "sink log": "written to the log by `{}`",
    "sink console": "printed by `{}`",
    "sink exception": "put into an exception message",
    "sink url": "put into a URL by `{}`",
    "sink http": "sent by `{}`",
    "sink sdk": "sent by `{}`",
    "sink cookie": "set as a cookie by `{}`",
    "sink response": "returned to the client by `{}`",
    "sink file": "written to a file by `{}`",
    "sink object-storage": "stored as an object by `{}`",
    "sink database": "written to the database by `{}`",
    "sink cache": "put into the cache by `{}`",
    "sink queue": "put into a queue by `{}`",
    "sink process": "passed to a process by `{}`",
    "sink telemetry": "recorded in telemetry by `{}`",
}

# How what is said of a source begins where it says it all.
_SENTENCES = ("`", "parameter", "the result", "the text", "column", "what")


def steps(way: Hop | None) -> tuple[Step, ...]:
    """The steps of a way, first to last; a step that says nothing new at the same node is left out."""
    out: list[Step] = []
    before = ""
    for part in _flat(way):
        if part.site is None or (part.kind == before == "format"):  # ``a + b + c`` is one string
            continue
        read, before = before == "field", part.kind
        words = _WORDS.get(part.kind, part.kind)
        text = part.text if part.kind == "source" and part.text.startswith(_SENTENCES) else words.format(part.text)
        step = Step(part.site, text)
        if out and out[-1].site == step.site and (part.kind.startswith("sink") or part.kind == "format"):
            if part.kind.startswith("sink") and len(out) > 1:
                out[-1] = step
                continue
            if part.kind == "format":
                continue
        if read and part.kind == "pass" and "." in part.text:  # as a part of what is passed, which has been said
            continue
        if out and (out[-1] == step or (part.kind == "through" and _again(out[-1], step))):
            continue
        out.append(step)
    if len(out) > limits.STEPS:
        limits.reached("steps of one way")
        out = [*out[: limits.STEPS // 2], *out[-(limits.STEPS - limits.STEPS // 2) :]]
    return tuple(out)


def _again(last: Step, step: Step) -> bool:
    """Whether a step is the same as the last one, further on: ``text.replace(...).replace(...)``."""
    return last.text == step.text and last.site.path == step.site.path


_CROSSINGS = frozenset(("pass", "enter", "return", "attribute", "global"))


def crossings(way: Hop | None) -> int:
    """How often a way goes into a function or out of one, or through an attribute."""
    return sum(part.kind in _CROSSINGS for part in _flat(way))


_MIXES = frozenset(("format", "through", "combine", "unknown", "item"))


def is_whole(way: Hop | None) -> bool:
    """Whether nothing on a way makes something else of the data, or puts it into something."""
    return not any(part.kind in _MIXES for part in _flat(way))


def _flat(way: Hop | None) -> list[Hop]:
    out: list[Hop] = []
    stack: list[tuple[Hop, bool]] = [(way, False)] if way is not None else []
    while stack:
        part, opened = stack.pop()
        if opened:
            out.append(part)
            if part.inner is not None:
                stack.append((part.inner, False))
            continue
        # the way before, then this hop, then what happened inside
        chain: list[Hop] = []
        node: Hop | None = part
        while node is not None:
            chain.append(node)
            node = node.prev
        for link in chain:
            stack.append((link, True))
        if len(out) + len(stack) > 20_000:
            break
    return out


def through_class(way: Hop | None) -> bool:
    """Whether a way goes through an attribute as any instance of its class may have it."""
    return any(part.kind == "field" for part in _flat(way))
