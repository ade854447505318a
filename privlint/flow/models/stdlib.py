"""Functions of the standard library that hand on, copy or call what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import rows
from privlint.flow.access import store
from privlint.flow.conditions import WRITES_TO
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, key_label
from privlint.flow.models.containers import deep_clone
from privlint.flow.values import (
    NONE,
    UNKNOWN,
    Hop,
    Mark,
    Obj,
    Value,
    join_all,
    of,
    only_marks,
    step,
    strings,
)
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee
from privlint.flow.models.containers import clone
from privlint.flow.models.registry import function


@function("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right")
def _push(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) > 1:
        value = args.positional[1][0]
        store(fr, args.positional[0][0], "[*]", value, strong=False)
    return NONE


@function("heapq.heappop", "heapq.heapreplace", "heapq.heappushpop")
def _popped(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return join_all([element(fr, args.positional[0][0]), *(v for v, _ in args.positional[1:])])


@function("operator.setitem")
def _setitem(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) == 3:
        label = key_label(fr, args.positional[1][0])
        store(fr, args.positional[0][0], label or "[*]", args.positional[2][0], strong=label is not None)
    return NONE


@function("copy.copy", "copy.deepcopy", "copy.replace", "dataclasses.replace", "attr.evolve", "attrs.evolve")
def _copy(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if not args.positional:
        return UNKNOWN
    value = args.positional[0][0]
    made = deep_clone(fr, value, callee.n, {}) if callee.last == "deepcopy" else clone(fr, value, callee.n)
    for name, (value, _) in args.keywords.items():
        store(fr, made, f".{name}", value)
    return made


@function("functools.partial", "functools.partialmethod")
def _partial(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if not args.positional:
        return UNKNOWN
    fields = {".func": args.positional[0][0]}
    fields.update({f"[{i}]": value for i, (value, _) in enumerate(args.positional[1:])})
    fields.update({f"[{name!r}]": value for name, (value, _) in args.keywords.items()})
    if callee.last == "partialmethod":
        fields[".%method"] = NONE
    fields[".args"] = of(
        fr.allocate(callee.n, Object("tuple", fields={k: v for k, v in fields.items() if k[0] == "["}), "given")
    )
    return of(fr.allocate(callee.n, Object("partial", fields=fields), "partial"))


@function(
    "asyncio.Future",
    "concurrent.futures.Future",
    "asyncio.get_running_loop().create_future",
    "asyncio.get_event_loop().create_future",
    "asyncio.new_event_loop().create_future",
)
def _future(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return of(fr.allocate(callee.n, Object("iter"), "future"))


@function("csv.writer", "csv.DictWriter")
def _csv_writer(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A writer, which holds the file that it writes to."""
    given = args.at(fr, 0, "csvfile") or args.at(fr, 0, "f")
    fields = {WRITES_TO: given[0]} if given is not None else {}
    return of(fr.allocate(callee.n, Object("inst", type_=f"csv.{callee.last}", fields=fields), "lib"))


def write_rows(fr: Frame, receiver: Value, args: Arguments, n: int) -> None:
    """``writer.writerow(row)``: the row's data is in the file then."""
    marks: dict[Mark, Hop | None] = {}
    for value, _ in args.positional:
        marks.update(collect(fr, value, 2))
    into = only_marks(step(marks, fr.site(n), "into", "the file"))
    for atom in receiver.ordered:
        if into and isinstance(atom, Obj) and (held := fr.object(atom.id).fields.get(WRITES_TO)) is not None:
            store(fr, held, "[*]", into, strong=False)


@function("asyncio.gather")
def _gather(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    fields = {f"[{i}]": value for i, (value, _) in enumerate(args.positional)}
    if args.star is not None:
        fields["[*]"] = element(fr, args.star[0])
    return of(fr.allocate(callee.n, Object("list", fields=fields), "gather"))


@function(
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.wait_for",
    "asyncio.shield",
    "asyncio.run",
    "typing.cast",
    "typing.assert_type",
    "weakref.proxy",
    "weakref.ref",
    "contextlib.nullcontext",
    "contextlib.closing",
    "functools.lru_cache",
    "functools.cache",
    "functools.singledispatch",
    "functools.singledispatchmethod",
    "contextlib.contextmanager",
    "contextlib.asynccontextmanager",
    "staticmethod",
    "abc.abstractmethod",
    "typing.overload",
    "typing.final",
    "typing.no_type_check",
    "atexit.register",
    "asyncio.as_completed",
)
def _pass_on(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    position = 1 if callee.last in ("cast",) else 0
    found = args.positional[position][0] if len(args.positional) > position else UNKNOWN
    return found if found else None


@function("functools.wraps", "functools.update_wrapper")
def _wraps(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return UNKNOWN


@function("asyncio.to_thread", "asgiref.sync.sync_to_async", "asgiref.sync.async_to_sync")
def _thread(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if callee.last != "to_thread":
        return args.positional[0][0] if args.positional else UNKNOWN
    from privlint.flow.arguments import Arguments as Given
    from privlint.flow.calls import call_value

    if not args.positional:
        return UNKNOWN
    return call_value(fr, args.positional[0][0], Given(args.positional[1:], args.keywords), callee.n)


@function("sqlalchemy.Column", "sqlalchemy.schema.Column", "sqlalchemy.sql.schema.Column", "sqlalchemy.column")
def _column(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A column with a name of its own, as a table has it."""
    texts = strings(args.positional[0][0]) if args.positional else []
    return of(rows.column("", texts[0])) if len(texts) == 1 and texts[0].isidentifier() else None


@function("sqlalchemy.Table", "sqlalchemy.schema.Table", "sqlalchemy.sql.schema.Table")
def _table(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return rows.table(fr, args, callee.n)


@function("sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text")
def _statement(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A statement as text: the rows that it yields, and what it is filled with."""
    row = rows.of_statement(fr, args.positional[0][0], callee.n) if args.positional else None
    return rows.yielding(fr, callee.n, row) if row is not None else None
