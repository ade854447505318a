"""What a query asks for: one row, one person's rows, or those of many people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privlint.catalog.words import tokens
from privlint.flow.safeguards.bodies import Body
from privlint.ir import ops as o

_DEPTH = 14  # calls of one chain that are looked at


def words(text: str) -> frozenset[str]:
    """Names, written as one text."""
    return frozenset(text.split())


SINGLE = words(
    "get first last latest earliest one one_or_none scalar scalar_one scalar_one_or_none get_or_404 first_or_404 "
    "find_one get_object_or_404 get_object count exists aggregate len sum max min fetchone aget afirst "
    "get_or_create update_or_create create pop popitem getitem get_by_id"
)
_KEYS = words(
    "pk id uuid guid slug reference ref token code email username phone mobile user user_id owner owner_id customer "
    "customer_id account account_id created_by member member_id patient patient_id profile profile_id author "
    "author_id client_id employee_id student_id order_id openid _id number key session_key login"
)
_PERSON = words(
    "user customer member patient client employee profile account person me current_user guest student contact "
    "applicant candidate author owner subscriber participant instance obj request driver tenant teacher"
)
_SESSIONS = words("db dbsession db_session db_conn conn connection engine")  # what a request asks, and not whose it is
RUNS_SQL = words("execute fetchall fetchmany fetch read_sql read_sql_query query iterate raw fetch_all all mappings")
_SELECT = re.compile(r"\bselect\b(?P<what>.*?)\bfrom\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_WHERE_KEY = re.compile(
    r"\bwhere\b.*?\b(\w*_)?(pk|id|uuid|email|username|phone|mobile|token|code|openid|slug|reference)\W*(=|like)\s*"
    r"(%s|\?|:\w+|\$\d|%\(|\{|'|\")|\blimit\s+1\b",
    re.IGNORECASE | re.DOTALL,
)
_ITS_KEY = re.compile(  # of the row itself: who has an `event_id` is many people
    r"\bwhere\s+(?:\w+\.)?[\"`]?(?:pk|id|uuid|email|username|phone|mobile|token|openid|slug)[\"`]?\s*=\s*"
    r"(?:%s|\?|:\w+|\$\d|%\(|\{)|\blimit\s+1\b",
    re.IGNORECASE,
)
_ONE = words("one single first fetch_one fetchone one_row as_one")
_SENT = re.compile(r"\brequest\b|\bget_\w*argument|\.(POST|GET|FILES)\b|cleaned_data|validated_data")
_WHERE = re.compile(
    r"\bwhere\b(?P<asked>.*?)(?:\border\s+by\b|\bgroup\s+by\b|\blimit\b|\bunion\b|;|\Z)", re.IGNORECASE | re.DOTALL
)
_TERM = re.compile(
    r"\A[\s(]*(?P<not>not\s+|~)?[\s(]*(?:\w+\.)?[\"`\[]?(?P<name>[^\W\d]\w*)[\"`\]]?\s*"
    r"(?:(?P<op>is\s+not|is|==?|<>|!=)\s*(?P<value>'[^']*'|\"[^\"]*\"|\w+))?[\s)]*\Z",
    re.IGNORECASE,
)
_WRITERS = words("writer DictWriter")
_FALSE = words("false 0 no n f off null denied refused declined withdrawn revoked")
_AGGREGATE = re.compile(r"\A\s*(count|sum|avg|min|max)\s*\([^,]*\)\s*(as\s+\w+\s*)?\Z", re.IGNORECASE)


def class_first(text: str) -> bool:
    """``User.find()``, ``models.User.all()``: a class stands in it."""
    return any(part[:1].isupper() and not part.isupper() for part in text.split("."))


def one_person(text: str) -> bool:
    """Whether what is asked belongs to one person: ``user.orders``, ``request.user.addresses``."""
    parts = [part for part in text.replace("[]", "").split(".") if part not in ("self", "cls")]
    if len(parts) > 1 and parts[0] == "request" and parts[1] in _SESSIONS:
        parts = parts[1:]
    if not parts or any(part[:1].isupper() for part in parts):
        return False
    return any((tokens(part) or ("",))[-1] in _PERSON for part in parts) and "objects" not in parts


def came_with_request(body: Body, reg: int) -> bool:
    """Whether a value is looked up in what somebody sent."""
    return _came_with_request(body, reg, set(), 0)


def _came_with_request(body: Body, reg: int, seen: set[int], depth: int) -> bool:
    op = body.only(reg)
    if op is None or reg in seen or depth > _DEPTH:
        return False
    seen.add(reg)
    if _SENT.search(body.words(reg).text):
        return True
    regs: list[int] = []
    if isinstance(op, o.LoadName):
        regs = [store.src for _, store in body.stores.get(op.slot, ())[:2]]
    elif isinstance(op, o.Call):
        regs = [arg.reg for arg in op.args]
    return any(_came_with_request(body, each, seen, depth + 1) for each in regs)


def narrowed(body: Body, call: o.Call) -> bool:
    """Whether a part of a query names one person or one row: by key, by owner, ``limit(1)``."""
    last = body.words(call.func).last
    if last in ("filter", "filter_by", "where", "get", "find", "select", "all"):
        for arg in call.args:
            if arg.label in _KEYS or str(arg.label).removesuffix("__exact").removesuffix("__iexact") in _KEYS:
                return True
            op = body.only(arg.reg)
            if isinstance(op, o.Combine) and op.op == "==":
                sides = [body.only(side) for side in op.args]
                if any(isinstance(side, o.LoadAttr) and side.name in _KEYS for side in sides):
                    return True
            if isinstance(op, o.Build) and op.kind == "dict":
                keys = {body.constant(part.reg) for part in op.parts[::2]}
                if keys & _KEYS:
                    return True
    return last == "limit" and any(body.constant(arg.reg) == 1 for arg in call.args)


def conditions(text: str, *, whole: bool) -> Iterator[tuple[str, bool]]:
    """What a statement asks of each row: names, and whether they have to be true; nothing where there are others.

    ``whole``: the text is the condition itself, as in ``frame.query(...)``.
    """
    match = _WHERE.search(text)
    asked = text if whole else match["asked"] if match is not None else ""
    if re.search(r"\bor\b", asked, re.IGNORECASE):
        return
    for each in re.split(r"\band\b|&", asked, flags=re.IGNORECASE):
        term = _TERM.match(each)
        if term is not None:
            value = (term["value"] or "true").strip("'\"").lower()
            yes = value not in _FALSE
            same = (term["op"] or "=").lower() in ("=", "==", "is")
            yield term["name"], (yes is same) is not bool(term["not"])


def keyed_below(body: Body, call: o.Call) -> bool:
    """Whether a query that this call goes on from is narrowed."""
    todo = [call.func, *(arg.reg for arg in call.args[:1])]
    for _ in range(_DEPTH):
        if not todo:
            return False
        op = body.only(todo.pop())
        if isinstance(op, o.LoadAttr):
            todo.append(op.obj)
        elif isinstance(op, o.Await):
            todo.append(op.src)
        elif isinstance(op, o.LoadName):
            todo += [store.src for _, store in body.stores.get(op.slot, ())[:2]]
        elif isinstance(op, o.Call):
            if narrowed(body, op) or body.words(op.func).last in SINGLE:
                return True
            todo += [op.func, *(arg.reg for arg in op.args[:1])]
    return False


def selects_many(body: Body, call: o.Call, text: str) -> bool | None:
    """Whether the SQL that a call runs, or has run, selects many rows; None where there is no SQL to see."""
    last = text.rpartition(".")[2]
    if last not in RUNS_SQL:
        return None
    sql = [value for arg in call.args for value in texts(body, arg.reg)]
    if last in ("fetchall", "fetchmany", "mappings", "all") and not sql:
        owner = text.rpartition(".")[0].removesuffix("()")
        for _, other in body.calls:
            if other.text == owner or other.text == f"{owner}.execute":
                sql += [value for arg in other.args for value in texts(body, arg.reg)]
    selects = [match for value in sql if (match := _SELECT.search(value))]
    if not selects:
        return None
    return any(not _WHERE_KEY.search(m["rest"]) and not _AGGREGATE.match(m["what"]) for m in selects)


def picks_one(body: Body, call: o.Call) -> bool:
    """Whether a helper that runs SQL is asked for one row: by its key, or by a flag that says so (``one=True``)."""
    if any(arg.label in _ONE and body.constant(arg.reg) is True for arg in call.args):
        return True
    sql = [value for arg in call.args for value in texts(body, arg.reg)]
    selects = [match for value in sql if (match := _SELECT.search(value))]
    return bool(selects) and all(_ITS_KEY.search(match["rest"]) for match in selects)


def texts(body: Body, reg: int, depth: int = 0) -> list[str]:
    """The SQL, or part of it, that a register holds."""
    op = body.only(reg)
    if isinstance(op, o.Const):
        return [op.value] if isinstance(op.value, str) else []
    if depth > 4:
        return []
    if isinstance(op, o.Call) and body.words(op.func).last in ("text", "SQL", "dedent", "format", "strip"):
        func = body.only(op.func)
        regs = [func.obj] if isinstance(func, o.LoadAttr) else []
        return [text for part in (*regs, *(a.reg for a in op.args)) for text in texts(body, part, depth + 1)]
    if isinstance(op, o.Build) and op.kind == "str":
        return ["".join("".join(texts(body, part.reg, depth + 1)) or "{}" for part in op.parts)]
    if isinstance(op, o.Combine) and op.op in ("+", "%"):
        return ["".join("".join(texts(body, part, depth + 1)) or "{}" for part in op.args)]
    if isinstance(op, o.LoadName):
        stored = body.stores.get(op.slot, ())
        return [text for _, store in stored for text in texts(body, store.src, depth + 1)]
    return []


def written_to(body: Body, call: o.Call) -> str:
    """The variable that a writer of CSV writes to, ``""`` where it is none: ``csv.writer(out).writerow(...)``."""
    func = body.only(call.func)
    made = body.only(func.obj) if isinstance(func, o.LoadAttr) else None
    if isinstance(made, o.LoadName):
        stores = body.stores.get(made.slot, ())
        made = body.only(stores[0][1].src) if len(stores) == 1 else None
    if not isinstance(made, o.Call) or not made.args or body.words(made.func).last not in _WRITERS:
        return ""
    target = body.only(made.args[0].reg)
    return target.slot if isinstance(target, o.LoadName) else ""
