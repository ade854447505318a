"""Python's own syntax tree, walked in exactly the order of ``privlint.lower.walk``.

Parsing with ``ast`` is several times as fast as with LibCST, and its nodes carry positions: this is how an ordinal
becomes a line and a column.  Each function here has its twin there; what one visits the other must.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

Children = Callable[[Any], list[Any]]


def numbered(tree: ast.AST) -> Iterator[Any]:
    """The nodes of a module in the order of their ordinals."""
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        yield node
        children = CHILDREN.get(type(node))
        if children is not None:
            stack.extend(reversed(children(node)))


def _optional(*nodes: Any) -> list[Any]:
    return [node for node in nodes if node is not None]


def _of(*names: str) -> Children:
    def children(node: Any) -> list[Any]:
        return _optional(*(getattr(node, name) for name in names))

    return children


def _place(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _call(node: ast.Call) -> list[Any]:
    args: list[Any] = [*node.args, *(keyword.value for keyword in node.keywords)]
    return [node.func, *(sorted(args, key=_place) if node.keywords else args)]


def _dict(node: ast.Dict) -> list[Any]:
    return [part for pair in zip(node.keys, node.values, strict=True) for part in pair if part is not None]


def fields(node: Any) -> list[Any]:
    """The replacement fields' expressions of an f-string or t-string."""
    result: list[Any] = []
    for value in node.values:
        if not isinstance(value, ast.Constant):
            result.append(value.value)
            if value.format_spec is not None:
                result.extend(fields(value.format_spec))
    return result


def _comprehension(node: Any) -> list[Any]:
    order = _optional(node.key, node.value) if isinstance(node, ast.DictComp) else [node.elt]
    for clause in node.generators:
        order += [clause.target, clause.iter, *clause.ifs]
    return order


class Parameter:
    """A parameter with its default, which ``ast`` keeps apart."""

    __slots__ = ("arg", "default")

    def __init__(self, arg: ast.arg, default: ast.expr | None) -> None:
        self.arg = arg
        self.default = default


def _parameters(node: ast.arguments) -> list[Any]:
    positional = [*node.posonlyargs, *node.args]
    missing = len(positional) - len(node.defaults)
    result = [Parameter(arg, node.defaults[i - missing] if i >= missing else None) for i, arg in enumerate(positional)]
    if node.vararg is not None:
        result.append(Parameter(node.vararg, None))
    result += [Parameter(arg, default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    if node.kwarg is not None:
        result.append(Parameter(node.kwarg, None))
    return result


def _type_params(node: Any) -> list[Any]:
    return list(getattr(node, "type_params", ()))


def _function(node: Any) -> list[Any]:
    return [*node.decorator_list, *_type_params(node), *_parameters(node.args), *node.body]


def _class(node: ast.ClassDef) -> list[Any]:
    keywords = [keyword.value for keyword in node.keywords]
    return [*node.decorator_list, *_type_params(node), *node.bases, *keywords, *node.body]


def _with(node: Any) -> list[Any]:
    items = [part for item in node.items for part in _optional(item.context_expr, item.optional_vars)]
    return [*items, *node.body]


def _match(node: Any) -> list[Any]:
    order = [node.subject]
    for case in node.cases:
        order += [case.pattern, *_optional(case.guard), *case.body]
    return order


def _match_mapping(node: Any) -> list[Any]:
    return [part for pair in zip(node.keys, node.patterns, strict=True) for part in pair]


def _body(node: Any) -> list[Any]:
    return list(node.body)


CHILDREN: dict[type, Children] = {
    ast.Module: _body,
    ast.Call: _call,
    ast.Starred: _of("value"),
    ast.Attribute: _of("value"),
    ast.BinOp: _of("left", "right"),
    ast.UnaryOp: _of("operand"),
    ast.BoolOp: lambda node: node.values,
    ast.Compare: lambda node: [node.left, *node.comparators],
    ast.Subscript: _of("slice", "value"),
    ast.Slice: _of("lower", "upper", "step"),
    ast.Tuple: lambda node: node.elts,
    ast.List: lambda node: node.elts,
    ast.Set: lambda node: node.elts,
    ast.Dict: _dict,
    ast.JoinedStr: fields,
    ast.IfExp: _of("test", "body", "orelse"),
    ast.Await: _of("value"),
    ast.Yield: _of("value"),
    ast.YieldFrom: _of("value"),
    ast.NamedExpr: _of("target", "value"),
    ast.Lambda: lambda node: [*_parameters(node.args), node.body],
    Parameter: _of("default"),
    ast.GeneratorExp: _comprehension,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Expr: _of("value"),
    ast.Return: _of("value"),
    ast.Assign: lambda node: [*node.targets, node.value],
    ast.AnnAssign: _of("target", "value"),
    ast.AugAssign: _of("target", "value"),
    ast.Delete: lambda node: node.targets,
    ast.Assert: _of("test", "msg"),
    ast.Raise: _of("exc", "cause"),
    ast.Import: lambda node: node.names,
    ast.ImportFrom: lambda node: node.names,
    ast.If: lambda node: [node.test, *node.body, *node.orelse],
    ast.While: lambda node: [node.test, *node.body, *node.orelse],
    ast.For: lambda node: [node.target, node.iter, *node.body, *node.orelse],
    ast.AsyncFor: lambda node: [node.target, node.iter, *node.body, *node.orelse],
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: lambda node: [*node.body, *node.handlers, *node.orelse, *node.finalbody],
    ast.TryStar: lambda node: [*node.body, *node.handlers, *node.orelse, *node.finalbody],
    ast.ExceptHandler: lambda node: [*_optional(node.type), *node.body],
    ast.Match: _match,
    ast.MatchValue: _of("value"),
    ast.MatchSequence: lambda node: node.patterns,
    ast.MatchMapping: _match_mapping,
    ast.MatchClass: lambda node: [node.cls, *node.patterns, *node.kwd_patterns],
    ast.MatchAs: _of("pattern"),
    ast.MatchOr: lambda node: node.patterns,
}
for _name, _children in (("TypeAlias", _type_params), ("TemplateStr", fields)):  # of later Pythons
    if hasattr(ast, _name):
        CHILDREN[getattr(ast, _name)] = _children
