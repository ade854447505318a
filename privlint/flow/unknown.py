"""Code that is not there: calls of libraries, and what is assumed where nothing is known of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from privlint.flow import bynames, columns, documents, frames, linked, rows, sources
from privlint.flow.access import store
from privlint.flow.arguments import Arguments
from privlint.flow.callbacks import MAPS, RUNNERS, call_backs, is_called, is_library
from privlint.flow.constants import strings
from privlint.flow.fields import RELATIONS
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import QUERY, item, key_label, queried
from privlint.flow.library import Callee, Verdict, chosen
from privlint.flow.lookups import PARTS, of_request, taken_out
from privlint.flow.mappings import as_text_or_mapping, made_of
from privlint.flow.models import (  # noqa: F401 (their functions register themselves)
    builtins,
    callables,
    containers,
    exceptions,
    iterators,
    packing,
    protocols,
    reflection,
    stdlib,
    streams,
    tables,
    templating,
    unbound,
    urls,
)
from privlint.flow.models.queries import query_method, values_of_unknown
from privlint.flow.models.registry import FUNCTIONS
from privlint.flow.tasks import run_later
from privlint.flow.values import (
    SCALAR,
    UNKNOWN,
    Address,
    Atom,
    Bound,
    Cls,
    Ext,
    Func,
    Hop,
    Inst,
    Mark,
    Obj,
    Opaque,
    Super,
    Value,
    chosen_fields,
    join,
    join_all,
    of,
    only_marks,
    step,
    symbolic,
    weaken,
    with_marks,
)
from privlint.flow.wholes import collect, taken_along
from privlint.model.data import Protection

# Calls that find or act by what they are given and hand back something else: the key is not in the result.
_LOOKUP = re.compile(
    r"(get|find|filter|exists|has|is|can|should|check|verify|validate|lookup|query|select|search|count|delete|remove|"
    r"exclude|fetch|load|authenticate|create|save|update|register|send|notify|publish|post|put|patch|add|set|insert|"
    r"log|write|emit|record|track|raise|assert|ensure|exec|execute|scan|list|len|contains|match|compare|open|connect|"
    r"reset|clear|purge|revoke|expire|invalidate|unlock|login|logout|order|sort|render|redirect|reverse|url)"
    r"(_|[A-Z]|s?$)|^_?(get|find)\b|"
    r"(make|generate|issue|new|build|sign)\w*(session|token|secret|code|otp|signature|_id|_key)s?$|"
    r"\w*(validator|verifier|checker)s?$"
)


# What names fields, and so chooses them: ``user_schema.dump(user)``.
_SCHEMA = re.compile(r"schema|serializer", re.IGNORECASE)
# Modules whose functions look nothing up, whatever they are called: ``json.loads``, ``re.match``.
_DECODERS = ("json.", "pickle.", "marshal.", "re.", "urllib.parse.", "yaml.", "xml.", "plistlib.", "tomllib.", "ast.")

# Methods that put what they are given into their object, as builders of messages and requests have them.
_FILLS = re.compile(r"(set|add|with)(_\w|[A-Z])")

# Calls that give rows of the model that they are given.
_QUERIES = re.compile(r"query|select|filter|get|find|one|first|scalars?|exec|fetch|load|paginate|refresh|merge")

# Methods that, given a statement, run it, whoever has them; and how its rows come.
_RUNS_SQL = {
    "execute": "rows",
    "fetch": "rows",
    "fetchrow": "row",
    "fetchval": "value",
    "fetch_all": "rows",
    "fetch_one": "row",
}

# Methods of a query that a row may have as well: ``await Member.get(id=1).prefetch_related("club")``.
_SAME_ROW = frozenset(("prefetch_related", "select_related", "using_db", "options", "only", "defer"))

_NEVER_RETURNING = frozenset(
    {"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "flask.abort", "werkzeug.exceptions.abort"}
)


def call_library(fr: Frame, callee: Callee, path: str, args: Arguments, verdict: Verdict) -> Value | None:
    """Call a library's symbol."""
    fr.stopped |= path in _NEVER_RETURNING
    if path.endswith(".__init__"):
        _init_exception(fr, callee, args)
    if path.startswith(QUERY) and not callee.attribute:  # a method that was handed around: sync_to_async(C.objects.get)
        return query_method(fr, callee._replace(attribute=path.rpartition(".")[2]), path, args)
    own = protocols.by_method(fr, callee, path, args)
    if own is not None:
        verdict.marks.clear()
        return own
    handler = FUNCTIONS.get(path.removeprefix("builtins.")) or unbound.method(path)
    if handler is not None:
        made = handler(fr, callee, args)
        if made is not None:
            if packing.unpacks(fr, path, made):
                verdict.marks.clear()
            return Value(made.atoms) if verdict.decided and verdict.protection is not None else made
    if callee.receiver is not None and callee.attribute:
        found = _method_of_type(fr, callee, path, args)
        if found is not None:
            return found
    type_ = fr.catalog.index.made_by.get(path) or _made_by_name(fr, path, args)
    library = fr.solver.library
    if type_ is None and library.has_type(path):
        type_ = library.type_order(path)[0].name
    if type_ is not None:
        marks = {} if verdict.decided else weaken(_argument_marks(fr, args, callee))
        made_of_type = fr.allocate(callee.n, Object("inst", type_=type_), "lib")
        return Value(frozenset((made_of_type, *_stands_for(fr, callee, args, type_))), marks)
    returned = returned_type(fr, path)
    if returned is not None:
        return _made(fr, callee, returned)
    if verdict.decided:
        call_backs(fr, callee, args)
        if verdict.protection is Protection.DERIVED:
            return SCALAR
        if path.rpartition(".")[2][:1].isupper():
            return of(fr.allocate(callee.n, Object("inst", type_=path), "lib"))
        return of(Inst(f"{path}()"))
    return call_unknown(fr, callee, of(Ext(path)), args, verdict)


