"""What for data is used, as far as names tell."""

from __future__ import annotations

import pytest

from privlint.catalog import Catalog
from privlint.policy.purposes import Purposes


@pytest.mark.parametrize(
    ("path", "function", "owner", "purpose"),
    [
        ("shop/views.py", "shop.views.register_user", "", "registration"),
        ("shop/signup/forms.py", "", "CustomerForm", "registration"),
        ("shop/forms.py", "", "CustomerForm", "profile"),
        ("shop/forms.py", "", "CheckoutForm", "payment"),
        ("shop/checkout/views.py", "shop.checkout.views.ShippingView.post", "", "delivery"),
        ("newsletter.py", "newsletter.main", "", "marketing"),
        ("app.py", "app.index", "", None),
        ("app.py", "", "", None),
        ("订单.py", "", "", "orders"),
        ("catalogue/models.py", "catalogue.models.Product.save", "", None),
    ],
)
def test_by_place(catalog: Catalog, path: str, function: str, owner: str, purpose: str | None) -> None:
    assert Purposes(catalog.purposes).of_place(path, function, owner) == purpose


def test_the_most_frequent_come_first(catalog: Catalog) -> None:
    places = [("a.py", "a.login", ""), ("b.py", "b.pay", ""), ("c.py", "c.login", ""), ("d.py", "d.x", "")]
    assert Purposes(catalog.purposes).of_places(places) == ("authentication", "payment")


def test_by_kind(catalog: Catalog) -> None:
    purposes = Purposes(catalog.purposes)
    kinds = {each.kind for each in catalog.recipients.values()}
    named = {str(kind) for entry in catalog.purposes.values() for kind in entry.get("kinds", ())}
    assert named <= kinds
    assert purposes.of_kind("analytics") == "analytics"
    assert purposes.of_kind(None) is None


def test_every_purpose_has_a_data_use_of_the_fides_taxonomy(catalog: Catalog) -> None:
    from fideslang.default_taxonomy import DEFAULT_TAXONOMY

    uses = {each.fides_key for each in DEFAULT_TAXONOMY.data_use}
    assert {entry["fides"] for entry in catalog.purposes.values()} <= uses


def test_every_data_category_that_types_are_mapped_to_is_one_of_fides(catalog: Catalog) -> None:
    from fideslang.default_taxonomy import DEFAULT_TAXONOMY

    keys = {each.fides_key for each in DEFAULT_TAXONOMY.data_category}
    mapped = {dict(each.maps).get("fides") for each in catalog.data_types.values()} - {None}
    assert mapped <= keys
