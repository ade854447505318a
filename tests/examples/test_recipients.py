"""Every recipient of the catalogue is one that an example sends data to: by its SDK where a call model says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from privlint import engine
from privlint.catalog import Catalog, examples, load
from privlint.catalog.packs import shipped
from privlint.model.project import Project

# Kinds of provider whose services have entries of their own, and SDKs that keep what they are given to themselves:
# a log handler or span exporter is fed by what is logged, flags are evaluated where they are asked.
WITHOUT = {
    "aws", "google_cloud", "azure", "aliyun", "tencent_cloud", "huawei_cloud",
    "configcat", "unleash", "growthbook",
    "grafana_cloud_loki", "papertrail_loggly", "logz_io", "mezmo_logdna", "opentelemetry_otlp", "smtplib_any_smtp_host",
}  # fmt: skip


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the recipients that the findings in the examples of all recipients name."""
    folder = tmp_path_factory.mktemp("recipients")
    (folder / ".git").mkdir()
    for number, example in enumerate(examples([shipped()])):
        if Path(example.path).parent.name == "recipients":
            (folder / f"example{number}.py").write_text(example.code, encoding="utf-8")
    report = engine.check(Project(paths=(folder,), root=folder, jobs=1))
    return {result.recipient.name for result in report.results if result.recipient is not None}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def test_every_call_model_is_exercised(reached: set[str], catalog: Catalog) -> None:
    modelled = {rule.recipient for rule in catalog.rules.sinks if rule.recipient}
    missing = {each for each in modelled if catalog.recipients[each].name not in reached}
    assert missing == set()


def test_at_least_250_recipients_have_a_call_model(catalog: Catalog) -> None:
    assert len({rule.recipient for rule in catalog.rules.sinks if rule.recipient}) >= 250


def test_recipients_without_an_sdk_are_told_by_their_host(reached: set[str], catalog: Catalog) -> None:
    missing = {each.id for each in catalog.recipients.values() if each.name not in reached}
    assert missing == WITHOUT
