"""The closed vocabularies of a declaration: legal bases, forms, transfer mechanisms, laws."""

from __future__ import annotations

from privlint.declaration.countries import EEA

VERSION = 1

FORMS = ("clear", "masked", "pseudonymised", "encrypted")

BASES = (
    "consent",
    "separate-consent",
    "guardian-consent",
    "contract",
    "legal-obligation",
    "vital-interests",
    "public-interest",
    "legitimate-interests",
)

TRANSFERS = (
    "standard-contract",
    "security-assessment",
    "certification",
    "adequacy",
    "binding-rules",
    "exempt",
)

_NUMBER = "[0-9]+([.,][0-9]+)?"
_DATE = f"({_NUMBER}Y)?({_NUMBER}M)?({_NUMBER}D)?"
_TIME = f"(T(?=[0-9])({_NUMBER}H)?({_NUMBER}M)?({_NUMBER}S)?)?"
# An ISO 8601 duration, as a regular expression for Python and for JSON Schema.
DURATION = f"P(?=[0-9T])({_NUMBER}W|{_DATE}{_TIME})"

# Laws by the country that made them; the tables in ``rules/laws`` hold their articles.
_CHINESE = ("PIPL", "CSL", "NDSR", "CC", "CRL", "CrL", "MinReg", "Scope39", "AppM", "GBT35273")
LAWS = (*_CHINESE, "GDPR", "CCPA")


def default_laws(country: str | None) -> tuple[str, ...]:
    """Whose articles findings cite for a controller in ``country`` that names no laws; () where none is known."""
    if country == "CN":
        return _CHINESE
    if country in EEA or country == "GB":  # the UK GDPR kept the numbers of the articles
        return ("GDPR",)
    if country == "US":
        return ("CCPA",)
    return ()
