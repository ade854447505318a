"""Iterators over sequences whose items are known: pieces of them, copies of them, what is left of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from privlint.flow import guards
from privlint.flow.access import store
from privlint.flow.constants import literal
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, key_label, known_keys
from privlint.flow.models.merging import known_items
from privlint.flow.models.registry import function
from privlint.flow.values import NONE, Lit, Value, join_all, of, text_key

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


def _made(fr: Frame, n: int, items: list[Value], tag: object = "seq") -> Value:
    fields = {f"[{at}]": each for at, each in enumerate(items)}
    return of(fr.allocate(n, Object("iter", fields=fields), tag))


def _of_any(fr: Frame, n: int, whole: Value, tag: object = "seq") -> Value:
    return of(fr.allocate(n, Object("iter", fields={"[*]": whole} if whole else {}), tag))


@function("itertools.islice")
def _slice(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The items between two positions, where these are constants."""
    if not args.positional:
        return None
    items = known_items(fr, args.positional[0][0])
    bounds = [_bound(value) for value, _ in args.positional[1:]]
    if items is None or not 0 < len(bounds) < 4 or -1 in bounds:
        return _of_any(fr, callee.n, element(fr, args.positional[0][0]))
    try:
        return _made(fr, callee.n, list(itertools.islice(items, *bounds)))
    except ValueError:  # the program would fail, too
        return None


def _bound(value: Value) -> int | None:
    """A position; None where there is no bound, -1 where it is not known."""
    if value.atoms == NONE.atoms and not value.marks:
        return None
    numbers = [a.value for a in value.atoms if isinstance(a, Lit) and isinstance(a.value, int)]
    return numbers[0] if len(numbers) == len(value.atoms) == 1 else -1


@function("itertools.tee")
def _tee(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """Several iterators over the same items, each of which goes on by itself."""
    if not args.positional:
        return None
    number = _bound(args.positional[1][0]) if len(args.positional) > 1 else 2
    items = known_items(fr, args.positional[0][0])
    if items is None or number is None or not 0 < number < 5:
        inner = _of_any(fr, callee.n, element(fr, args.positional[0][0]), "tee")
        return _of_any(fr, callee.n, inner)
    each = {f"[{at}]": _made(fr, callee.n, items, ("tee", at)) for at in range(number)}
    return of(fr.allocate(callee.n, Object("tuple", fields=each), "seq"))


@function("itertools.compress")
def _compress(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The items that are chosen, where which of them is told by constants."""
    values = [value for value, _ in args.positional]
    items, chosen = (known_items(fr, value) for value in values) if len(values) == 2 else (None, None)
    answers = [guards.truth(each) for each in chosen or ()]
    if items is None or chosen is None or None in answers:
        return _of_any(fr, callee.n, element(fr, values[0])) if values else None
    return _made(fr, callee.n, [each for each, answer in zip(items, answers, strict=False) if answer])


@function("dict.fromkeys", "collections.OrderedDict.fromkeys")
def _from_keys(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A mapping of these keys, all with the same value: what the keys are taken from may have others."""
    if not args.positional:
        return None
    given, value = args.positional[0][0], args.positional[1][0] if len(args.positional) > 1 else NONE
    names = known_keys(fr, given)
    keys = known_items(fr, given) if names is None else [literal(text_key(name)) for name in names]
    labels = [key_label(fr, key) for key in keys] if keys is not None else [None]
    made = of(fr.allocate(callee.n, Object("dict"), "dict"))
    for label in labels:
        store(fr, made, label or "[*]", value, strong=label is not None)
    if None in labels:
        store(fr, made, "[#]", element(fr, given) if keys is None else join_all(keys), strong=False)
    return made
