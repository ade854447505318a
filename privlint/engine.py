"""A whole run, stage by stage; the only module that knows them all.

A stage is imported when a run comes to it: one that recalls what an earlier run found needs few of them.
"""

from __future__ import annotations

import functools
import gc
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from privlint import __version__, source
from privlint.declaration import Declarations, Parts, find
from privlint.model.data import Confidence
from privlint.model.location import Location, Site, Span
from privlint.model.project import Project
from privlint.model.report import LocatedStep, Report, Result, RuleInfo
from privlint.model.source import SourceFile, Unreadable
from privlint.recall import Outcome, Recall, lasting, reads_of

if TYPE_CHECKING:
    from privlint.catalog import Catalog
    from privlint.model.changes import Changes
    from privlint.model.datamap import DataMap
    from privlint.model.declaration import Declaration
    from privlint.model.facts import Facts
    from privlint.model.finding import Finding
    from privlint.resolve.program import Program

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
    listing = source.find(project)
    templates = source.Templates(project)
    recall = Recall.of(project, listing.files, templates.state)
    parts = _parts(project, listing)
    coverage = _coverage(project, listing, parts)
    outcome = recall.outcome(coverage)
    if outcome is None:
        run = _analyse(project, listing, parts, recall)
        run.facts.shown = templates.shown() if run.facts.unused else None
        outcome = _judged(run, coverage)
        recall.keep_outcome(coverage, outcome)
    recall.close()
    texts = source.Texts(listing.files, ((shown, path) for shown, path, _ in outcome.reads))
    results = _suppress(_wanted(outcome.results, project, listing), outcome.rules, texts, project)
    if project.baseline is not None:
        from privlint.policy.baseline import Baseline

        results = Baseline.read(project.baseline).new(results)
    kept = [r for r in results if r.suppressed is None or project.include_suppressed]
    return Report(
        results=tuple(kept),
        rules=outcome.rules,
        texts={path: texts[path] for path in _named_paths(kept) if path in texts},
        files=len(listing),
        lines=listing.lines,
        seconds=time.perf_counter() - started,
        suppressed=sum(1 for r in results if r.suppressed is not None),
        unknown_recipients=sum(r.code == "PRV205" and r.location.path in listing.reported for r in outcome.results),
        unresolved=outcome.unresolved,
        limits=outcome.limits,
        notes=(*listing.notes, *_notes(outcome, listing)),
        root=str(Path(project.root).resolve()),
        version=__version__,
    )


def _notes(outcome: Outcome, listing: source.Listing) -> Iterator[str]:
    if outcome.tests:
        files = "1 file" if outcome.tests == 1 else f"{outcome.tests} files"
        yield f"{files} of tests not followed: the people in them are invented; name them alone to have them looked at"
    if not outcome.declared and listing.files:
        yield _NO_DECLARATION


def survey(project: Project) -> DataMap:
    """Analyse a project and map its personal data: what is collected, who receives it, where it is kept.

    Of the project's settings those about findings (codes, baseline, suppression) do not count.  Raises what ``check``
    raises.
    """
    from privlint import policy

    listing = source.find(project)
    recall = Recall.of(project, listing.files)
    run = _analyse(project, listing, _parts(project, listing), recall)
    recall.close()
    found = policy.survey_parts(run.facts, run.declared, run.rules, run.places.locations, project.min_confidence)
    return replace(
        found,
        files=len(listing),
        lines=listing.lines,
        unreadable=tuple(dict.fromkeys(u.path for u in run.facts.unreadable if u.path in listing.reported)),
        notes=tuple(listing.notes),
        version=__version__,
    )


def draft(project: Project, place: Path, text: str | None = None) -> str:
    """A declaration that says what the project does.

    Args:
        project: what is analysed; declarations that there are do not count.
        place: the file that the declaration is for.
        text: what is in it, to be kept and added to; None: it is begun anew.

    Returns:
        The text of the declaration; judged by it, the code collects and shares nothing that is not declared.  Raises
        what ``check`` raises.
    """
    from privlint.policy.drafting import Drafting, own_part

    listing = source.find(project)
    recall = Recall.of(project, listing.files)
    run = _analyse(project, listing, Parts.none(project.root), recall)
    recall.close()
    parts = _parts(replace(project, declaration=None), listing)
    shown, places = parts.shown(place), run.places
    read = functools.partial(_reader(run.rules), place, shown)
    drafting = Drafting(
        run.facts,
        run.rules,
        places.locations,
        places.lines,
        lambda said: read(text=said),
        own_part(parts, place),
        project.min_confidence,
    )
    return drafting.write(shown, text)


