"""By way of Python's parser a file becomes the same IR as by way of LibCST's."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import libcst as cst
import pytest

from privlint.ir.module import ModuleIR
from privlint.ir.text import dump
from privlint.lower import quick
from privlint.lower.module import ModuleLowering, lower
from privlint.model.source import SourceFile

STDLIB = Path(sysconfig.get_path("stdlib"))
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REAL = [
    *sorted(FIXTURES.rglob("*.py")),
    *sorted((STDLIB / "email").rglob("*.py")),
    *(STDLIB / name for name in ("dataclasses.py", "typing.py", "argparse.py", "enum.py", "asyncio/tasks.py")),
    Path(cst.__file__).parent / "_nodes" / "statement.py",
]


def lowered(module: cst.Module) -> ModuleIR:
    return ModuleLowering("m.py", module).run()


def assert_same(text: str) -> None:
    mine, theirs = lowered(quick.module_of(text)), lowered(cst.parse_module(text))
    assert dump(mine) == dump(theirs)
    assert mine == theirs


def test_this_version_of_libcst_is_one_of_those_tested() -> None:
    assert cst.LIBCST_VERSION in quick.TESTED, "compare the nodes, then add the version"


def test_real_files() -> None:
    compared = 0
    for path in REAL:
        text = path.read_text(encoding="utf-8")
        if "\ufb01le" in text:  # Python takes this for "file" (NFKC), LibCST keeps it as it is written
            continue
        try:
            module = quick.module_of(text)
        except quick.UnsureError:
            continue
        assert lowered(module) == lowered(cst.parse_module(text)), path
        compared += 1
    assert compared > 0.9 * len(REAL), "the others were left to LibCST"


@pytest.mark.parametrize(
    "text",
    [
        "a and b and c or (d and e) and f\n(a and b) and c\na and (b and c)\nnot (a or b) or c",
        "a[1]\na[1, 2]\na[(1, 2)]\na[1,]\na[()]\na[*b]\na[*b, 1]\na[1:2, ::3]\na[:]\na[(1) + 2, 3]\na[(1), 2]",
        "f(a, *b, c=1, **d)\nf(c=1, *b)\nf(**a, b=2)\nf(x for x in y)",
        "class A(B, *C, metaclass=M, **kw): pass\nclass D: x = 1; y = 2",
        "del a\ndel a, b\ndel (a, b)\ndel [a, b], c\ndel a.b, c[0]\ndel a,",
        "if a:\n    x\nelif b:\n    y\nelse:\n    z",
        "if a:\n    x\nelse:\n    if b:\n        y\n    else:\n        z",
        "if a: x\nelif b: y\nelif c: z",
        "while 1:\n    break\nwhile 0x1:\n    break\nwhile True:\n    continue\nelse:\n    x",
        "for a, *b in c:\n    pass\nelse:\n    d\nfor x.y in z: w",
        "x = 0x10, 0o7, 0b1, 1_000, 1e3, 1_0.5, 2j, 10 ** 100, -1, -1.5, - 2j, ~3",
        "x = 'a' \"b\" '''c\nd''' r'\\n' u'y'\ny = b'a' b'\\xff'\nz = ('a'  # why\n     'b')",
        "x = f'a{b}c{d!r}e{f:>{g}}{{h}}'\ny = 'a' f'{b}' 'c'\nz = f'' 'a'\nw = f''\nv = rf'\\d{x}'",
        "x = '\\d\\N{BULLET}\\u4e2d\\x41\\101\\\n'\ny = '名' + f'名{z}名'",
        "名 = {'键': 名.值, **别}\ndef 函(参: '类' = 名[0], *余: int, 关=1.5, **全) -> '返[回]': return 参",
        "def f(a, /, b: int, c=1, *args, d, e: 'X' = 2, **kw) -> Optional[str]: yield\nlambda a, /, *b, c=1, **d: a",
        "def f(*, a: Literal['x', 1, -1, 0x10, A.B, None] = None, b: Annotated[int, F(x), 'd'], c: 'List[int]'): ...",
        "x: Dict[str, List[int] | None] = {}\ny.z: int\nw: Callable[[int, str], ...]\nv: Tuple[()]\nu: 'a' 'b'",
        "async def f():\n    async with a as b, c: await d\n    async for e in g: yield e\n    return [x async for x in y]",
        "try:\n    a\nexcept (B, C) as e:\n    raise D from e\nexcept:\n    raise\nelse:\n    f\nfinally:\n    g",
        "try:\n    a\nexcept* B as e:\n    c",
        "with (a as b, c as (d, e)): pass\nwith a, b: pass\nwith suppress(X): y",
        "import a, b.c, d.e as f\nfrom . import g\nfrom ..h.i import j as k, l\nfrom m import *\nfrom . import (n,)",
        "def f():\n    global a, b\n    nonlocal c\n    a = b = c",
        "[x for x in y if x if z for w in x]\n{x for x in y}\n{a: b for a, b in c}\n(x for x in (y for y in z))",
        "(a := b)\n[c := d, e]\nx = yield\ny = yield a, b\nz = yield from w\nawait q",
        "assert a\nassert b, 'c'\nraise\nraise A\nreturn\nx += 1; y.z -= 2; w[0] //= 3; v @= u; a **= b; c >>= d; e |= f",
        "a < b <= c != d is not e not in f\nx if y else z\n{1, *a}\n[*a, b]\n(*a, b)\n{**a, 'b': c}",
        "match x:\n  case 1 | -2 | 3+4j | 'a' 'b' | None | A.B: pass\n  case [a, *_, b] | (c, *d): pass\n  case _: pass",
        "match x, y:\n  case {'k': v, **rest}: pass\n  case P(a, b=Q()) as p if p: pass\n  case (z): pass\n  case []: pass",
        "@a\n@b.c(d)\nclass E:\n    @property\n    def f(self): return super().f\n    @f.setter\n    def f(self, v): ...",
        "__all__ = ['a', 'b']\n__all__ += ('c',)\n__all__: list[str] = ['d' 'e']",
        "print(*a, sep='')\nx = (yield)\n\"\"\"doc\"\"\"\n...\n\tif_ = 1".replace("\t", ""),
        "x = 1\r\ny = f'{x}'\r\nz = '''a\r\nb'''\r\n",
        "# nothing but a comment",
        "",
    ],
)  # fmt: skip
def test_every_construct(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize(
    "text",
    ["f'{x=}'", "f'a{x!r}{y = :>3}'", "x: f'{y}' = 1", "print 'x'", "x = \ud800", "if x:\n\ty\n        z"],
)
def test_what_python_does_not_tell_is_left_to_libcst(text: str) -> None:
    with pytest.raises(quick.UnsureError):
        quick.module_of(text)


def test_an_untested_libcst_parses_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f(a):\n    return a.b\n"
    expected = lower(SourceFile("m.py", "", text, ""))
    monkeypatch.setattr(quick, "TESTED", frozenset())
    with pytest.raises(quick.UnsureError):
        quick.module_of(text)
    assert lower(SourceFile("m.py", "", text, "")) == expected
