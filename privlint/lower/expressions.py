"""Expressions: each becomes ops that leave its value in a register, and blocks where evaluation may take two ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from privlint.ir.ops import (
    Arg,
    Await,
    Branch,
    Build,
    Call,
    Choose,
    Combine,
    Iterate,
    LoadAttr,
    LoadItem,
    MakeFunction,
    Move,
    Reg,
    StoreName,
    Yield,
)
from privlint.lower.annotations import dotted
from privlint.lower.builder import FunctionBuilder
from privlint.lower.formatted import formatted
from privlint.lower.shapes import CONSTANTS, all_params, bool_operands, is_tuple_key
from privlint.lower.strings import number_value, string_value
from privlint.lower.targets import store

OPERATORS: dict[type, str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.LeftShift: "<<", cst.RightShift: ">>", cst.BitOr: "|", cst.BitAnd: "&", cst.BitXor: "^",
    cst.MatrixMultiply: "@", cst.Plus: "u+", cst.Minus: "u-", cst.BitInvert: "~", cst.Not: "not",
    cst.LessThan: "<", cst.GreaterThan: ">", cst.Equal: "==", cst.NotEqual: "!=", cst.LessThanEqual: "<=",
    cst.GreaterThanEqual: ">=", cst.In: "in", cst.NotIn: "not in", cst.Is: "is", cst.IsNot: "is not",
}  # fmt: skip


def expression(f: FunctionBuilder, node: Any) -> Reg:
    """Lower one expression."""
    return LOWER[type(node)](f, node)


def condition(f: FunctionBuilder, node: Any, then: int, orelse: int) -> None:
    """Go on in ``then`` if the expression is true, else in ``orelse``; ``and``, ``or``, ``not`` become control flow."""
    kind = type(node)
    if kind is cst.BooleanOperation:
        operands = bool_operands(node)
        both = isinstance(node.operator, cst.And)
        for operand in operands[:-1]:
            following = f.block()
            condition(f, operand, following if both else then, orelse if both else following)
            f.start(following)
        condition(f, operands[-1], then, orelse)
    elif kind is cst.UnaryOperation and isinstance(node.operator, cst.Not):
        condition(f, node.expression, orelse, then)
    else:
        f.end(Branch(expression(f, node), then, orelse, f.n(node)))


def args_of(f: FunctionBuilder, args: Any) -> tuple[Arg, ...]:
    """The arguments of a call, or the bases of a class."""
    result = []
    for arg in args:
        label = arg.keyword.value if arg.keyword is not None else (arg.star or None)
        result.append(Arg(label, expression(f, arg.value), f.n(arg.value)))
    return tuple(result)


def _name(f: FunctionBuilder, node: cst.Name) -> Reg:
    if node.value in CONSTANTS:
        return f.constant(CONSTANTS[node.value], f.n(node))
    return f.load(node.value, f.n(node))


def _number(f: FunctionBuilder, node: Any) -> Reg:
    return f.constant(number_value(node), f.n(node))


def _ellipsis(f: FunctionBuilder, node: cst.Ellipsis) -> Reg:
    return f.constant(..., f.n(node))


def _string(f: FunctionBuilder, node: cst.SimpleString) -> Reg:
    return f.constant(string_value(node), f.n(node))


def _binary(f: FunctionBuilder, node: cst.BinaryOperation) -> Reg:
    """Long chains nest to the left: they are taken from the inside out."""
    spine: list[cst.BinaryOperation] = []
    left: Any = node
    while type(left) is cst.BinaryOperation:
        spine.append(left)
        left = left.left
    value = expression(f, left)
    for operation in reversed(spine):
        right = expression(f, operation.right)
        dst = f.reg()
        f.emit(Combine(dst, OPERATORS[type(operation.operator)], (value, right), f.n(operation)))
        value = dst
    return value


def _unary(f: FunctionBuilder, node: cst.UnaryOperation) -> Reg:
    operand = node.expression
    if isinstance(node.operator, cst.Minus) and isinstance(operand, cst.Integer | cst.Float):
        value = number_value(operand)
        return f.constant(None if value is None else -value, f.n(node))
    src = expression(f, operand)
    dst = f.reg()
    f.emit(Combine(dst, OPERATORS[type(node.operator)], (src,), f.n(node)))
    return dst


def _boolean(f: FunctionBuilder, node: cst.BooleanOperation) -> Reg:
    dst = f.reg()
    after = f.block()
    both = isinstance(node.operator, cst.And)
    operands = bool_operands(node)
    for operand in operands[:-1]:
        value = expression(f, operand)
        n = f.n(operand)
        f.emit(Combine(dst, "falsy", (value,), n) if both else Move(dst, value, n))
        following = f.block()
        f.end(Branch(value, following, after, n) if both else Branch(value, after, following, n))
        f.start(following)
    f.emit(Move(dst, expression(f, operands[-1]), f.n(operands[-1])))
    f.goto(after)
    return dst


def _comparison(f: FunctionBuilder, node: cst.Comparison) -> Reg:
    registers = [expression(f, node.left)]
    registers += [expression(f, target.comparator) for target in node.comparisons]
    op = "compare" if len(node.comparisons) > 1 else _operator(node.comparisons[0].operator)
    dst = f.reg()
    f.emit(Combine(dst, op, tuple(registers), f.n(node)))
    return dst


def _operator(node: cst.BaseCompOp) -> str:
    return OPERATORS[type(node)]


def _choice(f: FunctionBuilder, node: cst.IfExp) -> Reg:
    dst = f.reg()
    then, orelse, after = f.block(), f.block(), f.block()
    condition(f, node.test, then, orelse)
    for block, value in ((then, node.body), (orelse, node.orelse)):
        f.start(block)
        f.emit(Move(dst, expression(f, value), f.n(value)))
        f.jump(after)
    f.start(after)
    return dst


def _attribute(f: FunctionBuilder, node: cst.Attribute) -> Reg:
    obj = expression(f, node.value)
    dst = f.reg()
    f.emit(LoadAttr(dst, obj, node.attr.value, f.n(node)))
    return dst


def _call(f: FunctionBuilder, node: cst.Call) -> Reg:
    func = expression(f, node.func)
    args = args_of(f, node.args)
    dst = f.reg()
    f.emit(Call(dst, func, args, dotted(node.func), f.n(node)))
    return dst


def key_of(f: FunctionBuilder, node: cst.Subscript) -> Reg:
    """The key of a subscript."""
    if not is_tuple_key(node):
        return _key_part(f, node.slice[0].slice)[1]
    n = f.n(node.slice[0])
    parts = []
    for element in node.slice:
        label, reg, at = _key_part(f, element.slice)
        parts.append(Arg(label, reg, at))
    dst = f.reg()
    f.emit(Build(dst, "tuple", tuple(parts), n))
    return dst


def _key_part(f: FunctionBuilder, part: Any) -> tuple[str | None, Reg, int]:
    if isinstance(part, cst.Index):
        return part.star, expression(f, part.value), f.n(part.value)
    n = f.n(part)
    bounds = []
    for bound in (part.lower, part.upper, part.step):
        if bound is None:
            bounds.append(Arg(None, f.constant(None, n), n))
        else:
            bounds.append(Arg(None, expression(f, bound), f.n(bound)))
    dst = f.reg()
    f.emit(Build(dst, "slice", tuple(bounds), n))
    return None, dst, n


def _subscript(f: FunctionBuilder, node: cst.Subscript) -> Reg:
    obj = expression(f, node.value)
    key = key_of(f, node)
    dst = f.reg()
    f.emit(LoadItem(dst, obj, key, f.n(node)))
    return dst


_KINDS: dict[type, str] = {
    cst.List: "list", cst.Tuple: "tuple", cst.Set: "set", cst.ListComp: "list", cst.GeneratorExp: "list",
    cst.SetComp: "set",
}  # fmt: skip


def _display(f: FunctionBuilder, node: Any) -> Reg:
    parts = tuple(
        Arg(
            "*" if isinstance(element, cst.StarredElement) else None,
            expression(f, element.value),
            f.n(element.value),
        )
        for element in node.elements
    )
    dst = f.reg()
    f.emit(Build(dst, _KINDS[type(node)], parts, f.n(node)))
    return dst


def _dict(f: FunctionBuilder, node: cst.Dict) -> Reg:
    parts: list[Arg] = []
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            parts.append(Arg(None, expression(f, element.key), f.n(element.key)))
            parts.append(Arg(None, expression(f, element.value), f.n(element.value)))
        else:
            parts.append(Arg("**", expression(f, element.value), f.n(element.value)))
    dst = f.reg()
    f.emit(Build(dst, "dict", tuple(parts), f.n(node)))
    return dst


def _comprehension(f: FunctionBuilder, node: Any) -> Reg:
    """A loop that makes the result anew from itself and one element more: ``r = [*r, element]``."""
    n = f.n(node)
    kind = _KINDS.get(type(node), "dict")
    dst = f.reg()
    outer = f.scope
    first = expression(f, node.for_in.iter)
    f.emit(Build(dst, kind, (), n))
    f.scope = f.module.walk.scopes[id(node)]
    after = f.block()
    leave = after
    clause = node.for_in
    while clause is not None:
        src = first if clause is node.for_in else expression(f, clause.iter)
        leave = _clause(f, clause, src, leave)
        clause = clause.inner_for_in
    f.emit(Build(dst, kind, _grown(f, node, dst, n), n))
    f.jump(leave)
    f.scope = outer
    f.start(after)
    return dst


def _clause(f: FunctionBuilder, clause: cst.CompFor, src: Reg, leave: int) -> int:
    """One ``for`` of a comprehension with its ``if``s; returns the loop's head."""
    head, body = f.block(), f.block()
    f.goto(head)
    f.end(Choose((body, leave)))
    f.start(body)
    element = f.reg()
    f.emit(Iterate(element, src, f.n(clause.iter)))
    store(f, clause.target, element)
    for test in clause.ifs:
        following = f.block()
        condition(f, test.test, following, head)
        f.start(following)
    return head


