"""The domain: atoms of different kinds are never taken for each other."""

from __future__ import annotations

from itertools import combinations

from privlint.flow.values import Atom, Cls, Ext, Inst, Opaque, Prefix, Trait, join, of

ATOMS: list[Atom] = [Cls(3), Opaque(3), Ext("cut"), Inst("cut"), Prefix("cut"), Trait("cut")]


def test_atoms_of_different_kinds_are_different() -> None:
    for left, right in combinations(ATOMS, 2):
        assert left != right
        assert not of(left).same(of(right))
        assert len(join(of(left), of(right)).atoms) == 2
