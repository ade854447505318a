"""The language's own containers, strings and functions: where data goes in ``d.get(k)``, ``sorted(xs)``, ``map(f, xs)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from privlint.flow import sources
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.objects import (
    CONTAINERS,
    any_item,
    collect,
    delete,
    element,
    item,
    key_label,
    keys_of,
    load_attribute,
    store,
)
from privlint.flow.values import (
    NONE,
    SCALAR,
    UNKNOWN,
    Atom,
    Bound,
    Cls,
    Hop,
    Lit,
    Mark,
    Obj,
    Opaque,
    Prefix,
    Value,
    join,
    join_all,
    literal,
    of,
    only_marks,
    step,
    strings,
    with_marks,
)

if TYPE_CHECKING:
    from privlint.flow.calls import Arguments
    from privlint.flow.library import Callee

Handler = Callable[[Frame, "Callee", "Arguments"], Value | None]

FUNCTIONS: dict[str, Handler] = {}

# Methods of strings (and of what is like them) whose result tells what the receiver told.
CARRYING = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "casefold",
        "swapcase",
        "replace",
        "encode",
        "decode",
        "split",
        "rsplit",
        "splitlines",
        "partition",
        "rpartition",
        "join",
        "format",
        "format_map",
        "zfill",
        "ljust",
        "rjust",
        "center",
        "expandtabs",
        "translate",
        "removeprefix",
        "removesuffix",
        "hex",
        "tobytes",
        "read",
        "readline",
        "readlines",
        "getvalue",
        "isoformat",
        "strftime",
        "group",
        "groups",
        "groupdict",
        "__str__",
        "__repr__",
        "as_string",
        "as_dict",
        "to_dict",
        "dict",
        "json",
        "text",
        "copy",
        "__getitem__",
        "__format__",
        "total_seconds",
        "date",
        "time",
        "to_string",
        "tolist",
        "item",
        "as_str",
        "as_bytes",
        "getbuffer",
        "data",
        "value",
    ]
)
# Methods whose result says nothing of it.
SILENT = frozenset(
    [
        "startswith",
        "endswith",
        "find",
        "rfind",
        "index",
        "rindex",
        "count",
        "isdigit",
        "isalpha",
        "isalnum",
        "isnumeric",
        "isspace",
        "islower",
        "isupper",
        "isidentifier",
        "__len__",
        "__eq__",
        "__contains__",
        "__hash__",
        "exists",
        "is_valid",
        "is_authenticated",
        "has_perm",
        "close",
    ]
)
MUTATORS = frozenset(
    [
        "append",
        "add",
        "appendleft",
        "put",
        "put_nowait",
        "insert",
        "push",
        "extend",
        "update",
        "setdefault",
        "write",
        "writelines",
        "extendleft",
        "add_header",
        "send_nowait",
    ]
)
_READERS = frozenset(
    [
        "get",
        "pop",
        "popitem",
        "items",
        "values",
        "keys",
        "copy",
        "popleft",
        "get_nowait",
        "iteritems",
        "itervalues",
        "most_common",
        "elements",
        "__iter__",
        "__next__",
        "send",
        "clear",
        "remove",
        "discard",
        "sort",
        "reverse",
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "getlist",
        "setlist",
    ]
)


def function(*names: str) -> Callable[[Handler], Handler]:
    """Register the meaning of builtin or standard-library functions."""

    def register(handler: Handler) -> Handler:
        for name in names:
            FUNCTIONS[name] = handler
        return handler

    return register


# -- methods -----------------------------------------------------------------------------------------------------


def method(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A method of a container or string, told by its name; None where the receiver is known to be something else."""
    receiver = callee.receiver
    name = callee.attribute
    if receiver is None or not name:
        return None
    kinds = {_kind(fr, atom) for atom in receiver.atoms} or {"unknown"}
    if kinds & {"container", "unknown"}:
        if name in MUTATORS:
            return _mutate(fr, receiver, name, callee, args)
        if name in _READERS:
            return _read(fr, receiver, name, callee, args)
    if name in SILENT and kinds & {"container", "unknown", "text"}:
        return SCALAR
    if name in CARRYING and (receiver.marks or "text" in kinds or name in ("join", "format", "format_map")):
        return _carry(fr, receiver, name, callee, args)
    return None


