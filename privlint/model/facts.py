"""What the flow stage has found out about a program, before anybody judges it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from privlint.model.data import Confidence, Protection
from privlint.model.location import Site
from privlint.model.source import Unreadable


class Step(NamedTuple):
    """One hop of the way that data takes: where, and a few words of what happens there."""

    site: Site
    text: str


class Origin(NamedTuple):
    """Where personal data enters: a source."""

    site: Site
    data_type: str
    name: str  # the name as written: a key, an attribute, a parameter
    evidence: str  # rule | request | record | annotation | key | attribute | name
    subject: str | None
    confidence: Confidence


class Target(NamedTuple):
    """Where it arrives: a sink."""

    site: Site  # the argument or operand that carries the data
    call: Site  # the call, assignment or raise statement
    kind: str  # a sinkKind of the outer contract
    callee: str  # as a person would name it: ``requests.post``, ``logger.info``
    function: str  # qualified name of the function that the sink is in
    recipient: str | None = None  # id of a catalogue recipient, where the rule names one
    hosts: tuple[str, ...] = ()  # hosts of the URL, where they can be told
    package: str | None = None  # top-level package of the SDK that is called
    secure: bool | None = None  # False: unprotected transport (http://, verify=False)
    argument: str = ""  # the argument by name or position, as text
    confidence: Confidence = Confidence.HIGH  # how sure it is that this is such a sink
    expires: str = ""  # given | never | default (the library's own) | session (the browser's); "": nothing is known
    lasts: int = -1  # for how many seconds it is kept, where the code or the library says so


class Check(NamedTuple):
    """Something that is made sure of before data gets on: a condition, a call that raises, a decorator."""

    kind: str  # consent | access | audit
    name: str  # as written: ``user.has_consented``
    purposes: tuple[str, ...] = ()  # the words it is asked with: ``analytics``
    passed: bool = True  # False: data gets on where it came out the other way
    site: Site | None = None


class Way(NamedTuple):
    """One way through the program to a sink, from where it is entered.

    ``entry``: ``view`` | ``command`` | ``task`` | ``script`` | ``""`` (nothing is known that calls the first function).
    """

    entry: str
    name: str  # of the function where it begins
    start: Site | None  # the definition of that function
    checks: tuple[Check, ...]
    calls: tuple[Site, ...] = ()  # the calls on the way, first to last


class Many(NamedTuple):
    """Why data is of many people: what is gone through, as written, and where.

    ``each``: the sink is called once for each of them; ``ways``: those of the ways to the sink on which it is many;
    ``download``: what is given out is a file.
    """

    text: str
    site: Site
    each: bool = False
    ways: tuple[Way, ...] = ()
    download: bool = False


@dataclass(frozen=True, slots=True)
class FlowFact:
    """Personal data reaches a sink."""

    origin: Origin
    target: Target
    protection: Protection
    confidence: Confidence
    steps: tuple[Step, ...]  # from the source to the sink, both included
    ways: tuple[Way, ...] = ()  # how the sink is reached, for sinks where it matters; fewest checks first
    many: Many | None = None  # of many people at a time, and why
    whole: str | None = None  # the record that travelled as a whole, if one did


@dataclass(frozen=True, slots=True)
class CollectionFact:
    """Personal data is taken in: a look-up in a request, or a field of a form, a serializer, a body or a table."""

    data_type: str
    site: Site
    name: str
    owner: str  # the record's or request's name, for the message
    how: str  # request | form | serializer | body | model
    required: bool
    subject: str | None
    confidence: Confidence
    function: str = ""


@dataclass(frozen=True, slots=True)
class UnusedFact:
    """Something taken in that is not used.

    ``fate``: ``unread`` (nothing reads it), ``tested`` (only for being there), ``stored``, ``passed`` (on);
    ``places`` is where it is stored or passed on; ``rendered``: its record is handed to templates, which may show it.
    """

    collection: CollectionFact
    fate: str
    places: tuple[Step, ...] = ()
    rendered: bool = False


@dataclass(frozen=True, slots=True)
class PayloadFact:
    """A payload that is taken as a whole: ``how`` is ``request`` (what a user sent, as it came), ``fields`` (a form or
    serializer of all fields), ``statement`` (``SELECT *``) or ``query`` (``.values()`` without names)."""

    site: Site
    how: str
    taker: str  # what takes it: a class, a form, the statement
    source: str  # what is taken, as written: ``request.json``, the table
    fields: tuple[tuple[str, str], ...]  # the fields that hold personal data: name and data type
    subject: str | None
    confidence: Confidence
    function: str
    steps: tuple[Step, ...]


class Scrubber(NamedTuple):
    """A configured filter that takes personal data out before it reaches sinks of these kinds, or a recipient."""

    site: Site
    name: str
    kinds: tuple[str, ...] = ()
    recipient: str | None = None  # id of a catalogue recipient


class Mention(NamedTuple):
    """The code hints at something, whether or not anything flows: ``kind`` is ``data`` (``what``: a data type that a
    name is taken for), ``import`` (a dotted name) or ``host``."""

    kind: str
    what: str
    site: Site
    confidence: Confidence


class Preset(NamedTuple):
    """Consent that is switched on by default."""

    site: Site  # the field, parameter, option or look-up
    name: str
    owner: str  # the class, function or mapping that has it
    how: str  # as written: ``default=True``
    function: str
    confidence: Confidence


class Decision(NamedTuple):
    """A branch on personal data that settles what somebody gets."""

    site: Site
    data_types: tuple[str, ...]
    settles: str  # the variable, attribute or function
    grounds: str  # the names that it looks at
    function: str
    subject: str | None
    confidence: Confidence


class Store(NamedTuple):
    """A table, collection, file, object store or session that holds personal data."""

    site: Site  # the class, or the call that stores
    name: str
    kind: str  # a sinkKind of the outer contract
    data_types: tuple[str, ...]
    subject: str | None
    confidence: Confidence
    erased: bool  # something deletes from it, or overwrites what is in it
    cleaned: bool  # and does so by time
    function: str
    people: bool = True  # it says who, or whose data, is in it; else it may be about other things
    expires: str = ""  # of a session, as in ``Target``
    lasts: int = -1


@dataclass(slots=True)
class Facts:
    """All that flow found; ``unresolved`` counts calls into unknown code by name, ``limits`` names bounds reached."""

    flows: list[FlowFact] = field(default_factory=list)
    collections: list[CollectionFact] = field(default_factory=list)
    unused: list[UnusedFact] = field(default_factory=list)
    shown: tuple[str, ...] | None = None  # the names that templates show; None where there are no templates
    payloads: list[PayloadFact] = field(default_factory=list)
    scrubbers: list[Scrubber] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    unresolved: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    presets: list[Preset] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    tests: int = 0  # files of tests, which were not followed
