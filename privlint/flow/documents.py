"""Documents of collections: what ``db.users.find_one(...)`` gives is a user, as the program puts one in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.values import UNKNOWN, Atom, Inst, Obj, Value, join, of

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_TYPE = "document."
_ONE = frozenset(["find_one", "find_one_and_update", "find_one_and_replace", "find_one_and_delete"])
_CHOOSING = frozenset(["projection", "fields"])  # arguments that say which fields are asked for


def found(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """What a collection gives that is asked for one document or for some; None for anything else."""
    collection = callee.receiver_name
    if callee.attribute not in _ONE and callee.attribute != "find":
        return None
    if not collection.isidentifier():
        return None
    from privlint.flow import rows  # late: rows read sources

    whole = len(args.positional) < 2 and not _CHOOSING.intersection(args.keywords)
    columns = fr.solver.tables.documents(collection) if whole else None
    people = fr.catalog.is_person(collection)
    document = of(Inst(f"{_TYPE}{collection}()")) if people else UNKNOWN
    if columns is not None:
        what = f"document of {collection}"
        document = join(document, rows.of_columns(fr, columns, callee.n, what, "_id" if people else ""))
    if not document:
        return None
    return document if callee.attribute in _ONE else rows.yielding(fr, callee.n, document)


def collection_of(value: Value) -> str:
    """The name of the collection that a value is a document of, or ""."""
    names = [a.type[len(_TYPE) : -2] for a in value.atoms if isinstance(a, Inst) and a.type.startswith(_TYPE)]
    return names[0] if len(names) == 1 else ""


def is_document(fr: Frame, atom: Atom) -> bool:
    """Whether something is a document of a collection, or a row."""
    if isinstance(atom, Inst):
        return atom.type.startswith(_TYPE)
    from privlint.flow import rows  # late: rows read sources

    return isinstance(atom, Obj) and fr.object(atom.id).type == rows.ROW
