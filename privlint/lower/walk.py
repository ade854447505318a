"""One walk over the semantic nodes of a module: it numbers them and collects the names of every scope.

A node's ordinal is its place in this walk.  The walk visits expressions, statements, parameters, patterns and the
like, and neither white space nor annotations.  ``privlint.lower.syntax`` walks Python's own syntax tree in exactly
the same order, which is how an ordinal becomes a line and a column without parsing with LibCST again.  The walk
keeps its own stack, so that no nesting of the code under analysis can exhaust Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import libcst as cst

from privlint.lower.scopes import Scope, settle


CONSTANTS: dict[str, bool | None] = {"None": None, "True": True, "False": False}


class Walk:
    """The outcome of the walk: ordinals and scopes by the identity of a node (the module keeps the nodes alive)."""

    def __init__(self, module: cst.Module) -> None:
        self.module = module
        self.ordinals: dict[int, int] = {}
        self.scopes: dict[int, Scope] = {}
        self.root = Scope("module", None)
        self._scope = self.root
        self._all = [self.root]
        self._run()
        settle(self._all)

    def _run(self) -> None:
        ordinals = self.ordinals
        handlers = HANDLERS
        name_type, scope_type = cst.Name, Scope
        stack: list[Any] = [self.module]
        pop = stack.pop
        while stack:
            node = pop()
            kind = type(node)
            if kind is name_type:
                ordinals[id(node)] = len(ordinals)
                self._scope.uses.add(node.value)
            elif kind is scope_type:
                self._scope = node
            else:
                ordinals[id(node)] = len(ordinals)
                handler = handlers.get(kind)
                if handler is not None:
                    handler(self, node, stack)

    def number(self, node: object) -> None:
        """Give the next ordinal to ``node``."""
        self.ordinals[id(node)] = len(self.ordinals)

    def open(self, kind: str, node: cst.CSTNode, parent: Scope, transparent: bool = False) -> Scope:
        """A new scope that belongs to ``node``."""
        scope = Scope(kind, parent, self.ordinals[id(node)], transparent)
        self._all.append(scope)
        if not transparent:
            self.scopes[id(node)] = scope
        return scope

    @property
    def scope(self) -> Scope:
        """The scope that the node being visited is in."""
        return self._scope


Handler = Callable[[Walk, Any, list[Any]], None]


def targets(node: cst.CSTNode) -> Iterable[str]:
    """The plain names that an assignment target binds."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            yield node.value
        elif isinstance(node, cst.Tuple | cst.List):
            stack.extend(element.value for element in node.elements)
        elif isinstance(node, cst.StarredElement):
            stack.append(node.value)


def statements(body: Sequence[Any] | cst.BaseSuite) -> list[Any]:
    """The statements of a suite, those that share a line taken apart."""
    lines: Sequence[Any]
    if isinstance(body, cst.SimpleStatementSuite | cst.SimpleStatementLine):
        return list(body.body)
    lines = body.body if isinstance(body, cst.BaseSuite) else body
    result: list[Any] = []
    for line in lines:
        if type(line) is cst.SimpleStatementLine:
            result.extend(line.body)
        else:
            result.append(line)
    return result


def strings(node: cst.BaseString) -> list[Any]:
    """The pieces of an implicit concatenation, or the one string."""
    pieces: list[Any] = []
    current: Any = node
    while isinstance(current, cst.ConcatenatedString):
        pieces.append(current.left)
        current = current.right
    pieces.append(current)
    return pieces


def fields(parts: Sequence[Any]) -> list[Any]:
    """The replacement fields' expressions of an f-string's parts, those of format specs behind their own field's."""
    result: list[Any] = []
    for part in parts:
        if isinstance(part, cst.FormattedStringExpression | cst.TemplatedStringExpression):
            result.append(part.expression)
            if part.format_spec:
                result.extend(fields(part.format_spec))
    return result


def is_tuple_key(node: cst.Subscript) -> bool:
    """Whether the key of a subscript is a tuple without parentheses: ``a[1, 2]``, ``a[1,]``, ``a[*b]``."""
    first = node.slice[0]
    if len(node.slice) > 1 or isinstance(first.comma, cst.Comma):
        return True
    return isinstance(first.slice, cst.Index) and first.slice.star is not None


def bool_operands(node: cst.BooleanOperation) -> list[Any]:
    """The operands of ``a and b and c``: nested to the left without parentheses, one chain for Python."""
    operands: list[Any] = [node.right]
    kind = type(node.operator)
    left: Any = node.left
    while type(left) is cst.BooleanOperation and type(left.operator) is kind and not left.lpar:
        operands.append(left.right)
        left = left.left
    operands.append(left)
    operands.reverse()
    return operands


