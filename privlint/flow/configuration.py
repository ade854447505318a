"""What an application is configured with: ``app.config.from_object(Config)`` and its kin.

The keys lie in the store of the library's object, so that ``current_app.config["URL"]`` anywhere finds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.access import store
from privlint.flow.attributes import object_attribute
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.values import Cls, Ext, Obj, Opaque, Value, join

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

# By which methods the settings come: of an object or a module, of a file, of a mapping, one of them.
_OBJECTS = frozenset(("from_object", "load_config", "update_config"))
_FILES = frozenset(("from_pyfile",))
_MAPPINGS = frozenset(("from_mapping", "update", "update_config"))
_SINGLE = frozenset(("setdefault",))
_ALL = _OBJECTS | _FILES | _MAPPINGS | _SINGLE


def configured(fr: Frame, callee: Callee, args: Arguments) -> None:
    """Keeps what a call tells an application's configuration."""
    method, target = callee.attribute, callee.receiver
    if target is None or method not in _ALL:
        return
    if not any(isinstance(atom, Ext) and atom.path.endswith(".config") for atom in target.atoms):
        return
    first = args.at(fr, 0)
    given = first[0] if first is not None else None
    if method in _MAPPINGS:
        for name, (value, _) in args.keywords.items():
            store(fr, target, f"[{name!r}]", value, strong=False)
        _of_mapping(fr, target, given)
    if given is None:
        return
    if method in _SINGLE:
        second = args.at(fr, 1)
        for name in strings(given) if second is not None else ():
            store(fr, target, f"[{name!r}]", second[0] if second is not None else given, strong=False)
    elif method in _FILES:
        for text in strings(given):
            for number in _files(fr, text):
                _of_module(fr, target, number)
    elif method in _OBJECTS:
        _of_object(fr, target, given)


def _of_mapping(fr: Frame, target: Value, given: Value | None) -> None:
    for atom in given.ordered if given is not None else ():
        if isinstance(atom, Obj) and atom.id[0] != "g":
            for label, value in sorted(fr.object(atom.id).fields.items()):
                if label.startswith(("['", '["')):
                    store(fr, target, label, value, strong=False)


def _of_object(fr: Frame, target: Value, given: Value) -> None:
    """A class, an instance of one, a module, or the dotted name of either; by default, or as a caller says."""
    fr.need(given)
    for atom in _defaults(fr, given).ordered:
        if isinstance(atom, Cls | Opaque):
            _of_class(fr, target, atom.cls)
        elif isinstance(atom, Obj) and atom.id[0] == "g":
            _of_module(fr, target, int(str(atom.id[1])))
        elif isinstance(atom, Obj) and (cls := fr.object(atom.id).cls) >= 0:
            _of_class(fr, target, cls)
    for text in strings(_defaults(fr, given)):
        for each in fr.program.classes:
            if each.dotted == text:
                _of_class(fr, target, each.id)
        for module in fr.program.modules:
            if module.name == text:
                _of_module(fr, target, module.number)


def _defaults(fr: Frame, given: Value) -> Value:
    """What is given, and what a parameter that is handed on is where nothing is passed for it."""
    for atom in given.ordered:
        if isinstance(atom, Obj) and atom.id[0] == "s" and not atom.id[2] and int(str(atom.id[1])) >= 0:
            param = fr.ir.params[int(str(atom.id[1]))]
            given = join(given, fr.solver.default_of(fr.fn.id, param.name, fr)) if param.default else given
    return given


def _of_class(fr: Frame, target: Value, cls: int) -> None:
    for base in fr.program.classes[cls].mro:
        for name in fr.program.classes[base].fields:
            held = fr.solver.class_attribute(cls, name) if name.isupper() else None
            if held is not None:
                store(fr, target, f"[{name!r}]", held, strong=False)


def _of_module(fr: Frame, target: Value, number: int) -> None:
    fr.solver.run_module(number)
    for name in fr.program.modules[number].bindings.names:
        held = object_attribute(fr, ("g", number), name) if name.isupper() else None
        if held is not None:
            store(fr, target, f"[{name!r}]", held, strong=False)


def _files(fr: Frame, text: str) -> list[int]:
    """The modules that a file's name means: the one beside the code that reads it, else whichever is called so."""
    name = text.rpartition("/")[2]
    beside = fr.program.modules[fr.fn.module].path.rpartition("/")[0]
    found = [each for each in fr.program.modules if each.path.rpartition("/")[2] == name]
    near = [each for each in found if each.path.rpartition("/")[0] == beside and "/" not in text]
    return [each.number for each in near or found]
