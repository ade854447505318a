"""The statutory necessary sets: what an app of a type may require for its basic function, of whom, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from privlint.catalog import Catalog
from privlint.policy import wording
from privlint.policy.collecting import COMPOSITES, words

# Any one of a kind is enough: the rule says "contact details", "fund account, card or payment account".
_ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    "contact.any_method": ("contact.phone", "contact.landline", "contact.email", "contact.im_handle"),
    "financial.any_account": (
        "financial.fund_account",
        "financial.card_number",
        "financial.bank_account",
        "financial.payment_account",
    ),
}
_ALTERNATIVE_LABELS = {
    "contact.any_method": "one contact detail",
    "financial.any_account": "one fund, bank or payment account",
}

# Whose data a name says it is; "nobody" is a person whom no set knows, "account" the user who signs up.
_ROLES: Mapping[str, frozenset[str]] = {
    "nobody": words(
        "emergency spouse husband wife relative parent mother father guardian child kid sibling friend "
        "referee referrer colleague"
    ),
    "recipient": words(
        "recipient consignee receiver addressee shipping delivery shoujianren shouhuoren shouhuo 收件人 收货人"
    ),
    "payee": words("payee beneficiary shoukuanren 收款人"),
    "sender": words("sender shipper consignor jijianren 寄件人"),
    "seller": frozenset(["seller", "vendor", "出售方"]),
    "buyer": frozenset(["buyer", "purchaser", "购买方"]),
    "account": words("signup registration register zhuce 注册"),
}
_OTHERS = frozenset({"recipient", "payee", "listing", "parcel"})  # never the user who signs up


class Need(NamedTuple):
    """One entry of a set: which data, of whom, and for which part of the service."""

    subject: str
    data: tuple[str, ...]
    when: str = ""
    where: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    def applies(self, context: frozenset[str]) -> bool:
        """Whether code with these words in its names may be the part of the service that the entry is for."""
        return bool(self.where & context) or not self.elsewhere & context


class NecessarySet:
    """The set of one app type, from its entry in the table of app types."""

    def __init__(self, entry: Mapping[str, Any], catalog: Catalog) -> None:
        self.name = str(entry.get("name", ""))
        self.function = str(entry.get("function", ""))
        self.article = str(entry.get("article", "5"))
        self._catalog = catalog
        self.needs: Sequence[Need] = [
            Need(
                str(need.get("subject", "user")),
                tuple(str(each) for each in need.get("data", ())),
                str(need.get("when", "")),
                frozenset(str(each) for each in need.get("where", ())),
                frozenset(str(each) for each in need.get("elsewhere", ())),
            )
            for need in entry.get("necessary", ())
        ]

    def refuses(self, data_type: str, names: frozenset[str], context: frozenset[str]) -> str | None:
        """Why data of a type is outside the set, or None where it is inside.

        Args:
            data_type: what is required.
            names: the words of the field's own name, which say whose it is.
            context: the words of what holds the field and of the code around it.

        Returns:
            ``""`` where the set has nothing of the kind; else in words what of it the set allows instead.
        """
        covering = [need for need in self.needs if self._covers(need, data_type)]
        if not covering:
            return ""
        role = _role(names) or _role(context)
        if role:
            kept = [need for need in covering if _plays(need.subject, role)]
            if not kept:
                return f"only that of the {_who(covering)}"
            covering = kept
        if all(need.when and not need.applies(context | names) for need in covering):
            return f"only {covering[0].when}"
        return None

    def _covers(self, need: Need, data_type: str) -> bool:
        if data_type in COMPOSITES:
            return all(self._covers(need, part) for part in COMPOSITES[data_type])
        for declared in need.data:
            for each in _ALTERNATIVES.get(declared, (declared,)):
                if self._catalog.covers(each, data_type):
                    return True
        return False

    def allowed(self) -> str:
        """What the set allows, in words."""
        if not self.needs:
            return "no personal information at all"
        parts = []
        for need in self.needs:
            named = [_ALTERNATIVE_LABELS.get(each) or wording.label(each, self._catalog) for each in need.data]
            when = f", {need.when}" if need.when else ""
            parts.append(f"{wording.listed(named)} ({need.subject.replace('_', ' ')}{when})")
        return "; ".join(parts)


def _role(found: frozenset[str]) -> str:
    return next((role for role, known in _ROLES.items() if known & found), "")


def _plays(subject: str, role: str) -> bool:
    """Whether the entry for ``subject`` speaks of a person in this role."""
    if role == "nobody":
        return False
    if role in ("recipient", "payee", "sender", "seller", "buyer"):
        user = subject in ("user", "registered_user") and role in ("sender", "seller", "buyer")
        return subject == role or user
    return subject not in _OTHERS


def _who(needs: Sequence[Need]) -> str:
    return wording.listed(sorted({need.subject.replace("_", " ") for need in needs}))