def _kind(fr: Frame, atom: Atom) -> str:
    if isinstance(atom, Obj):
        obj = fr.object(atom.id)
        if obj.kind in CONTAINERS or obj.kind == "dict":
            return "container"
        if obj.cls >= 0:
            return "class"
        return "unknown"
    return "text" if isinstance(atom, Lit | Prefix) else "other"


def _mutate(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments) -> Value:
    site = fr.site(callee.n)
    into = callee.receiver_name or "the container"
    values = [value for value, _ in args.positional]
    if name in ("update",):
        for value in values:
            _merge(fr, receiver, value)
        for key, (value, _) in args.keywords.items():
            store(fr, receiver, f"[{key!r}]", value)
        for value, _ in args.mappings:
            _merge(fr, receiver, value)
        return NONE
    if name == "setdefault":
        label = key_label(values[0]) if values else None
        new = values[1] if len(values) > 1 else UNKNOWN
        store(fr, receiver, label or "[*]", join(item(fr, receiver, label), new))
        return item(fr, receiver, label)
    if name in ("extend", "extendleft", "writelines"):
        given = join_all(element(fr, value) for value in values)
    elif name in ("insert", "add_header"):
        given = join_all(values[1:])
    else:
        given = join_all(values)
    if given:
        marks = step(given.marks, site, "into", into)
        store(fr, receiver, "[*]", Value(given.atoms, marks), strong=False)
        if given.marks and name in ("put", "send_nowait"):
            pass
    return NONE


def _merge(fr: Frame, receiver: Value, given: Value) -> None:
    for atom in given.atoms:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            for label, value in obj.fields.items():
                if label[0] == "[":
                    store(fr, receiver, label, value, strong=label != "[*]")
            if atom.id[0] == "s" and "[*]" not in obj.fields:
                store(fr, receiver, "[*]", fr.initial(atom.id, "[*]"), strong=False)
        elif not isinstance(atom, Lit):
            store(fr, receiver, "[*]", of(atom), strong=False)
    if given.marks:
        store(fr, receiver, "[*]", only_marks(given.marks), strong=False)


def _read(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments) -> Value | None:
    values = [value for value, _ in args.positional]
    if name in ("get", "pop") and (values or args.keywords):
        return _lookup(fr, receiver, name, callee, args, values)
    if name in ("get", "pop", "popleft", "get_nowait", "__next__", "send", "getlist"):
        return item(fr, receiver, None)
    if name in ("items", "iteritems", "most_common", "popitem"):
        pair = Object("tuple", fields={"[0]": keys_of(fr, receiver), "[1]": item(fr, receiver, None)})
        made = of(fr.allocate(callee.n, pair, "pair"))
        return made if name == "popitem" else of(fr.allocate(callee.n, Object("iter", fields={"[*]": made}), "items"))
    if name in ("values", "itervalues", "elements", "__iter__"):
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": item(fr, receiver, None)}), "values"))
    if name == "keys":
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": keys_of(fr, receiver)}), "keys"))
    if name in ("union", "intersection", "difference", "symmetric_difference"):
        whole = join_all([element(fr, receiver), *(element(fr, value) for value in values)])
        return of(fr.allocate(callee.n, Object("set", fields={"[*]": whole}), "set"))
    if name == "copy":
        return clone(fr, receiver, callee.n)
    if name == "clear":
        for atom in receiver.atoms:
            if isinstance(atom, Obj) and len(receiver.atoms) == 1 and not fr.object(atom.id).many:
                for label in list(fr.object(atom.id).fields):
                    delete(fr, receiver, label)
        return NONE
    return NONE


def _lookup(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments, values: list[Value]) -> Value:
    key = values[0] if values else UNKNOWN
    label = key_label(key)
    found = item(fr, receiver, label)
    if label is not None:
        for text in strings(key)[:1]:
            found = with_marks(found, sources.of_item(fr, receiver, text, callee.n, callee.receiver_name, found))
    if name == "pop" and label is not None:
        found = Value(found.atoms, found.marks)
        delete(fr, receiver, label)
    default = values[1] if len(values) > 1 else args.keywords.get("default", (UNKNOWN, 0))[0]
    return join(found, default)


