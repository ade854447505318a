"""What a Pyramid application adds to its requests: ``config.add_request_method(...)``, and who the policy says asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from privlint.flow.arguments import Arguments
from privlint.flow.attributes import load_attribute
from privlint.flow.calls import call_value
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.models.registry import function
from privlint.flow.values import NONE, Atom, Bound, Func, Inst, Obj, Opaque, Value, of

if TYPE_CHECKING:
    from privlint.flow.library import Callee

REQUEST = "webob.Request"
# What is asked of a security policy, by the name under which requests have it.
_OF_POLICY = ("identity", "authenticated_userid")


@function("pyramid.config.Configurator.add_request_method")
def _add_request_method(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    made = args.at(fr, 0, "callable")
    called = args.at(fr, 1, "name")
    if made is None:
        return NONE
    names = strings(called[0]) if called is not None else _own_names(fr, made[0])
    if "property" in args.keywords or "reify" in args.keywords:
        _keep(fr, names, made[0], callee.n)
    return NONE


@function("pyramid.config.Configurator.set_security_policy")
def _set_security_policy(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    policy = args.at(fr, 0, "policy")
    for name in _OF_POLICY if policy is not None else ():
        assert policy is not None
        _keep(fr, [name], load_attribute(fr, policy[0], name), callee.n)
    return NONE


def _keep(fr: Frame, names: list[str], made: Value, n: int) -> None:
    """What a function gives for a request is what all requests have under these names."""
    if not any(isinstance(atom, Func | Bound) for atom in made.atoms):
        return
    given = call_value(fr, made, Arguments(positional=[(of(Inst(REQUEST)), n)]), n)
    for name in names:
        fr.solver.write_external(REQUEST, f".{name}", Value(frozenset(_lasting(fr, given)), given.marks))


def _lasting(fr: Frame, value: Value) -> Iterator[Atom]:
    """What a value is, as other requests have it too: an instance of the same type."""
    for atom in value.ordered:
        obj = fr.object(atom.id) if isinstance(atom, Obj) else None
        if obj is None:
            yield atom
        elif obj.cls >= 0:
            yield Opaque(obj.cls)
        elif obj.type:
            yield Inst(obj.type)


def _own_names(fr: Frame, made: Value) -> list[str]:
    return [fr.program.functions[atom.fn].ir.name for atom in made.ordered if isinstance(atom, Func)]
