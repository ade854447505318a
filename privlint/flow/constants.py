"""Constants of the analysed code as abstract values, and the constants that a value may be."""

from __future__ import annotations

from privlint.flow import limits
from privlint.flow.values import FALSE, NONE, SCALAR, TRUE, UNSURE, Inst, Lit, Prefix, Value, of

_KEY = 60  # the longest constant of bytes that is remembered: those that are keys


def literal(value: object) -> Value:
    """The value of a constant."""
    if isinstance(value, str):
        return of(Lit("str", value)) if len(value) <= limits.LITERAL else of(Prefix(value[: limits.LITERAL]))
    if value is None:
        return NONE
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, bytes) and len(value) <= _KEY:
        return of(Lit("bytes", value))
    if isinstance(value, int | float):
        return of(Lit(type(value).__name__, value))
    return SCALAR


def is_number(value: Value) -> bool:
    """Whether a value is a number, and nobody's."""
    numbers = [
        a.kind in ("int", "float") if isinstance(a, Lit) else isinstance(a, Inst) and a.type == "builtins.int"
        for a in value.atoms - UNSURE.atoms
    ]
    return bool(numbers) and not value.marks and all(numbers)


def strings(value: Value) -> list[str]:
    """The string constants that the value may be, sorted."""
    found = [a.value for a in value.atoms if isinstance(a, Lit) and isinstance(a.value, str)]
    return sorted(found) if len(found) > 1 else found


def is_constant(value: Value) -> bool:
    """Whether a value is one of some constants of the code, and carries no data."""
    return bool(value.atoms) and not value.marks and all(isinstance(atom, Lit) for atom in value.atoms)


def key_texts(value: Value) -> list[str]:
    """What the keys are called that the value may be; also those of bytes (``row[b"email"]``)."""
    found = [a.value for a in value.atoms if isinstance(a, Lit)]
    return sorted(
        each.decode("utf-8", "replace") if isinstance(each, bytes) else each
        for each in found
        if isinstance(each, str | bytes)
    )


def constant_label(value: Value) -> str | None:
    """The label of an item looked up by this value: ``[key]`` if it is one constant, else None."""
    if len(value.atoms) == 1:
        (atom,) = value.atoms
        if isinstance(atom, Lit) and isinstance(atom.value, str | bytes | int | float | bool | type(None)):
            return f"[{int(atom.value) if isinstance(atom.value, bool) else atom.value!r}]"
    return None
