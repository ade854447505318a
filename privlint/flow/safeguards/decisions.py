"""Decisions about people by what is known of them: a branch on personal data that settles what somebody gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privlint.catalog.catalog import Catalog
from privlint.flow.safeguards.bodies import Body, Words
from privlint.flow.safeguards.calls import Calls
from privlint.ir import ops as o
from privlint.ir.module import successors
from privlint.model.data import Confidence, NameMatch
from privlint.model.facts import Decision
from privlint.model.location import Site
from privlint.resolve.program import Function

# What is decided about somebody, as the last words of a name.
SETTLED = re.compile(
    r"(?:\A|_)(?:is_)?(?:approved?|rejected|declined|denied|accepted_for|eligib(?:le|ility)|ineligible|"
    r"qualif(?:ied|ies)|credit_limit|credit_line|limit_amount|loan_amount|interest_rate|"
    r"risk(?:_(?:level|score|class|group|band|tier|category|rating))?|score|rating|rank|tier|segment|cohort|price|"
    r"discount|surcharge|premium|rate|tariff|fee|markup|quote|verdict|decision|outcome|creditworth(?:y|iness)|blacklisted|"
    r"blocked|banned|hidden|muted|flagged|suspicious|fraud(?:ulent)?|shortlisted|hired|priority|audience|persona|churn)\Z",
    re.IGNORECASE,
)
# What somebody is told in the end: a state that a record is put into.
STATE = re.compile(r"(?:\A|_)(?:status|state|result|stage|step)\Z", re.IGNORECASE)
_VERDICT = re.compile(
    r"(?:\A|_)(?:auto_?)?(?:approved?|rejected?|declined?|denied|refused|eligible|ineligible|qualified|disqualified|"
    r"unsuitable|shortlisted|blocked|banned|suspended|flagged|not_a_fit|high_risk|low_risk)\Z",
    re.IGNORECASE,
)
# Functions whose result is the decision.
DECIDING = re.compile(
    r"approv|eligib|qualif|underwrit|creditworth|risk|score|scoring|segment|\bprice|pricing|discount|premium|quote|decide|"
    r"decision|shortlist|screen_|rank_|classify_(?:user|customer|person|applicant)|credit_limit|interest_rate|tier_|_tier",
    re.IGNORECASE,
)
_CATEGORIES = frozenset(
    ("demographic", "financial", "health", "special", "location", "behavior", "work", "education", "social", "commerce",
     "travel", "vehicle", "minor", "biometric", "device", "contact", "identity")
)  # fmt: skip
_NO_GROUND = frozenset(
    ("contact.phone", "contact.email", "identity.full_name", "identity.first_name", "identity.last_name")
)
_PARTS = frozenset(("year", "month", "day", "days", "amount", "value", "code"))  # of a date, a sum, an enumeration
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "in", "not in"))
_DEPTH = 6
_BLOCKS = 40  # of one branch


class Decisions:
    """Looks through the functions whose names, or whose variables' names, speak of decisions."""

    def __init__(self, calls: Calls, catalog: Catalog) -> None:
        self._calls = calls
        self._program = calls.program
        self._catalog = catalog

    def find(self, functions: list[int]) -> list[Decision]:
        """All decisions in these functions, in order."""
        out: dict[Site, Decision] = {}
        for fn in functions:
            function = self._program.functions[fn]
            if function.ir.kind == "function" and not self._calls.in_tests(fn):
                for decision in self._in_function(function):
                    out.setdefault(decision.site, decision)
        return [out[site] for site in sorted(out)]

    def _in_function(self, function: Function) -> Iterator[Decision]:
        body = self._calls.body(function.id)
        path = self._program.modules[function.module].path
        for block in body.ir.blocks:
            for op in block.ops:
                if isinstance(op, o.StoreAttr) and SETTLED.search(op.name) and self._is_comparison(body, op.src):
                    yield from self._decision(function, path, op.n, self._grounds(body, op.src, 0), op.name)
            end = block.end
            if not isinstance(end, o.Branch):
                continue
            grounds = self._grounds(body, end.cond, 0)
            if not grounds:
                continue
            settled = self._settled(body, end.then, end.orelse) or self._settled(body, end.orelse, end.then)
            if settled is None and DECIDING.search(function.ir.name):
                settled = self._given(body, end)
            if settled is None:
                continue
            yield from self._decision(function, path, end.n, grounds, settled or function.ir.name)

    @staticmethod
    def _is_comparison(body: Body, reg: int) -> bool:
        """``account.blocked = owner.age < 25``."""
        made = body.only(reg)
        return isinstance(made, o.Combine) and made.op in _COMPARISONS

    @staticmethod
    def _decision(
        function: Function, path: str, node: int, grounds: dict[str, NameMatch], settles: str
    ) -> Iterator[Decision]:
        if not grounds:
            return
        types = tuple(sorted({match.data_type for match in grounds.values()}))
        subject = next((match.subject for match in grounds.values() if match.subject), None)
        confidence = min(Confidence.MEDIUM, *(match.confidence for match in grounds.values()))
        names = ", ".join(sorted(grounds))
        yield Decision(Site(path, node), types, settles, names, function.dotted, subject, confidence)

    def _grounds(self, body: Body, reg: int, depth: int) -> dict[str, NameMatch]:
        """The personal data that a condition looks at, by name; none where it only asks whether there is any."""
        op = body.only(reg)
        if depth > _DEPTH:
            return {}
        if op is None or isinstance(op, o.Build):  # a list, also that of a comprehension, which begins empty
            made = [each for _, each in body.defs.get(reg, ())]
            listed = [each for each in made if isinstance(each, o.Build) and each.kind in ("list", "set", "tuple")]
            if not depth or len(listed) < len(made):
                return {}
            return self._of_all(body, [part.reg for each in listed for part in each.parts], depth)
        if isinstance(op, o.Combine):
            if op.op in ("is", "is not") or any(body.constant(arg) is None for arg in op.args):
                return {}
            if op.op in ("==", "!=") and not any(isinstance(body.only(a), o.Const) for a in op.args) and depth == 0:
                return {}  # compared with something else that is known: the same person, the same address
            return self._of_all(body, op.args, depth)
        if isinstance(op, o.Call):
            func = body.only(op.func)
            regs = [arg.reg for arg in op.args]
            found = self._of_all(body, [*([func.obj] if isinstance(func, o.LoadAttr) else []), *regs], depth)
            own = self._match(body.words(op.func)) if not regs else None
            return {**found, **({body.words(op.func).last: own} if own is not None else {})}
        if isinstance(op, o.LoadAttr | o.LoadName):
            if depth == 0:
                return self._compared(body, op)
            words = body.words_of(op)
            match = self._match(words)
            if match is None and isinstance(op, o.LoadName):
                stored = body.stores.get(op.slot, ())
                return self._grounds(body, stored[0][1].src, depth + 1) if len(stored) == 1 else {}
            if match is None and isinstance(op, o.LoadAttr) and op.name in _PARTS:
                return self._grounds(body, op.obj, depth + 1)
            return {words.last: match} if match is not None else {}
        if isinstance(op, o.LoadItem):
            key = body.constant(op.key)
            base = body.words(op.obj)
            match = self._classified(key, base.last) if isinstance(key, str) and depth else None
            return {str(key): match} if match is not None else {}
        if isinstance(op, o.Move | o.Await):
            return self._grounds(body, op.src, depth + 1)
        return {}

    def _compared(self, body: Body, op: o.LoadAttr | o.LoadName) -> dict[str, NameMatch]:
        """The grounds of a comparison whose result has a name; of truth alone none: it asks whether there is any."""
        stored = list(body.stores.get(op.slot, ())) if isinstance(op, o.LoadName) else []
        made = body.only(stored[0][1].src) if len(stored) == 1 else None
        if isinstance(made, o.Combine) and made.op in _COMPARISONS:
            return self._grounds(body, stored[0][1].src, 0)
        return {}

    def _of_all(self, body: Body, regs: list[int] | tuple[int, ...], depth: int) -> dict[str, NameMatch]:
        out: dict[str, NameMatch] = {}
        for reg in regs:
            out.update(self._grounds(body, reg, depth + 1))
        return out

    def _match(self, words: Words) -> NameMatch | None:
        owner, _, name = words.text.replace("()", "").replace("[]", "").rpartition(".")
        return self._classified(name, owner.rpartition(".")[2])

    def _classified(self, name: str, owner: str) -> NameMatch | None:
        match = self._catalog.classify(name, owner or None) if name else None
        if match is None or match.confidence is Confidence.LOW or match.data_type in _NO_GROUND:
            return None
        return match if match.data_type.partition(".")[0] in _CATEGORIES else None

    # -- what is settled -----------------------------------------------------------------------------------------

    def _settled(self, body: Body, here: int, there: int) -> str | None:
        """What is set on one side of a branch and is a decision."""
        for number in sorted(self._only(body, here, there)):
            for op in body.ir.blocks[number].ops:
                name, src = "", -1
                if isinstance(op, o.StoreName):
                    name, src = op.slot, op.src
                elif isinstance(op, o.StoreAttr):
                    name, src = op.name, op.src
                elif isinstance(op, o.StoreItem):
                    key = body.constant(op.key)
                    name, src = key if isinstance(key, str) else "", op.src
                elif isinstance(op, o.Build) and op.kind == "dict":
                    name = self._decided(body, op)
                elif isinstance(op, o.Move):
                    name = self._target(body, op.dst)
                if name and (SETTLED.search(name) or (STATE.search(name) and self._is_verdict(body, src))):
                    return name
        return None

    @staticmethod
    def _decided(body: Body, display: o.Build) -> str:
        """The key of a mapping under which a decision stands: ``{"$set": {"risk_level": "high"}}``."""
        held = [body.constant(part.reg) for part in display.parts if part.label != "**"]
        pairs = zip(held[::2], held[1::2], strict=False)
        named = (key for key, value in pairs if isinstance(key, str) and value not in (NotImplemented, None))
        return next((key for key in named if SETTLED.search(key)), "")

    @staticmethod
    def _is_verdict(body: Body, reg: int) -> bool:
        """``"rejected"``, ``Status.REJECTED``."""
        value = body.constant(reg) if reg >= 0 else None
        if not isinstance(value, str) and reg >= 0:
            words = body.words(reg).text.removesuffix(".value").removesuffix("()")
            value = words.rpartition(".")[2] if "." in words and "()" not in words else None
        return isinstance(value, str) and _VERDICT.search(value) is not None

    @staticmethod
    def _target(body: Body, reg: int) -> str:
        """The variable or attribute that a conditional expression is stored in."""
        found = next((slot for slot, stored in body.stores.items() if any(store.src == reg for _, store in stored)), "")
        ops = (op for block in body.ir.blocks for op in block.ops) if not found else ()
        return found or next((op.name for op in ops if isinstance(op, o.StoreAttr) and op.src == reg), "")

    def _given(self, body: Body, end: o.Branch) -> str | None:
        """A function that is called after what it decides gives its result on one side of the branch."""
        for here, there in ((end.then, end.orelse), (end.orelse, end.then)):
            for number in self._only(body, here, there):
                block = body.ir.blocks[number]
                if isinstance(block.end, o.Return) and block.end.src >= 0 and body.constant(block.end.src) is not None:
                    return ""
                if any(
                    isinstance(op, o.StoreName) and op.src in body.defs and self._adds(body, op) for op in block.ops
                ):
                    return ""
        return None

    @staticmethod
    def _adds(body: Body, op: o.StoreName) -> bool:
        made = body.only(op.src)
        return isinstance(made, o.Combine) and made.op in ("+=", "-=", "*=", "+", "-", "*")

    @staticmethod
    def _only(body: Body, here: int, there: int) -> set[int]:
        """The blocks that are reached from one side alone; of ``a or b`` also the one that both lead to."""
        sides: list[set[int]] = []
        for start in (here, there):
            seen: set[int] = set()
            todo = [start]
            while todo and len(seen) < _BLOCKS:
                number = todo.pop()
                if number not in seen:
                    seen.add(number)
                    todo += successors(body.ir, number)
            sides.append(seen)
        out = sides[0] - sides[1]
        straight = {there}
        number = there
        while isinstance(end := body.ir.blocks[number].end, o.Jump) and end.target not in straight:
            number = end.target
            straight.add(number)
        return out if here in straight else out | {here}
