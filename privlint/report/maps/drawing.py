"""The map as a drawing (SVG): where data enters on the left, the data in the middle, where it goes on the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from privlint.model.datamap import DataMap, Provenance
from privlint.report.maps.words import SINKS, holder, kept_kinds, label
from privlint.report.page import text
from privlint.report.visible import width

_ROW, _BOX, _GAP = 34, 26, 18  # pixels: from one box to the next, a box, between groups
_COLUMNS = (0, 400, 800)  # where the columns begin
_WIDTHS = (240, 250, 300)
_LETTER = 6.6  # pixels of a letter, about
_PASSES = 3


@dataclass(slots=True)
class _Node:
    """A box: ``key`` tells boxes of a column apart, ``style`` are its classes."""

    key: str
    title: str
    style: str = ""
    group: int = 0  # groups of a column stand apart, in this order
    note: str = ""  # shown at the right edge
    y: float = 0.0


@dataclass(slots=True)
class _Link:
    """A line between two boxes of neighbouring columns."""

    source: str
    target: str
    style: str


@dataclass(slots=True)
class _Drawing:
    columns: tuple[dict[str, _Node], dict[str, _Node], dict[str, _Node]] = field(default_factory=lambda: ({}, {}, {}))
    links: tuple[list[_Link], list[_Link]] = field(default_factory=lambda: ([], []))


def draw(data_map: DataMap) -> str:
    """The drawing as one ``svg`` element; nothing for an empty map."""
    drawing = _Drawing()
    _fill(drawing, data_map)
    if not drawing.columns[1]:
        return ""
    for _ in range(_PASSES):
        _settle(drawing)
    height = max(_place(column.values()) for column in drawing.columns)
    total = _COLUMNS[2] + _WIDTHS[2]
    parts = [
        f'<svg id="drawing" viewBox="-2 0 {total + 4} {height + 26:.0f}" role="img" aria-label="Drawing of the map">'
    ]
    for x, heading in zip(
        _COLUMNS, ("Where it enters", "Personal data", "Who receives it, where it is kept"), strict=True
    ):
        parts.append(f'<text class="heading" x="{x}" y="14">{heading}</text>')
    parts += _lines(drawing)
    for number, column in enumerate(drawing.columns):
        parts += [_box(node, number) for node in column.values()]
    parts.append("</svg>")
    return "\n".join(parts)


def _fill(drawing: _Drawing, data_map: DataMap) -> None:
    enters, types, goes = drawing.columns
    for each in data_map.collected:
        for intake in each.intakes:
            if intake.how != "model":
                key = holder(intake)
                enters.setdefault(key, _Node(key, key))
                drawing.links[0].append(_Link(key, each.data, "seen"))
    for share in data_map.shared:
        receiver = data_map.receiver(share.receiver)
        country = ", ".join(cell.value for cell in receiver.countries)
        key = f"r {receiver.key}"
        style = f"{receiver.role} {_style(data_map, receiver.provenance, receiver.role)}"
        group = {"third-party": 0, "unknown": 0, "infrastructure": 1, "internal": 2}[receiver.role]
        goes.setdefault(key, _Node(key, receiver.name, style, group, country))
        drawing.links[1].append(_Link(share.data, key, _style(data_map, share.provenance, receiver.role)))
    for kind, group_of_kind in kept_kinds(data_map).items():
        key = f"k {kind}"
        goes[key] = _Node(key, SINKS.get(kind, kind), "place", 3)
        drawing.links[1].extend(_Link(each.data, key, "seen") for each in group_of_kind)
    for data in sorted({each.data for part in (data_map.collected, data_map.shared, data_map.kept) for each in part}):
        known = data_map.type(data)
        note = "sensitive" if known.sensitivity == "sensitive" else ""
        types[data] = _Node(data, label(known), known.sensitivity, note=note)


def _style(data_map: DataMap, provenance: Provenance, role: str) -> str:
    """What nobody declared stands out where there is a declaration to compare with."""
    if provenance is Provenance.OBSERVED and (data_map.declaration is None or role == "internal"):
        return "seen"
    return provenance.value


def _settle(drawing: _Drawing) -> None:
    """Order each column by where its neighbours stand, which keeps lines from crossing."""
    left, middle, right = drawing.columns
    _order(
        middle,
        [
            *((link.target, _rank(left, link.source)) for link in drawing.links[0]),
            *((link.source, _rank(right, link.target)) for link in drawing.links[1]),
        ],
    )
    _order(left, [(link.source, _rank(middle, link.target)) for link in drawing.links[0]])
    _order(right, [(link.target, _rank(middle, link.source)) for link in drawing.links[1]])


def _rank(column: Mapping[str, _Node], key: str) -> float:
    keys = list(column)
    return keys.index(key) / len(keys)


def _order(column: dict[str, _Node], neighbours: Iterable[tuple[str, float]]) -> None:
    ranks: dict[str, list[float]] = {}
    for key, rank in neighbours:
        ranks.setdefault(key, []).append(rank)
    means = {key: sum(values) / len(values) for key, values in ranks.items()}
    nodes = sorted(column.values(), key=lambda node: (node.group, means.get(node.key, 0.5), node.key))
    column.clear()
    column.update((node.key, node) for node in nodes)


def _place(nodes: Iterable[_Node]) -> float:
    """Give every box of a column its height; the height of the column."""
    y, group = 26.0, -1
    for node in nodes:
        if group not in (-1, node.group):
            y += _GAP
        group, node.y = node.group, y
        y += _ROW
    return y


def _lines(drawing: _Drawing) -> Iterator[str]:
    for number, links in enumerate(drawing.links):
        x1, x2 = _COLUMNS[number] + _WIDTHS[number], _COLUMNS[number + 1]
        bend = (x2 - x1) * 0.55
        unique = {(link.source, link.target, link.style): link for link in links}
        for link in unique.values():
            source, target = drawing.columns[number][link.source], drawing.columns[number + 1][link.target]
            y1, y2 = source.y + _BOX / 2, target.y + _BOX / 2
            ends = f'data-from="{number}{text(link.source)}" data-to="{number + 1}{text(link.target)}"'
            path = f"M{x1} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2} {y2:.1f}"
            yield f'<path class="link {link.style}" {ends} d="{path}"/>'


def _box(node: _Node, column: int) -> str:
    x, wide = _COLUMNS[column], _WIDTHS[column]
    room = int((wide - 20 - len(node.note) * _LETTER) / _LETTER)
    note = f'<text class="note" x="{x + wide - 8}" y="{node.y + 17:.0f}">{text(node.note)}</text>' if node.note else ""
    return (
        f'<g class="node {node.style}" data-node="{column}{text(node.key)}"><title>{text(node.title)}</title>'
        f'<rect x="{x}" y="{node.y:.0f}" width="{wide}" height="{_BOX}" rx="5"/>'
        f'<text x="{x + 9}" y="{node.y + 17:.0f}">{text(_cut(node.title, room))}</text>{note}</g>'
    )


def _cut(title: str, room: int) -> str:
    """As much of a title as there is room for, in cells of a terminal."""
    if width(title) <= room:
        return title
    while title and width(title) >= room:
        title = title[:-1]
    return title.rstrip() + "…"
