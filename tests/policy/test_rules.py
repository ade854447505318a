"""Every finding code is documented, and the law behind it known."""

from __future__ import annotations

import re

import pytest

from privlint.catalog import Catalog
from privlint.declaration.vocabulary import LAWS
from privlint.model.report import RuleInfo
from privlint.policy import rules
from privlint.policy.law import DEFAULT, Laws

RULES = rules()
OF_THE_CONTRACT = {
    "PRV001", "PRV101", "PRV102", "PRV103", "PRV104", "PRV105", "PRV106", "PRV201", "PRV202", "PRV203", "PRV204",
    "PRV205", "PRV206", "PRV301", "PRV302", "PRV303", "PRV304", "PRV305", "PRV306", "PRV307", "PRV308", "PRV309",
    "PRV310", "PRV311",
}  # fmt: skip


def test_codes_and_names_are_unique_and_sorted() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert set(codes) >= OF_THE_CONTRACT
    assert len({rule.name for rule in RULES}) == len(codes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_all_it_should(rule: RuleInfo) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert rule.title
    assert not rule.title.endswith(".")
    for heading in ("## What it does", "## Why it matters", "## Example"):
        assert heading in rule.doc
    assert rule.doc.count("```") % 2 == 0
    assert "```" in rule.doc
    assert rule.severity in ("error", "warning", "note")
    assert 0.1 <= float(rule.security_severity) <= 10
    assert rule.precision in ("very-high", "high", "medium", "low")
    assert all(re.fullmatch(r"CWE-\d+", cwe) for cwe in rule.cwe)
    assert "privacy" in rule.tags


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code != "PRV001"], ids=lambda rule: rule.code)
def test_there_is_a_law_behind_it(rule: RuleInfo, catalog: Catalog) -> None:
    assert rule.cwe
    assert "## The law" in rule.doc
    laws = Laws(catalog.laws)
    for law in ("PIPL", "GDPR"):
        assert laws.citations(rule.code, [law]), law
    assert laws.citations(rule.code, DEFAULT)
    assert rule.legal == laws.citations(rule.code)


def test_the_tables_of_laws(catalog: Catalog) -> None:
    """Every law that a declaration can name has its table, and tables speak of codes of the right form."""
    tables = catalog.laws
    assert {law for law, table in tables.items() if table["kind"] in ("law", "standard")} == set(LAWS)
    for law, table in tables.items():
        assert table["kind"] in ("law", "standard", "risks", "threats"), law
        for entry in table["articles"]:
            assert entry["text"]
            assert entry["findings"] == sorted(set(entry["findings"])), (law, entry["article"])
            assert all(re.fullmatch(r"PRV\d{3}", code) for code in entry["findings"])


def test_the_tables_of_app_types(catalog: Catalog) -> None:
    """The 39 types of the Chinese rule, 13 of which need no data at all; every data type is a known one."""
    types = catalog.app_types
    assert len(types) == 39
    assert sum(not each["necessary"] for each in types.values()) == 13
    virtual = {"contact.any_method", "financial.any_account"}
    for name, each in types.items():
        assert set(each) == {"name", "name_zh", "function", "article", "necessary"}
        for entry in each["necessary"]:
            unknown = set(entry["data"]) - set(catalog.data_types) - virtual
            assert not unknown, name
