"""The walk's handlers of statements, definitions and patterns: they know what binds a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from privlint.lower.scopes import Scope
from privlint.lower.shapes import all_params, is_singleton, statements, targets
from privlint.lower.visit import Handler, fields_of, visit_suite
from privlint.lower.visit_expressions import visit_elements

if TYPE_CHECKING:
    from privlint.lower.walk import Walk


def _module(walk: Walk, node: cst.Module, stack: list[Any]) -> None:
    visit_suite(stack, node.body)


def _type_params(walk: Walk, node: Any, order: list[Any]) -> Scope:
    """Opens the overlay of a definition's type parameters, if it has any; returns the scope of what is inside."""
    outer = walk.scope
    if node.type_parameters is None:
        return outer
    overlay = walk.open("overlay", node, outer, transparent=True)
    for param in node.type_parameters.params:
        overlay.bind(param.param.name.value)
        order.append(param)
    return overlay


def _function(walk: Walk, node: cst.FunctionDef, stack: list[Any]) -> None:
    outer = walk.scope
    outer.owner.bind(node.name.value)
    order: list[Any] = [decorator.decorator for decorator in node.decorators]
    around = _type_params(walk, node, order)
    inner = walk.open("function", node, around)
    for _, param in all_params(node.params):
        inner.bind(param.name.value)
        order.append(param)
    order.append(inner)
    order += statements(node.body)
    order.append(outer)
    stack.extend(reversed(order))


def _class(walk: Walk, node: cst.ClassDef, stack: list[Any]) -> None:
    outer = walk.scope
    outer.owner.bind(node.name.value)
    order: list[Any] = [decorator.decorator for decorator in node.decorators]
    around = _type_params(walk, node, order)
    order.append(around)
    for arg in (*node.bases, *node.keywords):
        order.append(arg if arg.star == "*" else arg.value)
    order.append(walk.open("class", node, around))
    order += statements(node.body)
    order.append(outer)
    stack.extend(reversed(order))


def _type_alias(walk: Walk, node: cst.TypeAlias, stack: list[Any]) -> None:
    walk.scope.owner.bind(node.name.value)
    order: list[Any] = []
    _type_params(walk, node, order)
    stack.extend(reversed(order))


def _assign(walk: Walk, node: cst.Assign, stack: list[Any]) -> None:
    stack.append(node.value)
    for target in reversed(node.targets):
        for name in targets(target.target):
            walk.scope.owner.bind(name)
        stack.append(target.target)


def _bind_target(walk: Walk, node: Any, stack: list[Any]) -> None:
    """``x: T = v`` and ``x += v``; an annotation alone makes a variable local too."""
    for name in targets(node.target):
        walk.scope.owner.bind(name)
    if node.value is not None:
        stack.append(node.value)
    stack.append(node.target)


def _delete(walk: Walk, node: cst.Del, stack: list[Any]) -> None:
    for name in targets(node.target):
        walk.scope.owner.bind(name)
    if isinstance(node.target, cst.Tuple) and not node.target.lpar:
        visit_elements(walk, node.target, stack)
    else:
        stack.append(node.target)


def _import(walk: Walk, node: Any, stack: list[Any]) -> None:
    if isinstance(node.names, cst.ImportStar):
        stack.append(node.names)
        return
    for alias in node.names:
        if alias.asname is not None:
            for name in targets(alias.asname.name):
                walk.scope.owner.bind(name)
        else:
            first: Any = alias.name
            while isinstance(first, cst.Attribute):
                first = first.value
            walk.scope.owner.bind(first.value)
    stack.extend(reversed(node.names))


def _declare(walk: Walk, node: cst.Global | cst.Nonlocal, stack: list[Any]) -> None:
    where = "global" if isinstance(node, cst.Global) else "nonlocal"
    for item in node.names:
        walk.scope.owner.declared[item.name.value] = where


def _if(walk: Walk, node: cst.If, stack: list[Any]) -> None:
    if isinstance(node.orelse, cst.If):
        stack.append(node.orelse)
    elif node.orelse is not None:
        visit_suite(stack, node.orelse.body)
    visit_suite(stack, node.body)
    stack.append(node.test)


def _while(walk: Walk, node: cst.While, stack: list[Any]) -> None:
    if node.orelse is not None:
        visit_suite(stack, node.orelse.body)
    visit_suite(stack, node.body)
    stack.append(node.test)


