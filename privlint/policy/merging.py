"""One data map of a project whose parts have declarations of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from privlint.catalog import Catalog
from privlint.declaration import Declarations
from privlint.model.data import Confidence
from privlint.model.datamap import Cell, Collected, DataMap, Kept, Provenance, Receiver, Shared
from privlint.model.facts import Facts
from privlint.policy.datamap import Locate, receiver_order, survey
from privlint.policy.parts import scope

Part = TypeVar("Part", Collected, Shared, Kept, Receiver)


def survey_parts(
    facts: Facts, declared: Declarations, catalog: Catalog, locate: Locate, min_confidence: Confidence = Confidence.LOW
) -> DataMap:
    """The map of a whole project, each part joined with the declaration that speaks of it.

    Args:
        declared: the declarations.
        facts, catalog, locate, min_confidence: as in ``survey``.
    """
    if len(declared.all) == 1:
        return survey(facts, declared.main, catalog, locate, min_confidence)
    found = [survey(facts, each, catalog, locate, min_confidence, scope(declared, each)) for each in declared.all]
    speaks = declared.main or next((each for each in declared.all if each is not None), None)
    return replace(merged(found), declaration=speaks)


def merged(maps: Sequence[DataMap]) -> DataMap:
    """Several maps as one.

    What one part does and its own declaration does not say is not declared, whatever those of others say.
    """
    types = {kind.id: kind for each in maps for kind in each.types}
    collected = _together((part for each in maps for part in each.collected), lambda part: (part.data,))
    shared = _together((part for each in maps for part in each.shared), lambda part: (part.receiver, part.data))
    kept = _together((part for each in maps for part in each.kept), _place)
    receivers = _together((part for each in maps for part in each.receivers), lambda part: (part.key,))
    return DataMap(
        collected=collected,
        shared=shared,
        kept=kept,
        receivers=tuple(sorted(receivers, key=receiver_order)),
        types=tuple(types[name] for name in sorted(types)),
    )


def _place(part: Kept) -> tuple[str, str, str]:
    return part.data, part.kind, part.receiver or ""


def _together(parts: Iterable[Part], key: Callable[[Part], tuple[str, ...]]) -> tuple[Part, ...]:
    groups: dict[tuple[str, ...], list[Part]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return tuple(_one(groups[found]) for found in sorted(groups))


def _one(parts: list[Part]) -> Part:
    """What several parts say of the same thing."""
    if len(parts) == 1:
        return parts[0]
    changed: dict[str, Any] = {}
    for field in fields(parts[0]):
        values = [getattr(part, field.name) for part in parts]
        if field.name == "provenance":
            changed[field.name] = _common(values)
        elif isinstance(values[0], tuple):
            every = [value for each in values for value in each]
            changed[field.name] = _cells(every) if every and isinstance(every[0], Cell) else tuple(dict.fromkeys(every))
        else:
            changed[field.name] = next((value for value in values if value), values[0])
    return replace(parts[0], **changed)


def _cells(cells: list[Cell]) -> tuple[Cell, ...]:
    by_value: dict[str, list[Cell]] = {}
    for cell in cells:
        by_value.setdefault(cell.value, []).append(cell)
    return tuple(
        Cell(
            value,
            _common([cell.provenance for cell in found]),
            tuple(dict.fromkeys(line for cell in found for line in cell.evidence)),
        )
        for value, found in by_value.items()
    )


def _common(found: Sequence[Provenance]) -> Provenance:
    if Provenance.OBSERVED in found:
        return Provenance.OBSERVED
    return Provenance.DECLARED if set(found) == {Provenance.DECLARED} else Provenance.BOTH
