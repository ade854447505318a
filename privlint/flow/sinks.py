"""Sinks: what of a call's arguments leaves or is exposed, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import bynames, origins, payloads, rows, sources
from privlint.flow.addresses import hosts_of
from privlint.flow.conditions import hold
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.items import element, item, queried
from privlint.flow.mappings import saved, texts
from privlint.flow.models.streams import FIELDNAMES
from privlint.flow.models.templates import by_format, by_percent, reads_parts, template
from privlint.flow.values import (
    NONE,
    UNKNOWN,
    Func,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    Opaque,
    Value,
    hop,
    join_all,
    of,
    with_marks,
)
from privlint.flow.wholes import INSTANCES_CLOSED, REFERRED, STORED, collect
from privlint.model.data import Confidence, Protection
from privlint.model.facts import Target
from privlint.model.rules import SinkRule

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee

_RUNS = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_val"})
TEXTUAL = frozenset({"log", "console", "exception", "url", "cookie", "process"})


def report_call(
    fr: Frame, callee: Callee, args: Arguments, rule: SinkRule, confidence: Confidence, *, seen: bool
) -> None:
    """What reaches a sink that is a call; ``seen``: of a function whose code is here."""
    from privlint.flow.library import chosen

    given = chosen(fr, callee, args, rule.args)
    if rule.kind == "database" and args.positional:
        if rows.only_reads(fr, args.positional[0][0]):
            return
        if callee.last in _RUNS:
            fr.need(args.positional[0][0])  # a caller that knows the statement knows whether it stores anything
    if not given or not hold(fr, callee.receiver, args, rule.when, rule.unless):
        return
    hosts, secure = hosts_of(fr, callee, args, rule)
    if rule.known_host and not hosts:
        return
    expires = _expiry(fr, callee, args, rule)
    done: set[tuple[int, frozenset[Mark]]] = set()  # ``**options`` stands for many names
    opaque = _opaque(fr, callee) if rule.kind == "database" else frozenset()
    for value, n, words in given:
        if words in rule.leave_out or words in opaque:
            continue
        if words == "self" and rule.kind == "database":
            value = _saved(fr, value, args)
        given_away = _shown(fr, value, args, n) if rule.kind == "log" else _by_fieldnames(fr, callee, value, n)
        marks = _arriving_data(fr, given_away, n, words, rule, seen=seen)
        if rule.kind in ("log", "console") and not marks and _is_unknown(given_away):
            marks = payloads.by_keys(fr, args.names.get(n, ""), n)
        if words == "self":  # ``serializer.save(number=seal(number))``: what is given beside it is stored instead
            marks = {mark: way for mark, way in marks.items() if getattr(mark.source, "name", "") not in args.keywords}
        if not marks or (n, frozenset(marks)) in done:
            continue
        done.add((n, frozenset(marks)))
        if any(hold(fr, callee.receiver, args, (each,), ()) for each in rule.encrypted_when):
            marks = {m._replace(protection=max(m.protection, Protection.ENCRYPTED)): way for m, way in marks.items()}
        site = fr.site(n)
        target = Target(
            site,
            fr.site(callee.n),
            rule.kind,
            callee.shown or callee.last,
            fr.fn.dotted,
            rule.recipient,
            hosts,
            _package(fr, callee, rule.kind),
            secure,
            words,
            confidence,
            expires,
        )
        fr.sink(arriving(marks, fr, n, callee.shown or callee.last, rule.kind), target)


def _opaque(fr: Frame, callee: Callee) -> frozenset[str]:
    """The columns of the table that a call writes to that tell nothing by themselves."""
    classes = [
        queried(atom.type)
        for atom in (callee.receiver.ordered if callee.receiver is not None else ())
        if isinstance(atom, Inst) and queried(atom.type) >= 0
    ]
    return fr.solver.records.opaque(classes[0]) if len(classes) == 1 else frozenset()


def _by_fieldnames(fr: Frame, callee: Callee, value: Value, n: int) -> Value:
    """What is written of a row: that which is under the names of the columns, and of a row of which nobody knows what
    is in it, what these say."""
    if callee.attribute not in ("writerow", "writerows") or callee.receiver is None:
        return value
    row = element(fr, value) if callee.attribute == "writerows" else value
    for atom in callee.receiver.ordered:
        names = fr.object(atom.id).fields.get(FIELDNAMES, UNKNOWN) if isinstance(atom, Obj) else UNKNOWN
        listed = _listed(fr, names)
        if not listed:
            continue
        value = join_all(item(fr, row, f"[{name!r}]") for name in listed)
        for name in listed if sources.unknown(row) else ():
            value = with_marks(value, bynames.of_column(fr, row, name, n, listed))
    return value


def _listed(fr: Frame, names: Value) -> list[str]:
    """The texts that a list holds, if it is one of nothing but texts."""
    held = [each for atom in names.ordered if isinstance(atom, Obj) for each in fr.object(atom.id).fields.values()]
    known = held and all(isinstance(atom, Lit) for each in held for atom in each.atoms)
    return [text for each in held for text in strings(each)] if known else []


def _is_unknown(value: Value) -> bool:
    """Whether a value is what some call gave of which nothing is known."""
    return bool(value.atoms) and all(isinstance(atom, Inst) and atom.type.endswith("()") for atom in value.atoms)


def _shown(fr: Frame, value: Value, args: Arguments, n: int) -> Value:
    """What a log shows of an argument: of a function, what it gives once the message is wanted; of a mapping, what the
    message names (``"%(email)s", request.form``)."""
    if len(args.positional) > 1 and args.positional[-1] == (value, n):
        text = args.positional[-2][0]
        shown = by_percent(fr, text, value, n) if "%(" in (template(text) or "") else None
        if shown is not None:
            return join_all(each for each, _ in shown)
    named = _named_parts(fr, value, args, n)
    if named is not None:
        return named
    value = sources.told_as_number(fr, value, args)
    if not value.atoms or not all(isinstance(atom, Func) for atom in value.atoms):
        return value
    from privlint.flow.arguments import Arguments
    from privlint.flow.calls import call_value

    return call_value(fr, value, Arguments(), n)


def _named_parts(fr: Frame, value: Value, args: Arguments, n: int) -> Value | None:
    """What a message in the style of ``str.format`` names of an argument: ``"{user.email} left", user=user``."""
    text = args.positional[0][0] if args.positional else UNKNOWN
    if not reads_parts(text):
        return None
    keys: set[str | int] = {i for i, given in enumerate(args.positional[1:]) if given == (value, n)}
    keys.update(name for name, given in args.keywords.items() if given == (value, n))
    shown = by_format(fr, text, lambda key: value if key in keys else UNKNOWN, n) if keys else None
    return None if shown is None else join_all(each for each, _ in shown)


def _saved(fr: Frame, value: Value, args: Arguments) -> Value:
    """What ``row.save(update_fields=["status"])`` stores of a row; all of it where no fields are named."""
    names = texts(fr, args, "update_fields")
    if not names:
        return value
    parts: list[Value] = []
    for atom in value.ordered:
        cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
        if cls < 0:
            return value
        key = atom.id if isinstance(atom, Obj) else ("r", cls)
        row = fr.state.heap.get(key)
        opaque = fr.solver.records.opaque(cls)
        for name in sorted(names - opaque) if row is not None else ():
            held = row.written if row is not None and key[0] == "s" else row.fields if row is not None else {}
            if f".{name}" in held and row is not None:
                parts.append(row.fields.get(f".{name}", UNKNOWN))
    return join_all(parts) if parts else UNKNOWN


def _expiry(fr: Frame, callee: Callee, args: Arguments, rule: SinkRule) -> str:
    """Whether what is kept is given a time: ``given``, ``never``, ``default``; "" for sinks that keep nothing."""
    from privlint.flow.library import chosen

    if rule.expires is None:
        return ""
    found = [value for value, _, _ in chosen(fr, callee, args, rule.expires)]
    if not found:
        return "never" if rule.lasts else "default"
    return "never" if all(value.atoms == NONE.atoms and not value.marks for value in found) else "given"


def _arriving_data(
    fr: Frame, value: Value, n: int, words: str, rule: SinkRule, *, seen: bool
) -> dict[Mark, Hop | None]:
    """What of an argument a sink gets: all it holds, or as the rule says; or what the library sends by itself."""
    out: dict[Mark, Hop | None] = {}
    if rule.data:
        for data_type in rule.data:
            out.update(origins.make(fr, n, data_type, words, "rule", None, rule.confidence, words=f"`{words}` is set"))
        return out
    if rule.kind == "database" and words == "self" and (stored := saved(fr, value)) is not None:
        return stored
    deep = 1 if rule.kind in TEXTUAL and not (rule.kind == "log" and rule.recipient) else 2  # a service takes objects
    if rule.kind == "database":  # a record goes back as it came, and fields are given by name
        deep = REFERRED if rule.args.all and words.isidentifier() else STORED
    if (rule.kind == "decision" and seen) or (rule.kind == "http" and words == "json"):
        deep = INSTANCES_CLOSED  # which fields of a record decide is seen inside; JSON takes no instances
    if rule.under:
        return _under(fr, value, rule.under, deep)
    left_out = {label for name in rule.leave_out for label in (f"[{name!r}]", f".{name}")}
    made = [
        atom
        for atom in value.ordered
        if isinstance(atom, Obj) and (rule.part or not left_out.isdisjoint(fr.object(atom.id).fields))
    ]
    if not made:
        return collect(fr, value, deep)
    if rule.leave_out:
        out.update(value.marks)
    for atom in made:
        for label, field in fr.object(atom.id).fields.items():
            if label == f".{rule.part}" if rule.part else label not in left_out:
                out.update(collect(fr, field, deep))
    return out


def returned_data(fr: Frame, value: Value, n: int, rule: SinkRule) -> dict[Mark, Hop | None]:
    """What of a function's result a rule about it means."""
    return _arriving_data(fr, value, n, "return", rule, seen=True)


