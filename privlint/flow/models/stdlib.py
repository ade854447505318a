"""Functions of the standard library that hand on, copy or call what they are given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from privlint.flow import masks, rows
from privlint.flow.access import delete, store
from privlint.flow.callable import MADE_CALLABLE
from privlint.flow.constants import literal, strings
from privlint.flow.frame import CAUGHT, Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, key_label
from privlint.flow.managers import LATER, entered
from privlint.flow.models.cloning import deep_clone
from privlint.flow.outcome import RAISED
from privlint.flow.values import (
    NONE,
    SCALAR,
    TRUE,
    UNKNOWN,
    Bound,
    Func,
    Hop,
    Inst,
    Mark,
    Obj,
    Value,
    join,
    join_all,
    of,
    only_marks,
    step,
    with_marks,
)
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee
from privlint.flow.models.cloning import clone
from privlint.flow.models.registry import Handler, function
from privlint.flow.structured import instances


@function("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right")
def _push(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) > 1:
        value = args.positional[1][0]
        store(fr, args.positional[0][0], "[*]", value, strong=False)
    return NONE


@function("heapq.heappop", "heapq.heapreplace", "heapq.heappushpop")
def _popped(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return join_all([element(fr, args.positional[0][0]), *(v for v, _ in args.positional[1:])])


@function("heapq.nsmallest", "heapq.nlargest", "heapq.merge", "random.sample", "random.choices", "itertools.batched")
def _some(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """Some of the items of one or several sequences, in another order."""
    first = 1 if callee.last in ("nsmallest", "nlargest") else 0
    given = args.positional[first:] if callee.last == "merge" else args.positional[first : first + 1]
    whole = join_all(element(fr, value) for value, _ in given)
    if callee.last == "batched":
        whole = of(fr.allocate(callee.n, Object("tuple", fields={"[*]": whole}), "batch"))
    return of(fr.allocate(callee.n, Object("list", fields={"[*]": whole}), "some"))


@function("random.choice", "secrets.choice")
def _choice(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return element(fr, args.positional[0][0]) if args.positional else None


@function("operator.getitem")
def _getitem(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    values = [value for value, _ in args.positional]
    return item(fr, values[0], key_label(fr, values[1]), values[1]) if len(values) == 2 else None


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
    if args.keywords:  # a copy even of what is not known to be one: what it was made of stays as it is
        others = frozenset(a for a in made.atoms if isinstance(a, Obj) and a.id[0] == "s")
        new = of(fr.allocate(callee.n, Object("inst"), "changed")) if others else UNKNOWN
        changed = Value(made.atoms - others | new.atoms)
        for name, (value, _) in args.keywords.items():
            store(fr, changed, f".{name}", value)
        made = Value(made.atoms | new.atoms, made.marks)
        _begin_again(fr, changed, callee, args)
    return made


def _begin_again(fr: Frame, changed: Value, callee: Callee, args: Arguments) -> None:
    """``dataclasses.replace`` makes a new record, which computes what it does of its fields."""
    from privlint.flow.calls import call_method

    for atom in changed.ordered if callee.last in ("replace", "evolve") else ():
        cls = fr.object(atom.id).cls if isinstance(atom, Obj) else -1
        post = fr.program.method(cls, "__post_init__") if cls >= 0 else None
        for name in fr.solver.records.never_passed(cls) if cls >= 0 else ():
            delete(fr, of(atom), f".{name}")
        if post is not None:
            given = [args.keywords.get(name, (UNKNOWN, 0))[0] for name in fr.solver.records.init_only(cls)]
            call_method(fr, post.function, atom, given, callee.n)


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


@function(
    *(f"queue.{kind}" for kind in ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")),
    *(f"asyncio.{kind}" for kind in ("Queue", "LifoQueue", "PriorityQueue")),
    *(f"multiprocessing.{kind}" for kind in ("Queue", "JoinableQueue", "SimpleQueue")),
)
def _queue(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A queue has what is put into it, part by part; in which order it comes out nobody knows."""
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": UNKNOWN}), "queue"))