def _for(walk: Walk, node: cst.For, stack: list[Any]) -> None:
    for name in targets(node.target):
        walk.scope.owner.bind(name)
    if node.orelse is not None:
        visit_suite(stack, node.orelse.body)
    visit_suite(stack, node.body)
    stack.append(node.iter)
    stack.append(node.target)


def _with(walk: Walk, node: cst.With, stack: list[Any]) -> None:
    visit_suite(stack, node.body)
    for item in reversed(node.items):
        if item.asname is not None:
            for name in targets(item.asname.name):
                walk.scope.owner.bind(name)
            stack.append(item.asname.name)
        stack.append(item.item)


def _try(walk: Walk, node: Any, stack: list[Any]) -> None:
    if node.finalbody is not None:
        visit_suite(stack, node.finalbody.body)
    if node.orelse is not None:
        visit_suite(stack, node.orelse.body)
    stack.extend(reversed(node.handlers))
    visit_suite(stack, node.body)


def _handler(walk: Walk, node: Any, stack: list[Any]) -> None:
    if node.name is not None:
        for name in targets(node.name.name):
            walk.scope.owner.bind(name)
    visit_suite(stack, node.body)
    if node.type is not None:
        stack.append(node.type)


def _raise(walk: Walk, node: cst.Raise, stack: list[Any]) -> None:
    if node.cause is not None:
        stack.append(node.cause.item)
    if node.exc is not None:
        stack.append(node.exc)


def _match(walk: Walk, node: cst.Match, stack: list[Any]) -> None:
    for case in reversed(node.cases):
        visit_suite(stack, case.body)
        if case.guard is not None:
            stack.append(case.guard)
        stack.append(case.pattern)
    stack.append(node.subject)


def _match_value(walk: Walk, node: cst.MatchValue, stack: list[Any]) -> None:
    if not is_singleton(node):
        stack.append(node.value)


def _match_sequence(walk: Walk, node: Any, stack: list[Any]) -> None:
    for element in reversed(node.patterns):
        stack.append(element if isinstance(element, cst.MatchStar) else element.value)


def _match_mapping(walk: Walk, node: cst.MatchMapping, stack: list[Any]) -> None:
    if node.rest is not None:
        walk.scope.owner.bind(node.rest.value)
    for element in reversed(node.elements):
        stack.append(element.pattern)
        stack.append(element.key)


def _match_class(walk: Walk, node: cst.MatchClass, stack: list[Any]) -> None:
    for keyword in reversed(node.kwds):
        stack.append(keyword.pattern)
    for element in reversed(node.patterns):
        stack.append(element.value)
    stack.append(node.cls)


def _match_capture(walk: Walk, node: Any, stack: list[Any]) -> None:
    if node.name is not None:
        walk.scope.owner.bind(node.name.value)
    if isinstance(node, cst.MatchAs) and node.pattern is not None:
        stack.append(node.pattern)


def _match_or(walk: Walk, node: cst.MatchOr, stack: list[Any]) -> None:
    stack.extend(element.pattern for element in reversed(node.patterns))


STATEMENTS: dict[type, Handler] = {
    cst.Module: _module,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.TypeAlias: _type_alias,
    cst.Expr: fields_of("value"),
    cst.Return: fields_of("value"),
    cst.Assign: _assign,
    cst.AnnAssign: _bind_target,
    cst.AugAssign: _bind_target,
    cst.Del: _delete,
    cst.Assert: fields_of("test", "msg"),
    cst.Raise: _raise,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.LazyImport: _import,
    cst.LazyImportFrom: _import,
    cst.Global: _declare,
    cst.Nonlocal: _declare,
    cst.If: _if,
    cst.While: _while,
    cst.For: _for,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.ExceptHandler: _handler,
    cst.ExceptStarHandler: _handler,
    cst.Match: _match,
    cst.MatchValue: _match_value,
    cst.MatchList: _match_sequence,
    cst.MatchTuple: _match_sequence,
    cst.MatchStar: _match_capture,
    cst.MatchMapping: _match_mapping,
    cst.MatchClass: _match_class,
    cst.MatchAs: _match_capture,
    cst.MatchOr: _match_or,
}
