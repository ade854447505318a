"""Documents of collections that are named for people: what ``db.users.find_one(...)`` gives is a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.values import Inst, Value, of

if TYPE_CHECKING:
    from privlint.flow.library import Callee

_TYPE = "document."
_ONE = frozenset(["find_one", "find_one_and_update", "find_one_and_replace", "find_one_and_delete"])


def found(fr: Frame, callee: Callee) -> Value | None:
    """What a collection gives that is asked for one document or for some; None for anything else."""
    collection = callee.receiver_name
    if callee.attribute not in _ONE and callee.attribute != "find":
        return None
    if not collection.isidentifier() or not fr.catalog.is_person(collection):
        return None
    from privlint.flow import rows  # late: rows read sources

    document = of(Inst(f"{_TYPE}{collection}()"))
    return document if callee.attribute in _ONE else rows.yielding(fr, callee.n, document)


def collection_of(value: Value) -> str:
    """The name of the collection that a value is a document of, or ""."""
    names = [a.type[len(_TYPE) : -2] for a in value.atoms if isinstance(a, Inst) and a.type.startswith(_TYPE)]
    return names[0] if len(names) == 1 else ""
