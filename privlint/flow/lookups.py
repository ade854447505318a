"""What a look-up gives back of which nothing is known but whose data the thing carries that is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from privlint.flow.frame import Frame
from privlint.flow.sources import part_called
from privlint.flow.values import Marks, merge_marks, strings, weaken

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
    if len(keys) == 1:
        marks = part_called(fr, marks, keys[0])
    if not part or not keys:
        marks = {mark: way for mark, way in marks.items() if mark.weak == 0}
    if not part:
        return weaken(marks)
    if name in ("get", "pop", "setdefault") and len(args.positional) > 1:
        marks = merge_marks(marks, args.positional[1][0].marks)
    return marks