def _stands_for(fr: Frame, callee: Callee, args: Arguments, type_: str) -> list[Atom]:
    """The objects whose methods an object has that is made of them: the model of an agent or a chain."""
    spec = fr.solver.library.type_order(type_)[0].stands_for
    given = chosen(fr, callee, args, spec) if spec is not None else []
    return [atom for value, _, _ in given for atom in value.ordered if isinstance(atom, Obj | Inst | Cls)]


def _init_exception(fr: Frame, callee: Callee, args: Arguments) -> None:
    """``super().__init__(message)`` in an exception: what its text shows."""
    for atom in callee.receiver.ordered if callee.receiver is not None else ():
        me = atom.self if isinstance(atom, Super) else None
        if isinstance(me, Obj) and fr.object(me.id).cls >= 0 and fr.program.is_exception(fr.object(me.id).cls):
            for value, _ in args.positional:
                store(fr, of(me), "[*]", value, strong=False)


def _executed(fr: Frame, callee: Callee, args: Arguments, type_: str) -> Value | None:
    """The rows of a statement that a method of a cursor or connection executes, where its columns are known."""
    for rule in fr.solver.library.type_order(type_) if type_ and args.positional else ():
        for name, how in rule.queries:
            if name == callee.attribute:
                return rows.executed(fr, callee, args, how)
    if not type_ and args.positional and callee.receiver is not None and callee.attribute in _RUNS_SQL:
        return rows.executed(fr, callee, args, _RUNS_SQL[callee.attribute])
    return None


def _named_type(fr: Frame, callee: Callee) -> str:
    """The type that the receiver's name is taken for, where nothing else is known of it."""
    unknown = callee.receiver is not None and all(
        isinstance(a, Obj) and fr.object(a.id).cls < 0 and not fr.object(a.id).type for a in callee.receiver.atoms
    )
    return fr.catalog.index.named.get(callee.receiver_name, "") if unknown else ""


