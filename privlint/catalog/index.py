"""Rules by what they speak of, for look-ups while the program is analysed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from privlint.catalog.paths import match_path
from privlint.model.rules import (
    CallPattern,
    ConnectionRule,
    PropagatorRule,
    RecordRule,
    Rules,
    SanitizerRule,
    ScrubberRule,
    SinkRule,
    SourceRule,
    TypeRule,
)


class CallRules(NamedTuple):
    """All rules about calls that end in the same name, each with the pattern that says which callee it means."""

    sinks: tuple[tuple[CallPattern, SinkRule], ...] = ()
    sources: tuple[tuple[CallPattern, SourceRule], ...] = ()
    sanitizers: tuple[tuple[CallPattern, SanitizerRule], ...] = ()
    propagators: tuple[tuple[CallPattern, PropagatorRule], ...] = ()
    connections: tuple[tuple[CallPattern, ConnectionRule], ...] = ()
    scrubbers: tuple[tuple[CallPattern, ScrubberRule], ...] = ()


_AnyRule = SinkRule | SourceRule | SanitizerRule | PropagatorRule | ConnectionRule | ScrubberRule
_Rule = TypeVar("_Rule", SinkRule, SourceRule, SanitizerRule, PropagatorRule, ConnectionRule, ScrubberRule)


class CallIndex:
    """Rules about calls by the last part of the callee."""

    def __init__(self, rules: Rules) -> None:
        self._exact: dict[str, list[tuple[CallPattern, _AnyRule]]] = {}
        self._starred: list[tuple[str, CallPattern, _AnyRule]] = []
        self._wild: list[tuple[str, str, CallPattern, _AnyRule]] = []
        self._cache: dict[str, CallRules | None] = {}
        self._wild_cache: dict[str, tuple[CallRules, ...]] = {}
        sources = [rule for rule in rules.sources if rule.at == "call"]
        sinks = [rule for rule in rules.sinks if rule.at != "return"]
        every: list[_AnyRule] = [
            *sinks, *sources, *rules.sanitizers, *rules.propagators, *rules.connections,
            *rules.scrubbers,
        ]  # fmt: skip
        for rule in every:
            for pattern in rule.calls:
                last = pattern.path.rpartition(".")[2]
                if last == "*":
                    top = pattern.path.partition(".")[0]
                    inner = pattern.path[:-2].rpartition(".")[2].strip("*")
                    self._wild.append((top, inner, pattern, rule))
                elif "*" in last:
                    self._starred.append((last, pattern, rule))
                else:
                    self._exact.setdefault(last, []).append((pattern, rule))

    def wild(self, path: str) -> tuple[CallRules, ...]:
        """The rules about any method of what ``path`` is a method of (``zeep.ServiceProxy.*``)."""
        try:
            return self._wild_cache[path]
        except KeyError:
            first = path.partition(".")[0]
            found = [
                (pattern, rule)
                for top, inner, pattern, rule in self._wild
                if top == first or (top in ("*", "**") and inner and inner in path)
            ]
            answer = self._wild_cache[path] = (_sorted(found),) if found else ()
            return answer

    def named(self, last: str) -> CallRules | None:
        """The rules about callees that end in ``last``; None if there are none."""
        try:
            return self._cache[last]
        except KeyError:
            found = list(self._exact.get(last, ()))
            found.extend((pattern, rule) for star, pattern, rule in self._starred if match_path(star, last))
            answer = self._cache[last] = _sorted(found) if found else None
            return answer


def _sorted(found: list[tuple[CallPattern, _AnyRule]]) -> CallRules:
    def only(kind: type[_Rule]) -> tuple[tuple[CallPattern, _Rule], ...]:
        return tuple((pattern, rule) for pattern, rule in found if isinstance(rule, kind))

    return CallRules(
        only(SinkRule),
        only(SourceRule),
        only(SanitizerRule),
        only(PropagatorRule),
        only(ConnectionRule),
        only(ScrubberRule),
    )


class RuleIndex:
    """All other rules, by name.

    Attributes:
        load_sources: bare name -> rules; request_sources: those about whatever is sent with a request.
        attribute_sources, item_sources, field_sources: attribute name, literal key, field name (``*``: any) -> rules.
        parameter_sources: parameter name (``*``: any) -> rules.
        attribute_sinks, item_sinks: attribute name, literal key (``*``: any) -> rules; raise_sinks: all of them.
        return_sinks: name of a function -> rules about what it gives back; answers: types by their addresses.
        types: a type's dotted name or alias -> its rule (of several, merged, the later ones first to be asked).
        made_by: function -> name of the type of its result; objects: dotted path of an object -> type;
        named: variable name -> type, where nothing better is known.
        factories: last parts of functions that are told by name what to make (``made_by: boto3.client(s3)``);
        filled: types whose objects are filled with data, which leaves with them.
        records: how classes are recognised whose fields are data; guards: sanitizers that are checks.
    """

    def __init__(self, rules: Rules) -> None:
        self.load_sources = _grouped(rules.sources, "load", lambda rule: rule.name)
        self.attribute_sources = _grouped(rules.sources, "attribute", lambda rule: rule.name)
        self.item_sources = _grouped(rules.sources, "item", lambda rule: rule.key)
        self.request_sources = tuple(rule for rule in rules.sources if rule.at == "request")
        self.field_sources = _grouped(rules.sources, "field", lambda rule: rule.name)
        self.parameter_sources = _grouped(rules.sources, "parameter", lambda rule: rule.name)
        self._of_functions: dict[tuple[str, str], tuple[SourceRule, ...]] = {}
        self.attribute_sinks = _sinks(rules.sinks, "attribute", lambda rule: rule.name)
        self.item_sinks = _sinks(rules.sinks, "item", lambda rule: rule.key)
        self.raise_sinks = tuple(rule for rule in rules.sinks if rule.at == "raise")
        self.return_sinks = _by_function(rules.sinks)
        self.records: tuple[RecordRule, ...] = rules.records
        self.guards = tuple(rule for rule in rules.sanitizers if rule.guard)
        self.types: dict[str, TypeRule] = {}
        self.made_by: dict[str, str] = {}
        self.objects: dict[str, str] = {}
        self.named: dict[str, str] = {}
        merged = _merged(rules.types)
        for rule in merged:
            for alias in rule.aliases:
                self.types[alias] = rule
            self.made_by.update(dict.fromkeys(rule.made_by, rule.name))
            self.objects.update(dict.fromkeys(rule.objects, rule.name))
            self.named.update(dict.fromkeys(rule.names, rule.name))
        self.types.update((rule.name, rule) for rule in merged)
        self.factories = {path.partition("(")[0].rpartition(".")[2] for path in self.made_by if path.endswith(")")}
        self.answers = tuple((re.compile(_address(text)), rule.name) for rule in merged for text in rule.answers)
        self.filled = (
            {name for rule in merged if rule.queries for name in (rule.name, *rule.aliases)}
            | {
                pattern.path.rpartition(".")[0]
                for filler in rules.propagators
                if filler.to == "receiver"
                for pattern in filler.calls
                if pattern.kind == "method"
            }
            | {
                pattern.path.rpartition(".")[0]
                for sink in rules.sinks
                if sink.recipient is not None and sink.args.receiver
                for pattern in sink.calls
                if pattern.kind == "method"
            }
        )

    def for_parameter(self, name: str, function: str) -> tuple[SourceRule, ...]:
        """The rules that may mean a parameter of that name of a function so called."""
        return self._meant(name, function) + self._meant("*", function)

    def _meant(self, name: str, function: str) -> tuple[SourceRule, ...]:
        key = (name, function)
        found = self._of_functions.get(key)
        if found is None:
            rules = self.parameter_sources.get(name, ())
            found = self._of_functions[key] = tuple(rule for rule in rules if _may_mean(rule, function))
        return found


def _may_mean(rule: SourceRule, function: str) -> bool:
    return not rule.calls or any(match_path(call.path.rpartition(".")[2], function) for call in rule.calls)


def _grouped(
    rules: Iterable[SourceRule], at: str, key: Callable[[SourceRule], str]
) -> dict[str, tuple[SourceRule, ...]]:
    found: dict[str, list[SourceRule]] = {}
    for rule in rules:
        if rule.at == at:
            found.setdefault(key(rule), []).append(rule)
    return {name: tuple(group) for name, group in found.items()}


def _sinks(rules: Iterable[SinkRule], at: str, key: Callable[[SinkRule], str]) -> dict[str, tuple[SinkRule, ...]]:
    found: dict[str, list[SinkRule]] = {}
    for rule in rules:
        if rule.at == at:
            found.setdefault(key(rule), []).append(rule)
    return {name: tuple(group) for name, group in found.items()}


def _by_function(rules: Iterable[SinkRule]) -> dict[str, tuple[SinkRule, ...]]:
    """The rules about what functions return, by the functions' names; "": about handlers of requests."""
    found: dict[str, list[SinkRule]] = {}
    for rule in rules:
        if rule.at == "return":
            for last in {call.path.rpartition(".")[2] for call in rule.calls} or {""}:
                found.setdefault(last, []).append(rule)
    return {name: tuple(group) for name, group in found.items()}


