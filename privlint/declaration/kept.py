"""What of a declaration another format has no place for, as plain values in the declaration's own shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privlint.model.declaration import AutomatedDecision, Declaration

_KEYS = ("app_type", "laws", "automated_decisions", "internal", "consent", "exports", "security")


def rest_of(declaration: Declaration) -> dict[str, Any]:
    """All of a declaration beside its controller, ``collects`` and ``recipients``, without what it does not say."""
    rest = {
        "app_type": declaration.app_type,
        "laws": list(declaration.laws),
        "automated_decisions": [_decision(each) for each in declaration.automated_decisions],
        "internal": _filled(hosts=declaration.internal_hosts, packages=declaration.internal_packages),
        "consent": _filled(checks=declaration.consent_checks),
        "exports": _filled(access_controls=declaration.access_controls, audit=declaration.audit),
        "security": list(declaration.security),
    }
    return {key: value for key, value in rest.items() if value}


def rest_in(own: Mapping[str, Any]) -> dict[str, Any]:
    """What ``rest_of`` gave, out of a mapping that holds other things, too."""
    return {key: own[key] for key in _KEYS if isinstance(own.get(key), str | list | dict)}


def _filled(**lists: tuple[str, ...]) -> dict[str, list[str]]:
    return {key: list(values) for key, values in lists.items() if values}


def _decision(each: AutomatedDecision) -> dict[str, str]:
    entry = {"data": each.data, "purpose": each.purpose, "basis": each.basis}
    return {key: value for key, value in entry.items() if value}