def _carry(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments) -> Value:
    marks: dict[Mark, Hop | None] = dict(receiver.marks)
    if name == "join":
        for value, _ in args.positional:
            marks.update(collect(fr, element(fr, value), 1))
            marks.update(value.marks)
    elif name in ("format", "format_map"):
        for value, _ in args.all():
            marks.update(collect(fr, value, 1))
    elif name in ("replace", "ljust", "rjust", "center"):
        for value, _ in args.positional[1:]:
            marks.update(value.marks)
    text = _folded(receiver, name, args)
    carried = only_marks(dict(step(marks, fr.site(callee.n), "through", f".{name}()")))
    if name in ("split", "rsplit", "splitlines", "partition", "rpartition", "groups", "readlines"):
        return with_marks(of(fr.allocate(callee.n, Object("list", fields={"[*]": carried}), "parts")), {})
    return join(text, carried) if text is not None else carried


def _folded(receiver: Value, name: str, args: Arguments) -> Value | None:
    """The constant that a string method gives for constants, where an address may be in it."""
    texts = [a.value for a in receiver.atoms if isinstance(a, Lit) and isinstance(a.value, str)]
    if len(texts) != 1 or len(receiver.atoms) != 1:
        return None
    given = [strings(value) for value, _ in args.positional]
    if name in ("strip", "rstrip", "lstrip", "lower", "upper", "removesuffix", "removeprefix"):
        if all(len(g) == 1 for g in given) and len(given) <= 1:
            return literal(getattr(texts[0], name)(*(g[0] for g in given)))
        return None
    if name in ("format", "format_map"):
        head = texts[0].partition("{")[0]
        first = strings(args.positional[0][0]) if args.positional else []
        if not head and len(first) == 1 and texts[0].startswith("{}"):
            head = first[0] + texts[0][2:].partition("{")[0]
        return of(Prefix(head)) if head else None
    return None


def clone(fr: Frame, value: Value, n: int) -> Value:
    """A shallow copy."""
    atoms: set[Atom] = set()
    for atom in value.atoms:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            fields = dict(obj.fields)
            if atom.id[0] == "s":
                atoms.add(atom)
                continue
            atoms.add(fr.allocate(n, Object(obj.kind, obj.cls, obj.type, fields), ("copy", atom.id[:3])))
        else:
            atoms.add(atom)
    return Value(frozenset(atoms), value.marks)


# -- functions ---------------------------------------------------------------------------------------------------


