"""Whether data is of many people at a time: read from a query, from rows, from a list that is gone through."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from privlint.catalog.words import tokens
from privlint.flow import limits
from privlint.flow.safeguards.bodies import Body, nodes, read
from privlint.flow.safeguards.calls import Calls
from privlint.flow.safeguards.queries import (
    SINGLE,
    came_with_request,
    class_first,
    keyed_below,
    narrowed,
    one_person,
    picks_one,
    selects_many,
    words,
    written_to,
)
from privlint.ir import ops as o
from privlint.model.facts import FlowFact, Many
from privlint.model.location import Site
from privlint.resolve.program import Function

_DEPTH = 14
_FILE = re.compile(r"text/csv|application/(?:vnd\.|zip|octet-stream|pdf)|attachment\s*;|\.(?:csv|xlsx?|zip)\Z")


_WRAPPERS = words(
    "list sorted tuple set reversed enumerate zip map filter iter chain dumps dump DataFrame dict islice tqdm "
    "from_records json_normalize encode join getvalue serialize jsonable_encoder tablib Dataset astuple"
)
_QUERIES = words(
    "all filter exclude order_by iterator fetchall fetchmany scalars yield_per select_related prefetch_related "
    "distinct only defer annotate union raw mappings partitions itertuples iterrows get_queryset filter_queryset "
    "filter_by limit offset select query where join outerjoin options find find_many scan objects values "
    "values_list read_sql read_sql_query read_sql_table read_csv read_excel to_list execution_options paginate "
    "all_objects exec fetch records with_entities group_by having stream stream_scalars"
)
_AMBIGUOUS = words(
    "values items join find query records options raw select scan fetch only union stream objects all where "
    "paginate limit offset execute exec"
)
_ROOTS = re.compile(
    r"\b(objects|session|dbsession|db_session|db|cursor|cur|conn|connection|engine|query|queryset|qs|select|database|collection|"
    r"get_queryset|mongo|store|repo|repository|dao|_default_manager|tx|manager|users?_table)\b"
)
_PEOPLE = words(
    "users customers members patients clients employees students subscribers leads contacts people persons "
    "participants attendees guests profiles applicants candidates registrations recipients residents passengers "
    "voters donors teachers tenants visitors signups owners workers drivers citizens children pupils buyers "
    "consumers volunteers"
)
_ASKS = frozenset(("not", "nonempty", "is", "is not", "==", "!=", "falsy"))
_FILLS = words("append extend add update write writelines appendleft")
# Attributes that have all of what they are of: columns of a frame, what a serializer gives out, a data set as a file.
_SAME = words("values T text content csv data")
_WRITES = words("writerow writerows")
_ROWS = words("rows records queryset qs object_list resultset dataset")
_HOLDS = words(
    "list List Sequence Iterable Iterator QuerySet Queryset set tuple Collection Generator AsyncIterator "
    "AsyncIterable DataFrame Query Result ScalarResult"
)

Key = tuple[int, int, bool]  # function, register, whether it is asked for one of many


class Multitude:
    """Answers for one flow at a time: which calls it goes through is part of the question."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._program = calls.program
        self._functions: dict[str, dict[int, int]] = {}
        self._modules = {module.path: module.number for module in calls.program.modules}
        self._through: frozenset[tuple[int, int]] = frozenset()
        self._known: dict[Key, Many | None] = {}  # of values, as long as ``through`` is the same
        self._answers: dict[frozenset[tuple[int, int]], tuple[dict[Key, Many | None], dict[Key, int]]] = {}
        self._cut_at: dict[Key, int] = {}  # of what is known to be nothing: from how deep, if too deep
        self._cut = False  # whether something was too deep to be looked at
        self._enough = 0  # how much may be known once the flow under way has been looked at
        self._nodes: dict[int, dict[int, o.Call]] = {}  # function -> node -> call
        self._filling: dict[int, dict[str, list[o.Call]]] = {}  # function -> variable -> calls that put something in

    def of(self, flow: FlowFact, through: Collection[tuple[int, int]]) -> tuple[Many, int] | None:
        """Why the data of a flow is of many people, and the function that says so; None if nothing does.

        ``through``: the calls (function, node) by which the data of this type gets to the sink.
        """
        self._begin(frozenset(through))
        sites = [step.site for step in flow.steps]
        asked_for_one = {fn for site in sites for fn in self._asked_for_one(site)}
        for site in dict.fromkeys((flow.origin.site, *sites, flow.target.site)):
            fn = self.function_at(site)
            if fn in asked_for_one:
                continue
            for reg in self._registers(fn, site.node) if fn is not None else ():
                found = self._element(fn, reg, 0) or self._collection(fn, reg, 0) if fn is not None else None
                if found is not None and not (fn is not None and self._only_one_is_taken(fn, reg)):
                    return found._replace(each=not self._at_once(flow)), self.function_at(found.site) or 0
        return None

    def given_by(self, fn: int) -> Many | None:
        """Whether a function gives records of many people, and where."""
        self._begin(frozenset())
        return self._returned(fn, 0)

    def held_by(self, fn: int, reg: int) -> Many | None:
        """Whether a register holds records of many people."""
        self._begin(frozenset())
        return self._collection(fn, reg, 0)

    def _asked_for_one(self, site: Site) -> list[int]:
        """The helpers that are called at a place of a flow and asked for one row there, whatever else they can give."""
        fn = self.function_at(site)
        body = self._calls.body(fn) if fn is not None else None
        place = body.at.get(site.node) if body is not None else None
        call = body.op(place) if body is not None and place is not None else None
        picks = isinstance(call, o.Call) and body is not None and picks_one(body, call)
        return self._calls.callees(fn, call) if fn is not None and isinstance(call, o.Call) and picks else []

    def _only_one_is_taken(self, fn: int, reg: int) -> bool:
        """Whether all that becomes of a collection here is ``rows[0]``, beside asking whether it has any."""
        body = self._calls.body(fn)
        names = {slot for slot, stores in body.stores.items() if any(store.src == reg for _, store in stores)}
        if any(len(body.stores[name]) > 1 for name in names):
            return False
        ops = [op for block in body.ir.blocks for op in block.ops]
        regs = {reg, *(op.dst for op in ops if isinstance(op, o.LoadName) and op.slot in names)}
        picked = False
        for op in ops:
            if isinstance(op, o.StoreName) and op.src == reg:
                continue
            if isinstance(op, o.LoadItem) and op.obj in regs and type(body.constant(op.key)) is int:
                picked = True
            elif isinstance(op, o.Call):
                if any(arg.reg in regs for arg in op.args) and op.text not in ("len", "bool"):
                    return False
            elif not (isinstance(op, o.Combine) and op.op in _ASKS) and regs & set(read(op)):
                return False
        ends = (block.end for block in body.ir.blocks)
        return picked and not any(isinstance(end, o.Return | o.Raise) and end.src in regs for end in ends)

    def _at_once(self, flow: FlowFact) -> bool:
        """Whether the sink gets all of them in one call."""
        fn = self.function_at(flow.target.site)
        if fn is None:
            return False
        self._begin(self._through)
        return any(self._collection(fn, reg, 0) is not None for reg in self._registers(fn, flow.target.site.node))

    def is_download(self, site: Site) -> bool:
        """Whether the function that makes a response speaks of a file: ``text/csv``, ``attachment; filename=...``."""
        fn = self.function_at(site)
        if fn is None:
            return False
        return any(
            isinstance(op, o.Const) and isinstance(op.value, str) and _FILE.search(op.value) is not None
            for block in self._program.functions[fn].ir.blocks
            for op in block.ops
        )

    def function_at(self, site: Site) -> int | None:
        """The function that a node stands in."""
        known = self._functions.get(site.path)
        if known is None:
            known = self._functions[site.path] = {}
            number = self._modules.get(site.path)
            for fn in self._program.modules[number].functions if number is not None else ():
                ir = self._program.functions[fn].ir
                for node in nodes(ir) if ir.kind != "class" else ():
                    known.setdefault(node, fn)
        return known.get(site.node)

    def _registers(self, fn: int, node: int) -> list[int]:
        body = self._calls.body(fn)
        out: list[int] = []
        if node in body.args:
            out.append(body.args[node][2].reg)
        place = body.at.get(node)
        op = body.op(place) if place is not None else None
        if isinstance(op, o.LoadAttr | o.LoadItem | o.Call | o.LoadName | o.Iterate):
            out.append(op.dst)
        elif isinstance(op, o.StoreName | o.Yield):
            out.append(op.src)
        elif place is not None and op is None and isinstance(end := body.ir.blocks[place.block].end, o.Return):
            out.append(end.src)
        return out

    def _begin(self, through: frozenset[tuple[int, int]]) -> None:
        """Ask for data that goes by these calls: what was found out for other data that does holds for it, too."""
        self._through = through
        self._known, self._cut_at = self._answers.setdefault(through, ({}, {}))
        self._enough = len(self._known) + limits.MANY

    def _spent(self) -> bool:
        """Whether enough was looked at for one flow."""
        if len(self._known) < self._enough:
            return False
        limits.reached("values looked at for whether data is of many people")
        return True

    # -- one of many ---------------------------------------------------------------------------------------------

    def _element(self, fn: int, reg: int, depth: int) -> Many | None:
        """The collection that a value is read from, one element at a time."""
        key = (fn, reg, True)
        if self._is_known(key, depth) or depth > _DEPTH or self._spent():
            self._cut = self._cut or depth > _DEPTH
            return self._known.get(key)
        self._known[key] = None
        cut, self._cut = self._cut, False
        body = self._calls.body(fn)
        for _, op in body.defs.get(reg, ()):
            found = self._element_of(fn, body, op, depth + 1)
            if found is not None:
                self._known[key] = found
                break
        self._note_depth(key, depth, cut=cut)
        return self._known[key]

    def _is_known(self, key: Key, depth: int) -> bool:
        """Whether an answer is known, and not only because further on nobody looked."""
        return key in self._known and not (self._known[key] is None and depth < self._cut_at.get(key, 0))

    def _note_depth(self, key: Key, depth: int, *, cut: bool) -> None:
        """From how deep an answer was looked for, where there was more to look at; ``cut``: so it was before."""
        if self._cut and self._known[key] is None:
            self._cut_at[key] = depth
        else:
            self._cut_at.pop(key, None)
        self._cut = self._cut or cut

    def _element_of(self, fn: int, body: Body, op: o.Op, depth: int) -> Many | None:
        if isinstance(op, o.Iterate):
            return self._collection(fn, op.src, depth) or self._element(fn, op.src, depth)
        if isinstance(op, o.LoadAttr):
            return self._element(fn, op.obj, depth)
        if isinstance(op, o.LoadItem):
            return self._element(fn, op.obj, depth)
        if isinstance(op, o.Call):
            func = body.only(op.func)
            regs = [func.obj] if isinstance(func, o.LoadAttr) else []
            return self._any_element(fn, [*regs, *(arg.reg for arg in op.args)], depth)
        if isinstance(op, o.Build):
            return self._any_element(fn, [part.reg for part in op.parts], depth)
        if isinstance(op, o.Combine):
            return self._any_element(fn, op.args, depth)
        if isinstance(op, o.Unpack | o.Move | o.Await | o.Yield):
            return self._element(fn, op.src, depth)
        if isinstance(op, o.LoadName):
            return self._variable(fn, body, op, depth, element=True)
        return None

    def _any_element(self, fn: int, regs: Iterable[int], depth: int) -> Many | None:
        return next((found for reg in regs if (found := self._element(fn, reg, depth)) is not None), None)

    def _variable(self, fn: int, body: Body, op: o.LoadName, depth: int, *, element: bool) -> Many | None:
        ask = self._element if element else self._collection
        for _, store in body.stores.get(op.slot, ()):
            found = ask(fn, store.src, depth)
            if found is not None:
                return found
        if not element:
            found = self._filled(fn, body, op.slot, depth)
            if found is not None:
                return found
        name = op.slot.partition("@")[0]
        if name in body.params and op.scope in ("local", "cell"):
            return self._passed(fn, name, depth, element=element)
        return None

    def _filled(self, fn: int, body: Body, name: str, depth: int) -> Many | None:
        """``rows.append(...)`` in a loop."""
        filling = self._filling.get(fn)
        if filling is None:
            filling = self._filling[fn] = {}
            for _, call in body.calls:
                owner, _, method = call.text.rpartition(".")
                if method in _FILLS:
                    filling.setdefault(owner, []).append(call)
                elif method in _WRITES:
                    filling.setdefault(written_to(body, call), []).append(call)
        for call in filling.get(name, ()):
            for arg in call.args:
                found = self._element(fn, arg.reg, depth) or self._collection(fn, arg.reg, depth)
                if found is not None:
                    return found
        return None

    def _passed(self, fn: int, name: str, depth: int, *, element: bool) -> Many | None:
        """What callers pass: those by whose calls the data goes, or all where it goes by none of them."""
        sites = self._calls.callers(fn)
        chosen = [site for site in sites if (site.fn, site.node) in self._through] or list(sites)
        function = self._program.functions[fn]
        sent = False
        for site in chosen[:20]:
            reg = self._argument(site.fn, site.node, function, name)
            if reg is not None:
                sent = sent or came_with_request(self._calls.body(site.fn), reg)
                found = self._element(site.fn, reg, depth) if element else self._collection(site.fn, reg, depth)
                if found is not None:
                    return found
        return None if element or sent else self._by_name(function, name)  # what one person sent is no list of people

    def _argument(self, where: int, node: int, function: Function, name: str) -> int | None:
        nodes = self._nodes.get(where)
        if nodes is None:
            nodes = self._nodes[where] = {call.n: call for _, call in self._calls.body(where).calls}
        call = nodes.get(node)
        if call is None:
            return None
        params = [param.name for param in function.ir.params]
        if function.method_kind in ("method", "class"):
            params = params[1:]
        place = 0
        for arg in call.args:
            if arg.label == name:
                return arg.reg
            if arg.label is None:
                if place < len(params) and params[place] == name:
                    return arg.reg
                place += 1
        return None

    def _by_name(self, function: Function, name: str) -> Many | None:
        """``def export(users)``, ``def save(people: list[Person])``: nobody here says what it is called with."""
        param = next(param for param in function.ir.params if param.name == name)
        site = Site(self._program.modules[function.module].path, param.n)
        holds = param.annotation is not None and self._holds(param.annotation)
        last = (tokens(name) or ("",))[-1]
        if last in _PEOPLE or (holds and last in _ROWS) or (holds and self._of_records(function, param.annotation)):
            return Many(name, site)
        return Many(name, site) if last in _ROWS and param.annotation is None else None

    def _holds(self, ref: o.TypeRef) -> bool:
        return ref.name.rpartition(".")[2] in _HOLDS or (ref.name == "Union" and any(map(self._holds, ref.args)))

    def _gives_one(self, fn: int) -> bool:
        """Whether a function says that what it returns is an instance of a class of the program, or None."""
        function = self._program.functions[fn]
        ref = function.ir.returns
        module = self._program.modules[function.module]
        named = () if ref is None else ref.args if ref.name == "Union" else (ref,)
        rest = [each for each in named if each.name != "None"]
        entities = [self._program.lookup(module, each.name) for each in rest if each.name and not each.args]
        return 0 < len(rest) == sum(each is not None and each.kind == "class" for each in entities)

    def _of_records(self, function: Function, ref: o.TypeRef | None) -> bool:
        """Whether a type holds instances of a class of the program."""
        module = self._program.modules[function.module]
        for arg in ref.args if ref is not None else ():
            entity = self._program.lookup(module, arg.name) if arg.name else None
            if (entity is not None and entity.kind == "class") or self._of_records(function, arg):
                return True
        return False

    # -- many ----------------------------------------------------------------------------------------------------

    def _collection(self, fn: int, reg: int, depth: int) -> Many | None:
        """Why a value holds records of many people."""
        key = (fn, reg, False)
        if self._is_known(key, depth) or depth > _DEPTH or self._spent():
            self._cut = self._cut or depth > _DEPTH
            return self._known.get(key)
        self._known[key] = None
        cut, self._cut = self._cut, False
        body = self._calls.body(fn)
        for _, op in body.defs.get(reg, ()):
            found = self._collection_of(fn, body, op, depth + 1)
            if found is not None:
                self._known[key] = found
                break
        self._note_depth(key, depth, cut=cut)
        return self._known[key]

    def _collection_of(self, fn: int, body: Body, op: o.Op, depth: int) -> Many | None:
        if isinstance(op, o.Call):
            return self._queried(fn, body, op, depth)
        if isinstance(op, o.Build):
            if op.kind == "slice":
                return None
            regs = [part.reg for part in op.parts]
            found = self._any_collection(fn, regs, depth)
            inside = any(part.label == "*" for part in op.parts)  # a comprehension under way
            return found or (self._any_element(fn, regs, depth) if inside else None)
        if isinstance(op, o.Combine):
            return self._any_collection(fn, op.args, depth) if op.op in ("+", "+=", "%", "or", "falsy") else None
        if isinstance(op, o.Move | o.Await | o.Unpack | o.Enter):
            return self._collection(fn, op.src, depth)
        if isinstance(op, o.LoadItem):
            key = body.only(op.key)
            sliced = isinstance(key, o.Build) or isinstance(body.constant(op.key), str)
            return self._collection(fn, op.obj, depth) if sliced else None
        if isinstance(op, o.LoadAttr):
            last = (tokens(op.name) or ("",))[-1]
            base = body.words(op.obj).text
            if op.name in ("queryset", "object_list") or (last in _PEOPLE and not one_person(base)):
                return Many(body.words_of(op).text, self._site(fn, op.n))
            return self._collection(fn, op.obj, depth) if op.name in _SAME else None
        if isinstance(op, o.LoadName):
            return self._variable(fn, body, op, depth, element=False)
        return None

    def _any_collection(self, fn: int, regs: Iterable[int], depth: int) -> Many | None:
        return next((found for reg in regs if (found := self._collection(fn, reg, depth)) is not None), None)

    def _queried(self, fn: int, body: Body, call: o.Call, depth: int) -> Many | None:
        words = body.words(call.func)
        last = words.last
        if last in SINGLE:
            return None
        callees = self._calls.callees(fn, call)
        if callees and (picks_one(body, call) or all(map(self._gives_one, callees))):
            return None
        for callee in callees:
            found = self._returned(callee, depth)
            if found is not None:
                return Many(body.words_of(call).text, self._site(fn, call.n))
        if callees:
            args = self._any_collection(fn, [arg.reg for arg in call.args], depth)
            elements = None if args else self._any_element(fn, [arg.reg for arg in call.args], depth)
            return args or (elements if elements and self._generates(callees) else None)
        func = body.only(call.func)
        sql = selects_many(body, call, words.text)
        if sql is not None:
            return Many(words.text, self._site(fn, call.n)) if sql else None
        owned = isinstance(func, o.LoadAttr) and not isinstance(body.constant(func.obj), str)  # and no ", ".join()
        if (last in _WRAPPERS and not (owned and last in _QUERIES)) or last[:1].isupper():
            receiver = [func.obj] if isinstance(func, o.LoadAttr) and last in ("encode", "getvalue") else []
            return self._any_collection(fn, [*receiver, *(arg.reg for arg in call.args)], depth)
        if isinstance(func, o.LoadAttr):
            inner = self._collection(fn, func.obj, depth)
            if inner is not None:
                return None if narrowed(body, call) else inner
        if last not in _QUERIES or narrowed(body, call):
            return None
        base = words.text.rpartition(".")[0].replace("()", "")
        if one_person(base) or keyed_below(body, call):
            return None
        if last in _AMBIGUOUS and not (_ROOTS.search(base) or class_first(base) or _ROOTS.search(last)):
            return None
        return Many(words.text.replace("()", ""), self._site(fn, call.n))

    def _returned(self, fn: int, depth: int) -> Many | None:
        """Whether a function gives back, or yields, records of many people."""
        body = self._calls.body(fn)
        for block in body.ir.blocks:
            if isinstance(block.end, o.Return) and block.end.src >= 0:
                found = self._collection(fn, block.end.src, depth)
                if found is not None:
                    return found
            for op in block.ops:
                if isinstance(op, o.Yield):
                    found = self._element(fn, op.src, depth) or self._collection(fn, op.src, depth)
                    if found is not None:
                        return found
        return None

    def _generates(self, callees: Iterable[int]) -> bool:
        return any(self._program.functions[callee].ir.generator for callee in callees)

    def _site(self, fn: int, node: int) -> Site:
        return Site(self._program.modules[self._program.functions[fn].module].path, node)
