"""What is packed comes out again with its parts in place: ``json.loads(json.dumps(record))["kind"]``.

The packed text holds a reference to what went in; the rule packs say which data the text as such has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow.arguments import Arguments
from privlint.flow.calls import call_value
from privlint.flow.constants import literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import item, known_keys
from privlint.flow.models import serialised
from privlint.flow.models.cloning import deep_clone
from privlint.flow.models.merging import merge_pairs
from privlint.flow.models.registry import function
from privlint.flow.sources import is_request_data
from privlint.flow.values import (
    TRUE,
    UNKNOWN,
    Atom,
    Inst,
    Lit,
    Marks,
    Obj,
    Value,
    join_all,
    of,
    only_marks,
    step,
    text_key,
    with_marks,
)
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.library import Callee

_CONTENT = ".%packed"
_EXACT = ".%exact"  # label of a packed text that has the data of its content alone
_KEPT_BY = frozenset({"encode", "decode", "strip"})  # methods of texts that leave what is packed as it is


@function(
    "json.dumps",
    "simplejson.dumps",
    "ujson.dumps",
    "orjson.dumps",
    "rapidjson.dumps",
    "marshal.dumps",
    "msgpack.packb",
    "msgpack.dumps",
    "cbor2.dumps",
    "yaml.dump",
    "yaml.safe_dump",
    "bson.encode",
)
def _pack(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return _packed(fr, callee, args, serialised.by_arguments(fr, callee, args))


@function("pickle.dumps", "cloudpickle.dumps", "dill.dumps")
def _pickle(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return _packed(fr, callee, args, serialised.by_state(fr, callee))


def _packed(fr: Frame, callee: Callee, args: Arguments, convert: serialised.Conversion | None) -> Value | None:
    """A text that holds what went in; where instances were turned into something else, that is all it has."""
    given = args.positional[0][0] if args.positional else UNKNOWN
    if not any(isinstance(a, Obj) for a in given.atoms):
        return None
    content = given if convert is None else serialised.converted(fr, given, callee.n, convert)
    fields = {_CONTENT: Value(content.atoms)}
    marks: Marks = {}
    if content is not given:
        fields[_EXACT] = TRUE
        marks = step(collect(fr, content, 1), fr.site(callee.n), "through", callee.last + "()")
    return Value(frozenset((fr.allocate(callee.n, Object("packed", fields=fields), "packed"),)), marks)


@function(
    "json.loads",
    "simplejson.loads",
    "ujson.loads",
    "orjson.loads",
    "rapidjson.loads",
    "pickle.loads",
    "cloudpickle.loads",
    "dill.loads",
    "marshal.loads",
    "msgpack.unpackb",
    "msgpack.loads",
    "cbor2.loads",
    "yaml.safe_load",
    "bson.decode",
)
def _unpack(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = args.positional[0][0] if args.positional else UNKNOWN
    if is_request_data(fr, given):  # the body of a request
        return of(Inst("privlint.web.RequestJson"))
    packed = packed_in(fr, given)
    exact = bool(packed) and len(packed) == len(given.atoms)
    parts = (deep_clone(fr, fr.object(a.id).fields[_CONTENT], callee.n, {}) for a in packed)
    content = join_all(parts) if exact else None
    if "object_hook" in args.keywords:
        hook = args.keywords["object_hook"][0]
        made = call_value(fr, hook, Arguments([(content or only_marks(given.marks), callee.n)]), callee.n)
        return made if content is not None and made.atoms else with_marks(made, given.marks)
    return content


@function("urllib.parse.urlencode", "urllib.urlencode")
def _query(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A query text, which holds the items of the mapping, or the pairs, that it was made of."""
    given = args.positional[0][0] if args.positional else UNKNOWN
    if not any(isinstance(a, Obj) for a in given.atoms):
        return None
    items = of(fr.allocate(callee.n, Object("dict"), "items"))
    merge_pairs(fr, items, given)
    return of(fr.allocate(callee.n, Object("packed", fields={_CONTENT: items}), "packed"))


@function("urllib.parse.parse_qs", "urllib.parse.parse_qsl", "urlparse.parse_qs", "urlparse.parse_qsl")
def _queried(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """What such a text has under each key, in lists, or as pairs."""
    given = args.positional[0][0] if args.positional else UNKNOWN
    packed = packed_in(fr, given)
    if not packed or len(packed) != len(given.atoms):
        return None
    (items,) = [fr.object(a.id).fields[_CONTENT] for a in packed][:1]
    labels = known_keys(fr, items) if len(packed) == 1 else None
    if labels is None:
        return None
    texts = {label: only_marks(collect(fr, item(fr, items, label), 1)) for label in labels}
    if callee.last == "parse_qs":
        lists = [Object("list", fields={"[*]": text}) for text in texts.values()]
        held = [of(fr.allocate(callee.n, each, ("list", at))) for at, each in enumerate(lists)]
        return of(fr.allocate(callee.n, Object("dict", fields=dict(zip(texts, held, strict=True))), "query"))
    tuples = [Object("tuple", fields={"[0]": literal(text_key(at)), "[1]": text}) for at, text in texts.items()]
    pairs = {f"[{at}]": of(fr.allocate(callee.n, pair, ("pair", at))) for at, pair in enumerate(tuples)}
    return of(fr.allocate(callee.n, Object("list", fields=pairs), "query"))


@function("fastapi.encoders.jsonable_encoder")
def _encoded(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = args.positional[0][0] if args.positional else UNKNOWN
    return deep_clone(fr, given, callee.n, {}) if any(isinstance(a, Obj) for a in given.atoms) else None


def unpacks(fr: Frame, path: str, result: Value) -> bool:
    """Whether a call gave something whose parts are known: the data of the text is among them, at its place."""
    if path.rpartition(".")[2] in _UNPACKING:
        return any(isinstance(a, Obj | Lit) for a in result.atoms)
    return any(isinstance(a, Obj) and _EXACT in fr.object(a.id).fields for a in result.atoms)


_UNPACKING = frozenset(
    (
        *("loads", "unpackb", "safe_load", "decode", "jsonable_encoder", "subn"),
        *("parse_qs", "parse_qsl"),
        *("urlparse", "urlsplit", "basename", "dirname", "split", "splitext", "sub"),
    )
)


def packed_in(fr: Frame, value: Value) -> list[Obj]:
    """The packed things among the atoms of a value."""
    return [a for a in value.ordered if isinstance(a, Obj) and _CONTENT in fr.object(a.id).fields]


def still_packed(fr: Frame, receiver: Value, method: str) -> frozenset[Atom]:
    """What a method of a packed text leaves packed."""
    return frozenset(packed_in(fr, receiver)) if method in _KEPT_BY else frozenset()
