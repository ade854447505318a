"""Functions of the standard library that make something to be called, call what they are given, or import."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from privlint.flow import operators, sources
from privlint.flow.access import at_label, store
from privlint.flow.arguments import Arguments
from privlint.flow.attributes import load_attribute
from privlint.flow.callable import MADE_CALLABLE
from privlint.flow.calls import call_method, call_value
from privlint.flow.constants import literal, strings
from privlint.flow.construction import construct, instantiate, new_instance
from privlint.flow.frame import Frame
from privlint.flow.heap import Object
from privlint.flow.items import element, item, key_label, positions
from privlint.flow.models.reflection import all_attributes, as_mapping
from privlint.flow.models.registry import Handler, function
from privlint.flow.values import (
    BASES,
    MADE_CLASS,
    REGISTERED,
    UNKNOWN,
    Bound,
    Cls,
    Ext,
    Func,
    Obj,
    Opaque,
    Super,
    Value,
    join,
    moved,
    of,
    only_marks,
    step,
    with_marks,
)
from privlint.flow.wholes import collect

if TYPE_CHECKING:
    from privlint.flow.library import Callee


@function("operator.attrgetter", "operator.itemgetter", "operator.methodcaller")
def _getter(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    fields = {f"[{i}]": value for i, (value, _) in enumerate(args.positional)}
    fields.update({f"[{name!r}]": value for name, (value, _) in args.keywords.items()})
    return of(fr.allocate(callee.n, Object(callee.last, fields=fields), "getter"))


def _given(obj: Object) -> list[Value]:
    return [obj.fields[f"[{i}]"] for i in range(len(obj.fields)) if f"[{i}]" in obj.fields]


def _call_attrgetter(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    return _got(fr, obj, args, n, _attribute_path)


def _attribute_path(fr: Frame, value: Value, name: Value, n: int) -> Value:
    texts = strings(name)
    fr.need(name)
    if len(texts) != 1:
        return all_attributes(fr, value)
    for part in texts[0].split("."):
        found = load_attribute(fr, value, part)
        value = with_marks(found, sources.of_attribute(fr, value, part, n, "", found))
    return value


def _call_itemgetter(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    return _got(fr, obj, args, n, _keyed_item)


def _keyed_item(fr: Frame, value: Value, key: Value, n: int) -> Value:
    fr.need(key)
    found = item(fr, value, key_label(fr, key))
    for text in strings(key)[:1]:
        found = with_marks(found, sources.of_item(fr, value, text, n, "", found))
    return found


def _got(fr: Frame, obj: Object, args: Arguments, n: int, get: Callable[[Frame, Value, Value, int], Value]) -> Value:
    """What a getter gives of its argument: one part, or a tuple of them."""
    value = args.positional[0][0] if args.positional else UNKNOWN
    parts = [get(fr, value, name, n) for name in _given(obj)]
    if len(parts) == 1:
        return parts[0]
    fields = {f"[{i}]": part for i, part in enumerate(parts)}
    return of(fr.allocate(n, Object("tuple", fields=fields), "got"))


def _call_methodcaller(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    value = args.positional[0][0] if args.positional else UNKNOWN
    name, *rest = _given(obj) or [UNKNOWN]
    fr.need(name)
    out = UNKNOWN
    keywords = {label[2:-2]: (part, n) for label, part in obj.fields.items() if label[1] == "'"}
    for text in strings(name)[:1]:
        func = load_attribute(fr, value, text)
        given = Arguments([(part, n) for part in rest], keywords)
        out = call_value(fr, func, given, n, attribute=text, receiver=value)
    return out


@function("types.MethodType")
def _method(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) < 2:
        return None
    func, receiver = args.positional[0][0], args.positional[1][0]
    bound = [Bound(a, me) for a in func.atoms if isinstance(a, Func) for me in receiver.atoms]
    return of(*bound) if bound else None


# How the parameter is called that names the fields of a class to be made.
_FIELDS = {"namedtuple": "field_names", "NamedTuple": "fields", "make_dataclass": "fields"}


@function(
    *("collections.namedtuple", "typing.NamedTuple", "dataclasses.make_dataclass"),
    *("attr.make_class", "attrs.make_class"),
)
def _namedtuple(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    given = args.at(fr, 1, _FIELDS.get(callee.last, "attrs"))
    names: list[Value] = []
    if given is not None:
        texts = strings(given[0])
        labels = positions(fr, given[0])
        if texts:
            names = [literal(name) for name in texts[0].replace(",", " ").split()]
        elif labels is not None:
            names = [item(fr, given[0], label) for label in labels]
            names = [name if strings(name) else item(fr, name, "[0]") for name in names]
    if not names:
        return None
    fields = {f"[{i}]": name for i, name in enumerate(names)}
    return of(fr.allocate(callee.n, Object("namedtuple", fields=fields), "namedtuple"))


def _call_namedtuple(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    """An instance: a tuple whose items have names, too."""
    fields: dict[str, Value] = {}
    for index, name in enumerate(_given(obj)):
        for text in strings(name)[:1]:
            found = args.at(fr, index, text)
            value = found[0] if found is not None else UNKNOWN
            if found is not None and value.marks:
                value = moved(value, fr.site(found[1]), "attribute", text)
            fields[f"[{index}]"] = fields[f".{text}"] = value
    return of(fr.allocate(n, Object("tuple", fields=fields), "named"))


def _call_method(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    """A method of a container or text, taken off it before: ``add = found.append``."""
    receiver, name = obj.fields[".self"], obj.fields[".name"]
    fr.need(name)
    out = UNKNOWN
    for text in strings(name)[:1]:
        out = call_value(fr, UNKNOWN, args, n, text=text, attribute=text, receiver=receiver)
    return out


MADE_CALLABLE.update(
    attrgetter=_call_attrgetter,
    itemgetter=_call_itemgetter,
    methodcaller=_call_methodcaller,
    namedtuple=_call_namedtuple,
    method=_call_method,
)


_OPERATORS = {
    **{f"operator.{name}": token for token, name in operators.METHODS.items() if token[0] != "u" and token != "~"},
    "operator.concat": "+",
    "operator.and_": "&",
    "operator.or_": "|",
}


def _operator(token: str) -> Handler:
    """An operator as a function: what the classes of the operands make of it."""

    def operate(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
        return operators.overloaded(fr, token, token, [value for value, _ in args.positional])

    return operate


for _path, _token in _OPERATORS.items():
    function(_path)(_operator(_token))


@function("itertools.starmap")
def _starmap(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    if len(args.positional) < 2:
        return None
    rows = element(fr, args.positional[1][0])
    given = Arguments([], {}, (rows, args.positional[1][1]))
    if (labels := positions(fr, rows)) is not None:
        given = Arguments([(item(fr, rows, label), args.positional[1][1]) for label in labels])
    func = args.positional[0][0]
    whole = call_value(fr, func, given, callee.n) if func.atoms else element(fr, rows)
    return of(fr.allocate(callee.n, Object("iter", fields={"[*]": whole}), "mapped"))


@function("importlib.import_module", "__import__")
def _import_module(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """A module of the program that is imported by a constant name."""
    out = UNKNOWN
    for text in strings(args.positional[0][0]) if args.positional else ():
        top = callee.last == "__import__" and len(args.positional) < 4 and "fromlist" not in args.keywords
        number = fr.program.index.find(fr.module.number, text.partition(".")[0] if top else text)
        if number is not None:
            fr.solver.run_module(number)
            out = join(out, of(Obj(("g", number))))
    return out or None


@function("dataclasses.astuple", "attr.astuple", "attrs.astuple")
def _astuple(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    fields: dict[str, Value] = {}
    value = args.positional[0][0] if args.positional else UNKNOWN
    for atom in value.ordered:
        cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
        for index, name in enumerate(fr.solver.records.init_order(cls) if cls >= 0 else ()):
            found = load_attribute(fr, of(atom), name)
            fields[f"[{index}]"] = join(fields.get(f"[{index}]", UNKNOWN), found)
    if not fields:
        return only_marks(step(collect(fr, value, 2), fr.site(callee.n), "through", "astuple()"))
    return of(fr.allocate(callee.n, Object("tuple", fields=fields), "astuple"))


@function("functools.%register")
def _register(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``generic.register(implementation)``, or with a type first: then what is called next is registered."""
    generic, *rest = [value for value, _ in args.positional]
    functions = [a for value in rest for a in value.ordered if isinstance(a, Func)]
    if not functions:
        fields = {".func": of(Ext("functools.%register")), "[0]": generic}
        return of(fr.allocate(callee.n, Object("partial", fields=fields), "register"))
    for atom in generic.ordered:
        if isinstance(atom, Func):
            fr.solver.write_function_attribute(atom.fn, REGISTERED, of(*functions))
    return of(*functions)


