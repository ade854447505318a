"""Statements; definitions are in ``functions``, ``match`` is in ``patterns``, the ways out of ``try`` in ``exits``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from privlint.ir.ops import (
    Annotate,
    Arg,
    Call,
    Caught,
    Choose,
    Combine,
    DelName,
    Enter,
    Exit,
    Import,
    Iterate,
    LoadAttr,
    LoadItem,
    Raise,
    Reg,
    StoreAttr,
    StoreItem,
)
from privlint.lower.annotations import dotted, type_ref
from privlint.lower.builder import Cleanup, FunctionBuilder, Loop, Managed
from privlint.lower.exits import break_out, finish_cleanup, leave, reraise, run_cleanup
from privlint.lower.expressions import condition, expression, key_of
from privlint.lower.functions import class_definition, function_definition, type_alias
from privlint.lower.patterns import match
from privlint.lower.shapes import statements
from privlint.lower.targets import delete, store, store_name

_AUGMENTED: dict[type, str] = {
    cst.AddAssign: "+=", cst.SubtractAssign: "-=", cst.MultiplyAssign: "*=", cst.MatrixMultiplyAssign: "@=",
    cst.DivideAssign: "/=", cst.ModuloAssign: "%=", cst.BitAndAssign: "&=", cst.BitOrAssign: "|=",
    cst.BitXorAssign: "^=", cst.LeftShiftAssign: "<<=", cst.RightShiftAssign: ">>=", cst.PowerAssign: "**=",
    cst.FloorDivideAssign: "//=",
}  # fmt: skip


def suite(f: FunctionBuilder, body: list[Any]) -> None:
    """Lower statements in order, up to one that never goes on."""
    for statement in body:
        if f.current is None:
            return
        STATEMENTS[type(statement)](f, statement)


def _body(f: FunctionBuilder, block: Any) -> None:
    suite(f, statements(block.body))


def _expr(f: FunctionBuilder, node: cst.Expr) -> None:
    expression(f, node.value)


def _nothing(f: FunctionBuilder, node: object) -> None:
    """``pass``, ``global``, ``nonlocal``: the scopes know."""


def _assign(f: FunctionBuilder, node: cst.Assign) -> None:
    src = expression(f, node.value)
    for target in node.targets:
        store(f, target.target, src)


def _annotated(f: FunctionBuilder, node: cst.AnnAssign) -> None:
    src = expression(f, node.value) if node.value is not None else None
    annotation = type_ref(node.annotation.annotation)
    target = node.target
    if isinstance(target, cst.Attribute):
        obj = expression(f, target.value)
        f.emit(Annotate(obj, target.attr.value, annotation, f.n(target)))
        if src is not None:
            f.emit(StoreAttr(obj, target.attr.value, src, f.n(target)))
        return
    if src is not None:
        store(f, target, src)
    if isinstance(target, cst.Name):
        f.emit(Annotate(-1, target.value, annotation, f.n(target)))


def _augmented(f: FunctionBuilder, node: cst.AugAssign) -> None:
    target, n = node.target, f.n(node.target)
    op = _AUGMENTED[type(node.operator)]
    if isinstance(target, cst.Name):
        old = f.load(target.value, n)
        store_name(f, target.value, _combined(f, op, old, node), n)
    elif isinstance(target, cst.Attribute):
        obj, name = expression(f, target.value), target.attr.value
        old = f.reg()
        f.emit(LoadAttr(old, obj, name, n))
        f.emit(StoreAttr(obj, name, _combined(f, op, old, node), n))
    elif isinstance(target, cst.Subscript):
        obj = expression(f, target.value)
        key = key_of(f, target)
        old = f.reg()
        f.emit(LoadItem(old, obj, key, n))
        f.emit(StoreItem(obj, key, _combined(f, op, old, node), n))


def _combined(f: FunctionBuilder, op: str, old: Reg, node: cst.AugAssign) -> Reg:
    value = expression(f, node.value)
    dst = f.reg()
    f.emit(Combine(dst, op, (old, value), f.n(node)))
    return dst


def _delete(f: FunctionBuilder, node: cst.Del) -> None:
    delete(f, node.target)


def _return(f: FunctionBuilder, node: cst.Return) -> None:
    src = expression(f, node.value) if node.value is not None else -1
    leave(f, src, f.n(node))


def _break(f: FunctionBuilder, node: cst.Break) -> None:
    break_out(f, again=False)


def _continue(f: FunctionBuilder, node: cst.Continue) -> None:
    break_out(f, again=True)


def _raise(f: FunctionBuilder, node: cst.Raise) -> None:
    src = expression(f, node.exc) if node.exc is not None else -1
    cause = expression(f, node.cause.item) if node.cause is not None else -1
    f.end(Raise(src, cause, f.n(node)))


def _assert(f: FunctionBuilder, node: cst.Assert) -> None:
    after, failed = f.block(), f.block()
    condition(f, node.test, after, failed)
    f.start(failed)
    n = f.n(node)
    error = f.load("AssertionError", n)
    args = () if node.msg is None else (Arg(None, expression(f, node.msg), f.n(node.msg)),)
    dst = f.reg()
    f.emit(Call(dst, error, args, "AssertionError", n))
    f.end(Raise(dst, -1, n))
    f.start(after)


def _import(f: FunctionBuilder, node: Any) -> None:
    for alias in node.names:
        name = dotted(alias.name)
        n = f.n(alias)
        dst = f.reg()
        top = alias.asname is None
        f.emit(Import(dst, name, 0, "", top, n))
        bound = name.partition(".")[0] if alias.asname is None else alias.asname.name.value
        store_name(f, bound, dst, n)


def _import_from(f: FunctionBuilder, node: Any) -> None:
    module = dotted(node.module)
    level = len(node.relative)
    if isinstance(node.names, cst.ImportStar):
        f.emit(Import(f.reg(), module, level, "*", False, f.n(node.names)))
        return
    for alias in node.names:
        n = f.n(alias)
        dst = f.reg()
        f.emit(Import(dst, module, level, alias.name.value, False, n))
        store_name(f, (alias.name if alias.asname is None else alias.asname.name).value, dst, n)


def _if(f: FunctionBuilder, node: cst.If) -> None:
    after = f.block()
    current: Any = node
    while isinstance(current, cst.If):
        then, orelse = f.block(), f.block()
        condition(f, current.test, then, orelse)
        f.start(then)
        _body(f, current.body)
        f.jump(after)
        f.start(orelse)
        current = current.orelse
    if current is not None:
        _body(f, current.body)
    f.join(after)


def _forever(test: Any) -> bool:
    """``while True`` and ``while 1``: such a loop ends by ``break`` only."""
    if isinstance(test, cst.Name):
        return test.value == "True"
    return isinstance(test, cst.Integer) and test.value.strip("0_") != "" and test.value.isdigit()


def _while(f: FunctionBuilder, node: cst.While) -> None:
    head, body, orelse, after = f.block(), f.block(), f.block(), f.block()
    f.goto(head)
    endless = _forever(node.test)
    if endless:
        f.jump(body)
    else:
        condition(f, node.test, body, orelse)
    _loop(f, node, (head, body, orelse, after), lambda: None, not endless)


def _for(f: FunctionBuilder, node: cst.For) -> None:
    src = expression(f, node.iter)
    head, body, orelse, after = f.block(), f.block(), f.block(), f.block()
    known = f.reg()
    f.emit(Combine(known, "nonempty", (src,), f.n(node.iter)))
    f.end(Choose((body, orelse), known))
    f.start(head)
    f.end(Choose((body, orelse)))

    def element() -> None:
        dst = f.reg()
        f.emit(Iterate(dst, src, f.n(node.iter)))
        store(f, node.target, dst)

    _loop(f, node, (head, body, orelse, after), element, True)


def _loop(
    f: FunctionBuilder, node: Any, blocks: tuple[int, int, int, int], begin: Callable[[], None], ends: bool
) -> None:
    """The body and ``else`` of a loop whose head is done; ``ends``: whether the head has a way out."""
    head, body, orelse, after = blocks
    f.frames.append(Loop(head, after))
    f.start(body)
    begin()
    _body(f, node.body)
    f.jump(head)
    f.frames.pop()
    if ends:
        f.start(orelse)
        if node.orelse is not None:
            _body(f, node.orelse.body)
        f.jump(after)
    f.join(after)


def _with(f: FunctionBuilder, node: cst.With) -> None:
    managers: list[Reg] = []
    asynchronous = node.asynchronous is not None
    for item in node.items:
        n = f.n(item.item)
        src = expression(f, item.item)
        dst = f.reg()
        f.emit(Enter(dst, src, asynchronous, n))
        managers.append(src)
        if item.asname is not None:
            store(f, item.asname.name, dst)
    passes = _raises(node.body) or any(_suppresses(item.item) for item in node.items)
    outer, silenced = f.handler, f.block() if passes else -1
    f.frames.append(Managed(managers, f.n(node)))
    if silenced >= 0:
        f.under(silenced)
    _body(f, node.body)
    f.frames.pop()
    if silenced >= 0:
        f.handler = outer
        after = f.block()
        f.jump(after)
        f.start(silenced)
        f.emit(Caught(f.reg(), -1, f.n(node)))
        f.jump(after)
        f.join(after)
    for manager in reversed(managers):
        f.emit(Exit(manager, f.n(node)))


def _raises(body: cst.BaseSuite) -> bool:
    """Whether a block ends in ``raise``: what stands behind it is there for a manager that lets nothing pass."""
    block = statements(body)
    return bool(block) and isinstance(block[-1], cst.Raise)


def _suppresses(manager: cst.BaseExpression) -> bool:
    """Whether a context manager is one that lets no exception pass: ``contextlib.suppress(...)`` and the like."""
    if not isinstance(manager, cst.Call):
        return False
    return dotted(manager.func).rpartition(".")[2] in ("suppress", "raises", "assertRaises", "assertRaisesRegex")


def _try(f: FunctionBuilder, node: Any) -> None:
    outer = f.handler
    cleanup = None
    beyond = outer
    if node.finalbody is not None:
        cleanup = Cleanup(node.finalbody, outer)
        beyond = reraise(f, cleanup, f.n(node))
        f.frames.append(cleanup)
    after = f.block()
    f.handler = beyond
    dispatch = f.block() if node.handlers else beyond
    f.handler = outer
    f.under(dispatch)
    _body(f, node.body)
    f.under(beyond)
    if node.orelse is not None:
        _body(f, node.orelse.body)
    f.jump(after)
    if node.handlers:
        _handlers(f, node, dispatch, beyond, after)
    f.handler = outer
    f.join(after)
    if cleanup is not None:
        f.frames.pop()
        if f.current is not None:
            run_cleanup(f, cleanup)
        finish_cleanup(f, cleanup)


def _handlers(f: FunctionBuilder, node: Any, dispatch: int, beyond: int, after: int) -> None:
    """The ``except`` clauses, each of which ends with a jump to ``after``."""
    f.start(dispatch)
    clauses = [(handler, expression(f, handler.type) if handler.type is not None else -1) for handler in node.handlers]
    blocks = [f.block() for _ in clauses]
    ways = list(blocks)
    if not _catches_all(node.handlers[-1]):
        ways.append(beyond if beyond >= 0 else _unhandled(f, f.n(node)))
    f.end(Choose(tuple(ways)))
    for (handler, kind), block in zip(clauses, blocks, strict=True):
        f.start(block)
        _clause(f, handler, kind)
        f.jump(after)


def _clause(f: FunctionBuilder, handler: Any, kind: Reg) -> None:
    dst, n = f.reg(), f.n(handler)
    f.emit(Caught(dst, kind, n))
    if handler.name is not None:
        store_name(f, handler.name.name.value, dst, n)
    _body(f, handler.body)
    if handler.name is not None:  # Python deletes the variable, so that no exception outlives its handler
        f.emit(DelName(*f.scope.resolve(handler.name.name.value), n))


def _catches_all(handler: Any) -> bool:
    return handler.type is None or dotted(handler.type) in ("BaseException", "builtins.BaseException")


def _unhandled(f: FunctionBuilder, n: int) -> int:
    """The way on of an exception that no clause takes, where nothing around handles it: out of the function."""
    before = f.current
    block = f.block()
    f.start(block)
    f.end(Raise(-1, -1, n))
    f.current = before
    return block


STATEMENTS: dict[type, Callable[[FunctionBuilder, Any], None]] = {
    cst.Expr: _expr,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Del: _delete,
    cst.Pass: _nothing,
    cst.Global: _nothing,
    cst.Nonlocal: _nothing,
    cst.Return: _return,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Import: _import,
    cst.LazyImport: _import,
    cst.ImportFrom: _import_from,
    cst.LazyImportFrom: _import_from,
    cst.If: _if,
    cst.While: _while,
    cst.For: _for,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: match,
    cst.FunctionDef: function_definition,
    cst.ClassDef: class_definition,
    cst.TypeAlias: type_alias,
}