def _grown(f: FunctionBuilder, node: Any, dst: Reg, n: int) -> tuple[Arg, ...]:
    if isinstance(node, cst.DictComp):
        key, value = expression(f, node.key), expression(f, node.value)
        return (Arg("**", dst, n), Arg(None, key, f.n(node.key)), Arg(None, value, f.n(node.value)))
    if isinstance(node, cst.StarredDictComp):
        return (Arg("**", dst, n), Arg("**", expression(f, node.value), f.n(node.value)))
    if isinstance(node.elt, cst.StarredElement):
        return (Arg("*", dst, n), Arg("*", expression(f, node.elt.value), f.n(node.elt.value)))
    return (Arg("*", dst, n), Arg(None, expression(f, node.elt), f.n(node.elt)))


def _lambda(f: FunctionBuilder, node: cst.Lambda) -> Reg:
    defaults = defaults_of(f, node.params)
    dst = f.reg()
    f.emit(MakeFunction(dst, f.module.index_of(node, f.index, "lambda"), defaults, f.n(node)))
    return dst


def defaults_of(f: FunctionBuilder, params: cst.Parameters) -> tuple[Arg, ...]:
    """The default values of a function's parameters."""
    return tuple(
        Arg(param.name.value, expression(f, param.default), f.n(param.default))
        for _, param in all_params(params)
        if param.default is not None
    )


