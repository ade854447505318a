"""Reading one mapping of a rule pack: each accessor checks the value's shape and fails at its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from privlint.catalog.document import Document, Where
from privlint.catalog.errors import suggestion
from privlint.model.rules import ArgSpec, Condition


class Fields:
    """A mapping whose keys are known; an unknown key is an error that names the nearest known one."""

    __slots__ = ("document", "values", "what", "where")

    def __init__(self, document: Document, where: Where, value: Any, what: str, keys: Collection[str]) -> None:
        self.document = document
        self.where = where
        self.what = what
        if not isinstance(value, dict):
            document.fail(where, f"{what} must be a mapping, not {kind_of(value)}")
        self.values: dict[str, Any] = value
        for key in value:
            if key not in keys:
                document.fail(where, f"unknown key {key!r} in {what}{suggestion(key, keys)}", key)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def fail(self, message: str, key: str | None = None) -> NoReturn:
        """Raise an error at this mapping, or at its value for ``key``."""
        where = (*self.where, key) if key is not None and key in self.values else self.where
        self.document.fail(where, message)

    def text(self, key: str, default: str | None = "") -> str:
        """A string; ``default=None`` makes the key mandatory."""
        if key not in self.values:
            if default is None:
                self.fail(f"{self.what} needs {key!r}")
            return default
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.fail(f"{key!r} must be a string, not {kind_of(value)}", key)
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A string or a list of strings, always as a tuple."""
        if key not in self.values:
            return ()
        value = self.values[key]
        if isinstance(value, str):
            return (value,)
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if isinstance(item, bool) or not isinstance(item, str | int | float):
                where = (*self.where, key, index) if isinstance(value, list) else (*self.where, key)
                self.document.fail(where, f"{key!r} must be a string or a list of strings, not {kind_of(item)}")
        return tuple(str(item) for item in items)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self.fail(f"{key!r} must be true or false, not {kind_of(value)}", key)
        return value

    def number(self, key: str, default: int) -> int:
        """A whole number from 0 on."""
        if key not in self.values:
            return default
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.fail(f"{key!r} must be a number from 0 on, not {value!r}", key)
        return value

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """One of the ``allowed`` words."""
        value = self.text(key, default)
        if value not in allowed:
            self.fail(f"{key!r} cannot be {value!r}{suggestion(value, allowed) or one_of(allowed)}", key)
        return value

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """A mapping of strings to strings."""
        value = self.mapping(key)
        for name, item in value.items():
            if isinstance(item, bool) or not isinstance(item, str | int | float):
                self.document.fail((*self.where, key, name), f"{name!r} must be a string, not {kind_of(item)}")
        return tuple((name, str(item)) for name, item in value.items())

    def lists(self, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """A mapping of strings to a string or a list of strings."""
        out: list[tuple[str, tuple[str, ...]]] = []
        for name, item in self.mapping(key).items():
            items = item if isinstance(item, list) else [item]
            for each in items:
                if not isinstance(each, str):
                    self.document.fail((*self.where, key, name), f"{name!r} must be a string, not {kind_of(each)}")
            out.append((name, tuple(items)))
        return tuple(out)

    def settings(self, key: str) -> tuple[tuple[str, object], ...]:
        """A mapping of names to plain values."""
        value = self.mapping(key)
        for name, item in value.items():
            if isinstance(item, dict | list):
                self.document.fail((*self.where, key, name), f"{name!r} must be a plain value, not {kind_of(item)}")
        return tuple(value.items())

    def conditions(self, key: str) -> tuple[Condition, ...]:
        """A mapping of arguments (names or positions) to a plain value or a list of them."""
        out: list[Condition] = []
        for argument, value in self.mapping(key).items():
            values = value if isinstance(value, list) else [value]
            for item in values:
                if isinstance(item, dict | list):
                    where = (*self.where, key, argument)
                    self.document.fail(where, f"{argument!r} must be a plain value or a list, not {kind_of(item)}")
            out.append(Condition(str(argument), tuple(values)))
        return tuple(out)

    def mapping(self, key: str) -> dict[str, Any]:
        """A mapping, empty where the key is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.fail(f"{key!r} must be a mapping, not {kind_of(value)}", key)
        return value

    def entries(self, key: str) -> Iterator[tuple[Where, Any]]:
        """The elements of a list with their places."""
        value = self.values.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.fail(f"{key!r} must be a list, not {kind_of(value)}", key)
        for index, item in enumerate(value):
            yield (*self.where, key, index), item

    def args(self, key: str, default: ArgSpec) -> ArgSpec:
        """Which arguments: positions, names, ``"*"``, ``"2.."``, ``self``."""
        if key not in self.values:
            return default
        value = self.values[key]
        items = value if isinstance(value, list) else [value]
        positions: list[int] = []
        names: list[str] = []
        rest = -1
        every = receiver = False
        for item in items:
            if isinstance(item, int) and not isinstance(item, bool) and item >= 0:
                positions.append(item)
            elif item == "*":
                every = True
            elif item == "self":
                receiver = True
            elif isinstance(item, str) and item.endswith("..") and item[:-2].isdigit():
                rest = int(item[:-2])
            elif isinstance(item, str) and item.isidentifier():
                names.append(item)
            else:
                self.fail(f"{item!r} names no argument: a position, a name, '*', '2..' or self", key)
        return ArgSpec(tuple(positions), tuple(names), every, receiver, rest)


def kind_of(value: object) -> str:
    """What a value is, in the words of YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "a string" if isinstance(value, str) else "a number"


def one_of(allowed: Collection[str]) -> str:
    """``; one of a, b, c``."""
    return f"; one of {', '.join(sorted(allowed))}"
