"""Where instances of the program's classes are made, by the names of the classes: one walk for all of them."""

from __future__ import annotations

from collections import Counter

from privlint.flow.uses.code import Names
from privlint.ir import ops as o

_LOADING = frozenset({"load", "loads", "validate"})


class Instances:
    """The calls whose text ends in the name of a class, or in that of one of its methods."""

    def __init__(self, names: Names) -> None:
        self.calls: dict[str, list[tuple[int, o.Call]]] = {}  # class -> function, call of it or of a method of it
        self.made: Counter[str] = Counter()
        self.loaded: Counter[str] = Counter()  # of these, how many are made to load something
        classes = {info.name for info in names.program.classes}
        for function in names.program.functions:
            made = names.code(function.id).made
            for op in made.values():
                if not isinstance(op, o.Call):
                    continue
                last = op.text.split(".")[-2:]
                for name in classes.intersection(last):
                    self.calls.setdefault(name, []).append((function.id, op))
                if last[-1] in classes:
                    self.made[last[-1]] += 1
                func = made.get(op.func)
                owner = made.get(func.obj) if isinstance(func, o.LoadAttr) and func.name in _LOADING else None
                if isinstance(owner, o.Call):
                    self.loaded[owner.text.rpartition(".")[2]] += 1