@function("globals", "locals", "vars")
def _names(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The variables of the module or of this call, by name."""
    if args.positional:
        return as_mapping(fr, args.positional[0][0], callee.n)
    fields: dict[str, Value] = {}
    if callee.last == "globals" or fr.ir.kind == "module":
        number = fr.module.number
        variables = {**fr.solver.variables(number), **fr.object(("g", number)).fields}
        fields = {f"[{label[1:]!r}]": value for label, value in variables.items()}
    else:
        held = {slot.partition("@")[0]: value for slot, value in fr.state.env.items() if slot[0] != "%"}
        fields = {f"[{name!r}]": value for name, value in held.items()}
    return of(fr.allocate(callee.n, Object("dict", fields=fields), "names"))


@function("object.__new__")
def _new(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``object.__new__(cls)``, or ``super().__new__(cls)``."""
    given = args.positional[0][0] if args.positional else UNKNOWN
    return of(*(new_instance(fr, a.cls, callee.n) for a in given.ordered if isinstance(a, Cls))) or None


_BUILTIN = ("str", "bytes", "int", "float", "tuple", "list", "dict", "frozenset", "set")


@function(*(f"{name}.__new__" for name in _BUILTIN))
def _new_of_builtin(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``super().__new__(cls, value)`` below a built-in class: an instance that is its value, too."""
    made = _new(fr, callee, args)
    if made is None or len(args.positional) < 2:
        return made
    given = args.positional[1][0]
    for label in positions(fr, given) or ():
        store(fr, made, label, item(fr, given, label))
    if positions(fr, given) is None:
        whole = element(fr, given)
        store(fr, made, "[*]", whole, strong=False)
    return with_marks(made, step(given.marks, fr.site(callee.n), "through", callee.shown or "__new__"))


@function("type.__new__")
def _new_class(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``super().__new__(mcls, name, bases, namespace)``: the class whose namespace it is."""
    found = [at_label(fr, value, MADE_CLASS) for value, _ in args.positional[3:4]]
    return found[0] if found else None


def _call_made_class(fr: Frame, obj: Object, args: Arguments, n: int) -> Value:
    """An instance of a class that ``type(name, bases, namespace)`` made: it has what the namespace holds."""
    bases = [a.cls for a in obj.fields.get(BASES, UNKNOWN).ordered if isinstance(a, Cls)]
    held = {label: value for label, value in obj.fields.items() if label[0] == "." and label != BASES}
    made = construct(fr, bases[0], args, n) if bases else of(fr.allocate(n, Object("inst"), "made"))
    for label, value in held.items():
        for atom in made.ordered:
            own = frozenset(Bound(a, atom) if isinstance(a, Func) else a for a in value.atoms)
            store(fr, of(atom), label, Value(own, value.marks))
    return made


MADE_CALLABLE["class"] = _call_made_class


_THREADS = ("Thread", "Process", "Timer")


def start_thread(fr: Frame, callee: Callee) -> None:
    """``start()`` of an instance of a class below ``Thread``: its ``run`` is called."""
    for atom in callee.receiver.ordered if callee.receiver is not None else ():
        cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
        if cls >= 0 and any(base.endswith(_THREADS) for base in fr.program.external_bases(cls)):
            method = fr.program.method(cls, "run")
            if method is not None:
                call_method(fr, method.function, atom, [], callee.n)


_HANDLERS = ("handle_data", "handle_comment", "handle_endtag", "handle_starttag", "handle_startendtag")


def feed_parser(fr: Frame, callee: Callee, args: Arguments) -> None:
    """``feed(text)`` of an instance of a class below ``HTMLParser``: its handlers are given the parts."""
    text = only_marks(collect(fr, args.positional[0][0], 1)) if args.positional else UNKNOWN
    for atom in callee.receiver.ordered if callee.receiver is not None and text else ():
        cls = fr.object(atom.id).cls if isinstance(atom, Obj) else atom.cls if isinstance(atom, Opaque) else -1
        if cls < 0 or not any(base.endswith("HTMLParser") for base in fr.program.external_bases(cls)):
            continue
        pair = of(fr.allocate(callee.n, Object("tuple", fields={"[0]": text, "[1]": text}), "attribute"))
        attributes = of(fr.allocate(callee.n, Object("list", fields={"[*]": pair}), "attributes"))
        for name in _HANDLERS:
            method = fr.program.method(cls, name)
            if method is not None:
                given = [text, attributes] if name.startswith("handle_start") else [text]
                call_method(fr, method.function, atom, given, callee.n)


@function("type.__call__")
def _make(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``super().__call__(...)`` in a metaclass: the instance is made as it would be without one."""
    made = UNKNOWN
    for atom in callee.receiver.ordered if callee.receiver is not None else ():
        cls = atom.self if isinstance(atom, Super) else atom
        if isinstance(cls, Cls):
            made = join(made, instantiate(fr, cls.cls, args, callee.n))
        elif isinstance(cls, Obj):
            fr.need(of(cls))
    return made or None


@function("django.contrib.auth.get_user_model")
def _user_model(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """The program's own class of users, where it has exactly one."""
    found = fr.solver.user_classes()
    return of(Cls(found[0])) if len(found) == 1 else None


@function(
    "asgiref.sync.sync_to_async",
    "asgiref.sync.async_to_sync",
    "channels.db.database_sync_to_async",
)
def _same(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """What is called in another way, and is the same function."""
    return args.positional[0][0] if args.positional else None
