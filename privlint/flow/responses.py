"""What a handler of requests returns: a record becomes a response with all its fields, a list one of many people."""

from __future__ import annotations

import re

from privlint.flow.frame import Frame
from privlint.flow.items import QUERY, element
from privlint.flow.parameters import is_function
from privlint.flow.routes import is_handler
from privlint.flow.sinks import arriving, returned_data
from privlint.flow.values import CHOSEN, Atom, Hop, Inst, Mark, Obj, Symbol, Value, join, of
from privlint.flow.wholes import collect
from privlint.ir import ops as o
from privlint.model.facts import Origin, Target
from privlint.model.rules import SinkRule

# Schemas that say by their name that they were made to be given out.
_OUTGOING = re.compile(r"(Out|Output|Response|Reply|Result|Read|Public|View|Schema|Summary|Dto|DTO|List|Detail)s?$")

# Renderers of Pyramid that give out whatever they are given; others are the paths of templates.
_DATA = frozenset(("json", "jsonp", "simplejson", "string", "csv"))


def returned(fr: Frame, end: o.Return, value: Value) -> None:
    """The return of a function: what a client gets by it of whole records, and of lists; or what a rule says."""
    if not value:
        return
    rules = fr.catalog.index.return_sinks
    _by_rules(fr, end, value, rules.get(fr.ir.name, ()))
    if not fr.fn.ir.decorators or not _is_handler(fr):
        return
    _by_rules(fr, end, value, rules.get("", ()))
    if _is_made(fr, value):
        return
    answer = _declared(fr)
    several = _several(fr, value)
    if answer is not None and fr.solver.records.kind(answer) != "model":
        kept = _chosen(fr, answer, value) if any(_holds_many(fr, atom) for atom in value.ordered) else {}
    else:
        found = {mark: way for mark, way in collect(fr, rows(fr, value), 2).items() if not mark.weak}
        listed = {mark for each in several for mark in collect(fr, rows(fr, each), 2)}
        kept = {mark: way for mark, way in found.items() if _is_of_whole(mark) or (mark in listed and not mark.whole)}
    if not kept:
        return
    site = fr.site(end.n)
    target = Target(site, site, "response", "return", fr.fn.dotted)
    fr.sink(arriving(kept, fr, end.n, "return", "response"), target)


def _by_rules(fr: Frame, end: o.Return, value: Value, rules: tuple[SinkRule, ...]) -> None:
    """What a framework does with what a function of ours gives it: ``get_success_url`` is where a browser is sent."""
    for rule in rules:
        if not rule.calls or any(is_function(fr, call.kind, call.path) for call in rule.calls):
            marks = returned_data(fr, value, end.n, rule)
            site = fr.site(end.n)
            target = Target(site, site, rule.kind, "return", fr.fn.dotted, rule.recipient, confidence=rule.confidence)
            fr.sink(arriving(marks, fr, end.n, "return", rule.kind), target)


def _is_of_whole(mark: Mark) -> bool:
    symbolic = isinstance(mark.source, Symbol) and mark.source.deep == 2 and mark.whole != CHOSEN
    return (symbolic or bool(mark.whole)) and not _OUTGOING.search(mark.whole)


def _chosen(fr: Frame, answer: int, value: Value) -> dict[Mark, Hop | None]:
    """What of many records a schema lets through."""
    types = {field.match.data_type for field in fr.solver.records.fields(answer).values()}
    return {
        mark._replace(whole=""): way
        for mark, way in collect(fr, rows(fr, value), 2).items()
        if not mark.weak and isinstance(mark.source, Origin) and mark.source.data_type in types
    }


def _several(fr: Frame, value: Value) -> list[Value]:
    """The value, if it is a list or rows of a query; else those of its items that are: ``{"users": [...]}``."""
    if any(_holds_many(fr, atom) for atom in value.ordered):
        return [value]
    items = [
        field
        for atom in value.ordered
        if isinstance(atom, Obj) and fr.object(atom.id).kind == "dict"
        for field in fr.object(atom.id).fields.values()
    ]
    return [each for each in items if any(_holds_many(fr, atom) for atom in each.ordered)]


def _holds_many(fr: Frame, atom: Atom) -> bool:
    """Whether a value is a list, or rows of a query."""
    if isinstance(atom, Inst):
        return atom.type.startswith(QUERY)
    return isinstance(atom, Obj) and (fr.object(atom.id).kind in ("list", "iter") or fr.object(atom.id).many)


def _is_made(fr: Frame, value: Value) -> bool:
    """Whether what is returned is a response already, made by a call that is a sink itself."""
    return any("Response" in fr.library_type(atom).rpartition(".")[2] for atom in value.ordered)


def rows(fr: Frame, value: Value) -> Value:
    """The value, with the rows of query sets in it: a response shows them."""
    queries = [atom for atom in value.ordered if isinstance(atom, Inst) and atom.type.startswith(QUERY)]
    return join(value, element(fr, of(*queries))) if queries else value


def _is_handler(fr: Frame) -> bool:
    """Whether a decorator makes a function a handler of requests, as the rules about its parameters tell."""
    written = [*fr.fn.ir.decorators, *fr.solver.decorator_paths(fr.fn)]
    if any(text.rpartition(".")[2] == "view_config" for text in written):
        return _is_rendered_as_data(fr)
    return is_handler(fr.solver, fr.fn)


def _is_rendered_as_data(fr: Frame) -> bool:
    """Whether what a view of Pyramid returns is given out as it is (``renderer="json"``), and no template chooses."""
    renderer = fr.solver.decorator_argument(fr.fn, "renderer")
    if not renderer and fr.fn.cls >= 0:
        renderer = fr.solver.class_decorator_argument(fr.fn.cls, "renderer")
    return renderer in _DATA


def _declared(fr: Frame) -> int | None:
    """The class that a handler is declared to answer with: ``response_model`` (or so) of its decorator, else its
    annotation."""
    text = fr.solver.answers_with(fr.fn)
    if text:
        entity = fr.program.lookup(fr.module, text)
        return entity.number if entity is not None and entity.kind == "class" else None
    todo = [fr.ir.returns] if fr.ir.returns is not None else []
    while todo:
        ref = todo.pop()
        entity = fr.program.resolve_type(fr.module, ref.name) if ref.name else None
        if entity is not None and entity.kind == "class":
            return entity.number
        todo.extend(ref.args)
    return None
