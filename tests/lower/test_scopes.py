"""Which variable a name means."""

from __future__ import annotations

from typing import Any

import pytest

from privlint.ir.ops import LoadName, StoreName


def loads(module: Any, qualname: str) -> dict[str, tuple[str, int]]:
    return {op.slot: (op.scope, op.depth) for op in module.ops(LoadName, qualname)}


def stores(module: Any, qualname: str) -> dict[str, tuple[str, int]]:
    return {op.slot: (op.scope, op.depth) for op in module.ops(StoreName, qualname)}


def test_local_even_before_it_is_assigned(lowered: Any) -> None:
    assert loads(lowered("def f():\n print(x)\n x = 1\n"), "f") == {"print": ("global", 0), "x": ("local", 0)}


def test_cell_and_free(lowered: Any) -> None:
    module = lowered(
        """
        def f(a):
            def g():
                def h():
                    return a
                return h
            return g, a
        """
    )
    assert loads(module, "f")["a"] == ("cell", 0)
    assert loads(module, "f.<locals>.g.<locals>.h")["a"] == ("free", 2)
    assert module.function("f").cells == {"a"}


def test_a_class_body_is_a_level_and_hides_its_names(lowered: Any) -> None:
    module = lowered(
        """
        def f(a):
            class C:
                b = a
                def m(self):
                    return a, b
        """
    )
    assert loads(module, "f.<locals>.C")["a"] == ("free", 1)
    assert loads(module, "f.<locals>.C.m") == {"a": ("free", 2), "b": ("global", 0)}


def test_nonlocal_and_global(lowered: Any) -> None:
    module = lowered(
        """
        def f():
            x = y = 1
            def g():
                nonlocal x
                global y
                x = y = 2
        """
    )
    assert stores(module, "f.<locals>.g") == {"x": ("free", 1), "y": ("global", 0)}
    assert module.function("f").cells == {"x"}


def test_global_in_the_outer_function_is_global_for_the_inner(lowered: Any) -> None:
    module = lowered("def f():\n global x\n x = 1\n def g():\n  return x\n")
    assert loads(module, "f.<locals>.g")["x"] == ("global", 0)


def test_comprehensions_have_variables_of_their_own(lowered: Any) -> None:
    module = lowered("def f(x):\n a = [x for x in x]\n b = [x for x in x]\n return x\n")
    slots = [op.slot for op in module.ops(StoreName, "f")]
    assert slots[0].startswith("x@") and slots[2].startswith("x@") and slots[0] != slots[2]
    assert [op.slot for op in module.ops(LoadName, "f")].count("x") == 3  # two iterables and the last line


def test_only_the_first_iterable_is_evaluated_outside(lowered: Any) -> None:
    module = lowered("class C:\n a = []\n b = [a for _ in a for _ in a]\n")
    assert [op.scope for op in module.ops(LoadName, "C") if op.slot == "a"] == ["class", "global", "global"]


def test_lambda_in_a_comprehension_captures_its_variable(lowered: Any) -> None:
    module = lowered("def f(xs):\n return [lambda: x for x in xs]\n")
    (cell,) = module.function("f").cells
    assert cell.startswith("x@")
    assert loads(module, "f.<locals>.<lambda>") == {cell: ("free", 1)}


def test_walrus_in_a_comprehension_binds_outside(lowered: Any) -> None:
    module = lowered("def f(xs):\n [y := x for x in xs]\n return y\n")
    assert stores(module, "f")["y"] == ("local", 0)


@pytest.mark.parametrize(
    "statement",
    [
        "import v", "import v.w", "import a as v", "from a import v", "from a import b as v", "for v in a: pass",
        "for a, (b, *v) in c: pass", "with a as v: pass", "with a as (b, v): pass", "def v(): pass", "class v: pass",
        "v: int", "v += 1", "del v", "(v := 1)", "try: pass\n except E as v: pass", "[*v] = a",
        "match a:\n  case v: pass", "match a:\n  case [1, *v]: pass", "match a:\n  case {**v}: pass",
        "match a:\n  case C(x=v): pass", "match a:\n  case 1 as v: pass", "type v = int",
    ],
)  # fmt: skip
def test_what_binds_a_name(lowered: Any, statement: str) -> None:
    assert loads(lowered(f"def f():\n {statement}\n return v\n"), "f")["v"] == ("local", 0)


def test_type_parameters_are_visible_inside_only(lowered: Any) -> None:
    module = lowered("def f[T](x):\n return T\nclass C[U]:\n def m(self):\n  return U\nT, U\n")
    assert [op.scope for op in module.ops(LoadName, "f")] == ["free"]
    assert [op.depth for op in module.ops(LoadName, "C.m")] == [2]
    assert {op.slot: op.scope for op in module.ops(LoadName)} == {"T": "global", "U": "global"}


def test_class_names_fall_back_to_globals(lowered: Any) -> None:
    module = lowered("x = 1\nclass C:\n x = x\n y = z\n")
    assert loads(module, "C") == {"x": ("class", 0), "z": ("global", 0)}


def test_qualified_names(lowered: Any) -> None:
    module = lowered("def f():\n class C:\n  def m(self):\n   return lambda: 1\n")
    assert [function.qualname for function in module.module.functions] == [
        "<module>", "f", "f.<locals>.C", "f.<locals>.C.m", "f.<locals>.C.m.<locals>.<lambda>",
    ]  # fmt: skip
