"""Statements, definitions and patterns of Python's tree as LibCST's nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from privlint.lower.quick.expressions import (
    AUGMENTED,
    annotation,
    args_of,
    attribute_node,
    from_node,
    name_node,
    parameters,
    tuple_of,
)
from privlint.lower.quick.nodes import UnsureError, maker

if TYPE_CHECKING:
    from privlint.lower.quick.converter import Converter

module_node, block_node = maker(cst.Module, "body"), maker(cst.IndentedBlock, "body")
_expr, _return = maker(cst.Expr, "value"), maker(cst.Return, "value")
_assign_node, _target = maker(cst.Assign, "targets", "value"), maker(cst.AssignTarget, "target")
_annotated = maker(cst.AnnAssign, "target", "annotation", "value")
_augmented = maker(cst.AugAssign, "target", "operator", "value")
_del, _assert = maker(cst.Del, "target"), maker(cst.Assert, "test", "msg")
_raise, _pass = maker(cst.Raise, "exc", "cause"), maker(cst.Pass)
_break, _continue = maker(cst.Break), maker(cst.Continue)
_import_node, _alias = maker(cst.Import, "names"), maker(cst.ImportAlias, "name", "asname")
_import_from = maker(cst.ImportFrom, "module", "relative", "names")
_star, _as_name = maker(cst.ImportStar), maker(cst.AsName, "name")
_global, _nonlocal = maker(cst.Global, "names"), maker(cst.Nonlocal, "names")
_name_item = maker(cst.NameItem, "name")
_if_node, _else = maker(cst.If, "test", "body", "orelse"), maker(cst.Else, "body")
_while = maker(cst.While, "test", "body", "orelse")
_for = maker(cst.For, "target", "iter", "body", "orelse")
_with_node, _with_item = maker(cst.With, "items", "body", "asynchronous"), maker(cst.WithItem, "item", "asname")
_try_node = maker(cst.Try, "body", "handlers", "orelse", "finalbody")
_try_star = maker(cst.TryStar, "body", "handlers", "orelse", "finalbody")
_handler_node = maker(cst.ExceptHandler, "type", "name", "body")
_handler_star = maker(cst.ExceptStarHandler, "type", "name", "body")
_finally = maker(cst.Finally, "body")
_decorator = maker(cst.Decorator, "decorator")
_function_node = maker(
    cst.FunctionDef, "name", "params", "body", "decorators", "returns", "asynchronous", type_parameters=None
)
_class_node = maker(cst.ClassDef, "name", "body", "bases", "keywords", "decorators", type_parameters=None)


def _assign(c: Converter, node: ast.Assign) -> Any:
    value = c.expr(node.value)
    return _assign_node([_target(c.expr(target)) for target in node.targets], value)


def _ann_assign(c: Converter, node: ast.AnnAssign) -> Any:
    return _annotated(c.expr(node.target), annotation(c, node.annotation), c.maybe(node.value))


def _delete(c: Converter, node: ast.Delete) -> Any:
    if len(node.targets) == 1:
        return _del(c.expr(node.targets[0]))
    return _del(tuple_of(c, node.targets, False))


def _raised(c: Converter, node: ast.Raise) -> Any:
    return _raise(c.maybe(node.exc), None if node.cause is None else from_node(c.expr(node.cause)))


def _dotted(name: str) -> Any:
    first, *rest = name.split(".")
    found = name_node(first)
    for part in rest:
        found = attribute_node(found, name_node(part))
    return found


def _aliases(names: Sequence[ast.alias]) -> list[Any]:
    return [
        _alias(_dotted(alias.name), None if alias.asname is None else _as_name(name_node(alias.asname)))
        for alias in names
    ]


def _imported(c: Converter, node: ast.ImportFrom) -> Any:
    names = _star() if node.names[0].name == "*" else _aliases(node.names)
    return _import_from(None if node.module is None else _dotted(node.module), (None,) * node.level, names)


def _names(c: Converter, node: Any) -> list[Any]:
    return [_name_item(name_node(name)) for name in node.names]


def _if(c: Converter, node: ast.If) -> Any:
    """A chain of ``elif`` is taken from its end, so that it may be of any length."""
    chain = [node]
    while True:
        rest = chain[-1].orelse
        if len(rest) == 1 and isinstance(rest[0], ast.If) and rest[0].col_offset == chain[-1].col_offset:
            chain.append(rest[0])
        else:
            break
    made = _orelse(c, chain[-1].orelse)
    for link in reversed(chain):
        made = _if_node(c.expr(link.test), c.block(link.body), made)
    return made


def _orelse(c: Converter, body: Sequence[ast.stmt]) -> Any:
    return _else(c.block(body)) if body else None


def _loop(c: Converter, node: Any) -> Any:
    return _for(c.expr(node.target), c.expr(node.iter), c.block(node.body), _orelse(c, node.orelse))


def _with(c: Converter, node: Any) -> Any:
    items = [
        _with_item(
            c.expr(item.context_expr),
            None if item.optional_vars is None else _as_name(c.expr(item.optional_vars)),
        )
        for item in node.items
    ]
    return _with_node(items, c.block(node.body), True if type(node) is ast.AsyncWith else None)


def _try(c: Converter, node: Any) -> Any:
    make, handler = (_try_node, _handler_node) if type(node) is ast.Try else (_try_star, _handler_star)
    handlers = [
        handler(
            c.maybe(each.type),
            None if each.name is None else _as_name(name_node(each.name)),
            c.block(each.body),
        )
        for each in node.handlers
    ]
    final = _finally(c.block(node.finalbody)) if node.finalbody else None
    return make(c.block(node.body), handlers, _orelse(c, node.orelse), final)


def _plain(node: Any) -> None:
    if getattr(node, "type_params", None):
        raise UnsureError("type parameters")


def _function(c: Converter, node: Any) -> Any:
    _plain(node)
    decorators = [_decorator(c.expr(each)) for each in node.decorator_list]
    returns = None if node.returns is None else annotation(c, node.returns)
    asynchronous = True if type(node) is ast.AsyncFunctionDef else None
    return _function_node(
        name_node(node.name), parameters(c, node.args), c.block(node.body), decorators, returns, asynchronous
    )


def _class(c: Converter, node: ast.ClassDef) -> Any:
    _plain(node)
    decorators = [_decorator(c.expr(each)) for each in node.decorator_list]
    bases, keywords = args_of(c, node.bases, ()), args_of(c, (), node.keywords)
    return _class_node(name_node(node.name), c.block(node.body), bases, keywords, decorators)


# -- match -------------------------------------------------------------------------------------------------------

_match_node, _case = maker(cst.Match, "subject", "cases"), maker(cst.MatchCase, "pattern", "guard", "body")
_value, _sequence = maker(cst.MatchValue, "value"), maker(cst.MatchList, "patterns")
_sequence_element, _match_star = maker(cst.MatchSequenceElement, "value"), maker(cst.MatchStar, "name")
_mapping_node, _mapping_element = (
    maker(cst.MatchMapping, "elements", "rest"),
    maker(cst.MatchMappingElement, "key", "pattern"),
)
_match_class, _keyword = (
    maker(cst.MatchClass, "cls", "patterns", "kwds"),
    maker(cst.MatchKeywordElement, "key", "pattern"),
)
_match_as, _or = maker(cst.MatchAs, "pattern", "name"), maker(cst.MatchOr, "patterns")
_or_element = maker(cst.MatchOrElement, "pattern")


def _match(c: Converter, node: ast.Match) -> Any:
    cases = [_case(_pattern(c, case.pattern), c.maybe(case.guard), c.block(case.body)) for case in node.cases]
    return _match_node(c.expr(node.subject), cases)


def _pattern(c: Converter, node: Any) -> Any:
    return _PATTERNS[type(node)](c, node)


def _maybe_name(name: str | None) -> Any:
    return None if name is None else name_node(name)


def _elements(c: Converter, nodes: Sequence[Any]) -> list[Any]:
    return [
        _pattern(c, each) if type(each) is ast.MatchStar else _sequence_element(_pattern(c, each)) for each in nodes
    ]


def _mapping(c: Converter, node: ast.MatchMapping) -> Any:
    pairs = zip(node.keys, node.patterns, strict=True)
    return _mapping_node(
        [_mapping_element(c.expr(key), _pattern(c, each)) for key, each in pairs], _maybe_name(node.rest)
    )


def _of_class(c: Converter, node: ast.MatchClass) -> Any:
    keywords = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
    return _match_class(
        c.expr(node.cls),
        _elements(c, node.patterns),
        [_keyword(name_node(name), _pattern(c, each)) for name, each in keywords],
    )


_PATTERNS: dict[type, Callable[[Converter, Any], Any]] = {
    ast.MatchValue: lambda c, node: _value(c.expr(node.value)),
    ast.MatchSingleton: lambda c, node: _value(name_node(str(node.value))),
    ast.MatchSequence: lambda c, node: _sequence(_elements(c, node.patterns)),
    ast.MatchStar: lambda c, node: _match_star(_maybe_name(node.name)),
    ast.MatchMapping: _mapping,
    ast.MatchClass: _of_class,
    ast.MatchAs: lambda c, node: _match_as(
        None if node.pattern is None else _pattern(c, node.pattern), _maybe_name(node.name)
    ),
    ast.MatchOr: lambda c, node: _or([_or_element(_pattern(c, each)) for each in node.patterns]),
}

STATEMENTS: dict[type, Callable[[Converter, Any], Any]] = {
    ast.Expr: lambda c, node: _expr(c.expr(node.value)),
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: lambda c, node: _augmented(c.expr(node.target), AUGMENTED[type(node.op)], c.expr(node.value)),
    ast.Delete: _delete,
    ast.Return: lambda c, node: _return(c.maybe(node.value)),
    ast.Raise: _raised,
    ast.Assert: lambda c, node: _assert(c.expr(node.test), c.maybe(node.msg)),
    ast.Pass: lambda c, node: _pass(),
    ast.Break: lambda c, node: _break(),
    ast.Continue: lambda c, node: _continue(),
    ast.Import: lambda c, node: _import_node(_aliases(node.names)),
    ast.ImportFrom: _imported,
    ast.Global: lambda c, node: _global(_names(c, node)),
    ast.Nonlocal: lambda c, node: _nonlocal(_names(c, node)),
    ast.If: _if,
    ast.While: lambda c, node: _while(c.expr(node.test), c.block(node.body), _orelse(c, node.orelse)),
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
