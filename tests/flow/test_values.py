"""The domain: atoms of different kinds are never taken for each other, and of many marks the clear ones stay."""

from __future__ import annotations

from itertools import combinations

from privlint.flow import limits
from privlint.flow.values import (
    Atom,
    Cls,
    Ext,
    Inst,
    Mark,
    Opaque,
    Prefix,
    Symbol,
    Trait,
    join,
    name_in,
    of,
    only_marks,
)
from privlint.model.data import Protection

ATOMS: list[Atom] = [Cls(3), Opaque(3), Ext("cut"), Inst("cut"), Prefix("cut"), Trait("cut")]


def test_atoms_of_different_kinds_are_different() -> None:
    for left, right in combinations(ATOMS, 2):
        assert left != right
        assert not of(left).same(of(right))
        assert len(join(of(left), of(right)).atoms) == 2


def test_what_is_protected_gives_way_to_the_same_in_the_clear() -> None:
    clear = [Mark(Symbol(0, (f".{at}",), 0), Protection.CLEAR, 0) for at in range(limits.WIDTH)]
    masked = [mark._replace(protection=Protection.MASKED) for mark in clear]
    both = join(only_marks(dict.fromkeys(masked)), only_marks(dict.fromkeys(clear)))
    assert set(both.marks) == set(clear)


def test_labels_of_empty_names_have_no_name() -> None:
    assert [name_in(label) for label in (".", "['']", ".email", "['email']", ".*")] == ["", "", "email", "email", ""]
