"""The language's own functions: where data goes in ``sorted(xs)``, ``map(f, xs)``, ``getattr(x, name)``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from privlint.flow import limits, sources
from privlint.flow.access import store
from privlint.flow.constants import literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import DEFAULT, element, item, iterated, positions
from privlint.flow.values import (
    BASES,
    FALSE,
    NONE,
    SCALAR,
    SIZE,
    UNKNOWN,
    Address,
    Atom,
    Cls,
    Hop,
    Lit,
    Mark,
    Obj,
    Opaque,
    Prefix,
    Value,
    either,
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
from privlint.flow.models.containers import taken
from privlint.flow.models.merging import known_items, merge_pairs
from privlint.flow.models.registry import function


@function(
    "str",
    "repr",
    "format",
    "ascii",
    "unicode",
    "bytes",
    "bytearray",
    "int",
    "float",
    "complex",
    "Decimal",
    "memoryview",
)
def _text(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    out = of(fr.allocate(callee.n, Object("list"), "bytes")) if callee.last == "bytearray" else UNKNOWN
    how = "repr" if callee.last in ("repr", "ascii") else "format" if callee.last == "format" else "str"
    for value, _ in args.positional[:1]:
        texts = frozenset(a for a in value.atoms if isinstance(a, Lit | Prefix | Address))
        out = join(
            out, Value(texts, dict(step(collect(fr, value, 1, how), fr.site(callee.n), "through", callee.last + "()")))
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
    "builtins.type",
    "dir",
    "object",
    "operator.eq",
    "operator.ne",
    "operator.lt",
    "operator.le",
    "operator.gt",
    "operator.ge",
    "operator.is_",
    "operator.is_not",
    "operator.not_",
    "operator.truth",
    "operator.contains",
    "operator.countOf",
    "operator.indexOf",
    "operator.length_hint",
    "bisect.bisect",
    "bisect.bisect_left",
    "bisect.bisect_right",
)
def _silent(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return SCALAR


@function("hex", "oct", "bin", "chr", "ord")
def _spelled(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A number or letter in another spelling."""
    marks = args.positional[0][0].marks if args.positional else {}
    return with_marks(SCALAR, step(marks, fr.site(callee.n), "through", callee.last + "()"))


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
    "itertools.cycle",
    "itertools.takewhile",
    "itertools.dropwhile",
    "itertools.accumulate",
    "itertools.repeat",
    "itertools.filterfalse",
)
def _sequence(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    last = callee.last
    kind = {"tuple": "tuple", "set": "set", "frozenset": "set", "iter": "iter"}.get(last, "list")
    if last in ("list", "tuple", "iter", "deque") and len(args.positional) == 1:
        exact = _same_items(fr, iterated(fr, args.positional[0][0]))
        if exact is not None:
            return of(fr.allocate(callee.n, Object(kind, fields=exact), "seq"))
    values = [value for value, _ in args.positional]
    if last in ("takewhile", "dropwhile", "filterfalse"):
        values = values[1:]
    chained = [known_items(fr, value) for value in values] if last == "chain" and args.star is None else [None]
    if all(items is not None for items in chained):
        whole_chain = [each for items in chained for each in items or ()]
        if len(whole_chain) <= limits.ITEMS:
            fields = {f"[{at}]": each for at, each in enumerate(whole_chain)}
            return of(fr.allocate(callee.n, Object("iter", fields=fields), "seq"))
    labels = positions(fr, values[0]) if last == "reversed" and values else None
    if labels:
        backwards = {f"[{i}]": item(fr, values[0], label) for i, label in enumerate(reversed(labels))}
        return of(fr.allocate(callee.n, Object("iter", fields=backwards), "seq"))
    whole = join_all(element(fr, value) for value in values)
    if last == "from_iterable":
        whole = element(fr, whole)
    elif last == "repeat" and values:
        whole = values[0]
    elif last == "accumulate" and "initial" in args.keywords:
        whole = join(whole, args.keywords["initial"][0])
    return of(fr.allocate(callee.n, Object(kind, fields={"[*]": whole} if whole else {}), "seq"))


def _same_items(fr: Frame, value: Value) -> dict[str, Value] | None:
    if (labels := positions(fr, value)) is not None:
        return {label: item(fr, value, label) for label in labels}
    fr.need_parts(value, SIZE)
    if len(value.atoms) == 1 and not value.marks:
        (atom,) = value.atoms
        if isinstance(atom, Obj) and atom.id[0] != "s" and fr.object(atom.id).kind in ("list", "tuple", "iter", "gen"):
            return {at: part for at, part in fr.object(atom.id).fields.items() if at[0] == "["}
    return None


@function(
    "dict",
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "collections.ChainMap",
    "collections.UserDict",
    "types.MappingProxyType",
    "types.SimpleNamespace",
    "argparse.Namespace",
    "threading.local",
    "weakref.WeakKeyDictionary",
    "weakref.WeakValueDictionary",
)
def _mapping(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) == 1 and not args.keywords and sources.is_request_data(fr, args.positional[0][0]):
        return args.positional[0][0]  # a copy of what a user sent
    space = callee.last in ("SimpleNamespace", "Namespace", "local")
    type_ = "collections.Counter" if callee.last == "Counter" else ""
    made = of(fr.allocate(callee.n, Object("inst" if space else "dict", type_=type_), "dict"))
    given = args.positional
    for value, _ in args.mappings if space else ():
        for label, part in _attributes(fr, value).items():
            store(fr, made, label, part)
    if callee.last == "defaultdict" and given:
        store(fr, made, DEFAULT, given[0][0])
        given = given[1:]
    if callee.last == "Counter":
        for value, _ in given:
            store(fr, made, "[#]", sources.counted_by(fr, element(fr, value)), strong=False)
            store(fr, made, "[*]", SCALAR, strong=False)
        return made
    for value, _ in [*(given[::-1] if callee.last == "ChainMap" else given), *(() if space else args.mappings)]:
        merge_pairs(fr, made, value)
    if callee.last == "ChainMap":
        _chain(fr, callee, made, [value for value, _ in given])
    elif callee.last == "UserDict":
        store(fr, made, ".data", made)
    for name, (value, _) in args.keywords.items():
        store(fr, made, f".{name}" if space else f"[{name!r}]", value)
    return made


def _chain(fr: Frame, callee: Callee, made: Value, given: list[Value]) -> None:
    """The mappings that a ``ChainMap`` is of, and what it is without the first."""
    maps = {f"[{index}]": value for index, value in enumerate(given)}
    parents = of(fr.allocate(callee.n, Object("dict"), "parents"))
    for value in given[1:]:
        merge_pairs(fr, parents, value)
    store(fr, made, ".maps", of(fr.allocate(callee.n, Object("list", fields=maps), "maps")))
    store(fr, made, ".parents", parents)


@function(
    "enumerate",
    "zip",
    "itertools.zip_longest",
    "itertools.product",
    "itertools.permutations",
    "itertools.combinations",
    "itertools.combinations_with_replacement",
    "itertools.pairwise",
    "itertools.groupby",
)
def _tuples(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    rows = _known_rows(fr, callee, args) if callee.last in ("enumerate", "zip") else None
    if rows is not None:
        tuples = (Object("tuple", fields={f"[{i}]": part for i, part in enumerate(row)}) for row in rows)
        made = {f"[{at}]": of(fr.allocate(callee.n, row, ("row", at))) for at, row in enumerate(tuples)}
        return of(fr.allocate(callee.n, Object("iter", fields=made), "rows"))
    parts = [element(fr, value) for value, _ in args.positional]
    if callee.last == "enumerate":
        parts = [SCALAR, *parts[:1]]
    elif callee.last == "zip_longest" and "fillvalue" in args.keywords:
        parts = [either(part, args.keywords["fillvalue"][0]) for part in parts]
    elif callee.last in ("permutations", "combinations", "combinations_with_replacement", "pairwise"):
        parts = [parts[0], parts[0]] if parts else []
    elif callee.last == "groupby" and parts:
        group = of(fr.allocate(callee.n, Object("iter", fields={"[*]": parts[0]}), "group"))
        key = args.at(fr, 1, "key")
        parts = [call_here(fr, callee, key[0], [parts[0]]) if key else parts[0], group]
    fields = {f"[{i}]": value for i, value in enumerate(parts)}
    if args.star is not None:
        fields["[*]"] = element(fr, element(fr, args.star[0]))
    row = of(fr.allocate(callee.n, Object("tuple", fields=fields), "row"))
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": row}), "rows"))


_ROWS = 6  # rows that are kept apart


def _known_rows(fr: Frame, callee: Callee, args: Arguments) -> list[list[Value]] | None:
    """What ``enumerate`` and ``zip`` give of sequences whose items are known: row by row."""
    values = [value for value, _ in args.positional]
    if args.star is not None:
        labels = positions(fr, args.star[0])
        if labels is None:
            return None
        values += [item(fr, args.star[0], label) for label in labels]
    columns = []
    for value in values[:1] if callee.last == "enumerate" else values:
        labels = positions(fr, value)
        if not labels or len(labels) > _ROWS:
            return None
        columns.append([item(fr, value, label) for label in labels])
    if callee.last == "enumerate" and columns:
        first = 0 if len(values) == 1 and not args.keywords else None
        columns.insert(0, [SCALAR if first is None else literal(at) for at in range(len(columns[0]))])
    return [list(row) for row in zip(*columns, strict=False)] or None


def call_here(fr: Frame, callee: Callee, func: Value, values: list[Value]) -> Value:
    from privlint.flow.arguments import Arguments
    from privlint.flow.calls import call_value

    return call_value(fr, func, Arguments([(value, callee.n) for value in values]), callee.n)


@function("map", "filter", "functools.reduce")
def _higher(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) < 2:
        return None
    func = args.positional[0][0]
    parts = [element(fr, value) for value, _ in args.positional[1:]]
    if callee.last == "reduce":
        first = args.positional[2][0] if len(args.positional) > 2 else UNKNOWN
        total = first if len(args.positional) > 2 else parts[0]
        labels = positions(fr, args.positional[1][0])
        if labels and len(labels) <= _ROWS:
            items = [item(fr, args.positional[1][0], label) for label in labels]
            items = [first, *items] if len(args.positional) > 2 else items
            total = items[0]
            for part in items[1:]:
                total = call_here(fr, callee, func, [total, part])
            return total
        for _ in range(2):
            total = join(total, call_here(fr, callee, func, [total, parts[0]]))
        return total
    rows = _known_rows(fr, callee, replace(args, positional=args.positional[1:])) if callee.last == "map" else None
    if rows and func.atoms:
        results = [call_here(fr, callee, func, row) for row in rows]
        fields = {f"[{at}]": result for at, result in enumerate(results)}
        return of(fr.allocate(callee.n, Object("iter", fields=fields), "mapped"))
    result = call_here(fr, callee, func, parts) if func.atoms else UNKNOWN
    whole = parts[0] if callee.last == "filter" else result
    if callee.last == "filter" and result.same(FALSE):
        whole = UNKNOWN
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": whole}), "mapped"))


@function("range")
def _range(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """Numbers; how many, where the bounds are small constants."""
    bounds = [next(iter(value.atoms)) if len(value.atoms) == 1 else None for value, _ in args.positional]
    numbers = [bound.value for bound in bounds if isinstance(bound, Lit) and isinstance(bound.value, int)]
    if not 0 < len(numbers) < 4 or len(numbers) < len(bounds):
        return SCALAR
    size = len(range(*numbers)) if numbers[2:] != [0] else 0
    if size > limits.ITEMS:
        return SCALAR
    fields = {f"[{index}]": SCALAR for index in range(size)}
    return of(fr.allocate(callee.n, Object("iter", fields=fields), "range"))


@function("divmod")
def _divmod(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    marks: dict[Mark, Hop | None] = {}
    for value, _ in args.positional:
        marks.update(value.marks)
    part = with_marks(SCALAR, step(marks, fr.site(callee.n), "combine", "divmod"))
    return of(fr.allocate(callee.n, Object("tuple", fields={"[0]": part, "[1]": part}), "pair"))


@function("next", "anext", "min", "max", "sum")
def _pick(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    values = [value for value, _ in args.positional]
    if callee.last in ("min", "max") and len(values) > 1:
        return join_all(values)
    if not values:
        return UNKNOWN
    if callee.last == "sum" and args.at(fr, 1, "start") is None and _of_many(fr, values[0]):
        return SCALAR  # a total of many says nothing of one
    default = args.at(fr, 1, "default")
    exact = callee.last == "next" and positions(fr, values[0]) is not None and _iterator(fr, values[0])
    if exact and not positions(fr, values[0]):
        if default is None:
            _exhausted(fr, callee, values[0])
        return default[0] if default is not None else UNKNOWN
    if exact:
        return taken(fr, values[0], first=True)
    picked = element(fr, values[0])
    if callee.last == "next" and default is None:
        _exhausted(fr, callee, values[0])
    return either(picked, default[0]) if default is not None else picked


def _of_many(fr: Frame, value: Value) -> bool:
    """Whether something is made by going through others: no sequence whose parts were written down."""
    return bool(value.atoms) and all(
        isinstance(a, Obj) and a.id[0] == "o" and "[*]" in fr.object(a.id).fields for a in value.atoms
    )


def _exhausted(fr: Frame, callee: Callee, value: Value) -> None:
    """``next()`` of a generator that is done raises its result."""
    for atom in value.ordered:
        result = fr.object(atom.id).fields.get(".%return", NONE) if isinstance(atom, Obj) else NONE
        if isinstance(atom, Obj) and (result.marks or any(isinstance(a, Obj) for a in result.atoms)):
            error = Object("inst", type_="builtins.StopIteration", fields={".value": result})
            fr.raised(of(fr.allocate(callee.n, error, "stop")))


def _iterator(fr: Frame, value: Value) -> bool:
    """Whether a value can be asked for its next item; what looks like a list then is a generator expression."""
    return any(isinstance(a, Obj) and fr.object(a.id).kind in ("iter", "gen", "list") for a in value.atoms)


@function("super")
def _super(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    from privlint.flow.classes import super_value

    return super_value(fr, args)


@function("type")
def _type(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) == 3:
        fields = _attributes(fr, args.positional[2][0])
        fields[BASES] = element(fr, args.positional[1][0])
        return of(fr.allocate(callee.n, Object("class", fields=fields), "class"))
    out: set[Atom] = set()
    for value, _ in args.positional[:1]:
        fr.need(value)  # a caller that knows of which class it is knows the type
        for atom in value.ordered:
            if isinstance(atom, Obj) and fr.object(atom.id).cls >= 0:
                out.add(Cls(fr.object(atom.id).cls))
            elif isinstance(atom, Opaque):
                out.add(Cls(atom.cls))
    return Value(frozenset(out)) if out else SCALAR


def _attributes(fr: Frame, namespace: Value) -> dict[str, Value]:
    """The items of a dictionary as attributes."""
    fields: dict[str, Value] = {}
    for atom in namespace.ordered:
        for label, value in fr.object(atom.id).fields.items() if isinstance(atom, Obj) else ():
            name = f".{label[2:-2]}" if label[1] in "'\"" else ".*"
            fields[name] = join(fields.get(name, UNKNOWN), value)
    return fields


@function("print")
def _print(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """Text that is printed to a buffer of the program is in it."""
    if "file" in args.keywords:
        marks: dict[Mark, Hop | None] = {}
        for value, _ in args.positional:
            marks.update(collect(fr, value, 1))
        into = step(marks, fr.site(callee.n), "into", "the buffer")
        store(fr, args.keywords["file"][0], "[*]", only_marks(into), strong=False)
    return NONE
