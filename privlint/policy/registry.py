"""Finds the checks: every module ``checks/prvNNN.py`` is one finding code."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from privlint.policy import checks
from privlint.policy.rule import Rule

if TYPE_CHECKING:
    from privlint.model.finding import Finding
    from privlint.policy.context import Context


class Check(NamedTuple):
    """One finding code: its properties, its documentation (the module's docstring), its function."""

    rule: Rule
    doc: str
    run: Callable[[Context], Iterable[Finding]]


@functools.cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by code.

    Raises:
        TypeError: a module in ``checks`` lacks ``RULE``, ``check`` or its docstring, or is named after another code.
    """
    found = []
    for info in sorted(pkgutil.iter_modules(checks.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{checks.__name__}.{info.name}")
        rule, run = getattr(module, "RULE", None), getattr(module, "check", None)
        if not isinstance(rule, Rule) or not callable(run) or not module.__doc__:
            raise TypeError(f"{module.__name__} must have a docstring, RULE and check()")
        if rule.code.lower() != info.name:
            raise TypeError(f"{module.__name__} declares {rule.code}")
        found.append(Check(rule, module.__doc__, run))
    return tuple(found)
