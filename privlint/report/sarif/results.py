"""Results: message, place, the ways of the data, fingerprints, properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sarif_om as om

from privlint.model.report import LocatedStep, Result
from privlint.report.properties import properties
from privlint.report.sarif.places import Places
from privlint.report.sarif.rules import sentence
from privlint.report.visible import visible

MAX_MESSAGE = 2000
MAX_FLOWS = 5
MAX_STEPS = 100
MAX_RELATED = 100
MAX_LINKS = 10
"""Related places that the message links to; the others are listed without."""

_EXTERNAL = ("baseline", "ignored for ")
"""How a reason begins that stands outside of the reported file."""


def escape(text: str) -> str:
    """``text`` as SARIF message text: brackets would make a link; what is hidden in it becomes visible."""
    return visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def clip(text: str) -> str:
    """At most ``MAX_MESSAGE`` characters, and never nothing: GitHub takes no empty message."""
    return (text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…") or "-"


class Results:
    """Makes the results of one run."""

    def __init__(
        self, places: Places, rule_index: Mapping[str, int], line_hashes: Mapping[tuple[str, int], str]
    ) -> None:
        self._places = places
        self._rule_index = rule_index
        self._line_hashes = line_hashes

    def make(self, result: Result, fingerprint: str) -> om.Result:
        """One result; ``fingerprint`` is privlint's own."""
        fingerprints = {"privlint/v1": fingerprint}
        line_hash = self._line_hashes.get((result.location.path, result.location.span.line))
        if line_hash is not None:
            fingerprints["primaryLocationLineHash"] = line_hash
        flows = [flow for flow in result.flows if flow][:MAX_FLOWS]
        return om.Result(
            message=om.Message(text=self._message(result)),
            rule_id=result.code,
            rule_index=self._rule_index[result.code],
            level=result.severity,
            locations=[self._primary(result)],
            code_flows=[self._code_flow(flow) for flow in flows] or None,
            related_locations=[
                self._location(step, number) for number, step in enumerate(result.related[:MAX_RELATED], 1)
            ]
            or None,
            partial_fingerprints=dict(sorted(fingerprints.items())),
            suppressions=None if result.suppressed is None else [_suppression(result.suppressed)],
            properties=properties(result),
        )

    def _message(self, result: Result) -> str:
        text = sentence(escape(clip(result.message)))
        links = [f"[{escape(clip(step.text))}]({number})" for number, step in enumerate(result.related[:MAX_LINKS], 1)]
        more = len(result.related) - len(links)
        if more > 0:
            links.append(f"{more} more")
        return f"{text} See also: {', '.join(links)}." if links else text

    def _primary(self, result: Result) -> om.Location:
        logical = [om.LogicalLocation(fully_qualified_name=result.function, kind="function")]
        return om.Location(
            physical_location=self._places.primary(result.location),
            logical_locations=logical if result.function else None,
        )

    def _location(self, step: LocatedStep, number: int = -1) -> om.Location:
        text = escape(clip(step.text))
        return om.Location(
            id=number, physical_location=self._places.physical(step.location), message=om.Message(text=text)
        )

    def _code_flow(self, flow: Sequence[LocatedStep]) -> om.CodeFlow:
        """One way of the data; of a long one the beginning and the end, in their order."""
        steps = list(flow)
        if len(steps) > MAX_STEPS:
            half = MAX_STEPS // 2
            resumed = steps[-half]
            gap = resumed._replace(text=f"({len(steps) - 2 * half} steps left out) {resumed.text}")
            steps = [*steps[:half], gap, *steps[1 - half :]]
        ends = (0, len(steps) - 1)
        locations = [
            om.ThreadFlowLocation(
                location=self._location(step), importance="essential" if index in ends else "important"
            )
            for index, step in enumerate(steps)
        ]
        return om.CodeFlow(thread_flows=[om.ThreadFlow(locations=locations)])


def _suppression(reason: str) -> om.Suppression:
    kind = "external" if reason.startswith(_EXTERNAL) else "inSource"
    return om.Suppression(kind=kind, state="accepted", justification=reason or None)
