"""The project's own rule files keep their promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from privlint.catalog import Catalog, rule_sections, safeguard_sections, shipped, vocabulary
from privlint.catalog.examples import EXAMPLE_KEYS
from privlint.catalog.loader import SECTIONS
from privlint.catalog.packs import read, rule_files
from privlint.catalog.yamltext import parse

FILES = rule_files(shipped())
SCHEMA: dict[str, Any] = json.loads((shipped() / "schema.json").read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return path.relative_to(shipped()).as_posix()


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_every_file_is_valid_against_the_schema(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    errors = [
        f"{list(error.path)}: {error.message}" for error in validator.iter_errors(parse(str(path), read(path)).value)
    ]
    assert errors == []


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "data"], ids=_name)
def test_the_examples_of_data_types(path: Path, catalog: Catalog) -> None:
    wrong: list[str] = []
    for entry in parse(str(path), read(path)).value.get("data_types", ()):
        shown = entry.get("examples", {})
        for example in (*shown.get("match", ()), *shown.get("no_match", ())):
            owner, _, name = example.rpartition(".")
            match = catalog.classify(name, owner or None)
            if (match is not None and match.data_type == entry["id"]) != (example in shown.get("match", ())):
                wrong.append(f"{entry['id']}: {example}: {'; '.join(catalog.explain(name, owner or None))}")
    assert wrong == []


def test_every_type_that_satisfies_names_is_described(catalog: Catalog) -> None:
    described = {entry["id"] for path in FILES for entry in parse(str(path), read(path)).value.get("data_types") or ()}
    missing = {narrow for kind in catalog.data_types.values() for narrow in kind.satisfies} - described
    assert missing == set()


@pytest.mark.parametrize(
    ("part", "keys"),
    [
        ("source", rule_sections.SOURCE_KEYS), ("sink", rule_sections.SINK_KEYS),
        ("sanitizer", rule_sections.SANITIZER_KEYS), ("propagator", rule_sections.PROPAGATOR_KEYS),
        ("connection", rule_sections.CONNECTION_KEYS), ("scrubber", rule_sections.SCRUBBER_KEYS),
        ("need", rule_sections.NEED_KEYS),
        ("safeguard", safeguard_sections.SAFEGUARD_KEYS), ("entry_point", safeguard_sections.ENTRY_KEYS),
        ("type", rule_sections.TYPE_KEYS), ("record", rule_sections.RECORD_KEYS),
        ("recipient", rule_sections.RECIPIENT_KEYS), ("recipient_call", rule_sections.RECIPIENT_CALL_KEYS),
        ("data_type", vocabulary.DATA_TYPE_KEYS), ("vocabulary", vocabulary.VOCABULARY_KEYS), ("example", EXAMPLE_KEYS),
    ],
)  # fmt: skip
def test_the_schema_has_the_keys_that_the_loader_reads(part: str, keys: tuple[str, ...]) -> None:
    assert set(SCHEMA["$defs"][part]["properties"]) == set(keys)


def test_the_schema_has_the_sections_that_the_loader_reads() -> None:
    assert set(SCHEMA["properties"]) == set(SECTIONS)
    assert set(SCHEMA["$defs"]["sink"]["properties"]["kind"]["enum"]) == set(rule_sections.SINK_KINDS)
