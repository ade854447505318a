"""The closed vocabularies of a declaration: legal bases, forms, transfer mechanisms, laws."""

from __future__ import annotations

import re

from privlint.declaration.countries import EEA

VERSION = 1

# Each word with what it means, for editors and for people who write a declaration.
FORMS = {
    "clear": "As it is, or so encoded that anybody can read it.",
    "masked": "With parts taken out or replaced by stars.",
    "pseudonymised": "Replaced by a token or a hash; still personal data.",
    "encrypted": "Encrypted with a key that the recipient does not need to have.",
}
BASES = {
    "consent": "The person agreed to this purpose (GDPR Art. 6(1)(a), PIPL Art. 13(1)).",
    "separate-consent": "The person agreed to this alone, apart from everything else (PIPL Art. 23, 29, 39).",
    "guardian-consent": "A parent or guardian agreed (PIPL Art. 31, GDPR Art. 8).",
    "contract": "Needed for a contract with the person (GDPR Art. 6(1)(b), PIPL Art. 13(2)).",
    "legal-obligation": "A law demands it (GDPR Art. 6(1)(c), PIPL Art. 13(3)).",
    "vital-interests": "Life or health depends on it (GDPR Art. 6(1)(d), PIPL Art. 13(4)).",
    "public-interest": "A task in the public interest (GDPR Art. 6(1)(e), PIPL Art. 13(5)).",
    "legitimate-interests": "An interest that outweighs the person's (GDPR Art. 6(1)(f); the PIPL has none).",
}
TRANSFERS = {
    "standard-contract": "Standard contractual clauses (PIPL Art. 38(3), GDPR Art. 46(2)(c)).",
    "security-assessment": "An assessment by the authority was passed (PIPL Art. 38(1), 40).",
    "certification": "A certification by a recognised body (PIPL Art. 38(2), GDPR Art. 46(2)(f)).",
    "adequacy": "The country's protection is recognised as adequate (GDPR Art. 45).",
    "binding-rules": "Binding corporate rules (GDPR Art. 47).",
    "exempt": "The law exempts this transfer (GDPR Art. 49; Chinese rules of 2024 on cross-border data flows).",
}

_NUMBER = "[0-9]+([.,][0-9]+)?"
_DATE = f"({_NUMBER}Y)?({_NUMBER}M)?({_NUMBER}D)?"
_TIME = f"(T(?=[0-9])({_NUMBER}H)?({_NUMBER}M)?({_NUMBER}S)?)?"
# An ISO 8601 duration, as a regular expression for Python and for JSON Schema.
DURATION = f"P(?=[0-9T])({_NUMBER}W|{_DATE}{_TIME})"
# A package as it is imported; "-" is read as "_", since many write the name under which it is distributed.
PACKAGE = r"[^\W\d][\w-]*(\.[^\W\d][\w-]*)*"
HOST = r"[^\s/\\@]+"

_UNITS = (
    ("Y", "year", "y", "年"),
    ("M", "month", "mo", "m", "个月", "月"),
    ("W", "week", "w", "周"),
    ("D", "day", "d", "天", "日"),
    ("H", "hour", "h", "小时"),
)

# Laws by the country that made them; the tables in ``rules/laws`` hold their articles.
LAWS = {
    "PIPL": "Personal Information Protection Law of the People's Republic of China",
    "CSL": "Cybersecurity Law of the People's Republic of China",
    "NDSR": "Chinese Regulations on Network Data Security Management",
    "CC": "Civil Code of the People's Republic of China",
    "CRL": "Law on the Protection of Consumer Rights and Interests of the People's Republic of China",
    "CrL": "Criminal Law of the People's Republic of China",
    "MinReg": "Chinese Regulations on the Protection of Minors in Cyberspace",
    "Scope39": "Chinese Provisions on the Scope of Necessary Personal Information for Common Types of Apps",
    "AppM": "Chinese Methods for Identifying Unlawful Collection and Use of Personal Information by Apps",
    "GBT35273": "GB/T 35273, Information security technology: Personal information security specification",
    "GDPR": "General Data Protection Regulation of the European Union",
    "CCPA": "California Consumer Privacy Act, as amended by the CPRA",
}
_CHINESE = tuple(law for law in LAWS if law not in ("GDPR", "CCPA"))


def default_laws(country: str | None) -> tuple[str, ...]:
    """Whose articles findings cite for a controller in ``country`` that names no laws; () where none is known."""
    if country == "CN":
        return _CHINESE
    if country in EEA or country == "GB":  # the UK GDPR kept the numbers of the articles
        return ("GDPR",)
    if country == "US":
        return ("CCPA",)
    return ()


def duration_meant(words: str) -> str | None:
    """The ISO 8601 duration that ``2 years``, ``90d``, ``p2y`` or ``P12H`` was meant to be, if that can be told."""
    if re.fullmatch(DURATION, words.upper()):
        return words.upper()
    plain = re.fullmatch(r"P?T?\s*([0-9]+)\s*([^\W\d]+?)s?", words.strip(), re.IGNORECASE)
    if plain is None:
        return None
    number, unit = plain[1], plain[2].casefold()
    letter = next((letter for letter, *names in _UNITS if unit in names), None)
    if letter is None:
        return None
    return f"PT{number}{letter}" if letter == "H" else f"P{number}{letter}"