def _made_by_name(fr: Frame, path: str, args: Arguments) -> str | None:
    """The type of what a factory gives that is told by name what to make: ``boto3.client("s3")``."""
    if path.rpartition(".")[2] not in fr.catalog.index.factories:
        return None
    first = args.at(fr, 0, "service_name")
    texts = strings(first[0]) if first is not None else []
    owner, _, method = path.rpartition(".")
    names = {owner} | {name for rule in fr.solver.library.type_order(owner) for name in (rule.name, *rule.aliases)}
    found = (fr.catalog.index.made_by.get(f"{name}.{method}({texts[0]})") for name in sorted(names) if len(texts) == 1)
    return next((type_ for type_ in found if type_), None)


def _made(fr: Frame, callee: Callee, type_: str) -> Value:
    """What a library's method gives: an object of its own where others put data into it, and it talks to where the
    object talks to that made it."""
    if type_ == "self" and callee.receiver is not None:
        return callee.receiver
    talks = [a for a in callee.receiver.atoms if isinstance(a, Address)] if callee.receiver is not None else []
    filled = type_ in fr.catalog.index.filled
    made = fr.allocate(callee.n, Object("inst", type_=type_), "lib") if filled else Inst(type_)
    return sources.if_sent(fr, of(made, *talks), callee.n, callee.last)


def returned_type(fr: Frame, path: str) -> str | None:
    owner, _, method = path.rpartition(".")
    for rule in fr.solver.library.type_order(owner):
        for name, result in rule.returns:
            if name == method:
                return result
    return None


def _method_of_type(fr: Frame, callee: Callee, path: str, args: Arguments) -> Value | None:
    """A method of an instance whose library type the catalogue describes."""
    assert callee.receiver is not None
    if path.startswith(QUERY):
        return query_method(fr, callee, path, args)
    found = (
        columns.method(fr, callee, args)
        or frames.method(fr, callee, args)
        or rows.method(fr, callee)
        or _executed(fr, callee, args, path.rpartition(".")[0])
        or documents.found(fr, callee, args)
    )
    if found is not None:
        return found
    record = as_text_or_mapping(fr, callee, args) or made_of(fr, callee, args) or linked.call(fr, callee, args)
    owner = path.rpartition(".")[0]
    returned = returned_type(fr, path)
    if record is not None:
        return record if returned is None else with_marks(record, _made(fr, callee, returned).marks)
    if callee.attribute in streams.WRITING:
        streams.write(fr, callee.receiver, args, callee.n)
    if returned is not None:
        return _made(fr, callee, returned)
    if any(rule.request_data for rule in fr.solver.library.type_order(owner)):
        return of_request(fr, callee, owner, args)
    if callee.attribute in ("get", "getlist", "pop") and args.positional:
        marks: dict[Mark, Hop | None] = {}
        # What a library's call gave (a decoded message) is a mapping; what the library keeps (its settings) is not.
        given = all(isinstance(a, Inst) and a.type.endswith("()") for a in callee.receiver.atoms)
        for text in strings(args.positional[0][0])[:3]:
            mapping = owner.rpartition(".")[2] == "TypedDict" or (given and callee.receiver.atoms)
            found = UNKNOWN if mapping else SCALAR
            needed = callee.attribute == "pop" and len(args.positional) < 2
            marks.update(
                sources.of_item(fr, callee.receiver, text, callee.n, callee.receiver_name, found, required=needed)
            )
        symbols = of(*(a for a in callee.receiver.atoms if isinstance(a, Ext)))
        held = item(fr, symbols, key_label(fr, args.positional[0][0]))
        if marks or held:
            return with_marks(with_marks(held, marks), taken_out(fr, callee, args))
    return None


def _argument_marks(fr: Frame, args: Arguments, callee: Callee) -> dict[Mark, Hop | None]:
    marks: dict[Mark, Hop | None] = {}
    deep = taken_along(callee.last)
    for value, _ in args.all():
        marks.update(collect(fr, value, deep))
    if deep == 2 and _SCHEMA.search(callee.shown):
        return {chosen_fields(mark): way for mark, way in marks.items()}
    return marks


