"""Django's functions that give rows as mappings or as text, with all their fields or with those that are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element
from privlint.flow.mappings import fields_of, texts
from privlint.flow.models.reflection import as_mapping
from privlint.flow.models.registry import function
from privlint.flow.values import UNKNOWN, Obj, Opaque, Value, join, of, only_marks, step, with_marks
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


@function("django.forms.models.model_to_dict", "django.forms.model_to_dict", "playhouse.shortcuts.model_to_dict")
def _model_to_dict(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return _chosen(fr, args.positional[0][0], callee.n, args) if args.positional else UNKNOWN


@function("django.core.serializers.serialize")
def _serialize(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    rows = args.at(fr, 1, "queryset")
    made = _chosen(fr, element(fr, rows[0]), callee.n, args) if rows is not None else UNKNOWN
    return only_marks(step(collect(fr, made, 2), fr.site(callee.n), "through", callee.shown))


def _chosen(fr: Frame, value: Value, n: int, args: Arguments) -> Value:
    """The fields of rows, without those that ``exclude`` names or ``fields`` (Peewee: ``only``) does not."""
    only = texts(fr, args, "fields" if "fields" in args.keywords else "only")
    without = texts(fr, args, "exclude") or frozenset()
    out = UNKNOWN
    for atom in value.ordered:
        known = isinstance(atom, Opaque) or (isinstance(atom, Obj) and fr.object(atom.id).cls >= 0)
        if known and isinstance(atom, Obj | Opaque):
            fields, marks = fields_of(fr, atom, n, only, without)
            if only is not None:  # the fields that were named, and no whole
                marks = {mark._replace(whole=""): way for mark, way in marks.items()}
            out = join(out, with_marks(of(fr.allocate(n, Object("dict", fields=fields), ("row", repr(atom)))), marks))
        else:
            out = join(out, as_mapping(fr, of(atom), n))
    return with_marks(out, value.marks) if not value.atoms else out
