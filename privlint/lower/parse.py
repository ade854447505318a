"""Parsing with LibCST: guarded, and with its errors made uniform."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

import libcst as cst

from privlint.lower.guard import OvergrownError, check
from privlint.lower.quick import UnsureError, module_of

_LINE = re.compile(r"\r\n|\r|\n")
_PREFIX = re.compile(r"^(?:parser|tokenizer) error: (?:error at \d+:\d+: )?")


class LowerError(Exception):
    """A file cannot be lowered: where (1-based) and why."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(line, column, reason)
        self.line = line
        self.column = column
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.reason}"


def parse(text: str) -> cst.Module:
    """The module as LibCST parses it; raises ``LowerError``."""
    return _guarded(text, cst.parse_module)


def read(text: str) -> cst.Module:
    """The module as far as the lowering reads it; raises ``LowerError``."""
    return _guarded(text, _quickly)


def _quickly(text: str) -> cst.Module:
    try:
        return module_of(text)
    except UnsureError:
        return cst.parse_module(text)


def _guarded(text: str, parser: Callable[[str], cst.Module]) -> cst.Module:
    if "\0" in text:
        line, column = place(text, text.index("\0"))
        raise LowerError(line, column, "null character in the source")
    try:
        check(text)
        return parser(text)
    except OvergrownError as error:
        line, column = place(text, error.offset)
        raise LowerError(line, column, error.reason) from None
    except cst.ParserSyntaxError as error:
        raise _syntax_error(text, error) from None
    except Exception as error:  # the native parser's own panics, among others
        raise LowerError(1, 1, str(error) or type(error).__name__) from None


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, 1-based, of an offset."""
    before = [0, *(found.end() for found in _LINE.finditer(text, 0, offset))]
    return len(before), offset - before[-1] + 1


def _syntax_error(text: str, error: cst.ParserSyntaxError) -> LowerError:
    """Python words syntax errors better and knows their place better, if it refuses the same spot."""
    found = re.search(r"error at (\d+):(\d+)", error.message)
    own = _python_error(text)
    ended = found is not None and int(found[1]) > len(text.splitlines())
    if own is not None and (found is None or ended or abs(own.line - int(found[1])) <= 1):
        return own
    message = _PREFIX.sub("", error.message)
    reason = "syntax error: " + ("invalid syntax" if message.startswith("expected one of") else message)
    if found is not None:
        return LowerError(int(found[1]), max(int(found[2]), 1), reason)
    return LowerError(max(error.raw_line, 1), error.raw_column + 1, reason)


def _python_error(text: str) -> LowerError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return LowerError(max(error.lineno or 1, 1), max(error.offset or 1, 1), f"syntax error: {error.msg}")
    except (ValueError, RecursionError, MemoryError):
        return None
    return None
