"""Who receives: from a sink's hosts, package and named recipient to the party behind it."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from privlint.catalog import Catalog
from privlint.model.declaration import Declaration, DeclaredRecipient
from privlint.model.facts import Target
from privlint.model.finding import RecipientInfo
from privlint.model.rules import Recipient
from privlint.policy.aliases import called, companies, names, plain, provides

_INTERNAL_SUFFIXES = (".localhost", ".local", ".internal", ".localdomain", ".lan", ".svc", ".home.arpa")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\Z")

# What an infrastructure provider's kind of business makes of data that reaches it.
_INFRASTRUCTURE = {
    "object-storage": "object-storage",
    "database": "database",
    "data-warehouse": "database",
    "vector-database": "database",
    "search": "database",
    "cache": "cache",
    "queue": "queue",
    "observability": "telemetry",
    "logging": "telemetry",
}


class Party(NamedTuple):
    """A recipient outside.  ``key`` tells parties apart; ``declared``: the declaration's entries that mean it;
    ``hosts``: the addresses by which it was reached."""

    key: str
    info: RecipientInfo
    declared: tuple[DeclaredRecipient, ...] = ()
    catalogued: Recipient | None = None
    hosts: tuple[str, ...] = ()

    @property
    def infrastructure(self) -> str | None:
        """The kind of sink that it is, where it is infrastructure (object store, database, queue, telemetry)."""
        known = self.catalogued
        return _INFRASTRUCTURE.get(known.kind) if known is not None and known.infrastructure else None

    @property
    def provider(self) -> bool:
        """Whether somebody is known to stand behind it, beyond a host's bare name."""
        return self.catalogued is not None or bool(self.declared)


class Reached(NamedTuple):
    """Where a sink leads: to parties outside, to a place of one's own (``internal``), or nobody knows (neither).

    ``nearby`` says that the data does not leave the machine or the private network at all.
    """

    parties: tuple[Party, ...] = ()
    internal: bool = False
    nearby: bool = False


class Resolver:
    """Finds the parties behind sinks, with the declaration's word over the catalogue's."""

    def __init__(self, catalog: Catalog, declaration: Declaration | None) -> None:
        self._catalog = catalog
        self._declaration = declaration
        self._declared = declaration.recipients if declaration else ()
        self._cache: dict[tuple[str | None, tuple[str, ...], str | None, bool], Reached] = {}

    def resolve(self, target: Target) -> Reached:
        """The parties behind one sink."""
        key = (target.recipient, target.hosts, target.package, target.kind == "sdk")
        if key not in self._cache:
            self._cache[key] = self._resolve(*key)
        return self._cache[key]

    def declared(self, entry: DeclaredRecipient) -> Party:
        """The party that an entry of the declaration means, whether or not any code reaches it."""
        known = next(filter(None, map(self._catalog.recipient_for_host, entry.hosts)), None)
        known = known or next(filter(None, map(self._catalog.recipient_for_package, entry.packages)), None)
        known = known or self._called(entry.name)
        country = entry.country or (known.countries[0] if known is not None and known.countries else None)
        key, kind = (known.id, known.kind) if known is not None else (entry.name, None)
        return Party(key, RecipientInfo(entry.name, kind, country), (entry,), known)

    def _called(self, name: str) -> Recipient | None:
        """The recipient of the catalogue that goes by a name."""
        said = sorted(called(name), key=len, reverse=True)
        return next((known for each in said if (known := self._by_name.get(each)) is not None), None)

    @functools.cached_property
    def _by_name(self) -> dict[str, Recipient]:
        """The catalogue's recipients by what a declaration may call them."""
        named: dict[str, Recipient] = {}
        for known in self._catalog.recipients.values():
            for name in names(known):
                named.setdefault(name, known)
        return named

    def products(self, entry: DeclaredRecipient) -> list[Recipient]:
        """What of the catalogue an entry of the declaration means: one recipient, a cloud with all its services, or
        all of the company it names."""
        known = self.declared(entry).catalogued
        every = self._catalog.recipients.values()
        if known is not None:
            return [known, *(each for each in every if each is not known and provides(known, each))]
        return [each for each in every if plain(entry.name) in companies(each)]

    def means(self, entry: DeclaredRecipient, party: Party) -> bool:
        """Whether an entry of the declaration is this party: by hosts and packages, or by name."""
        return entry in party.declared or entry in self._declared_by_name(party.catalogued, party.info.name)

    def _resolve(self, recipient: str | None, hosts: tuple[str, ...], package: str | None, sdk: bool) -> Reached:
        named = [clean for clean in dict.fromkeys(map(clean_host, hosts)) if clean]
        far = [host for host in named if not nearby(host)]
        outside = [host for host in far if not self._is_own_host(host)]
        if package and self._is_own_package(package):
            return Reached(internal=True)
        if far and not outside:
            return Reached(internal=True)
        if recipient is not None and not named:  # else the address that its client was given tells who it is
            return Reached((self._named(recipient, outside, package),))
        if named and not outside:
            return Reached(internal=True, nearby=True)
        if outside:
            return Reached(_merged(self._host(host, package) for host in outside))
        party = self._package(package, sdk) if package else None
        return Reached((party,) if party else ())

    def _is_own_host(self, host: str) -> bool:
        return self._declaration is not None and self._declaration.is_internal_host(host)

    def _is_own_package(self, package: str) -> bool:
        return self._declaration is not None and any(
            _is_prefix(own, package) for own in self._declaration.internal_packages
        )

    def _named(self, recipient: str, hosts: list[str], package: str | None) -> Party:
        known = self._catalog.recipients.get(recipient)
        return self._party(known, recipient, hosts, package)

    def _host(self, host: str, package: str | None) -> Party:
        return self._party(self._catalog.recipient_for_host(host), host, [host], package)

    def _package(self, package: str, sdk: bool) -> Party | None:
        """The party behind a package; a package that nobody knows names a party only where it is an SDK."""
        known = self._catalog.recipient_for_package(package)
        declared = any(_is_prefix(own, package) for each in self._declared for own in each.packages)
        return self._party(known, package, [], package) if known or declared or sdk else None

    def _party(self, known: Recipient | None, name: str, hosts: list[str], package: str | None) -> Party:
        by_place = [each for each in self._declared if _matches_place(each, known, hosts, package)]
        if len(by_place) > 1:  # "*.aliyuncs.com" means other services than the one whose package is named
            by_place = [each for each in by_place if _is_named(each, known, hosts, package)] or by_place
        declared = by_place or self._declared_by_name(known, name)
        country = next((each.country for each in declared if each.country), None)
        if country is None and known is not None and known.countries:
            country = known.countries[0]
        shown = known.name if known is not None else name
        if by_place:
            shown = by_place[0].name
        key = known.id if known is not None else (by_place[0].name if by_place else name)
        kind = known.kind if known is not None else None
        return Party(key, RecipientInfo(shown, kind, country), tuple(declared), known, tuple(hosts))

    def _declared_by_name(self, known: Recipient | None, name: str) -> list[DeclaredRecipient]:
        """Declared recipients of that name; failing that, the cloud that it is a service of, the company behind it."""
        wanted = {plain(name), *(names(known) if known is not None else ())}
        found = [each for each in self._declared if called(each.name) & wanted]
        if found or known is None:
            return found
        clouds = [(each, self._called(each.name)) for each in self._declared]
        found = [each for each, cloud in clouds if cloud is not None and provides(cloud, known)]
        return found or [each for each in self._declared if plain(each.name) in companies(known)]


