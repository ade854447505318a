"""A whole run, stage by stage; the only module that knows them all."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from privlint import __version__, catalog, declaration, flow, lower, policy, resolve, source
from privlint.catalog import Catalog
from privlint.model.datamap import DataMap
from privlint.model.declaration import Declaration
from privlint.model.facts import Facts
from privlint.model.finding import Finding
from privlint.model.location import Location, Site, Span
from privlint.model.project import Project
from privlint.model.report import LocatedStep, Report, Result
from privlint.model.source import SourceFile

_NO_DECLARATION = (
    "no privacy.yml found: sharing is listed, not compared with a declaration; "
    "see 'privlint rule PRV201' for what to write"
)


def check(project: Project) -> Report:
    """Analyse a project and report what was found.

    Raises ``source.SourceError``, ``catalog.CatalogError``, ``declaration.DeclarationError`` and
    ``policy.BaselineError`` for input that cannot be used; a file that cannot be parsed is a finding.
    """
    started = time.perf_counter()
    run = _analyse(project)
    found, facts, places, texts = run.found, run.facts, run.places, run.texts
    findings = policy.judge(facts, run.declared, run.rules, places.lines)
    results = _located(_wanted(findings, project, found.files), places)
    results = _suppress(results, texts, project)
    if project.baseline is not None:
        results = policy.Baseline.read(project.baseline).new(results)
    kept = [r for r in results if r.suppressed is None or project.include_suppressed]
    return Report(
        results=tuple(kept),
        rules=policy.rules(),
        texts={path: texts[path] for path in _named_paths(kept) if path in texts},
        files=len(found.files) + len(found.unreadable),
        lines=run.lines,
        seconds=time.perf_counter() - started,
        suppressed=sum(1 for r in results if r.suppressed is not None),
        unresolved=facts.unresolved,
        limits=facts.limits,
        notes=(*found.notes, *(() if run.declared is not None or not found.files else (_NO_DECLARATION,))),
        root=str(Path(project.root).resolve()),
        version=__version__,
    )


def survey(project: Project) -> DataMap:
    """Analyse a project and map its personal data: what is collected, who receives it, where it is kept.

    Of the project's settings those about findings (codes, baseline, suppression) do not count.  Raises what ``check``
    raises.
    """
    run = _analyse(project)
    found = policy.survey(run.facts, run.declared, run.rules, run.places.locations, project.min_confidence)
    return replace(
        found,
        files=len(run.found.files) + len(run.found.unreadable),
        lines=run.lines,
        unreadable=tuple(dict.fromkeys(each.path for each in run.facts.unreadable)),
        notes=tuple(run.found.notes),
        version=__version__,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run knows before anybody judges it."""

    rules: Catalog
    declared: Declaration | None
    found: source.Found
    facts: Facts
    texts: Mapping[str, str]
    places: _Places

    @property
    def lines(self) -> int:
        """How many lines of code were analysed."""
        return sum(file.text.count("\n") for file in self.found.files)


def _analyse(project: Project) -> _Run:
    """From paths to facts: the stages that every command begins with."""
    rules = catalog.load(project.rule_packs, project.default_rules)
    declared = _declaration(project, rules)
    found = source.discover(project)
    modules, broken = lower.lower_all(found.files, project.jobs)
    facts = flow.trace(resolve.link(modules), rules, rules.safeguards(declared))
    facts.unreadable += [*found.unreadable, *(b for b in broken if _is_reported(found.files, b.path))]
    texts = {file.path: file.text for file in found.files}
    return _Run(rules, declared, found, facts, texts, _Places(texts))


def _declaration(project: Project, rules: Catalog) -> Declaration | None:
    path = project.declaration or declaration.find(project.paths)
    if path is None:
        return None
    return declaration.load(path, types=rules.data_types, app_types=rules.app_types)


def _is_reported(files: Sequence[SourceFile], path: str) -> bool:
    return any(file.path == path and file.reported for file in files)


