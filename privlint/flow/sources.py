"""Sources: where personal data enters, by rule or by what a name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from privlint.catalog.paths import match_path
from privlint.flow import logins, neighbours, routes
from privlint.flow.bynames import is_page
from privlint.flow.constants import strings
from privlint.flow.documents import collection_of
from privlint.flow.frame import Frame
from privlint.flow.masks import SENT
from privlint.flow.origins import CHECKED, Found, collected, is_doubted, make, of_match, of_request_key
from privlint.flow.values import (
    SLICED,
    Bound,
    Cls,
    Ext,
    Func,
    Hop,
    Inst,
    Lit,
    Mark,
    Obj,
    Opaque,
    Super,
    Symbol,
    Trait,
    Unsure,
    Value,
    with_marks,
)
from privlint.model.data import Confidence, NameMatch, Protection
from privlint.model.facts import Origin
from privlint.model.rules import SourceRule

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


# -- by rule -----------------------------------------------------------------------------------------------------


def of_rule(
    fr: Frame,
    rule: SourceRule,
    n: int,
    name: str,
    words: str,
    key: str | None = None,
    *,
    required: bool = True,
    sent: bool = True,
) -> Found:
    """The source that a rule names; what ``$name`` and its like stand for is classified.

    ``sent``: what a rule about requests means is data that came with one, and not what the data is read off.
    """
    if sent and (rule.evidence == "request" or rule.data == "$function") and fr.catalog.index.request_sources:
        return {**_of_rule(fr, rule, n, name, words, key, required), **of_request(fr, n, name)}
    return _of_rule(fr, rule, n, name, words, key, required)


def of_request(fr: Frame, n: int, name: str) -> Found:
    """What the rules about whatever is sent with a request say of something that is."""
    out: Found = {}
    for rule in fr.catalog.index.request_sources:
        words = f"`{name}` is read from the request"
        out.update(make(fr, n, rule.data, name, "rule", rule.subject, rule.confidence, words=words))
    return out


def if_sent(fr: Frame, value: Value, n: int, name: str, of: Value | None = None) -> Value:
    """A value with the marks of what a user sent, if it is something that a user sent; ``of``: what it was read off."""
    if not fr.catalog.index.request_sources:
        return value
    if of is not None:
        fr.need(of)
    for atom in (*value.ordered, *(of.ordered if of is not None else ())):
        type_ = fr.library_type(atom)
        if type_ and is_sent(fr, type_):
            return with_marks(value, of_request(fr, n, name))
    return value


def is_sent(fr: Frame, type_: str) -> bool:
    """Whether what has this type is what a user sent."""
    return any(rule.request_data or rule.sent for rule in fr.solver.library.type_order(type_))


def _of_rule(fr: Frame, rule: SourceRule, n: int, name: str, words: str, key: str | None, required: bool) -> Found:
    if not rule.data.startswith("$"):
        if rule.evidence == "request":
            named = NameMatch(rule.data, rule.confidence, Protection.CLEAR, rule.subject, "by rule")
            collected(fr, n, named, key or name, rule.owner.rpartition(".")[2] or "the request", required=False)
        return make(fr, n, rule.data, name, rule.evidence, rule.subject, rule.confidence, words=words)
    if rule.data in ("$function", "$decorator"):
        return _of_field(fr, rule, n, words)
    text = key if rule.data in ("$key", "$arg0", "$receiver") else name
    sent = "request" if rule.evidence == "request" else None
    match = fr.catalog.classify(text, rule.owner or sent) if text else None
    if match is not None and rule.subject:
        match = match._replace(subject=rule.subject)
    found = of_match(fr, n, match, text or name, rule.evidence, rule.confidence, words)
    if match is not None and found and rule.evidence == "request":
        collected(fr, n, match, text or name, rule.owner or "the request", required=required)
    return found


def _of_field(fr: Frame, rule: SourceRule, n: int, words: str) -> Found:
    """The fields that a method is about: by its name (``validate_email``), or by what its decorators are told."""
    if fr.fn.cls < 0:
        return {}
    cls = fr.program.classes[fr.fn.cls]
    method = cls.methods.get(fr.ir.name)
    told = method.decorated_with if method is not None else ()
    out: Found = {}
    for text in told if rule.data == "$decorator" else (fr.ir.name.strip("_").partition("_")[2],):
        field = fr.solver.records.fields(cls.id).get(text)
        match = field.match if field is not None else fr.catalog.classify(text, cls.name) if text else None
        out.update(of_match(fr, n, match, text, rule.evidence, rule.confidence, words))
    return out


def of_load(fr: Frame, name: str, n: int) -> Found:
    """A bare name is read."""
    out: Found = {}
    for rule in fr.catalog.index.load_sources.get(name, ()):
        out.update(of_rule(fr, rule, n, name, f"`{name}`"))
    return out


def of_import(fr: Frame, value: Value, name: str, n: int) -> Found:
    """An attribute of a module that was imported by name: ``from sys import argv``."""
    out: Found = {}
    paths = [atom.path if isinstance(atom, Ext) else atom.type for atom in value.atoms if isinstance(atom, Ext | Inst)]
    owners = {path.rpartition(".")[0] for path in paths}
    for rule in fr.catalog.index.attribute_sources[name] if owners else ():
        if rule.owner in owners:
            out.update(of_rule(fr, rule, n, name, f"`{name}` is read"))
    return out


# Words for what holds a text on a screen, behind the name of what it is: ``email_edit``, ``phoneLineEdit``.
_WIDGET = re.compile(r"_?(line|text|plain)?_?(edit|entry|field|var|box|input|ctrl|widget|txt)$", re.IGNORECASE)


# Keywords by which a call is told what it is to give, or to ask for.
_ASKING = ("key", "name", "label", "prompt", "text", "message")


def _asked_for(args: Arguments) -> Value | None:
    """The argument that says what a call is to give: its first, or what is called so."""
    if "key" in args.keywords:
        return args.keywords["key"][0]
    if args.positional:
        return args.positional[0][0]
    return next((args.keywords[name][0] for name in _ASKING if name in args.keywords), None)


def of_call(fr: Frame, callee: Callee, args: Arguments, rule: SourceRule) -> Found:
    """A call's result is a source."""
    key: str | None = None
    required = True
    if rule.data == "$arg0" and (asked := _asked_for(args)) is not None:
        texts = strings(asked)
        key = texts[0] if texts else None
        required = len(args.positional) < 2 and "default" not in args.keywords
    elif rule.data == "$receiver":
        key = _WIDGET.sub("", callee.receiver_name)
    words = f"the result of `{callee.shown or callee.last}()`"
    name = callee.last or rule.data.rpartition(".")[2]
    return of_rule(fr, rule, callee.n, name, words, key, required=required)


