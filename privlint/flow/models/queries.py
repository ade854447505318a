"""Methods of object managers and query sets: rows and values of a model of the program."""

from __future__ import annotations

from privlint.flow import rows, sources
from privlint.flow.arguments import Arguments
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import QUERY
from privlint.flow.library import Callee
from privlint.flow.models import django, pyramid  # noqa: F401 (their functions register themselves)
from privlint.flow.values import SCALAR, UNKNOWN, Inst, Opaque, Value, join_all, of, step, with_marks

_SINGLES = frozenset(
    [
        "get",
        "first",
        "last",
        "latest",
        "earliest",
        "create",
        "aget",
        "acreate",
        "afirst",
        "get_or_404",
        "first_or_404",
        "one",
        "one_or_none",
        "scalar_one",
        "scalar_one_or_none",
        "scalar",
        "get_object",
        "refresh_from_db",
        "in_bulk",
        "get_by_id",
        "create_user",
        "find_one",
        "get_or_none",
        "modify",
        "upsert_one",
        "with_id",
    ]
)


_PAIRS = frozenset(("get_or_create", "update_or_create", "aget_or_create"))


_PLAIN = frozenset(["count", "exists", "update", "delete", "acount", "aexists", "bulk_update", "aggregate"])


def query_method(fr: Frame, callee: Callee, path: str, args: Arguments) -> Value:
    """A method of an object manager or query set of a model: what it looks up by is not in its result."""
    cls = int(path.rpartition(".")[0][len(QUERY) :].partition(".")[0])
    name = callee.attribute
    if name in _SINGLES:
        return of(Opaque(cls))
    if name in _PAIRS:
        return of(fr.allocate(callee.n, Object("tuple", fields={"[0]": of(Opaque(cls))}), "pair"))
    if name in _PLAIN:
        return of(Inst("builtins.int"))
    if name in ("with_entities", "with_only_columns", "values", "values_list", "add_columns"):
        asked = rows.asked_for(fr, args, callee.n)
        if asked is not None:
            return asked
    if name in ("values", "values_list"):
        return _values(fr, callee, cls, args, name == "values")
    return of(Inst(f"{QUERY}{cls}"))


def values_of_unknown(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``get_user_model().objects.values_list("email")``: columns of a model that is not there, by their names.

    The values of a mapping are asked for with no names.
    """
    names = [text for value, _ in args.positional for text in strings(value)]
    if callee.attribute not in ("values_list", "values") or not names:
        return None
    if callee.attribute == "values":  # what is in a column is told where it is looked up
        fields = {f"[{name!r}]": UNKNOWN for name in names}
        row = of(fr.allocate(callee.n, Object("dict", fields=fields), "row"))
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": row}), "values"))
    owner = callee.text.partition(".")[0] or callee.receiver_name
    columns = [rows.read(fr, owner, name.rpartition("__")[2], callee.n) for name in names]
    flat = "flat" in args.keywords and len(columns) == 1
    fields = {f"[{index}]": column for index, column in enumerate(columns)}
    row = columns[0] if flat else of(fr.allocate(callee.n, Object("tuple", fields=fields), "row"))
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": row}), "values"))


def _through(fr: Frame, cls: int, name: str) -> tuple[int, str]:
    """The model that has the field, and the field: ``hotel__name`` of a tour is the name of its hotel."""
    owner, parts = cls, name.split("__")
    for part in parts[:-1]:
        owner = fr.solver.records.relation(owner, part)[0]
        if owner < 0:
            return cls, name
    return owner, parts[-1]


def _values(fr: Frame, callee: Callee, cls: int, args: Arguments, mapping: bool) -> Value:
    from privlint.flow.attributes import opaque_attribute

    fields: dict[str, Value] = {}
    flat = "flat" in args.keywords
    names = [text for value, _ in args.positional for text in strings(value)]
    listed = bool(args.positional or args.keywords)
    whole = {} if listed else step(fr.solver.records.whole(fr, cls, 2), fr.site(callee.n), "through", callee.shown)
    for index, name in enumerate(names or list(fr.program.classes[cls].fields)):
        owner, field = _through(fr, cls, name)
        value = with_marks(
            opaque_attribute(fr, Opaque(owner), field) or UNKNOWN,
            sources.of_attribute(fr, of(Opaque(owner)), field, callee.n, ""),
        )
        fields[f"[{name!r}]" if mapping else "[*]" if flat else f"[{index}]"] = value
    fields = {label: SCALAR if _is_key(fr, value) else value for label, value in fields.items()}
    if flat:
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": join_all(fields.values())}), "values"))
    row = with_marks(of(fr.allocate(callee.n, Object("dict" if mapping else "tuple", fields=fields), "row")), whole)
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": row}), "values"))


def _is_key(fr: Frame, value: Value) -> bool:
    """Whether a column refers to a row of another table: it has the key of that row."""
    return any(
        fr.solver.records.stored_by_key(atom.cls, "")
        if isinstance(atom, Opaque)
        else isinstance(atom, Inst) and fr.solver.records.stored_by_key(-1, atom.type)
        for atom in value.atoms
    )
