"""Which columns a statement selects, and whether it stores anything."""

from __future__ import annotations

import pytest

from privlint.flow.sql import only_reads, selected


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT id, email FROM users", [("id", "id", "users"), ("email", "email", "users")]),
        ("select u.email as mail from users u where u.id = %s", [("mail", "email", "users")]),
        ("SELECT c.phone, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.id = %(id)s",
         [("phone", "phone", "customers"), ("total", "total", "orders")]),
        ("SELECT count(email) AS n, max(age), lower(email) FROM users",
         [("n", "", ""), ("", "", ""), ("", "email", "users")]),
        ("SELECT email IS NULL, 1 FROM users", [("", "", ""), ("1", "", "")]),
        ("WITH x AS (SELECT 1) SELECT email FROM users", [("email", "email", "users")]),
        ("SELECT email, phone FROM users WHERE id =", [("email", "email", "users"), ("phone", "phone", "users")]),
        ("INSERT INTO users (email) VALUES (?) RETURNING id", [("id", "id", "users")]),
        ("SELECT * FROM users", []),
        ("INSERT INTO users (email) VALUES (?)", []),
        ("UPDATE users SET email = ?", []),
        ("not a statement", []),
        ("SELECT ((((", [("", "", "")]),
    ],
)  # fmt: skip
def test_selected_columns(text: str, columns: list[tuple[str, str, str]]) -> None:
    assert [column[:3] for column in selected(text)] == columns


def test_columns_of_groups_say_so() -> None:
    assert [column.grouped for column in selected("SELECT city, count(*) FROM users GROUP BY city")] == [True, True]
    assert [column.grouped for column in selected("SELECT city FROM users")] == [False]


@pytest.mark.parametrize("text", ["SELECT 1", "  select x from y", "DELETE FROM users WHERE email = ?", "PRAGMA x"])
def test_reading_statements_store_nothing(text: str) -> None:
    assert only_reads(text)


@pytest.mark.parametrize("text", ["INSERT INTO x VALUES (?)", "UPDATE x SET y = ?", "SELECT x INTO y FROM z", "?"])
def test_writing_statements(text: str) -> None:
    assert not only_reads(text)