def call_unknown(fr: Frame, callee: Callee, func: Value, args: Arguments, verdict: Verdict) -> Value:
    """Call something of which nothing is known: it may pass on what it is given (weaker), and call what it is given."""
    receiver = callee.receiver
    models = _model_arguments(fr, callee, args) if _QUERIES.search(callee.last) else None
    if models is not None:
        call_backs(fr, callee, args)
        return Value(models.atoms) if verdict.protection is not None else models
    of_rows = (
        columns.method(fr, callee, args)
        or rows.method(fr, callee)
        or values_of_unknown(fr, callee, args)
        or _executed(fr, callee, args, named := _named_type(fr, callee))
        or documents.found(fr, callee, args)
        or (frames.of_named(fr, callee, args, named) if named else None)
    )
    if of_rows is not None:
        return Value(of_rows.atoms) if verdict.protection is not None else of_rows
    if receiver is not None:
        fr.need(receiver)
        if callee.attribute == "value_counts":
            return only_marks(sources.counted_by(fr, receiver).marks)
        if callee.attribute == "start":
            callables.start_thread(fr, callee)
        elif callee.attribute == "append" and any(isinstance(atom, Inst) for atom in receiver.atoms):
            call_backs(fr, callee, args)  # hooks of a library's object: ``app.on_startup.append(connect)``
        elif callee.attribute == "feed":
            callables.feed_parser(fr, callee, args)
        if callee.attribute in _SAME_ROW:
            same = [a for a in receiver.ordered if isinstance(a, Opaque) and fr.solver.records.kind(a.cls) == "model"]
            if same:
                return of(*same)
        done = as_text_or_mapping(fr, callee, args)  # of a record, before what a text or a mapping has by that name
        if done is None:
            done = containers.method(fr, callee, args)
        if done is None:
            done = linked.call(fr, callee, args)
        if done is not None:
            return Value(done.atoms) if verdict.protection is not None else done
        later = run_later(fr, callee, args)
        if later is not None:
            return later
        if callee.attribute == "cursor" and not args.positional:
            return _made(fr, callee, fr.catalog.index.named.get("cursor", ""))  # of a connection that nobody knows
    if _decorates(callee, args):
        return args.positional[0][0]
    returned = call_backs(fr, callee, args)
    if callee.last in RUNNERS and any(is_called(fr, value) or is_library(value) for value, _ in args.positional[:2]):
        many = callee.last in MAPS and len(args.positional) > 1  # else of a column: ``frame["email"].map(tidy)``
        return of(fr.allocate(callee.n, Object("iter", fields={"[*]": returned}), "ran")) if many else returned
    models = _model_arguments(fr, callee, args)
    if models is not None:
        return models
    if verdict.decided:
        return returned
    if not verdict.known:
        fr.solver.note_unresolved(fr, func, callee)
    marks: Mapping[Mark, Hop | None] = {}
    paths = sorted(atom.path for atom in func.atoms if isinstance(atom, Ext))
    made_class = bool(paths) and paths[0].rpartition(".")[2][:1].isupper()
    if made_class and paths[0].startswith("builtins."):
        return exceptions.make(fr, callee, paths[0], args)
    looked_up = (receiver is not None and callee.attribute in PARTS) or _LOOKUP.match(callee.last.lstrip("_"))
    if made_class or not (verdict.sunk or (looked_up and not (paths and paths[0].startswith(_DECODERS)))):
        marks = _argument_marks(fr, args, callee)
        if receiver is not None or not callee.attribute:
            marks = {**(receiver or func).marks, **marks}
        marks = step(weaken(marks), fr.site(callee.n), "unknown", callee.shown or "call")
    elif not verdict.sunk and receiver is not None:
        marks = step(taken_out(fr, callee, args), fr.site(callee.n), "through", callee.shown)
    if receiver is not None and _FILLS.match(callee.last):
        _fill(fr, receiver, args, callee)
    if made_class:
        obj = fr.allocate(callee.n, Object("inst", type_=paths[0]), "lib")
        return join(Value(frozenset((obj,)), marks), returned)
    if not verdict.known:
        marks = {**marks, **bynames.of_getter(fr, callee, args)}
    atoms = frozenset((Inst(f"{paths[0]}()"),)) if paths else frozenset()
    return join(Value(atoms, marks), returned)


