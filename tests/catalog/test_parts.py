"""Whether what stands under one name can be the data that was found under another."""

from __future__ import annotations

import pytest

from privlint.catalog import Catalog


@pytest.mark.parametrize(
    ("name", "data_type", "part"),
    [
        ("email", "contact.email", "email"),
        ("email", "contact.email", "user_email"),
        ("email", "contact.email", "mail"),
        ("email", "contact.email", "value"),
        ("phone", "contact.phone", "raw"),
        ("user_id", "account.user_id", "id"),
        ("address", "contact.postal_address", "line"),
        ("diagnosis", "health.condition", "details"),
    ],
)
def test_akin(catalog: Catalog, name: str, data_type: str, part: str) -> None:
    assert catalog.akin(name, data_type, part)


@pytest.mark.parametrize(
    ("name", "data_type", "part"),
    [
        ("email", "contact.email", "collection_name"),
        ("email", "contact.email", "phone"),
        ("wishlist", "behavior.purchase_history", "key"),
        ("user_message", "communication.message_content", "message_id"),
        ("address", "contact.postal_address", "country"),
        ("diagnosis", "health.condition", "id"),
        ("avatar", "account.avatar", "filename"),
    ],
)
def test_not_akin(catalog: Catalog, name: str, data_type: str, part: str) -> None:
    assert not catalog.akin(name, data_type, part)
