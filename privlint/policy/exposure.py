"""What the rules about exposure (PRV301 to PRV311) share: data that reaches a kind of sink unprotected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from privlint.model.data import Protection
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.context import Context, Place
from privlint.policy.rule import Rule

UNPROTECTED = (Protection.CLEAR, Protection.PSEUDONYMISED_WEAK)


def exposed(
    context: Context,
    rule: Rule,
    kinds: Collection[str],
    verbs: tuple[str, str],
    what: str,
    *,
    concerns: Callable[[str], bool] = lambda data_type: True,
) -> Iterator[Finding]:
    """Results of ``rule`` for unprotected data in sinks of ``kinds``.

    Args:
        verbs: ``("is written", "are written")``.
        what: the rest of the sentence, with ``{sink}`` for the callee: ``"to a log by {sink}"``.
        concerns: which data types the rule is about.
    """
    places = context.places(
        lambda each: (
            each.kind in kinds and each.flow.protection in UNPROTECTED and concerns(each.flow.origin.data_type)
        ),
    )
    for place in places:
        severity = "error" if rule.severity == "warning" and _grave(context, place) else ""
        yield context.finding(rule.code, place, _message(context, place, verbs, what), severity=severity)


def _grave(context: Context, place: Place) -> bool:
    return place.protection is Protection.CLEAR and context.is_sensitive(place.types)


def _message(context: Context, place: Place, verbs: tuple[str, str], what: str) -> str:
    data = wording.data(place.types, context.catalog)
    owner = wording.subject_phrase(place.subject)
    form = wording.in_form(place.protection)
    verb = wording.verb(place.types, *verbs)
    rest = what.replace("{sink}", wording.clean(place.target.callee) or "this statement")
    return f"{data}{owner}{form} {verb} {rest}{wording.origins(place.flows())}"
