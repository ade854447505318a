"""More is required than the declared type of app needs: data outside the statutory necessary set.

## What it does

Holds the *required* inputs (look-ups that fail or refuse the request where the value is missing, fields of forms,
serializers, request bodies and tables that may not be left empty) against the necessary set of the declared
``app_type``: the data without which the basic function of such an app cannot work, by the Chinese rule on 39 common
types of apps (Art. 5). The set says whose data it is (the consignee's address, not that of a friend), and some entries
hold for a part of the service only; both are honoured, as far as names tell.

It is no breach, and is not reported, if

- the input is optional: the rule is about refusing the basic function to somebody who withholds it (Art. 4);
- it serves something beside the basic function (a newsletter, a survey, a review, a search for what is near, paying
  out), or is asked of somebody who is no consumer (an employee, a courier, a merchant, whoever leads a group);
- it is what signing in takes (a username, a password, a one-time code), or finds an account that is there already;
- the declaration gives it a basis without consent, such as ``legal-obligation``.

Without a declaration, or without ``app_type`` in it, the rule is silent.

## Why it matters

Whoever must give more than the service needs has no choice: the law calls that excessive collection. It is what
regulators test for first: they install the app and look at which fields cannot be left empty.

## Example

```yaml
app_type: online_shopping     # may require: phone number; consignee's name, address, phone; payment record
```

```python
class SignUp(BaseModel):
    phone: str
    birthday: date
```

Instead, leave it out, or make it optional and refusable:

```python
class SignUp(BaseModel):
    phone: str
    birthday: date | None = None
```

## Confidence

That of the evidence that the data is personal; ``medium`` for columns of tables, which need not be asked of anybody,
and where only the place tells whose data it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from privlint.model.data import Confidence
from privlint.model.facts import CollectionFact
from privlint.model.finding import Finding
from privlint.policy import wording
from privlint.policy.collecting import WITHOUT_CONSENT, by_site, declared_at, entries, taker, words
from privlint.policy.context import Context, collected
from privlint.policy.declared import key
from privlint.policy.necessary import NecessarySet
from privlint.policy.rule import Rule

RULE = Rule(
    "PRV102", "beyond-necessary-set", "warning", "6.5", "high", ("CWE-359", "CWE-213"), ("privacy", "collection")
)

# What signing in takes is inherent to having an account.
_SIGNING_IN = frozenset(
    {
        "account.username",
        "account.user_id",
        "account.password",
        "account.security_answer",
        "account.access_token",
        "account.verification_code",
        "online.session_id",
    }
)
# What a server notes of a connection, or a program of what it did, is not asked of anybody: a table has it, no form.
_NOTED = ("online.", "behavior.", "commerce.", "communication.", "device.user_agent", "account.third_party_id")
# Functions beside the basic one, and people on the other side of the counter.
_BESIDE = words(
    "newsletter survey questionnaire feedback review rating comment campaign marketing promotion lottery raffle "
    "sweepstake sweepstakes helpdesk support contactus contactform alert push notification subscription "
    "nearby withdraw withdrawal payout fujin tixian 附近 提现 "
    "tuisong tongzhi dingyue fankui pingjia pinglun diaocha wenjuan choujiang huodong kefu 推送 反馈 评价 问卷 抽奖"
)
_SUPPLY_SIDE = words(
    "admin backoffice dashboard management staff employee employment personnel payroll hr recruiter merchant vendor "
    "supplier courier driver rider dealer agent partner franchise leader streamer "
    "houtai guanliyuan yuangong qishou siji peisongyuan kuaidiyuan shangjia shanghu "
    "dailishang jiameng tuanzhang zhubo 骑手 司机 商家 员工 后台 团长 主播"
)
# To find an account that is there already is not to collect more.
_KNOWN_ALREADY = words(
    "login signin authenticate authentication reauth reset forgot recover recovery activate activation verify "
    "verification changeemail"
)
# Where one signs in by an account at another platform, that is what it takes.
_BY_ANOTHER = words("login signin auth oauth sso wechat weixin wx miniprogram denglu shouquan authenticate callback")
_STAFF = frozenset({"employee", "job_applicant"})


def check(context: Context) -> Iterable[Finding]:
    """One result for each place where something outside the set is required."""
    declaration = context.declaration
    entry = context.catalog.app_types.get(declaration.app_type or "") if declaration else None
    if declaration is None or not isinstance(entry, dict):
        return
    needed = NecessarySet(entry, context.catalog)
    seekers = frozenset(need.subject for need in needed.needs)
    root = _root(context.collections)
    for facts in by_site(context, lambda fact: fact.required and _counts(context, fact, seekers, root)):
        refused = {fact.data_type: why for fact in facts if (why := _refused(needed, fact, root)) is not None}
        if refused:
            kept = [fact for fact in facts if fact.data_type in refused]
            yield _finding(context, needed, kept, refused)


def _root(facts: Sequence[CollectionFact]) -> str:
    """The package that holds all there is: the name of the program, which tells nothing of one of its parts."""
    found = {fact.function.partition(".")[0] for fact in facts if fact.function}
    return f"{found.pop()}." if len(found) == 1 else ""


def _around(fact: CollectionFact, root: str) -> frozenset[str]:
    """The words of what holds a field and of the code around it."""
    return words(fact.owner, fact.function.removeprefix(root))


def _counts(context: Context, fact: CollectionFact, subjects: frozenset[str], root: str) -> bool:
    """Whether an input is asked of a consumer, on the way of the basic function."""
    if fact.data_type in _SIGNING_IN or (fact.how == "model" and fact.data_type.startswith(_NOTED)):
        return False
    around = _around(fact, root)
    if fact.data_type == "account.third_party_id" and around & _BY_ANOTHER:
        return False
    if around & (_BESIDE | _KNOWN_ALREADY) or (around & _SUPPLY_SIDE and not around & subjects):
        return False
    if fact.subject in _STAFF and not (fact.subject == "job_applicant" and "job_seeker" in subjects):
        return False
    return not any(entry.basis in WITHOUT_CONSENT for entry in entries(context, fact.data_type))


def _refused(needed: NecessarySet, fact: CollectionFact, root: str) -> str | None:
    return needed.refuses(fact.data_type, words(fact.name), _around(fact, root))


def _finding(context: Context, needed: NecessarySet, facts: list[CollectionFact], refused: dict[str, str]) -> Finding:
    first = facts[0]
    types = sorted(refused)
    reason = next((why for why in refused.values() if why), "")
    allowed = f" ({reason})" if reason else ""
    name = needed.name[:1].lower() + needed.name[1:]
    article = "an" if name[:1] in "aeio" else "a"  # a used-car app
    message = (
        f"{wording.data(types, context.catalog)}{wording.subject_phrase(first.subject)} "
        f"{context.verb(types, 'is', 'are')} required{taker(first)}, beyond what {article} {name} app may require for "
        f"{needed.function}{allowed}: the rule on necessary personal information (Scope39 {needed.article}) allows "
        f"{needed.allowed()}; "
        f"make it optional or leave it out [from {wording.clean(first.name)}]"
    )
    confidence = max(fact.confidence for fact in facts)
    if reason or first.how == "model":
        confidence = min(confidence, Confidence.MEDIUM)
    related = declared_at(entry for each in types for entry in entries(context, each))
    if context.declaration is not None:
        related = [*key(context.declaration, "app_type", f"the app is declared to be of type {name}"), *related]
    legal = ("Scope39 4", "Scope39 5")  # the set is theirs, whichever laws the declaration names
    return collected(RULE.code, facts, message, confidence=confidence, related=related, legal=legal)
