"""The SARIF log: one run of privlint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import sarif_om as om

from privlint import __version__
from privlint.model.report import Report, Result
from privlint.report.fingerprint import all_line_hashes, own_fingerprints
from privlint.report.jsontext import dumps
from privlint.report.lines import Sources
from privlint.report.order import place_key, severity_key
from privlint.report.sarif import cwe
from privlint.report.sarif.places import ROOT, Places
from privlint.report.sarif.plain import to_plain
from privlint.report.sarif.results import Results, clip, escape
from privlint.report.sarif.rules import PAGE, descriptor, table

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

INFORMATION_URI = PAGE
"""Where a reader of a log learns what the tool is: its page at the package index."""

CATEGORY = "privlint/"
"""What stands before the last slash is the category by which GitHub keeps analyses apart."""

SHOWN = 5_000
"""GitHub shows that many results of a run; with more, the worst come first."""

KEPT = 25_000
"""GitHub refuses a run with more."""

_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")

_NOTIFICATIONS = (
    (
        "unreadable-file",
        "UnreadableFile",
        "A file cannot be parsed or decoded, so its flows are not known.",
        "Correct the file, or exclude it if it is not meant to be Python of this version.",
    ),
    (
        "limit-reached",
        "LimitReached",
        "A bound of the analysis was reached, so flows may be missing.",
        "Nothing has to be done: the findings that are reported hold.",
    ),
    (
        "results-left-out",
        "ResultsLeftOut",
        "There are more results than GitHub code scanning accepts.",
        "Correct or suppress the reported ones, or record a baseline with `privlint baseline`.",
    ),
)


def render(report: Report) -> str:
    """The log as JSON text."""
    return dumps(to_plain(_log(report)), 5)


def _log(report: Report) -> om.SarifLog:
    chosen, left_out = _choose(report.results)
    rules = table(report.rules, {result.code for result, _ in chosen})
    index = {rule.code: number for number, rule in enumerate(rules)}
    taxonomy = cwe.Taxonomy(rules)
    weaknesses = taxonomy.component()
    places = Places(Sources(report.texts), {path for result, _ in chosen for path in _paths(result)})
    results = Results(places, index, all_line_hashes(report.texts, [result for result, _ in chosen]))
    run = om.Run(
        tool=om.Tool(driver=_driver(report, [descriptor(rule, taxonomy) for rule in rules], weaknesses is not None)),
        automation_details=om.RunAutomationDetails(id=CATEGORY),
        invocations=[_invocation(report, [result for result, _ in chosen], places, index, left_out)],
        original_uri_base_ids={
            ROOT: om.ArtifactLocation(description=om.Message(text="The folder that privlint ran in."))
        },
        artifacts=places.artifacts(),
        results=[results.make(result, fingerprint) for result, fingerprint in chosen],
        taxonomies=[weaknesses] if weaknesses is not None else None,
        column_kind="utf16CodeUnits",
        newline_sequences=["\r\n", "\n", "\r"],
    )
    return om.SarifLog(schema_uri=SCHEMA, version="2.1.0", runs=[run])


def _choose(results: Sequence[Result]) -> tuple[list[tuple[Result, str]], int]:
    """The results to write with their fingerprints, in order, and how many are left out."""
    pairs = list(zip(results, own_fingerprints(results), strict=True))
    if len(pairs) <= SHOWN:
        return sorted(pairs, key=lambda pair: place_key(pair[0])), 0
    pairs.sort(key=lambda pair: severity_key(pair[0]))
    return pairs[:KEPT], max(len(pairs) - KEPT, 0)


def _paths(result: Result) -> Iterable[str]:
    """The files that the result names."""
    yield result.location.path
    for flow in result.flows:
        yield from (step.location.path for step in flow)
    yield from (step.location.path for step in result.related)


def _driver(report: Report, rules: list[om.ReportingDescriptor], with_taxonomy: bool) -> om.ToolComponent:
    version = report.version or __version__
    return om.ToolComponent(
        name="privlint",
        full_name=f"privlint {version}",
        version=version,
        semantic_version=version if _SEMANTIC_VERSION.fullmatch(version) else None,
        information_uri=INFORMATION_URI,
        short_description=om.MultiformatMessageString(text="A linter for privacy-risky Python code."),
        rules=rules,
        notifications=[
            om.ReportingDescriptor(
                id=id,
                name=name,
                short_description=om.MultiformatMessageString(text=text),
                full_description=om.MultiformatMessageString(text=text),
                help=om.MultiformatMessageString(text=help),
            )
            for id, name, text, help in _NOTIFICATIONS
        ],
        supported_taxonomies=[om.ToolComponentReference(name=cwe.COMPONENT, index=0)] if with_taxonomy else None,
    )


def _invocation(
    report: Report, results: list[Result], places: Places, index: dict[str, int], left_out: int
) -> om.Invocation:
    """That the run worked, and what it could not do."""
    notes = [
        _notification(
            0,
            "warning",
            result.message,
            locations=[om.Location(physical_location=places.physical(result.location))],
            associated_rule=om.ReportingDescriptorReference(id=result.code, index=index[result.code]),
        )
        for result in results
        if result.code == "PRV001"
    ]
    for limit, times in sorted(report.limits.items()):
        notes.append(_notification(1, "note", f"Limit reached {times} times: {limit}."))
    if left_out:
        notes.append(_notification(2, "warning", f"{left_out} results are left out: GitHub accepts {KEPT} a run."))
    return om.Invocation(execution_successful=True, tool_execution_notifications=notes or None)


def _notification(kind: int, level: str, text: str, **others: Any) -> om.Notification:
    descriptor = om.ReportingDescriptorReference(id=_NOTIFICATIONS[kind][0], index=kind)
    return om.Notification(message=om.Message(text=escape(clip(text))), level=level, descriptor=descriptor, **others)