def changes(project: Project, revision: str) -> Changes:
    """What the project's flows of personal data are now, compared with what they were in a revision of its repository.

    Both are analysed with the settings and the declaration of now.  Raises what ``check`` raises, and
    ``source.revision.RevisionError`` for a revision that cannot be compared with.
    """
    import tempfile

    from privlint import policy
    from privlint.source.revision import revisit

    project = replace(project, declaration=project.declaration or find(project.paths))
    with tempfile.TemporaryDirectory(prefix="privlint-") as folder:
        then, now, exported = revisit(project, revision, Path(folder))
        before, after = survey(then), survey(now)
    found = policy.compare(before, after, revision, exported.commit)
    return replace(found, notes=(*exported.notes, *found.notes))


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run knows before anybody judges it."""

    rules: Catalog
    declared: Declarations
    facts: Facts
    places: _Places


def _analyse(project: Project, listing: source.Listing, parts: Parts, recall: Recall) -> _Run:
    """From the files to the facts: the stages that every command begins with."""
    from privlint import catalog

    rules = catalog.load(project.rule_packs, project.default_rules)
    declared = Declarations(parts, _reader(rules))
    lowered, broken = _lowered(project, listing, recall)
    with _no_collection():
        facts = _facts(project, recall, lowered, rules, declared)
    facts.unreadable += [*listing.unreadable, *broken]
    return _Run(rules, declared, facts, _Places(source.Texts(listing.files)))


def _facts(
    project: Project, recall: Recall, lowered: Mapping[str, bytes], rules: Catalog, declared: Declarations
) -> Facts:
    """What flows and, where there is a declaration to compare it with, what is mentioned without flowing."""
    from privlint.model.facts import Facts

    guards = rules.safeguards(*filter(None, declared.all))
    asked = repr([rule for rule in guards if rule != type(rule)(rule.kind)])  # those that say nothing change nothing
    program = functools.cache(functools.partial(_linked, lowered, rules.test_frameworks))
    facts = recall.facts(lowered, asked)
    if facts is None:
        from privlint import flow

        project.progress("following the data", 0, 0)
        facts = flow.trace(program(), rules, guards)
        facts.tests = len(lowered) - len(program().modules)
        recall.keep_facts(lowered, asked, facts)
    if any(declared.all):
        mentioned = recall.facts(lowered, "mentions")
        if mentioned is None:
            from privlint import flow

            mentioned = Facts(mentions=flow.mentions(program(), rules))
            recall.keep_facts(lowered, "mentions", mentioned)
        facts.mentions = mentioned.mentions
    return facts


def _linked(lowered: Mapping[str, bytes], frameworks: Collection[str]) -> Program:
    """The program that these files are, without its tests."""
    from privlint import resolve
    from privlint.ir.codec import decode

    modules = [decode(data, path) for path, data in lowered.items()]
    return resolve.link(resolve.without_tests(modules, frameworks))


@contextmanager
def _no_collection() -> Iterator[None]:
    """A program is a great many objects and no garbage: looking for some takes as long as reading it."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _lowered(project: Project, listing: source.Listing, recall: Recall) -> tuple[dict[str, bytes], list[Unreadable]]:
    """Every file as encoded IR, by path in order, and those that have none; only what is new is parsed."""
    known = {file.path: data for file in listing.files if (data := recall.lowered(file)) is not None}
    broken: list[Unreadable] = []
    new: list[SourceFile] = []
    for raw in listing.files:
        if raw.path not in known:
            file = source.decoded(raw)
            if isinstance(file, SourceFile):
                new.append(file)
            else:
                broken.append(file)
    if new:
        from privlint import lower

        raws = {raw.path: raw for raw in listing.files}
        total = sum(len(file.text) for file in new)
        told = Counter[str]()

        def tell(done: int) -> None:
            told["done"] += done
            project.progress("reading", told["done"], total)

        for parsed, outcome in zip(new, lower.encode_all(new, project.jobs, tell), strict=True):
            if isinstance(outcome, Unreadable):
                broken.append(outcome)
            else:
                known[parsed.path] = outcome
                recall.keep_lowered(raws[parsed.path], outcome)
    return {file.path: known[file.path] for file in listing.files if file.path in known}, broken


def _judged(run: _Run, coverage: Mapping[Path, str]) -> Outcome:
    """Facts become findings, and findings get their lines."""
    from privlint import policy

    findings = policy.judge_parts(run.facts, run.declared, coverage, run.rules, run.places.lines)
    return Outcome(
        results=tuple(_located(findings, run.places)),
        rules=policy.rules(),
        unresolved=run.facts.unresolved,
        limits=run.facts.limits,
        tests=run.facts.tests,
        declared=any(run.declared.all),
        reads=reads_of(run.declared.files),
        passing=not lasting(run.facts.unreadable),
    )


def _parts(project: Project, listing: source.Listing) -> Parts:
    files = (file.absolute for file in listing.files)
    return Parts(files, project.paths, project.declaration, project.root)


def _coverage(project: Project, listing: source.Listing, parts: Parts) -> dict[Path, str]:
    """How much of what each declaration speaks of is looked at."""
    found = {}
    for place in parts.places:

        def owned(path: str, place: Path = place) -> bool:
            return parts.of(path) == place

        found[place] = source.coverage(project, place.parent, listing.reported, owned)
    return found


def _reader(rules: Catalog) -> Callable[..., Declaration]:
    """Reads declarations in the words of the catalogue."""
    from privlint import declaration

    names = {name for each in rules.recipients.values() for name in (each.id, each.name)}
    return functools.partial(declaration.load, types=rules.data_types, app_types=rules.app_types, recipients=names)


def _wanted(results: Sequence[Result], project: Project, listing: source.Listing) -> list[Result]:
    """The findings that are asked for: by code, by confidence, by file."""
    known = {file.path for file in listing.files} | {file.path for file in listing.unreadable}
    least = project.min_confidence
    out = []
    for result in results:
        path = result.location.path
        inside = path in listing.reported or path not in known
        if inside and project.wants(result.code) and Confidence[result.confidence.upper()] >= least:
            out.append(result)
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
        if wanted:
            from privlint import lower
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


def _suppress(
    results: Sequence[Result], rules: Sequence[RuleInfo], texts: Mapping[str, str], project: Project
) -> list[Result]:
    """Mark what comments and per-file ignores suppress."""
    names = {rule.code: rule.name for rule in rules}
    per_file = [
        (source.Globs((glob,), Path(project.root).resolve().as_posix()), glob, codes)
        for glob, codes in project.per_file_ignores
    ]
    out = []
    for result in results:
        path, line = result.location.path, result.location.span.line
        is_python = not path.endswith((".yml", ".yaml"))
        name = names.get(result.code, "")
        why = source.suppression(texts.get(path, ""), line, result.code, name, python=is_python)
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