@function("str", "repr", "format", "ascii", "unicode", "bytes", "bytearray", "int", "float", "complex", "Decimal")
def _text(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    out = UNKNOWN
    for value, _ in args.positional[:1]:
        texts = frozenset(a for a in value.atoms if isinstance(a, Lit | Prefix))
        out = join(
            out, Value(texts, dict(step(collect(fr, value, 1), fr.site(callee.n), "through", callee.last + "()")))
        )
    return out


@function(
    "len",
    "bool",
    "isinstance",
    "issubclass",
    "callable",
    "hasattr",
    "hash",
    "id",
    "all",
    "any",
    "range",
    "builtins.type",
    "dir",
    "divmod",
    "object",
    "memoryview",
    "hex",
    "oct",
    "bin",
    "chr",
    "ord",
)
def _silent(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return SCALAR


@function(
    "list",
    "tuple",
    "set",
    "frozenset",
    "sorted",
    "reversed",
    "iter",
    "aiter",
    "collections.deque",
    "itertools.chain",
    "itertools.chain.from_iterable",
    "itertools.islice",
    "itertools.cycle",
    "itertools.takewhile",
    "itertools.dropwhile",
    "itertools.accumulate",
    "itertools.repeat",
    "itertools.tee",
    "itertools.compress",
    "itertools.filterfalse",
    "itertools.starmap",
)
def _sequence(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    last = callee.last
    kind = {"tuple": "tuple", "set": "set", "frozenset": "set"}.get(last, "list")
    if last in ("list", "tuple") and len(args.positional) == 1:
        exact = _same_items(fr, args.positional[0][0])
        if exact is not None:
            return of(fr.allocate(callee.n, Object(kind, fields=exact), "seq"))
    values = [value for value, _ in args.positional]
    if last in ("takewhile", "dropwhile", "filterfalse", "starmap"):
        values = values[1:]
    whole = join_all(element(fr, value) for value in values)
    if last == "from_iterable":
        whole = element(fr, whole)
    elif last == "repeat" and values:
        whole = values[0]
    if last == "tee":
        inner = of(fr.allocate(callee.n, Object("iter", fields={"[*]": whole}), "tee"))
        whole = inner
    return of(fr.allocate(callee.n, Object(kind, fields={"[*]": whole} if whole else {}), "seq"))


def _same_items(fr: Frame, value: Value) -> dict[str, Value] | None:
    if len(value.atoms) == 1 and not value.marks:
        (atom,) = value.atoms
        if isinstance(atom, Obj) and atom.id[0] != "s" and fr.object(atom.id).kind in ("list", "tuple"):
            return dict(fr.object(atom.id).fields)
    return None


@function(
    "dict",
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "collections.ChainMap",
    "types.MappingProxyType",
    "types.SimpleNamespace",
)
def _mapping(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    space = callee.last == "SimpleNamespace"
    made = of(fr.allocate(callee.n, Object("inst" if space else "dict"), "dict"))
    for value, _ in [*args.positional, *args.mappings]:
        for atom in value.atoms:
            if isinstance(atom, Obj) and fr.object(atom.id).kind in ("list", "tuple", "iter", "gen", "set"):
                pair = element(fr, of(atom))
                store(fr, made, "[*]", item(fr, pair, "[1]"), strong=False)
                store(fr, made, "[#]", item(fr, pair, "[0]"), strong=False)
        _merge(
            fr,
            made,
            Value(
                frozenset(
                    a
                    for a in value.atoms
                    if not isinstance(a, Obj) or fr.object(a.id).kind not in ("list", "tuple", "iter", "gen", "set")
                ),
                value.marks,
            ),
        )
    for name, (value, _) in args.keywords.items():
        store(fr, made, f".{name}" if space else f"[{name!r}]", value)
    return made


@function(
    "enumerate",
    "zip",
    "itertools.zip_longest",
    "itertools.product",
    "itertools.permutations",
    "itertools.combinations",
    "itertools.pairwise",
    "itertools.groupby",
)
def _tuples(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    parts = [element(fr, value) for value, _ in args.positional]
    if callee.last == "enumerate":
        parts = [SCALAR, *parts[:1]]
    elif callee.last in ("permutations", "combinations", "pairwise"):
        parts = [parts[0], parts[0]] if parts else []
    elif callee.last == "groupby" and parts:
        group = of(fr.allocate(callee.n, Object("iter", fields={"[*]": parts[0]}), "group"))
        key = args.at(fr, 1, "key")
        parts = [_called(fr, callee, key[0], [parts[0]]) if key else parts[0], group]
    fields = {f"[{i}]": value for i, value in enumerate(parts)}
    if args.star is not None:
        fields["[*]"] = element(fr, element(fr, args.star[0]))
    row = of(fr.allocate(callee.n, Object("tuple", fields=fields), "row"))
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": row}), "rows"))


def _called(fr: Frame, callee: Callee, func: Value, values: list[Value]) -> Value:
    from privlint.flow.calls import Arguments, call_value

    return call_value(fr, func, Arguments([(value, callee.n) for value in values]), callee.n)


@function("map", "filter", "functools.reduce")
def _higher(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) < 2:
        return None
    func = args.positional[0][0]
    parts = [element(fr, value) for value, _ in args.positional[1:]]
    if callee.last == "reduce":
        first = args.positional[2][0] if len(args.positional) > 2 else UNKNOWN
        total = join(first, parts[0])
        for _ in range(2):
            total = join(total, _called(fr, callee, func, [total, parts[0]]))
        return total
    result = _called(fr, callee, func, parts) if func.atoms else UNKNOWN
    whole = parts[0] if callee.last == "filter" else result
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": whole}), "mapped"))


@function("next", "anext", "min", "max", "sum")
def _pick(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    values = [value for value, _ in args.positional]
    if callee.last in ("min", "max") and len(values) > 1:
        return join_all(values)
    if not values:
        return UNKNOWN
    default = args.at(fr, 1, "default")
    picked = element(fr, values[0])
    return join(picked, default[0]) if default is not None else picked


@function("getattr")
def _getattr(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) < 2:
        return UNKNOWN
    value, name = args.positional[0][0], strings(args.positional[1][0])
    out = args.positional[2][0] if len(args.positional) > 2 else UNKNOWN
    if not name:
        return join(out, all_attributes(fr, value))
    for text in name[:4]:
        found = load_attribute(fr, value, text)
        marks = sources.of_attribute(fr, value, text, callee.n, callee_name(args), found)
        out = join(out, with_marks(found, marks))
    return out


def callee_name(args: Arguments) -> str:
    """The name of the first argument's expression."""
    return args.names.get(args.positional[0][1], "") if args.positional else ""


def all_attributes(fr: Frame, value: Value) -> Value:
    """All that any attribute of the value may be."""
    out = UNKNOWN
    for atom in value.atoms:
        if isinstance(atom, Obj):
            out = join_all([out, *(v for k, v in fr.object(atom.id).fields.items() if k[0] == ".")])
    return out


@function("setattr")
def _setattr(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) == 3:
        name = strings(args.positional[1][0])
        store(fr, args.positional[0][0], f".{name[0]}" if len(name) == 1 else ".*", args.positional[2][0])
    return NONE


@function("delattr")
def _delattr(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    for name in strings(args.positional[1][0]) if len(args.positional) == 2 else ():
        delete(fr, args.positional[0][0], f".{name}")
    return NONE


@function("vars", "dataclasses.asdict", "attr.asdict", "attrs.asdict")
def _vars(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return as_mapping(fr, args.positional[0][0], callee.n) if args.positional else UNKNOWN


def as_mapping(fr: Frame, value: Value, n: int) -> Value:
    """The attributes of a value as items of a new dictionary."""
    fields: dict[str, Value] = {}
    marks: dict[Mark, Hop | None] = dict(value.marks)
    for atom in value.atoms:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            for label, part in obj.fields.items():
                if label[0] == "." and label != ".*" and not any(isinstance(a, Bound) for a in part.atoms):
                    key = f"[{label[1:]!r}]"
                    fields[key] = join(fields.get(key, UNKNOWN), part)
                elif label[0] == "[":
                    fields[label] = join(fields.get(label, UNKNOWN), part)
            if atom.id[0] == "s":
                fields["[*]"] = join(fields.get("[*]", UNKNOWN), only_marks(collect(fr, of(atom), 2)))
                marks.update(collect(fr, Value(frozenset((atom,)), value.marks), 2))
        elif isinstance(atom, Opaque):
            marks.update(fr.solver.records.whole(fr, atom.cls, 2))
    made = of(fr.allocate(n, Object("dict", fields=fields), "vars"))
    return with_marks(made, marks)


@function("copy.copy", "copy.deepcopy", "copy.replace", "dataclasses.replace", "attr.evolve", "attrs.evolve")
def _copy(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if not args.positional:
        return UNKNOWN
    made = clone(fr, args.positional[0][0], callee.n)
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
    return of(fr.allocate(callee.n, Object("partial", fields=fields), "partial"))


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
    from privlint.flow.calls import Arguments as Given
    from privlint.flow.calls import call_value

    if not args.positional:
        return UNKNOWN
    return call_value(fr, args.positional[0][0], Given(args.positional[1:], args.keywords), callee.n)


@function("super")
def _super(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return fr.solver.super_value(fr, args)


@function("type")
def _type(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    out: set[Atom] = set()
    for value, _ in args.positional[:1]:
        for atom in value.atoms:
            if isinstance(atom, Obj) and fr.object(atom.id).cls >= 0:
                out.add(Cls(fr.object(atom.id).cls))
            elif isinstance(atom, Opaque):
                out.add(Cls(atom.cls))
    return Value(frozenset(out)) if out else SCALAR


__all__ = ["CARRYING", "FUNCTIONS", "MUTATORS", "any_item", "clone", "method"]
