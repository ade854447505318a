"""What the rules about consent (PRV401, PRV402) share: which basis is declared, and whether a way is one of consent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from privlint.model.declaration import Collects, Receives
from privlint.model.facts import Check, Way
from privlint.model.finding import Related
from privlint.policy import wording
from privlint.policy.context import Context, Delivery
from privlint.policy.sharing import entries, shared

BASES = frozenset(("consent", "separate-consent", "guardian-consent"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of one purpose; a check that is asked with one of them is about all of them.
_ALIKE = tuple(
    _words(alike)
    for alike in (
        "marketing newsletter promotion promotional promo offers advertising ads advertisement campaign mailing "
        "营销 广告 推送 yingxiao guanggao tuisong",
        "analytics tracking statistics measurement usage telemetry metrics performance 统计 分析 tongji fenxi",
        "profiling personalisation personalization recommendation recommendations targeting "
        "推荐 个性化 tuijian gexinghua",
        "sharing third partner partners share 分享 共享 fenxiang gongxiang",
        # What may be opted out of by the law of California: to be sold, and to be shared for advertising.
        "sell sale selling sold share sharing advertising ads advertisement targeting",
    )
)
_PURPOSES = frozenset().union(*_ALIKE) | _words(
    "research sale sell survey support billing delivery registration fraud security essential functional necessary "
    "training insurance recruitment"
)
# How somebody is reached, and which data it is: no purpose.
_NO_PURPOSE = _words(
    "contact sms email mail phone push calls cookie cookies location health biometric terms account recording "
    "recordings photo photos picture pictures image images video videos voice audio face fingerprint dna genetic "
    "medical diagnosis allergy allergies camera microphone guardian guardians parent parents parental child children"
)
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CONSENT = _words(  # they say nothing of the purpose
    "consent consents consented opt optin opted in agreed agree gdpr has is user given granted grant yes true accepted "
    "accept ok okay allows may permit permitted permission "
    "active status type kind purpose preferences settings flag allow allowed explicit valid current data "
    "允许 同意 选择 yunxu tongyi xuanze privacy policy self request get check for to on signed confirmed all any"
)


def words(text: str) -> frozenset[str]:
    """A purpose in plain words: ``email-marketing`` and ``EmailMarketing`` are the same."""
    return frozenset(word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text)))


def named(check: Check, known: Iterable[str]) -> list[frozenset[str]]:
    """The purposes that a check names, in words: what it is asked with, and purposes in its own name."""
    out: list[frozenset[str]] = []
    every = frozenset().union(*(words(purpose) for purpose in known)) | _PURPOSES
    for text in check.purposes:
        found = words(text) - _CONSENT - _NO_PURPOSE
        if found and "\0" not in text:
            out.append(found)
    if not out:
        own = (words(check.name) - _CONSENT) & every
        if own:
            out.append(own)
    return out


def suits(check: Check, purpose: str | None, known: Iterable[str]) -> bool:
    """Whether a check is about a purpose: it names none, or that one."""
    if purpose is None:
        return True
    asked = named(check, known)
    if not asked:
        return True
    wanted = words(purpose)
    return any(_same(each, wanted) for each in asked)


def _same(asked: frozenset[str], wanted: frozenset[str]) -> bool:
    if asked <= wanted or wanted <= asked:
        return True
    return any(asked & alike and wanted & alike for alike in _ALIKE)


def consent_entries(context: Context, each: Delivery) -> list[tuple[Receives, str]]:
    """The entries of the declaration that give consent as the basis of a delivery, each with that basis.

    Nothing where another entry for the same data and recipient stands on another basis: the call may be about that.
    """
    if context.declaration is None or each.party is None or not shared(context, each):
        return []
    out: list[tuple[Receives, str]] = []
    for entry in entries(context, each.party, each.flow.origin.data_type):
        basis = entry.basis or _collected_on(context, entry, each.flow.origin.data_type)
        if basis not in BASES:
            return []
        out.append((entry, basis))
    return out


def _collected_on(context: Context, entry: Receives, data_type: str) -> str:
    """The basis of the ``collects`` entry for that data and purpose; of several the one that is no consent."""
    declared = context.declaration.collects if context.declaration is not None else ()
    covering = [each for each in declared if context.catalog.covers(each.data, data_type)]
    if entry.purpose is not None:
        covering = [each for each in covering if _has_purpose(each, entry.purpose)]
    bases = [each.basis or "" for each in covering]
    return next((basis for basis in bases if basis not in BASES), bases[0] if bases else "")


def _has_purpose(collects: Collects, purpose: str) -> bool:
    return any(words(each) == words(purpose) for each in collects.purposes)


def purposes(context: Context) -> list[str]:
    """All purposes that the declaration names."""
    declaration = context.declaration
    if declaration is None:
        return []
    out = [purpose for each in declaration.collects for purpose in each.purposes]
    out += [entry.purpose for each in declaration.recipients for entry in each.receives if entry.purpose]
    return out


def consents(way: Way) -> list[Check]:
    """The checks of consent on a way."""
    return [check for check in way.checks if check.kind == "consent"]


def along(way: Way) -> list[Related]:
    """The way, as places: where it begins, and the calls on it."""
    out = [Related(way.start, f"{wording.clean(way.name)} begins a way")] if way.start is not None else []
    return out + [Related(site, "called here, on a way without the check") for site in way.calls[:-1]]
