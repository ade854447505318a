"""A report made by hand: four files, six findings, one of each severity at least."""

from __future__ import annotations

from dataclasses import replace

from privlint.model.finding import RecipientInfo
from privlint.model.location import Location, Span
from privlint.model.report import LocatedStep, Report, Result, RuleInfo

FORMS = """\
from flask import request


def read_form():
    email = request.form["email"]
    return {"email": email, "phone": request.form.get("phone")}
"""

VIEWS = """\
import logging
import mixpanel

from app.forms import read_form

log = logging.getLogger(__name__)
mp = mixpanel.Mixpanel("token")


def sign_up():
    data = read_form()
    log.info("new user %s", data["email"])
    mp.track("1", "signup", {
        "email": data["email"],
        "phone": data["phone"],
    })
\tlog.debug("电话 𝄞 %s", data["phone"])
"""

DECLARATION = """\
version: 1
recipients:
  - name: Mixpanel
    receives:
      - {data: account.user_id}
"""

BROKEN = "def broken(:\n"

TEXTS = {"app/forms.py": FORMS, "app/views.py": VIEWS, "privacy.yml": DECLARATION, "app/broken.py": BROKEN}

DOC = """\
What it does: reports personal data that is written to a log.

## Why
Logs are read by many, kept long and [copied](https://example.org/) to other systems.

```python
log.info("new user %s", user.email)  # PRV301
```
"""

RULES = (
    RuleInfo(
        "PRV301",
        "personal-data-in-log",
        "Personal data is written to a log",
        DOC,
        "warning",
        "6.5",
        "high",
        ("CWE-532", "CWE-359"),
        ("exposure",),
        ("PIPL 51", "GDPR 32"),
    ),
    RuleInfo(
        "PRV202",
        "undeclared-data-to-recipient",
        "The recipient is declared, but not for this data",
        "Compares what is sent to a recipient with `privacy.yml`.",
        "error",
        "7.5",
        "high",
        ("CWE-213", "CWE-359"),
        ("sharing",),
        ("PIPL 23", "GDPR 13"),
    ),
    RuleInfo(
        "PRV902",
        "declared-but-not-sent",
        "Declares data to a recipient that no code sends it to",
        "Compares `privacy.yml` with what is sent.",
        "note",
        "1.0",
        "medium",
        (),
        ("declaration",),
        (),
    ),
    RuleInfo(
        "PRV001",
        "unreadable-file",
        "A file cannot be parsed",
        "It is left out.",
        "error",
        "1.0",
        "very-high",
        (),
        (),
        (),
    ),
)


def at(path: str, needle: str, nth: int = 1, texts: dict[str, str] = TEXTS) -> Location:
    """The region of the ``nth`` occurrence of ``needle`` in a file."""
    text, start = texts[path], -1
    for _ in range(nth):
        start = text.index(needle, start + 1)
    before, stop = text[:start], start + len(needle)
    return Location(
        path,
        Span(
            before.count("\n") + 1,
            start - before.rfind("\n"),
            text.count("\n", 0, stop) + 1,
            stop - text[:stop].rfind("\n"),
        ),
    )


def step(path: str, needle: str, text: str, nth: int = 1) -> LocatedStep:
    """A step at ``needle``."""
    return LocatedStep(at(path, needle, nth), text)


EMAIL_READ = step("app/forms.py", 'request.form["email"]', "e-mail address read from the form")
EMAIL_RETURN = step("app/forms.py", '{"email": email', "put under the key 'email' and returned")
PHONE_READ = step("app/forms.py", 'request.form.get("phone")', "phone number read from the form")
CALL = step("app/views.py", "read_form()", "returned by read_form()")

LOG = Result(
    code="PRV301",
    location=at("app/views.py", 'data["email"]'),
    message="contact.email is written to the log by log.info",
    severity="warning",
    data_types=("contact.email",),
    subject="customer",
    sink_kind="log",
    recipient=None,
    protection="clear",
    confidence="high",
    legal=("PIPL 51", "GDPR 32"),
    flows=((EMAIL_READ, EMAIL_RETURN, CALL, step("app/views.py", 'data["email"]', "logged")),),
    function="app.views.sign_up",
    sink="logging.Logger.info",
)

