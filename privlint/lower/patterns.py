"""``match``: each pattern becomes tests that go on, or to the next case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from privlint.ir.ops import (
    Arg,
    Branch,
    Build,
    Call,
    Choose,
    Combine,
    DelItem,
    LoadAttr,
    LoadItem,
    LoadName,
    Move,
    Reg,
    Unpack,
)
from privlint.lower.annotations import dotted
from privlint.lower.builder import FunctionBuilder
from privlint.lower.expressions import condition, expression
from privlint.lower.shapes import CONSTANTS, is_singleton, statements
from privlint.lower.targets import store_name

# Classes of which a single positional pattern takes the subject itself (the language reference, "Class Patterns").
_SELF_MATCHING = frozenset(
    ("bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")
)


def match(f: FunctionBuilder, node: cst.Match) -> None:
    """Lower a ``match`` statement."""
    subject = expression(f, node.subject)
    after = f.block()
    for case in node.cases:
        failed = f.block()
        refutable = _refutable(case.pattern) or case.guard is not None
        pattern(f, case.pattern, subject, failed)
        if case.guard is not None:
            body = f.block()
            condition(f, case.guard, body, failed)
            f.start(body)
        f.module.suite(f, statements(case.body))
        f.jump(after)
        if not refutable:
            break
        f.start(failed)
    f.join(after)


def pattern(f: FunctionBuilder, node: Any, subject: Reg, failed: int) -> None:
    """Test ``subject``; go on in the current block if it matches (its captures stored), else in ``failed``."""
    PATTERNS[type(node)](f, node, subject, failed)


def _refutable(node: Any) -> bool:
    if isinstance(node, cst.MatchAs):
        return node.pattern is not None and _refutable(node.pattern)
    if isinstance(node, cst.MatchOr):
        return all(_refutable(alternative.pattern) for alternative in node.patterns)
    return True


def _test(f: FunctionBuilder, op: str, subject: Reg, value: Reg, failed: int, n: int) -> None:
    result, following = f.reg(), f.block()
    f.emit(Combine(result, op, (subject, value), n))
    f.end(Branch(result, following, failed, n))
    f.start(following)


def _maybe(f: FunctionBuilder, question: str, operands: tuple[Reg, ...], failed: int, n: int) -> None:
    """The shape of the subject decides, as far as that is known."""
    following, known = f.block(), f.reg()
    f.emit(Combine(known, question, operands, n))
    f.end(Choose((following, failed), known))
    f.start(following)


def _value(f: FunctionBuilder, node: Any, subject: Reg, failed: int) -> None:
    n = f.n(node)
    if is_singleton(node):
        _test(f, "is", subject, f.constant(CONSTANTS[node.value.value], n), failed, n)
    else:
        _test(f, "==", subject, expression(f, node.value), failed, n)


def _sequence(f: FunctionBuilder, node: Any, subject: Reg, failed: int) -> None:
    parts = tuple(f.reg() for _ in node.patterns)
    star = next((i for i, e in enumerate(node.patterns) if isinstance(e, cst.MatchStar)), -1)
    size = f"items=={len(parts)}" if star < 0 else f"items>={len(parts) - 1}"
    _maybe(f, size, (subject,), failed, f.n(node))
    f.emit(Unpack(parts, subject, star, f.n(node)))
    for element, part in zip(node.patterns, parts, strict=True):
        if isinstance(element, cst.MatchStar):
            if element.name is not None:
                store_name(f, element.name.value, part, f.n(element))
        else:
            pattern(f, element.value, part, failed)


def _mapping(f: FunctionBuilder, node: cst.MatchMapping, subject: Reg, failed: int) -> None:
    n = f.n(node)
    keys = [expression(f, element.key) for element in node.elements]
    _maybe(f, "keys", (subject, *keys), failed, n)
    for element, key in zip(node.elements, keys, strict=True):
        value = f.reg()
        f.emit(LoadItem(value, subject, key, f.n(element.key)))
        pattern(f, element.pattern, value, failed)
    if node.rest is not None:
        rest = f.reg()
        f.emit(Build(rest, "dict", (Arg("**", subject, n),), n))
        for key in keys:
            f.emit(DelItem(rest, key, n))
        store_name(f, node.rest.value, rest, n)


def _class(f: FunctionBuilder, node: cst.MatchClass, subject: Reg, failed: int) -> None:
    n = f.n(node)
    cls = expression(f, node.cls)
    function, result, following = f.reg(), f.reg(), f.block()
    f.emit(LoadName(function, "isinstance", "global", 0, n))
    args = (Arg(None, subject, n), Arg(None, cls, f.n(node.cls)))
    f.emit(Call(result, function, args, "isinstance", n))
    f.end(Branch(result, following, failed, n))
    f.start(following)
    narrowed = f.reg()
    f.emit(Combine(narrowed, "isinstance", (subject, cls), n))
    subject = narrowed
    if len(node.patterns) == 1 and dotted(node.cls) in _SELF_MATCHING:
        pattern(f, node.patterns[0].value, subject, failed)
    else:
        for position, element in enumerate(node.patterns):
            _part(f, element.value, subject, f"__match_args__[{position}]", failed)
    for keyword in node.kwds:
        _part(f, keyword.pattern, subject, keyword.key.value, failed)


def _part(f: FunctionBuilder, node: Any, subject: Reg, name: str, failed: int) -> None:
    value = f.reg()
    f.emit(LoadAttr(value, subject, name, f.n(node)))
    pattern(f, node, value, failed)


def _as(f: FunctionBuilder, node: cst.MatchAs, subject: Reg, failed: int) -> None:
    if node.pattern is not None:
        literals = _literals(node.pattern)
        if literals and node.name is not None:
            subject = _one_of(f, literals, subject, failed)
        else:
            pattern(f, node.pattern, subject, failed)
    if node.name is not None:
        store_name(f, node.name.value, subject, f.n(node))


_LITERAL = (cst.SimpleString, cst.ConcatenatedString, cst.Integer, cst.Float)


def _literals(node: Any) -> list[Any]:
    """The value patterns that a pattern is one of, where all of them are texts or numbers."""
    found = [alternative.pattern for alternative in node.patterns] if isinstance(node, cst.MatchOr) else [node]
    return found if all(isinstance(p, cst.MatchValue) and isinstance(p.value, _LITERAL) for p in found) else []


def _one_of(f: FunctionBuilder, literals: list[Any], subject: Reg, failed: int) -> Reg:
    """Test for one of some literals; the register of the one that it is: the subject is nothing else then."""
    matched, which = f.block(), f.reg()
    for each in literals:
        following = f.block() if each is not literals[-1] else failed
        value = expression(f, each.value)
        _test(f, "==", subject, value, following, f.n(each))
        f.emit(Move(which, value, f.n(each)))
        if each is not literals[-1]:
            f.jump(matched)
            f.start(following)
    f.goto(matched)
    return which


def _or(f: FunctionBuilder, node: cst.MatchOr, subject: Reg, failed: int) -> None:
    matched = f.block()
    for alternative in node.patterns[:-1]:
        following = f.block()
        pattern(f, alternative.pattern, subject, following)
        f.jump(matched)
        f.start(following)
    pattern(f, node.patterns[-1].pattern, subject, failed)
    f.goto(matched)


PATTERNS: dict[type, Callable[[FunctionBuilder, Any, Reg, int], None]] = {
    cst.MatchValue: _value,
    cst.MatchSingleton: _value,
    cst.MatchList: _sequence,
    cst.MatchTuple: _sequence,
    cst.MatchMapping: _mapping,
    cst.MatchClass: _class,
    cst.MatchAs: _as,
    cst.MatchOr: _or,
}
