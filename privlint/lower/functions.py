"""Definitions: functions, lambdas and classes, their parameters, decorators and type parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from privlint.ir.module import Param
from privlint.ir.ops import Arg, Call, MakeClass, MakeFunction, Reg
from privlint.lower.annotations import dotted, type_ref
from privlint.lower.builder import FunctionBuilder
from privlint.lower.expressions import args_of, defaults_of, expression
from privlint.lower.scopes import Scope
from privlint.lower.shapes import all_params
from privlint.lower.targets import store_name


def params_of(f: FunctionBuilder, node: cst.Parameters) -> tuple[Param, ...]:
    """The parameters of a function as the IR has them."""
    return tuple(
        Param(
            param.name.value,
            kind,
            type_ref(param.annotation.annotation) if param.annotation is not None else None,
            param.default is not None,
            f.n(param),
        )
        for kind, param in all_params(node)
    )


def decorator_names(decorators: Sequence[cst.Decorator]) -> tuple[str, ...]:
    """Decorators as written, dotted, without the parentheses of calls; those that are no dotted name are left out."""
    names = (_undecorated(decorator.decorator) for decorator in decorators)
    return tuple(name for name in names if name)


def _undecorated(node: Any) -> str:
    parts: list[str] = []
    while True:
        if isinstance(node, cst.Call):
            node = node.func
        elif isinstance(node, cst.Attribute):
            parts.append(node.attr.value)
            node = node.value
        else:
            break
    if not isinstance(node, cst.Name):
        return ""
    return ".".join([node.value, *reversed(parts)])


def function_definition(f: FunctionBuilder, node: cst.FunctionDef) -> None:
    """``def``: decorators and defaults are evaluated outside; the body is lowered by itself."""
    wrappers = _decorators(f, node.decorators)
    outer = f.scope
    _type_parameters(f, node)
    f.scope = outer
    defaults = defaults_of(f, node.params)
    n = f.n(node)
    dst = f.reg()
    f.emit(MakeFunction(dst, f.module.index_of(node, f.index, "function"), defaults, n))
    store_name(f, node.name.value, _decorated(f, dst, wrappers, n), n)


def class_definition(f: FunctionBuilder, node: cst.ClassDef) -> None:
    """``class``: its body is a function of kind ``class``."""
    wrappers = _decorators(f, node.decorators)
    outer = f.scope
    _type_parameters(f, node)
    bases = args_of(f, (*node.bases, *node.keywords))
    f.scope = outer
    n = f.n(node)
    dst = f.reg()
    f.emit(MakeClass(dst, f.module.index_of(node, f.index, "class"), bases, n))
    store_name(f, node.name.value, _decorated(f, dst, wrappers, n), n)


def type_alias(f: FunctionBuilder, node: cst.TypeAlias) -> None:
    """``type X = ...``: its value is an annotation, evaluated only when it is asked for."""
    n = f.n(node)
    store_name(f, node.name.value, f.constant(None, n), n)


def _decorators(f: FunctionBuilder, decorators: Sequence[cst.Decorator]) -> list[tuple[Reg, str, int]]:
    return [
        (expression(f, decorator.decorator), dotted(decorator.decorator), f.n(decorator.decorator))
        for decorator in decorators
    ]


def _decorated(f: FunctionBuilder, made: Reg, wrappers: list[tuple[Reg, str, int]], n: int) -> Reg:
    """Apply decorators, the one next to the definition first."""
    for func, text, at in reversed(wrappers):
        dst = f.reg()
        f.emit(Call(dst, func, (Arg(None, made, n),), text, at))
        made = dst
    return made


def _type_parameters(f: FunctionBuilder, node: Any) -> None:
    """Type parameters are variables around the definition; what they hold says nothing."""
    if node.type_parameters is None:
        return
    f.scope = _overlay(f.module.walk.scopes[id(node)])
    for param in node.type_parameters.params:
        n = f.n(param)
        store_name(f, param.param.name.value, f.constant(None, n), n)


def _overlay(scope: Scope) -> Scope:
    assert scope.parent is not None
    return scope.parent
