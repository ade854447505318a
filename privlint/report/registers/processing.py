"""The record of processing activities: GDPR Art. 30(1), and what PIPL Art. 55 and 56 want assessed and recorded.

Article 30(1) lists controller, representative and data protection officer (a), purposes (b), categories of people and
of data (c), recipients (d), transfers to third countries with their safeguards (e), time limits for erasure (f) and
security measures (g).  PIPL Art. 55 asks for an impact assessment of sensitive data, automated decisions, of what is
entrusted or provided to others and of what goes abroad; Art. 56 for a record of the processing, kept three years.
GDPR Art. 35(3) asks for one of decisions made by machines alone and of special categories; the CCPA (1798.185, by its
regulations) for a risk assessment of sensitive data and of such decisions.  Only laws that the declaration names are
cited; all, where it names none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privlint.model.datamap import Cell, Collected, DataMap, Evidence, Provenance, Receiver, Shared
from privlint.model.declaration import AutomatedDecision
from privlint.report.maps.words import ROLES, SINKS, label
from privlint.report.registers.sheet import Cells, Column, Sheet, cell

_COLUMNS = (
    Column("purpose", "Purpose"),
    Column("legal_basis", "Legal basis"),
    Column("data_category", "Personal data"),
    Column("special_category", "Sensitive or special category"),
    Column("data_subjects", "Data subjects"),
    Column("recipient", "Recipient"),
    Column("recipient_category", "Category of recipient"),
    Column("recipient_country", "Country"),
    Column("third_country_transfer", "Third-country transfer"),
    Column("safeguards", "Safeguards"),
    Column("erasure_limit", "Erasure"),
    Column("security_measures", "Security measures"),
    Column("stored_in", "Stored or shown in"),
)
# What each law asks to be assessed beforehand, by the law's name.
_ASSESSED = {
    "PIPL": "Impact assessment (PIPL 55)",
    "GDPR": "Impact assessment (GDPR 35)",
    "CCPA": "Risk assessment (CCPA 1798.185)",
}
_RECORDS = {"GDPR": "Article 30(1) of the GDPR", "PIPL": "Articles 55 and 56 of the PIPL"}

_ABOUT = (
    "{under}, from the code and the declaration. "
    "Each value is marked: **declared** by the declaration, **observed** in the code, or **both**, with the lines that "
    "it rests on. A dash is what neither states, for the controller to fill in."
)


def record_of_processing(data_map: DataMap) -> Sheet:
    """One row for each purpose, data type and recipient; data without a declared purpose comes last."""
    rows = [row for data in _all_data(data_map) for row in _Data(data_map, data).rows()]
    rows.sort(key=lambda row: (not row[0], row[0][0].value if row[0] else ""))
    return Sheet(
        title="Record of processing activities",
        title_zh="",
        about=_ABOUT.format(under=_under(data_map)),
        general=_general(data_map),
        columns=(*_COLUMNS, Column("impact_assessment", _assessed(data_map))),
        rows=tuple(rows),
        grouped=True,
    )


def _names(data_map: DataMap, law: str) -> bool:
    """Whether a law is to be cited: the declaration names it, or none."""
    laws = data_map.declaration.laws if data_map.declaration is not None else ()
    return law in laws if laws else law != "CCPA"


def _under(data_map: DataMap) -> str:
    """``Record under Article 30(1) of the GDPR``, by the laws that ask for one."""
    asked = [text for law, text in _RECORDS.items() if _names(data_map, law)]
    return f"Record under {' and '.join(asked)}" if asked else "Record in the form of Article 30(1) of the GDPR"


def _assessed(data_map: DataMap) -> str:
    """The title of the column that says what is to be assessed beforehand, by the first law that asks for it."""
    return next((title for law, title in _ASSESSED.items() if _names(data_map, law)), "Impact assessment")


def _general(data_map: DataMap) -> tuple[tuple[Column, Cells], ...]:
    """Who answers for it: Art. 30(1)(a)."""
    declaration = data_map.declaration
    stated = (
        ("controller", "Controller", declaration.controller if declaration else None),
        ("controller_country", "Country of the controller", declaration.country if declaration else None),
        ("controller_contact", "Contact of the controller", declaration.contact if declaration else None),
        ("representative", "Representative", declaration.representative if declaration else None),
        ("dpo", "Data protection officer", declaration.dpo if declaration else None),
    )
    lines = [Evidence(declaration.at("controller"), "controller")] if declaration else []
    return tuple((Column(key, title), cell(value or "", Provenance.DECLARED, lines)) for key, title, value in stated)


def _all_data(data_map: DataMap) -> list[str]:
    parts = (data_map.collected, data_map.shared, data_map.kept)
    return sorted({each.data for part in parts for each in part})


class _Data:
    """The rows of one data type."""

    def __init__(self, data_map: DataMap, data: str) -> None:
        self._map = data_map
        self._type = data_map.type(data)
        self._collected = next((each for each in data_map.collected if each.data == data), None)
        self._shared = [each for each in data_map.shared if each.data == data]
        self._kept = [each for each in data_map.kept if each.data == data]
        outside = {each.key: each for each in data_map.receivers if each.role != "internal"}
        self._edges = [(each, outside[each.receiver]) for each in self._shared if each.receiver in outside]

    def rows(self) -> Iterator[tuple[Cells, ...]]:
        """For each purpose the recipients that serve it; recipients for no stated purpose; else the bare data."""
        purposes = [*(self._collected.purposes if self._collected else ())]
        known = {each.value for each in purposes}
        purposes += [each for edge, _ in self._edges for each in edge.purposes if each.value not in known]
        for purpose in {each.value: each for each in purposes}.values():
            serving = [pair for pair in self._edges if any(each.value == purpose.value for each in pair[0].purposes)]
            for edge, receiver in serving:
                own = next(each for each in edge.purposes if each.value == purpose.value)
                yield self._row(_both(purpose, own), edge, receiver)
            if not serving:
                yield self._row(purpose, None, None)
        others = [pair for pair in self._edges if not pair[0].purposes]
        for edge, receiver in others:
            yield self._row(None, edge, receiver)
        if not purposes and not others:
            yield self._row(None, None, None)

    def _row(self, purpose: Cell | None, edge: Shared | None, receiver: Receiver | None) -> tuple[Cells, ...]:
        collected = self._collected
        bases = _of_purpose(edge.bases, purpose) if edge else ()
        return (
            (purpose,) if purpose else (),
            bases or (_of_purpose(collected.bases, purpose) if collected else ()),
            self._kind(),
            self._special(),
            self._subjects(edge),
            _recipient(receiver, edge),
            cell(_category(receiver), *_standing(edge)) if receiver and edge else (),
            receiver.countries if receiver else (),
            _transfer(receiver, edge),
            receiver.transfers if receiver else (),
            _of_purpose(collected.retention, purpose) if collected else (),
            self._measures(edge),
            self._stores(),
            self._assessment(edge, receiver),
        )

    def _kind(self) -> Cells:
        name = label(self._type)
        text = name if self._type.label == self._type.id else f"{name} ({self._type.id})"
        return cell(text, *self._basis())

    def _basis(self) -> tuple[Provenance, tuple[Evidence, ...]]:
        """Whether this data is declared or observed at all, and where."""
        parts: list[Collected | Shared] = [*([self._collected] if self._collected else []), *self._shared]
        declared = [line for part in parts for line in part.declared]
        observed = [*_lines_of(parts), *(line for each in self._kept for line in _evidence(each.forms))]
        provenance = Provenance.of(declared=bool(declared), observed=bool(observed))
        return provenance, tuple(dict.fromkeys((*declared, *observed)))

    def _special(self) -> Cells:
        found = []
        if self._type.sensitivity == "sensitive" and _names(self._map, "PIPL"):
            found.append("sensitive personal information (PIPL 28)")
        if ("gdpr9", "yes") in self._type.maps and _names(self._map, "GDPR"):
            found.append("special category (GDPR 9)")
        if ("ccpa", "yes") in self._type.maps and _names(self._map, "CCPA"):
            found.append("sensitive personal information (CCPA 1798.140(ae))")
        provenance, evidence = self._basis()
        return tuple(Cell(each, provenance, evidence) for each in found)

    def _subjects(self, edge: Shared | None) -> Cells:
        own = edge.subjects if edge else ()
        return own or (self._collected.subjects if self._collected else ())

    def _measures(self, edge: Shared | None) -> Cells:
        """What is declared for all processing; what the code does to protect this, or fails to, on this way or, without
        one, where it is stored."""
        forms = edge.forms if edge else [each for kept in self._kept for each in kept.forms]
        found = [Cell(each, Provenance.DECLARED, (line,)) for each, line in _measures_declared(self._map)]
        found += [each for each in forms if each.value != "clear"]
        found += [each._replace(value=f"{each.value} transport") for each in (edge.transports if edge else ())]
        return _merged(found)

    def _stores(self) -> Cells:
        found = []
        for kept in self._kept:
            provider = self._map.receiver(kept.receiver).name if kept.receiver else ""
            name = SINKS.get(kept.kind, kept.kind)
            text = f"{name} ({provider})" if provider else name
            found.append(Cell(text, Provenance.OBSERVED, tuple(_evidence(kept.forms))))
        return _merged(found)

    def _assessment(self, edge: Shared | None, receiver: Receiver | None) -> Cells:
        """Which cases that a law wants assessed hold: of PIPL Art. 55, else of GDPR Art. 35(3), else of the CCPA."""
        if not _names(self._map, "PIPL"):
            return self._assessed_elsewhere()
        provenance, evidence = self._basis()
        found = []
        if self._type.sensitivity == "sensitive":
            found.append(Cell("sensitive personal information (55(1))", provenance, evidence))
        found += self._decided("automated decision (55(2))")
        if edge is not None and receiver is not None:
            found += cell("entrusted or provided to others (55(3))", *_standing(edge))
            if receiver.abroad:
                found += cell("provided abroad (55(4))", *_standing(edge))
        return tuple(found)

    def _assessed_elsewhere(self) -> Cells:
        european = _names(self._map, "GDPR")
        special = ("gdpr9", "yes") if european else ("ccpa", "yes")
        found: list[Cell] = []
        if special in self._type.maps:
            large = "special category, where on a large scale (35(3)(b))"
            text = large if european else "sensitive personal information"
            found.append(Cell(text, *self._basis()))
        return (*found, *self._decided("automated decision (35(3)(a))" if european else "automated decision"))

    def _decided(self, text: str) -> Cells:
        """What the declaration says of machines that decide by this data."""
        own = (self._type.id, _category_of(self._type.id))
        decisions = [each for each in _decisions(self._map) if each.data in own]
        lines = tuple(Evidence(each.location, "automated decision") for each in decisions)
        return (Cell(text, Provenance.DECLARED, lines),) if decisions else ()


def _recipient(receiver: Receiver | None, edge: Shared | None) -> Cells:
    if receiver is None or edge is None:
        return ()
    company = f" ({receiver.company})" if receiver.company not in ("", receiver.name) else ""
    return cell(receiver.name + company, *_standing(edge))


def _category(receiver: Receiver) -> str:
    return receiver.kind.replace("-", " ") if receiver.kind else ROLES[receiver.role]


def _transfer(receiver: Receiver | None, edge: Shared | None) -> Cells:
    if receiver is None or edge is None or receiver.abroad is None:
        return ()
    return cell("yes" if receiver.abroad else "no", *_standing(edge))


def _standing(edge: Shared) -> tuple[Provenance, tuple[Evidence, ...]]:
    """Whether an edge is declared or observed, and where."""
    return edge.provenance, (*edge.declared, *_lines_of([edge]))


def _lines_of(parts: Iterable[Collected | Shared]) -> list[Evidence]:
    found = []
    for part in parts:
        if isinstance(part, Collected):
            found += [Evidence(each.location, each.name, each.confidence) for each in part.intakes]
        else:
            found += [Evidence(each.location, each.callee, each.confidence) for each in part.passages]
    return found


def _of_purpose(cells: Cells, purpose: Cell | None) -> Cells:
    """Of several bases or periods those that stand on the purpose's own lines; all of them where none does."""
    if purpose is None:
        return cells
    lines = {each.location for each in purpose.evidence}
    own = tuple(each for each in cells if lines & {line.location for line in each.evidence})
    return own or cells


