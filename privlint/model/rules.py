"""What privlint knows of the world, as values: the typed form of a rule pack (``rules/README.md`` is the format)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from privlint.model.data import Confidence, Protection


class CallPattern(NamedTuple):
    """Which calls are meant.

    ``kind`` ``function``: ``path`` is a dotted path as imported (``requests.post``; ``*`` stands for one part);
    ``method``: ``path`` is the dotted path or bare name of a type, a dot, and the method (``requests.Session.post``,
    ``Vault.store``, ``*.store`` for any receiver); ``name``: ``path`` is the last part of the callee as written
    (``SINK(...)``), even where the analysed code defines a function of that name.
    """

    kind: str
    path: str


class ArgSpec(NamedTuple):
    """Which arguments are meant: 0-based positions (the receiver does not count), keyword names, all of them,
    the receiver.  ``rest`` is the position from which on every positional argument counts, or -1."""

    positions: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    all: bool = False
    receiver: bool = False
    rest: int = -1


class Condition(NamedTuple):
    """An argument (keyword name, or position as text) and what it must be: one of these; ``"*"`` is anything."""

    argument: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SourceRule:
    """A place where personal data enters.

    ``at``: ``load`` (a bare name is read), ``call`` (a call's result), ``parameter``, ``attribute``, ``item``,
    ``field`` (of a class under analysis), ``request`` (anything that the rules know to be sent with a request).
    ``data`` is a type's id, or ``$name`` / ``$key`` / ``$arg0``: classify the name of the parameter, attribute or
    field, the literal key of the item, the literal first argument of the call (or ``$receiver``: the name of what a
    method is called on, without the word for a widget: ``email_edit.text()``); for a parameter also ``$function``, the
    function's name without its first word (``validate_email``), and ``$decorator``, the texts given to its decorators
    (``@validates("email")``).
    """

    at: str
    data: str
    calls: tuple[CallPattern, ...] = ()  # call: these calls; parameter: of these functions
    decorators: tuple[
        str, ...
    ] = ()  # parameter: of functions so decorated (dotted path or text as written, * = one part)
    defaults: tuple[str, ...] = ()  # parameter: whose default is a call of this path (fastapi.Form)
    owner: str = ""  # attribute, item, field: type, class or object by dotted path or bare name; "*" = any
    name: str = "*"  # load, parameter, attribute, field
    key: str = "*"  # item
    routed: bool = False  # parameter: of handlers that are registered for a path, as the path names them
    beside: str = ""  # parameter: of functions that have a parameter of this name, too
    position: int = -1  # parameter (self and cls do not count)
    aliases: tuple[str, ...] = ()  # parameter: keywords of its default's call that say what it is called outside
    type: str = ""  # parameter: and the value has this type (``types`` of the pack)
    subject: str | None = None
    evidence: str = "rule"
    confidence: Confidence = Confidence.HIGH
    only: bool = False  # a function of the analysed code that is meant is not followed as well


@dataclass(frozen=True, slots=True)
class SinkRule:
    """A place where personal data leaves or is exposed; ``kind`` is a sinkKind of the outer contract.

    ``at``: ``call``, ``attribute`` (assigned), ``item`` (assigned), ``raise``, ``return`` (what functions that the
    framework calls give back; ``calls`` are these functions).  ``url`` names the argument that holds
    the address (its host names the recipient); ``recipient`` is a recipient's id.
    """

    at: str
    kind: str
    calls: tuple[CallPattern, ...] = ()
    args: ArgSpec = ArgSpec()
    owner: str = ""
    name: str = "*"
    key: str = "*"
    url: ArgSpec | None = None
    recipient: str | None = None
    insecure_when: tuple[tuple[str, object], ...] = ()  # keyword and value: verify, False
    confidence: Confidence = Confidence.HIGH
    only: bool = False  # a function of the analysed code that is meant is not followed as well
    when: tuple[Condition, ...] = ()  # only calls of which all of these hold
    unless: tuple[Condition, ...] = ()  # and none of these
    encrypted_when: tuple[Condition, ...] = ()  # what arrives is encrypted if one of these holds
    part: str = ""  # of an argument that was made with such a part, only the part (a request's `url`)
    leave_out: tuple[str, ...] = ()  # items and attributes of an argument that do not count (a message's `To`)
    under: tuple[str, ...] = ()  # of an argument that is a mapping, only what is under these keys (`Location`)
    known_host: bool = False  # only where the host can be told
    sent_to: tuple[str, ...] = ()  # items of an argument that name addresses it is sent to (a message's `To`)
    data: tuple[str, ...] = ()  # data types that the call itself makes a library send
    expires: ArgSpec | None = None  # the arguments that say for how long it is kept; None: it is not such a sink
    lasts: bool = True  # what is given no time is kept for ever


@dataclass(frozen=True, slots=True)
class ConnectionRule:
    """A call whose result (``receiver``: whose receiver) talks to the address given in ``address`` from then on;
    with ``secures`` the receiver's transport is protected from then on."""

    calls: tuple[CallPattern, ...]
    address: ArgSpec = ArgSpec()
    scheme: str = ""  # of a bare host: http, smtp, ...; https where nothing is said
    receiver: bool = False
    secures: bool = False
    insecure_when: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class ScrubberRule:
    """A call that configures a filter of personal data (``args``; its name like one of ``named``, if any) for sinks of
    ``kinds`` or for one recipient."""

    calls: tuple[CallPattern, ...]
    args: ArgSpec = ArgSpec(all=True)
    named: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class NeedRule:
    """What recipients of a kind usually need, and what such a recipient is called: "payment service"."""

    kind: str
    label: str
    data: tuple[str, ...]  # types and categories


@dataclass(frozen=True, slots=True)
class SanitizerRule:
    """A call that protects: its result (of ``args``) is in form ``protection``; with ``guard`` the call is a check,
    and what it checks (``args``) is protected on the branch where it is true."""

    calls: tuple[CallPattern, ...]
    protection: Protection
    args: ArgSpec = ArgSpec(all=True)
    guard: bool = False
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    only: bool = False  # a function of the analysed code that is meant is not followed as well
    fresh: bool = False  # makes something by chance: a secret, where the variable that gets it is called so


@dataclass(frozen=True, slots=True)
class PropagatorRule:
    """A call that passes data on: from the arguments ``source`` to ``result``, ``receiver`` or an argument
    (``to`` = ``result`` | ``receiver`` | ``arg``, with ``to_arg``); to an ``instance``, the classes that are given are
    what the result is made by."""

    calls: tuple[CallPattern, ...]
    source: ArgSpec
    to: str = "result"
    to_arg: ArgSpec | None = None
    part: str = ""  # to a part of its own of what the call makes
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    only: bool = False  # a function of the analysed code that is meant is not followed as well


@dataclass(frozen=True, slots=True)
class TypeRule:
    """A type of a library: how its values come about and what its attributes and methods yield."""

    name: str
    aliases: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()  # attribute -> type
    returns: tuple[tuple[str, str], ...] = ()  # method -> type of its result
    items: str = ""  # type of what x[...] or iteration yields
    made_by: tuple[str, ...] = ()  # functions (dotted) whose result is one
    objects: tuple[str, ...] = ()  # dotted paths of objects of this type (flask.request)
    names: tuple[str, ...] = ()  # variables of unknown type that are taken for one (logger)
    request_data: bool = False  # a mapping of what a user sent: keys and attributes are classified
    sent: bool = False  # what a user sent, and no name says what: an address, the text of a body
    shared: bool = False  # there is one: what is stored under its keys is found there by all: an application
    open: bool = False  # has attributes that no rule knows, which are data: a user's profile
    queries: tuple[tuple[str, str], ...] = ()  # methods that are given SQL -> how rows come: self, rows, row, value
    linked: tuple[tuple[str, tuple[str, ...]], ...] = ()  # what its classes name: get_object() -> model
    stands_for: ArgSpec | None = None  # what it is made of and whose methods it has: the model of a chain
    shown: tuple[str, ...] = ()  # the attributes that its text shows: a user's name
    answers: tuple[str, ...] = ()  # addresses (with stars) that answer with one
    loaders: tuple[str, ...] = ()  # decorators of the function that looks one up in the program's own table


@dataclass(frozen=True, slots=True)
class RecordRule:
    """Classes whose fields are data: by base class or decorator."""

    kind: str  # model | form | serializer | body | record
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    fields: str = "annotated"  # annotated | assigned
    field_calls: tuple[str, ...] = ()  # assigned: which calls make a field
    field_types: tuple[tuple[str, str], ...] = ()  # last part of a field call or annotation -> data type, "" = none
    required: bool = True  # what a field is that says nothing
    optional_when: tuple[tuple[str, object], ...] = ()  # keyword of the field call and value ("*" = any)
    required_when: tuple[tuple[str, object], ...] = ()  # likewise
    required_by: tuple[str, ...] = ()  # what among the arguments of the field call makes it required: DataRequired
    shown: str = "none"  # what str() of an instance shows: all | none; text: repr() shows the same
    whole: tuple[str, ...] = ()  # methods that give all fields as a mapping, or text (model_dump)
    makes: tuple[str, ...] = ()  # class methods that make an instance of what they are given
    sent: tuple[str, ...] = ()  # attributes and methods that give what was sent, as a mapping (cleaned_data)
    protected: tuple[str, ...] = ()  # annotations whose values show themselves masked (SecretStr)
    meta: tuple[str, ...] = ()  # inner classes that name a model and which of its fields are fields here (Meta)
    by_key: bool = False  # where an instance is in a field of another row, the table has its key there, and no more
    collects: bool = False  # its fields are an intake (request body, form, serializer, table)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A third party that receives data."""

    id: str
    name: str
    company: str
    kind: str
    countries: tuple[str, ...]  # ISO 3166-1; the first is the home country
    packages: tuple[str, ...] = ()  # importable names (dotted)
    distributions: tuple[str, ...] = ()  # names on the package index
    hosts: tuple[str, ...] = ()  # a host also stands for its sub-domains
    infrastructure: bool = False  # object store, database, cache, queue, metrics
    needs: tuple[str, ...] = ()  # what it usually needs, if that is not what its kind needs


@dataclass(frozen=True, slots=True)
class SafeguardRule:
    """How code looks that makes sure of something: that there is consent, that who asks may have it, that it is
    written down.

    ``kind``: ``consent`` | ``access`` | ``audit``.  A name means the safeguard if it is called as one of ``calls``
    says, or if its words hold a run of ``words`` and none of ``never``; a run of ``refusals`` says the opposite (an
    ``opt out``).  ``verbs`` begin the names of calls that do not come back unless it is so; ``classes`` are base
    classes, and ``settings`` pieces of strings in settings, that see to it for all that is below.

    Of consent, a name that has one of ``topics`` beside one of ``grants`` says yes, beside one of ``denials`` no, in
    whatever order; below one of ``keepers`` a topic alone says yes (``prefs.analytics``).
    """

    kind: str
    calls: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRule:
    """Where a program is entered from outside.

    ``kind``: ``view`` | ``command`` | ``task``.  A function is an entry if it is decorated by one of ``decorators``, if
    it is one of the ``methods`` of a class with one of ``bases``, or if it is handed to one of ``registrars``;
    ``guarded`` if only people who may do so get there.
    """

    kind: str
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    registrars: tuple[str, ...] = ()
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """All rule packs of a run, in the order in which they were given."""

    sources: tuple[SourceRule, ...] = ()
    sinks: tuple[SinkRule, ...] = ()
    sanitizers: tuple[SanitizerRule, ...] = ()
    propagators: tuple[PropagatorRule, ...] = ()
    connections: tuple[ConnectionRule, ...] = ()
    scrubbers: tuple[ScrubberRule, ...] = ()
    needs: tuple[NeedRule, ...] = ()
    types: tuple[TypeRule, ...] = ()
    records: tuple[RecordRule, ...] = ()
    recipients: tuple[Recipient, ...] = field(default=())
    safeguards: tuple[SafeguardRule, ...] = ()
    entry_points: tuple[EntryRule, ...] = ()
