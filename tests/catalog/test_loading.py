"""Rule packs become typed rules, or an error that names the place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privlint import cache
from privlint.catalog import CatalogError, examples, load, shipped
from privlint.model.data import Confidence, Protection
from privlint.model.rules import ArgSpec, CallPattern

Pack = Callable[[str], Path]

FULL = """\
version: 1
sources:
  - {load: SOURCE, data: contact.email}
  - {function: app.current_email, name: fetch_email, data: contact.email, only: true}
  - {parameter: {decorator: "*.route", name: phone}, data: contact.phone, type: app.Phone}
  - {parameter: {function: app.handle, position: 0}, data: contact.email}
  - {attribute: {of: flask.Request, name: remote_addr}, data: online.ip_address, evidence: request}
  - {item: {of: [flask.request.headers, headers], key: User-Agent}, data: device.user_agent, confidence: low}
  - {field: {class: User, name: unit}, data: work.employer}
sinks:
  - {function: [requests.post, requests.put], kind: http, args: [1, data, "3..", self], url: [0, url], insecure_when: {verify: false}}
  - {method: "*.info", kind: log, args: ["*"]}
  - {item: {of: flask.session}, kind: cookie}
  - {attribute: {of: Response, name: body}, kind: response}
  - {raise: true, kind: exception}
sanitizers:
  - {name: is_anonymous, guard: true, protection: derived}
  - {function: hashlib.sha256, protection: pseudonymised-weak}
propagators:
  - {method: Buffer.write, from: [0], to: self}
  - {function: app.copy_into, from: [0], to: [1, target]}
types:
  - {name: acme.Client, aliases: [acme.client.Client], made_by: [acme.connect], objects: [acme.default], names: [acme_client],
     attributes: {cookies: acme.Jar}, returns: {get: acme.Response}}
records:
  - {kind: model, bases: [django.db.models.Model], fields: assigned, field_types: {EmailField: contact.email, IntField: ""},
     optional_when: {"null": true}}
recipients:
  - {id: acme, name: Acme, country: [NO], packages: [acme, acme.sub], hosts: [api.acme.example],
     calls: [{function: acme.track, args: [1]}]}