def _under(fr: Frame, value: Value, paths: tuple[str, ...], deep: int) -> dict[Mark, Hop | None]:
    """What of a mapping, or of pairs, is under one of some keys: ``{"Location": url}``, ``[("Location", url)]``; with
    dots between them, under keys of what is under keys."""
    out: dict[Mark, Hop | None] = {}
    for path in paths:
        found = value
        for key in path.split("."):
            found = join_all(_at(fr, atom, key) for atom in found.ordered if isinstance(atom, Obj))
        out.update(collect(fr, found, deep))
    return out


def _at(fr: Frame, atom: Obj, key: str) -> Value:
    fields = fr.object(atom.id).fields
    label = f"[{key}]" if key.isdigit() else f"[{key!r}]"
    if label in fields:
        return fields[label]
    pairs = element(fr, of(atom)).ordered if fr.object(atom.id).kind == "list" else ()
    inner = [fr.object(pair.id).fields for pair in pairs if isinstance(pair, Obj)]
    return join_all(held.get("[1]", UNKNOWN) for held in inner if key in strings(held.get("[0]", UNKNOWN)))


def arriving(marks: dict[Mark, Hop | None], fr: Frame, n: int, callee: str, kind: str) -> dict[Mark, Hop | None]:
    """The marks with the sink as their last hop."""
    return {mark: hop(way, fr.site(n), f"sink {kind}", callee) for mark, way in marks.items()}


_STORES = frozenset(("database", "cache", "queue"))


def _package(fr: Frame, callee: Callee, kind: str) -> str | None:
    """The package that is called, as it is written; of a client of a store, that of its type."""
    for atom in callee.receiver.ordered if kind in _STORES and callee.receiver is not None else ():
        type_ = fr.library_type(atom)
        head = type_.partition(".")[0]
        if head.isidentifier():
            return head
    return callee.text.partition(".")[0] or None
