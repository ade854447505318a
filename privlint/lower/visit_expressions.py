"""The walk's handlers of expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from privlint.lower.shapes import all_params, bool_operands, fields, is_tuple_key, strings, targets
from privlint.lower.visit import Handler, fields_of

if TYPE_CHECKING:
    from privlint.lower.walk import Walk


def _call(walk: Walk, node: cst.Call, stack: list[Any]) -> None:
    for arg in reversed(node.args):
        stack.append(arg if arg.star == "*" else arg.value)
    stack.append(node.func)


def _bool(walk: Walk, node: cst.BooleanOperation, stack: list[Any]) -> None:
    stack.extend(reversed(bool_operands(node)))


def _comparison(walk: Walk, node: cst.Comparison, stack: list[Any]) -> None:
    for target in reversed(node.comparisons):
        stack.append(target.comparator)
    stack.append(node.left)


def _subscript(walk: Walk, node: cst.Subscript, stack: list[Any]) -> None:
    stack.append(node.value)
    if is_tuple_key(node):
        walk.number(node.slice[0])  # stands for the tuple, which LibCST has no node for
    for element in reversed(node.slice):
        part = element.slice
        if isinstance(part, cst.Index) and part.star is None:
            stack.append(part.value)
        else:
            stack.append(part)


def visit_elements(walk: Walk, node: Any, stack: list[Any]) -> None:
    for element in reversed(node.elements):
        stack.append(element if isinstance(element, cst.StarredElement) else element.value)


def _dict(walk: Walk, node: cst.Dict, stack: list[Any]) -> None:
    for element in reversed(node.elements):
        stack.append(element.value)
        if isinstance(element, cst.DictElement):
            stack.append(element.key)


def _formatted(walk: Walk, node: Any, stack: list[Any]) -> None:
    stack.extend(reversed(fields(node.parts)))


def _concatenated(walk: Walk, node: cst.ConcatenatedString, stack: list[Any]) -> None:
    for piece in reversed(strings(node)):
        if not isinstance(piece, cst.SimpleString):
            stack.extend(reversed(fields(piece.parts)))


def _yield(walk: Walk, node: cst.Yield, stack: list[Any]) -> None:
    walk.scope.owner.generator = True
    if node.value is not None:
        stack.append(node.value.item if isinstance(node.value, cst.From) else node.value)


def _named(walk: Walk, node: cst.NamedExpr, stack: list[Any]) -> None:
    for name in targets(node.target):
        walk.scope.owner.bind(name)
    stack.append(node.value)
    stack.append(node.target)


def _lambda(walk: Walk, node: cst.Lambda, stack: list[Any]) -> None:
    outer = walk.scope
    inner = walk.open("function", node, outer)
    stack.append(outer)
    stack.append(node.body)
    stack.append(inner)
    for _, param in reversed(all_params(node.params)):
        inner.bind(param.name.value)
        stack.append(param)


def _comprehension(walk: Walk, node: Any, stack: list[Any]) -> None:
    outer = walk.scope
    overlay = walk.open("overlay", node, outer)
    order: list[Any] = [overlay]
    if isinstance(node, cst.DictComp):
        order += [node.key, node.value]
    elif isinstance(node, cst.StarredDictComp):
        order.append(node.value)
    else:
        order.append(node.elt)
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        for name in targets(clause.target):
            overlay.bind(name)
        order.append(clause.target)
        # Only the first iterable is evaluated outside.
        order += [outer, clause.iter, overlay] if clause is node.for_in else [clause.iter]
        order += [test.test for test in clause.ifs]
        clause = clause.inner_for_in
    order.append(outer)
    stack.extend(reversed(order))


EXPRESSIONS: dict[type, Handler] = {
    cst.Call: _call,
    cst.Arg: fields_of("value"),
    cst.Attribute: fields_of("value"),
    cst.BinaryOperation: fields_of("left", "right"),
    cst.UnaryOperation: fields_of("expression"),
    cst.BooleanOperation: _bool,
    cst.Comparison: _comparison,
    cst.Subscript: _subscript,
    cst.Index: fields_of("value"),
    cst.Slice: fields_of("lower", "upper", "step"),
    cst.Tuple: visit_elements,
    cst.List: visit_elements,
    cst.Set: visit_elements,
    cst.StarredElement: fields_of("value"),
    cst.Dict: _dict,
    cst.FormattedString: _formatted,
    cst.TemplatedString: _formatted,
    cst.ConcatenatedString: _concatenated,
    cst.IfExp: fields_of("test", "body", "orelse"),
    cst.Await: fields_of("expression"),
    cst.Yield: _yield,
    cst.NamedExpr: _named,
    cst.Lambda: _lambda,
    cst.Param: fields_of("default"),
    cst.GeneratorExp: _comprehension,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.DictComp: _comprehension,
    cst.StarredDictComp: _comprehension,
}