# -- by name -----------------------------------------------------------------------------------------------------


def owners(fr: Frame, value: Value) -> tuple[set[str], bool]:
    """The types of a value by name, and whether it may be something that has data as attributes."""
    names: set[str] = set()
    data = not value.atoms
    for atom in value.ordered:
        if isinstance(atom, Obj):
            obj = fr.object(atom.id)
            data = data or obj.kind not in ("module", "env")
            if obj.cls >= 0:
                names.add(fr.program.classes[obj.cls].name)
            elif obj.type:
                names.add(obj.type)
        elif isinstance(atom, Opaque):
            data = True
            names.add(fr.program.classes[atom.cls].name)
        elif isinstance(atom, Inst):
            data = data or not atom.type.startswith("@")
            names.add(atom.type)
        elif not isinstance(atom, Ext | Cls | Func | Bound | Super | Lit):
            data = True
    return names, data


def of_attribute(fr: Frame, value: Value, name: str, n: int, owner_name: str, found: Value | None = None) -> Found:
    """An attribute that, by a rule or by its name, holds personal data."""
    out: Found = {}
    names, data = owners(fr, value)
    out.update(_attribute_rules(fr, value, name, n, owner_name, names))
    if out or not data or name.startswith("__"):
        return out
    if is_request_data(fr, value):
        return of_request_key(fr, name, n, _sender(fr, value), owner_name, required=False)
    record = fr.solver.records.match(value, name, fr)
    if found is not None and not unknown(found):
        made_here = not _is_sent(found) and any(
            isinstance(atom, Obj) and atom.id[0] != "s" and f".{name}" in fr.object(atom.id).fields
            for atom in value.ordered
        )
        if record is None or made_here or any(not isinstance(mark.source, Symbol) for mark in found.marks):
            return _put_together(fr, value, name, n, found)
    if record is not None:
        owner, match = record
        return of_match(fr, n, match, name, "record", Confidence.HIGH, f"`{name}` of `{owner}`")
    if fr.solver.records.is_flag(value, name, fr):
        return {}
    if fr.solver.names_file(fr.fn.module, name):
        return {}
    holder = next(iter(sorted(names)), "") or owner_name
    if holder in ("self", "cls") and fr.fn.cls >= 0:
        holder = fr.program.classes[fr.fn.cls].name
    if any(fr.program.classes[each].name in names for each in fr.solver.user_classes()):
        holder = "user"
    if found is not None and any(isinstance(a, Inst) and a.type.startswith("@query:") for a in found.atoms):
        return {}  # other records, which say themselves what they hold
    named = fr.catalog.classify(name, holder.rpartition(".")[2] or None)
    if named is None or logins.in_class(fr, value, named) or is_doubted(fr, named):
        return {}
    cap = Confidence.HIGH if named.subject or names else Confidence.MEDIUM
    shown = f"{owner_name}.{name}" if owner_name else name
    return of_match(fr, n, named, name, "attribute", cap, f"`{shown}` is read")


