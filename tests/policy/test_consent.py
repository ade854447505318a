"""Whether a check is about a purpose."""

from __future__ import annotations

import pytest

from privlint.model.facts import Check
from privlint.policy.consent import suits

KNOWN = ["analytics", "email-marketing", "delivery", "x-ray-archive"]


@pytest.mark.parametrize(
    ("name", "asked", "purpose", "expected"),
    [
        ("user.has_consented", ("analytics",), "analytics", True),
        ("user.has_consented", ("ANALYTICS",), "analytics", True),
        ("user.has_consented", ("marketing",), "analytics", False),
        ("user.has_consented", ("marketing",), "email-marketing", True),
        ("user.has_consented", ("emailMarketing",), "email-marketing", True),
        ("user.has_consented", (), "analytics", True),
        ("user.marketing_consent", (), "analytics", False),
        ("user.analytics_consent", (), "analytics", True),
        ("user.newsletter_opt_in", (), "email-marketing", True),
        ("user.email_opt_in", (), "email-marketing", True),
        ("user.location_consent", (), "delivery", True),
        ("user.gdpr_consent", (), "analytics", True),
        ("user.x_ray_archive_consent", (), "x-ray-archive", True),
        ("user.has_consented", ("\0purpose",), "analytics", True),
        ("user.has_consented", ("marketing",), None, True),
    ],
)
def test_a_check_names_a_purpose(name: str, asked: tuple[str, ...], purpose: str | None, expected: bool) -> None:
    assert suits(Check("consent", name, asked), purpose, KNOWN) is expected
