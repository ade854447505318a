"""Two maps compared: what flows, whatever the lines."""

from __future__ import annotations

from privlint.catalog import Catalog
from privlint.model.changes import Changes
from privlint.model.data import Protection
from privlint.model.facts import Facts
from privlint.policy.changes import compare
from privlint.policy.datamap import UNKNOWN, survey
from tests.policy.made import collection, facts, flow
from tests.policy.test_datamap import located

PARTNER = ("api.partner.example",)


def changed(catalog: Catalog, before: Facts, after: Facts) -> Changes:
    old, new = (survey(each, None, catalog, located) for each in (before, after))
    return compare(old, new, "main", "0" * 40)


def edges(changes: Changes) -> list[tuple[str, str]]:
    return [(each.data, each.receiver) for each in changes.added.shared]


def test_moved_lines_are_no_change(catalog: Catalog) -> None:
    before = facts(flow(hosts=PARTNER), flow(kind="log", at=50), collections=(collection(),))
    after = facts(
        flow(hosts=PARTNER, at=900, path="moved.py", function="moved.view"),
        flow(kind="log", at=950, path="moved.py"),
        collections=(collection(at=800, path="moved.py"),),
    )
    changes = changed(catalog, before, after)
    assert not changes.adds
    assert not changes.removes


def test_an_edge_is_added_and_another_removed(catalog: Catalog) -> None:
    changes = changed(catalog, facts(flow("contact.email", hosts=PARTNER)), facts(flow("contact.phone", hosts=PARTNER)))
    assert edges(changes) == [("contact.phone", "api.partner.example")]
    assert [(each.data, each.receiver) for each in changes.removed.shared] == [("contact.email", "api.partner.example")]
    assert [each.id for each in changes.added.types] == ["contact.phone"]
    assert [each.key for each in changes.added.receivers] == ["api.partner.example"]


def test_a_second_place_of_the_same_edge_is_no_change(catalog: Catalog) -> None:
    first = flow(hosts=PARTNER)
    assert not changed(catalog, facts(first), facts(first, flow(hosts=PARTNER, at=300, function="other"))).adds


def test_where_nobody_knows_whom_places_count(catalog: Catalog) -> None:
    first = flow()
    changes = changed(catalog, facts(first), facts(first, flow(at=300, function="other")))
    assert edges(changes) == [("contact.email", UNKNOWN)]
    assert [passage.location.span.line for passage in changes.added.shared[0].passages] == [300]
    assert not changed(catalog, facts(first), facts(flow(at=500, function="renamed"))).adds


def test_a_field_counts_once_for_each_place_that_asks_for_it(catalog: Catalog) -> None:
    one = collection(function="app.sign_up")
    two = collection(at=30, function="app.subscribe")
    changes = changed(catalog, facts(collections=(one,)), facts(collections=(one, two)))
    (added,) = changes.added.collected
    assert [intake.function for intake in added.intakes] == ["app.subscribe"]
    renamed = collection(at=30, function="app.register")
    assert not changed(catalog, facts(collections=(one,)), facts(collections=(renamed,))).adds


def test_a_field_of_a_form(catalog: Catalog) -> None:
    email = collection(how="form", owner="SignUp", name="email")
    birthday = collection("demographic.date_of_birth", at=6, how="form", owner="SignUp", name="birthday")
    changes = changed(catalog, facts(collections=(email, birthday)), facts(collections=(email,)))
    assert not changes.adds
    assert [each.data for each in changes.removed.collected] == ["demographic.date_of_birth"]


def test_a_log_is_added(catalog: Catalog) -> None:
    changes = changed(catalog, facts(), facts(flow(kind="log")))
    assert [(each.data, each.kind) for each in changes.added.kept] == [("contact.email", "log")]


def test_what_is_less_protected_than_before(catalog: Catalog) -> None:
    before = facts(flow(hosts=PARTNER, protection=Protection.PSEUDONYMISED))
    after = facts(flow(hosts=PARTNER, protection=Protection.PSEUDONYMISED), flow(hosts=PARTNER, at=300, secure=False))
    changes = changed(catalog, before, after)
    assert not changes.added.shared
    assert [(each.before, each.now) for each in changes.weakened] == [
        ("pseudonymised", "in the clear"),
        ("over a protected transport", "over an unprotected transport"),
    ]
    assert [passage.location.span.line for passage in changes.weakened[0].edge.passages] == [300]
    assert changes.adds
    assert not changed(catalog, after, before).adds