_PARTS = frozenset(("identity.first_name", "identity.last_name"))


def _put_together(fr: Frame, value: Value, name: str, n: int, found: Value) -> Found:
    """What is made of the parts of a name, of somebody whom a library knows: ``current_user.full_name``."""
    types = {mark.source.data_type for mark in found.marks if isinstance(mark.source, Origin)}
    if not types or not types <= _PARTS or not any(isinstance(atom, Inst) for atom in value.atoms):
        return {}
    named = fr.catalog.classify(name, "user")
    if named is None or named.data_type != "identity.full_name":
        return {}
    return of_match(fr, n, named, name, "attribute", Confidence.HIGH, f"`{name}` is read")


def _is_sent(value: Value) -> bool:
    """Whether a value is what a user sent, under a name that says nothing."""
    return bool(value.atoms) and all(isinstance(a, Inst) and a.type.startswith(SENT) for a in value.atoms)


_CHECKED = frozenset({"cleaned_data", "validated_data"})  # has every field: a look-up demands nothing


def _is_declared(fr: Frame, value: Value, key: str) -> bool:
    """Whether a mapping of what was sent is that of a record which has a field of this name."""
    label = f"[{key!r}]"
    return any(label in fr.object(atom.id).fields for atom in value.ordered if isinstance(atom, Obj))


def _sender(fr: Frame, value: Value) -> str:
    """From what a key of what a user sent is read: the request, or what a form or schema made of it."""
    types = {a.type if isinstance(a, Inst) else fr.object(a.id).type for a in value.atoms if isinstance(a, Inst | Obj)}
    return CHECKED if types == {CHECKED} else "request"


def is_request_data(fr: Frame, value: Value) -> bool:
    """Whether a value is a mapping of what a user sent."""
    for atom in value.ordered:
        type_ = fr.library_type(atom)
        if type_ and fr.solver.library.is_sent(type_):
            return True
    return False


def _attribute_rules(fr: Frame, value: Value, name: str, n: int, owner_name: str, names: set[str]) -> Found:
    out: Found = {}
    index = fr.catalog.index
    attributes, fields = index.attribute_sources, index.field_sources
    rules = (*attributes.get(name, ()), *attributes.get("*", ()))
    if rules and all(isinstance(a, Obj) and not fr.object(a.id).type and fr.object(a.id).cls < 0 for a in value.atoms):
        fr.need(value)
    for rule in rules:
        if _owned(fr, value, names, rule.owner, owner_name):
            out.update(of_rule(fr, rule, n, name, f"`{owner_name + '.' if owner_name else ''}{name}` is read"))
    for rule in (*fields.get(name, ()), *fields.get("*", ())):
        if _owned(fr, value, names, rule.owner, owner_name):
            out.update(of_rule(fr, rule, n, name, f"`{name}` of `{rule.owner}`"))
    return out


def _owned(fr: Frame, value: Value, names: set[str], owner: str, owner_name: str) -> bool:
    if owner in ("", "*"):
        return True
    if owner == owner_name and not names:
        return True
    if routes.may_be(owner, owner_name, names):
        return True
    from privlint.flow.matching import class_names

    all_names = class_names(fr, value) | names
    for atom in value.ordered:
        if isinstance(atom, Inst):
            all_names.add(atom.type)
            for rule in fr.solver.library.type_order(atom.type):
                all_names.update((rule.name, *rule.aliases))
        elif isinstance(atom, Ext):
            all_names.update((atom.path, routes.as_class(atom.path)))
    return any(match_path(owner, own) or own.rpartition(".")[2] == owner for own in all_names)