def _both(first: Cell, second: Cell) -> Cell:
    if first == second:
        return first
    return first._replace(evidence=tuple(dict.fromkeys((*first.evidence, *second.evidence))))


def _merged(cells: Iterable[Cell]) -> Cells:
    """Each value once, with the evidence of all."""
    found: dict[str, Cell] = {}
    for each in cells:
        earlier = found.get(each.value)
        declared = each.provenance.is_declared or (earlier is not None and earlier.provenance.is_declared)
        observed = each.provenance.is_observed or (earlier is not None and earlier.provenance.is_observed)
        lines = (*(earlier.evidence if earlier else ()), *each.evidence)
        provenance = Provenance.of(declared=declared, observed=observed)
        found[each.value] = Cell(each.value, provenance, tuple(dict.fromkeys(lines)))
    return tuple(found.values())


def _evidence(cells: Iterable[Cell]) -> Iterator[Evidence]:
    for each in cells:
        yield from each.evidence


def _measures_declared(data_map: DataMap) -> list[tuple[str, Evidence]]:
    declaration = data_map.declaration
    if declaration is None:
        return []
    line = Evidence(declaration.at("security"), "security measures")
    return [(each, line) for each in declaration.security]


def _decisions(data_map: DataMap) -> tuple[AutomatedDecision, ...]:
    return data_map.declaration.automated_decisions if data_map.declaration else ()


def _category_of(data: str) -> str:
    return data.partition(".")[0]