def is_singleton(node: cst.MatchPattern) -> bool:
    """Whether a pattern is ``None``, ``True`` or ``False`` (LibCST's parser makes values of them)."""
    if isinstance(node, cst.MatchSingleton):
        return True
    return isinstance(node, cst.MatchValue) and isinstance(node.value, cst.Name) and node.value.value in CONSTANTS


def all_params(node: cst.Parameters) -> list[tuple[str, cst.Param]]:
    """The parameters in source order, each with its kind as in ``privlint.ir.module.Param``."""
    result = [("posonly", param) for param in node.posonly_params]
    result += [("pos", param) for param in node.params]
    if isinstance(node.star_arg, cst.Param):
        result.append(("*", node.star_arg))
    result += [("kwonly", param) for param in node.kwonly_params]
    if node.star_kwarg is not None:
        result.append(("**", node.star_kwarg))
    return result


def _fields_of(*names: str) -> Handler:
    """A handler that visits the nodes in these fields, in this order."""
    backwards = names[::-1]

    def handle(walk: Walk, node: Any, stack: list[Any]) -> None:
        for name in backwards:
            child = getattr(node, name)
            if child is not None:
                stack.append(child)

    return handle


def _suite(stack: list[Any], body: Any) -> None:
    stack.extend(reversed(statements(body)))


def _module(walk: Walk, node: cst.Module, stack: list[Any]) -> None:
    _suite(stack, node.body)


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


def _elements(walk: Walk, node: Any, stack: list[Any]) -> None:
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
        _elements(walk, node.target, stack)
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
        _suite(stack, node.orelse.body)
    _suite(stack, node.body)
    stack.append(node.test)


def _while(walk: Walk, node: cst.While, stack: list[Any]) -> None:
    if node.orelse is not None:
        _suite(stack, node.orelse.body)
    _suite(stack, node.body)
    stack.append(node.test)


def _for(walk: Walk, node: cst.For, stack: list[Any]) -> None:
    for name in targets(node.target):
        walk.scope.owner.bind(name)
    if node.orelse is not None:
        _suite(stack, node.orelse.body)
    _suite(stack, node.body)
    stack.append(node.iter)
    stack.append(node.target)


def _with(walk: Walk, node: cst.With, stack: list[Any]) -> None:
    _suite(stack, node.body)
    for item in reversed(node.items):
        if item.asname is not None:
            for name in targets(item.asname.name):
                walk.scope.owner.bind(name)
            stack.append(item.asname.name)
        stack.append(item.item)


def _try(walk: Walk, node: Any, stack: list[Any]) -> None:
    if node.finalbody is not None:
        _suite(stack, node.finalbody.body)
    if node.orelse is not None:
        _suite(stack, node.orelse.body)
    stack.extend(reversed(node.handlers))
    _suite(stack, node.body)


def _handler(walk: Walk, node: Any, stack: list[Any]) -> None:
    if node.name is not None:
        for name in targets(node.name.name):
            walk.scope.owner.bind(name)
    _suite(stack, node.body)
    if node.type is not None:
        stack.append(node.type)


def _raise(walk: Walk, node: cst.Raise, stack: list[Any]) -> None:
    if node.cause is not None:
        stack.append(node.cause.item)
    if node.exc is not None:
        stack.append(node.exc)


def _match(walk: Walk, node: cst.Match, stack: list[Any]) -> None:
    for case in reversed(node.cases):
        _suite(stack, case.body)
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


HANDLERS: dict[type, Handler] = {
    cst.Module: _module,
    cst.Call: _call,
    cst.Arg: _fields_of("value"),
    cst.Attribute: _fields_of("value"),
    cst.BinaryOperation: _fields_of("left", "right"),
    cst.UnaryOperation: _fields_of("expression"),
    cst.BooleanOperation: _bool,
    cst.Comparison: _comparison,
    cst.Subscript: _subscript,
    cst.Index: _fields_of("value"),
    cst.Slice: _fields_of("lower", "upper", "step"),
    cst.Tuple: _elements,
    cst.List: _elements,
    cst.Set: _elements,
    cst.StarredElement: _fields_of("value"),
    cst.Dict: _dict,
    cst.FormattedString: _formatted,
    cst.TemplatedString: _formatted,
    cst.ConcatenatedString: _concatenated,
    cst.IfExp: _fields_of("test", "body", "orelse"),
    cst.Await: _fields_of("expression"),
    cst.Yield: _yield,
    cst.NamedExpr: _named,
    cst.Lambda: _lambda,
    cst.Param: _fields_of("default"),
    cst.GeneratorExp: _comprehension,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.DictComp: _comprehension,
    cst.StarredDictComp: _comprehension,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.TypeAlias: _type_alias,
    cst.Expr: _fields_of("value"),
    cst.Return: _fields_of("value"),
    cst.Assign: _assign,
    cst.AnnAssign: _bind_target,
    cst.AugAssign: _bind_target,
    cst.Del: _delete,
    cst.Assert: _fields_of("test", "msg"),
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
