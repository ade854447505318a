"""From bytes to text by PEP 263, and what is said of bytes that are none."""

from __future__ import annotations

import codecs
import hashlib

import pytest

from privlint.model.source import SourceFile, Unreadable
from privlint.source import decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("name = '姓名'\n".encode(), "name = '姓名'\n"),
        (codecs.BOM_UTF8 + b"x = 1\n", "x = 1\n"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\nx = 1\n", "# coding: utf-8\nx = 1\n"),
        (b"# -*- coding: latin-1 -*-\ns = '\xe9'\n", "# -*- coding: latin-1 -*-\ns = 'é'\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=gbk :\ns = '电话'\n".encode("gbk"), None),
        (b"a = 1\r\nb = 2\rc = 3\n", "a = 1\r\nb = 2\rc = 3\n"),
    ],
)
def test_decodes(data: bytes, text: str | None) -> None:
    file = decode("a.py", "/p/a.py", data)
    assert isinstance(file, SourceFile)
    assert file.text == (text if text is not None else data.decode("gbk"))
    assert file.digest == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b"x = 1\ny = '\xff'\n", 2, 6, "utf-8"),
        ("x = 1\n\n\ny = '电".encode() + b"\xff'\n", 4, 7, "utf-8"),
        (b"# coding: no-such-codec\n", 1, 1, "unknown encoding"),
        (b"#!/bin/python\n# coding: no-such-codec\n", 2, 1, "unknown encoding"),
        (b"# coding: rot13\nk = 1\n", 1, 1, "rot13"),
        (b"# coding: hex\n00\n", 1, 1, "hex"),
        (b"# coding: punycode\nx\n", 1, 1, "punycode"),
        (b"# coding: ascii\nx = '\xe9'\n", 2, 6, "ascii"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", 1, 1, "encoding problem"),
        (b"x = 1\ny = '\0'\n", 2, 6, "null byte"),
        ("x = 1\n".encode("utf-16"), 1, 1, "utf-8"),
    ],
)
def test_says_where_and_why_not(data: bytes, line: int, column: int, words: str) -> None:
    answer = decode("a.py", "/p/a.py", data)
    assert isinstance(answer, Unreadable)
    assert (answer.line, answer.column) == (line, column)
    assert words in answer.reason
    assert "/p/" not in answer.reason