SHARING = Result(
    code="PRV202",
    location=at("app/views.py", '{\n        "email": data["email"],\n        "phone": data["phone"],\n    }'),
    message="contact.email, contact.phone reach Mixpanel, which is declared, but not for data['x']",
    severity="error",
    data_types=("contact.email", "contact.phone"),
    subject="customer",
    sink_kind="sdk",
    recipient=RecipientInfo("Mixpanel", "analytics", "US"),
    protection="clear",
    confidence="medium",
    legal=("PIPL 23", "GDPR 13"),
    flows=(
        (EMAIL_READ, CALL, step("app/views.py", 'data["email"]', "sent by mp.track", 2)),
        (PHONE_READ, CALL, step("app/views.py", 'data["phone"]', "sent by mp.track")),
    ),
    related=(step("privacy.yml", "{data: account.user_id}", "what is declared"),),
    function="app.views.sign_up",
    sink="mixpanel.Mixpanel.track",
)

WIDE = replace(
    LOG,
    location=at("app/views.py", 'data["phone"]', 2),
    message="contact.phone is written to the log by log.debug",
    data_types=("contact.phone",),
    flows=((step("app/views.py", 'data["phone"]', "read and logged", 2),),),
    sink="logging.Logger.debug",
)

DECLARED = Result(
    code="PRV902",
    location=at("privacy.yml", "{data: account.user_id}"),
    message="account.user_id is declared to go to Mixpanel, but no code sends it",
    severity="note",
    data_types=("account.user_id",),
    subject=None,
    sink_kind="declaration",
    recipient=RecipientInfo("Mixpanel", None, None),
    protection="clear",
    confidence="low",
    legal=(),
)

UNREADABLE = Result(
    code="PRV001",
    location=Location("app/broken.py", Span(1, 12, 1, 12)),
    message="cannot be parsed: unexpected ':'",
    severity="error",
    data_types=(),
    subject=None,
    sink_kind="collection",
    recipient=None,
    protection="clear",
    confidence="high",
    legal=(),
)

SUPPRESSED = replace(
    LOG, location=at("app/views.py", "log.info"), suppressed="privlint: ignore[PRV301] agreed", message="hidden"
)

REPORT = Report(
    results=(SUPPRESSED, DECLARED, WIDE, SHARING, LOG, UNREADABLE),
    rules=RULES,
    texts=TEXTS,
    files=12,
    lines=3456,
    seconds=1.25,
    suppressed=1,
    limits={"width of a value": 3},
    root="/home/somebody/project",
    version="0.1.0",
)

HOSTILE_PATH = "a b/\x1b[31m`|<img src=x>\n::error::%0A&\"'=cmd@x,y:z]]>.py"
HOSTILE_LINE = "x = '\x1b]0;title\x07\u202e</script><script>alert(1)</script>' + \"=1+1\"  # `|@someone ]]> \udcff"
HOSTILE_TEXTS = {HOSTILE_PATH: f"{HOSTILE_LINE}\n"}

HOSTILE = Report(
    results=(
        Result(
            code="PRV301",
            location=Location(HOSTILE_PATH, Span(1, 5, 1, 40)),
            message="=cmd|' /C calc'!A0 \x1b[2J\r\n::error::x%0A\n# <script>alert(1)</script> [a](javascript:x) @someone #1 `",
            severity="warning",
            data_types=("contact.email",),
            subject=None,
            sink_kind="log",
            recipient=RecipientInfo("</td><script>alert(2)</script>\x1b[31m|`[x](y)", "@kind", "US"),
            protection="pseudonymised",
            confidence="low",
            legal=("GDPR 32",),
            flows=(
                (
                    LocatedStep(Location(HOSTILE_PATH, Span(1, 5, 1, 40)), "]]> </details><script>\x1b[2J\n::error::"),
                    LocatedStep(Location("no text.py", Span(99, 1, 99, 2)), "{0} ``` ~~~ |"),
                ),
            ),
            related=(LocatedStep(Location("other.py", Span(0, 0, 0, 0)), "a [link](http://x) \\"),),
            function="f\x00<g>",
            sink="=sink()",
        ),
    ),
    rules=RULES,
    texts=HOSTILE_TEXTS,
    files=1,
    lines=1,
    version="0.1.0",
)
