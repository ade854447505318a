"""``html``: the map as one page to read, to print and to hand to a data protection officer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from privlint.model.datamap import (
    Cell,
    Collected,
    DataMap,
    Evidence,
    Intake,
    Kept,
    Passage,
    Provenance,
    Receiver,
    Shared,
)
from privlint.model.location import Location
from privlint.report.maps.drawing import draw
from privlint.report.maps.words import ROLES, SINKS, edges_to, field_name, kept_kinds, label, receivers_of, recipients
from privlint.report.page import page, text
from privlint.report.words import count, place

_SHOWN = 50  # places of one row; a page with all of a large application's could not be read


def render(data_map: DataMap) -> str:
    """The page: what stands out, the drawing, then recipients, collection and storage with their evidence."""
    name = data_map.declaration.controller if data_map.declaration else None
    title = f"Data map of {name}" if name else "Data map"
    return page(title, _body(data_map, title), style="map.css", script="map.js", version=data_map.version)


def _body(data_map: DataMap, title: str) -> Iterator[str]:
    yield f"<header><h1>{text(title)}</h1>"
    yield f"<p>{text(_outset(data_map))}</p>"
    yield from _legend(data_map)
    yield "</header><main>"
    yield from _figures(data_map)
    yield f"<figure>{draw(data_map)}</figure>"
    yield '<form id="filter"><label>Find <input type="search" placeholder="email, Mixpanel, forms.py"></label>'
    for each in Provenance if data_map.declaration is not None else ():
        yield f'<label><input type="checkbox" checked value="{each.value}"> {each.value}</label>'
    yield "</form>"
    yield from _recipients(data_map)
    yield from _collection(data_map)
    yield from _keeping(data_map)
    yield from _unreadable(data_map)
    yield "</main>"


def _outset(data_map: DataMap) -> str:
    """What was looked at, in a sentence."""
    looked = f"{count(data_map.files, 'file')} ({count(data_map.lines, 'line')}) of Python code"
    if data_map.declaration is None:
        return f"From {looked}; there is no declaration to compare with."
    return f"From {looked}, compared with {data_map.declaration.path}."


def _legend(data_map: DataMap) -> Iterator[str]:
    if data_map.declaration is None:
        return
    words = {
        Provenance.BOTH: "declared, and the code does it",
        Provenance.OBSERVED: "the code does it, nobody declared it",
        Provenance.DECLARED: "declared, and no code does it",
    }
    yield '<ul class="legend">'
    yield from (f"<li>{_mark(each)} {text(meaning)}</li>" for each, meaning in words.items())
    yield "</ul>"


def _figures(data_map: DataMap) -> Iterator[str]:
    """The numbers that a reader looks for first."""
    outside = recipients(data_map)
    unknown = sum(len(each.passages) for r in receivers_of(data_map, "unknown") for each in edges_to(data_map, r))
    seen = [each for each in data_map.collected if each.provenance.is_observed]
    undeclared = sum(not each.provenance.is_declared for each in outside)
    unprotected = sum(each.value == "unprotected" for edge in data_map.shared for each in edge.transports)
    figures = [
        (len(seen), "types of personal data collected", ""),
        (len(outside), "recipients", ""),
        (undeclared, "of them not declared", "bad") if data_map.declaration else None,
        (sum(each.abroad is True for each in outside), "of them abroad", "") if _has_home(data_map) else None,
        (unknown, "sharings whose recipient is not known", "bad"),
        (unprotected, "sharings unprotected on the way", "bad"),
    ]
    yield '<ul class="figures">'
    for number, words, style in filter(None, figures):
        yield f'<li class="{style if number else ""}"><b>{number}</b> {text(words)}</li>'
    yield "</ul>"


def _has_home(data_map: DataMap) -> bool:
    return data_map.declaration is not None and data_map.declaration.country is not None


# -- recipients ----------------------------------------------------------------------------------------------------


def _recipients(data_map: DataMap) -> Iterator[str]:
    yield '<section id="recipients"><h2>Who receives it</h2>'
    if not data_map.receivers:
        yield "<p>Nobody is seen to receive personal data.</p>"
    for receiver in data_map.receivers:
        yield f'<article class="{_standing(data_map, receiver)}">'
        yield f"<h3>{text(receiver.name)} {_mark_of(data_map, receiver)}</h3>"
        yield f"<p>{_about(receiver)}</p>"
        edges = edges_to(data_map, receiver)
        if edges:
            yield from _table(
                ("Data", "Form", "Way", "Purpose", "Basis", "Whose", "", "Where"),
                (_edge(data_map, each) for each in edges),
            )
        yield "</article>"
    yield "</section>"


def _standing(data_map: DataMap, receiver: Receiver) -> str:
    if receiver.role in ("unknown", "internal"):
        return receiver.role
    if data_map.declaration is None:
        return "seen"
    return receiver.provenance.value


def _mark_of(data_map: DataMap, receiver: Receiver) -> str:
    return "" if receiver.role in ("unknown", "internal") else _compared(data_map, receiver.provenance)


def _compared(data_map: DataMap, provenance: Provenance) -> str:
    """The mark, where there is a declaration to compare with."""
    return "" if data_map.declaration is None else _mark(provenance)


def _about(receiver: Receiver) -> str:
    """Who this is, in a line."""
    words = [ROLES[receiver.role]] if receiver.role != "unknown" else ["the code does not tell who this is"]
    if receiver.kind:
        words.append(receiver.kind.replace("-", " "))
    if receiver.company and receiver.company != receiver.name:
        words.append(receiver.company)
    line = text(" · ".join(words))
    for heading, cells in (("country", receiver.countries), ("transfer", receiver.transfers)):
        if cells:
            line += f" · {heading} {_cells(cells)}"
    if receiver.abroad and not receiver.transfers:
        line += ' · <strong class="bad">abroad, and no transfer is declared</strong>'
    if receiver.hosts or receiver.packages:
        line += "<br>" + " ".join(f"<code>{text(each.value)}</code>" for each in (*receiver.hosts, *receiver.packages))
    return line


def _edge(data_map: DataMap, each: Shared) -> tuple[Provenance, list[str]]:
    way = [*each.manners, *each.transports]
    return each.provenance, [
        _data(data_map, each.data),
        _cells(each.forms),
        ", ".join(_way(cell) for cell in way),
        _cells(each.purposes),
        _cells(each.bases),
        _cells(each.subjects),
        _compared(data_map, each.provenance),
        _places([*map(_line, each.declared), *map(_passage, each.passages)]),
    ]


def _way(cell: Cell) -> str:
    words = text(SINKS.get(cell.value, cell.value))
    return f'<strong class="bad">{words}</strong>' if cell.value == "unprotected" else words


# -- collection and storage ----------------------------------------------------------------------------------------


def _collection(data_map: DataMap) -> Iterator[str]:
    yield '<section id="collection"><h2>What is collected</h2>'
    if data_map.collected:
        yield from _table(
            ("Data", "Whose", "Required", "Purpose", "Basis", "Kept for", "", "Where"),
            (_collected(data_map, each) for each in data_map.collected),
        )
    else:
        yield "<p>Nothing is seen to be collected.</p>"
    yield "</section>"


def _collected(data_map: DataMap, each: Collected) -> tuple[Provenance, list[str]]:
    return each.provenance, [
        _data(data_map, each.data),
        _cells(each.subjects),
        "required" if each.required else "optional" if each.intakes else "",
        _cells(each.purposes),
        _cells(each.bases),
        _cells(each.retention),
        _compared(data_map, each.provenance),
        _places([*map(_line, each.declared), *map(_intake, each.intakes)]),
    ]


def _keeping(data_map: DataMap) -> Iterator[str]:
    yield '<section id="keeping"><h2>Where it is stored, logged and shown</h2>'
    for kind, group in kept_kinds(data_map).items():
        yield f"<h3>{text(SINKS.get(kind, kind).capitalize() if kind != 'url' else SINKS[kind])}</h3>"
        yield from _table(("Data", "Form", "Whose", "Provider", "Where"), (_kept(data_map, each) for each in group))
    if not data_map.kept:
        yield "<p>Nothing is seen to be kept.</p>"
    yield "</section>"


def _kept(data_map: DataMap, each: Kept) -> tuple[Provenance, list[str]]:
    provider = data_map.receiver(each.receiver).name if each.receiver else ""
    return Provenance.OBSERVED, [
        _data(data_map, each.data),
        _cells(each.forms),
        _cells(each.subjects),
        text(provider),
        _places([*map(_intake, each.intakes), *map(_passage, each.passages)]),
    ]


def _unreadable(data_map: DataMap) -> Iterator[str]:
    if data_map.unreadable:
        yield "<section><h2>Not in this map</h2><p>These files could not be read or parsed:</p><ul>"
        yield from (f"<li><code>{text(path)}</code></li>" for path in data_map.unreadable)
        yield "</ul></section>"


# -- parts ---------------------------------------------------------------------------------------------------------


def _table(headings: Sequence[str], rows: Iterable[tuple[Provenance, list[str]]]) -> Iterator[str]:
    """A table without the columns that nobody fills."""
    filled = list(rows)
    used = [number for number in range(len(headings)) if any(cells[number] for _, cells in filled)]
    head = "".join(f"<th>{text(headings[number])}</th>" for number in used)
    yield f"<table><thead><tr>{head}</tr></thead><tbody>"
    for provenance, cells in filled:
        row = "".join(f"<td>{cells[number]}</td>" for number in used)
        yield f'<tr data-provenance="{provenance.value}">{row}</tr>'
    yield "</tbody></table>"


def _data(data_map: DataMap, data: str) -> str:
    kind = data_map.type(data)
    sensitive = ' <span class="tag">sensitive</span>' if kind.sensitivity == "sensitive" else ""
    id_ = "" if kind.label == kind.id else f"<br><code>{text(data)}</code>"
    return f"{text(label(kind))}{sensitive}{id_}"


def _cells(cells: Iterable[Cell]) -> str:
    """Values, with what only one side says told by its style and, on pointing, in words."""
    return ", ".join(
        f'<span class="cell {cell.provenance.value}" title="{text(_told(cell))}">{text(cell.value)}</span>'
        for cell in cells
    )


def _told(cell: Cell) -> str:
    places = list(dict.fromkeys(_short(each.location) for each in cell.evidence))
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return f"{cell.provenance.value}: {', '.join(places[:5])}{more}" if places else cell.provenance.value


def _mark(provenance: Provenance) -> str:
    return f'<span class="mark {provenance.value}">{provenance.value}</span>'


def _places(lines: list[str]) -> str:
    if not lines:
        return ""
    if len(lines) == 1:
        return f'<ul class="places">{lines[0]}</ul>'
    more = f"<li>and {len(lines) - _SHOWN} more</li>" if len(lines) > _SHOWN else ""
    shown = "".join(lines[:_SHOWN]) + more
    return f'<details><summary>{count(len(lines), "place")}</summary><ul class="places">{shown}</ul></details>'


def _line(evidence: Evidence) -> str:
    return f"<li><code>{text(_short(evidence.location))}</code> {text(evidence.text)}</li>"


def _intake(intake: Intake) -> str:
    needed = "" if intake.required else ", optional"
    sure = "" if intake.confidence.word == "high" else f", {intake.confidence.word} confidence"
    return f"<li><code>{text(_short(intake.location))}</code> {text(f'{field_name(intake)}{needed}{sure}')}</li>"


def _passage(passage: Passage) -> str:
    sure = "" if passage.confidence.word == "high" else f", {passage.confidence.word} confidence"
    words = f"{passage.callee} [from {passage.source}]{sure}" if passage.source else f"{passage.callee}{sure}"
    line = f"<code>{text(_short(passage.location))}</code> {text(words)}"
    if len(passage.steps) < 3:
        return f"<li>{line}</li>"
    steps = "".join(f"<li><code>{text(_short(step.location))}</code> {text(step.text)}</li>" for step in passage.steps)
    way = f"<summary>the way, {count(len(passage.steps), 'step')}</summary><ol>{steps}</ol>"
    return f"<li>{line}<details>{way}</details></li>"


def _short(location: Location) -> str:
    """``path:line``; the column helps nobody on paper."""
    return place(location).rpartition(":")[0]
