"""Source lines with carets: widths, tabs, escapes, long lines, spans out of the text."""

from __future__ import annotations

import pytest

from privlint.model.location import Location, Span
from privlint.report.lines import Sources
from privlint.report.snippet import MAX_WIDTH, Snippet, snippet
from privlint.report.visible import storable, visible, width


def show(text: str, span: Span) -> Snippet:
    found = snippet(Sources({"a.py": text}), Location("a.py", span))
    assert found is not None
    return found


def marked(line: str, needle: str) -> tuple[str, str]:
    """The shown line and the caret line for ``needle``."""
    start = line.index(needle) + 1
    found = show(line, Span(1, start, 1, start + len(needle)))
    return found.source, " " * found.indent + "^" * found.carets


@pytest.mark.parametrize(
    ("line", "needle", "source", "carets"),
    [
        ("f(x, y)", "y", "f(x, y)", "     ^"),
        ("\tf(x)", "x", "    f(x)", "      ^"),
        ("ab\tf(x)", "x", "ab  f(x)", "      ^"),
        ("电话 = 号码", "号码", "电话 = 号码", "       ^^^^"),
        ("e\u0301 = x", "x", "e\u0301 = x", "    ^"),
        ("'𝄞', x", "x", "'𝄞', x", "     ^"),
        ("'\x1b[2J', x", "x", "'\\x1b[2J', x", "           ^"),
        ("'\u202e', x", "x", "'\\u202e', x", "          ^"),
        ("f(x)   ", "x", "f(x)", "  ^"),
    ],
)
def test_carets_stand_under_the_span(line: str, needle: str, source: str, carets: str) -> None:
    assert marked(line, needle) == (source, carets)


@pytest.mark.parametrize("char", ["a", "电", "\x1b", "\t"])
@pytest.mark.parametrize("where", [0, 5, 300, 990, 999])
def test_long_lines_are_cut_around_the_span(char: str, where: int) -> None:
    line = char * where + "<HERE>" + char * (1000 - where)
    found = show(line, Span(1, where + 1, 1, where + 7))
    assert width(found.source) <= MAX_WIDTH + 2
    begin, cells = 0, 0
    while cells < found.indent:
        cells += width(found.source[begin])
        begin += 1
    assert cells == found.indent
    assert found.source[begin : begin + 6] == "<HERE>"
    assert found.carets == 6


def test_a_span_longer_than_the_window_is_cut_too() -> None:
    found = show("f(" + "x" * 500 + ")", Span(1, 3, 1, 503))
    assert found.indent + found.carets <= MAX_WIDTH + 2
    assert found.source.endswith("…")


def test_a_span_of_many_lines_is_marked_on_its_first() -> None:
    assert show("f(\n  x,\n)", Span(1, 1, 3, 2)) == Snippet(1, "f(", 0, 2, 3)


@pytest.mark.parametrize("span", [Span(1, 99, 1, 100), Span(1, 0, 1, 0), Span(1, 5, 1, 2)])
def test_a_span_out_of_the_line_still_has_a_caret(span: Span) -> None:
    assert show("f(x)", span).carets == 1


def test_unknown_text_or_line_has_no_snippet() -> None:
    sources = Sources({"a.py": "x\n"})
    assert snippet(sources, Location("b.py", Span(1, 1, 1, 2))) is None
    assert snippet(sources, Location("a.py", Span(9, 1, 9, 2))) is None
    assert snippet(sources, Location("a.py", Span(0, 0, 0, 0))) is None


def test_lines_end_where_python_ends_them() -> None:
    sources = Sources({"a.py": "a\r\nb\rc\n\x0cd\u2028e"})
    assert [sources.line("a.py", n) for n in range(1, 6)] == ["a", "b", "c", "\x0cd\u2028e", None]


def test_utf16_columns_count_astral_characters_twice() -> None:
    sources = Sources({"a.py": "'𝄞𝄞' + x\n"})
    assert sources.utf16_span("a.py", Span(1, 8, 1, 9)) == Span(1, 10, 1, 11)
    assert sources.utf16_span("unknown.py", Span(1, 8, 1, 9)) == Span(1, 8, 1, 9)
    assert sources.utf16_span("a.py", Span(1, 5, 1, 2)) == Span(1, 7, 1, 7)


def test_visible_keeps_words_and_shows_the_rest() -> None:
    assert visible("naïve 电话 `x`") == "naïve 电话 `x`"
    assert visible("a\r\n\x9b\u200b\ufeff\udc80\U000e0001") == "a\\r\\n\\x9b\\u200b\\ufeff\\udc80\\U000e0001"


def test_storable_replaces_lone_surrogates_only() -> None:
    assert storable("a\udc80𝄞") == "a\ufffd𝄞"
