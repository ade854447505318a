"""Literals, f-strings, annotations, definitions: what the ops hold."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from privlint.ir.ops import Annotate, Build, Call, Combine, Const, Import, MakeClass, MakeFunction, TypeRef

LITERALS = [
    "'a'", '"a\\n\\t\\x41\\u4e2d\\U0001F600\\N{BULLET}\\101\\q"', "r'\\n'", "b'\\xff\\n\\u0041'", "rb'\\n'", "u'x'",
    "'''a\nb\\\nc'''", "'中文'", "'a' \"b\" '''c'''", "b'a' b'b'", "0", "007 if 0 else 1", "0xFF", "0o17", "0b11", "1_000",
    "1.5", "1e3", "2j", "None", "True", "...", "'\\''", '"""\\""""', "'{}'", "-5", "''",
]  # fmt: skip


@pytest.mark.parametrize("literal", [literal for literal in LITERALS if "if" not in literal])
@pytest.mark.filterwarnings("ignore")
def test_literals_have_the_value_that_python_gives_them(lowered: Any, literal: str) -> None:
    (const,) = lowered(f"x = ({literal})\n").ops(Const)
    expected = ast.literal_eval(literal)
    assert const.value == expected and type(const.value) is type(expected)


def test_a_number_beyond_pythons_own_limit(lowered: Any) -> None:
    (const,) = lowered(f"x = {'9' * 10_000}\n").ops(Const)
    assert const.value is None


def test_f_string_parts(lowered: Any) -> None:
    module = lowered("""x = "a" f"{{b}}\\n{c!r:>{d}}" 'e' f"{f=}"\n""")
    (build,) = module.ops(Build)
    values = {op.dst: op.value for op in module.ops(Const)}
    assert [(part.label, values.get(part.reg)) for part in build.parts] == [
        (None, "a{b}\n"), ("!r", None), (None, None), (None, "e"), ("!r", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", TypeRef("int")),
        ("a.b.C", TypeRef("a.b.C")),
        ("int | None", TypeRef("Union", (TypeRef("int"), TypeRef("None")))),
        ("Optional[int]", TypeRef("Union", (TypeRef("int"), TypeRef("None")))),
        ("t.Union[a, 'b | None']", TypeRef("Union", (TypeRef("a"), TypeRef("b"), TypeRef("None")))),
        ("'list[User]'", TypeRef("list", (TypeRef("User"),))),
        ("'not a ['", TypeRef("")),
        ("''", TypeRef("")),
        ("Literal['x', 1]", TypeRef("Literal", (TypeRef("'x'"), TypeRef("1")))),
        (
            "Annotated[str, Depends(f), 'x']",
            TypeRef("Annotated", (TypeRef("str"), TypeRef("Depends()", (TypeRef("f"),)), TypeRef(""))),
        ),
        ("tuple[int, ...]", TypeRef("tuple", (TypeRef("int"), TypeRef("...")))),
        ("Callable[[int], str]", TypeRef("Callable", (TypeRef("", (TypeRef("int"),)), TypeRef("str")))),
        ("3", TypeRef("")),
        ("None", TypeRef("None")),
    ],
)
def test_annotations(lowered: Any, annotation: str, expected: TypeRef) -> None:
    (annotate,) = lowered(f"x: {annotation}\n").ops(Annotate)
    assert annotate.type == expected


def test_annotations_of_hostile_depth(lowered: Any) -> None:
    lowered(f"x: {'a[' * 150}b{']' * 150}\n")
    lowered(f"x: '{'a[' * 5000}b{']' * 5000}'\n")
    lowered(f"x: {' | '.join(['a'] * 2000)}\n")


def test_parameters(lowered: Any) -> None:
    module = lowered("def f(a, /, b=1, *c: int, d, e=2, **g): ...\n")
    params = [(param.name, param.kind, param.default) for param in module.function("f").params]
    assert params == [
        ("a", "posonly", False), ("b", "pos", True), ("c", "*", False), ("d", "kwonly", False), ("e", "kwonly", True),
        ("g", "**", False),
    ]  # fmt: skip
    (made,) = module.ops(MakeFunction)
    assert [arg.label for arg in made.defaults] == ["b", "e"]


def test_decorators_are_calls_from_the_bottom_up(lowered: Any) -> None:
    module = lowered("@a\n@b.c(1)\n@d.e\ndef f(): ...\n")
    assert module.function("f").decorators == ("a", "b.c", "d.e")
    assert [call.text for call in module.ops(Call)] == ["b.c", "d.e", "", "a"]


def test_class_bases(lowered: Any) -> None:
    (made,) = lowered("class C(A, *B, metaclass=M, **k): ...\n").ops(MakeClass)
    assert [base.label for base in made.bases] == [None, "*", "metaclass", "**"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import a.b", ("a.b", 0, "", True)),
        ("import a.b as c", ("a.b", 0, "", False)),
        ("from ..a import b", ("a", 2, "b", False)),
        ("from . import b as c", ("", 1, "b", False)),
        ("from a import *", ("a", 0, "*", False)),
    ],
)
def test_imports(lowered: Any, statement: str, expected: tuple[str, int, str, bool]) -> None:
    (op,) = lowered(statement + "\n").ops(Import)
    assert (op.module, op.level, op.name, op.top) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("__all__ = ['a', \"b\"]", ("a", "b")),
        ("__all__ = ('a',)\n__all__ += ['b']", ("a", "b")),
        ("__all__: list[str] = ['a']", ("a",)),
        ("__all__ = ['a'] + other.__all__", None),
        ("__all__ = ['a']\n__all__ += other", None),
        ("x = 1", None),
    ],
)
def test_exports(lowered: Any, text: str, expected: tuple[str, ...] | None) -> None:
    assert lowered(text + "\n").module.exports == expected


def test_generators(lowered: Any) -> None:
    module = lowered(
        "def f():\n yield\nasync def g():\n pass\nh = lambda: (yield)\ndef i():\n return lambda: (yield)\n"
    )
    assert [(f.name, f.generator, f.asynchronous) for f in module.module.functions[1:]] == [
        ("f", True, False), ("g", False, True), ("<lambda>", True, False), ("i", False, False), ("<lambda>", True, False),
    ]  # fmt: skip


def test_augmented_assignment_evaluates_its_target_once(lowered: Any) -> None:
    module = lowered("f().x += g()\n")
    assert [call.text for call in module.ops(Call)] == ["f", "g"]
    assert [op.op for op in module.ops(Combine)] == ["+="]
