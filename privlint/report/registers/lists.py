"""The two lists of the Chinese rules: what is collected, and what is shared with third parties, SDKs included.

Art. 21(2) of the Network Data Security Regulations wants the purpose, manner and kinds of what is collected and of
what is provided to others set out as lists; the ministry's notice 292 of 2021 names the two lists and what stands in
them: kind, purpose and scene, and of sharing the third party and the manner as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privlint.model.datamap import Cell, Collected, DataMap, Evidence, Intake, Passage, Provenance, Receiver, Shared
from privlint.report.maps.words import holder, label
from privlint.report.registers.sheet import Cells, Column, Sheet, cell

_SENSITIVE = Column("sensitive", "Sensitive", "敏感个人信息")
_DATA = Column("personal_information", "Personal information", "个人信息种类")
_PURPOSE = Column("purpose", "Purpose", "使用目的")
_SCENE = Column("scene", "Scene", "使用场景")
_BASIS = Column("legal_basis", "Legal basis", "处理依据")

_ABOUT = (
    "From the code and the declaration. Each value is marked: **declared** by the declaration, **observed** in the "
    "code, or **both**, with the lines that it rests on; "
    "a dash is what neither states."
)
_MANNERS = {
    "sdk": "SDK",
    "http": "接口传输 HTTP request",
    "url": "链接参数 URL parameter",
    "object-storage": "委托存储 object storage",
    "database": "委托存储 database",
    "file": "文件 file",
    "cache": "委托存储 cache",
    "queue": "消息队列 queue",
    "telemetry": "监测 telemetry",
    "log": "日志 log",
}
_BASES = {
    "consent": "同意",
    "separate-consent": "单独同意",
    "guardian-consent": "监护人同意",
    "contract": "订立、履行合同所必需",
    "legal-obligation": "履行法定职责或义务",
    "vital-interests": "保护生命健康、财产安全",
    "public-interest": "公共利益",
}
_FORMS = {"clear": "明文", "masked": "脱敏", "pseudonymised": "去标识化", "encrypted": "加密"}
_TRANSPORTS = {"protected": "加密传输", "unprotected": "未加密传输"}
_INTAKES = {"request": "请求", "form": "表单", "serializer": "接口", "body": "接口", "model": "数据表"}


def list_of_collected(data_map: DataMap) -> Sheet:
    """已收集个人信息清单: one row for each data type that is declared to be collected, or is."""
    return Sheet(
        title="Personal information collected",
        title_zh="已收集个人信息清单",
        about=_ABOUT,
        general=(),
        columns=(
            _DATA,
            _SENSITIVE,
            _PURPOSE,
            _SCENE,
            Column("manner", "Manner of collection", "收集方式"),
            Column("required", "Required", "是否必填"),
            _BASIS,
            Column("retention", "Retention", "保存期限"),
        ),
        rows=tuple(_collected(data_map, each) for each in data_map.collected),
    )


def list_of_shared(data_map: DataMap) -> Sheet:
    """与第三方共享个人信息清单: one row for each third party and data type; nobody is left out for being unknown."""
    outside = [each for each in data_map.receivers if each.role != "internal"]
    return Sheet(
        title="Personal information shared with third parties",
        title_zh="与第三方共享个人信息清单",
        about=_ABOUT,
        general=(),
        columns=(
            Column("third_party", "Third party or SDK", "第三方/SDK名称"),
            Column("company", "Company", "公司名称"),
            _DATA,
            _SENSITIVE,
            _PURPOSE,
            _SCENE,
            Column("manner", "Manner of sharing", "共享方式"),
            Column("form", "Form", "个人信息形式"),
            Column("transport", "Transport", "传输安全"),
            _BASIS,
            Column("country", "Country", "所在国家或地区"),
            Column("transfer", "Cross-border transfer", "出境依据"),
        ),
        rows=tuple(_shared(data_map, each, party) for party in outside for each in _edges(data_map, party)),
    )


def _edges(data_map: DataMap, party: Receiver) -> list[Shared]:
    return [each for each in data_map.shared if each.receiver == party.key]


def _collected(data_map: DataMap, each: Collected) -> tuple[Cells, ...]:
    observed = [_taken(intake) for intake in each.intakes]
    standing = each.provenance, (*each.declared, *observed)
    required = [_taken(intake) for intake in each.intakes if intake.required]
    word = "是 yes" if required else "否 no" if observed else ""
    return (
        cell(_name(data_map, each.data), *standing),
        _sensitive(data_map, each.data, standing),
        each.purposes,
        _values((intake.function or _owner(intake), _taken(intake)) for intake in each.intakes),
        _values((_how(intake), _taken(intake)) for intake in each.intakes),
        cell(word, Provenance.OBSERVED, required or observed),
        _in_both(each.bases, _BASES),
        each.retention,
    )


def _shared(data_map: DataMap, each: Shared, party: Receiver) -> tuple[Cells, ...]:
    observed = [_arrives(passage) for passage in each.passages]
    standing = each.provenance, (*each.declared, *observed)
    name = f"不明 {party.name}" if party.role == "unknown" else party.name
    return (
        cell(name, *standing),
        cell(party.company, Provenance.OBSERVED, observed or party.declared),
        cell(_name(data_map, each.data), *standing),
        _sensitive(data_map, each.data, standing),
        each.purposes,
        _values((passage.function, _arrives(passage)) for passage in each.passages),
        tuple(manner._replace(value=_MANNERS.get(manner.value, manner.value)) for manner in each.manners),
        _in_both(each.forms, _FORMS),
        _in_both(each.transports, _TRANSPORTS),
        _in_both(each.bases, _BASES),
        party.countries,
        party.transfers,
    )


def _in_both(cells: Cells, words: Mapping[str, str]) -> Cells:
    """Words of a closed vocabulary in Chinese and as the declaration spells them: ``单独同意 separate-consent``."""
    return tuple(each._replace(value=f"{words.get(each.value, '')} {each.value}".strip()) for each in cells)


def _name(data_map: DataMap, data: str) -> str:
    kind = data_map.type(data)
    if kind.label == kind.id:
        return label(kind)
    return f"{kind.label_zh} {label(kind)} ({kind.id})".strip()


def _sensitive(data_map: DataMap, data: str, standing: tuple[Provenance, tuple[Evidence, ...]]) -> Cells:
    return cell("是 yes" if data_map.type(data).sensitivity == "sensitive" else "否 no", *standing)


def _taken(intake: Intake) -> Evidence:
    return Evidence(intake.location, intake.name, intake.confidence)


def _arrives(passage: Passage) -> Evidence:
    return Evidence(passage.location, passage.callee, passage.confidence)


def _owner(intake: Intake) -> str:
    return intake.owner or intake.name


def _how(intake: Intake) -> str:
    return f"{_INTAKES.get(intake.how, '')} {holder(intake)}".strip()


def _values(stated: Iterable[tuple[str, Evidence]]) -> Cells:
    """Observed values, each once with all its lines."""
    found: dict[str, list[Evidence]] = {}
    for value, evidence in stated:
        if value:
            found.setdefault(value, []).append(evidence)
    return tuple(Cell(value, Provenance.OBSERVED, tuple(lines)) for value, lines in sorted(found.items()))