def _address(pattern: str) -> str:
    """An address with stars, each for a piece of it, as a regular expression; a query may follow."""
    return r"(?:https?://)?" + ".*".join(re.escape(piece) for piece in pattern.split("*")) + r"/?(?:\?.*)?\Z"


def _merged(rules: Iterable[TypeRule]) -> list[TypeRule]:
    """Rules of the same name as one: several packs may each know a part of a type."""
    merged: dict[str, TypeRule] = {}
    for rule in rules:
        known = merged.get(rule.name)
        merged[rule.name] = rule if known is None else _both(known, rule)
    return list(merged.values())


def _both(first: TypeRule, second: TypeRule) -> TypeRule:
    return TypeRule(
        name=first.name,
        aliases=first.aliases + second.aliases,
        bases=first.bases + second.bases,
        attributes=first.attributes + second.attributes,
        returns=first.returns + second.returns,
        items=second.items or first.items,
        made_by=first.made_by + second.made_by,
        objects=first.objects + second.objects,
        names=first.names + second.names,
        request_data=first.request_data or second.request_data,
        sent=first.sent or second.sent,
        open=first.open or second.open,
        shared=first.shared or second.shared,
        queries=first.queries + second.queries,
        linked=first.linked + second.linked,
        stands_for=second.stands_for or first.stands_for,
        shown=first.shown + second.shown,
        answers=first.answers + second.answers,
        loaders=first.loaders + second.loaders,
    )
