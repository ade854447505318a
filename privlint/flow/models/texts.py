"""Methods of strings: what their results tell of the text, and which say nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import masks
from privlint.flow.chosen import part_called
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, positions
from privlint.flow.models import pieces, templates
from privlint.flow.models.folding import folded
from privlint.flow.values import SCALAR, Hop, Mark, Symbol, Value, join, of, only_marks, protect, step, with_marks
from privlint.flow.wholes import collect
from privlint.model.data import Protection

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


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
        "__add__",
        "__radd__",
        "__mul__",
        "__mod__",
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


# Questions that only a text is asked.
QUESTIONS = frozenset(
    [
        "startswith",
        "endswith",
        "isdigit",
        "isalpha",
        "isalnum",
        "isascii",
        "isdecimal",
        "isnumeric",
        "isspace",
        "islower",
        "isupper",
        "istitle",
        "isidentifier",
        "isprintable",
        "rfind",
        "rindex",
        "bit_length",
        "bit_count",
        "is_integer",
        "__len__",
        "__eq__",
        "__ne__",
        "__hash__",
        "__contains__",
        "index",
        "done",
        "cancelled",
        "exception",
        "start",
        "end",
        "span",
    ]
)
# Methods whose result says nothing of it.
SILENT = frozenset(
    [
        "startswith",
        "endswith",
        "find",
        "count",
        "exists",
        "is_valid",
        "mean",
        "median",
        "std",
        "nunique",
        "quantile",
        "describe",
        "n_unique",
        "isna",
        "isnull",
        "notna",
        "notnull",
        "is_authenticated",
        "has_perm",
        "close",
    ]
)


_HALVES = frozenset({"split", "rsplit", "partition", "rpartition"})
_TOKEN = "account.access_token"


def taken_apart(fr: Frame, carried: Value, callee: Callee, args: Arguments) -> Value | None:
    """The halves of an address that is split at its ``@`` or ``\\``, of ``Bearer token``; None for all other calls."""
    name = callee.attribute
    if name not in _HALVES:
        return None
    separators = {text for value, _ in args.positional[:1] for text in strings(value)}
    if separators & {"@", "\\"}:
        return _halves(fr, carried, callee, "domain", "contact.email", reverse="\\" in separators)
    if separators <= {" "} and any(_is(mark, _TOKEN) for mark in carried.marks):
        return _halves(fr, carried, callee, "scheme", _TOKEN, reverse=True)
    return None


def _halves(fr: Frame, carried: Value, callee: Callee, part: str, data_type: str, *, reverse: bool) -> Value:
    """``name@domain`` or, in ``reverse``, ``domain\\name``, taken apart: the domain is nobody's."""
    name = callee.attribute
    marks = part_called(fr, carried.marks, part)
    domain = Value(carried.atoms, {m: w for m, w in marks.items() if not _is(m, data_type)}) or SCALAR
    halves = [domain, carried] if reverse else [carried, domain]
    if "split" not in name:
        halves.insert(1, SCALAR)
    fields = {f"[{i}]": half for i, half in enumerate(halves)}
    return of(fr.allocate(callee.n, Object("list", fields=fields), "halves"))


def _octets(fr: Frame, carried: Value, callee: Callee) -> Value:
    """An address of a network that is split at its dots: who takes only some of the numbers has masked it."""
    match = fr.catalog.classify(callee.receiver_name, None) if callee.receiver_name else None
    named = match is not None and match.data_type == "online.ip_address"
    marks: dict[Mark, Hop | None] = {}
    for mark, way in carried.marks.items():
        known = not isinstance(mark.source, Symbol) and mark.source.data_type == "online.ip_address"
        marks.update(protect({mark: way}, Protection.MASKED) if named or known else {mark: way})
    return Value(carried.atoms, marks)


def _is(mark: Mark, data_type: str) -> bool:
    return not isinstance(mark.source, Symbol) and mark.source.data_type == data_type


def _shown(fr: Frame, receiver: Value, name: str, args: Arguments, at: int) -> templates.Shown:
    """What ``format`` and ``format_map`` show, and how."""
    if name == "format_map" and args.positional:
        mapping, n = args.positional[0]
        found = templates.by_format(fr, receiver, lambda key: templates.looked_up(fr, mapping, str(key), n), at)
    else:

        def get(key: str | int) -> Value | None:
            if isinstance(key, str) and args.mappings and key not in args.keywords:  # "{email}".format(**request.form)
                return templates.looked_up(fr, args.mappings[0][0], key, args.mappings[0][1])
            given = args.at(fr, key) if isinstance(key, int) else args.at(fr, -1, key)
            return given[0] if given is not None else None

        found = templates.by_format(fr, receiver, get, at)
    return [(value, "str") for value, _ in args.all()] if found is None else found


def _joins_nothing(fr: Frame, args: Arguments) -> bool:
    """Whether there are too few texts to join for what stands between them."""
    labels = positions(fr, args.positional[0][0]) if args.positional else None
    return labels is not None and len(labels) < 2


def _lacks(receiver: Value, args: Arguments) -> bool:
    """Whether a constant has nothing in it of what would be replaced."""
    texts, old = strings(receiver), strings(args.positional[0][0]) if args.positional else []
    return (
        bool(old) and len(texts) == len(receiver.atoms) > 0 and not any(each in text for each in old for text in texts)
    )


def carry(fr: Frame, receiver: Value, name: str, callee: Callee, args: Arguments) -> Value:
    marks: dict[Mark, Hop | None] = dict(receiver.marks)
    if name == "join":
        if marks and _joins_nothing(fr, args):
            marks = {}
        for value, _ in args.positional:
            marks.update(collect(fr, element(fr, value), 1))
            marks.update(value.marks)
    elif name in ("format", "format_map"):
        for value, how in _shown(fr, receiver, name, args, callee.n):
            marks.update(collect(fr, value, 1, how))
    elif name in ("__add__", "__radd__", "__mod__", "translate"):
        for value, _ in args.positional:
            marks.update(collect(fr, value, 1))
    elif name in ("replace", "ljust", "rjust", "center") and not (name == "replace" and _lacks(receiver, args)):
        for value, _ in args.positional[1:]:
            marks.update(value.marks)
    text = folded(fr, receiver, name, args)
    parts = [receiver, *(value for value, _ in args.all())]
    masked = masks.mask(fr, parts, marks) if name in ("format", "format_map") else None
    if name == "replace" and len(args.positional) > 1 and masks.is_mask(args.positional[1][0]):
        masked = protect(marks, Protection.MASKED)
    marks = marks if masked is None else masked
    carried = only_marks(dict(step(marks, fr.site(callee.n), "through", f".{name}()")))
    if masks.names_salt(callee.receiver_name, receiver):
        parts.append(Value(frozenset((masks.SALTED,))))
    known = masks.kept(receiver) | masks.traits(parts[-1:], masked is not None, salted=False)
    carried = Value(carried.atoms | known, carried.marks) if known else carried
    halves = taken_apart(fr, carried, callee, args) or pieces.split(fr, receiver, carried, callee, args)
    if halves is not None:
        return halves
    if name in _HALVES and args.positional and {"."} & set(strings(args.positional[0][0])):
        carried = _octets(fr, carried, callee)
    if name in ("split", "rsplit", "splitlines", "partition", "rpartition", "groups", "readlines"):
        return with_marks(of(fr.allocate(callee.n, Object("list", fields={"[*]": carried}), "parts")), {})
    return join(text, carried) if text is not None else carried
