"""Control flow: which ways there are through a function."""

from __future__ import annotations

from typing import Any

from privlint.ir.ops import Branch, Call, Caught, Exit, Raise, Return


def test_conditions_short_circuit(lowered: Any) -> None:
    module = lowered("def f():\n if a() and not (b() or c()):\n  d()\n")
    assert module.calls("f") == {
        ("a", "Return"), ("a", "b", "Return"), ("a", "b", "c", "Return"), ("a", "b", "c", "d", "Return"),
    }  # fmt: skip


def test_conditional_expression_writes_one_register(lowered: Any) -> None:
    module = lowered("def f():\n return a() if b() else c()\n")
    assert module.calls("f") == {("b", "a", "Return"), ("b", "c", "Return")}
    assert len(module.ends(Return, "f")) == 1


def test_while_true_ends_by_break_only(lowered: Any) -> None:
    assert module_calls(lowered, "while True:\n  a()\n b()") == set()
    assert module_calls(lowered, "while 1:\n  if a(): break\n else: c()\n b()") == {("a", "b", "Return")}
    assert ("b", "Return") in module_calls(lowered, "while x:\n  a()\n b()")


def module_calls(lowered: Any, body: str) -> set[tuple[str, ...]]:
    calls: set[tuple[str, ...]] = lowered(f"def f():\n {body}\n").calls("f")
    return calls


def test_for_else(lowered: Any) -> None:
    calls = module_calls(lowered, "for x in xs:\n  if a(): break\n else:\n  b()\n c()")
    assert ("a", "c", "Return") in calls
    assert ("b", "c", "Return") in calls


def test_return_runs_finally(lowered: Any) -> None:
    assert module_calls(lowered, "try:\n  return a()\n finally:\n  b()") == {("a", "b", "Return")}


def test_break_and_continue_run_finally(lowered: Any) -> None:
    calls = module_calls(lowered, "while True:\n  try:\n   if a(): break\n   continue\n  finally:\n   b()")
    assert calls == {("a", "b", "Return")}


def test_nested_finally_run_from_the_inside_out(lowered: Any) -> None:
    body = "try:\n  try:\n   return a()\n  finally:\n   b()\n finally:\n  c()"
    assert module_calls(lowered, body) == {("a", "b", "c", "Return")}


def test_return_in_finally_overrules(lowered: Any) -> None:
    module = lowered("def f():\n try:\n  raise E\n finally:\n  return 1\n")
    (reached,) = {block.handler for block in module.function("f").blocks if block.handler >= 0}
    assert isinstance(module.function("f").blocks[reached].end, Return)


def test_exceptions_run_finally_and_go_on(lowered: Any) -> None:
    module = lowered("def f():\n try:\n  a()\n finally:\n  b()\n")
    blocks = module.function("f").blocks
    (handler,) = [block.handler for block in blocks if any(isinstance(o, Call) and o.text == "a" for o in block.ops)]
    assert [op.text for op in blocks[handler].ops if isinstance(op, Call)] == ["b"]
    assert blocks[handler].end[:2] == (-1, -1)
    assert blocks[handler].handler == -1


def test_the_finally_of_a_clause_guards_the_clause(lowered: Any) -> None:
    module = lowered("def f():\n try:\n  a()\n except E:\n  b()\n finally:\n  c()\n")
    blocks = module.function("f").blocks
    (clause,) = [block for block in blocks if any(isinstance(op, Caught) for op in block.ops)]
    assert isinstance(blocks[clause.handler].end, Raise)


def test_a_clause_that_takes_all_lets_nothing_by(lowered: Any) -> None:
    assert not lowered("def f():\n try:\n  a()\n except:\n  b()\n").ends(Raise, "f")
    assert lowered("def f():\n try:\n  a()\n except E:\n  b()\n").ends(Raise, "f")


def test_many_ways_out_share_a_finally(lowered: Any) -> None:
    body = "".join(f"  if a{i}: return b{i}()\n" for i in range(200))
    module = lowered(f"def f():\n try:\n{body} finally:\n  c()\n")
    assert sum(op.text == "c" for op in module.ops(Call, "f")) < 20
    calls = module.calls("f")
    assert all(names[-2] == "c" for names in calls)


def test_finally_in_finally_does_not_explode(lowered: Any) -> None:
    depth = 30
    text = "def f():\n" + "".join(
        f"{' ' * (i + 1)}try:\n{' ' * (i + 2)}if x: return a()\n{' ' * (i + 1)}finally:\n" for i in range(depth)
    )
    module = lowered(text + " " * (depth + 1) + "b()\n")
    assert len(module.function("f").blocks) < 5_000


def test_return_leaves_the_with(lowered: Any) -> None:
    module = lowered("def f():\n with a() as x, b():\n  return x\n")
    (block,) = [block for block in module.function("f").blocks if isinstance(block.end, Return)]
    assert [isinstance(op, Exit) for op in block.ops][-2:] == [True, True]


def test_dead_code_is_dropped(lowered: Any) -> None:
    assert module_calls(lowered, "return\n a()") == {("Return",)}
    assert module_calls(lowered, "if x: return a()\n else: raise b()\n c()") == {("a", "Return"), ("b", "Raise")}


def test_assert_raises(lowered: Any) -> None:
    calls = module_calls(lowered, "assert a(), b()\n c()")
    assert calls == {("a", "c", "Return"), ("a", "b", "AssertionError", "Raise")}


def test_match_tests_in_order(lowered: Any) -> None:
    module = lowered("def f(x):\n match x:\n  case 1: a()\n  case y if b(): c()\n  case _: d()\n  case 2: e()\n")
    assert module.calls("f") == {("a", "Return"), ("b", "c", "Return"), ("b", "d", "Return")}


def test_blocks_are_in_reverse_post_order(lowered: Any) -> None:
    from privlint.ir.module import targets_of

    module = lowered("def f():\n for x in y:\n  if a: continue\n  try: b()\n  except E: break\n return 1\n")
    blocks = module.function("f").blocks
    backward = [(i, t) for i, block in enumerate(blocks) for t in targets_of(block.end) if t <= i]
    assert {target for _, target in backward} == {1}  # only to the loop's head
    assert all(0 <= t < len(blocks) for block in blocks for t in targets_of(block.end))


def test_a_lone_break_is_no_crash(lowered: Any) -> None:
    assert lowered("break\ncontinue\nx = 1\n").module.functions[0].blocks


def test_not_swaps_the_branches(lowered: Any) -> None:
    module = lowered("def f():\n if not a:\n  b()\n else:\n  c()\n")
    (branch,) = module.ends(Branch, "f")
    blocks = module.function("f").blocks
    assert [op.text for op in blocks[branch.orelse].ops if isinstance(op, Call)] == ["b"]
