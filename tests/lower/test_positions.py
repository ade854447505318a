"""Where an ordinal stands: exact, whichever way it is found."""

from __future__ import annotations

import dataclasses
import inspect
import json.decoder
import re
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from privlint.ir.ops import Annotate, Build, Call, Caught, Iterate, LoadAttr, LoadName, MakeFunction, StoreName
from privlint.lower import LowerError, locate, lower
from privlint.lower.metadata import spans_by_metadata
from privlint.model.location import Span
from privlint.model.source import SourceFile

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "ir").glob("*.py"))


def cut(text: str, span: Span) -> str:
    """The text of a span of one line."""
    assert span.line == span.end_line
    return re.split(r"\r\n|\r|\n", text)[span.line - 1][span.column - 1 : span.end_column - 1]


def places(lowered: Any, text: str, kind: type, qualname: str = "<module>") -> list[str]:
    """The source of every op of a kind."""
    nodes = [op.n for op in lowered(text).ops(kind, qualname)]
    found = locate(text, nodes)
    return [cut(text, found[n]) for n in nodes]


def test_expressions(lowered: Any) -> None:
    text = "x = client.post(url, json=(data.body))\n"
    assert places(lowered, text, Call) == ["client.post(url, json=(data.body))"]
    assert places(lowered, text, LoadAttr) == ["client.post", "data.body"]


def test_chinese_text_counts_code_points(lowered: Any) -> None:
    text = "def 登记(姓名):\n    print('电话😀', 姓名.全名)  # 注\n"
    assert places(lowered, text, LoadAttr, "登记") == ["姓名.全名"]
    assert locate(text, [lowered(text).ops(LoadAttr, "登记")[0].n]).popitem()[1] == Span(2, 18, 2, 23)


def test_inside_f_strings(lowered: Any) -> None:
    text = 'if x:\n    s = "é" f"中 {user.name!r:>{a.width}} {f\'{user.name}\'}"\n'
    assert places(lowered, text, LoadAttr) == ["user.name", "a.width", "user.name"]
    text = 's = f"""\n  {a.b}\n  中{c.d} {a.b}"""\n'
    assert places(lowered, text, LoadAttr) == ["a.b", "c.d", "a.b"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_and_form_feeds(lowered: Any, newline: str) -> None:
    text = newline.join(["a = 1", "\x0c", "def f():", "\tx = '''", "\x0b\x1c\u2028'''", "\treturn a.b(c)", ""])
    nodes = [op.n for op in lowered(text).ops(Call, "f")]
    span = locate(text, nodes)[nodes[0]]
    assert (span, cut(text, span)) == (Span(6, 9, 6, 15), "a.b(c)")


def test_definitions_and_parameters_are_where_their_names_are(lowered: Any) -> None:
    text = "@d\nasync  def \\\n  name(first: int = 1, *rest: str): ...\n"
    module = lowered(text)
    nodes = [module.ops(MakeFunction)[0].n, *(param.n for param in module.function("name").params)]
    found = locate(text, nodes)
    assert [cut(text, found[n]) for n in nodes] == ["name", "first", "rest"]


def test_other_places(lowered: Any) -> None:
    text = "for k, v in d.items(): pass\nself.x: int = 1\ntry: f()\nexcept (A, B) as e: pass\n"
    assert places(lowered, text, Iterate) == ["d.items()"]
    assert places(lowered, text, Annotate) == ["self.x"]
    assert places(lowered, text, Caught) == ["except (A, B)"]
    assert places(lowered, text, StoreName)[:2] == ["k", "v"]
    assert places(lowered, "f(x for x in y)\nf((1, 2))\n", Build) == ["(x for x in y)", "(x for x in y)", "(1, 2)"]


def test_text_that_this_python_may_refuse(lowered: Any) -> None:
    text = 'type X = int\ndef f[T](a): return a.b\ns = f"{d["k"].e}"\n'
    assert places(lowered, text, LoadAttr, "f") == ["a.b"]
    assert places(lowered, text, LoadAttr) == ['d["k"].e']


def test_a_count_that_differs_is_settled_by_libcst(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def by_metadata(text: str, wanted: object) -> dict[int, Span]:
        asked.append(wanted)
        return {}

    monkeypatch.setattr("privlint.lower.positions._by_metadata", by_metadata)
    assert locate("a.b\n", [2], count=4) == {2: Span(1, 1, 1, 4)}
    assert asked == []
    assert locate("a.b\n", [2], count=99) == {}
    assert asked == [[2]]


def test_ordinals_that_do_not_exist() -> None:
    assert locate("a.b\n", [50]) == {}
    assert locate("a.b\n", []) == {}


def test_no_python() -> None:
    with pytest.raises(LowerError):
        locate("def (", [0])


def agree(text: str) -> None:
    """Both ways number the same nodes and give the same places."""
    count = lower(SourceFile("m.py", "", text, "")).nodes
    assert locate(text, range(count), count) == spans_by_metadata(text, range(count))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_both_ways_agree_on_fixtures(path: Path) -> None:
    agree(path.read_text("utf-8"))


@pytest.mark.parametrize("module", [dataclasses, textwrap, json.decoder], ids=lambda module: module.__name__)
def test_both_ways_agree_on_real_code(module: ModuleType) -> None:
    agree(inspect.getsource(module))


@pytest.mark.parametrize(
    "text",
    [
        "f(a=1, *b, c=2, **d)", "class C(*B, metaclass=M): pass", "x[1, 2:3, *a]", "x[(1, 2)]", "x[1,]", "del a, (b, c)",
        "del (a, b)", "(a and b) and c or d", "a and (b and c)", "f(*a)", "x = *a, *(b)", "a = (b) = (c, d)",
        "print((yield_))", "with (a): pass", "with (a, b): pass", "with (a as b, c): pass", "with (a, b) as c: pass",
        "lambda a, /, b=1, *, c=2, **d: a", "[a for b in c if d if e for f in g]", "{**a, 'b': c}", "a < (b < c)",
        "f((x for x in y))", "f( x for x in y )", "-(-1)", "x = not (not a)", "a if (b) else c", "x = (yield)",
        "match a, *b:\n case (c, d) | [e, *f]: pass\n case {'k': (v), **r}: pass\n case A.B | -1 | 'a' 'b': pass",
        "match (x):\n case (1 | 2) as y if y: pass\n case C(1, k=[z]) | [*_, (2)] | [*x, 2]: pass", "from a import (b, c as d)",
        "try: pass\nexcept* (A): pass\nfinally: pass", "global x; x = 1", "async def f():\n async with a as b: await c",
        "@(a)\n@b(c)\nclass D: pass", "x: (int) = (1)", "f'{a}' 'b' f'{c:{d}}'", "f'{a!r}{b=}{{}}'", "f'{(a, b)}'",
        "f'{lambda_(x=1, *y)}'", "assert (a, b), c", "raise (a) from (b)", "import a.b as c, d", "a.b[c](d).e",
        "while (a): pass\nelse: b", "for (a, b) in c, d: pass", "x = {a: b for a, b in c}", "x = {a for a in b}",
    ],
)  # fmt: skip
def test_both_ways_agree_on_shapes(text: str) -> None:
    agree(text + "\n")


def test_loads_of_the_same_name_are_told_apart(lowered: Any) -> None:
    module = lowered("print(a, a)\n")
    first, second = [op.n for op in module.ops(LoadName) if op.slot == "a"]
    found = locate(module.text, [first, second])
    assert (found[first].column, found[second].column) == (7, 10)
