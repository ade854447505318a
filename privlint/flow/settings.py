"""Settings of the analysed program: what a look-up gives where nothing is set, and where frameworks keep theirs.

They matter for addresses above all: which partner a request goes to is mostly a setting with a default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.catalog.paths import Patterns
from privlint.flow.frame import Frame
from privlint.flow.items import QUERY
from privlint.flow.values import UNKNOWN, Bound, Cls, Ext, Func, Lit, Obj, Opaque, Value, join

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

DJANGO = frozenset({"django.conf.settings"})

# Readers of settings whose second argument is the default, by dotted path (``*``: any method).
_READERS = Patterns((
    "decouple.config", "decouple.Config", "decouple.AutoConfig", "starlette.config.Config", "prettyconf.config",
    "environ.Env", "environ.Env.*", "environ.FileAwareEnv", "environ.FileAwareEnv.*", "environs.Env", "environs.Env.*",
    "environs.env.*", "os.getenv", "os.environ.get", "os.environ.setdefault", "environ.get_env_value",
))  # fmt: skip
# Fields of settings classes, whose first argument is the default.
_FIELDS = frozenset({"Field", "PydanticField"})
_NAMED = ("default", "fallback")
_NO_DEFAULT = ("configparser.", QUERY)  # whose `get` takes something else as its second argument


def fallback(fr: Frame, callee: Callee, func: Value, args: Arguments) -> Value | None:
    """What a library's call gives for want of better: its default, if it is a look-up that has one.

    A default of a call that nobody knows counts where it is an address: nothing else is done with one.
    """
    if any(isinstance(atom, Func | Bound | Cls | Opaque) for atom in func.atoms):
        return None
    model = args.at(fr, 0)
    if model is not None and any(isinstance(atom, Cls) for atom in model[0].atoms):
        return None  # ``session.get(Customer, pk)``
    named = next((found[0] for name in _NAMED if (found := args.at(fr, -1, name)) is not None), None)
    paths = _paths(fr, func)
    second = args.at(fr, 1)
    if any(_READERS.mean(path) for path in paths):
        return named if named is not None else second[0] if second is not None else None
    if callee.last == "get" and paths and second is not None and not any(p.startswith(_NO_DEFAULT) for p in paths):
        return named if named is not None else second[0]
    first = args.at(fr, 0) if callee.last in _FIELDS else None
    return _address(named) or (_address(first[0]) if first is not None else None)


def _paths(fr: Frame, func: Value) -> list[str]:
    """The dotted paths of what is called: a library's symbol, or an instance of a library's type."""
    found = [atom.path for atom in func.ordered if isinstance(atom, Ext)]
    return found + [
        fr.object(atom.id).type for atom in func.ordered if isinstance(atom, Obj) and fr.object(atom.id).type
    ]


def _address(value: Value | None) -> Value | None:
    atoms = frozenset(a for a in value.atoms if isinstance(a, Lit) and "://" in str(a.value)) if value else frozenset()
    return Value(atoms) if atoms else None


def of_django(fr: Frame, name: str) -> Value:
    """``settings.NAME``: what the project's settings modules, any of them, give it."""
    from privlint.flow.attributes import object_attribute

    out = UNKNOWN
    if name.isupper():
        for number in fr.program.settings_modules:
            fr.solver.run_module(number)
            held = object_attribute(fr, ("g", number), name)
            out = join(out, held) if held is not None else out
    return out