"""


def test_every_section_becomes_rules(pack: Pack) -> None:
    found = load([pack(FULL)], default=False)
    rules = found.rules
    assert [source.at for source in rules.sources] == [
        "load", "call", "parameter", "parameter", "attribute", "item", "item", "field",
    ]  # fmt: skip
    call = rules.sources[1]
    assert call.calls == (CallPattern("function", "app.current_email"), CallPattern("name", "fetch_email"))
    assert call.only
    assert rules.sources[3].position == 0
    assert rules.sources[5].owner == "flask.request.headers"
    assert rules.sources[6].confidence is Confidence.LOW
    post = rules.sinks[0]
    assert post.args == ArgSpec((1,), ("data",), receiver=True, rest=3)
    assert post.insecure_when == (("verify", False),)
    assert rules.sanitizers[1].protection is Protection.PSEUDONYMISED_WEAK
    assert [(rule.to, rule.to_arg) for rule in rules.propagators] == [
        ("receiver", None), ("arg", ArgSpec((1,), ("target",))),
    ]  # fmt: skip
    assert rules.records[0].field_types == (("EmailField", "contact.email"), ("IntField", ""))
    assert rules.sinks[-1].recipient == "acme"
    assert rules.sinks[-1].kind == "sdk"
    assert found.recipients["acme"].countries == ("NO",), "YAML 1.1 would read NO as false"


def test_the_index_finds_rules_by_name(pack: Pack) -> None:
    found = load([pack(FULL)], default=False)
    posts = found.calls_named("post")
    assert posts is not None
    assert posts.sinks[0][0].path == "requests.post"
    assert found.calls_named("nothing") is None
    index = found.index
    assert index.load_sources["SOURCE"][0].data == "contact.email"
    assert index.item_sources["User-Agent"][1].owner == "headers"
    assert index.types["acme.client.Client"] is index.types["acme.Client"]
    assert index.made_by["acme.connect"] == index.objects["acme.default"] == index.named["acme_client"] == "acme.Client"
    assert index.item_sinks["*"][0].kind == "cookie"
    assert len(index.raise_sinks) == len(index.guards) == 1


def test_without_default_rules_nothing_of_ours_is_active_but_types_are_known(pack: Pack) -> None:
    found = load([pack("version: 1\nsources:\n  - {load: X, data: contact.email}\n")], default=False)
    assert found.data_types["contact.email"].label == "Email address"
    assert found.classify("email") is None
    assert found.recipients == {}
    assert found.rules.sinks == ()
    assert len(found.rules.sources) == 1


def test_names_of_a_users_type_are_matched_without_default_rules(pack: Pack) -> None:
    text = "version: 1\ndata_types:\n  - {id: contact.pager, names: [pager, beeper number], weak: [unit]}\n"
    found = load([pack(text)], default=False)
    for name in ("pager", "userPager", "pagers", "beepernumber", "beeper_no"):
        match = found.classify(name)
        assert match is not None and match.data_type == "contact.pager", name
    assert found.classify("pager_template") is None
    assert found.classify("unit") is None
    assert found.classify("unit", "Customer") is not None


def test_a_recipient_of_ours_that_a_rule_names_is_brought_in(pack: Pack) -> None:
    known = next(iter(load().recipients))
    path = pack(f"version: 1\nsinks:\n  - {{function: app.send, kind: sdk, recipient: {known}}}\n")
    assert list(load([path], default=False).recipients) == [known]


def test_a_new_data_type_may_simply_be_used(pack: Pack) -> None:
    found = load([pack("version: 1\nsources:\n  - {load: X, data: shop.loyalty_tier}\n")])
    assert found.data_types["shop.loyalty_tier"].label == "Loyalty tier"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("sinks: []", 1, 1, "version: 1"),
        ("version: 2", 1, 10, "unknown version 2"),
        ("", 1, 1, "empty"),
        ("- a", 1, 1, "must be a mapping, not a list"),
        ("version: 1\nsnks: []", 2, 1, "unknown key 'snks' in a rule pack; did you mean 'sinks'?"),
        ("version: 1\nsinks: {}", 2, 8, "'sinks' must be a list, not a mapping"),
        ("version: 1\nsinks:\n  - {name: f, kind: logg}", 3, 21, "did you mean 'log'?"),
        ("version: 1\nsinks:\n  - {name: f}", 3, 5, "needs 'kind'"),
        ("version: 1\nsinks:\n  - {kind: log}", 3, 5, "exactly one of"),
        ("version: 1\nsinks:\n  - {name: f, kind: log, argz: [0]}", 3, 26, "did you mean 'args'?"),
        ("version: 1\nsinks:\n  - {name: f, kind: log, args: [-1]}", 3, 32, "names no argument"),
        ("version: 1\nsinks:\n  - {method: post, kind: http}", 3, 14, "'*.post' for any"),
        ("version: 1\nsinks:\n  - {name: f, kind: sdk, recipient: nobody_at_all}", 3, 37, "unknown recipient"),
        ("version: 1\nsources:\n  - {load: X, data: contact.emial}", 3, 21, "did you mean 'contact.email'?"),
        ("version: 1\nsources:\n  - {load: X, data: email}", 3, 21, "no data type: category.type"),
        ("version: 1\nsources:\n  - {load: X, name: f, data: a.b}", 3, 5, "exactly one of"),
        ("version: 1\nsources:\n  - {attribute: {of: A, nam: b}, data: a.b}", 3, 25, "did you mean 'name'?"),
        ("version: 1\nsources:\n  - {parameter: {position: 0}, data: a.b}", 3, 17, "of which functions"),
        ("version: 1\nsanitizers:\n  - {name: f, protection: maskd}", 3, 27, "did you mean 'masked'?"),
        ("version: 1\npropagators:\n  - {name: f, to: result}", 3, 5, "needs 'from'"),
        ("version: 1\nrecords:\n  - {kind: model}", 3, 5, "'bases' or 'decorators'"),
        ("version: 1\nrecipients:\n  - {id: a, name: A, country: china}", 3, 31, "no ISO 3166-1"),
        ("version: 1\ndata_types:\n  - {id: Email}", 3, 10, "no data type id"),
        ("version: 1\ndata_types:\n  - {id: a.b, names: {a: b}}", 3, 22, "a string or a list of strings"),
        ("version: 1\nexamples:\n  - {name: x, cod: y}", 3, 15, "did you mean 'code'?"),
        ("version: 1\nversion: 1", 2, 1, "occurs twice"),
        ("version: 1\na: b: c", 2, 5, "not valid YAML"),
        ("version: 1\n---\nversion: 1", 2, 1, "one YAML document"),
        ("version: 1\n? [a]\n: b", 2, 3, "a key must be plain text"),
        ("version: 1\nsinks: *x", 2, 8, "alias"),
    ],
)
def test_an_error_names_its_place(pack: Pack, text: str, line: int, column: int, message: str) -> None:
    path = pack(text)
    with pytest.raises(CatalogError) as caught:
        load([path])
    error = caught.value
    assert message in error.message
    assert (error.path, error.line, error.column) == (str(path), line, column), error.message
    assert str(error).startswith(f"{path}:{line}:{column}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested more than|nesting depth"),
        ("- " * 100_000, "nested more than|nesting depth"),
        ("a: &a [1, *a]", "alias"),
        ("a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)), "aliases expanded"),
        ("# " + "x" * 4_200_000, "larger than"),
    ],
)  # fmt: skip
def test_a_hostile_pack_is_refused(pack: Pack, text: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        load([pack(text)])


def test_missing_empty_and_undecodable_packs(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no such rule file"):
        load([tmp_path / "nowhere"])
    with pytest.raises(CatalogError, match="holds no rule file"):
        load([tmp_path])
    (tmp_path / "latin.yml").write_bytes(b"version: 1 # \xe9")
    with pytest.raises(CatalogError, match="not UTF-8"):
        load([tmp_path])


def test_a_folder_of_packs_with_tables(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "laws").mkdir()
    (tmp_path / "sub" / "a.yaml").write_text("version: 1\nsources:\n  - {load: X, data: contact.email}\n")
    (tmp_path / "laws" / "own.yml").write_text("version: 1\nHouseRules:\n  name: Rules of the house\n")
    found = load([tmp_path], default=False)
    assert len(found.rules.sources) == 1
    assert found.laws["HouseRules"] == {"name": "Rules of the house"}
    assert "PIPL" in found.laws
    (tmp_path / "laws" / "twice.yml").write_text("version: 1\nHouseRules:\n  name: Again\n")
    with pytest.raises(CatalogError, match="by another file as well"):
        _ = load([tmp_path], default=False).laws


def test_a_spoilt_or_foreign_cache_entry_does_no_harm() -> None:
    sound = load()
    entry = max((cache.user_folder() / "rules").iterdir(), key=lambda path: path.stat().st_size)
    content = entry.read_bytes()
    for spoilt in (b"", content[:-1], content[:20] + b"x" + content[21:]):
        entry.write_bytes(spoilt)
        assert load().rules == sound.rules
        assert entry.read_bytes() == content, "the entry is written anew"


def test_without_the_cache_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))
    cache.allow(False)
    try:
        load()
    finally:
        cache.allow(True)
    assert not list(tmp_path.iterdir())


def test_examples_are_found_with_their_lines(pack: Pack) -> None:
    (one,) = examples([pack("version: 1\nexamples:\n  - name: a log\n    code: |\n      print(1)\n")])
    assert (one.line, one.name, one.code, dict(one.files)) == (3, "a log", "print(1)\n", {})
    with pytest.raises(CatalogError, match="either 'code' or 'files'"):
        examples([pack("version: 1\nexamples:\n  - {name: x, code: a, files: {a.py: b}}\n")])
    assert examples([shipped()])
