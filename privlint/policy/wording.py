"""The words of messages: which data, whose, in which form, from where.  Names come from hostile code: one line each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from privlint.catalog import Catalog
from privlint.model.data import Protection
from privlint.model.declaration import Declaration
from privlint.model.facts import FlowFact
from privlint.model.finding import RecipientInfo

_MAX_NAME = 60
_NAME_OF_ITS_OWN = re.compile(r"\w+-[A-Z]")
_MAX_ORIGINS = 3
_FORMS = {
    Protection.CLEAR: "in the clear",
    Protection.PSEUDONYMISED_WEAK: "pseudonymised by a hash that can be reversed",
    Protection.MASKED: "masked",
    Protection.PSEUDONYMISED: "pseudonymised",
    Protection.ENCRYPTED: "encrypted",
}


def clean(text: str, limit: int = _MAX_NAME) -> str:
    """Text from the analysed code, on one line, without control characters, and not too long."""
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def data(types: Sequence[str], catalog: Catalog) -> str:
    """``email address (contact.email) and phone number (contact.phone)``."""
    return listed([_data_type(each, catalog) for each in types])


def subject_phrase(subject: str | None) -> str:
    """`` of customer``, or nothing where it is not known whose the data is."""
    return f" of {clean(subject)}" if subject else ""


def form(protection: Protection) -> str:
    """In which form data is sent."""
    return _FORMS.get(protection, protection.word)


def in_form(protection: Protection) -> str:
    """The form as an aside, for data that is not in the clear."""
    return "" if protection is Protection.CLEAR else f", {form(protection)},"


def party(info: RecipientInfo) -> str:
    """``Mixpanel (US)``."""
    name = clean(info.name)
    return f"{name} ({info.country})" if info.country else name


def origins(flows: Iterable[FlowFact]) -> str:
    """`` [from request.form["email"]]``: the sources as written, none of them twice."""
    names = list(dict.fromkeys(clean(flow.origin.name) for flow in flows if flow.origin.name))
    if not names:
        return ""
    more = f" and {len(names) - _MAX_ORIGINS} more" if len(names) > _MAX_ORIGINS else ""
    return f" [from {', '.join(names[:_MAX_ORIGINS])}{more}]"


def declaration_name(declaration: Declaration) -> str:
    """``privacy.yml``, without its folder."""
    return clean(PurePosixPath(declaration.path).name)


def verb(types: Sequence[str], one: str, many: str, catalog: Catalog) -> str:
    """The form of the verb that goes with these data types: `posts are`, `phone number is`."""
    return one if len(types) == 1 and not _is_plural(label(types[0], catalog)) else many


def _is_plural(text: str) -> bool:
    """Whether a label is of many: ``call records``, and not ``postal address``, ``alias``, ``content of emails``."""
    head = text.partition(" (")[0].partition(" of ")[0]
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "as"))


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def label(type_id: str, catalog: Catalog) -> str:
    """What a data type is called inside a sentence; "" where it has no name but its id."""
    kind = catalog.data_types.get(type_id)
    text = clean(kind.label) if kind is not None else ""
    own = text[1:2].islower() and not _NAME_OF_ITS_OWN.match(text)
    return text[0].lower() + text[1:] if own else text  # "Email address" but not "IP address", "Wi-Fi"


def _data_type(type_id: str, catalog: Catalog) -> str:
    text = label(type_id, catalog)
    return f"{text} ({clean(type_id)})" if text else clean(type_id)
