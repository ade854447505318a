"""A module as bytes and back."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import zlib

import pytest

from privlint.ir.codec import ENDS, FORMAT, OPS, CodecError, decode, encode
from privlint.ir.module import Block, FunctionIR, ModuleIR
from privlint.ir.ops import Const, End, Op, Return
from privlint.lower import lower
from privlint.model.source import SourceFile


def module_with(value: object) -> ModuleIR:
    block = Block((Const(0, value, 1),), Return(-1, 0), -1)
    function = FunctionIR(
        0, "<module>", "<module>", "module", -1, (), None, False, False, frozenset(("b", "a")), (), (block,), 0
    )
    return ModuleIR("a/b.py", (function,), None, 2)


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, 1, -1, 2**53, -(2**70), 0.0, -0.0, 1.5, math.inf, 1j, complex(-0.0, 2), "", "中文", "\ud800",
        b"", b"\x00\xff", ..., "b", 1.0,
    ],
)  # fmt: skip
def test_constants_keep_value_and_type(value: object) -> None:
    (op,) = decode(encode(module_with(value)), "a/b.py").functions[0].blocks[0].ops
    assert isinstance(op, Const)
    assert repr(op.value) == repr(value)


def test_real_code() -> None:
    module = lower(SourceFile("dataclasses.py", "", inspect.getsource(dataclasses), ""))
    again = decode(encode(module), module.path)
    assert again == module
    assert encode(again) == encode(module)


def test_every_op_and_end_is_known() -> None:
    assert set(OPS) == set(Op.__args__)
    assert set(ENDS) == set(End.__args__)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b"[1,2,3]", b"[999,null,0,[]]", b"[%d,null,0,[[0]]]" % FORMAT, b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=lambda data: repr(data[:12]),
)  # fmt: skip
def test_bytes_that_are_no_module(data: bytes) -> None:
    for sent in (data, zlib.compress(data), zlib.compress(data)[:-1]):
        with pytest.raises(CodecError):
            decode(sent, "a.py")


def test_damaged_ops() -> None:
    plain = json.loads(zlib.decompress(encode(module_with(1))))
    assert plain[0] == FORMAT
    for op in ([0, 1], [77, 1, 2, 3]):
        plain[3][0][11][0][0][0] = op
        with pytest.raises(CodecError):
            decode(zlib.compress(json.dumps(plain).encode()), "a.py")