def of_item(
    fr: Frame, value: Value, key: str, n: int, owner_name: str, found: Value, *, required: bool = True
) -> Found:
    """An item whose literal key names personal data; ``required``: the look-up fails where it is missing."""
    names, data = owners(fr, value)
    out = of_known_item(fr, value, key, n, owner_name, names)
    if not out and not key.islower() and key in fr.catalog.index.item_sources:
        fr.need(value)  # a caller that knows whose it is (a message's, a header's) knows the item
    if out or not data:
        return out
    if is_request_data(fr, value):
        if _is_declared(fr, value, key):  # the form or schema says so itself, at its field
            return {}
        needed = required and owner_name not in _CHECKED
        return of_request_key(fr, key, n, _sender(fr, value), owner_name, required=needed)
    sent = is_request_data(fr, found)  # and kept under a key that was sent, too
    if (not unknown(found) and not sent) or is_page(key):
        return {}
    match = fr.catalog.classify(key, owner_name or None)
    if match is None and (collection := collection_of(value)):
        match = fr.catalog.classify(key, collection)
        match = match if match is not None and match.data_type.startswith(OF_ROWS) else None
    if match is None and owner_name:
        match = neighbours.match(fr.catalog, key, owner_name, neighbours.keys(fr, owner_name))
    if match is None or logins.in_class(fr, value, match) or is_doubted(fr, match):
        return {}
    if logins.in_keys(fr, match, owner_name):
        return {}
    fr.need(value)
    cap = Confidence.HIGH if match.subject and match.confidence is Confidence.HIGH else Confidence.MEDIUM
    return of_match(fr, n, match, key, "key", cap, f"`{owner_name or 'item'}[{key!r}]` is read")


def of_known_item(fr: Frame, value: Value, key: str, n: int, owner_name: str, names: set[str]) -> Found:
    """What rules say of an item."""
    out: Found = {}
    index = fr.catalog.index
    for rule in (*index.item_sources.get(key, ()), *index.item_sources.get("*", ())):
        if _owned(fr, value, names, rule.owner, owner_name):
            out.update(of_rule(fr, rule, n, key, f"`{owner_name or 'item'}[{key!r}]` is read", key))
    return out


OF_ROWS: tuple[str, ...] = (  # data types of which each is by whose row it is
    "identity.", "contact.", "demographic.", "account.", "health.", "financial.",
)  # fmt: skip


def told_as_number(fr: Frame, value: Value, args: Arguments) -> Value:
    """What a message tells of an argument: of what it shows as a number (``"%d followers"``), how many there are."""
    if not any(isinstance(m.source, Origin) and fr.catalog.is_counted(m.source.data_type) for m in value.marks):
        return value
    from privlint.flow.models import templates  # late: they look up sources

    given = [each for each, _ in args.positional]
    at = next((index for index, each in enumerate(given) if each is value), 0)
    messages = [index for index in range(min(at, 2)) if templates.template(given[index]) is not None]
    if not messages or not templates.is_number(given[messages[-1]], at - messages[-1] - 1):
        return value
    marks = {
        mark: way
        for mark, way in value.marks.items()
        if isinstance(mark.source, Symbol) or not fr.catalog.is_counted(mark.source.data_type)
    }
    return Value(value.atoms, marks)


def counted_by(fr: Frame, value: Value) -> Value:
    """What groups of people are told apart by: of a city or an age no more than a statistic is left."""
    marks = {
        m: w
        for m, w in value.marks.items()
        if isinstance(m.source, Symbol) or not fr.catalog.is_statistic(m.source.data_type)
    }
    return value if len(marks) == len(value.marks) else Value(value.atoms, marks)


def unknown(value: Value) -> bool:
    """Whether a name may say what a value does not: nothing certain is known of it (only symbols, if anything)."""
    if any(not isinstance(mark.source, Symbol) for mark in value.marks):
        return False
    for atom in value.ordered:
        if isinstance(atom, Obj):
            if atom.id[0] != "s" and SLICED not in value.atoms:
                return False
        elif isinstance(atom, Unsure | Trait) or (isinstance(atom, Lit) and atom.value is None):
            continue
        elif isinstance(atom, Inst):
            if not atom.type.endswith("()") and "." in atom.type and not atom.type.startswith("builtins.str"):
                return False
        elif not isinstance(atom, Ext):
            return isinstance(atom, Opaque) and False
    return True


def says_little(value: Value) -> bool:
    """Whether a name may say what a value does not: nothing is known of it but, maybe, that code which is not there
    made it of something of a caller's."""
    return all(isinstance(mark.source, Symbol) and mark.weak for mark in value.marks) and unknown(value)


def words_of(marks: Mapping[Mark, Hop | None]) -> list[str]:
    """The data types of marks, for messages."""
    return sorted({m.source.data_type for m in marks if isinstance(m.source, Origin)})
