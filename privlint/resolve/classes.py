"""Classes of the program: what a class body binds, and the order of bases (C3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from privlint.ir import ops as o
from privlint.ir.module import FunctionIR
from privlint.resolve.scan import Bindings

_PROPERTY = {
    "property",
    "cached_property",
    "hybrid_property",
    "abstractproperty",
    "computed_field",
    "lazyproperty",
    "getter",  # ``@Base.name.getter``, of a property that a base has
}


class MethodIndex(NamedTuple):
    """A method as its class body binds it: index in the module's IR and kind."""

    index: int  # type: ignore[assignment]  # a field, over tuple.index
    kind: str  # method | static | class | property
    decorators: tuple[str, ...]  # those that are not of the language
    decorated_with: tuple[str, ...] = ()  # the constant texts given to them


class Method(NamedTuple):
    """A method found by the order of bases: the function's number, its class, its kind, foreign decorators."""

    function: int
    owner: int
    kind: str
    decorators: tuple[str, ...]


class FieldInfo(NamedTuple):
    """A field that a class body declares: annotation, callee of the value (``models.CharField``) and its keywords."""

    name: str
    annotation: o.TypeRef | None
    call: str
    keywords: tuple[tuple[str, object], ...]
    default: bool
    n: int
    given: tuple[str, ...] = ()  # names and callees among the arguments of the call, those in lists included
    title: str = ""  # what people read beside it: ``CharField(_("Project name"))``


@dataclass(slots=True)
class Class:
    """A class of the program; ``body`` is the index of its body's function in the module's IR."""

    id: int
    module: int
    body: int
    name: str
    dotted: str
    decorators: tuple[str, ...]
    methods: dict[str, MethodIndex]
    setters: dict[str, int]
    inner: dict[str, int]  # nested classes
    fields: dict[str, FieldInfo]
    listings: dict[str, tuple[str, ...]]  # name -> the constant texts bound to it: fields = ["email"]
    aliases: dict[str, str]  # name -> the dotted text bound to it: model = Customer, queryset = Customer.objects.all()
    decorated_by: tuple[tuple[str, str], ...] = ()  # names given to the decorators of a class of a module
    bases: list[int] = field(default_factory=list)
    external_bases: list[str] = field(default_factory=list)
    keywords: list[tuple[str, str]] = field(default_factory=list)
    mro: list[int] = field(default_factory=list)
    deleters: dict[str, int] = field(default_factory=dict)
    n: int = 0


def read_class(number: int, module: int, body: FunctionIR, bindings: Bindings, dotted: str) -> Class:
    """What a class body says, read off its bindings."""
    methods: dict[str, MethodIndex] = {}
    setters: dict[str, int] = {}
    deleters: dict[str, int] = {}
    inner: dict[str, int] = {}
    for name, bound in bindings.names.items():
        for binding in bound:
            if binding.kind == "class":
                inner[name] = binding.index
            elif binding.kind == "function":
                last = [d.rpartition(".")[2] for d in binding.decorators]
                if "setter" in last:
                    setters[name] = binding.index
                elif "deleter" in last:
                    deleters[name] = binding.index
                else:
                    methods[name] = MethodIndex(
                        binding.index, _kind(name, last), _foreign(binding.decorators), binding.decorated_with
                    )
    return Class(
        number,
        module,
        body.index,
        body.name,
        dotted,
        body.decorators,
        methods,
        setters,
        inner,
        _fields(bindings),
        bindings.listings,
        {name: bound[-1].text for name, bound in bindings.names.items() if bound[-1].kind in ("alias", "call")},
        deleters=deleters,
        n=body.n,
    )


def _kind(name: str, decorators: list[str]) -> str:
    if "staticmethod" in decorators:
        return "static"
    if "classmethod" in decorators or name in ("__new__", "__init_subclass__", "__class_getitem__"):
        return "class"
    return "property" if _PROPERTY & set(decorators) else "method"


def _foreign(decorators: tuple[str, ...]) -> tuple[str, ...]:
    known = _PROPERTY | {"staticmethod", "classmethod", "abstractmethod", "overload", "override"}
    return tuple(d for d in decorators if d.rpartition(".")[2] not in known)


def _fields(bindings: Bindings) -> dict[str, FieldInfo]:
    out: dict[str, FieldInfo] = {}
    for name, annotation in bindings.annotations.items():
        out[name] = FieldInfo(name, annotation, "", (), name in bindings.names, bindings.annotated_at[name])
    for name, bound in bindings.names.items():
        binding = bound[-1]
        if binding.kind in ("function", "class", "import"):
            continue
        call = binding.text if binding.kind == "call" else ""
        keywords: list[tuple[str, object]] = []
        given: list[str] = []
        title = ""
        if binding.call is not None:
            title = _title(bindings, binding.call)
            for arg in binding.call.args:
                value = bindings.constants.get(arg.reg, bindings.texts.get(arg.reg, "?"))
                keywords.append((arg.label or "", value))
                given += [bindings.texts.get(reg, "") for reg in (arg.reg, *bindings.parts.get(arg.reg, ()))]
        known = out.get(name)
        at = known.n if known else bindings.stored_at[name]
        declared = known.annotation if known else None
        out[name] = FieldInfo(name, declared, call, tuple(keywords), True, at, tuple(filter(None, given)), title)
    return out


def _title(bindings: Bindings, call: o.Call) -> str:
    """The text that a field is given as its label, be it translated or not."""
    for position, arg in enumerate(call.args):
        if arg.label in ("label", "verbose_name") or (arg.label is None and position == 0):
            text = bindings.constants.get(arg.reg) or next(iter(bindings.given.get(arg.reg, ())), "")
            if isinstance(text, str) and text:
                return text
    return ""


def order_of_bases(cls: int, classes: list[Class]) -> list[int]:
    """The C3 order of ``cls`` and its bases (https://www.python.org/download/releases/2.3/mro/).

    Where no order exists (such a class could not be made), or in a cycle, a depth-first order stands in.
    """
    found = _c3(cls, classes, ())
    return found if found is not None else _depth_first(cls, classes, [])


def _c3(cls: int, classes: list[Class], above: tuple[int, ...]) -> list[int] | None:
    if cls in above or len(above) > 100:
        return None
    if classes[cls].mro:
        return classes[cls].mro
    sequences: list[list[int]] = []
    for base in classes[cls].bases:
        order = _c3(base, classes, (*above, cls))
        if order is None:
            return None
        sequences.append(list(order))
    sequences.append(list(classes[cls].bases))
    out = [cls]
    while any(sequences):
        head = next((s[0] for s in sequences if s and not any(s[0] in t[1:] for t in sequences)), None)
        if head is None:
            return None
        out.append(head)
        sequences = [[x for x in s if x != head] for s in sequences]
    return out


def _depth_first(cls: int, classes: list[Class], seen: list[int]) -> list[int]:
    if cls not in seen:
        seen.append(cls)
        for base in classes[cls].bases:
            _depth_first(base, classes, seen)
    return seen