@function("asyncio.gather")
def _gather(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """What is awaited, in order; with ``return_exceptions`` what is raised comes as a result, too."""
    kept = "return_exceptions" in args.keywords and args.keywords["return_exceptions"][0].same(TRUE)
    fields = {
        f"[{i}]": join(value, fr.failed.get(n, UNKNOWN) if kept else UNKNOWN)
        for i, (value, n) in enumerate(args.positional)
    }
    if args.star is not None:
        fields["[*]"] = join(element(fr, args.star[0]), join_all(fr.failed.values()) if kept else UNKNOWN)
    if kept:
        fr.state.env.pop(f"{RAISED}*", UNKNOWN)
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
    if position and all(isinstance(a, Obj) and a.id[0] == "s" for a in found.atoms):
        found = join(found, instances(fr, args.positional[0][0], callee.n))
    return found if found else None


@function("weakref.ref", "weakref.WeakMethod")
def _reference(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = args.positional[0][0] if args.positional else UNKNOWN
    return with_marks(of(fr.allocate(callee.n, Object("reference", fields={".of": given}), "reference")), given.marks)


def _referred(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    """What a reference that is called refers to."""
    return obj.fields.get(".of", UNKNOWN)


MADE_CALLABLE["reference"] = _referred


@function(
    "contextlib.ExitStack.enter_context",
    "contextlib.AsyncExitStack.enter_async_context",
    "contextlib.AsyncExitStack.enter_context",
)
def _enter(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``stack.enter_context(manager)``: what ``with manager as it`` gives; it is left when the stack is."""
    for stack in callee.receiver.ordered if callee.receiver is not None and args.positional else ():
        for atom in args.positional[0][0].ordered:
            if isinstance(stack, Obj) and isinstance(atom, Obj) and atom.id in fr.after:
                fr.after.setdefault(stack.id, []).extend(fr.after[atom.id])
    return entered(fr, args.positional[0][0], callee.last == "enter_async_context") if args.positional else None


@function("contextlib.ExitStack.callback", "contextlib.AsyncExitStack.callback")
def _later(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``stack.callback(f, x)``: what is called when the stack is left."""
    stacks = callee.receiver.atoms if callee.receiver is not None else frozenset()
    if not args.positional or len(stacks) != 1 or not all(isinstance(a, Obj) and a.id[0] == "o" for a in stacks):
        return None
    for atom in stacks:
        if isinstance(atom, Obj):
            known = [label for label in fr.object(atom.id).fields if label.startswith(LATER)]
            store(fr, of(atom), f"{LATER}{len(known)}", _partial(fr, callee, args) or UNKNOWN)
    return args.positional[0][0]


@function("xml.etree.ElementTree.SubElement", "lxml.etree.SubElement")
def _child(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """An element inside another one."""
    marks: dict[Mark, Hop | None] = {}
    for value, _ in [*args.positional[2:], *args.keywords.values()]:
        marks.update(collect(fr, value, 2))
    made = of(fr.allocate(callee.n, Object("inst", type_="xml.etree.ElementTree.Element"), "element"))
    child = with_marks(made, step(marks, fr.site(callee.n), "through", callee.shown))
    for value, _ in args.positional[:1]:
        store(fr, value, "[*]", child, strong=False)
    return child


@function("sys.exc_info")
def _exc_info(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    fields = {"[0]": SCALAR, "[1]": fr.state.env.get(CAUGHT, UNKNOWN), "[2]": UNKNOWN}
    return of(fr.allocate(callee.n, Object("tuple", fields=fields), "info"))


@function("traceback.format_exc")
def _format_exc(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    caught = collect(fr, fr.state.env.get(CAUGHT, UNKNOWN), 1)
    return only_marks(step(caught, fr.site(callee.n), "through", callee.shown))


@function("os.getenv")
def _getenv(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``os.getenv(name)`` of what this program stored there; what else is there is not known."""
    label = key_label(fr, args.positional[0][0]) if args.positional else None
    return fr.solver.read_external("os.environ", label or "[*]") or None


def _substituted(position: int) -> Handler:
    """``re.sub(pattern, function, text)``: the function is called with each match; what it gives is in the text."""

    def substitute(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
        by, text = args.at(fr, position, "repl"), args.at(fr, position + 1, "string")
        if position and by is not None and not by[0].marks and _replaces_all(args.at(fr, 0, "pattern")):
            return literal(" ".join(strings(by[0])[:1]))
        if by is None or text is None or not any(isinstance(atom, Func | Bound) for atom in by[0].atoms):
            return None
        from privlint.flow.arguments import Arguments as Given
        from privlint.flow.calls import call_value

        match = Value(frozenset((Inst("re.Match"),)), step(text[0].marks, fr.site(callee.n), "through", callee.shown))
        given = call_value(fr, by[0], Given([(match, callee.n)]), callee.n)
        return only_marks(given.marks) or SCALAR

    return substitute


# Patterns that leave nothing of a text.
_WHOLE = re.compile(r"(?:\(\?s\))?\^?(?:\.|\\S|\[\\s\\S\])[*+]?\$?\Z")


def _replaces_all(pattern: tuple[Value, int] | None) -> bool:
    texts = strings(pattern[0]) if pattern is not None else []
    return len(texts) == 1 and bool(_WHOLE.match(texts[0]))


for _path, _position in {"re.sub": 1, "re.Pattern.sub": 0, "regex.sub": 1}.items():
    function(_path)(_substituted(_position))


@function("re.subn", "re.Pattern.subn", "regex.subn")
def _counted(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The text that comes out, and how often something was replaced."""
    if len(args.positional) < 2 or masks.is_mask(args.positional[-2][0]):
        return None
    marks = {**args.positional[-2][0].marks, **args.positional[-1][0].marks}
    text = only_marks(step(marks, fr.site(callee.n), "through", callee.shown))
    return of(fr.allocate(callee.n, Object("tuple", fields={"[0]": text, "[1]": SCALAR}), "counted"))


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
