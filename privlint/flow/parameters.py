"""Parameters as sources: what a handler, a callback or any function is given from outside, by rule or by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privlint.catalog.paths import match_path
from privlint.flow import logins, neighbours, routes
from privlint.flow.frame import Frame
from privlint.flow.origins import Found, of_match
from privlint.flow.sources import is_sent, of_rule
from privlint.flow.values import Hop, Inst, Mark
from privlint.ir.module import Param
from privlint.model.data import Confidence
from privlint.model.rules import SourceRule


def of_parameter(fr: Frame, param: Param, index: int) -> Mapping[Mark, Hop | None]:
    """A parameter that is a source by rule or by its name."""
    key = (fr.fn.id, index)
    known = fr.solver.parameters.get(key)
    if known is None:
        known = fr.solver.parameters[key] = _of_parameter(fr, param, index)
        if known:
            fr.solver.sourced.setdefault(fr.fn.id, {})[index] = fr.site(param.n)
    return known


def _of_parameter(fr: Frame, param: Param, index: int) -> Found:
    out: Found = {}
    for rule in fr.catalog.index.for_parameter(param.name, fr.ir.name):
        if _parameter_rule(fr, rule, param, index):
            required = not param.default or fr.solver.needs_value(fr.fn, param.name)
            words = f"parameter `{param.name}`"
            sent = bool(fr.catalog.index.request_sources) and not _is_no_data(fr, param)
            name = fr.solver.default_alias(fr.fn, param.name, rule.aliases) if rule.aliases else ""
            name = name or param.name
            out.update(of_rule(fr, rule, param.n, name, words, name, required=required, sent=sent))
    if out or param.kind in ("*", "**"):
        return out
    annotated = fr.solver.annotations.personal(fr.module, param.annotation)
    if annotated is not None:
        named = fr.catalog.classify(param.name, None)
        return of_match(
            fr, param.n, named or annotated, param.name, "annotation", Confidence.HIGH, f"parameter `{param.name}`"
        )
    if not fr.solver.annotations.is_plain(fr.module, param.annotation) or fr.solver.is_switch(fr.fn, param.name):
        return {}
    match = fr.catalog.classify(param.name, None)
    if match is None:
        return _beside_others(fr, param)
    if match.confidence is Confidence.LOW or logins.in_function(fr, match):
        return {}
    if any(fr.catalog.means_other(param.name, match.data_type, other.name) for other in fr.ir.params):
        return {}
    return of_match(fr, param.n, match, param.name, "name", Confidence.MEDIUM, f"parameter `{param.name}`")


def _beside_others(fr: Frame, param: Param) -> Found:
    """A parameter that says something only beside others: ``def enroll(name, email)``."""
    others = [each.name for each in fr.ir.params]
    owner = fr.program.classes[fr.fn.cls].name if fr.fn.cls >= 0 else ""
    if fr.catalog.is_of_organisation(fr.ir.name) or fr.catalog.logs_in(others):
        return {}
    match = neighbours.match(fr.catalog, param.name, owner, others)
    if match is None or logins.in_function(fr, match):
        return {}
    return of_match(fr, param.n, match, param.name, "name", Confidence.LOW, f"parameter `{param.name}`")


def _is_no_data(fr: Frame, param: Param) -> bool:
    """Whether a parameter of a handler is the request, or what the handler depends on, and no data by itself."""
    if param.name in routes.REQUESTS:
        return True
    if fr.solver.default_text(fr.fn, param.name).rpartition(".")[2] in routes.DEPENDENCIES:
        return not _depends_on_data(fr, param)
    atoms = fr.solver.annotations.atoms(fr.module, param.annotation) if param.annotation is not None else ()
    types = [atom.type for atom in atoms if isinstance(atom, Inst) and fr.solver.library.has_type(atom.type)]
    return bool(types) and not any(is_sent(fr, type_) for type_ in types)


def _depends_on_data(fr: Frame, param: Param) -> bool:
    """Whether what a handler depends on is given parts of the request itself: ``Depends(paging)``."""
    text = fr.solver.default_argument(fr.fn, param.name)
    entity = fr.program.lookup(fr.module, text) if text else None
    if entity is None or entity.kind != "function":
        return True
    return any(each.name not in routes.REQUESTS for each in fr.program.functions[entity.number].ir.params)


def parameter_type(fr: Frame, param: Param, index: int) -> str:
    """The library type that a rule gives a parameter, or ``""``."""
    for rule in fr.catalog.index.for_parameter(param.name, fr.ir.name):
        if rule.type and _parameter_rule(fr, rule, param, index):
            return rule.type
    return routes.type_of_request(fr, param, index)


def _parameter_rule(fr: Frame, rule: SourceRule, param: Param, index: int) -> bool:
    ir = fr.ir
    if rule.decorators and not ir.decorators:
        return False
    if rule.position >= 0:
        offset = 1 if fr.fn.method_kind in ("method", "class") else 0
        if index - offset != rule.position:
            return False
    elif index == 0 and fr.fn.method_kind in ("method", "class"):
        return False
    if rule.decorators:
        written = [*ir.decorators, *fr.solver.decorator_paths(fr.fn)]
        if not any(match_path(pattern, text) for pattern in rule.decorators for text in written):
            return False
        if rule.name == "*" and rule.position < 0 and not rule.type and not routes.filled(fr, param):
            return False
    name = ir.name
    if rule.calls and not any(
        match_path(call.path.rpartition(".")[2], name) and is_function(fr, call.kind, call.path) for call in rule.calls
    ):
        return False
    if rule.routed and not routes.registered(fr, param):
        return False
    if rule.beside and not any(each.name == rule.beside for each in ir.params):
        return False
    if rule.defaults:
        return any(match_path(pattern, made) for made in _made_by(fr, param) for pattern in rule.defaults)
    return True


def _made_by(fr: Frame, param: Param) -> Iterator[str]:
    """The callees of a parameter's default, and of what its annotation says besides: ``Annotated[str, Header()]``."""
    yield fr.solver.default_text(fr.fn, param.name)
    if param.annotation is None:
        return
    number, ref = fr.solver.annotations.expanded(fr.fn.module, param.annotation)
    for extra in ref.args[1:] if ref.name.rpartition(".")[2] == "Annotated" else ():
        entity = fr.program.lookup(fr.program.modules[number], extra.name.removesuffix("()"))
        if entity is not None and entity.path:
            yield entity.path


def is_function(fr: Frame, kind: str, path: str) -> bool:
    """Whether the function that is analysed is one that a rule names so."""
    from privlint.flow.matching import function_paths

    if kind == "name":
        return fr.ir.name == path
    paths = list(function_paths(fr, fr.fn.id))
    if kind == "method":
        owner, _, name = path.rpartition(".")
        if not match_path(name, fr.ir.name):
            return False
        if owner == "*":
            return fr.fn.cls >= 0
        if fr.fn.cls >= 0:
            classes = fr.program.classes
            for base in classes[fr.fn.cls].mro:
                if owner in (classes[base].name, classes[base].dotted):
                    return True
            for external in fr.program.external_bases(fr.fn.cls):
                if match_path(owner, external) or external.rpartition(".")[2] == owner:
                    return True
    return any(match_path(path, own) for own in paths)
