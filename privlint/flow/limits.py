"""Every bound of the flow stage, named in one place; reaching one is counted and reported, never silent."""

from __future__ import annotations

from collections import Counter

PATH_DEPTH = 5  # labels of an access path below a parameter
WIDTH = 16  # marks on one value
UNKNOWN_CALLS = 2  # unknown calls in a row that data of a certain source is believed to go through
LONG_WAY = 10  # calls and attributes that data called personal by its name is believed to go through
LONG_WAY_LOW = 7  # the same of what is known with low confidence
LONG_WAY_CLASS = 4  # the same of what is read from an attribute of which nobody knows whose it is
SINKS = 300  # ways from what a caller passes to a sink that one summary tells
WHOLE = 32  # marks that are taken along with a whole
PARTS = 100  # objects looked at for the marks of one whole, or for what a generator yields at once
WRITES = 64  # attributes of classes that one call is known to store with what it is passed
FIELDS = 64  # labels on one abstract object, but for variables of modules, classes and functions
ITEMS = 16  # items of one sequence that are kept apart
EFFECTS = 64  # stores in what its caller knows that one function is known to make
OBJECTS = 400  # new objects of one function that its callers keep apart
WEIGHT = 1_500  # fields, atoms and marks of a function's new objects up to which they are told apart at all
ATOMS = 12  # things one value may be
VISITS = 5  # visits of one block in the analysis of one function
CONTEXTS = 40  # contexts of one function: a decorator wraps many, a getter is asked for many names
FURTHER = 3  # times a context is completed by what mattered in the one before
NEEDS = 100  # parameters and their parts of which it matters to one function what they are
OPS_IN_CONTEXTS = 360  # ops of one function, times the contexts that it is analysed in besides the general one
LIGHT = 8  # fields, atoms and marks of a summary that count as one op of it, for the number of its contexts
FAIRLY_SHORT = 35  # ops of a function that may have more contexts than that
SEVERAL = 13  # contexts of such a function
LONG = 150  # ops of a function whose blocks are visited less often
LONG_VISITS = 3  # visits of one block of such a function
CONTEXT_DEPTH = 4  # calls in a row that each made a new context
SHORT_DEPTH = 8  # the same where the last of them is of a short function
SHORT = 25  # ops of such a function
COLLECT_DEPTH = 5  # levels of an object that are taken along as a whole; instances count twice
OVERRIDES = 4  # overriding methods tried for one call
CALL_DEPTH = 300  # functions under analysis inside each other
IMPLICIT = 1  # implicit calls (properties, items by method) that are followed inside each other at one op
SIZES = 6  # items of a tuple whose number makes a context
MUTUAL = 6  # functions that call each other and are brought round to what each of them gives
ROUNDS = 2  # times the shared stores are brought round to their readers
UPWARDS = 3  # callers of callers to which a change is carried in each of them
AGAIN = 100_000  # ops and parts of summaries in these rounds that are always allowed; else a tenth of the first pass's
LITERAL = 400  # characters of a string constant that is kept
TRACES = 5  # ways kept for one data type at one sink
TEXT = 20_000  # characters of a text that is searched for names
ACCESSES = 400  # look-ups of one name that are followed; what is read more often is taken to be used
SLICE = 2_000  # steps in following what becomes of one value
PLACES = 20  # places where something is stored or passed on that are kept
STEPS = 100  # steps of one way
WAYS = 12  # ways to one sink that are told apart by their checks
WAY_DEPTH = 24  # calls on one way from an entry to a sink
MANY = 400  # values newly looked at for whether the data of one flow is of many people
MIDDLEWARE = 200  # blocks looked at for the ways through one middleware
VIA = 200  # callers looked at for the ways that lead through one function
CALLERS = 60  # calls of one function that are followed upwards
OPS = 60_000  # ops executed for one function in one context

_reached: Counter[str] = Counter()


def reached(name: str) -> None:
    """Count that the bound ``name`` was reached."""
    _reached[name] += 1


def report() -> dict[str, int]:
    """The bounds that were reached since ``reset``, with how often."""
    return dict(sorted(_reached.items()))


def reset() -> None:
    """Forget the counts (at the start of a run)."""
    _reached.clear()
