"""What a look-up gives back of which nothing is known but whose data the thing carries that is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from privlint.flow import origins
from privlint.flow.chosen import part_called
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import instance_item, one_of
from privlint.flow.models.texts import SILENT, taken_apart
from privlint.flow.sources import of_known_item
from privlint.flow.values import (
    SCALAR,
    UNKNOWN,
    Hop,
    Inst,
    Mark,
    Marks,
    Value,
    either,
    merge_marks,
    of,
    only_marks,
    weaken,
    with_marks,
)
from privlint.model.facts import Origin

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

# Methods of mappings and trees, which give a part of what they are asked.
PARTS = frozenset(
    [
        "get",
        "pop",
        "getlist",
        "get_list",
        "get_all",
        "getall",
        "getone",
        "getfirst",
        "getunicode",
        "get_value",
        "setdefault",
        "findall",
        "findtext",
        "find_all",
        "select_one",
        "get_text",
        "get_payload",
        "get_content",
        "get_attribute",
        "getAttribute",
        "getElementsByTagName",
        "fetchone",
        "fetchall",
        "fetchmany",
        "getvalue",
        "getbuffer",
        "getroot",
        "getchildren",
        "items",
        "lists",
        "values",
        "listvalues",
        "multi_items",
        "mixed",
        "dict_of_lists",
    ]
)
# Methods of anything that has something to give.
_READS = re.compile(r"(get|fetch|load|read|list|open)(_|[A-Z])")
_ASKS = re.compile(r"(size|count|len|length|index|position|type|class|id|version|status|state)s?$")


def taken_out(fr: Frame, callee: Callee, args: Arguments) -> Marks:
    """The data in ``carried.get(key)``, ``tree.findall(path)``, ``carried.get_part()``.

    What unknown code made of data is only looked into by names: a client made of a key gives other things.
    """
    receiver, name = callee.receiver, callee.attribute
    if receiver is None or not receiver.marks or not name:
        return {}
    part = name in PARTS
    if not part and (not _READS.match(name) or _ASKS.search(name)):
        return {}
    keys = strings(args.positional[0][0]) if args.positional else []
    marks = receiver.marks
    if len(keys) == 1 or (keys and one_of(args.positional[0][0])):
        known: Marks = {}
        for key in keys:
            known = merge_marks(known, part_called(fr, marks, key))
        marks = known
    if not part or not keys:
        marks = {mark: way for mark, way in marks.items() if mark.weak == 0}
    if not part:
        return weaken(marks)
    if name in ("get", "pop", "setdefault") and len(args.positional) > 1:
        marks = merge_marks(marks, args.positional[1][0].marks)
    return marks


def said_by_rule(value: Value) -> Marks:
    """The marks of which a rule says that they are on whatever is read off a value, its keys included."""
    return {
        mark: way
        for mark, way in value.marks.items()
        if mark.weak == 0 and isinstance(mark.source, Origin) and mark.source.evidence == "rule"
    }


# Methods of mappings of what was sent that give the value, or the values, of a key.
_KEYED = frozenset(
    ["get", "getlist", "pop", "getone", "getall", "getvalue", "getfirst", "getunicode", "get_list", "setdefault",
     "__getitem__"]
)  # fmt: skip


def of_request(fr: Frame, callee: Callee, owner: str, args: Arguments) -> Value:
    """A look-up in what a user sent: ``request.form.get("phone")``."""
    whole, part = of(Inst(owner)), instance_item(fr, Inst(owner)) or of(Inst(owner))
    receiver = callee.receiver or UNKNOWN
    if callee.attribute in _KEYED:
        key, default = args.at(fr, 0, "key"), args.at(fr, 1, "default")
        marks: dict[Mark, Hop | None] = {}
        for text in strings(key[0])[:3] if key else ():
            named = callee.receiver_name
            known = of_known_item(fr, receiver, text, callee.n, named, set())
            marks.update(known or origins.of_request_key(fr, text, callee.n, owner, named, required=False))
        out = with_marks(with_marks(part, marks), taken_out(fr, callee, args))
        return either(out, default[0]) if default is not None else out
    if callee.attribute in ("items", "iteritems"):
        fields = {"[0]": only_marks(said_by_rule(receiver)), "[1]": part}
        pair = fr.allocate(callee.n, Object("tuple", fields=fields), "pair")
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": of(pair)}), "items"))
    if callee.attribute == "keys":
        return only_marks(said_by_rule(receiver))
    if callee.attribute in SILENT:
        return SCALAR
    carried = with_marks(whole, receiver.marks)
    halves = taken_apart(fr, carried, callee, args)
    if halves is None and callee.attribute in ("split", "rsplit", "splitlines"):
        return of(fr.allocate(callee.n, Object("list", fields={"[*]": carried}), "parts"))
    return carried if halves is None else halves
