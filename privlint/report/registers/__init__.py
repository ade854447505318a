"""What the law asks to keep or to publish, from the data map: the record of processing and the two Chinese lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from privlint.model.datamap import DataMap
from privlint.report.registers.lists import list_of_collected, list_of_shared
from privlint.report.registers.processing import record_of_processing
from privlint.report.registers.sheet import Sheet
from privlint.report.registers.writing import to_csv, to_markdown

__all__ = ["REGISTERS", "REGISTER_FORMATS", "render_register"]

REGISTERS: Mapping[str, Callable[[DataMap], Sheet]] = MappingProxyType(
    {"ropa": record_of_processing, "collected": list_of_collected, "shared": list_of_shared}
)
"""The registers by name."""

REGISTER_FORMATS: Mapping[str, Callable[[Sheet], str]] = MappingProxyType({"csv": to_csv, "markdown": to_markdown})
"""How a register can be written."""


def render_register(data_map: DataMap, register: str, format: str) -> str:
    """Write one register; raises KeyError for an unknown register or format."""
    return REGISTER_FORMATS[format](REGISTERS[register](data_map))
