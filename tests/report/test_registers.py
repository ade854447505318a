"""The record of processing and the two Chinese lists, as CSV and Markdown."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from privlint.model.datamap import DataMap
from privlint.report.registers import REGISTER_FORMATS, REGISTERS, render_register
from tests.report.sample_map import HOSTILE, MAP

EMPTY = DataMap((), (), (), (), ())


def table(register: str, sample: DataMap = MAP) -> list[dict[str, str]]:
    """The rows of a register's CSV by the last word of each heading."""
    rows = list(csv.reader(io.StringIO(render_register(sample, register, "csv").removeprefix("\ufeff"))))
    names = [heading.rpartition(" ")[2] for heading in rows[0]]
    assert all(len(row) == len(names) for row in rows)
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("register", sorted(REGISTERS))
@pytest.mark.parametrize("format", sorted(REGISTER_FORMATS))
def test_any_register_of_any_map(register: str, format: str) -> None:
    for sample in (MAP, EMPTY):
        text = render_register(sample, register, format)
        assert text == render_register(sample, register, format)
        text.encode("utf-8")


@pytest.mark.parametrize("register", sorted(REGISTERS))
def test_no_cell_is_a_formula(register: str) -> None:
    for row in table(register):
        for value in row.values():
            assert not value.lstrip().startswith(("=", "+", "-", "@", "\t", "|", "%"))
            assert "\n" not in value


@pytest.mark.parametrize("register", sorted(REGISTERS))
def test_every_value_says_where_it_comes_from(register: str) -> None:
    for row in table(register):
        for name in row:
            if f"{name}_provenance" in row:
                number = len([each for each in row[name].split("; ") if each])
                words = [each for each in row[f"{name}_provenance"].split("; ") if each]
                assert len(words) == number, name
                assert set(words) <= {"declared", "observed", "both"}
                if words:
                    assert re.search(r"[\w.]+:\d+", row[f"{name}_evidence"]), name


def test_the_record_has_a_row_for_each_purpose_and_recipient() -> None:
    rows = table("ropa")
    told = [(row["purpose"], row["data_category"], row["recipient"][:7]) for row in rows]
    assert told[:3] == [
        ("advice", "health (all)", ""),
        ("delivery", "email address (contact.email)", "Partner"),
        ("registration", "email address (contact.email)", ""),
    ]
    assert ("", "email address (contact.email)", "recipie") in told
    delivery = rows[1]
    assert delivery["legal_basis"] == "separate-consent"
    assert delivery["third_country_transfer"] == "yes"
    assert (delivery["safeguards"], delivery["safeguards_provenance"]) == ("standard-contract", "declared")
    assert delivery["recipient"] == "Partner (Partner Ltd)"
    assert delivery["erasure_limit"] == "P2Y"
    assert delivery["security_measures"] == "encryption at rest; pseudonymised; protected transport"
    assert delivery["security_measures_evidence"] == "privacy.yml:1; privacy.yml:9 app/views.py:20; app/views.py:20"
    assert (delivery["controller_contact"], delivery["representative"]) == ("privacy@shop.example", "")
    assert delivery["dpo"] == "'+1 555 0100"  # no formula
    assert delivery["dpo_evidence"] == "privacy.yml:1"
    assert delivery["stored_in"] == "database; log"
    assert delivery["impact_assessment"] == "entrusted or provided to others (55(3)); provided abroad (55(4))"


def test_the_record_names_special_categories_and_automated_decisions() -> None:
    (row,) = [row for row in table("ropa") if "special.religion" in row["data_category"]]
    assert row["special_category"] == "sensitive personal information (PIPL 28); special category (GDPR 9)"
    assert row["impact_assessment"] == "sensitive personal information (55(1)); automated decision (55(2))"
    assert row["impact_assessment_evidence"] == "app/views.py:6; privacy.yml:15"


@pytest.mark.parametrize(
    ("laws", "under", "special", "assessed"),
    [
        (("GDPR",), "Record under Article 30(1) of the GDPR, from", "special category (GDPR 9)",
         "special category, where on a large scale (35(3)(b)); automated decision (35(3)(a))"),
        (("PIPL",), "Record under Articles 55 and 56 of the PIPL, from", "sensitive personal information (PIPL 28)",
         "sensitive personal information (55(1)); automated decision (55(2))"),
        (("CCPA",), "Record in the form of Article 30(1) of the GDPR, from",
         "sensitive personal information (CCPA 1798.140(ae))", "sensitive personal information; automated decision"),
    ],
)  # fmt: skip
def test_the_record_cites_the_laws_that_the_declaration_names(
    laws: tuple[str, ...], under: str, special: str, assessed: str
) -> None:
    assert MAP.declaration is not None
    sample = replace(MAP, declaration=replace(MAP.declaration, laws=laws))
    (row,) = [row for row in table("ropa", sample) if "special.religion" in row["data_category"]]
    assert (row["special_category"], row["impact_assessment"]) == (special, assessed)
    text = render_register(sample, "ropa", "markdown")
    assert under in text
    assert all(other not in text for other in {"GDPR 9", "PIPL 28", "PIPL 55"} if other[:4] not in laws)


def test_the_list_of_what_is_collected() -> None:
    text = render_register(MAP, "collected", "csv")
    assert text.startswith("\ufeff个人信息种类 personal_information,")
    email, health, faith = table("collected")
    assert email["personal_information"] == "电子邮件地址 email address (contact.email)"
    assert email["purpose"] == "registration; delivery"
    assert email["scene"] == "app.forms.Customer; app.forms.SignUp"
    assert email["required"] == "是 yes"
    assert health["personal_information_provenance"] == "declared"
    assert (faith["sensitive"], faith["required"]) == ("是 yes", "否 no")


def test_the_list_of_what_is_shared_leaves_nobody_out() -> None:
    rows = table("shared")
    assert [row["third_party"][:7] for row in rows] == ["Partner", "'=cmd|'", "不明 reci"[:7]]
    partner, hostile, unknown = rows
    assert partner["company"] == "Partner Ltd"
    assert partner["manner"] == "接口传输 HTTP request"
    assert (partner["country"], partner["transfer"]) == ("US", "standard-contract")
    assert hostile["transport"] == "未加密传输 unprotected"
    assert partner["legal_basis"] == "单独同意 separate-consent"
    assert unknown["third_party_evidence"] == "app/views.py:12 app/views.py:13"


@pytest.mark.parametrize("register", sorted(REGISTERS))
def test_markdown_tables_are_whole_and_nothing_is_markup(register: str) -> None:
    text = render_register(MAP, register, "markdown")
    wide = 0
    for line in text.splitlines():
        if line.startswith("|---"):
            wide = line.count("|")
        elif line.startswith("| ") and wide:
            assert len(re.findall(r"(?<!\\)\|", line)) == wide, line
        elif not line.startswith("|"):
            wide = 0
    assert "<script" not in text
    assert "](javascript" not in text.replace(r"\]", "")
    assert "@all" not in text
    assert HOSTILE not in text
    numbers = {int(number) for number in re.findall(r"(?m)^(\d+)\. `", text)}
    used = {
        int(n)
        for part in re.findall(r"\*\*(?:declared|observed|both)\*\* ([\d, ]+)", text)
        for n in part.split(", ")
        if n
    }
    assert used <= numbers