def _merged(parties: Iterable[Party]) -> tuple[Party, ...]:
    """Each party once, with all its hosts."""
    merged: dict[str, Party] = {}
    for party in parties:
        earlier = merged.get(party.key)
        merged[party.key] = party if earlier is None else earlier._replace(hosts=(*earlier.hosts, *party.hosts))
    return tuple(merged.values())


def _matches_place(
    declared: DeclaredRecipient, known: Recipient | None, hosts: Iterable[str], package: str | None
) -> bool:
    """Whether the hosts or packages of a declared recipient mean this party."""
    all_hosts = [*hosts, *(known.hosts if known is not None else ())]
    if any(host_matches(pattern, host) for pattern in declared.hosts for host in all_hosts):
        return True
    packages = [*([package] if package else []), *(known.packages if known is not None else ())]
    return any(_is_prefix(own, each) for own in declared.packages for each in packages)


def _is_named(declared: DeclaredRecipient, known: Recipient | None, hosts: Iterable[str], package: str | None) -> bool:
    """Whether a declared recipient names the very packages or host of a party, and no mere pattern of hosts."""
    packages = [*([package] if package else []), *(known.packages if known is not None else ())]
    if any(_is_prefix(own, each) for own in declared.packages for each in packages):
        return True
    return any("*" not in pattern and host_matches(pattern, host) for pattern in declared.hosts for host in hosts)


def host_matches(pattern: str, host: str) -> bool:
    """Whether a host pattern (``*`` for anything) means ``host``; a plain host also stands for its sub-domains."""
    pattern = clean_host(pattern) if "*" not in pattern else pattern.lower()
    if not pattern:
        return False
    return fnmatchcase(host, pattern) or ("*" not in pattern and host.endswith("." + pattern))


@functools.lru_cache(maxsize=4096)  # every host is compared with every declared one
def clean_host(host: str) -> str:
    """A host in lower case without port, user or brackets; "" where its registered part cannot be told.

    A first part that the code computes (``{tenant}.partner.example``) is dropped.
    """
    host = host.strip().lower().rpartition("@")[2].rstrip(".")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    if host.count(":") == 1:
        host = host.partition(":")[0]
    if _address(host) is not None:
        return host
    labels = host.split(".")
    while labels and not _is_label(labels[0]):
        del labels[0]
    if len(labels) < len(host.split(".")) and len(labels) < 2:
        return ""
    return ".".join(labels) if all(map(_is_label, labels)) else ""


def _is_label(label: str) -> bool:
    return bool(_LABEL.match(label.encode("idna").decode() if not label.isascii() and _idna(label) else label))


def _idna(label: str) -> bool:
    try:
        label.encode("idna")
    except UnicodeError:
        return False
    return True


def nearby(host: str) -> bool:
    """Whether a host is this machine or one of its private network: loopback, private addresses, bare names."""
    address = _address(host)
    if address is not None:
        return not address.is_global
    return "." not in host or host.endswith(_INTERNAL_SUFFIXES)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_prefix(package: str, dotted: str) -> bool:
    return dotted == package or dotted.startswith(package + ".")
