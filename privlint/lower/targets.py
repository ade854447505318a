"""Targets: what stands on the left of an assignment, behind ``for``, ``as`` and ``del``."""

from __future__ import annotations

from typing import Any

import libcst as cst

from privlint.ir.ops import DelAttr, DelItem, DelName, Reg, StoreAttr, StoreItem, StoreName, Unpack
from privlint.lower.builder import FunctionBuilder


def store_name(f: FunctionBuilder, name: str, src: Reg, n: int) -> None:
    """Assign a register to a variable."""
    f.emit(StoreName(*f.scope.resolve(name), src, n))


def store(f: FunctionBuilder, node: Any, src: Reg) -> None:
    """Assign a register to a target."""
    if isinstance(node, cst.Name):
        store_name(f, node.value, src, f.n(node))
    elif isinstance(node, cst.Attribute):
        f.emit(StoreAttr(f.expr(node.value), node.attr.value, src, f.n(node)))
    elif isinstance(node, cst.Subscript):
        obj = f.expr(node.value)
        f.emit(StoreItem(obj, f.module.key(f, node), src, f.n(node)))
    elif isinstance(node, cst.Tuple | cst.List):
        elements = [element.value for element in node.elements]
        star = next((i for i, e in enumerate(node.elements) if isinstance(e, cst.StarredElement)), -1)
        parts = tuple(f.reg() for _ in elements)
        f.emit(Unpack(parts, src, star, f.n(node)))
        for element, part in zip(elements, parts, strict=True):
            store(f, element, part)
    elif isinstance(node, cst.StarredElement):
        store(f, node.value, src)


def delete(f: FunctionBuilder, node: Any) -> None:
    """Lower the deletion of a target."""
    if isinstance(node, cst.Name):
        f.emit(DelName(*f.scope.resolve(node.value), f.n(node)))
    elif isinstance(node, cst.Attribute):
        f.emit(DelAttr(f.expr(node.value), node.attr.value, f.n(node)))
    elif isinstance(node, cst.Subscript):
        obj = f.expr(node.value)
        f.emit(DelItem(obj, f.module.key(f, node), f.n(node)))
    elif isinstance(node, cst.Tuple | cst.List):
        for element in node.elements:
            delete(f, element.value)
