"""What is shown as a whole: all headers of a request, all that a form was filled in with, all of a payload."""

from __future__ import annotations

from privlint.flow import neighbours
from privlint.flow.frame import Frame
from privlint.flow.origins import Found, make, of_match
from privlint.flow.values import Atom, Obj
from privlint.model.data import Confidence

_WHOLES = frozenset(("privlint.web.RequestData", "privlint.web.RequestJson", "privlint.web.RequestBody"))


def shown(fr: Frame, atom: Atom) -> Found:
    """The data in the text of what a user sent: of headers, what a rule says that they have; of a form or a body, what
    the same function looks up in it by name."""
    type_ = fr.library_type(atom)
    rules = fr.solver.library.type_order(type_) if type_ else ()
    if not any(rule.request_data and (rule.shown or rule.name in _WHOLES) for rule in rules):
        return {}
    n, owner = fr.solver.current_node, type_.rpartition(".")[2]
    keys = [key for rule in rules for key in rule.shown]
    found: Found = {}
    for key in keys:
        for rule in fr.catalog.index.item_sources.get(key, ()):
            if rule.owner in [name for each in rules for name in (each.name, *each.aliases)]:
                words = f"all of the {owner.lower()} is taken, and so `{key}`"
                found.update(make(fr, n, rule.data, key, "request", rule.subject, Confidence.MEDIUM, words=words))
    for key in () if keys else neighbours.of_payloads(fr):
        words = f"all that was sent is taken, and so `{key}`"
        found.update(of_match(fr, n, fr.catalog.classify(key, "request"), key, "request", Confidence.MEDIUM, words))
    return found


def by_keys(fr: Frame, name: str, n: int) -> Found:
    """The data in what is kept in a variable, by the keys that the function looks up in it: ``payload["email"]``."""
    found: Found = {}
    for key in sorted(neighbours.keys(fr, name)):
        match = fr.catalog.classify(key, name)
        if match is not None and match.confidence is Confidence.HIGH:
            words = f"`{name}` is taken as a whole, and so `{key}`"
            found.update(of_match(fr, n, match, key, "key", Confidence.MEDIUM, words))
    return found


def of_parameter(fr: Frame, atom: Atom) -> Found:
    """The same of a parameter of which nothing else is known."""
    if not isinstance(atom, Obj) or atom.id[0] != "s" or len(atom.id) < 3 or atom.id[2]:
        return {}
    obj = fr.object(atom.id)
    number = atom.id[1]
    if obj.cls >= 0 or obj.type or not isinstance(number, int) or number >= len(fr.ir.params):
        return {}
    return by_keys(fr, fr.ir.params[number].name, fr.solver.current_node)
