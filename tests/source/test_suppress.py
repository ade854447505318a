"""Comments that suppress findings."""

from __future__ import annotations

import pytest

from privlint.source import suppression


def suppressed(text: str, line: int = 1, code: str = "PRV301") -> bool:
    """Whether a finding is suppressed."""
    return suppression(text, line, code, "personal-data-in-log") is not None


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#noqa",
        "# NOQA",
        "# noqa: PRV301",
        "# noqa:PRV301",
        "# noqa: prv301",
        "# noqa: E501,PRV301",
        "# noqa: E501 PRV301",
        "# noqa: PRV3",
        "# noqa: PRV301 because it is a test",
        "# type: ignore # noqa: PRV301",
        "# privlint: ignore",
        "# privlint: ignore[PRV301]",
        "# privlint: ignore[PRV2, PRV301] masked upstream",
        "# privlint:ignore[prv3]",
        "# privlint: ignore[personal-data-in-log]",
        "# nosec # privlint: ignore[PRV301]",
    ],
)
def test_on_the_line(comment: str) -> None:
    assert suppressed(f"log(email)  {comment}\n")
    assert not suppressed(f"log(email)\nx = 1  {comment}\n")


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: PRV302",
        "# noqa: E501",
        "# noqa: because of the law",
        "# noqa:",
        "# noqax",
        "# flake8: noqa",
        "# privlint: ignore[PRV302]",
        "# privlint: ignore[]",
        "# privlint: ignore-file",
        "# privlint: ignored",
    ],
)
def test_not_on_the_line(comment: str) -> None:
    assert not suppressed(f"log(email)  {comment}\n")


@pytest.mark.parametrize(
    ("comment", "code", "expected"),
    [
        ("# flake8: noqa", "PRV201", True),
        ("# flake8: noqa: PRV301", "PRV301", True),
        ("# flake8: noqa: PRV301", "PRV201", False),
        ("# privlint: ignore-file", "PRV201", True),
        ("# privlint: ignore-file[PRV3] only logs", "PRV301", True),
        ("# privlint: ignore-file[PRV3] only logs", "PRV201", False),
        ("# noqa", "PRV301", False),
    ],
)
def test_for_the_whole_file(comment: str, code: str, expected: bool) -> None:
    assert suppressed(f"import a\n{comment}\nlog(email)\n", 3, code) is expected


def test_strings_suppress_nothing() -> None:
    assert not suppressed('log(email, "# noqa: PRV301")\n')
    assert not suppressed('"""\n# flake8: noqa\n"""\nlog(email)\n', 4)


def test_comment_behind_a_string_of_many_lines_counts_for_all_of_them() -> None:
    text = 'log(f"""\n{email}\n""")  # noqa: PRV301\nlog(email)\n'
    assert [suppressed(text, line) for line in (1, 2, 3, 4)] == [True, True, True, False]


def test_comment_behind_joined_lines_counts_for_all_of_them() -> None:
    text = "x = a + \\\n  email  # noqa: PRV301\ny = email\n"
    assert [suppressed(text, line) for line in (1, 2, 3)] == [True, True, False]


def test_in_a_call_of_many_lines_each_line_has_its_own() -> None:
    text = "log(\n    email,  # noqa: PRV301\n    phone,\n)\n"
    assert [suppressed(text, line) for line in (1, 2, 3)] == [False, True, False]


def test_reason() -> None:
    assert suppression("f(x)  # privlint: ignore[PRV301] - agreed with legal\n", 1, "PRV301") == "agreed with legal"
    assert suppression("f(x)  # noqa: PRV301\n", 1, "PRV301") == "# noqa: PRV301"


def test_file_that_cannot_be_tokenized_keeps_what_stands_before_the_error() -> None:
    text = "log(email)  # noqa: PRV301\nx = (\n"
    assert suppressed(text, 1)
    assert not suppressed(text, 2)
