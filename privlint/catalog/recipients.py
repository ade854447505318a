"""Recipients by the host that data is sent to and by the package that sends it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from privlint.model.rules import Recipient


class RecipientIndex:
    """Looks recipients up; where two claim the same host or package, the one given last wins (a user's pack)."""

    def __init__(self, recipients: Iterable[Recipient]) -> None:
        self._hosts: dict[str, Recipient] = {}
        self._patterns: list[tuple[str, Recipient]] = []  # hosts with a * inside: oss-*.aliyuncs.com
        self._packages: dict[str, Recipient] = {}
        for recipient in recipients:
            for host in recipient.hosts:
                plain = host.lower().removeprefix("*.").strip(".")
                if "*" in plain:
                    self._patterns.append((plain, recipient))
                else:
                    self._hosts[plain] = recipient
            for package in recipient.packages:
                self._packages[package] = recipient

    def for_host(self, host: str) -> Recipient | None:
        """The recipient of ``host`` or of its nearest parent domain."""
        name = host.lower().strip(".").partition(":")[0]
        for pattern, recipient in reversed(self._patterns):
            if fnmatchcase(name, pattern) or fnmatchcase(name, "*." + pattern):
                return recipient
        while name:
            found = self._hosts.get(name)
            if found is not None:
                return found
            name = name.partition(".")[2]
        return None

    def for_package(self, dotted: str) -> Recipient | None:
        """The recipient whose package is the longest prefix of ``dotted`` in whole parts."""
        while dotted:
            found = self._packages.get(dotted)
            if found is not None:
                return found
            dotted = dotted.rpartition(".")[0]
        return None
