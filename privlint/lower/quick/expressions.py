"""Expressions of Python's tree as LibCST's nodes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from privlint.lower.quick.nodes import UnsureError, maker
from privlint.lower.strings import Known

if TYPE_CHECKING:
    from privlint.lower.quick.converter import Converter

_FIELD_WITH_EQUALS = re.compile(r"=\s*[!:}]")  # f"{x=}", whose text Python's tree holds like any other

name_node = maker(cst.Name, "value")
attribute_node = maker(cst.Attribute, "value", "attr")
_integer, _float, _imaginary = (maker(kind, "value") for kind in (cst.Integer, cst.Float, cst.Imaginary))
_string, _ellipsis = maker(cst.SimpleString, "value"), maker(cst.Ellipsis)
_formatted_node = maker(cst.FormattedString, "parts", start="")
_text = maker(cst.FormattedStringText, "value")
_field = maker(cst.FormattedStringExpression, "expression", "conversion", "format_spec", equal=None)
_element, starred_node = maker(cst.Element, "value"), maker(cst.StarredElement, "value")
_list, _set = maker(cst.List, "elements"), maker(cst.Set, "elements")
_tuple = maker(cst.Tuple, "elements", "lpar")
_dict_node, _pair = maker(cst.Dict, "elements"), maker(cst.DictElement, "key", "value")
_unpacked = maker(cst.StarredDictElement, "value")
_call_node, _arg = maker(cst.Call, "func", "args"), maker(cst.Arg, "keyword", "star", "value")
_binary_node = maker(cst.BinaryOperation, "left", "operator", "right")
_unary_node = maker(cst.UnaryOperation, "operator", "expression")
_bool_node = maker(cst.BooleanOperation, "left", "operator", "right", "lpar")
_comparison_node = maker(cst.Comparison, "left", "comparisons")
_compared = maker(cst.ComparisonTarget, "operator", "comparator")
_subscript_node = maker(cst.Subscript, "value", "slice")
_part, _index = maker(cst.SubscriptElement, "slice", "comma"), maker(cst.Index, "value", "star")
_slice_node = maker(cst.Slice, "lower", "upper", "step")
_choice = maker(cst.IfExp, "test", "body", "orelse")
_lambda_node, _await_node = maker(cst.Lambda, "params", "body"), maker(cst.Await, "expression")
_yield_node, from_node = maker(cst.Yield, "value"), maker(cst.From, "item")
_named_node = maker(cst.NamedExpr, "target", "value")
_loop_node = maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in")
_loop_test = maker(cst.CompIf, "test")
_COMPREHENSIONS = {
    ast.ListComp: maker(cst.ListComp, "elt", "for_in"),
    ast.SetComp: maker(cst.SetComp, "elt", "for_in"),
    ast.GeneratorExp: maker(cst.GeneratorExp, "elt", "for_in"),
}
_dict_comprehension = maker(cst.DictComp, "key", "value", "for_in")
_parameters_node = maker(cst.Parameters, "posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg")
_param, _annotation = maker(cst.Param, "name", "annotation", "default"), maker(cst.Annotation, "annotation")

_COMMA = maker(cst.Comma)()
_OPERATORS: dict[type, Any] = {
    getattr(ast, name): maker(getattr(cst, other))()
    for name, other in {
        "Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "Div": "Divide", "FloorDiv": "FloorDivide",
        "Mod": "Modulo", "Pow": "Power", "LShift": "LeftShift", "RShift": "RightShift", "BitOr": "BitOr",
        "BitAnd": "BitAnd", "BitXor": "BitXor", "MatMult": "MatrixMultiply", "UAdd": "Plus", "USub": "Minus",
        "Invert": "BitInvert", "Not": "Not", "Lt": "LessThan", "Gt": "GreaterThan", "Eq": "Equal", "NotEq": "NotEqual",
        "LtE": "LessThanEqual", "GtE": "GreaterThanEqual", "In": "In", "NotIn": "NotIn", "Is": "Is", "IsNot": "IsNot",
        "And": "And", "Or": "Or",
    }.items()
}  # fmt: skip
AUGMENTED: dict[type, Any] = {
    kind: maker(getattr(cst, f"{type(node).__name__}Assign"))()
    for kind, node in _OPERATORS.items()
    if hasattr(cst, f"{type(node).__name__}Assign")
}


def _name(c: Converter, node: ast.Name) -> Any:
    return name_node(node.id)


def _attribute(c: Converter, node: ast.Attribute) -> Any:
    return attribute_node(c.expr(node.value), name_node(node.attr))


def _constant(c: Converter, node: ast.Constant) -> Any:
    value = node.value
    kind = type(value)
    if kind is str or kind is bytes:
        return _string(Known(value))
    if value is None or kind is bool:
        return name_node(str(value))
    if value is ...:
        return _ellipsis()
    number = _integer if kind is int else _float if kind is float else _imaginary
    return number(c.source(node))


def _formatted(c: Converter, node: ast.JoinedStr) -> Any:
    if _FIELD_WITH_EQUALS.search(c.source(node)):
        raise UnsureError("a field with an equals sign")
    return _formatted_node([_piece(c, value) for value in node.values])


def _piece(c: Converter, node: Any) -> Any:
    if isinstance(node, ast.Constant):
        return _text(Known(node.value))
    conversion = None if node.conversion < 0 else chr(node.conversion)
    spec = node.format_spec
    inner = (
        [_piece(c, each) for each in spec.values if not isinstance(each, ast.Constant)] if spec is not None else None
    )
    return _field(c.expr(node.value), conversion, inner)


def _elements(c: Converter, nodes: Sequence[ast.expr]) -> list[Any]:
    return [c.expr(node) if type(node) is ast.Starred else _element(c.expr(node)) for node in nodes]


def _starred(c: Converter, node: ast.Starred) -> Any:
    return starred_node(c.expr(node.value))


def tuple_of(c: Converter, nodes: Sequence[ast.expr], parentheses: bool) -> Any:
    """A tuple of these elements."""
    return _tuple(_elements(c, nodes), (True,) if parentheses else ())


def _dict(c: Converter, node: ast.Dict) -> Any:
    return _dict_node(
        [
            _unpacked(c.expr(value)) if key is None else _pair(c.expr(key), c.expr(value))
            for key, value in zip(node.keys, node.values, strict=True)
        ]
    )


def _place(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def args_of(c: Converter, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> list[Any]:
    """Arguments; positional ones before the others, as they are given here."""
    found = [
        _arg(None, "*", c.expr(arg.value)) if type(arg) is ast.Starred else _arg(None, "", c.expr(arg)) for arg in args
    ]
    for keyword in keywords:
        name = keyword.arg
        found.append(
            _arg(None, "**", c.expr(keyword.value))
            if name is None
            else _arg(name_node(name), "", c.expr(keyword.value))
        )
    return found


def _call(c: Converter, node: ast.Call) -> Any:
    func, args = c.expr(node.func), args_of(c, node.args, node.keywords)
    if node.keywords and node.args and type(node.args[-1]) is ast.Starred:  # it may stand behind a keyword
        places = [_place(arg) for arg in node.args] + [_place(keyword) for keyword in node.keywords]
        args = [arg for _, arg in sorted(zip(places, args, strict=True), key=lambda pair: pair[0])]
    return _call_node(func, args)


def _binary(c: Converter, node: ast.BinOp) -> Any:
    spine: list[ast.BinOp] = []
    left: Any = node
    while type(left) is ast.BinOp:
        spine.append(left)
        left = left.left
    value = c.expr(left)
    for operation in reversed(spine):
        value = _binary_node(value, _OPERATORS[type(operation.op)], c.expr(operation.right))
    return value


def _unary(c: Converter, node: ast.UnaryOp) -> Any:
    return _unary_node(_OPERATORS[type(node.op)], c.expr(node.operand))


def _boolean(c: Converter, node: ast.BoolOp) -> Any:
    operator = _OPERATORS[type(node.op)]
    values = [c.expr(value) for value in node.values]
    left = values[0]
    for value in values[1:-1]:
        left = _bool_node(left, operator, value, ())
    return _bool_node(left, operator, values[-1], (True,))  # what is a chain of its own is one in parentheses


def _comparison(c: Converter, node: ast.Compare) -> Any:
    compared = zip(node.ops, node.comparators, strict=True)
    return _comparison_node(
        c.expr(node.left), [_compared(_OPERATORS[type(op)], c.expr(value)) for op, value in compared]
    )


def _subscript(c: Converter, node: ast.Subscript) -> Any:
    key: Any = node.slice
    value = c.expr(node.value)
    if type(key) is ast.Tuple and key.elts and _place(key) == _place(key.elts[0]):
        return _subscript_node(value, [_part(_key(c, each), _COMMA) for each in key.elts])
    return _subscript_node(value, [_part(_key(c, key), None)])


def _key(c: Converter, node: Any) -> Any:
    if type(node) is ast.Slice:
        return _slice_node(c.maybe(node.lower), c.maybe(node.upper), c.maybe(node.step))
    if type(node) is ast.Starred:
        return _index(c.expr(node.value), "*")
    return _index(c.expr(node), None)


def _comprehension(c: Converter, node: Any) -> Any:
    clause = None
    for loop in reversed(node.generators):
        tests = [_loop_test(c.expr(test)) for test in loop.ifs]
        clause = _loop_node(c.expr(loop.target), c.expr(loop.iter), tests, clause)
    if type(node) is ast.DictComp:
        if node.value is None:
            raise UnsureError("a comprehension that unpacks")
        return _dict_comprehension(c.expr(node.key), c.expr(node.value), clause)
    return _COMPREHENSIONS[type(node)](c.expr(node.elt), clause)


def parameters(c: Converter, node: ast.arguments) -> Any:
    """The parameters of a function."""
    positional = [*node.posonlyargs, *node.args]
    missing = len(positional) - len(node.defaults)
    made = [
        _parameter(c, arg, node.defaults[place - missing] if place >= missing else None)
        for place, arg in enumerate(positional)
    ]
    only = len(node.posonlyargs)
    return _parameters_node(
        made[:only],
        made[only:],
        None if node.vararg is None else _parameter(c, node.vararg, None),
        [_parameter(c, arg, default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)],
        None if node.kwarg is None else _parameter(c, node.kwarg, None),
    )


def _parameter(c: Converter, arg: ast.arg, default: Any) -> Any:
    return _param(
        name_node(arg.arg), None if arg.annotation is None else annotation(c, arg.annotation), c.maybe(default)
    )


def annotation(c: Converter, node: ast.expr) -> Any:
    """An annotation.  Of literal types LibCST's own nodes are needed, since their source counts."""
    kind = type(node)
    if kind is not ast.Name and kind is not ast.Attribute:
        source = c.source(node)
        if "Literal" in source:
            try:
                return _annotation(cst.parse_expression(f"({source})"))
            except Exception:  # LibCST's parser has no common base class for what it raises
                raise UnsureError("an annotation") from None
        if any(type(part) is ast.JoinedStr for part in ast.walk(node)):
            raise UnsureError("an f-string in an annotation")
    return _annotation(c.expr(node))


EXPRESSIONS: dict[type, Callable[[Converter, Any], Any]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _comparison,
    ast.Subscript: _subscript,
    ast.List: lambda c, node: _list(_elements(c, node.elts)),
    ast.Tuple: lambda c, node: tuple_of(c, node.elts, True),
    ast.Set: lambda c, node: _set(_elements(c, node.elts)),
    ast.Dict: _dict,
    ast.Starred: _starred,
    ast.IfExp: lambda c, node: _choice(c.expr(node.test), c.expr(node.body), c.expr(node.orelse)),
    ast.Lambda: lambda c, node: _lambda_node(parameters(c, node.args), c.expr(node.body)),
    ast.Await: lambda c, node: _await_node(c.expr(node.value)),
    ast.Yield: lambda c, node: _yield_node(c.maybe(node.value)),
    ast.YieldFrom: lambda c, node: _yield_node(from_node(c.expr(node.value))),
    ast.NamedExpr: lambda c, node: _named_node(c.expr(node.target), c.expr(node.value)),
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _comprehension,
}
