"""What rule packs say of a call: is it a source, a sink, a sanitizer; what does its result carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privlint.catalog.catalog import Catalog
from privlint.flow import sources
from privlint.flow.access import store
from privlint.flow.addresses import answered, connected
from privlint.flow.arguments import Arguments
from privlint.flow.conditions import hold
from privlint.flow.constants import is_constant
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element
from privlint.flow.masks import SALTED, salted_at
from privlint.flow.matching import Callee, Matcher, Spoken, last_names
from privlint.flow.scrubbers import configured
from privlint.flow.sinks import report_call
from privlint.flow.structured import given_out, instances
from privlint.flow.values import (
    FRESH,
    SCALAR,
    Atom,
    Ext,
    Hop,
    Inst,
    Mark,
    Obj,
    Value,
    join_all,
    only_marks,
    order,
    protect,
    step,
    with_marks,
)
from privlint.flow.wholes import collect, taken_along
from privlint.model.data import Protection
from privlint.model.rules import ArgSpec, SourceRule


class Verdict:
    """What the rules say of one call: what its result carries, and whether they say anything of it."""

    def __init__(self) -> None:
        self.marks: dict[Mark, Hop | None] = {}
        self.decided = False  # a rule says what the result carries
        self.known = False  # a rule speaks of the call at all
        self.sunk = False  # the call is a sink: what it gives back is of its own making
        self.protection: Protection | None = None
        self.traits: frozenset[Atom] = frozenset()  # addresses and traits of the result
        self.parts: dict[str, dict[Mark, Hop | None]] = {}  # parts of what the call makes

    def add(self, marks: Mapping[Mark, Hop | None]) -> None:
        """The result carries these marks."""
        for mark, way in marks.items():
            self.marks.setdefault(mark, way)

    def result(self, fr: Frame, n: int, parts: Sequence[Value]) -> Value:
        """The result of the call at ``n``: what its possible callees give, as the rules correct it."""
        value = join_all(parts)
        if self.parts and not any(isinstance(a, Obj) for a in value.atoms):
            type_ = next((a.type for a in sorted(value.atoms, key=order) if isinstance(a, Inst)), "")
            made = fr.allocate(n, Object("inst", type_=type_), "made")
            value = Value(value.atoms - {Inst(type_)} | {made}, value.marks)
        for part, marks in self.parts.items():
            store(fr, value, f".{part}", only_marks(marks))
        if self.traits:
            value = Value(value.atoms | self.traits, value.marks)
        if self.protection is not None:
            kept = {m: w for m, w in value.marks.items() if m.protection >= self.protection}
            left = frozenset(a for a in value.atoms if not isinstance(a, Obj) or _is_empty(fr, a))
            # A protected record or frame: what is in it is told by its marks, and no more by the names of its parts.
            value = Value(left | SCALAR.atoms if len(left) < len(value.atoms) else left, kept)
        return with_marks(value, self.marks)


def _is_empty(fr: Frame, atom: Obj) -> bool:
    """Whether an object is one that a library has just made, with nothing in it: a hash, to be fed."""
    obj = fr.object(atom.id)
    return obj.cls < 0 and bool(obj.type) and not obj.fields


class Library(Matcher):
    """The catalogue as the interpreter asks it."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog)
        self.frames: dict[str, str] = {}  # type -> the data frame that it is, "" for other types
        self.symbols: dict[str, Value] = {}  # the values of symbols by dotted path, once they were asked for
        self._texts: dict[str, tuple[SourceRule, ...]] = {}
        self._sent: dict[str, bool] = {}
        self._shared: dict[str, str] = {}
        self.attributes: dict[tuple[str, str], Value] = {}  # type and name -> the attribute of an instance

    def is_sent(self, type_: str) -> bool:
        """Whether instances of a type are mappings of what a user sent."""
        found = self._sent.get(type_)
        if found is None:
            found = self._sent[type_] = any(rule.request_data for rule in self.type_order(type_))
        return found

    def shared(self, type_: str) -> str:
        """Where the parts of all instances of a type are kept, of which a program has one; "" for other types."""
        found = self._shared.get(type_)
        if found is None:
            order = self.type_order(type_)
            found = self._shared[type_] = next((rule.name for rule in order if rule.shared), "")
        return found

    def texts(self, type_: str) -> tuple[SourceRule, ...]:
        """What the rules say of the text of a type's instances (its ``__str__``)."""
        if type_ not in self._texts:
            order = self.type_order(type_)
            told = order[:1] and dict(order[0].returns).get("__str__")
            names = {type_}.union(*((rule.name, *rule.aliases) for rule in (() if told else order)))
            rules = self.catalog.calls_named("__str__")
            found = rules.sources if rules is not None else ()
            self._texts[type_] = tuple(source for pattern, source in found if pattern.path[: -len(".__str__")] in names)
        return self._texts[type_]

    # -- rules ---------------------------------------------------------------------------------------------------

    def judge(self, fr: Frame, callee: Callee, func: Value, args: Arguments) -> Verdict:
        """Apply all rules that speak of a call."""
        verdict = Verdict()
        names = {callee.last} | last_names(fr, func)
        found = [rules for name in sorted(names) if name and (rules := self.catalog.calls_named(name)) is not None]
        for atom in func.ordered:
            if isinstance(atom, Ext):
                found += self.catalog.calls_below(atom.path)
        if not found:
            return verdict
        for spoken in self.speaking(fr, callee, func, names, found):
            self._apply(fr, callee, args, spoken, verdict)
        return verdict

    def _apply(self, fr: Frame, callee: Callee, args: Arguments, rules: Spoken, verdict: Verdict) -> None:
        deep = taken_along(callee.last)
        for sink, sure in rules.sinks:
            verdict.known = verdict.sunk = True
            report_call(fr, callee, args, sink, sure, seen=rules.seen)
            if sink.url is not None and fr.catalog.index.answers:
                verdict.traits |= answered(fr, callee, args, sink.url)
        for source in rules.sources:
            verdict.known = True
            verdict.add(sources.of_call(fr, callee, args, source))
        for sanitizer in rules.sanitizers:
            if not hold(fr, callee.receiver, args, sanitizer.when, sanitizer.unless):
                continue
            verdict.decided = True
            if sanitizer.fresh:
                verdict.traits |= {FRESH}
            given = chosen(fr, callee, args, sanitizer.args)
            protection = sanitizer.protection
            if protection is Protection.PSEUDONYMISED_WEAK and any(salted_at(fr, value, n) for value, n, _ in given):
                protection = Protection.PSEUDONYMISED
                verdict.traits |= {SALTED}
            if verdict.protection is None or protection > verdict.protection:
                verdict.protection = protection
            for value, _, _ in given:
                marks = step(collect(fr, value, deep), fr.site(callee.n), "protect", callee.shown)
                verdict.add(protect(marks, protection))
        for propagator in rules.propagators:
            if not hold(fr, callee.receiver, args, propagator.when, propagator.unless):
                continue
            given = chosen(fr, callee, args, propagator.source)
            if propagator.to == "instance":
                verdict.traits |= join_all(instances(fr, value, callee.n) for value, _, _ in given).atoms
                continue
            marks = {}
            for value, _, _ in given:
                marks.update(collect(fr, value, deep))
            marks = dict(step(marks, fr.site(callee.n), "through", callee.shown))
            if propagator.part:
                verdict.decided = True
                verdict.parts.setdefault(propagator.part, {}).update(marks)
            elif propagator.to == "result":
                verdict.decided = True
                verdict.add(given_out(fr, callee.receiver, marks))
                if propagator.source.all and given and all(is_constant(value) for value, _, _ in given):
                    verdict.traits |= given[0][0].atoms
            elif propagator.to == "receiver" and callee.receiver is not None:
                _pour(fr, callee.receiver, marks)
            elif propagator.to_arg is not None:
                for value, _, _ in chosen(fr, callee, args, propagator.to_arg):
                    _pour(fr, value, marks)
        for connection in rules.connections:
            verdict.traits |= connected(fr, callee, args, connection)
        for scrubber in rules.scrubbers:
            configured(fr, callee, args, scrubber)


