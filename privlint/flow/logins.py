"""What code itself logs in with, at a server that it knows: the credentials of a service, and nobody's data."""

from __future__ import annotations

from privlint.flow.frame import Frame
from privlint.flow.values import Obj, Opaque, Value
from privlint.model.data import NameMatch


def in_class(fr: Frame, value: Value, match: NameMatch) -> bool:
    """Whether an attribute that is taken for ``match`` is what a mailer, a connection, a build step logs in with."""
    if not fr.catalog.is_login(match.data_type):
        return False
    classes = [
        fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls
        for atom in value.ordered
        if isinstance(atom, Obj | Opaque)
    ]
    return bool(classes) and all(cls >= 0 and _connects(fr, cls) for cls in classes)


def _connects(fr: Frame, cls: int) -> bool:
    found = fr.solver.connecting.get(cls)
    if found is None:
        of_person = fr.catalog.is_person(fr.program.classes[cls].name)
        found = not of_person and fr.catalog.logs_in(sorted(fr.solver.assigned_names(cls)))
        fr.solver.connecting[cls] = found
    return found


def in_function(fr: Frame, match: NameMatch) -> bool:
    """Whether a parameter that is taken for ``match`` is given along with the server that it is for.

    What a command or a handler is given is somebody's: a function that is decorated.
    """
    if not fr.catalog.is_login(match.data_type) or (fr.ir.decorators and fr.fn.cls < 0):
        return False
    return fr.catalog.logs_in([param.name for param in fr.ir.params])


__all__ = ["in_class", "in_function"]
