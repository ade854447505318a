"""Text that would harm the process is refused; what is merely odd is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from privlint.lower import LowerError, lower
from privlint.lower.guard import OvergrownError, check
from privlint.model.source import SourceFile

N = 20_000


def run(text: str) -> None:
    lower(SourceFile("m.py", "", text, ""))


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * N + "1" + ")" * N,
        "x = " + "[" * N + "]" * N,
        "x = " + "('(', " * N + ")" * N,
        "x = '" + "(" * N + "'\ny = " + "(" * N + ")" * N,
        "x = f'{" + "(" * N + "a" + ")" * N + "}'",
        "x = " + "f'{" * N + "a" + "}'" * N,
        "x = " + "+".join(["a"] * N),
        "x = a" + ".b" * N,
        "x = a" + "()" * N,
        "x = " + "not " * N + "a",
        "x = " + "lambda: " * N + "a",
        "x = " + "a if b else " * N + "c",
        "x = (" + "a +\n" * N + "b)",
        "match a:\n case " + "[" * 100 + "]" * 100 + ": pass",
        "match a:\n case " + "{1: " * 20 + "x" + "}" * 20 + ": pass",
        "def f(x: " + "a[" * N + "b" + "]" * N + "): pass",
    ],
    ids=lambda text: text[:12],
)
def test_refused(text: str) -> None:
    with pytest.raises(LowerError, match=r"deeply|long"):
        run(text + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 100 + "1" + ")" * 100,
        "x = " + " and ".join(["a"] * 2_000),
        "x = " + "+".join(["a"] * 1_000),
        "x = a" + ".b()" * 300,
        "x = " + "lambda: " * 300 + "a",
        "x = " + "a if b else " * 300 + "c",
        "if a: pass\n" + "elif b: pass\n" * 1_000,
        "".join(f"{' ' * i}if a:\n" for i in range(90)) + " " * 90 + "pass",
        "x = [\n" + "(1, 'a + b', -2),\n" * 3_000 + "]",
        "x = a + b\n" * 3_000,
        "x = '(((((((((((((' * 3\n" * 100,
        "# (((((((((((((((((\n" * 100,
        '"""' + "(\n" * 1_000 + '"""',
        "case = [[[[[[[[[[[[1]]]]]]]]]]]]",
        "match a:\n case [[[1]]]: pass",
    ],
    ids=lambda text: text[:12],
)
def test_accepted(text: str) -> None:
    run(text + "\n")


def test_the_place_is_named() -> None:
    with pytest.raises(LowerError) as caught:
        run("a = 1\nx = " + "(" * 300 + ")" * 300 + "\n")
    assert (caught.value.line, caught.value.column) == (2, 205)
    with pytest.raises(OvergrownError) as grown:
        check("(" * 300)
    assert grown.value.offset == 200


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = = 2\n", 2),
        ("x = (\n", 1),
        ("def f():\nreturn\n", 2),
        ("a\n b\n", 2),
        ("print 'x'\n", 1),
        ("x = 'abc\n", 1),
        ("\n\n\0", 3),
        ("if a:\n    b\n  c\n", 3),
    ],
)
def test_syntax_errors_name_their_line(text: str, line: int) -> None:
    with pytest.raises(LowerError) as caught:
        run(text)
    assert caught.value.line == line
    assert caught.value.column >= 1
    assert caught.value.reason


def test_the_recursion_limit_is_left_alone(lowered: Callable[[str], Any]) -> None:
    import sys

    before = sys.getrecursionlimit()
    lowered("x = 1\n")
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "pass", "x = 1", "\x0c\nx = 1\n"])
def test_small_files(text: str, lowered: Callable[[str], Any]) -> None:
    assert lowered(text).module.functions[0].blocks