def chosen(fr: Frame, callee: Callee, args: Arguments, spec: ArgSpec) -> list[tuple[Value, int, str]]:
    """The arguments that a rule means: value, node, and the argument in words."""
    out: list[tuple[Value, int, str]] = []
    if spec.receiver and callee.receiver is not None:
        out.append((callee.receiver, callee.n, "self"))
    if spec.all:
        out += [(value, n, str(i + 1)) for i, (value, n) in enumerate(args.positional)]
        out += [(value, n, name) for name, (value, n) in args.keywords.items()]
        out += [(value, n, "**") for value, n in args.mappings]
        if args.star is not None:
            out.append((args.star[0], args.star[1], "*"))
        return out
    positions = list(spec.positions)
    if spec.rest >= 0:
        positions += range(spec.rest, max(len(args.positional), spec.rest))
        if args.star is not None:
            out.append((element(fr, args.star[0]), args.star[1], "*"))
    for position in dict.fromkeys(positions):
        found = args.at(fr, position)
        if found is not None:
            out.append((*found, str(position + 1)))
    for name in spec.names:
        found = args.at(fr, -1, name)
        if found is not None:
            out.append((*found, name))
    return out


def _pour(fr: Frame, target: Value, marks: Mapping[Mark, Hop | None]) -> None:
    if marks:
        store(fr, target, "[*]", only_marks(dict(marks)), strong=False)


__all__ = ["Callee", "Library", "Verdict", "chosen"]