def _wanted(findings: Sequence[Finding], project: Project, files: Sequence[SourceFile]) -> list[Finding]:
    """The findings that are asked for: by code, by confidence, by file."""
    reported = {file.path for file in files if file.reported}
    known = {file.path for file in files}
    out = []
    for finding in findings:
        inside = finding.place.path in reported or finding.place.path not in known
        if inside and project.wants(finding.code) and finding.confidence >= project.min_confidence:
            out.append(finding)
    return out


# -- places ------------------------------------------------------------------------------------------------------


class _Places:
    """Lines and columns of nodes, resolved for the files that need them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._spans: dict[Site, Span] = {}

    def resolve(self, sites: Collection[Site]) -> None:
        """Find the spans of these nodes."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for site in sites:
            if site not in self._spans:
                wanted[site.path].add(site.node)
        for path, nodes in wanted.items():
            for node, span in lower.locate(self._texts.get(path, ""), nodes).items():
                self._spans[Site(path, node)] = span

    def lines(self, sites: Collection[Site]) -> dict[Site, int]:
        """The first lines of these nodes."""
        self.resolve(sites)
        return {site: self.location(site).span.line for site in sites}

    def locations(self, sites: Collection[Site]) -> dict[Site, Location]:
        """Where these nodes are."""
        self.resolve(sites)
        return {site: self.location(site) for site in sites}

    def location(self, place: Site | Location) -> Location:
        """Where a place is."""
        if isinstance(place, Location):
            return place
        return Location(place.path, self._spans.get(place, Span(1, 1, 1, 1)))


def _located(findings: Sequence[Finding], places: _Places) -> list[Result]:
    sites: list[Site] = []
    for finding in findings:
        related = [r.place for r in finding.related]
        steps = [step.site for steps in finding.flows for step in steps]
        sites += [place for place in [finding.place, *related, *steps] if isinstance(place, Site)]
    places.resolve(sites)
    results = [_result(finding, places) for finding in findings]
    return sorted(results, key=_order)


def _result(finding: Finding, places: _Places) -> Result:
    return Result(
        code=finding.code,
        location=places.location(finding.place),
        message=finding.message,
        severity=finding.severity,
        data_types=finding.data_types,
        subject=finding.subject,
        sink_kind=finding.sink_kind,
        recipient=finding.recipient,
        protection=finding.protection.word,
        confidence=finding.confidence.word,
        legal=finding.legal,
        flows=tuple(tuple(LocatedStep(places.location(s.site), s.text) for s in steps) for steps in finding.flows),
        related=tuple(LocatedStep(places.location(r.place), r.text) for r in finding.related),
        function=finding.function,
        sink=finding.sink,
    )


def _order(result: Result) -> tuple[object, ...]:
    recipient = result.recipient.name if result.recipient else ""
    return result.location.path, result.location.span, result.code, recipient, result.data_types, result.message


def _suppress(results: Sequence[Result], texts: Mapping[str, str], project: Project) -> list[Result]:
    """Mark what comments and per-file ignores suppress."""
    names = {rule.code: rule.name for rule in policy.rules()}
    per_file = [
        (source.Globs((glob,), Path(project.root).resolve().as_posix()), glob, codes)
        for glob, codes in project.per_file_ignores
    ]
    out = []
    for result in results:
        why = source.suppression(
            texts.get(result.location.path, ""), result.location.span.line, result.code, names.get(result.code, "")
        )
        for globs, glob, codes in per_file:
            absolute = (Path(project.root).resolve() / result.location.path).as_posix()
            if result.code.startswith(tuple(codes)) and globs.match(absolute):
                why = why or f"ignored for {glob}"
        out.append(replace(result, suppressed=why) if why is not None else result)
    return out


def _named_paths(results: Sequence[Result]) -> set[str]:
    out: set[str] = set()
    for result in results:
        out.add(result.location.path)
        out.update(step.location.path for steps in result.flows for step in steps)
        out.update(step.location.path for step in result.related)
    return out