def _await(f: FunctionBuilder, node: cst.Await) -> Reg:
    src = expression(f, node.expression)
    dst = f.reg()
    f.emit(Await(dst, src, f.n(node)))
    return dst


def _yield(f: FunctionBuilder, node: cst.Yield) -> Reg:
    n = f.n(node)
    delegate = isinstance(node.value, cst.From)
    if node.value is None:
        src = f.constant(None, n)
    else:
        src = expression(f, node.value.item if isinstance(node.value, cst.From) else node.value)
    dst = f.reg()
    f.emit(Yield(dst, src, delegate, n))
    return dst


def _named(f: FunctionBuilder, node: cst.NamedExpr) -> Reg:
    value = expression(f, node.value)
    if isinstance(node.target, cst.Name):
        f.emit(StoreName(*f.scope.owner.resolve(node.target.value), value, f.n(node.target)))
    return value


def _starred(f: FunctionBuilder, node: cst.StarredElement) -> Reg:
    """Where a star stands outside of a display (``return *a, b`` is a tuple): the value unpacked."""
    dst = f.reg()
    f.emit(Build(dst, "tuple", (Arg("*", expression(f, node.value), f.n(node.value)),), f.n(node)))
    return dst


LOWER: dict[type, Callable[[FunctionBuilder, Any], Reg]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.SimpleString: _string,
    cst.FormattedString: formatted,
    cst.TemplatedString: formatted,
    cst.ConcatenatedString: formatted,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.Ellipsis: _ellipsis,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _choice,
    cst.Subscript: _subscript,
    cst.List: _display,
    cst.Tuple: _display,
    cst.Set: _display,
    cst.Dict: _dict,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.DictComp: _comprehension,
    cst.StarredDictComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.Lambda: _lambda,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.NamedExpr: _named,
    cst.StarredElement: _starred,
}
