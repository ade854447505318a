"""Columns of the program's own making that are sealed on their way into the database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from privlint.ir import ops as o

if TYPE_CHECKING:
    from privlint.resolve.program import Program

# What makes the stored value: of Django's fields, SQLAlchemy's types, peewee's fields.
_STORING = (
    "get_prep_value",
    "get_db_prep_value",
    "get_db_prep_save",
    "process_bind_param",
    "bind_processor",
    "db_value",
)
_SEALS = re.compile(r"encrypt|cipher|fernet|(^|_)seal(s|ed)?($|_)|hashpw|make_password", re.IGNORECASE)


def seals(program: Program, module: int, text: str) -> bool:
    """Whether a text names a class of the program whose instances encrypt, or hash, what they store."""
    entity = program.lookup(program.modules[module], text) if text else None
    if entity is None or entity.kind != "class":
        return False
    return any(_encrypts(program, entity.number, name) for name in _STORING)


def _encrypts(program: Program, cls: int, name: str) -> bool:
    method = program.method(cls, name)
    if method is None:
        return False
    ir = program.functions[method.function].ir
    for block in ir.blocks:
        for op in block.ops:
            if isinstance(op, o.LoadAttr) and _SEALS.search(op.name):
                return True
            if isinstance(op, o.LoadName) and _SEALS.search(op.slot.partition("@")[0]):
                return True
    return False
