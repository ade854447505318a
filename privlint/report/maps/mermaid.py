"""``mermaid``: the map as a diagram that GitHub, GitLab and most wikis draw.

Names of the analysed code stand in quoted labels with everything that Mermaid or HTML would act on as entities, so
that no name can add a node, a link or markup.  GitHub draws no more than 500 edges of a diagram.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from privlint.model.datamap import Collected, DataMap, Provenance, Shared
from privlint.report.maps.words import SINKS, holder, kept_kinds, label
from privlint.report.visible import visible

MAX_EDGES = 450
_MAX_LABEL = 60
_PLAIN = frozenset(" ._-/,:()")


class _Edge(NamedTuple):
    """One arrow between two nodes, which are told apart by what they are."""

    source: tuple[str, str]
    target: tuple[str, str]
    words: str = ""
    provenance: Provenance = Provenance.OBSERVED


def render(data_map: DataMap) -> str:
    """A flowchart: where data enters, the data, who receives it and where it is kept."""
    edges = [*_sharing(data_map), *_keeping(data_map), *_collecting(data_map)]
    shown = edges[:MAX_EDGES]
    names: dict[tuple[str, str], str] = {}
    for edge in shown:
        for node in (edge.source, edge.target):
            names.setdefault(node, f"n{len(names)}")
    lines = ["flowchart LR"]
    for group, title in _GROUPS:
        nodes = [node for node in names if node[0] == group]
        if nodes:
            lines.append(f'  subgraph {group}["{title}"]')
            lines += [f"    {names[node]}{_shape(group, _title(data_map, node))}" for node in sorted(nodes)]
            lines.append("  end")
    for edge in shown:
        arrow = "-.->" if edge.provenance is Provenance.DECLARED else "-->"
        words = f'|"{_quoted(edge.words)}"|' if edge.words else ""
        lines.append(f"  {names[edge.source]} {arrow}{words} {names[edge.target]}")
    lines += _styles(data_map, shown)
    if len(edges) > len(shown):
        lines.append(f"  %% {len(edges) - len(shown)} more edges are left out: Mermaid draws a limited number")
    return "\n".join(lines) + "\n"


_GROUPS = (
    ("enters", "Where it enters"),
    ("data", "Personal data"),
    ("recipients", "Who receives it"),
    ("kept", "Where it is kept"),
)


def _sharing(data_map: DataMap) -> Iterator[_Edge]:
    for each in data_map.shared:
        yield _Edge(("data", each.data), ("recipients", each.receiver), _manner(each), each.provenance)


def _manner(each: Shared) -> str:
    """In which form it is sent, where not in the clear; and what is wrong with the way."""
    forms = [cell.value for cell in each.forms if cell.provenance.is_observed and cell.value != "clear"]
    transports = [cell.value for cell in each.transports if cell.value == "unprotected"]
    return ", ".join([*forms, *transports])


def _keeping(data_map: DataMap) -> Iterator[_Edge]:
    for kind, group in kept_kinds(data_map).items():
        for each in group:
            forms = [cell.value for cell in each.forms if cell.value != "clear"]
            only = ", ".join(forms) if len(forms) == len(each.forms) else ""
            yield _Edge(("data", each.data), ("kept", kind), only)


def _collecting(data_map: DataMap) -> Iterator[_Edge]:
    for each in data_map.collected:
        for place in _places(each):
            yield _Edge(("enters", place), ("data", each.data), "", each.provenance)


def _places(each: Collected) -> list[str]:
    """The forms, requests and bodies that take it in; a table is where it is kept."""
    found = {holder(intake) for intake in each.intakes if intake.how != "model"}
    return sorted(found)


def _title(data_map: DataMap, node: tuple[str, str]) -> str:
    group, name = node
    if group == "data":
        return label(data_map.type(name))
    if group == "recipients":
        receiver = data_map.receiver(name)
        country = ", ".join(cell.value for cell in receiver.countries)
        return f"{receiver.name} ({country})" if country else receiver.name
    return SINKS.get(name, name) if group == "kept" else name


def _shape(group: str, title: str) -> str:
    opening, closing = {"data": ("([", "])"), "kept": ("[(", ")]")}.get(group, ("[", "]"))
    return f'{opening}"{_quoted(title)}"{closing}'


def _styles(data_map: DataMap, edges: list[_Edge]) -> Iterator[str]:
    """Red: shared, and not declared.  Without a declaration nothing is, and nothing is red."""
    undeclared = [
        str(number)
        for number, edge in enumerate(edges)
        if edge.target[0] == "recipients"
        and edge.provenance is Provenance.OBSERVED
        and data_map.receiver(edge.target[1]).role != "internal"
    ]
    if undeclared and data_map.declaration is not None:
        yield f"  linkStyle {','.join(undeclared)} stroke:#c62828,stroke-width:2px"


def _quoted(text: str) -> str:
    """Text as it may stand between quotation marks; letters of any script stay, all that could act is an entity."""
    shown = visible(text)
    shown = shown if len(shown) <= _MAX_LABEL else shown[: _MAX_LABEL - 1] + "…"
    return "".join(char if char.isalnum() or char in _PLAIN or char == "…" else f"#{ord(char)};" for char in shown)
