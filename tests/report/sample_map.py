"""A data map made by hand: a declared recipient, one that nobody declared, one that nobody knows, hostile names."""

from __future__ import annotations

from privlint.model.data import Confidence, DataType, Protection
from privlint.model.datamap import (
    Cell,
    Collected,
    DataMap,
    Evidence,
    Intake,
    Kept,
    Passage,
    Provenance,
    Receiver,
    Shared,
)
from privlint.model.declaration import AutomatedDecision, Declaration
from privlint.model.location import Location, Span
from privlint.model.report import LocatedStep

HOSTILE = "=cmd|' /C calc'!A0\"><script>alert(1)</script>`]|\n[x](javascript:x) @all \u202eevil"
EMAIL = DataType("contact.email", "Email address", "电子邮件地址")
ID_NUMBER = DataType(
    "identity.national_id", "National identity number", "居民身份证号", "sensitive", maps=(("gdpr9", "no"),)
)
FAITH = DataType(
    "special.religion",
    "Religion",
    "宗教信仰",
    "sensitive",
    maps=(
        ("gdpr9", "yes"),
        ("ccpa", "yes"),
    ),
)


def at(line: int, path: str = "app/views.py") -> Location:
    return Location(path, Span(line, 5, line, 9))


def said(line: int) -> Evidence:
    return Evidence(at(line, "privacy.yml"), "is declared")


def passage(line: int, **more: object) -> Passage:
    values: dict[str, object] = {
        "callee": "requests.post",
        "kind": "http",
        "function": "app.views.lead",
        "protection": Protection.CLEAR,
        "secure": None,
        "subject": "customer",
        "confidence": Confidence.MEDIUM,
        "source": "request.form['email']",
        "evidence": "request",
        "steps": (LocatedStep(at(1), "enters"), LocatedStep(at(2), "passes"), LocatedStep(at(line), "sink")),
        "hosts": ("api.partner.example",),
    }
    return Passage(location=at(line), **{**values, **more})  # type: ignore[arg-type]


def seen(value: str, *lines: int) -> Cell:
    return Cell(value, Provenance.OBSERVED, tuple(Evidence(at(line), "seen", Confidence.HIGH) for line in lines))


def declared(value: str, line: int) -> Cell:
    return Cell(value, Provenance.DECLARED, (said(line),))


def intake(line: int, name: str, owner: str, how: str = "form", required: bool = True) -> Intake:
    return Intake(at(line), name, owner, how, required, "customer", Confidence.HIGH, f"app.forms.{owner}")


MAP = DataMap(
    collected=(
        Collected(
            "contact.email",
            Provenance.BOTH,
            intakes=(intake(3, "email", "SignUp"), intake(4, "email", "Customer", "model")),
            declared=(said(4),),
            subjects=(seen("customer", 3),),
            purposes=(declared("registration", 4), declared("delivery", 4)),
            bases=(declared("contract", 4),),
            retention=(declared("P2Y", 4),),
        ),
        Collected("health", Provenance.DECLARED, declared=(said(5),), purposes=(declared("advice", 5),)),
        Collected("special.religion", Provenance.OBSERVED, intakes=(intake(6, HOSTILE, HOSTILE, required=False),)),
    ),
    shared=(
        Shared(
            "contact.email",
            "(unknown)",
            Provenance.OBSERVED,
            passages=(passage(12, hosts=()), passage(13, hosts=())),
            forms=(seen("clear", 12, 13),),
            manners=(seen("http", 12, 13),),
        ),
        Shared(
            "contact.email",
            "partner",
            Provenance.BOTH,
            passages=(passage(20, protection=Protection.PSEUDONYMISED),),
            declared=(said(9),),
            subjects=(seen("customer", 20),),
            forms=(Cell("pseudonymised", Provenance.BOTH, (said(9), Evidence(at(20), "requests.post"))),),
            transports=(seen("protected", 20),),
            manners=(seen("http", 20),),
            purposes=(declared("delivery", 9),),
            bases=(declared("separate-consent", 9),),
        ),
        Shared(
            "identity.national_id",
            HOSTILE,
            Provenance.OBSERVED,
            passages=(passage(30, callee=HOSTILE, source=HOSTILE, secure=False),),
            forms=(seen("clear", 30),),
            transports=(seen("unprotected", 30),),
            manners=(seen("http", 30),),
        ),
    ),
    kept=(
        Kept(
            "contact.email",
            "database",
            None,
            intakes=(intake(4, "email", "Customer", "model"),),
            forms=(seen("clear", 4),),
        ),
        Kept(
            "contact.email",
            "log",
            None,
            passages=(passage(40, callee="log.info", kind="log"),),
            forms=(seen("masked", 40),),
        ),
    ),
    receivers=(
        Receiver(
            "partner",
            "Partner",
            "third-party",
            Provenance.BOTH,
            company="Partner Ltd",
            kind="analytics",
            declared=(said(7),),
            countries=(declared("US", 7),),
            transfers=(declared("standard-contract", 7),),
            hosts=(Cell("api.partner.example", Provenance.BOTH, (said(7),)),),
            abroad=True,
        ),
        Receiver(HOSTILE, HOSTILE, "third-party", Provenance.OBSERVED, hosts=(seen(HOSTILE, 30),)),
        Receiver("(unknown)", "recipient not known", "unknown", Provenance.OBSERVED),
    ),
    types=(EMAIL, ID_NUMBER, FAITH),
    declaration=Declaration(
        "privacy.yml",
        controller=HOSTILE,
        country="CN",
        contact="privacy@shop.example",
        dpo="+1 555 0100",
        security=("encryption at rest",),
        automated_decisions=(AutomatedDecision("special", "targeting", None, at(15, "privacy.yml")),),
    ),
    files=3,
    lines=120,
    unreadable=("app/<broken>.py",),
    version="0.1.0",
)
