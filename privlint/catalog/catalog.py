"""What privlint knows, ready to be asked: the public face of the rule packs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from privlint.catalog.index import CallIndex, CallRules, RuleIndex
from privlint.catalog.names import Names
from privlint.catalog.owners import is_kept_setting
from privlint.catalog.parts import Parts
from privlint.catalog.recipients import RecipientIndex
from privlint.catalog.tables import load_table
from privlint.catalog.vocabulary import TypeNames, Vocabulary
from privlint.model.data import Confidence, DataType, NameMatch, Protection
from privlint.model.declaration import Declaration
from privlint.model.rules import Recipient, Rules, SafeguardRule

_PROOFS = frozenset(("token", "secret"))  # what something logs in with, where it stands beside a server


class Catalog:
    """All rules of a run and the questions that other stages put to them.

    Attributes:
        rules: the rules in the order in which the packs were given.
        data_types: all known data types by id.
        recipients: all known recipients by id.
        spellings: what data types are called, as the packs write it, by id.
        index: rules by the place they speak of (attributes, items, parameters, types, ...).
        packs: the folders that tables are read from.
    """

    def __init__(
        self,
        rules: Rules,
        data_types: Mapping[str, DataType],
        names: Mapping[str, Sequence[TypeNames]],
        vocabulary: Vocabulary,
        packs: Sequence[Path] = (),
    ) -> None:
        self.rules = rules
        self.data_types = data_types
        self.recipients: Mapping[str, Recipient] = {recipient.id: recipient for recipient in rules.recipients}
        self.spellings = names
        self.index = RuleIndex(rules)
        self.packs = tuple(packs)
        self._calls = CallIndex(rules)
        self._names = Names(data_types, names, vocabulary)
        self._parts = Parts(self._names)
        self._by_host_or_package = RecipientIndex(rules.recipients)
        self._annotations = {
            dotted: data_type for data_type, groups in names.items() for group in groups for dotted in group.annotations
        }
        self._last_annotations = {dotted.rpartition(".")[2]: kind for dotted, kind in self._annotations.items()}
        self._needs = {rule.kind: rule for rule in rules.needs}
        self._covered: dict[str, frozenset[str]] = {}
        self._tables: dict[str, dict[str, Any]] = {}

    def classify(self, name: str, owner: str | None = None) -> NameMatch | None:
        """The data type that ``name`` is taken for, or None.

        Args:
            name: an identifier, a literal key, a column name.
            owner: the class, variable or table that has it: ``User``, ``customer``, ``request.form``.
        """
        return self._names.classify(name, owner)

    def explain(self, name: str, owner: str | None = None) -> list[str]:
        """Why ``classify`` answers as it does, in lines; the last one is the answer."""
        return self._names.explain(name, owner)

    def akin(self, name: str, data_type: str, part: str) -> bool:
        """Whether what stands under ``part`` can be the data of that type which was called ``name``."""
        return self._parts.akin(name, data_type, part)

    def is_thing(self, owner: str) -> bool:
        """Whether what an owner holds is that of an organisation, a machine or a setting."""
        found = self._names.owner(owner)
        return found.organisation or found.machine

    def means_other(self, name: str, data_type: str, beside: str, machines: bool = False) -> bool:
        """Whether a name is no data of that type where it belongs to ``beside``: the author of a book; with
        ``machines`` also where that is a machine or code: the full name of a repository."""
        names = self._names
        owner = names.owner(beside)
        if owner.person is not None or not owner.head or (owner.machine and not machines):
            return False
        words = (owner.head, *names.lexicon.words(name))
        return names.spellings.is_banned(words, data_type, len(words))

    def is_never(self, name: str, data_type: str) -> bool:
        """Whether a name says that it is no data of that type, whatever it is declared as: ``support_email``."""
        return any(True for _ in self._names.spellings.banned(self._names.lexicon.words(name), data_type))

    def is_setting(self, name: str) -> bool:
        """Whether what is called so is settings: ``BOT_IDENTITY``, ``mail_config``."""
        return is_kept_setting(self._names.owner(name))

    def is_payload(self, name: str) -> bool:
        """Whether a name speaks of what somebody sends as a whole (``data``, ``form``), not of a part of it."""
        lists, words = self._names.lists, self._names.lexicon.words(name)
        return (
            not words or words[-1] in lists["requests"] or words[-1] in lists["rows"] or words[-1] in lists["carriers"]
        )

    def is_of_organisation(self, name: str) -> bool:
        """Whether a name speaks of a company, a shop, a team: ``create_company``."""
        return any(word in self._names.lists["organisations"] for word in self._names.lexicon.words(name))

    def is_person(self, name: str) -> bool:
        """Whether what is called so is somebody: ``Profile``, ``claimant``."""
        owner = self._names.owner(name)
        lists = self._names.lists
        return owner.person is not None and owner.word not in (*lists["situations"], *lists["addresses"])

    def is_animal(self, name: str) -> bool:
        """Whether what is called so is an animal: ``NewPet``, ``animals``; who has one is not."""
        return self._names.owner(name).head in self._names.lists["animals"]

    def may_be_thing(self, name: str) -> bool:
        """Whether what is called so is somebody or something: ``Account``, ``Client``."""
        return self._names.owner(name).head in self._names.lists["maybe_things"]

    def is_maker(self, name: str) -> bool:
        """Whether what is called so is somebody who is known by works: ``Authors``, ``TrackArtist``."""
        return self._names.owner(name).head in self._names.lists["makers"]

    @property
    def test_frameworks(self) -> frozenset[str]:
        """The packages that tests import."""
        return frozenset(self._names.lists["test_frameworks"])

    def is_date(self, data_type: str) -> bool:
        """Whether it is a date, whose parts and distances tell of it as well."""
        return data_type in self._names.lists["dates"]

    def is_text(self, data_type: str) -> bool:
        """Whether data of this type is a text, and never a number."""
        return data_type in self._names.lists["texts"]

    def is_sensitive(self, data_type: str) -> bool:
        """Whether data of this type calls for protection."""
        known = self.data_types.get(data_type)
        return known is not None and known.sensitivity == "sensitive"

    def is_credential(self, data_type: str) -> bool:
        """Whether it is what services log in with, too."""
        return data_type in self._names.lists["credentials"]

    def tells_of_people(self, name: str) -> bool:
        """Whether a name by itself says that somebody is told apart or reached here: ``email``, ``last_name``."""
        if not name.isascii() or len(name) < 4:
            return False
        match = self.classify(name)
        return (
            match is not None
            and match.confidence is Confidence.HIGH
            and match.data_type in self._names.lists["telling"]
        )

    def is_login(self, data_type: str) -> bool:
        """Whether it is what services log in with, or the name under which they do."""
        return data_type in self._names.lists["logins"]

    def logs_in(self, names: Iterable[str]) -> bool:
        """Whether what has these parts logs in somewhere by itself: two of a server, a port and a password."""
        lists = self._names.lists
        found: set[str] = set()
        for name in names:
            words = self._names.lexicon.words(name)
            if words and _is_place(words, lists["servers"], lists["infrastructure"]):
                found.add("server")
            elif words:
                match = self.classify(name)
                if words[-1] in _PROOFS or (match is not None and self.is_credential(match.data_type)):
                    found.add("password")
                elif match is None and words[-1].endswith("port"):
                    found.add("port")
        return len(found) > 1

    def is_secret(self, data_type: str) -> bool:
        """Whether it is what somebody is given to be let in with: a password, a code, a token."""
        return data_type in self._names.lists["secrets"]

    def is_fetched(self, data_type: str) -> bool:
        """Whether it is an address by itself, at times: that of an avatar, of somebody's pages."""
        return data_type in self._names.lists["fetched"]

    def is_statistic(self, data_type: str) -> bool:
        """Whether groups of people by this type tell nobody apart."""
        known = self._names.lists["statistics"]
        return data_type in known or data_type.partition(".")[0] in known

    def is_counted(self, data_type: str) -> bool:
        """Whether a number where data of this type is looked for says how much of it there is, and not what."""
        known = self._names.lists["counted"]
        return data_type in known or data_type.partition(".")[0] in known

    def classify_owned(self, name: str) -> NameMatch | None:
        """What a name says in a table whose rows belong to somebody: ``message_body`` beside a sender."""
        match, known = self.classify(name, "user"), self._names.lists["owned"]
        owned = match is not None and (match.data_type in known or match.data_type.partition(".")[0] in known)
        return match if owned else None

    def classify_annotation(self, dotted: str) -> NameMatch | None:
        """The data type of values annotated with ``dotted``: ``pydantic.EmailStr``, or its bare last part."""
        data_type = self._annotations.get(dotted)
        if data_type is None and "." not in dotted:
            data_type = self._last_annotations.get(dotted)
        if data_type is None:
            return None
        return NameMatch(data_type, Confidence.HIGH, Protection.CLEAR, None, f"annotated as {dotted}")

    def calls_named(self, last: str) -> CallRules | None:
        """The rules about calls whose callee's last part is ``last``; None if there are none."""
        return self._calls.named(last)

    def calls_below(self, path: str) -> tuple[CallRules, ...]:
        """The rules about any method of a type or symbol, for a method's dotted path."""
        return self._calls.wild(path)

    def recipient_for_host(self, host: str) -> Recipient | None:
        """Who is behind ``host``: by the host itself, else by its nearest parent domain that is known."""
        return self._by_host_or_package.for_host(host)

    def recipient_for_package(self, dotted: str) -> Recipient | None:
        """Whose SDK the module or function ``dotted`` is of: the longest known prefix in whole parts."""
        return self._by_host_or_package.for_package(dotted)

    def usual(self, recipient: Recipient) -> tuple[str, ...]:
        """What such a recipient usually needs (types and categories); nothing where that is not known."""
        need = self._needs.get(recipient.kind)
        return recipient.needs or (need.data if need is not None else ())

    def unusual(self, recipient: Recipient, data_type: str) -> str:
        """What a recipient is ("payment service") that does not usually need data of a type; "" if it may, or if
        nothing is known of what such a recipient needs."""
        need = self._needs.get(recipient.kind)
        usual = self.usual(recipient)
        if not usual or any(self.covers(each, data_type) for each in usual):
            return ""
        return need.label if need is not None else recipient.kind.replace("-", " ") + " service"

    def covers(self, declared: str, actual: str) -> bool:
        """Whether a declaration of ``declared`` (a type or a whole category) covers data of type ``actual``."""
        if declared == actual:
            return True
        if "." not in declared:
            return actual.startswith(declared + ".")
        return actual in self._satisfied(declared)

    def _satisfied(self, declared: str) -> frozenset[str]:
        """All types that ``declared`` covers, over any number of steps."""
        found = self._covered.get(declared)
        if found is None:
            reached: set[str] = set()
            waiting = [declared]
            while waiting:
                kind = self.data_types.get(waiting.pop())
                for narrower in kind.satisfies if kind else ():
                    if narrower not in reached:
                        reached.add(narrower)
                        waiting.append(narrower)
            found = self._covered[declared] = frozenset(reached)
        return found

    def safeguards(self, *declared: Declaration) -> tuple[SafeguardRule, ...]:
        """How safeguards look in code: what the rule packs know, and the checks that declarations name."""
        own = (
            rule
            for each in declared
            for rule in (
                SafeguardRule("consent", calls=each.consent_checks),
                SafeguardRule("access", calls=each.access_controls),
                SafeguardRule("audit", calls=each.audit),
            )
        )
        return (*own, *self.rules.safeguards)

    def table(self, name: str) -> dict[str, Any]:
        """The merged content of ``<name>/*.yml`` in all pack folders, as plain values (read once).

        Raises:
            CatalogError: a file is not YAML, or no mapping, or two files give the same entry.
        """
        if name not in self._tables:
            self._tables[name] = load_table(self.packs, name)
        return self._tables[name]

    @property
    def app_types(self) -> dict[str, Any]:
        """The table of app types and their necessary data (``app-types/*.yml``)."""
        return self.table("app-types")

    @property
    def purposes(self) -> dict[str, Any]:
        """The table of purposes that names in code give away (``purposes/*.yml``)."""
        return self.table("purposes")

    @property
    def laws(self) -> dict[str, Any]:
        """The table of laws and their articles (``laws/*.yml``)."""
        return self.table("laws")


def _is_place(words: tuple[str, ...], servers: set[str], machines: set[str]) -> bool:
    """Whether a name is where a program connects to: ``db_host``, ``smtpserver``, ``base_url``; no ``avatar_url``."""
    last = words[-1]
    if last in ("url", "uri"):
        return all(word in machines or word == "base" for word in words[:-1])
    return any(last.endswith(server) for server in servers)