def _fill(fr: Frame, receiver: Value, args: Arguments, callee: Callee) -> None:
    """``message.set_alias(x)``: an object of a library that was made here has the data, as far as one can know."""
    marks = step(
        weaken(_argument_marks(fr, args, callee)), fr.site(callee.n), "into", callee.receiver_name or "the object"
    )
    for atom in receiver.ordered if marks else ():
        if (
            isinstance(atom, Obj)
            and atom.id[0] == "o"
            and (fr.object(atom.id).kind, fr.object(atom.id).cls)
            == (
                "inst",
                -1,
            )
        ):
            store(fr, of(atom), ".*", only_marks(marks), strong=False)


# Methods of a query that narrow it: what they are given is no row of its result.
_NARROWS = frozenset(("select_from", "join", "outerjoin", "where", "filter", "having", "in_", "exists", "order_by"))


# Calls that, by their name, give a text or a number about the rows that they are given: ``get_success_url(query)``.
_ABOUT = re.compile(
    r"(^|_)(url|uri|link|href|path|route|template|label|title|caption|count|total|length|key|hash|status)s?$"
)
_MODEL = re.compile(r"^\._{0,2}(model|entity|cls|table|orm)(_|$)|_(model|entity|class)$")


def _model_arguments(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``session.query(User)``, ``select(User)``, ``get_object_or_404(User, ...)``: rows of that model."""
    if callee.attribute in _NARROWS or _ABOUT.search(callee.last):
        return None
    asked = rows.asked_for(fr, args, callee.n)
    if asked is not None:
        return asked
    out: list[Value] = []
    for value, _ in args.positional[:3]:
        for atom in value.ordered:
            if isinstance(atom, Obj) and fr.object(atom.id).type == rows.ROWS:
                again = rows.method(fr, callee._replace(receiver=of(atom)))
                out.append(again if again is not None else of(atom))
                continue
            if isinstance(atom, Cls) and fr.solver.records.kind(atom.cls) == "model":
                many = re.search(r"query|select|filter|list|all", callee.last)
                out.append(of(Inst(f"{QUERY}{atom.cls}")) if many else of(Opaque(atom.cls)))
            elif isinstance(atom, Inst) and atom.type.startswith(QUERY):
                single = re.search(r"get|one|first|single|scalar$", callee.last)
                out.append(of(Opaque(queried(atom.type))) if single else of(atom))
            elif isinstance(atom, Obj) and atom.id[0] == "s" and _MODEL.search("".join(symbolic(atom.id)[1][-1:])):
                fr.need(of(atom))  # ``select(self.model)``: a caller that knows the repository knows the model
    return join_all(out) if out else None


def _decorates(callee: Callee, args: Arguments) -> bool:
    """Whether the call looks like a decorator's: one function or class, and nothing else.

    What is made of a class is no class (``ForeignKey(Student)``, ``relationship(Student)``), and what is added to an
    object stays there.
    """
    if callee.last.startswith(("add_", "set_")):
        return False
    if callee.last in MAPS and callee.receiver is not None and callee.receiver.marks:
        return False  # a column's: ``frame["email"].map(tidy)``
    if len(args.positional) != 1 or args.keywords or args.star is not None or args.mappings:
        return False
    atoms = args.positional[0][0].atoms
    makes = callee.last[:1].isupper() or callee.last in RELATIONS
    made = makes and any(isinstance(atom, Cls) for atom in atoms)
    return bool(atoms) and not made and all(isinstance(atom, Func | Cls | Bound) for atom in atoms)
